use std::sync::Arc;

use super::{Axis, Coordinate, Count};

/// An exact set of values on one axis: sorted, disjoint, non-adjacent inclusive ranges.
///
/// Equal sets are equal values. The single range, by far the most common, needs no allocation.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Ranges<A>(Repr<A>);

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
enum Repr<A> {
    One([(A, A); 1]),
    // A pointer to a pointer so that a set of ranges is two words wide, for rule sets hold hundreds
    // of thousands; shared, for many rules look up the same set of a million.
    Many(Arc<Vec<(A, A)>>),
}

/// How a set of values covers a range.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cover<A> {
    /// Every value of the range is in the set.
    Whole,
    /// No value of the range is in the set.
    Nothing,
    /// Some are and some are not: the membership changes between `last` and the value after it.
    Part {
        /// The last value before a change of membership; `lo <= last < hi` of the range asked.
        last: A,
    },
}

impl<A: Coordinate> Ranges<A> {
    /// The values from `lo` to `hi`, both included; no value if `lo > hi`.
    pub fn range(lo: A, hi: A) -> Self {
        if lo > hi { Self::none() } else { Self(Repr::One([(lo, hi)])) }
    }

    /// No value.
    pub fn none() -> Self {
        Self(Repr::Many(Arc::default()))
    }

    /// Every value of `axis`.
    pub fn all(axis: Axis) -> Self {
        Self::range(A::ZERO, A::max_on(axis))
    }

    /// The union of inclusive ranges given in any order, overlapping or not; a range whose ends are
    /// the wrong way round is empty.
    pub fn union_of(ranges: impl IntoIterator<Item = (A, A)>) -> Self {
        let mut ranges: Vec<_> = ranges.into_iter().filter(|(lo, hi)| lo <= hi).collect();
        ranges.sort_unstable();
        let mut merged: Vec<(A, A)> = Vec::with_capacity(ranges.len());
        for (lo, hi) in ranges {
            match merged.last_mut() {
                Some(last) if last.1.after().is_none_or(|next| lo <= next) => {
                    last.1 = last.1.max(hi);
                }
                _ => merged.push((lo, hi)),
            }
        }
        Self::from_sorted(merged)
    }

    fn from_sorted(ranges: Vec<(A, A)>) -> Self {
        match ranges.as_slice() {
            [one] => Self(Repr::One([*one])),
            _ => Self(Repr::Many(Arc::new(ranges))),
        }
    }

    /// The ranges in ascending order.
    pub fn as_slice(&self) -> &[(A, A)] {
        match &self.0 {
            Repr::One(one) => one,
            Repr::Many(many) => many,
        }
    }

    /// How many values are in the set.
    pub fn count(&self) -> Count {
        self.as_slice().iter().map(|(lo, hi)| Count::of_range(lo.to_u128(), hi.to_u128())).sum()
    }

    /// Whether no value is in the set.
    pub fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }

    /// Whether `value` is in the set.
    pub fn contains(&self, value: A) -> bool {
        matches!(self.cover(value, value), Cover::Whole)
    }

    /// The smallest range that holds the whole set.
    pub fn hull(&self) -> Option<(A, A)> {
        let ranges = self.as_slice();
        Some((ranges.first()?.0, ranges.last()?.1))
    }

    /// The values of `axis` that are not in the set.
    #[must_use]
    pub fn complement(&self, axis: Axis) -> Self {
        let mut gaps = Vec::with_capacity(self.as_slice().len() + 1);
        let mut next = Some(A::ZERO);
        for &(lo, hi) in self.as_slice() {
            if let (Some(from), Some(to)) = (next, lo.before())
                && from <= to
            {
                gaps.push((from, to));
            }
            next = hi.after();
        }
        if let Some(from) = next
            && from <= A::max_on(axis)
        {
            gaps.push((from, A::max_on(axis)));
        }
        Self::from_sorted(gaps)
    }

    /// The values in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let mut shared = Vec::new();
        let (mut left, mut right) = (self.as_slice().iter(), other.as_slice().iter());
        let (mut one, mut two) = (left.next(), right.next());
        while let (Some(&a), Some(&b)) = (one, two) {
            let (lo, hi) = (a.0.max(b.0), a.1.min(b.1));
            if lo <= hi {
                shared.push((lo, hi));
            }
            if a.1 <= b.1 {
                one = left.next();
            } else {
                two = right.next();
            }
        }
        Self::from_sorted(shared)
    }

    /// The values in either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::union_of(self.as_slice().iter().chain(other.as_slice()).copied())
    }

    /// How the set covers the values from `lo` to `hi`, both included.
    ///
    /// Where it covers a part, the change of membership nearest the middle of the changes inside
    /// the range is named, so that splitting there again and again halves the work.
    pub fn cover(&self, lo: A, hi: A) -> Cover<A> {
        let ranges = self.as_slice();
        let first = ranges.partition_point(|range| range.1 < lo);
        let end = ranges.partition_point(|range| range.0 <= hi);
        let Some(touching) = ranges.get(first..end) else { return Cover::Nothing };
        let (Some(head), Some(middle)) = (touching.first(), touching.get(touching.len() / 2))
        else {
            return Cover::Nothing;
        };
        if head.0 <= lo && hi <= head.1 {
            return Cover::Whole;
        }
        // One range touches, or the middle one of several: one of its ends lies inside.
        match (middle.0.before(), middle.1) {
            (Some(last), _) if middle.0 > lo => Cover::Part { last },
            (_, last) => Cover::Part { last },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(ranges: &[(u32, u32)]) -> Ranges<u32> {
        Ranges::union_of(ranges.iter().copied())
    }

    #[test]
    fn adjacent_ranges_become_one_value() {
        assert_eq!(set(&[(5, 9), (0, 4)]), set(&[(0, 9)]));
        assert_eq!(set(&[(u32::MAX, u32::MAX), (0, u32::MAX)]), Ranges::all(Axis::Source));
    }

    #[test]
    fn complement_stops_at_the_end_of_the_axis() {
        assert_eq!(set(&[(0, 20), (22, 65535)]).complement(Axis::SourcePort), set(&[(21, 21)]));
        assert_eq!(Ranges::<u32>::all(Axis::Source).complement(Axis::Source), Ranges::none());
        assert_eq!(Ranges::<u32>::none().complement(Axis::Source), Ranges::all(Axis::Source));
    }

    #[test]
    fn cover_names_a_change_inside_the_range() {
        let odd = set(&[(1, 1), (3, 3), (5, 5), (7, 7)]);
        for lo in 0..9 {
            for hi in lo..9 {
                let inside = (lo..=hi).filter(|value| value % 2 == 1 && *value < 8).count();
                match odd.cover(lo, hi) {
                    Cover::Whole => assert_eq!(inside as u32, hi - lo + 1),
                    Cover::Nothing => assert_eq!(inside, 0),
                    Cover::Part { last } => {
                        assert!(lo <= last && last < hi, "{lo}-{hi} split after {last}");
                        assert_ne!(odd.contains(last), odd.contains(last + 1));
                    }
                }
            }
        }
    }
}
