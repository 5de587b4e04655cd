use super::packet::{Name, Seen, Sight};
use super::walk::{Left, Walk};
use super::{Blame, Connection, Exhausted, Moment, Packet, Tuple, Verdict};
use crate::eval::Link;
use crate::firewall::{
    BaseKind, ChainId, Direction, Fate, Firewall, Hook, Mark, RuleId, States, TcpFlags,
};
use crate::space::Family;

/// The priority at which the kernel puts answers to a translated source right again:
/// `NF_IP_PRI_NAT_DST` in `netfilter_ipv4.h`.
const TRANSLATED_BACK: i32 = -100;

/// What the packets of a connection share.
pub(super) struct Connected {
    /// What the opener sends, if that is known.
    tuple: Option<Tuple>,
    /// Whether tracking sees some of the packets and not the others.
    pub(super) mixed: bool,
    /// Where the source was translated: the hook, the place in the way of the opener's packets, and
    /// the rule.
    pub(super) translated: Option<(Hook, usize, RuleId)>,
}

impl Connected {
    pub(super) const fn new(tuple: Option<Tuple>) -> Self {
        Self { tuple, mixed: false, translated: None }
    }
}

/// A base chain on a packet's way.
struct Station {
    hook: Hook,
    chain: ChainId,
    kind: BaseKind,
    priority: i32,
    before_tracking: bool,
    in_filter_table: bool,
}

/// The base chains on a way through these hooks, in the order in which they run.
fn stations(firewall: &Firewall, hooks: &[Hook], family: Family) -> Vec<Station> {
    let at = |hook| {
        firewall.base_chains(hook, family).into_iter().filter_map(move |id| {
            let chain = firewall.chain(id)?;
            let base = chain.base()?;
            Some(Station {
                hook,
                chain: id,
                kind: base.kind,
                priority: base.priority,
                before_tracking: firewall.conntrack().is_none_or(|tracking| {
                    matches!(hook, Hook::Prerouting | Hook::Output) && base.priority < tracking
                }),
                in_filter_table: chain.table() == "filter",
            })
        })
    };
    hooks.iter().copied().flat_map(at).collect()
}

/// One packet on its way through the device.
pub(super) struct Journey<'a> {
    packet: Seen<'a>,
    incoming: Name<'a>,
    outgoing: Name<'a>,
    /// The state that tracking gives to the packet, unless it is exempt.
    state: States,
    /// Whether a helper may have expected the connection.
    expected: bool,
    untracked: bool,
    template: bool,
    stations: Vec<Station>,
    next: usize,
    path: Vec<RuleId>,
    /// What stopped it already.
    met: Option<(Fate, Blame)>,
    /// The last rule that accepted it in a filtering base chain, and the chain whose policy let it
    /// pass if there is none.
    accepted_by: (Option<RuleId>, Option<(bool, ChainId)>),
}

impl<'a> Journey<'a> {
    /// A packet of a connection, before its first hook.
    pub(super) fn of(firewall: &Firewall, question: &Connection<'a>, moment: Moment) -> Self {
        let (sender, flags, state) = match moment {
            Moment::Syn | Moment::Alone => (question.opener, TcpFlags::SYN, question.first),
            Moment::SynAck => {
                (question.opener.other(), TcpFlags::SYN | TcpFlags::ACK, States::ESTABLISHED)
            }
            Moment::Further(sender, flags) => (sender, flags, States::ESTABLISHED),
        };
        let Tuple { source, destination } = question.tuple;
        let (source, destination, direction) = if sender == question.opener {
            (source, destination, Direction::Original)
        } else {
            (destination, source, Direction::Reply)
        };
        let name = |link: Option<Link>| match link {
            None => Name::Absent,
            Some(Link::Inside) => question.interfaces.inside.map_or(Name::NotLoopback, Name::Known),
            Some(Link::Outside) => {
                question.interfaces.outside.map_or(Name::NotLoopback, Name::Known)
            }
        };
        let route = question.placement.route(sender);
        let packet = Packet {
            source,
            destination,
            flags,
            state,
            direction: Some(direction),
            incoming: None,
            outgoing: None,
        };
        let (incoming, outgoing) = (name(route.incoming), name(route.outgoing));
        let expected = question.first == States::RELATED;
        Self::new(firewall, route.hooks, &packet, incoming, outgoing, expected)
    }

    /// A packet at one hook, and what is known of its connection.
    pub(super) fn alone(firewall: &Firewall, hook: Hook, packet: &Packet<'a>) -> (Self, Connected) {
        let unanswered = packet.state.intersects(States::NEW | States::RELATED);
        let direction = packet.direction.or(unanswered.then_some(Direction::Original));
        let (source, destination) = (packet.source, packet.destination);
        let tuple = direction.map(|direction| match direction {
            Direction::Original => Tuple { source, destination },
            Direction::Reply => Tuple { source: destination, destination: source },
        });
        let name = |given: Option<&'a str>| given.map_or(Name::Any, Name::Known);
        let (incoming, outgoing) = (name(packet.incoming), name(packet.outgoing));
        let packet = Packet { direction, ..*packet };
        // How the connection of any other packet began, nobody knows.
        let expected = packet.state != States::NEW;
        let journey = Self::new(firewall, &[hook], &packet, incoming, outgoing, expected);
        (journey, Connected::new(tuple))
    }

    fn new(
        firewall: &Firewall,
        hooks: &[Hook],
        packet: &Packet<'a>,
        incoming: Name<'a>,
        outgoing: Name<'a>,
        expected: bool,
    ) -> Self {
        let seen = Seen {
            source: packet.source,
            destination: packet.destination,
            source_known: true,
            destination_known: true,
            flags: packet.flags,
            incoming,
            outgoing,
            mark: Mark { value: 0, mask: u32::MAX },
            sight: Sight::Nothing,
            direction: packet.direction,
            original: None,
            translated: false,
            expected: false,
        };
        Self {
            packet: seen,
            incoming,
            outgoing,
            state: packet.state,
            expected,
            untracked: false,
            template: false,
            stations: stations(firewall, hooks, Family::of(packet.destination.ip())),
            next: 0,
            path: Vec::new(),
            met: None,
            accepted_by: (None, None),
        }
    }

    /// Whether a rule made it exempt from tracking.
    pub(super) const fn is_untracked(&self) -> bool {
        self.untracked
    }

    /// Takes the packet to the point where connection tracking sees it, and says what stopped it
    /// before, if anything.
    pub(super) fn go_to_tracking(
        &mut self,
        walk: &mut Walk<'_>,
        connected: &mut Connected,
    ) -> Result<Option<(Fate, Blame)>, Exhausted> {
        while self.met.is_none()
            && self.stations.get(self.next).is_some_and(|station| station.before_tracking)
        {
            self.pass_station(walk, connected)?;
        }
        Ok(self.met)
    }

    /// Takes the packet through all of the device, and says what stopped it, if anything.
    pub(super) fn go_on(
        &mut self,
        walk: &mut Walk<'_>,
        connected: &mut Connected,
    ) -> Result<Option<(Fate, Blame)>, Exhausted> {
        while self.met.is_none() && self.next < self.stations.len() {
            self.pass_station(walk, connected)?;
        }
        Ok(self.met)
    }

    /// Takes the packet through the next base chain.
    fn pass_station(
        &mut self,
        walk: &mut Walk<'_>,
        connected: &mut Connected,
    ) -> Result<(), Exhausted> {
        let place = self.next;
        self.next += 1;
        let Some(station) = self.stations.get(place) else { return Ok(()) };
        let sight = self.sight(station, connected);
        if station.kind == BaseKind::Nat && !opens(sight) {
            return Ok(());
        }
        let (incoming, outgoing) = names(self.incoming, self.outgoing, station.hook);
        let (source_known, destination_known) =
            ends_known(self.packet.direction, station, place, connected);
        let packet = &mut self.packet;
        (packet.incoming, packet.outgoing) = (incoming, outgoing);
        (packet.source_known, packet.destination_known) = (source_known, destination_known);
        packet.sight = sight;
        packet.original = connected.tuple;
        packet.translated = connected.translated.is_some();
        packet.expected = self.expected && walk.helpers();

        let left =
            walk.base_chain(station.chain, station.before_tracking, packet, &mut self.path)?;
        self.untracked |= packet.sight == Sight::Untracked;
        self.template |= packet.sight == Sight::Template;
        match left {
            Left::Passes(rule) if station.kind == BaseKind::Filter => {
                let (by_rule, by_policy) = &mut self.accepted_by;
                *by_rule = rule.or(*by_rule);
                // Of the policies, that of the last chain of the table `filter` comes first.
                let policy = (station.in_filter_table, station.chain);
                if by_policy.is_none_or(|(in_filter_table, _)| in_filter_table <= policy.0) {
                    *by_policy = Some(policy);
                }
            }
            Left::Passes(_) => {}
            Left::SourceTranslated(rule) => {
                connected.translated.get_or_insert((station.hook, place, rule));
            }
            Left::Ends(fate, blame) => self.met = Some((fate, blame)),
        }
        Ok(())
    }

    /// What the base chain sees of the packet's connection.
    fn sight(&self, station: &Station, connected: &Connected) -> Sight {
        if self.untracked {
            Sight::Untracked
        } else if station.before_tracking {
            if self.template { Sight::Template } else { Sight::Nothing }
        } else if connected.mixed {
            Sight::Unclear
        } else if self.state.intersects(States::INVALID) {
            Sight::Nothing
        } else if self.state.intersects(States::UNTRACKED) {
            Sight::Untracked
        } else {
            Sight::Tracked(self.state)
        }
    }

    /// What let the packet pass, if it passed.
    pub(super) fn accepted_by(&self) -> Blame {
        match self.accepted_by {
            (Some(rule), _) => Blame::Rule(rule),
            (None, Some((_, chain))) => Blame::Policy(chain),
            (None, None) => Blame::Nothing,
        }
    }

    /// The verdict, with this packet as the one that met it.
    pub(super) fn verdict(self, (fate, by): (Fate, Blame), at: Moment, walk: &Walk<'_>) -> Verdict {
        Verdict { fate, by, at, path: self.path, unknowns_asked: walk.asked() }
    }
}

/// Whether tracking sees the first packet of a connection, which alone can be translated.
fn opens(sight: Sight) -> bool {
    matches!(sight, Sight::Tracked(state) if state.intersects(States::NEW | States::RELATED))
}

/// The interfaces as they are known at a hook of the way.
fn names<'a>(incoming: Name<'a>, outgoing: Name<'a>, hook: Hook) -> (Name<'a>, Name<'a>) {
    match (hook, incoming) {
        // Not routed yet, or to the device itself.
        (Hook::Prerouting | Hook::Input, _) => (incoming, Name::Absent),
        (Hook::Output, _) => (Name::Absent, outgoing),
        // Kernels differ in whether they still tell where it came in.
        (Hook::Postrouting, Name::Known(_)) => (Name::NotLoopback, outgoing),
        (Hook::Postrouting | Hook::Forward, _) => (incoming, outgoing),
    }
}

/// Whether source and destination are those that the sender wrote, at this place.
fn ends_known(
    direction: Option<Direction>,
    station: &Station,
    place: usize,
    connected: &Connected,
) -> (bool, bool) {
    let Some((hook, at, _)) = connected.translated else { return (true, true) };
    if direction == Some(Direction::Original) {
        return (station.hook != hook || place <= at, true);
    }
    let back = if hook == Hook::Input { Hook::Output } else { Hook::Prerouting };
    (true, station.hook != back || station.priority >= TRANSLATED_BACK)
}
