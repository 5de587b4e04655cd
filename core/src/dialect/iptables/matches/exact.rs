//! Extensions that are decided exactly, wholly or in part.

use super::super::options::Means::*;
use super::super::options::{Effect, Module};
use crate::firewall::Direction::{Original, Reply};
use crate::firewall::Side::{Destination, Source};

/// The most common first: the list is searched in order.
pub(super) const MODULES: &[Module] = &[
    Module {
        name: "tcp",
        what: "-m tcp",
        effect: Effect::Options,
        options: &[
            ("dport", Ports(Destination)),
            ("sport", Ports(Source)),
            ("destination-port", Ports(Destination)),
            ("source-port", Ports(Source)),
            ("syn", Syn),
            ("tcp-flags", Flags),
            ("tcp-option", Undecided("--tcp-option", 1)),
        ],
    },
    Module {
        name: "state",
        what: "-m state",
        effect: Effect::Options,
        options: &[("state", State)],
    },
    Module {
        name: "conntrack",
        what: "-m conntrack",
        effect: Effect::Options,
        options: &[
            ("ctstate", CtState),
            ("ctproto", CtProtocol),
            ("ctdir", CtDirection),
            ("ctorigsrc", CtAddress(Original, Source)),
            ("ctorigdst", CtAddress(Original, Destination)),
            ("ctreplsrc", CtAddress(Reply, Source)),
            ("ctrepldst", CtAddress(Reply, Destination)),
            ("ctorigsrcport", CtPorts(Original, Source)),
            ("ctorigdstport", CtPorts(Original, Destination)),
            ("ctreplsrcport", CtPorts(Reply, Source)),
            ("ctrepldstport", CtPorts(Reply, Destination)),
            ("ctstatus", CtStatus),
            ("ctexpire", CtExpiry),
        ],
    },
    Module {
        name: "multiport",
        what: "-m multiport",
        effect: Effect::Options,
        options: &[
            ("dports", PortList(Some(Destination))),
            ("sports", PortList(Some(Source))),
            ("destination-ports", PortList(Some(Destination))),
            ("source-ports", PortList(Some(Source))),
            ("ports", PortList(None)),
        ],
    },
    Module {
        name: "comment",
        what: "-m comment",
        effect: Effect::Options,
        options: &[("comment", Nothing(1))],
    },
    Module {
        name: "iprange",
        what: "-m iprange",
        effect: Effect::Options,
        options: &[("src-range", AddressRange(Source)), ("dst-range", AddressRange(Destination))],
    },
    Module {
        name: "addrtype",
        what: "-m addrtype",
        effect: Effect::Options,
        options: &[
            ("src-type", AddressType(Source)),
            ("dst-type", AddressType(Destination)),
            ("limit-iface-in", AddressTypeOnInterface),
            ("limit-iface-out", AddressTypeOnInterface),
        ],
    },
    Module { name: "mark", what: "-m mark", effect: Effect::Options, options: &[("mark", Mark)] },
    Module {
        name: "helper",
        what: "-m helper",
        effect: Effect::Options,
        options: &[("helper", Helper)],
    },
    Module {
        name: "set",
        what: "-m set",
        effect: Effect::Options,
        options: &[
            ("match-set", MatchSet),
            ("set", MatchSet),
            ("return-nomatch", SetCondition(0)),
            ("update-counters", Nothing(0)),
            ("update-subcounters", Nothing(0)),
            ("packets-eq", SetCondition(1)),
            ("packets-lt", SetCondition(1)),
            ("packets-gt", SetCondition(1)),
            ("bytes-eq", SetCondition(1)),
            ("bytes-lt", SetCondition(1)),
            ("bytes-gt", SetCondition(1)),
        ],
    },
];
