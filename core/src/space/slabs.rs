#![expect(clippy::indexing_slicing, reason = "axes have numbers below four; runs lie in the list")]

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Coordinate, Cuboid};

/// A box of a first-match list, clipped to the cell in hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<A> {
    pub(super) cuboid: Cuboid<A>,
    pub(super) owner: u32,
}

/// The first boxes of a list as far as they are slabs of a cell across one axis: whole on the three
/// others. Together they are a first-match problem on a line, which a sweep solves.
///
/// Lists of that kind are common: a hundred thousand blocked sources are a hundred thousand slabs.
#[derive(Default)]
pub(super) struct Slabs<A> {
    /// Disjoint ascending ranges, each with the owner of the slab that comes first there.
    pub(super) pieces: Vec<(A, A, u32)>,
    /// The union of the ranges, and how many values of it lie below each.
    pub(super) gaps: Vec<(A, A, A)>,
    by_start: Vec<(A, A, usize)>,
    open: BinaryHeap<Reverse<(usize, A)>>,
}

/// The one axis on which the box does not reach from end to end of the cell.
pub(super) fn slab_axis<A: Coordinate>(cell: &Cuboid<A>, cuboid: &Cuboid<A>) -> Option<usize> {
    let mut partial = (0..4)
        .filter(|axis| cell.lo[*axis] != cuboid.lo[*axis] || cell.hi[*axis] != cuboid.hi[*axis]);
    let axis = partial.next()?;
    partial.next().is_none().then_some(axis)
}

impl<A: Coordinate> Slabs<A> {
    /// Decides which slab of the run comes first where.
    pub(super) fn sweep(&mut self, run: &[Entry<A>], axis: usize) {
        self.pieces.clear();
        self.gaps.clear();
        if let [one] = run {
            let (lo, hi) = (one.cuboid.lo[axis], one.cuboid.hi[axis]);
            self.pieces.push((lo, hi, one.owner));
            self.gaps.push((lo, hi, A::ZERO));
            return;
        }
        self.by_start.clear();
        self.open.clear();
        let ranges = run.iter().enumerate();
        self.by_start.extend(
            ranges.map(|(place, entry)| (entry.cuboid.lo[axis], entry.cuboid.hi[axis], place)),
        );
        self.by_start.sort_unstable();
        let mut coming = self.by_start.iter().copied().peekable();
        let mut next = coming.peek().map(|range| range.0);
        while let Some(at) = next {
            while let Some((_, hi, place)) = coming.next_if(|range| range.0 <= at) {
                self.open.push(Reverse((place, hi)));
            }
            while self.open.peek().is_some_and(|range| range.0.1 < at) {
                self.open.pop();
            }
            let start_of_next = coming.peek().map(|range| range.0);
            next = match self.open.peek() {
                Some(Reverse((place, hi))) => {
                    let before_next = start_of_next.and_then(A::before);
                    let last = before_next.map_or(*hi, |before| before.min(*hi));
                    self.pieces.push((at, last, run[*place].owner));
                    last.after()
                }
                None => start_of_next,
            };
        }
        self.join();
    }

    /// Joins neighbouring pieces to gaps.
    fn join(&mut self) {
        let mut removed = A::ZERO;
        for &(lo, hi, _) in &self.pieces {
            match self.gaps.last_mut() {
                Some(gap) if gap.1.after() == Some(lo) => gap.1 = hi,
                _ => {
                    if let Some((from, to, _)) = self.gaps.last() {
                        removed = removed + (*to - *from) + A::from_port(1);
                    }
                    self.gaps.push((lo, hi, removed));
                }
            }
        }
    }

    /// Closes the gaps in a range; `None` if nothing of it is left.
    pub(super) fn close(&self, (lo, hi): (A, A)) -> Option<(A, A)> {
        let lo = match self.below(lo) {
            Some((from, to, removed)) if lo <= to => from - removed,
            Some((from, to, removed)) => lo - removed - (to - from) - A::from_port(1),
            None => lo,
        };
        let hi = match self.below(hi) {
            Some((from, to, removed)) if hi <= to => (from - removed).before()?,
            Some((from, to, removed)) => hi - removed - (to - from) - A::from_port(1),
            None => hi,
        };
        (lo <= hi).then_some((lo, hi))
    }

    /// The last gap that starts at or below a value.
    fn below(&self, value: A) -> Option<(A, A, A)> {
        let end = self.gaps.partition_point(|gap| gap.0 <= value);
        self.gaps[..end].last().copied()
    }
}
