use super::nat::{Mapping, Nat};
use super::notes::Notes;
use super::question::{Class, Expected, Interface, Manip, Stage, Stop};
use super::state::{Mark, PacketState, Tracking};
use super::tracker::{Known, Standing};
use super::view::View;
use crate::firewall::{
    Addresses, Bounds, Direction, Firewall, Governs, HeaderTest, HelperTest, InterfaceTest, Ports,
    Rule, RuleId, Side, States, Statuses, Test, is_loopback,
};
use crate::space::{Axis, Cover, Cuboid, Ranges};

/// Whether a test holds for the packets of a cell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Truth<A> {
    /// For every one of them.
    Yes,
    /// For none of them.
    No,
    /// That depends on something that is not modelled.
    Unknown,
    /// For some: the answer changes after `last` on `axis` of the question.
    Split { axis: Axis, last: A },
}

impl<A> Truth<A> {
    fn known(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    fn turned(self, negated: bool) -> Self {
        match self {
            Self::Yes if negated => Self::No,
            Self::No if negated => Self::Yes,
            other => other,
        }
    }
}

/// How much of a packet's connection tracking sees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Seen {
    /// All or nothing.
    Alike,
    /// Only some packets, and so it makes this of this one.
    Partly(Standing),
    /// Nobody knows which packets.
    Unclear,
}

impl Seen {
    /// What tracking knows of the packet's connection, if that differs from what it usually knows.
    const fn known(self) -> Option<Known> {
        if let Self::Partly(Standing::Known(known)) = self { Some(known) } else { None }
    }
}

/// What the packets of a cell have in common besides their headers.
pub(super) struct Context<'a, A> {
    pub firewall: &'a Firewall,
    pub class: &'a Class,
    pub stop: &'a Stop,
    pub seen: Seen,
    /// How the connection is translated, as far as it was by now.
    pub nat: &'a Nat<A>,
    /// What the packets carry here.
    pub view: View<A>,
    /// Where it is noted what becomes clear about rules, if it is.
    pub notes: Option<&'a Notes>,
}

/// What packets carry on the other side of a translation.
pub(super) struct OtherSide<A> {
    pub view: View<A>,
    /// The rule that translates.
    pub by: RuleId,
    /// It is behind them here.
    pub before: bool,
}

impl<A: Governs> Context<'_, A> {
    /// Whether a rule matches.
    pub(super) fn matches(
        &self,
        rule: Rule<'_>,
        cell: &Cuboid<A>,
        state: &PacketState,
    ) -> Truth<A> {
        let Some(bounds) = rule.bounds::<A>().and_then(Bounds::cuboid) else { return Truth::No };
        let within = Axis::ALL.into_iter().map(|axis| {
            let (lo, hi) = bounds.on(axis);
            self.covered(&Ranges::range(lo, hi), axis, &self.view, cell)
        });
        let tests = rule.tests().iter().map(|test| self.holds(test, cell, state));
        let mut whole = Truth::Yes;
        for answer in within.chain(tests) {
            match (answer, whole) {
                (Truth::No, _) => return Truth::No,
                // Splitting comes first: it may show that a part does not match at all.
                (split @ Truth::Split { .. }, Truth::Yes | Truth::Unknown) => whole = split,
                (Truth::Unknown, Truth::Yes) => whole = Truth::Unknown,
                _ => {}
            }
        }
        whole
    }

    /// What the packets carry on the other sides of the translations that surely change them.
    pub(super) fn other_sides(&self) -> Vec<OtherSide<A>> {
        let onward = self.class.mirrored() == self.nat.reversed;
        let (destination, source) = (
            Stop { destination: self.stop.destination.undone(), ..self.stop.clone() },
            Stop { source: self.stop.source.undone(), ..self.stop.clone() },
        );
        let (target, opener) = (self.nat.target, self.nat.source);
        let (first, second) = if onward { (target, opener) } else { (opener, target) };
        let sides = [
            (first, destination, self.stop.destination == Manip::Done),
            (second, source, self.stop.source == Manip::Done),
        ];
        let changed = |mapping: &Mapping<A>| mapping.surely && mapping.changes == Some(true);
        let side = |(mapping, stop, before): (Option<Mapping<A>>, Stop, bool)| {
            let by = mapping.filter(changed)?.by;
            Some(OtherSide { view: View::of(self.class, &stop, self.nat), by, before })
        };
        sides.into_iter().filter_map(side).collect()
    }

    fn holds(&self, test: &Test, cell: &Cuboid<A>, state: &PacketState) -> Truth<A> {
        match test {
            Test::Address(side, addresses) => {
                self.addresses(addresses, address_axis(*side), &self.view, cell)
            }
            Test::Port(side, ports) => self.ports(ports, port_axis(*side), &self.view, cell),
            Test::EitherPort(ports) => {
                let source = self.ports(ports, Axis::SourcePort, &self.view, cell);
                either(source, || self.ports(ports, Axis::DestinationPort, &self.view, cell))
            }
            Test::Header(test) => self.header(test, cell),
            Test::Never => Truth::No,
            Test::Interface(test) => self.interface(test),
            Test::State { states, negated } => self.state(*states, state).turned(*negated),
            Test::Direction(direction) => self.with_connection(state, false, || {
                let answers = self.class.mirrored() != self.is_reversed();
                let way = if answers { Direction::Reply } else { Direction::Original };
                Truth::known(way == *direction)
            }),
            Test::Connection(test) => self.with_connection(state, false, || {
                let view = if (test.direction == Direction::Reply) == self.is_reversed() {
                    View::of_opener(self.nat)
                } else {
                    View::of_answers(self.nat)
                };
                let addresses = test.addresses.as_ref().map_or(Truth::Yes, |addresses| {
                    self.addresses(addresses, address_axis(test.side), &view, cell)
                });
                both(addresses, || {
                    test.ports.as_ref().map_or(Truth::Yes, |ports| {
                        self.ports(ports, port_axis(test.side), &view, cell)
                    })
                })
            }),
            Test::Flags { mask, set, negated } => {
                Truth::known((self.class.flags.0 & mask.0 == set.0) != *negated)
            }
            Test::Mark { mark, negated } => match state.mark.is(Mark::from(*mark)) {
                Some(holds) => Truth::known(holds != *negated),
                None => Truth::Unknown,
            },
            Test::Helper(test) => match self.expected() {
                None => Truth::known(test.without),
                Some(expected) if self.class.has_connection() => {
                    // The helper is the connection's, whichever way the packet goes.
                    self.with_tracking(state, test.without, || self.helper(test, expected))
                }
                Some(_) => Truth::known(test.without),
            },
            Test::Status { mask, set, negated } => self.with_connection(state, false, || {
                let noted = self.statuses();
                let differs = |(status, noted): &(Statuses, Option<bool>)| {
                    mask.0 & status.0 != 0 && *noted == Some(set.0 & status.0 == 0)
                };
                let unknown = |(status, noted): &(Statuses, Option<bool>)| {
                    mask.0 & status.0 != 0 && noted.is_none()
                };
                if noted.iter().any(differs) {
                    Truth::known(*negated)
                } else if noted.iter().any(unknown) {
                    Truth::Unknown
                } else {
                    Truth::known(!negated)
                }
            }),
            Test::OneOf(one_of) => {
                let mut any = Truth::No;
                for list in &one_of.lists {
                    let all = list.iter().fold(Truth::Yes, |so_far, test| {
                        both(so_far, || self.holds(test, cell, state))
                    });
                    any = either(any, || all);
                }
                any.turned(one_of.negated)
            }
            Test::Unmodelled(_) => Truth::Unknown,
        }
    }

    fn helper(&self, test: &HelperTest, expected: Expected) -> Truth<A> {
        let Expected::By(helper) = expected else {
            return if self.firewall.assigns_helpers() {
                Truth::Unknown
            } else {
                Truth::known(test.without)
            };
        };
        let (own, asked) = (self.firewall.name(helper), self.firewall.name(test.name));
        let matches =
            asked.is_empty() || if test.prefix { asked.starts_with(own) } else { asked == own };
        Truth::known(matches != test.negated)
    }

    /// What connection tracking has noted about the connection when the packet comes here, as far as
    /// we know.
    fn statuses(&self) -> [(Statuses, Option<bool>); 7] {
        let first = self.class.stage == Stage::Syn;
        let early = first || self.class.stage == Stage::SynAck;
        let (seen_reply, assured, confirmed) = match self.seen.known() {
            Some(known) => (known.seen_reply, known.assured, !known.creates),
            // `nf_conntrack_tcp_packet` sets it at the third packet of the handshake.
            None => (!first, !early, !first),
        };
        let expected = match self.expected() {
            None => Some(false),
            Some(Expected::By(_)) => Some(true),
            Some(Expected::Maybe) => None,
        };
        let known = |known: bool| self.class.directed.then_some(known);
        [
            (Statuses::EXPECTED, expected),
            (Statuses::SEEN_REPLY, known(seen_reply)),
            (Statuses::ASSURED, known(assured)),
            (Statuses::CONFIRMED, known(confirmed)),
            (Statuses::SNAT, self.translated(self.nat.by_source())),
            (Statuses::DNAT, self.translated(self.nat.by_destination())),
            (Statuses::DYING, Some(false)),
        ]
    }

    /// Whether connection tracking has noted that one end was translated.
    fn translated(&self, mapping: Option<Mapping<A>>) -> Option<bool> {
        match mapping {
            Some(mapping) if mapping.surely => mapping.changes,
            Some(_) => None,
            // Of a single packet nobody knows how its connection began.
            None => self.class.directed.then_some(false),
        }
    }

    /// Whether the packets of the cell carry one of these values.
    fn covered(
        &self,
        values: &Ranges<A>,
        axis: Axis,
        view: &View<A>,
        cell: &Cuboid<A>,
    ) -> Truth<A> {
        let (lo, hi) = view.range(axis, cell);
        split(values.cover(lo, hi), axis, view)
    }

    fn addresses(
        &self,
        addresses: &Addresses,
        axis: Axis,
        view: &View<A>,
        cell: &Cuboid<A>,
    ) -> Truth<A> {
        let Some(ranges) = A::ranges(addresses) else { return Truth::No };
        self.covered(ranges, axis, view, cell)
    }

    fn ports(&self, ports: &Ports, axis: Axis, view: &View<A>, cell: &Cuboid<A>) -> Truth<A> {
        let (lo, hi) = view.range(axis, cell);
        let port = |value: A| u32::try_from(value.to_u128()).unwrap_or(u32::MAX);
        let cover = match ports.cover(port(lo), port(hi)) {
            Cover::Whole => Cover::Whole,
            Cover::Nothing => Cover::Nothing,
            Cover::Part { last } => Cover::Part { last: A::from_u128(last.into()) },
        };
        split(cover, axis, view)
    }

    fn header(&self, test: &HeaderTest, cell: &Cuboid<A>) -> Truth<A> {
        let packet = self.view.packets(cell);
        let mut partly = None;
        for cuboid in A::cuboids(test) {
            if cuboid.covers(&packet) {
                return Truth::known(!test.negated);
            }
            if partly.is_none() && cuboid.touches(&packet) {
                partly = Some(cuboid);
            }
        }
        let Some(cuboid) = partly else { return Truth::known(test.negated) };
        for axis in Axis::ALL {
            let ((lo, hi), (from, to)) = (cuboid.on(axis), packet.on(axis));
            if let cover @ Cover::Part { .. } = Ranges::range(lo, hi).cover(from, to)
                && let split @ Truth::Split { .. } = split(cover, axis, &self.view)
            {
                return split;
            }
        }
        Truth::Unknown
    }

    fn interface(&self, test: &InterfaceTest) -> Truth<A> {
        let interface = if test.incoming { &self.stop.incoming } else { &self.stop.outgoing };
        let name = self.firewall.name(test.name);
        let matches =
            |found: &str| if test.prefix { found.starts_with(name) } else { found == name };
        let everything = test.prefix && name.is_empty();
        let known = match interface {
            Interface::Named(found) => Some(matches(found)),
            Interface::Absent => Some(matches("")),
            Interface::Remote | Interface::Any if everything => Some(true),
            Interface::Remote if is_loopback(name) && !test.prefix => Some(false),
            Interface::Remote | Interface::Any => None,
        };
        known.map_or(Truth::Unknown, |holds| Truth::known(holds != test.negated))
    }

    fn state(&self, states: States, state: &PacketState) -> Truth<A> {
        unanimous(state.tracking.possible().map(|tracking| match tracking {
            Tracking::OFF => Truth::known(states.intersects(States::UNTRACKED)),
            Tracking::HELD if !self.stop.tracked => Truth::known(states.intersects(States::NEW)),
            _ if !self.stop.tracked => Truth::known(states.intersects(States::INVALID)),
            _ if self.seen == Seen::Unclear => Truth::Unknown,
            _ if self.is_invalid() => Truth::known(states.intersects(States::INVALID)),
            _ if states.intersects(self.packet_state()) => Truth::Yes,
            _ if !self.class.has_connection() => Truth::No,
            _ => {
                let noted = |bit, mapping| match self.translated(mapping) {
                    _ if !states.intersects(bit) => Truth::No,
                    Some(noted) => Truth::known(noted),
                    // Without any translation in the rule set there is none.
                    None if mapping.is_none() && !self.firewall.translates() => Truth::No,
                    None => Truth::Unknown,
                };
                either(noted(States::SNAT, self.nat.by_source()), || {
                    noted(States::DNAT, self.nat.by_destination())
                })
            }
        }))
    }

    /// Whether tracking sees the packet and finds no connection that it belongs to.
    fn is_invalid(&self) -> bool {
        self.seen == Seen::Partly(Standing::Invalid)
    }

    /// Whether tracking takes the other end for the opener.
    fn is_reversed(&self) -> bool {
        self.seen.known().is_some_and(|known| known.reversed)
    }

    fn packet_state(&self) -> States {
        self.seen.known().map_or(self.class.state, |known| known.state)
    }

    /// The helper that expected the connection.
    fn expected(&self) -> Option<Expected> {
        self.class.expected.filter(|_| !self.is_reversed())
    }

    /// Whether the packet is the first of its connection that tracking sees.
    pub(super) fn creates(&self) -> bool {
        let syn = self.class.stage == Stage::Syn;
        match self.seen {
            Seen::Alike | Seen::Unclear => syn,
            Seen::Partly(_) => self.seen.known().is_some_and(|known| known.creates),
        }
    }

    /// Whether a helper that is set here will read the connection, if it has none.
    pub(super) fn takes_helper(&self) -> bool {
        self.stop.tracked && self.creates() && self.expected().is_none()
    }

    /// The answer of a test that has a fixed answer for packets without a connection, and another for
    /// each direction.
    fn with_connection(
        &self,
        state: &PacketState,
        without: bool,
        answer: impl Fn() -> Truth<A>,
    ) -> Truth<A> {
        self.with_tracking(state, without, || {
            if self.class.directed { answer() } else { Truth::Unknown }
        })
    }

    /// The answer of a test that has a fixed answer for packets without a connection.
    fn with_tracking(
        &self,
        state: &PacketState,
        without: bool,
        answer: impl Fn() -> Truth<A>,
    ) -> Truth<A> {
        unanimous(state.tracking.possible().map(|tracking| match tracking {
            Tracking::OFF => Truth::known(without),
            // A template's own headers are nobody's.
            Tracking::HELD if !self.stop.tracked => Truth::Unknown,
            _ if !self.stop.tracked || !self.class.has_connection() => Truth::known(without),
            _ if self.seen == Seen::Unclear => Truth::Unknown,
            _ if self.is_invalid() => Truth::known(without),
            _ => answer(),
        }))
    }
}

/// The answer if all are the same.
fn unanimous<A: PartialEq>(mut answers: impl Iterator<Item = Truth<A>>) -> Truth<A> {
    let Some(first) = answers.next() else { return Truth::Unknown };
    if answers.all(|answer| answer == first) { first } else { Truth::Unknown }
}

/// The answer for packets of which these values cover so much on an axis.
fn split<A: Governs>(cover: Cover<A>, axis: Axis, view: &View<A>) -> Truth<A> {
    match cover {
        Cover::Whole => Truth::Yes,
        Cover::Nothing => Truth::No,
        Cover::Part { last } => match view.place(axis, last) {
            Some((axis, last)) => Truth::Split { axis, last },
            None => Truth::Unknown,
        },
    }
}

fn either<A>(one: Truth<A>, other: impl FnOnce() -> Truth<A>) -> Truth<A> {
    if matches!(one, Truth::Yes) {
        return Truth::Yes;
    }
    match (one, other()) {
        (_, Truth::Yes) => Truth::Yes,
        (Truth::No, other) => other,
        (one, Truth::No) => one,
        (split @ Truth::Split { .. }, _) | (_, split @ Truth::Split { .. }) => split,
        (one, _) => one,
    }
}

fn both<A>(one: Truth<A>, other: impl FnOnce() -> Truth<A>) -> Truth<A> {
    if matches!(one, Truth::No) {
        return Truth::No;
    }
    match (one, other()) {
        (_, Truth::No) => Truth::No,
        (Truth::Yes, other) => other,
        (one, Truth::Yes) => one,
        (split @ Truth::Split { .. }, _) | (_, split @ Truth::Split { .. }) => split,
        (one, _) => one,
    }
}

const fn address_axis(side: Side) -> Axis {
    match side {
        Side::Source => Axis::Source,
        Side::Destination => Axis::Destination,
    }
}

const fn port_axis(side: Side) -> Axis {
    match side {
        Side::Source => Axis::SourcePort,
        Side::Destination => Axis::DestinationPort,
    }
}
