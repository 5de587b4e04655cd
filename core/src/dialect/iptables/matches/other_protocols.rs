//! Extensions of protocols other than TCP; a rule with one of them never matches a TCP packet.

use super::super::options::Means::{DatagramPorts, Nothing};
use super::super::options::{Effect, Module};

macro_rules! other {
    ($($name:literal: $($option:literal $means:expr),*;)*) => {
        &[$(Module {
            name: $name,
            what: concat!("-m ", $name),
            effect: Effect::OtherProtocol,
            options: &[$(($option, $means)),*],
        }),*]
    };
}

pub(super) const MODULES: &[Module] = other! {
    "udp": "dport" DatagramPorts, "sport" Nothing(1), "destination-port" DatagramPorts,
        "source-port" Nothing(1);
    "icmp": "icmp-type" Nothing(1);
    "icmp6": "icmpv6-type" Nothing(1);
    "icmpv6": "icmpv6-type" Nothing(1);
    "sctp": "dport" Nothing(1), "sport" Nothing(1), "destination-port" Nothing(1), "source-port" Nothing(1), "chunk-types" Nothing(2);
    "dccp": "dport" Nothing(1), "sport" Nothing(1), "destination-port" Nothing(1), "source-port" Nothing(1), "dccp-types" Nothing(1),
        "dccp-option" Nothing(1);
    "udplite": "dport" Nothing(1), "sport" Nothing(1), "destination-port" Nothing(1), "source-port" Nothing(1);
    "esp": "espspi" Nothing(1);
    "ipcomp": "ipcompspi" Nothing(1), "compres" Nothing(0);
    "mh": "mh-type" Nothing(1);
};
