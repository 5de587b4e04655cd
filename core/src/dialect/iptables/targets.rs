//! The target extensions: what they do, and their options.

use super::options::Bits::{And, Or, Set, Xor, Xset};
use super::options::Means::{
    CtHelper, NoTrack, Nothing, Persistent, Random, RejectWith, SetMark, ToAddress, ToNetwork,
    ToPorts, UnknownMark,
};
use super::options::Opt;

/// What a target does before its options are read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Does {
    /// Lets the packet go on to the next rule.
    Continue,
    /// Refuses the packet.
    Reject,
    /// Changes the packet's mark; an option says how.
    Mark,
    /// Changes the packet's mark, we cannot say how.
    UnknownMark,
    /// Gives the connection a template; an option says with what.
    Template,
    /// Exempts the packet from tracking.
    NoTrack,
    /// Translates the source.
    Snat,
    /// Translates the destination.
    Dnat,
    /// Translates the source to the address of the interface.
    Masquerade,
    /// Translates the destination to the device itself.
    Redirect,
    /// Translates the network of the source or the destination.
    Netmap,
    /// Something that we cannot decide.
    Undecided,
}

/// A target extension.
#[derive(Debug)]
pub(super) struct Target {
    /// Its name.
    pub(super) name: &'static str,
    /// Its name in reports.
    pub(super) what: &'static str,
    /// What it does.
    pub(super) does: Does,
    /// Its options.
    pub(super) options: &'static [Opt],
}

/// The target extension of that name, if we know it.
pub(super) fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

macro_rules! targets {
    ($($name:literal $does:ident: $($option:literal $means:expr),*;)*) => {
        &[$(Target {
            name: $name,
            what: concat!("-j ", $name),
            does: Does::$does,
            options: &[$(($option, $means)),*],
        }),*]
    };
}

/// From the iptables 1.8 sources, xtables-addons, and extensions of older releases.
const TARGETS: &[Target] = targets! {
    "REJECT" Reject: "reject-with" RejectWith;
    "LOG" Continue: "log-level" Nothing(1), "log-prefix" Nothing(1), "log-tcp-sequence" Nothing(0),
        "log-tcp-options" Nothing(0), "log-ip-options" Nothing(0), "log-uid" Nothing(0),
        "log-macdecode" Nothing(0);
    "NOTRACK" NoTrack:;
    "CT" Template: "notrack" NoTrack, "helper" CtHelper, "timeout" Nothing(1),
        "ctevents" Nothing(1), "expevents" Nothing(1), "zone" Nothing(1), "zone-orig" Nothing(1),
        "zone-reply" Nothing(1);
    "SNAT" Snat: "to-source" ToAddress, "random" Random, "random-fully" Random,
        "persistent" Persistent;
    "DNAT" Dnat: "to-destination" ToAddress, "random" Random, "persistent" Persistent;
    "MASQUERADE" Masquerade: "to-ports" ToPorts, "random" Random, "random-fully" Random;
    "REDIRECT" Redirect: "to-ports" ToPorts, "random" Random;
    "NETMAP" Netmap: "to" ToNetwork;
    "MARK" Mark: "set-xmark" SetMark(Xset), "set-mark" SetMark(Set), "and-mark" SetMark(And),
        "or-mark" SetMark(Or), "xor-mark" SetMark(Xor);
    "CONNMARK" Continue: "restore-mark" UnknownMark, "save-mark" Nothing(0),
        "set-xmark" Nothing(1), "set-mark" Nothing(1), "and-mark" Nothing(1), "or-mark" Nothing(1),
        "xor-mark" Nothing(1), "left-shift-mark" Nothing(1), "right-shift-mark" Nothing(1),
        "ctmask" Nothing(1), "nfmask" Nothing(1), "mask" Nothing(1);
    "NFLOG" Continue: "nflog-group" Nothing(1), "nflog-prefix" Nothing(1),
        "nflog-range" Nothing(1), "nflog-size" Nothing(1), "nflog-threshold" Nothing(1);
    "ULOG" Continue: "ulog-nlgroup" Nothing(1), "ulog-prefix" Nothing(1), "ulog-cprange" Nothing(1),
        "ulog-qthreshold" Nothing(1);
    "TCPMSS" Continue: "set-mss" Nothing(1), "clamp-mss-to-pmtu" Nothing(0);
    "TCPOPTSTRIP" Continue: "strip-options" Nothing(1);
    "TRACE" Continue:;
    "AUDIT" Continue: "type" Nothing(1);
    "CHECKSUM" Continue: "checksum-fill" Nothing(0);
    "CLASSIFY" Continue: "set-class" Nothing(1);
    "CONNSECMARK" Continue: "save" Nothing(0), "restore" Nothing(0);
    "SECMARK" Continue: "selctx" Nothing(1);
    "DSCP" Continue: "set-dscp" Nothing(1), "set-dscp-class" Nothing(1);
    "TOS" Continue: "set-tos" Nothing(1), "and-tos" Nothing(1), "or-tos" Nothing(1),
        "xor-tos" Nothing(1);
    "TTL" Continue: "ttl-set" Nothing(1), "ttl-dec" Nothing(1), "ttl-inc" Nothing(1);
    "HL" Continue: "hl-set" Nothing(1), "hl-dec" Nothing(1), "hl-inc" Nothing(1);
    "ECN" Continue: "ecn-tcp-remove" Nothing(0), "ecn-tcp-cwr" Nothing(1),
        "ecn-tcp-ece" Nothing(1), "ecn-ip-ect" Nothing(1);
    "IDLETIMER" Continue: "timeout" Nothing(1), "label" Nothing(1), "alarm" Nothing(0);
    "LED" Continue: "led-trigger-id" Nothing(1), "led-delay" Nothing(1),
        "led-always-blink" Nothing(0);
    "RATEEST" Continue: "rateest-name" Nothing(1), "rateest-interval" Nothing(1),
        "rateest-ewmalog" Nothing(1);
    "TEE" Continue: "gateway" Nothing(1), "oif" Nothing(1);
    "SET" Continue: "add-set" Nothing(2), "del-set" Nothing(2), "map-set" Nothing(2),
        "timeout" Nothing(1), "exist" Nothing(0), "map-mark" UnknownMark, "map-prio" Nothing(0),
        "map-queue" Nothing(0);
    "HMARK" UnknownMark: "hmark-tuple" Nothing(1), "hmark-mod" Nothing(1),
        "hmark-offset" Nothing(1), "hmark-src-prefix" Nothing(1), "hmark-dst-prefix" Nothing(1),
        "hmark-sport-mask" Nothing(1), "hmark-dport-mask" Nothing(1), "hmark-spi-mask" Nothing(1),
        "hmark-sport" Nothing(1), "hmark-dport" Nothing(1), "hmark-spi" Nothing(1),
        "hmark-proto-mask" Nothing(1), "hmark-rnd" Nothing(1);
    "QUEUE" Undecided:;
    "NFQUEUE" Undecided: "queue-num" Nothing(1), "queue-balance" Nothing(1),
        "queue-bypass" Nothing(0), "queue-cpu-fanout" Nothing(0);
    "TPROXY" Undecided: "on-ip" Nothing(1), "on-port" Nothing(1), "tproxy-mark" Nothing(1);
    "SYNPROXY" Undecided: "sack-perm" Nothing(0), "timestamp" Nothing(0), "wscale" Nothing(1),
        "mss" Nothing(1), "ecn" Nothing(0);
    "CLUSTERIP" Undecided: "new" Nothing(0), "hashmode" Nothing(1), "clustermac" Nothing(1),
        "total-nodes" Nothing(1), "local-node" Nothing(1), "hash-init" Nothing(1);
    "DNPT" Undecided: "src-pfx" Nothing(1), "dst-pfx" Nothing(1);
    "SNPT" Undecided: "src-pfx" Nothing(1), "dst-pfx" Nothing(1);
    "TARPIT" Undecided: "tarpit" Nothing(0), "honeypot" Nothing(0), "reset" Nothing(0);
    "DELUDE" Undecided:;
    "CHAOS" Undecided: "delude" Nothing(0), "tarpit" Nothing(0);
    "MIRROR" Undecided:;
    "FLOWOFFLOAD" Undecided: "hw" Nothing(0);
    "FULLCONENAT" Undecided: "to-ports" Nothing(1), "to-source" Nothing(1),
        "to-destination" Nothing(1), "random" Nothing(0), "random-fully" Nothing(0);
};
