//! What a rule set says, before it is known what it means.

use super::place::At;
use crate::firewall::TcpFlags;
use crate::space::Family;

/// A statement, with its place.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) at: At,
    pub(super) kind: Kind,
}

/// What a statement is.
#[derive(Debug)]
pub(super) enum Kind {
    Rule(Box<Rule>),
    Anchor(Box<Anchor>),
    Translation(Box<TranslationRule>),
    Antispoof(Antispoof),
    Table(Table),
    Setting(Setting),
    /// `load anchor NAME from FILE`.
    Load {
        anchor: String,
        file: String,
    },
    /// Something whose effect is not known; it may concern every packet.
    Unknown(String),
}

/// What a filter rule does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Verb {
    Pass,
    Block(Return),
    Match,
}

/// How a packet is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Return {
    /// As `set block-policy` says.
    Policy,
    Drop,
    /// A reset for TCP.
    Reset,
    /// An ICMP error: port unreachable, or another one.
    Icmp {
        port: bool,
    },
}

/// Which way packets cross an interface.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Way {
    In,
    Out,
}

/// Something, or what is not it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Maybe<T> {
    pub(super) negated: bool,
    pub(super) it: T,
}

/// A filter rule.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) verb: Verb,
    pub(super) quick: bool,
    pub(super) head: Head,
    /// What it does besides.
    pub(super) effects: Effects,
}

/// What packets a rule is about.
#[derive(Clone, Debug, Default)]
pub(super) struct Head {
    pub(super) way: Option<Way>,
    /// One of these; empty for any.
    pub(super) interfaces: Vec<Maybe<String>>,
    pub(super) received_on: Option<Maybe<String>>,
    pub(super) family: Option<Family>,
    pub(super) protocols: Protocols,
    pub(super) source: Side,
    pub(super) destination: Side,
    pub(super) flags: Flags,
    pub(super) tagged: Option<Maybe<String>>,
    /// It never holds for a whole TCP packet.
    pub(super) never: bool,
    /// What else it asks, which is not known.
    pub(super) unknown: Vec<String>,
}

/// Which protocols a rule is about.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Protocols {
    /// Whether some were named.
    pub(super) named: bool,
    pub(super) tcp: bool,
    pub(super) udp: bool,
}

/// The TCP flags that a rule asks for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Flags {
    /// It does not say.
    #[default]
    Usual,
    Any,
    These {
        set: TcpFlags,
        mask: TcpFlags,
    },
}

/// One end of packets.
#[derive(Clone, Debug, Default)]
pub(super) struct Side {
    /// One of these; empty for any.
    pub(super) hosts: Vec<Maybe<Host>>,
    /// One of these ranges; `None` for any.
    pub(super) ports: Option<Vec<(u32, u32)>>,
    /// Whether some were written as comparisons, which ports of targets do not go along with in step.
    pub(super) compared: bool,
}

/// Addresses.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Host {
    Any,
    /// Numbers of a family, first and last.
    Range(Family, u128, u128),
    Table(String),
    /// `self`.
    Own,
    Interface(String, Part),
    /// Something that nobody knows, in words.
    Unknown(String),
}

/// What of an interface's addresses.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Part {
    Address,
    Network,
    Broadcast,
    Peer,
}

/// What a filter rule does besides passing and blocking.
#[derive(Clone, Debug, Default)]
pub(super) struct Effects {
    /// `None` where it does not say.
    pub(super) keeps_state: Option<bool>,
    /// Limits on the states that it makes.
    pub(super) limits: Vec<String>,
    pub(super) tag: Option<String>,
    pub(super) nat: Option<Target>,
    pub(super) rdr: Option<Target>,
    pub(super) binat: Option<Target>,
    /// `divert-to`, as written; the address.
    pub(super) divert: Option<(String, Option<u32>)>,
    /// What it does that is not known, in words.
    pub(super) unknown: Vec<String>,
    /// The family of the next hop that it names: the rule is about no other.
    pub(super) family: Option<Family>,
    /// `route-to` and `reply-to` by these interfaces.
    pub(super) routes: Vec<(String, String)>,
}

/// What addresses and ports are translated to.
#[derive(Clone, Debug, Default)]
pub(super) struct Target {
    pub(super) hosts: Vec<Host>,
    pub(super) ports: Option<TargetPorts>,
    pub(super) static_port: bool,
    pub(super) bitmask: bool,
}

/// The ports of a target.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum TargetPorts {
    /// One, for all.
    One(u16),
    /// From this one on, in step.
    From(u16),
    /// These, in step.
    Range(u16, u16),
}

/// Rules that are kept under a name, and evaluated where they stand.
#[derive(Debug)]
pub(super) struct Anchor {
    pub(super) section: Section,
    pub(super) name: Option<String>,
    pub(super) quick: bool,
    /// Whether it puts a tag on what it is about.
    pub(super) tags: bool,
    pub(super) head: Head,
    /// The rules in braces, if they stand there.
    pub(super) inside: Option<Vec<Statement>>,
}

/// Which list of rules.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Section {
    Filter,
    Nat,
    Rdr,
    Binat,
}

/// A rule of one of the sections for translation.
#[derive(Clone, Debug)]
pub(super) struct TranslationRule {
    pub(super) section: Section,
    /// `no nat` and the like.
    pub(super) negated: bool,
    /// `rdr pass`: filter rules do not matter.
    pub(super) passes: bool,
    pub(super) head: Head,
    pub(super) target: Target,
    pub(super) tag: Option<String>,
}

/// `antispoof`.
#[derive(Debug)]
pub(super) struct Antispoof {
    pub(super) quick: bool,
    pub(super) family: Option<Family>,
    pub(super) interfaces: Vec<Maybe<String>>,
}

/// A table of addresses.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) constant: bool,
    pub(super) entries: Vec<Maybe<Host>>,
    /// Files with more of them.
    pub(super) files: Vec<String>,
    /// Whether it says what it holds at all.
    pub(super) filled: bool,
}

/// An option that counts.
#[derive(Debug)]
pub(super) enum Setting {
    Skip(Vec<Maybe<String>>),
    BlockPolicy(Return),
    /// Nothing that rules are decided by.
    Other,
}
