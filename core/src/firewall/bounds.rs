use super::{Addresses, Chain, Ports, Rule, Side, Test};
use crate::space::{Axis, Cuboid, InFamily, Ranges};

/// A box that holds every header that a rule can match, packed.
///
/// Looking at these flat arrays first is what keeps a rule that cannot touch a flow at a few
/// nanoseconds: no pointer is followed.
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

    fn of(rule: &Rule) -> Self {
        let mut cuboid = Some(Cuboid::everything());
        for test in &rule.tests {
            let Some(inside) = cuboid else { break };
            cuboid = narrowed(inside, test);
        }
        cuboid.map_or_else(Self::nothing, |cuboid| PackedCuboid::from(&cuboid).0)
    }
}

fn narrowed<A: Governs>(cuboid: Cuboid<A>, test: &Test) -> Option<Cuboid<A>> {
    let within = |axis, (lo, hi): (A, A)| {
        let (from, to) = cuboid.on(axis);
        cuboid.with(axis, (from.max(lo), to.min(hi)))
    };
    match test {
        Test::Address(side, addresses) => {
            let axis = match side {
                Side::Source => Axis::Source,
                Side::Destination => Axis::Destination,
            };
            within(axis, A::ranges(addresses)?.hull()?)
        }
        Test::Port(side, ports) => {
            let axis = match side {
                Side::Source => Axis::SourcePort,
                Side::Destination => Axis::DestinationPort,
            };
            within(axis, port_hull(ports)?)
        }
        Test::Never => None,
        _ => Some(cuboid),
    }
}

fn port_hull<A: Governs>(ports: &Ports) -> Option<(A, A)> {
    let (lo, hi) = ports.hull()?;
    Some((A::from_u128(lo.into()), A::from_u128(hi.into())))
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
    /// The boxes of a test of whole headers that are of this family.
    fn cuboids(test: &super::HeaderTest) -> &[Cuboid<Self>];
    /// The bounds of each rule of the chain.
    fn bounds(chain: &Chain) -> &[Bounds<Self>];
}

impl Governs for u32 {
    fn ranges(addresses: &Addresses) -> Option<&Ranges<Self>> {
        match addresses {
            Addresses::V4(ranges) => Some(ranges),
            Addresses::V6(_) => None,
        }
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
    fn cuboids(test: &super::HeaderTest) -> &[Cuboid<Self>] {
        &test.v6
    }
    fn bounds(chain: &Chain) -> &[Bounds<Self>] {
        &chain.bounds_v6
    }
}

/// The bounds of every rule, for a family that the chain governs.
pub(super) fn of_rules<A: Governs>(rules: &[Rule]) -> Box<[Bounds<A>]> {
    rules.iter().map(Bounds::of).collect()
}
