//! The options of iptables' extensions: how many words they take and what they mean.

use crate::firewall::{Direction, Side};

/// What an option means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Means {
    /// Nothing that the extension itself does not mean; it takes so many words.
    Nothing(u8),
    /// A condition that we cannot decide, named so; it takes so many words.
    Undecided(&'static str, u8),
    /// Ports, one range of them.
    Ports(Side),
    /// Ports, several of them; of either side for `None`.
    PortList(Option<Side>),
    /// The ports that UDP packets go to, one range of them.
    DatagramPorts,
    /// A segment that opens a connection.
    Syn,
    /// TCP flags: which to look at and which of them are set.
    Flags,
    /// A range of addresses.
    AddressRange(Side),
    /// Connection states, as `-m state` knows them.
    State,
    /// Connection states, as `-m conntrack` knows them.
    CtState,
    /// What connection tracking has noted about the connection.
    CtStatus,
    /// When the connection will be forgotten.
    CtExpiry,
    /// The protocol of the connection.
    CtProtocol,
    /// The direction of the packet in its connection.
    CtDirection,
    /// An address of the connection.
    CtAddress(Direction, Side),
    /// Ports of the connection.
    CtPorts(Direction, Side),
    /// The helper that expected the connection.
    Helper,
    /// The mark of the packet.
    Mark,
    /// What kind of address it is.
    AddressType(Side),
    /// The address type counts on one interface only.
    AddressTypeOnInterface,
    /// The name of a set and what of the packet is looked up in it.
    MatchSet,
    /// A condition on the entry of the set; it takes so many words.
    SetCondition(u8),
    /// How a packet is refused.
    RejectWith,
    /// The address and ports to translate to.
    ToAddress,
    /// The ports to translate to.
    ToPorts,
    /// The network to translate to.
    ToNetwork,
    /// Ports are chosen at random.
    Random,
    /// A client keeps its address.
    Persistent,
    /// The mark to set.
    SetMark(Bits),
    /// The packet's mark becomes unknown.
    UnknownMark,
    /// The helper to assign.
    CtHelper,
    /// The packet is exempt from tracking.
    NoTrack,
}

/// How the bits of a mark are changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Bits {
    /// Those of the mask are cleared, those of the value turned over.
    Xset,
    /// Those of the mask and of the value are cleared, those of the value set.
    Set,
    /// Those that are not in the value are cleared.
    And,
    /// Those of the value are set.
    Or,
    /// Those of the value are turned over.
    Xor,
}

/// An option without its dashes, and what it means.
pub(super) type Opt = (&'static str, Means);

/// What an extension means for a rule whatever its options are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Effect {
    /// Only its options mean something.
    Options,
    /// It matches another protocol than TCP.
    OtherProtocol,
    /// It looks at something that we cannot decide.
    Undecided,
}

/// A match extension.
#[derive(Debug)]
pub(super) struct Module {
    /// Its name.
    pub(super) name: &'static str,
    /// Its name in reports.
    pub(super) what: &'static str,
    /// What it means by itself.
    pub(super) effect: Effect,
    /// Its options.
    pub(super) options: &'static [Opt],
}

/// What became of the search for an option.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found<T> {
    /// This one.
    One(T),
    /// Several begin so.
    Ambiguous,
    /// None.
    Nothing,
}

/// The option of that name, or the only one that begins so, as `getopt_long` finds it.
pub(super) fn find<T: Copy>(
    name: &str,
    options: impl Iterator<Item = (&'static str, T)> + Clone,
    same: impl Fn(T, T) -> bool,
) -> Found<T> {
    if let Some((_, exact)) = options.clone().find(|(option, _)| *option == name) {
        return Found::One(exact);
    }
    let mut beginning = options.filter(|(option, _)| option.starts_with(name));
    let Some((_, first)) = beginning.next() else { return Found::Nothing };
    if beginning.all(|(_, other)| same(first, other)) {
        Found::One(first)
    } else {
        Found::Ambiguous
    }
}
