//! Extensions of protocols other than TCP; a rule with one of them never matches a TCP packet.

use super::super::options::Means::Nothing;
use super::super::options::{Effect, Module};

macro_rules! other {
    ($($name:literal: $($option:literal $count:literal),*;)*) => {
        &[$(Module {
            name: $name,
            what: concat!("-m ", $name),
            effect: Effect::OtherProtocol,
            options: &[$(($option, Nothing($count))),*],
        }),*]
    };
}

pub(super) const MODULES: &[Module] = other! {
    "udp": "dport" 1, "sport" 1, "destination-port" 1, "source-port" 1;
    "icmp": "icmp-type" 1;
    "icmp6": "icmpv6-type" 1;
    "icmpv6": "icmpv6-type" 1;
    "sctp": "dport" 1, "sport" 1, "destination-port" 1, "source-port" 1, "chunk-types" 2;
    "dccp": "dport" 1, "sport" 1, "destination-port" 1, "source-port" 1, "dccp-types" 1,
        "dccp-option" 1;
    "udplite": "dport" 1, "sport" 1, "destination-port" 1, "source-port" 1;
    "esp": "espspi" 1;
    "ipcomp": "ipcompspi" 1, "compres" 0;
    "mh": "mh-type" 1;
};
