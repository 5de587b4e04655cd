use super::ground::Ground;
use crate::firewall::{Bounds, Governs, Rule, Side, States, Test};
use crate::space::{Axis, Budget, Count, Exhausted, HeaderSet, Ranges};

/// What a rule names: the values on each axis, in the order of [`Axis::ALL`], and all of its other
/// tests.
pub(super) struct Named<'a, A> {
    values: [Ranges<A>; 4],
    rest: Vec<&'a Test>,
}

impl<'a, A: Governs> Named<'a, A> {
    /// `None` for a rule that never matches a packet of the family.
    pub(super) fn of(rule: Rule<'a>) -> Option<Self> {
        let bounds = rule.bounds::<A>().and_then(Bounds::cuboid)?;
        let mut values = Axis::ALL.map(|axis| {
            let (lo, hi) = bounds.on(axis);
            Ranges::range(lo, hi)
        });
        let mut rest = Vec::new();
        for test in rule.tests() {
            let (axis, set) = match test {
                Test::Address(side, addresses) => {
                    (address_axis(*side), A::ranges(addresses)?.clone())
                }
                Test::Port(side, ports) => {
                    let ports = ports.as_slice().iter();
                    let port = |port: u32| A::from_u128(port.into());
                    let ports = ports.map(|(lo, hi)| (port(*lo), port(*hi)));
                    (port_axis(*side), Ranges::union_of(ports))
                }
                Test::Never => return None,
                other => {
                    rest.push(other);
                    continue;
                }
            };
            let [destination, destination_port, source, source_port] = &mut values;
            let known = match axis {
                Axis::Destination => destination,
                Axis::DestinationPort => destination_port,
                Axis::Source => source,
                Axis::SourcePort => source_port,
            };
            *known = known.intersection(&set);
        }
        values.iter().all(|values| !values.is_empty()).then_some(Self { values, rest })
    }

    pub(super) fn on(&self, axis: Axis) -> &Ranges<A> {
        let [destination, destination_port, source, source_port] = &self.values;
        match axis {
            Axis::Destination => destination,
            Axis::DestinationPort => destination_port,
            Axis::Source => source,
            Axis::SourcePort => source_port,
        }
    }

    /// Whether it names nothing on the axis.
    pub(super) fn is_free(&self, axis: Axis) -> bool {
        *self.on(axis) == Ranges::all(axis)
    }

    /// The tests besides those of addresses and ports.
    pub(super) fn rest(&self) -> &[&'a Test] {
        &self.rest
    }

    /// Whether somebody who writes it has FTP in mind: it names FTP's ports at the servers and no
    /// others, or the servers' addresses and no others.
    pub(super) fn is_about_ftp(&self, ground: &Ground<'_, A>) -> bool {
        let within = |axis, of: &Ranges<A>| {
            *of != Ranges::all(axis)
                && !self.is_free(axis)
                && self.on(axis).intersection(of) == *self.on(axis)
        };
        // A single port among the passive ones may be anybody's.
        let ports = |axis| {
            let named = !self.on(axis).intersection(&ground.named_ports).is_empty();
            within(axis, &ground.ports) && (named || self.on(axis).count() > Count::ONE)
        };
        ports(Axis::DestinationPort)
            || ports(Axis::SourcePort)
            || within(Axis::Destination, &ground.servers)
            || within(Axis::Source, &ground.servers)
    }

    /// Whether it surely matches whatever `other` matches.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let wider = |axis| self.on(axis).intersection(other.on(axis)) == *other.on(axis);
        let implied =
            |test: &&Test| other.rest.iter().any(|known| known == test || is_implied(test, known));
        Axis::ALL.into_iter().all(wider) && self.rest.iter().all(implied)
    }

    /// The set of headers that it names.
    pub(super) fn set(&self, budget: &Budget) -> Result<HeaderSet<A>, Exhausted> {
        HeaderSet::product(self.values.each_ref(), budget)
    }
}

/// Whether a test holds wherever another does.
fn is_implied(test: &Test, known: &Test) -> bool {
    let (
        Test::State { states: wide, negated: false },
        Test::State { states: narrow, negated: false },
    ) = (test, known)
    else {
        return false;
    };
    States::NAMES.iter().all(|(state, _)| !narrow.intersects(*state) || wide.intersects(*state))
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
