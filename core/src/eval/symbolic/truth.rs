use super::question::{Class, Interface, Stop};
use super::state::{Mark, PacketState, Tracking};
use crate::firewall::{
    Addresses, Bounds, Direction, Firewall, Governs, HeaderTest, InterfaceTest, Ports, Rule, Side,
    States, Test,
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

/// What the packets of a cell have in common besides their headers.
pub(super) struct Context<'a> {
    pub firewall: &'a Firewall,
    pub class: &'a Class,
    pub stop: &'a Stop,
    /// Some packets of this connection are tracked and others are not.
    pub half_tracked: bool,
    /// The source of the connection may have been translated by its first packet.
    pub translated: bool,
}

impl Context<'_> {
    /// Whether a rule matches.
    pub(super) fn matches<A: Governs>(
        &self,
        rule: Rule<'_>,
        cell: &Cuboid<A>,
        state: &PacketState,
    ) -> Truth<A> {
        let Some(bounds) = rule.bounds::<A>().and_then(Bounds::cuboid) else { return Truth::No };
        let within = Axis::ALL.into_iter().map(|axis| self.within(&bounds, axis, cell, state));
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

    fn holds<A: Governs>(&self, test: &Test, cell: &Cuboid<A>, state: &PacketState) -> Truth<A> {
        match test {
            Test::Address(side, addresses) => self.address(*side, addresses, cell, state),
            Test::Port(side, ports) => self.port(port_axis(*side), ports, cell, state),
            Test::EitherPort(ports) => {
                let source = self.port(Axis::SourcePort, ports, cell, state);
                either(source, || self.port(Axis::DestinationPort, ports, cell, state))
            }
            Test::Header(test) => self.header(test, cell, state),
            Test::Never => Truth::No,
            Test::Interface(test) => self.interface(test),
            Test::State { states, negated } => self.state(*states, state).turned(*negated),
            Test::Direction(direction) => self.with_connection(state, || {
                let way =
                    if self.class.mirrored() { Direction::Reply } else { Direction::Original };
                Truth::known(way == *direction)
            }),
            Test::Connection(test) => self.with_connection(state, || {
                let addresses = test.addresses.as_ref().map_or(Truth::Yes, |addresses| {
                    let axis = self.connection_axis(test.direction, address_axis(test.side), state);
                    match (A::ranges(addresses), axis) {
                        (None, _) => Truth::No,
                        (Some(ranges), Some(axis)) => split(ranges.cover_on(cell, axis), axis),
                        (Some(ranges), None) => unseen(ranges, address_axis(test.side)),
                    }
                });
                both(addresses, || {
                    test.ports.as_ref().map_or(Truth::Yes, |ports| {
                        let axis =
                            self.connection_axis(test.direction, port_axis(test.side), state);
                        match axis {
                            Some(axis) => split(ports_on(ports, cell, axis), axis),
                            None => unseen(ports, port_axis(test.side)),
                        }
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
            Test::Status { .. } => self.with_connection(state, || Truth::Unknown),
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
            Test::Helper(test) => {
                // Only connections that a helper expected have one to be asked for.
                let may = self.class.expected && self.firewall.assigns_helpers();
                let seen = self.stop.tracked && self.class.has_connection();
                if may && seen && state.tracking != Tracking::OFF {
                    Truth::Unknown
                } else {
                    Truth::known(test.without)
                }
            }
            Test::Unmodelled(_) => Truth::Unknown,
        }
    }

    /// The axis of the question that holds a coordinate of the packet; `None` where the packet may
    /// carry something else by now.
    fn axis(&self, axis: Axis, state: &PacketState) -> Option<Axis> {
        let translated = self.translated || state.translated.is_some();
        let hidden = self.stop.hidden.filter(|_| translated);
        let hidden = hidden.is_some_and(|hidden| hidden == axis || port_of(hidden) == axis);
        let axis = if self.class.mirrored() { axis.mirrored() } else { axis };
        (!hidden).then_some(axis)
    }

    /// The axis of the question that holds a coordinate of the connection's first packet or of the
    /// answer that is expected to it.
    fn connection_axis(&self, way: Direction, axis: Axis, state: &PacketState) -> Option<Axis> {
        let translated = self.translated || state.translated.is_some();
        match way {
            Direction::Original => Some(axis),
            Direction::Reply => {
                let axis = axis.mirrored();
                let hidden = matches!(axis, Axis::Source | Axis::SourcePort) && translated;
                (!hidden).then_some(axis)
            }
        }
    }

    fn within<A: Governs>(
        &self,
        bounds: &Cuboid<A>,
        axis: Axis,
        cell: &Cuboid<A>,
        state: &PacketState,
    ) -> Truth<A> {
        let (lo, hi) = bounds.on(axis);
        let range = Ranges::range(lo, hi);
        match self.axis(axis, state) {
            Some(axis) => split(range.cover_on(cell, axis), axis),
            None => unseen(&range, axis),
        }
    }

    fn address<A: Governs>(
        &self,
        side: Side,
        addresses: &Addresses,
        cell: &Cuboid<A>,
        state: &PacketState,
    ) -> Truth<A> {
        let Some(ranges) = A::ranges(addresses) else { return Truth::No };
        match self.axis(address_axis(side), state) {
            Some(axis) => split(ranges.cover_on(cell, axis), axis),
            None => unseen(ranges, address_axis(side)),
        }
    }

    fn port<A: Governs>(
        &self,
        axis: Axis,
        ports: &Ports,
        cell: &Cuboid<A>,
        state: &PacketState,
    ) -> Truth<A> {
        match self.axis(axis, state) {
            Some(axis) => split(ports_on(ports, cell, axis), axis),
            None => unseen(ports, axis),
        }
    }

    fn header<A: Governs>(
        &self,
        test: &HeaderTest,
        cell: &Cuboid<A>,
        state: &PacketState,
    ) -> Truth<A> {
        if Axis::ALL.iter().any(|axis| self.axis(*axis, state).is_none()) {
            return Truth::Unknown;
        }
        let packet = if self.class.mirrored() { cell.mirrored() } else { *cell };
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
            if let Cover::Part { last } = Ranges::range(lo, hi).cover(from, to) {
                let axis = if self.class.mirrored() { axis.mirrored() } else { axis };
                return Truth::Split { axis, last };
            }
        }
        Truth::Unknown
    }

    fn interface<A>(&self, test: &InterfaceTest) -> Truth<A> {
        let interface = if test.incoming { &self.stop.incoming } else { &self.stop.outgoing };
        let name = self.firewall.name(test.name);
        let matches =
            |found: &str| if test.prefix { found.starts_with(name) } else { found == name };
        let everything = test.prefix && name.is_empty();
        let known = match interface {
            Interface::Named(found) => Some(matches(found)),
            Interface::Absent => Some(matches("")),
            Interface::Remote | Interface::Any if everything => Some(true),
            Interface::Remote if name == "lo" && !test.prefix => Some(false),
            Interface::Remote | Interface::Any => None,
        };
        known.map_or(Truth::Unknown, |holds| Truth::known(holds != test.negated))
    }

    fn state<A: PartialEq>(&self, states: States, state: &PacketState) -> Truth<A> {
        unanimous(state.tracking.possible().map(|tracking| match tracking {
            Tracking::OFF => Truth::known(states.intersects(States::UNTRACKED)),
            Tracking::HELD if !self.stop.tracked => Truth::known(states.intersects(States::NEW)),
            _ if !self.stop.tracked => Truth::known(states.intersects(States::INVALID)),
            _ if self.half_tracked => Truth::Unknown,
            _ if states.intersects(self.class.state) => Truth::Yes,
            _ => {
                let translated = self.translated || state.translated.is_some();
                let doubtful = translated && states.intersects(States::SNAT);
                if doubtful { Truth::Unknown } else { Truth::No }
            }
        }))
    }

    /// The answer of a test that is false for packets without a connection.
    fn with_connection<A: PartialEq>(
        &self,
        state: &PacketState,
        answer: impl Fn() -> Truth<A>,
    ) -> Truth<A> {
        unanimous(state.tracking.possible().map(|tracking| match tracking {
            Tracking::OFF => Truth::No,
            // A template's own headers are nobody's.
            Tracking::HELD if !self.stop.tracked => Truth::Unknown,
            _ if !self.stop.tracked || !self.class.has_connection() => Truth::No,
            _ if self.half_tracked || !self.class.directed => Truth::Unknown,
            _ => answer(),
        }))
    }
}

/// The answer if all are the same.
fn unanimous<A: PartialEq>(mut answers: impl Iterator<Item = Truth<A>>) -> Truth<A> {
    let Some(first) = answers.next() else { return Truth::Unknown };
    if answers.all(|answer| answer == first) { first } else { Truth::Unknown }
}

trait CoverOn<A> {
    fn cover_on(&self, cell: &Cuboid<A>, axis: Axis) -> Cover<A>;
}

impl<A: Governs> CoverOn<A> for Ranges<A> {
    fn cover_on(&self, cell: &Cuboid<A>, axis: Axis) -> Cover<A> {
        let (lo, hi) = cell.on(axis);
        self.cover(lo, hi)
    }
}

fn ports_on<A: Governs>(ports: &Ports, cell: &Cuboid<A>, axis: Axis) -> Cover<A> {
    let (lo, hi) = cell.on(axis);
    let port = |value: A| u32::try_from(value.to_u128()).unwrap_or(u32::MAX);
    match ports.cover(port(lo), port(hi)) {
        Cover::Whole => Cover::Whole,
        Cover::Nothing => Cover::Nothing,
        Cover::Part { last } => Cover::Part { last: A::from_u128(last.into()) },
    }
}

fn split<A>(cover: Cover<A>, axis: Axis) -> Truth<A> {
    match cover {
        Cover::Whole => Truth::Yes,
        Cover::Nothing => Truth::No,
        Cover::Part { last } => Truth::Split { axis, last },
    }
}

/// Whether a coordinate that cannot be known is in a set.
fn unseen<A, B: crate::space::Coordinate>(ranges: &Ranges<B>, axis: Axis) -> Truth<A> {
    if *ranges == Ranges::all(axis) {
        Truth::Yes
    } else if ranges.is_empty() {
        Truth::No
    } else {
        Truth::Unknown
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
    port_of(address_axis(side))
}

const fn port_of(axis: Axis) -> Axis {
    match axis {
        Axis::Source | Axis::SourcePort => Axis::SourcePort,
        Axis::Destination | Axis::DestinationPort => Axis::DestinationPort,
    }
}
