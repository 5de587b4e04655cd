//! Sets of numbers, and the bits that they are made of.

use crate::space::{Axis, Coordinate, Ranges};

use super::keys::Transform;
use super::values::Kind;

/// A set of numbers: wide ones for IPv6 addresses, narrow ones for everything else.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Numbers {
    Narrow(Ranges<u32>),
    Wide(Ranges<u128>),
}

impl Numbers {
    pub(super) fn new(kind: Kind, ranges: impl IntoIterator<Item = (u128, u128)>) -> Self {
        if kind == Kind::V6 {
            return Self::Wide(Ranges::union_of(ranges));
        }
        let narrow = |(lo, hi)| (u32::from_u128(lo), u32::from_u128(hi));
        Self::Narrow(Ranges::union_of(ranges.into_iter().map(narrow)))
    }

    pub(super) fn contains(&self, value: u128) -> bool {
        match self {
            Self::Narrow(ranges) => u32::try_from(value).is_ok_and(|value| ranges.contains(value)),
            Self::Wide(ranges) => ranges.contains(value),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Narrow(ranges) => ranges.is_empty(),
            Self::Wide(ranges) => ranges.is_empty(),
        }
    }

    /// The numbers of the kind that are not in the set.
    pub(super) fn complement(&self, kind: Kind) -> Self {
        match self {
            Self::Narrow(ranges) => {
                let all = Ranges::range(0, u32::from_u128(kind.last()));
                Self::Narrow(ranges.complement(Axis::Source).intersection(&all))
            }
            Self::Wide(ranges) => Self::Wide(ranges.complement(Axis::Source)),
        }
    }

    fn pairs(&self) -> impl Iterator<Item = (u128, u128)> {
        let (narrow, wide) = match self {
            Self::Narrow(ranges) => (ranges.as_slice(), [].as_slice()),
            Self::Wide(ranges) => ([].as_slice(), ranges.as_slice()),
        };
        let widened = narrow.iter().map(|(lo, hi)| (u128::from(*lo), u128::from(*hi)));
        widened.chain(wide.iter().copied())
    }

    /// The set as comparisons of bits: one of them holds for a number that `transform` takes into
    /// the set. `None` if there would be more than `most`.
    pub(super) fn bits(
        &self,
        kind: Kind,
        transform: Transform,
        most: usize,
    ) -> Option<Vec<BitTest>> {
        let mut tests = Vec::new();
        for (mut lo, hi) in self.pairs() {
            loop {
                // The largest aligned block that begins at `lo` and ends at `hi` at the latest.
                let aligned = if lo == 0 { kind.width() } else { lo.trailing_zeros() };
                let room = (hi - lo).checked_add(1).map_or(128, u128::ilog2);
                let free = low_bits(aligned.min(room));
                let mask = transform.mask & !free & kind.last();
                let set = (lo ^ transform.xor) & !free & kind.last();
                // Bits that the mask takes away are 0.
                if set & !mask == 0 {
                    tests.push(BitTest { mask, set });
                    if tests.len() > most {
                        return None;
                    }
                }
                match lo.checked_add(free).and_then(|last| last.checked_add(1)) {
                    Some(next) if next <= hi => lo = next,
                    _ => break,
                }
            }
        }
        Some(tests)
    }
}

/// A number under `mask` is `set`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct BitTest {
    pub(super) mask: u128,
    pub(super) set: u128,
}

const fn low_bits(count: u32) -> u128 {
    if count >= 128 { u128::MAX } else { (1 << count) - 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_exact() {
        let transforms = [
            Transform::NONE,
            Transform { mask: 0x0f, xor: 0 },
            Transform { mask: 0x55, xor: 0xff },
            Transform { mask: 0, xor: 3 },
        ];
        for transform in transforms {
            for (lo, hi) in [(0, 255), (0, 0), (1, 255), (3, 200), (5, 5), (128, 191), (255, 255)] {
                let numbers = Numbers::new(Kind::Flags, [(lo, hi)]);
                let tests = numbers.bits(Kind::Flags, transform, 64).unwrap();
                for value in 0..256_u128 {
                    // What the kernel computes: `bitwise`, then `cmp` or `range`.
                    let expected = (lo..=hi).contains(&(transform.of(value) & 0xff));
                    let found = tests.iter().any(|test| value & test.mask == test.set);
                    assert_eq!(found, expected, "{value} {lo}-{hi} {transform:?}");
                }
            }
        }
    }
}
