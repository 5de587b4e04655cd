use super::{Addresses, Chain, Side, Test};
use crate::space::{Axis, Cuboid, InFamily, Ranges};

/// The box that a packet's header must lie in for a rule to match, packed.
///
/// Most rules are this box and no more. Looking at these flat arrays first is what keeps a rule that
/// cannot touch a flow at a few nanoseconds: no pointer is followed.
#[derive(Clone, Copy, Debug)]
pub struct Bounds<A> {
    destination: (A, A),
    source: (A, A),
    destination_port: (u16, u16),
    source_port: (u16, u16),
}

impl<A: Governs> Bounds<A> {
    /// Bounds that hold nothing.
    fn nothing() -> Self {
        let ports = (0, u16::MAX);
        let nowhere = (A::MAX, A::ZERO);
        Self { destination: nowhere, source: nowhere, destination_port: ports, source_port: ports }
    }

    /// Whether a header of `cuboid` may match the rule.
    #[inline]
    pub fn touches(&self, cuboid: &PackedCuboid<A>) -> bool {
        let other = &cuboid.0;
        (self.destination.0 <= other.destination.1)
            & (other.destination.0 <= self.destination.1)
            & (self.destination_port.0 <= other.destination_port.1)
            & (other.destination_port.0 <= self.destination_port.1)
            & (self.source.0 <= other.source.1)
            & (other.source.0 <= self.source.1)
            & (self.source_port.0 <= other.source_port.1)
            & (other.source_port.0 <= self.source_port.1)
    }

    /// The box itself; `None` for a rule that never matches.
    pub fn cuboid(&self) -> Option<Cuboid<A>> {
        let ports = |(lo, hi): (u16, u16)| (A::from_port(lo), A::from_port(hi));
        Cuboid::new([
            self.destination,
            ports(self.destination_port),
            self.source,
            ports(self.source_port),
        ])
    }

    /// The box written out: a test for each side and kind that it bounds.
    pub fn tests(&self) -> impl Iterator<Item = Test> {
        let sides = [
            (Side::Source, self.source, self.source_port),
            (Side::Destination, self.destination, self.destination_port),
        ];
        sides.into_iter().flat_map(|(side, (from, to), (first, last))| {
            let everywhere = (from, to) == (A::ZERO, A::MAX);
            let addresses = || Test::Address(side, A::addresses(Ranges::range(from, to)));
            let every_port = (first, last) == (0, u16::MAX);
            let ports = || Test::Port(side, Ranges::range(first.into(), last.into()));
            [(!everywhere).then(addresses), (!every_port).then(ports)].into_iter().flatten()
        })
    }

    /// Leaves the headers that pass a test of one side, and maybe others where that is no range.
    fn narrow(&mut self, test: &Test) {
        match test {
            Test::Address(side, addresses) => {
                let range = match side {
                    Side::Source => &mut self.source,
                    Side::Destination => &mut self.destination,
                };
                let hull = A::ranges(addresses).and_then(Ranges::hull);
                let (lo, hi) = hull.unwrap_or((A::MAX, A::ZERO));
                *range = (range.0.max(lo), range.1.min(hi));
            }
            Test::Port(side, ports) => {
                let range = match side {
                    Side::Source => &mut self.source_port,
                    Side::Destination => &mut self.destination_port,
                };
                // Sets of ports end at 65535.
                let (lo, hi) = ports.hull().unwrap_or((u16::MAX.into(), 0));
                *range = (range.0.max(lo as u16), range.1.min(hi as u16));
            }
            Test::Never => *self = Self::nothing(),
            _ => {}
        }
    }

    fn is_empty(&self) -> bool {
        (self.destination.0 > self.destination.1)
            | (self.source.0 > self.source.1)
            | (self.destination_port.0 > self.destination_port.1)
            | (self.source_port.0 > self.source_port.1)
    }

    /// The box of a rule with these tests.
    pub(super) fn of(tests: &[Test]) -> Self {
        let (every, ports) = ((A::ZERO, A::MAX), (0, u16::MAX));
        let mut bounds =
            Self { destination: every, source: every, destination_port: ports, source_port: ports };
        for test in tests {
            bounds.narrow(test);
        }
        if bounds.is_empty() { Self::nothing() } else { bounds }
    }
}

/// Whether the box of a rule says all that the test does.
pub(super) fn is_exact(test: &Test) -> bool {
    match test {
        Test::Address(_, Addresses::V4(ranges)) => ranges.as_slice().len() <= 1,
        Test::Address(_, Addresses::V6(ranges)) => ranges.as_slice().len() <= 1,
        Test::Port(_, ports) => ports.as_slice().len() <= 1,
        _ => false,
    }
}

/// A box in the layout of [`Bounds`].
#[derive(Clone, Copy, Debug)]
pub struct PackedCuboid<A>(Bounds<A>);

impl<A: InFamily> From<&Cuboid<A>> for PackedCuboid<A> {
    fn from(cuboid: &Cuboid<A>) -> Self {
        let ports = |axis| {
            let (lo, hi) = cuboid.on(axis);
            let port = |value: A| u16::try_from(value.to_u128()).unwrap_or(u16::MAX);
            (port(lo), port(hi))
        };
        Self(Bounds {
            destination: cuboid.on(Axis::Destination),
            source: cuboid.on(Axis::Source),
            destination_port: ports(Axis::DestinationPort),
            source_port: ports(Axis::SourcePort),
        })
    }
}

/// What of the model concerns the family of a coordinate.
pub trait Governs: InFamily {
    /// The addresses, if they are of this family.
    fn ranges(addresses: &Addresses) -> Option<&Ranges<Self>>;
    /// The set of this family out of two.
    fn either<'a>(v4: &'a Ranges<u32>, v6: &'a Ranges<u128>) -> &'a Ranges<Self>;
    /// A set of addresses of this family.
    fn addresses(ranges: Ranges<Self>) -> Addresses;
    /// The boxes of a test of whole headers that are of this family.
    fn cuboids(test: &super::HeaderTest) -> &[Cuboid<Self>];
    /// The box of each rule of the chain; none where it does not govern the family.
    fn bounds(chain: &Chain) -> &[Bounds<Self>];
}

impl Governs for u32 {
    fn ranges(addresses: &Addresses) -> Option<&Ranges<Self>> {
        match addresses {
            Addresses::V4(ranges) => Some(ranges),
            Addresses::V6(_) => None,
        }
    }
    fn either<'a>(v4: &'a Ranges<u32>, _: &'a Ranges<u128>) -> &'a Ranges<Self> {
        v4
    }
    fn addresses(ranges: Ranges<Self>) -> Addresses {
        Addresses::V4(ranges)
    }
    fn cuboids(test: &super::HeaderTest) -> &[Cuboid<Self>] {
        &test.v4
    }
    fn bounds(chain: &Chain) -> &[Bounds<Self>] {
        &chain.bounds_v4
    }
}

impl Governs for u128 {
    fn ranges(addresses: &Addresses) -> Option<&Ranges<Self>> {
        match addresses {
            Addresses::V4(_) => None,
            Addresses::V6(ranges) => Some(ranges),
        }
    }
    fn either<'a>(_: &'a Ranges<u32>, v6: &'a Ranges<u128>) -> &'a Ranges<Self> {
        v6
    }
    fn addresses(ranges: Ranges<Self>) -> Addresses {
        Addresses::V6(Box::new(ranges))
    }
    fn cuboids(test: &super::HeaderTest) -> &[Cuboid<Self>] {
        &test.v6
    }
    fn bounds(chain: &Chain) -> &[Bounds<Self>] {
        &chain.bounds_v6
    }
}
