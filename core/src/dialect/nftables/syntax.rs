//! What a rule set for `nft` says, before it is known what it means.
//!
//! Text and JSON are both read into this, in the order in which they stand; names are looked up and
//! meanings decided in one place after that. The shape follows `libnftables-json(5)`. Chains, sets and
//! rules inside of a `table { }` block are commands of their own, as they are in JSON.

use std::net::IpAddr;

use crate::firewall::{Direction, Span};
use crate::space::Family as Version;

/// A command, in the order of the text.
#[derive(Clone, Debug)]
pub(super) struct Command {
    /// Where it stands: the line of a rule, of a chain's `type` or first line, of a set's first line.
    pub span: Span,
    pub kind: CommandKind,
}

/// The family of a table.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum TableFamily {
    Ip,
    Ip6,
    Inet,
    Arp,
    Bridge,
    Netdev,
}

impl TableFamily {
    /// The family of this name, if there is one.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "ip" => Self::Ip,
            "ip6" => Self::Ip6,
            "inet" => Self::Inet,
            "arp" => Self::Arp,
            "bridge" => Self::Bridge,
            "netdev" => Self::Netdev,
            _ => return None,
        })
    }
}

/// A table: names of chains, sets and objects are its own.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct TableName {
    pub family: TableFamily,
    pub name: String,
}

/// Something in a table.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Name {
    pub table: TableName,
    pub name: String,
}

#[derive(Clone, Debug)]
pub(super) enum CommandKind {
    /// `flush ruleset`, of one family or of all.
    FlushRuleset(Option<TableFamily>),
    /// `flush table`: its rules go, chains and sets stay.
    FlushTable(TableName),
    /// `flush chain`.
    FlushChain(Name),
    /// `flush set` or `flush map`.
    FlushSet(Name),
    /// `delete table` or `destroy table`.
    DeleteTable(TableName),
    /// A table; a dormant one is not in force.
    Table { table: TableName, dormant: bool },
    /// A chain. One that is declared again keeps its rules, and takes a policy that is said anew.
    Chain { name: Name, base: Option<BaseChain>, policy: Option<Policy> },
    /// A rule.
    Rule { chain: Name, position: Position, statements: Vec<Statement> },
    /// A set, or a map if its elements have data.
    Set { name: Name, set: Set },
    /// Elements of a set or map that is declared elsewhere.
    Elements { name: Name, elements: Vec<Element> },
    /// `ct helper NAME { type "ftp" protocol tcp; l3proto ip; }`: the type and, if said, the protocol
    /// and the only IP version whose connections it is given to (`None` for `l3proto inet`).
    Helper { name: Name, helper: String, protocol: Option<String>, version: Option<Version> },
    /// An object without influence on what passes by itself: counter, quota, limit, timeout,
    /// expectation, secmark, synproxy, flowtable, comment. `kind` is its keyword.
    Object {
        name: Name,
        #[cfg_attr(not(test), expect(dead_code, reason = "for those who look at the tree"))]
        kind: String,
    },
    /// Something that is not modelled and may concern this table or chain; all of them for `None`.
    Unknown { what: String, table: Option<TableName>, chain: Option<Name> },
}

/// `type filter hook forward priority filter; policy drop;`
#[derive(Clone, Debug)]
pub(super) struct BaseChain {
    /// `filter`, `nat` or `route`.
    pub kind: String,
    /// `prerouting`, `input`, `forward`, `output`, `postrouting`, `ingress`, `egress`.
    pub hook: String,
    pub priority: Priority,
    /// The devices of a chain of `netdev`, or of `inet` at `ingress`.
    pub devices: Vec<String>,
}

/// A number, or a name with an offset: `filter - 5`.
#[derive(Clone, Debug)]
pub(super) enum Priority {
    Number(i32),
    Named(String, i32),
}

#[derive(Clone, Debug)]
pub(super) struct Policy {
    pub accept: bool,
    /// Where it is said.
    pub span: Span,
}

/// Where a rule goes in its chain.
#[derive(Clone, Copy, Debug)]
pub(super) enum Position {
    /// `add rule`.
    End,
    /// `insert rule`.
    Start,
    /// `add rule ... index N`: after the rule at that place, from 0.
    AfterIndex(u32),
    /// `insert rule ... index N`: before it.
    BeforeIndex(u32),
    /// A handle, which a file cannot know.
    Handle,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Set {
    /// The type of its elements: `["ipv4_addr", "inet_service"]` for a concatenation; empty for
    /// `typeof`, whose expressions are in `like`.
    pub types: Vec<String>,
    /// `typeof ip daddr . tcp dport`.
    pub like: Option<Expr>,
    /// It has data: a type name such as `verdict` or `ipv4_addr`, or `typeof` it is like something.
    pub map: bool,
    /// The packet path may add and remove elements (`flags dynamic`), or elements time out (a
    /// `timeout` of the set, of an element, or `flags timeout`): what it holds now is a snapshot.
    pub dynamic: bool,
    pub elements: Vec<Element>,
}

/// An element of a set, map or verdict map.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Element {
    /// The key; [`Expr::Any`] for `*`.
    pub key: Expr,
    /// The data of a map; [`Expr::Verdict`] in a verdict map.
    pub data: Option<Expr>,
    /// It times out, or has a limit or quota of its own.
    pub unsure: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    Accept,
    Drop,
    Continue,
    Return,
    Jump(String),
    Goto(String),
    /// A chain without a name, written where it is called.
    JumpTo(Vec<Vec<Statement>>),
    GotoTo(Vec<Vec<Statement>>),
    Queue,
}

/// How two sides of a match are compared.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Relation {
    /// None is written (`tcp dport 21`, `ct state new`); JSON writes `in` for bit masks and `==` else.
    Implicit,
    Equal,
    NotEqual,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum BitOperator {
    And,
    Or,
    Xor,
    ShiftLeft,
    ShiftRight,
}

/// What is compared, looked up or written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expr {
    // Values.
    /// A number, decimal or hexadecimal.
    Number(u64),
    /// A word or a string in quotes, whose meaning depends on what it is compared with: `ssh`,
    /// `established`, `eth0`, `eth*`, `tcp`.
    Word(String),
    Address(IpAddr),
    /// `10.0.0.0/8`; of something that is no address where the dialect allows it.
    Prefix(Box<Expr>, u32),
    Range(Box<Expr>, Box<Expr>),
    /// `*`, what is left over.
    Any,
    Verdict(Box<Verdict>),
    /// `{ ... }`, in a match or as the table of a map.
    Set(Vec<Element>),
    /// `@name`.
    Named(String),
    /// `a . b`.
    Concat(Vec<Expr>),
    /// `a, b` without braces: flags that are added up.
    List(Vec<Expr>),
    /// `key map { ... }` or `key map @name`.
    Map(Box<Expr>, Box<Expr>),
    Bits(BitOperator, Box<Expr>, Box<Expr>),

    // What packets and connections carry.
    /// `ip saddr`, `tcp dport`, `th dport`, `ether saddr`, `tcp flags`: protocol and field.
    Payload(String, String),
    /// `@th,16,16`: base, offset and length in bits.
    Raw(String, u32, u32),
    /// `meta l4proto`, `iifname`: the key without `meta`.
    Meta(String),
    /// `ct state`, `ct original ip saddr`, `ct reply proto-dst`: the key is `saddr`, `daddr`,
    /// `proto-src`, `proto-dst`, `state`, `status`, `mark`, `helper`, `direction`, `l3proto`,
    /// `protocol`, ...
    Ct {
        key: String,
        direction: Option<Direction>,
        version: Option<Version>,
    },
    /// `fib daddr . iif type`: the flags and the result (`type`, `oif`, `oifname`).
    Fib(Vec<String>, String),
    /// Whatever else can be compared and is not modelled: `numgen`, `jhash`, `socket`, `rt`, `exthdr`,
    /// `osf`, `ipsec`, `tcp option`: as written.
    Other(String),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum RejectKind {
    /// `reject`, and any ICMP port unreachable.
    PortUnreachable,
    TcpReset,
    /// Any other ICMP error.
    Unreachable,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum NatKind {
    Source,
    Destination,
    Masquerade,
    Redirect,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct NatFlags {
    pub random: bool,
    pub fully_random: bool,
    pub persistent: bool,
    /// `dnat ip prefix to ...`: host bits are kept.
    pub prefix: bool,
}

/// A part of a rule, in order.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Statement {
    Match {
        left: Expr,
        relation: Relation,
        right: Expr,
    },
    Verdict(Verdict),
    /// `key vmap { ... }` or `key vmap @name`.
    VerdictMap {
        key: Expr,
        map: Expr,
    },
    /// With an ICMP error of one version it is for packets of that version only.
    Reject(RejectKind, Option<Version>),
    /// `address` may be an [`Expr::Map`] whose data are addresses, or addresses and ports (then
    /// `port` is `None` and the data a [`Expr::Concat`]).
    Nat {
        kind: NatKind,
        version: Option<Version>,
        address: Option<Expr>,
        port: Option<Expr>,
        flags: NatFlags,
    },
    /// `meta mark set ...`, `ct mark set ...`, `ip dscp set ...`.
    Set {
        target: Expr,
        value: Expr,
    },
    /// `ct helper set "name"`; the name of an object, or a map of them.
    SetHelper(Expr),
    NoTrack,
    /// Nothing that matters to whether a packet passes: `counter`, `log`, `comment`, `flow add @ft`,
    /// `dup`.
    NoEffect,
    /// The rule may end here, and we cannot say when: `limit`, `quota`, `ct count`, `add @set`,
    /// meters; as written.
    Condition(String),
    /// A statement that is not modelled and may do anything, `tproxy` and `synproxy` and `fwd` and
    /// words that are not known among them; as written.
    Unknown(String),
}
