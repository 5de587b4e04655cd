use super::{Direction, States, Statuses, Symbol, TcpFlags};
use crate::space::{Cuboid, Ranges};

/// Which end of a packet.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Side {
    /// Where it comes from.
    Source,
    /// Where it goes.
    Destination,
}

/// A set of addresses of one family; packets of the other family are outside it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Addresses {
    /// IPv4 addresses.
    V4(Ranges<u32>),
    /// IPv6 addresses. Boxed, for a range of them is four times as wide.
    V6(Box<Ranges<u128>>),
}

/// A set of ports, 0 to 65535.
pub type Ports = Ranges<u32>;

/// One test of a packet. All tests of a rule must hold for it to match.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Test {
    /// The source or destination address, as the packet carries it at that point, is in the set.
    Address(Side, Addresses),
    /// The source or destination port, as the packet carries it at that point, is in the set.
    Port(Side, Ports),
    /// The source port or the destination port is in the set.
    EitherPort(Ports),
    /// The header is in a set of more than one dimension, such as an ipset of address and port.
    Header(Box<HeaderTest>),
    /// Never true for TCP: a test of another protocol, or a contradiction.
    Never,
    /// The interface that the packet came in or goes out by.
    Interface(InterfaceTest),
    /// The state of the packet's connection is one of `states`, or none of them if `negated`.
    State {
        /// The states.
        states: States,
        /// Whether the test is turned round.
        negated: bool,
    },
    /// The packet goes this way in its connection; false for a packet without one.
    Direction(Direction),
    /// What the connection's first packet carried, before any translation.
    Connection(Box<ConnectionTest>),
    /// Of the flags in `mask` exactly those in `set` are set, or not so if `negated`.
    Flags {
        /// The flags that are looked at.
        mask: TcpFlags,
        /// Those of them that must be set.
        set: TcpFlags,
        /// Whether the test is turned round.
        negated: bool,
    },
    /// The packet's mark, under a mask, is the value, or not so if `negated`.
    Mark {
        /// Value and mask.
        mark: Mark,
        /// Whether the test is turned round.
        negated: bool,
    },
    /// The packet belongs to a connection that a helper expected.
    Helper(HelperTest),
    /// Of the statuses in `mask` exactly those in `set` are noted about the packet's connection, or
    /// not so if `negated`; false for a packet without a connection, negated or not.
    Status {
        /// The statuses that are looked at.
        mask: Statuses,
        /// Those of them that must be noted.
        set: Statuses,
        /// Whether the test is turned round.
        negated: bool,
    },
    /// All tests of one of several lists hold, or of none if it is negated.
    OneOf(Box<OneOf>),
    /// True or false, we cannot say; what it is, for instance `-m limit`.
    Unmodelled(Symbol),
}

/// A test of the whole header.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HeaderTest {
    /// The IPv4 headers in the set.
    pub v4: Vec<Cuboid<u32>>,
    /// The IPv6 headers in the set.
    pub v6: Vec<Cuboid<u128>>,
    /// Whether the test is turned round: it holds outside the set.
    pub negated: bool,
}

/// A test of an interface's name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct InterfaceTest {
    /// The incoming interface if true, else the outgoing one.
    pub incoming: bool,
    /// The name, or what it begins with.
    pub name: Symbol,
    /// Whether any name that begins so will do.
    pub prefix: bool,
    /// Whether the test is turned round.
    pub negated: bool,
}

/// A test of what the first packet of the connection carried, or of what its replies are expected to
/// carry. False for a packet without a connection, negated or not.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConnectionTest {
    /// [`Direction::Original`]: as the opener sent it, before translation. [`Direction::Reply`]: as
    /// the other side answers, after translation.
    pub direction: Direction,
    /// The end that is looked at.
    pub side: Side,
    /// The addresses, if it looks at them.
    pub addresses: Option<Addresses>,
    /// The ports, if it looks at them.
    pub ports: Option<Ports>,
}

/// Whether an interface of this name is a loopback interface: `lo` of Linux, `lo0` and the like of BSD.
pub(crate) fn is_loopback(name: &str) -> bool {
    name.strip_prefix("lo").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A test of the helper that expected the packet's connection. It never looks at the control
/// connection: `helper_mt` in `xt_helper.c`, `NFT_CT_HELPER` in `nft_ct.c`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HelperTest {
    /// The helper; any for an empty name.
    pub name: Symbol,
    /// Whether it is enough that the helper's name begins `name`: `helper_mt` compares no more than
    /// the length of the helper's name.
    pub prefix: bool,
    /// Whether the test is turned round.
    pub negated: bool,
    /// The answer for a packet whose connection no helper expected, whether turned round or not.
    pub without: bool,
}

/// Lists of tests, one of which must hold as a whole.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OneOf {
    /// The lists. An empty list always holds.
    pub lists: Vec<Vec<Test>>,
    /// Whether none may hold instead.
    pub negated: bool,
}

/// A packet mark with the bits that count.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Mark {
    /// The value.
    pub value: u32,
    /// The bits that count.
    pub mask: u32,
}
