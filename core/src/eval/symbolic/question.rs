use std::cmp::Ordering;

use crate::eval::{End, Link, Placement};
use crate::firewall::{BaseKind, ChainId, Firewall, Hook, Side, States, Symbol, TcpFlags};
use crate::space::Family;
use crate::words::words;

/// Where destinations are translated, and those of answers back: `NF_IP_PRI_NAT_DST`.
const DESTINATIONS: i32 = -100;

/// Where sources are translated, and those of answers back: `NF_IP_PRI_NAT_SRC`.
const SOURCES: i32 = 100;

/// The names of the interfaces on both sides of a device, as far as somebody named them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Interfaces {
    /// The one towards the end that the firewall protects.
    pub inside: Option<String>,
    /// The one towards the rest of the world; the only one of a host.
    pub outside: Option<String>,
}

/// What is known of the interface that a packet crosses.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Interface {
    Named(String),
    /// There is none: the packet starts or ends here.
    Absent,
    /// One that leads to another machine, so not the loopback interface.
    Remote,
    /// Nothing is known.
    Any,
}

words! {
    /// Which packet of a connection.
    Stage, "packet of a connection" {
        /// The first packet, from the opener.
        Syn = "syn",
        /// The answer to it.
        SynAck = "syn-ack",
        /// All further packets of the opener, from the third of the handshake on.
        OpenerData = "opener-data",
        /// All further packets of the other end.
        PeerData = "peer-data",
    }
}

impl Stage {
    /// Whether the end that the connection was opened to sends it.
    pub const fn is_reply(self) -> bool {
        matches!(self, Self::SynAck | Self::PeerData)
    }

    /// What people call it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Syn => "the SYN",
            Self::SynAck => "the SYN-ACK",
            Self::OpenerData => "what its opener sends after the SYN",
            Self::PeerData => "what the other end sends after the SYN-ACK",
        }
    }
}

/// One packet to be followed, or several that a rule set cannot tell apart.
#[derive(Clone, Debug)]
pub(super) struct Class {
    pub stage: Stage,
    pub flags: TcpFlags,
    /// The state that connection tracking gives to it when it tracks the connection.
    pub state: States,
    /// The base chains before the packet is routed, or where it starts.
    pub entry: Vec<Stop>,
    /// Those after that.
    pub onward: Vec<Stop>,
    pub way: Way,
    /// Those after that of a packet which a gateway finds to be for itself.
    pub delivered: Vec<Stop>,
    /// A helper expected the connection, or may have.
    pub expected: Option<Expected>,
    /// The packet's way in its connection is known: from the opener, unless it is mirrored.
    pub directed: bool,
}

/// What the device has to do with a packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Way {
    /// It passes it on.
    Through,
    /// It sends it, or takes it.
    Ends,
    /// Only one hook is asked about.
    Alone,
}

impl Class {
    /// The same packet, if it meets only some of the base chains.
    pub(super) fn only(mut self, wanted: impl Fn(&Stop) -> bool) -> Self {
        for stops in [&mut self.entry, &mut self.onward, &mut self.delivered] {
            stops.retain(&wanted);
        }
        self
    }

    /// Whether connection tracking knows a connection that the packet belongs to.
    pub(super) fn has_connection(&self) -> bool {
        self.state.intersects(States::NEW | States::ESTABLISHED | States::RELATED)
    }

    /// Whether source and destination stand the other way round than in the question.
    pub(super) fn mirrored(&self) -> bool {
        self.stage.is_reply()
    }
}

/// The helper that expected a connection.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Expected {
    By(Symbol),
    /// Some helper, or none.
    Maybe,
}

/// Whether the hook where one side of a packet is translated lies ahead.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Manip {
    Ahead,
    Done,
}

impl Manip {
    /// The same for a packet that is translated back there.
    pub(super) const fn undone(self) -> Self {
        match self {
            Self::Ahead => Self::Done,
            Self::Done => Self::Ahead,
        }
    }
}

/// A base chain on the way of a packet.
#[derive(Clone, Debug)]
pub(super) struct Stop {
    pub chain: ChainId,
    pub kind: BaseKind,
    /// Whether the state of the connection is known here.
    pub tracked: bool,
    pub hook: Hook,
    /// Whether the packet is one that the device passes on.
    pub through: bool,
    /// The translation of destinations.
    pub destination: Manip,
    /// The translation of sources.
    pub source: Manip,
    pub incoming: Interface,
    pub outgoing: Interface,
}

/// The packets of a TCP connection that `opener` opens through a device.
pub(super) fn connection(
    firewall: &Firewall,
    family: Family,
    placement: Placement,
    opener: End,
    expected: Option<Expected>,
    interfaces: &Interfaces,
) -> Vec<Class> {
    let first = if expected.is_some() { States::RELATED } else { States::NEW };
    let name = |link: Option<Link>| match link {
        None => Interface::Absent,
        Some(Link::Inside) => named(interfaces.inside.as_deref(), Interface::Remote),
        Some(Link::Outside) => named(interfaces.outside.as_deref(), Interface::Remote),
    };
    let stops = |sender: End, hooks: &[Hook], delivered: bool| {
        let route = placement.route(sender);
        let through = route.incoming.is_some() && route.outgoing.is_some();
        let outgoing_link = if delivered { None } else { route.outgoing };
        let mut stops = Vec::new();
        for &hook in hooks {
            // The kernel tells postrouting chains the incoming interface in some versions only.
            let unsure = through && hook == Hook::Postrouting;
            let incoming = if unsure { Interface::Any } else { name(route.incoming) };
            let outgoing = match hook {
                Hook::Prerouting => Interface::Absent,
                _ => name(outgoing_link),
            };
            stops.extend(at_hook(firewall, family, hook, through, incoming, outgoing));
        }
        stops
    };
    let class = |stage, flags, state, sender| {
        let route = placement.route(sender);
        let (entry, onward) = route.hooks.split_at_checked(1).unwrap_or((route.hooks, &[]));
        let (way, for_itself): (_, &[Hook]) = match onward.first() {
            Some(Hook::Forward) => (Way::Through, &[Hook::Input]),
            _ => (Way::Ends, &[]),
        };
        Class {
            stage,
            flags,
            state,
            entry: stops(sender, entry, false),
            onward: stops(sender, onward, false),
            way,
            delivered: stops(sender, for_itself, true),
            expected,
            directed: true,
        }
    };
    let peer = opener.other();
    let mut classes = vec![
        class(Stage::Syn, TcpFlags::SYN, first, opener),
        class(Stage::SynAck, TcpFlags::SYN | TcpFlags::ACK, States::ESTABLISHED, peer),
    ];
    for (stage, sender) in [(Stage::OpenerData, opener), (Stage::PeerData, peer)] {
        for flags in further_flags(firewall) {
            classes.push(class(stage, flags, States::ESTABLISHED, sender));
        }
    }
    classes
}

/// One packet at one hook.
pub(super) fn packet(
    firewall: &Firewall,
    family: Family,
    hook: Hook,
    state: States,
    incoming: Option<&str>,
    outgoing: Option<&str>,
) -> Vec<Class> {
    let incoming = match hook {
        Hook::Output => Interface::Absent,
        _ => named(incoming, Interface::Any),
    };
    let outgoing = match hook {
        Hook::Prerouting | Hook::Input => Interface::Absent,
        _ => named(outgoing, Interface::Any),
    };
    let stage = if state == States::ESTABLISHED { Stage::OpenerData } else { Stage::Syn };
    let flags = flags_of(state);
    let entry = at_hook(firewall, family, hook, false, incoming, outgoing);
    // Of a packet in the middle of a connection, nobody knows how the connection began.
    let expected = (state != States::NEW).then_some(Expected::Maybe);
    let directed = state.intersects(States::NEW | States::RELATED);
    let (onward, way, delivered) = (Vec::new(), Way::Alone, Vec::new());
    vec![Class { stage, flags, state, entry, onward, way, delivered, expected, directed }]
}

/// The flags of the packet that a state stands for where nobody says more: a segment in the middle of
/// an established connection, else one that opens a connection.
pub fn flags_of(state: States) -> TcpFlags {
    if state == States::ESTABLISHED { TcpFlags::ACK } else { TcpFlags::SYN }
}

fn named(name: Option<&str>, otherwise: Interface) -> Interface {
    name.map_or(otherwise, |name| Interface::Named(name.to_owned()))
}

fn at_hook(
    firewall: &Firewall,
    family: Family,
    hook: Hook,
    through: bool,
    incoming: Interface,
    outgoing: Interface,
) -> Vec<Stop> {
    // Connection tracking is entered at these two hooks; everywhere else it has been passed.
    let entered_here = matches!(hook, Hook::Prerouting | Hook::Output);
    let leaves_here = matches!(hook, Hook::Postrouting | Hook::Input);
    let first_nat = firewall.first_nat(family);
    let mut stops = Vec::new();
    for chain in firewall.base_chains(hook, family) {
        let Some(base) = firewall.chain(chain).and_then(|chain| chain.base()) else { continue };
        let tracked =
            firewall.conntrack().is_some_and(|from| !entered_here || base.priority >= from);
        let at = |priority: i32| match base.priority.cmp(&priority) {
            Ordering::Less => Manip::Ahead,
            Ordering::Equal if base.kind == BaseKind::Nat => Manip::Ahead,
            // Of hooks of one priority the last registered runs first.
            Ordering::Equal if first_nat.is_some_and(|nat| chain < nat) => Manip::Done,
            Ordering::Equal => Manip::Ahead,
            Ordering::Greater => Manip::Done,
        };
        let destination = if entered_here { at(DESTINATIONS) } else { Manip::Done };
        let source = if leaves_here { at(SOURCES) } else { Manip::Ahead };
        let (incoming, outgoing) = (incoming.clone(), outgoing.clone());
        let kind = base.kind;
        stops.push(Stop {
            chain,
            kind,
            tracked,
            hook,
            through,
            destination,
            source,
            incoming,
            outgoing,
        });
    }
    stops
}

impl Stop {
    /// The side that its nat rules translate.
    pub(super) const fn translates(&self) -> Side {
        match self.hook {
            Hook::Prerouting | Hook::Output => Side::Destination,
            Hook::Input | Hook::Forward | Hook::Postrouting => Side::Source,
        }
    }
}

impl Class {
    /// All base chains that the packet may meet.
    pub(super) fn stops(&self) -> impl Iterator<Item = &Stop> {
        self.entry.iter().chain(&self.onward).chain(&self.delivered)
    }
}

/// The flags of the packets after the handshake, one of each kind that the rule set can tell apart.
fn further_flags(firewall: &Firewall) -> Vec<TcpFlags> {
    let kinds = [TcpFlags::ACK, TcpFlags::ACK | TcpFlags::PSH, TcpFlags::ACK | TcpFlags::FIN];
    let answers = |flags: TcpFlags| -> Vec<bool> {
        let tests = firewall.flag_tests().iter();
        tests.map(|(mask, set)| flags.0 & mask.0 == set.0).collect()
    };
    let mut distinct: Vec<(Vec<bool>, TcpFlags)> = Vec::new();
    for flags in kinds {
        let answers = answers(flags);
        // Connection tracking tells them apart itself, where it may miss some of them.
        if firewall.untracks() || distinct.iter().all(|(known, _)| *known != answers) {
            distinct.push((answers, flags));
        }
    }
    distinct.into_iter().map(|(_, flags)| flags).collect()
}
