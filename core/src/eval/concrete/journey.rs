use super::packet::{Master, Name, Noted, Seen, Sight};
use super::tracker::{Standing, Standings};
use super::translation::{Ends, Translations, translated_side};
use super::walk::{Left, Walk};
use super::{Blame, Connection, Exhausted, Moment, Outcome, Packet, Tuple, Verdict};
use crate::eval::{Link, Route};
use crate::firewall::{
    Base, BaseKind, Chain, ChainId, Direction, Fate, Firewall, Hook, Mark, RuleId, Side, States,
    Statuses, Symbol, TcpFlags,
};
use crate::space::Family;

/// What the packets of a connection share.
#[derive(Clone)]
pub(super) struct Shared {
    /// Its ends, if they are known.
    pub(super) translations: Option<Translations>,
    /// Whether it is translated as its control connection was: no nat chain sees it.
    pub(super) follows: bool,
    /// The helper that expected it.
    pub(super) master: Master,
    /// Whether a helper expected it.
    pub(super) expected: Option<bool>,
    /// The helper that reads it, once its SYN has passed, and the rule that says so.
    pub(super) helper: Option<(RuleId, Symbol)>,
    /// What a helper can read of a session.
    pub(super) reads: Reads,
}

/// Whether a helper can read what each end announces on a control connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reads {
    pub(super) opener: bool,
    pub(super) other: bool,
}

impl Reads {
    pub(super) const NOTHING: Self = Self { opener: false, other: false };
}

impl Shared {
    pub(super) const fn new(original: Option<Ends>, master: Master) -> Self {
        let translations = match original {
            Some(original) => Some(Translations::none(original)),
            None => None,
        };
        let expected = match master {
            Master::None => Some(false),
            Master::Named(_) => Some(true),
            Master::Unknown => None,
        };
        Self { translations, follows: false, master, expected, helper: None, reads: Reads::NOTHING }
    }

    /// The connection is not tracked: nothing translates it.
    pub(super) fn forget(&mut self) {
        if let Some(translations) = &mut self.translations {
            *translations = Translations::none(translations.original);
        }
    }
}

/// A base chain on a packet's way.
#[derive(Clone)]
struct Station {
    hook: Hook,
    chain: ChainId,
    kind: BaseKind,
    before_tracking: bool,
    /// Whether it runs after the translation at its hook.
    after_nat: bool,
    in_filter_table: bool,
}

/// The priority at which the kernel translates: `nf_nat_ipv4_ops` in `nf_nat_proto.c`.
fn nat_priority(hook: Hook) -> Option<i32> {
    match translated_side(hook)? {
        Side::Destination => Some(-100),
        Side::Source => Some(100),
    }
}

/// The base chains at a hook, in the order in which they run.
fn stations(firewall: &Firewall, hook: Hook, family: Family) -> Vec<Station> {
    let chains: Vec<_> = firewall
        .base_chains(hook, family)
        .into_iter()
        .filter_map(|id| Some((id, firewall.chain(id)?, firewall.chain(id)?.base()?)))
        .collect();
    let registered = firewall.first_nat(family);
    let station = |(chain, found, base)| {
        let (chain, found, base): (ChainId, &Chain, Base) = (chain, found, base);
        // Hooks of one priority run in reverse order of their registration.
        let older = base.kind == BaseKind::Filter && Some(chain) < registered;
        let at_nat = |nat| base.priority > nat || base.priority == nat && older;
        Station {
            hook,
            chain,
            kind: base.kind,
            before_tracking: firewall.conntrack().is_none_or(|tracking| {
                matches!(hook, Hook::Prerouting | Hook::Output) && base.priority < tracking
            }),
            after_nat: nat_priority(hook).is_some_and(at_nat),
            in_filter_table: found.is_filter(),
        }
    };
    chains.into_iter().map(station).collect()
}

/// One packet on its way through the device.
#[derive(Clone)]
pub(super) struct Journey<'a> {
    packet: Seen<'a>,
    incoming: Name<'a>,
    outgoing: Name<'a>,
    moment: Moment,
    /// The state that tracking gives to the packet, unless it is exempt.
    state: States,
    /// What tracking made of it, if it is not the first.
    standing: Option<Standing>,
    /// Its way in the connection.
    direction: Option<Direction>,
    /// Whether the device passes it on.
    through: bool,
    /// What it carries if nobody knows its connection.
    alone: Ends,
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
        let original = sender == question.opener;
        let direction = if original { Direction::Original } else { Direction::Reply };
        let name = |link: Option<Link>| match link {
            None => Name::Absent,
            Some(Link::Inside) => question.interfaces.inside.map_or(Name::NotLoopback, Name::Known),
            Some(Link::Outside) => {
                question.interfaces.outside.map_or(Name::NotLoopback, Name::Known)
            }
        };
        let Route { hooks, incoming, outgoing } = question.placement.route(sender);
        let Tuple { source, destination } = question.tuple;
        let packet = Packet {
            source,
            destination,
            flags,
            state,
            direction: Some(direction),
            incoming: None,
            outgoing: None,
        };
        Self::new(firewall, hooks, &packet, (name(incoming), name(outgoing)), moment)
    }

    /// One packet at one hook, and what is known of its connection.
    pub(super) fn alone(firewall: &Firewall, hook: Hook, packet: &Packet<'a>) -> (Self, Shared) {
        let unanswered = packet.state.intersects(States::NEW | States::RELATED);
        let direction = packet.direction.or(unanswered.then_some(Direction::Original));
        let (source, destination) = (packet.source, packet.destination);
        let original = direction.map(|direction| match direction {
            Direction::Original => Tuple { source, destination },
            Direction::Reply => Tuple { source: destination, destination: source },
        });
        let name = |given: Option<&'a str>| given.map_or(Name::Any, Name::Known);
        let names = (name(packet.incoming), name(packet.outgoing));
        let packet = Packet { direction, ..*packet };
        // How the connection of any other packet began, nobody knows.
        let expected = packet.state != States::NEW && firewall.assigns_helpers();
        let master = if expected { Master::Unknown } else { Master::None };
        let journey = Self::new(firewall, &[hook], &packet, names, Moment::Alone);
        let mut shared = Shared::new(original.map(Ends::from), master);
        if packet.state.intersects(States::RELATED) {
            shared.expected = Some(true);
        }
        (journey, shared)
    }

    fn new(
        firewall: &Firewall,
        hooks: &[Hook],
        packet: &Packet<'a>,
        (incoming, outgoing): (Name<'a>, Name<'a>),
        moment: Moment,
    ) -> Self {
        let family = Family::of(packet.destination.ip());
        let (source, destination) = (packet.source, packet.destination);
        let ends = Ends::from(Tuple { source, destination });
        let seen = Seen {
            family,
            ends,
            flags: packet.flags,
            incoming,
            outgoing,
            mark: Mark { value: 0, mask: u32::MAX },
            sight: Sight::Nothing,
            direction: packet.direction,
            tracked: None,
            noted: Noted { set: 0, unknown: 0 },
            master: Master::None,
            helper: None,
        };
        Self {
            packet: seen,
            incoming,
            outgoing,
            moment,
            state: packet.state,
            standing: None,
            direction: packet.direction,
            through: hooks.contains(&Hook::Forward),
            alone: ends,
            untracked: false,
            template: false,
            stations: hooks.iter().flat_map(|hook| stations(firewall, *hook, family)).collect(),
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

    /// Whether tracking had seen it when it came to its last base chain.
    pub(super) const fn is_tracked(&self) -> bool {
        matches!(self.packet.sight, Sight::Tracked(_))
    }

    /// What stopped it, if anything did.
    pub(super) const fn met(&self) -> Option<(Fate, Blame)> {
        self.met
    }

    /// The helper that its connection got from it, and the rule that says so.
    pub(super) fn helper(&self) -> Option<(RuleId, Symbol)> {
        self.packet.helper.filter(|_| !self.untracked)
    }

    /// What tracking makes of it.
    pub(super) const fn stand(&mut self, standing: Standing) {
        self.standing = Some(standing);
    }

    /// Whether the device passes it on.
    pub(super) const fn is_passed_on(&self) -> bool {
        self.through
    }

    /// The first rule that it met.
    pub(super) fn first_rule(&self) -> Option<RuleId> {
        self.path.first().copied()
    }

    /// From here on it passes this hook only.
    pub(super) fn turn_to(&mut self, firewall: &Firewall, hook: Hook) {
        self.stations.truncate(self.next);
        self.stations.extend(stations(firewall, hook, self.packet.family));
    }

    /// Takes the packet to the point where connection tracking sees it, and says what stopped it
    /// before, if anything.
    pub(super) fn go_to_tracking(
        &mut self,
        walk: &mut Walk<'_>,
        shared: &mut Shared,
    ) -> Result<Option<(Fate, Blame)>, Exhausted> {
        let first = [Hook::Prerouting, Hook::Output];
        self.go(walk, shared, |station| station.before_tracking && first.contains(&station.hook))
    }

    /// Takes the packet through the rest of this hook, and says what stopped it, if anything.
    pub(super) fn go_through(
        &mut self,
        hook: Hook,
        walk: &mut Walk<'_>,
        shared: &mut Shared,
    ) -> Result<Option<(Fate, Blame)>, Exhausted> {
        self.go(walk, shared, |station| station.hook == hook)
    }

    /// Takes the packet through all of the device, and says what stopped it, if anything.
    pub(super) fn go_on(
        &mut self,
        walk: &mut Walk<'_>,
        shared: &mut Shared,
    ) -> Result<Option<(Fate, Blame)>, Exhausted> {
        self.go(walk, shared, |_| true)
    }

    fn go(
        &mut self,
        walk: &mut Walk<'_>,
        shared: &mut Shared,
        wanted: impl Fn(&Station) -> bool,
    ) -> Result<Option<(Fate, Blame)>, Exhausted> {
        while self.met.is_none() && self.stations.get(self.next).is_some_and(&wanted) {
            self.pass_station(walk, shared)?;
        }
        Ok(self.met)
    }

    /// Takes the packet through the next base chain.
    fn pass_station(&mut self, walk: &mut Walk<'_>, shared: &mut Shared) -> Result<(), Exhausted> {
        let Some(station) = self.stations.get(self.next) else { return Ok(()) };
        self.next += 1;
        let sight = self.sight(station);
        let known = self.standing.and_then(Standing::connection);
        let turned = known.is_some_and(|known| known.turned);
        if station.kind == BaseKind::Nat
            && (known.is_some_and(|known| !known.new)
                || !may_translate(sight, station.hook, shared, turned))
        {
            return Ok(());
        }
        // What no connection is known of is not translated.
        let apart = matches!(self.standing, Some(Standing::Invalid)) || self.untracked;
        let packet = &mut self.packet;
        if self.template && sight == Sight::Tracked(States::RELATED) {
            // What is expected takes nothing from a template: `init_conntrack`.
            packet.helper = None;
            self.template = false;
        }
        (packet.incoming, packet.outgoing) = names(self.incoming, self.outgoing, station.hook);
        packet.ends = carried(self.direction, station, shared, apart).unwrap_or(self.alone);
        packet.sight = sight;
        packet.tracked = shared
            .translations
            .as_ref()
            .map(|translations| (translations.original, translations.translated().mirror()))
            .map(|(original, reply)| if turned { (reply, original) } else { (original, reply) });
        packet.direction = self.direction.map(|direction| match direction {
            Direction::Original if turned => Direction::Reply,
            Direction::Reply if turned => Direction::Original,
            usual => usual,
        });
        packet.noted = noted(self.moment, self.state, known, shared);
        packet.master = if turned { Master::None } else { shared.master };

        let (hook, before_tracking) = (station.hook, station.before_tracking);
        let left = walk.base_chain(station.chain, hook, before_tracking, packet, &mut self.path)?;
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
            Left::Translated(rule, translation) if known.is_some() => {
                // The packets before it were not translated.
                let mut alone = Translations::none(self.packet.ends);
                alone.translate(hook, rule, translation);
                self.met = alone
                    .misleads(walk.firewall(), self.through)
                    .and_then(|(rule, surely)| goes_astray(walk, rule, surely));
            }
            Left::Translated(rule, translation) => {
                if let Some(translations) = &mut shared.translations {
                    translations.translate(hook, rule, translation);
                }
            }
            Left::Ends(fate, blame) => self.met = Some((fate, blame)),
        }
        Ok(())
    }

    /// What the base chain sees of the packet's connection.
    fn sight(&self, station: &Station) -> Sight {
        if self.untracked {
            Sight::Untracked
        } else if station.before_tracking {
            if self.template { Sight::Template } else { Sight::Nothing }
        } else if let Some(standing) = self.standing {
            standing.connection().map_or(Sight::Nothing, |known| Sight::Tracked(known.state))
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
        let helper = self.helper().map(|(_, helper)| helper);
        let unknowns_asked = walk.asked();
        Verdict { fate, by, at, path: self.path, helper, delayed: false, unknowns_asked }
    }
}

/// What becomes of a packet that goes another way than its connection does, if it surely does: whether
/// it vanishes there or is refused, nobody knows.
pub(super) fn goes_astray(
    walk: &mut Walk<'_>,
    rule: RuleId,
    surely: bool,
) -> Option<(Fate, Blame)> {
    match walk.outcome(rule) {
        Outcome::Drop => Some((Fate::Drop, Blame::Rule(rule))),
        Outcome::Accept | Outcome::Continue => surely.then_some((Fate::Reject, Blame::Rule(rule))),
    }
}

/// Whether a nat chain sees the packet: only the first of a tracked connection whose side is not
/// translated yet, `nf_nat_inet_fn` in `nf_nat_core.c`.
fn may_translate(sight: Sight, hook: Hook, shared: &Shared, turned: bool) -> bool {
    let opens =
        matches!(sight, Sight::Tracked(state) if state.intersects(States::NEW | States::RELATED));
    let translated = shared.translations.as_ref().is_some_and(|translations| {
        translated_side(hook).is_some_and(|side| translations.on(side).is_some())
    });
    opens && (!shared.follows || turned) && !translated
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

/// What a packet of a known connection carries in a base chain.
fn carried(
    direction: Option<Direction>,
    station: &Station,
    shared: &Shared,
    apart: bool,
) -> Option<Ends> {
    let (destination, source) = match station.hook {
        Hook::Prerouting | Hook::Output => (station.after_nat, false),
        Hook::Forward => (true, false),
        Hook::Input | Hook::Postrouting => (true, station.after_nat),
    };
    let translations = shared.translations.as_ref()?;
    let plain = Translations::none(translations.original);
    let translations = if apart { &plain } else { translations };
    Some(translations.carried(direction?, destination, source))
}

/// What tracking has noted about the connection by the time of the packet.
fn noted(moment: Moment, state: States, known: Option<Standings>, shared: &Shared) -> Noted {
    let named = Statuses::NAMES.iter().fold(0, |all, (status, _)| all | status.0);
    let (mut set, mut unknown) =
        shared.translations.as_ref().map_or((0, 0), Translations::statuses);
    // Bits that no rule can name may be anything.
    unknown |= !named;
    let first = state.intersects(States::NEW | States::RELATED);
    let of = |holds, status: Statuses| if holds { status.0 } else { 0 };
    if let Some(known) = known {
        set |= of(known.answered, Statuses::SEEN_REPLY);
        set |= of(known.assured, Statuses::ASSURED);
        set |= of(!known.new, Statuses::CONFIRMED);
    } else if !first {
        set |= Statuses::SEEN_REPLY.0 | Statuses::CONFIRMED.0;
        // Whether the handshake is over, only a connection as a whole tells.
        unknown |= of(moment == Moment::Alone, Statuses::ASSURED);
    }
    let turned = known.is_some_and(|known| known.turned);
    match shared.expected.filter(|_| !turned) {
        None if turned => {}
        Some(true) => set |= Statuses::EXPECTED.0,
        Some(false) => {}
        None => unknown |= Statuses::EXPECTED.0,
    }
    Noted { set, unknown }
}
