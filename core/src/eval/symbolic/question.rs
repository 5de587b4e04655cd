use crate::eval::{End, Link, Placement};
use crate::firewall::{BaseKind, ChainId, Firewall, Hook, States, TcpFlags};
use crate::space::{Axis, Family};
use crate::words::words;

/// Where replies to a translated connection get their addresses back: `NF_IP_PRI_NAT_DST`.
const UNDO_TRANSLATION: i32 = -100;

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
    pub stops: Vec<Stop>,
    /// A helper expected the connection, or may have.
    pub expected: bool,
    /// The packet's way in its connection is known: from the opener, unless it is mirrored.
    pub directed: bool,
}

impl Class {
    /// Whether connection tracking knows a connection that the packet belongs to.
    pub(super) fn has_connection(&self) -> bool {
        self.state.intersects(States::NEW | States::ESTABLISHED | States::RELATED)
    }

    /// Whether source and destination stand the other way round than in the question.
    pub(super) fn mirrored(&self) -> bool {
        matches!(self.stage, Stage::SynAck | Stage::PeerData)
    }
}

/// A base chain on the way of a packet.
#[derive(Clone, Debug)]
pub(super) struct Stop {
    pub chain: ChainId,
    pub kind: BaseKind,
    /// Whether the state of the connection is known here.
    pub tracked: bool,
    /// The coordinate of the packet that is not what the question says if the connection's source
    /// is translated.
    pub hidden: Option<Axis>,
    pub incoming: Interface,
    pub outgoing: Interface,
}

/// The packets of a TCP connection that `opener` opens through a device.
pub(super) fn connection(
    firewall: &Firewall,
    family: Family,
    placement: Placement,
    opener: End,
    first: States,
    interfaces: &Interfaces,
) -> Vec<Class> {
    let name = |link: Option<Link>| match link {
        None => Interface::Absent,
        Some(Link::Inside) => named(interfaces.inside.as_deref(), Interface::Remote),
        Some(Link::Outside) => named(interfaces.outside.as_deref(), Interface::Remote),
    };
    let stops = |sender: End| {
        let route = placement.route(sender);
        let through = route.incoming.is_some() && route.outgoing.is_some();
        let mut stops = Vec::new();
        for &hook in route.hooks {
            // The kernel tells postrouting chains the incoming interface in some versions only.
            let unsure = through && hook == Hook::Postrouting;
            let incoming = if unsure { Interface::Any } else { name(route.incoming) };
            let outgoing = match hook {
                Hook::Prerouting => Interface::Absent,
                _ => name(route.outgoing),
            };
            stops.extend(at_hook(firewall, family, hook, sender == opener, incoming, outgoing));
        }
        stops
    };
    let expected = first == States::RELATED;
    let class = |stage, flags, state, sender| Class {
        stage,
        flags,
        state,
        stops: stops(sender),
        expected,
        directed: true,
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
    let stops = at_hook(firewall, family, hook, true, incoming, outgoing);
    // Of a packet in the middle of a connection, nobody knows how the connection began.
    let expected = state != States::NEW;
    let directed = state.intersects(States::NEW | States::RELATED);
    vec![Class { stage, flags, state, stops, expected, directed }]
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
    from_opener: bool,
    incoming: Interface,
    outgoing: Interface,
) -> Vec<Stop> {
    // Connection tracking is entered at these two hooks; everywhere else it has been passed.
    let entered_here = matches!(hook, Hook::Prerouting | Hook::Output);
    let mut source_translated = false;
    let mut stops = Vec::new();
    for chain in firewall.base_chains(hook, family) {
        let Some(base) = firewall.chain(chain).and_then(|chain| chain.base()) else { continue };
        let tracked =
            firewall.conntrack().is_some_and(|from| !entered_here || base.priority >= from);
        let hidden = if from_opener {
            source_translated.then_some(Axis::Source)
        } else {
            (entered_here && base.priority < UNDO_TRANSLATION).then_some(Axis::Destination)
        };
        source_translated |= base.kind == BaseKind::Nat && !entered_here;
        let (incoming, outgoing) = (incoming.clone(), outgoing.clone());
        stops.push(Stop { chain, kind: base.kind, tracked, hidden, incoming, outgoing });
    }
    stops
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
        if distinct.iter().all(|(known, _)| *known != answers) {
            distinct.push((answers, flags));
        }
    }
    distinct.into_iter().map(|(_, flags)| flags).collect()
}
