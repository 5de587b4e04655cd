use std::ops::Mul;

use super::{Axis, Coordinate, Count};

/// A box: one inclusive range on each axis. Never empty.
///
/// `Cuboid`, because `Box` is taken.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Cuboid<A> {
    pub(super) lo: [A; 4],
    pub(super) hi: [A; 4],
}

impl<A: Coordinate> Cuboid<A> {
    /// Every header of the family.
    pub fn everything() -> Self {
        let hi = [A::MAX, A::from_port(u16::MAX), A::MAX, A::from_port(u16::MAX)];
        Self { lo: [A::ZERO; 4], hi }
    }

    /// The box with these ranges, in the order of [`Axis::ALL`]; `None` if one is empty. Ports
    /// that do not exist are left out.
    pub fn new(ranges: [(A, A); 4]) -> Option<Self> {
        let mut cuboid = Self::everything();
        for (axis, range) in Axis::ALL.into_iter().zip(ranges) {
            cuboid = cuboid.with(axis, range)?;
        }
        Some(cuboid)
    }

    /// The box that holds one header.
    pub const fn point(at: [A; 4]) -> Self {
        Self { lo: at, hi: at }
    }

    /// The range on `axis`.
    pub const fn on(&self, axis: Axis) -> (A, A) {
        match axis {
            Axis::Destination => (self.lo[0], self.hi[0]),
            Axis::DestinationPort => (self.lo[1], self.hi[1]),
            Axis::Source => (self.lo[2], self.hi[2]),
            Axis::SourcePort => (self.lo[3], self.hi[3]),
        }
    }

    /// The same box with another range on `axis`; `None` if the range is empty.
    pub fn with(mut self, axis: Axis, (lo, hi): (A, A)) -> Option<Self> {
        let (low, high) = match axis {
            Axis::Destination => (&mut self.lo[0], &mut self.hi[0]),
            Axis::DestinationPort => (&mut self.lo[1], &mut self.hi[1]),
            Axis::Source => (&mut self.lo[2], &mut self.hi[2]),
            Axis::SourcePort => (&mut self.lo[3], &mut self.hi[3]),
        };
        (*low, *high) = (lo, hi.min(A::max_on(axis)));
        (*low <= *high).then_some(self)
    }

    /// The smallest header of the box, in the order of [`Axis::ALL`].
    pub const fn first(&self) -> [A; 4] {
        self.lo
    }

    /// The largest header of the box, in the order of [`Axis::ALL`].
    pub const fn last(&self) -> [A; 4] {
        self.hi
    }

    /// Whether the header lies in the box.
    pub fn contains(&self, at: &[A; 4]) -> bool {
        self.covers(&Self::point(*at))
    }

    /// Whether all of `other` lies in the box.
    pub fn covers(&self, other: &Self) -> bool {
        (self.lo[0] <= other.lo[0] && other.hi[0] <= self.hi[0])
            & (self.lo[1] <= other.lo[1] && other.hi[1] <= self.hi[1])
            & (self.lo[2] <= other.lo[2] && other.hi[2] <= self.hi[2])
            & (self.lo[3] <= other.lo[3] && other.hi[3] <= self.hi[3])
    }

    /// Whether the two share a header.
    pub fn touches(&self, other: &Self) -> bool {
        (self.lo[0] <= other.hi[0] && other.lo[0] <= self.hi[0])
            & (self.lo[1] <= other.hi[1] && other.lo[1] <= self.hi[1])
            & (self.lo[2] <= other.hi[2] && other.lo[2] <= self.hi[2])
            & (self.lo[3] <= other.hi[3] && other.lo[3] <= self.hi[3])
    }

    /// What both hold.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let mut both = *self;
        for (lo, other) in both.lo.iter_mut().zip(other.lo) {
            *lo = other.max(*lo);
        }
        for (hi, other) in both.hi.iter_mut().zip(other.hi) {
            *hi = other.min(*hi);
        }
        self.touches(other).then_some(both)
    }

    /// The two parts of the box up to `last` and after it on `axis`, or `None` if one is empty.
    pub fn split(&self, axis: Axis, last: A) -> Option<(Self, Self)> {
        let (lo, hi) = self.on(axis);
        Some((self.with(axis, (lo, last))?, self.with(axis, (last.after()?, hi))?))
    }

    /// The number of headers in the box.
    pub fn count(&self) -> Count {
        let ranges = || self.lo.iter().zip(&self.hi).map(|(lo, hi)| (lo.to_u128(), hi.to_u128()));
        // Where 128 bits are enough, as they always are for IPv4, this is much faster.
        let small = ranges().try_fold(1_u128, |count, (lo, hi)| {
            (hi - lo).checked_add(1).and_then(|width| count.checked_mul(width))
        });
        let large = || ranges().map(|(lo, hi)| Count::of_range(lo, hi)).fold(Count::ONE, Mul::mul);
        small.map_or_else(large, Count::from)
    }

    /// The headers of the answers: source and destination change places.
    #[must_use]
    pub const fn mirrored(&self) -> Self {
        Self {
            lo: [self.lo[2], self.lo[3], self.lo[0], self.lo[1]],
            hi: [self.hi[2], self.hi[3], self.hi[0], self.hi[1]],
        }
    }
}
