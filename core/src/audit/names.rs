//! What a rule names of addresses and ports.

use crate::firewall::{Governs, Rule, Side, Test};
use crate::space::{Axis, Ranges};

/// What a rule names, or all that there is where it names nothing. What it names in a more
/// complicated way is left out, so that it may match less.
pub(super) trait Named {
    /// The addresses.
    fn addresses<A: Governs>(&self, side: Side) -> Ranges<A>;
    /// The ports.
    fn ports<A: Governs>(&self, side: Side) -> Ranges<A>;
}

impl Named for Rule<'_> {
    fn addresses<A: Governs>(&self, side: Side) -> Ranges<A> {
        let axis = match side {
            Side::Source => Axis::Source,
            Side::Destination => Axis::Destination,
        };
        self.tests().iter().fold(within::<A>(self, axis), |named, test| match test {
            Test::Address(of, addresses) if *of == side => match A::ranges(addresses) {
                Some(addresses) => named.intersection(addresses),
                None => Ranges::none(),
            },
            _ => named,
        })
    }

    fn ports<A: Governs>(&self, side: Side) -> Ranges<A> {
        let axis = match side {
            Side::Source => Axis::SourcePort,
            Side::Destination => Axis::DestinationPort,
        };
        self.tests().iter().fold(within::<A>(self, axis), |named, test| match test {
            Test::Port(of, ports) if *of == side => {
                let port = |port: u32| A::from_port(u16::try_from(port).unwrap_or(u16::MAX));
                let ports =
                    ports.as_slice().iter().map(|(first, last)| (port(*first), port(*last)));
                named.intersection(&Ranges::union_of(ports))
            }
            _ => named,
        })
    }
}

/// What the rule's box holds on an axis.
fn within<A: Governs>(rule: &Rule<'_>, axis: Axis) -> Ranges<A> {
    let cuboid = rule.bounds::<A>().and_then(|bounds| bounds.cuboid());
    cuboid.map_or_else(Ranges::none, |cuboid| {
        let (first, last) = cuboid.on(axis);
        Ranges::range(first, last)
    })
}
