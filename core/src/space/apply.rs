use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::arena::{Arena, fold};
use super::nodes::{BOTTOM, EMPTY, FULL, Id, Nodes};
use super::{Axis, Coordinate, Exhausted};

/// A way to combine two sets.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Op {
    /// Headers in either.
    Union,
    /// Headers in both.
    Intersection,
    /// Headers in the first and not in the second.
    Difference,
}

impl Op {
    /// The result where no edge need be looked at.
    pub(super) fn shortcut(self, a: Id, b: Id) -> Option<Id> {
        match (self, a, b) {
            (Self::Union, EMPTY, other) | (Self::Union, other, EMPTY) => Some(other),
            (Self::Union, FULL, _) | (Self::Union, _, FULL) => Some(FULL),
            (Self::Intersection, EMPTY, _) | (Self::Intersection, _, EMPTY) => Some(EMPTY),
            (Self::Intersection, FULL, other) | (Self::Intersection, other, FULL) => Some(other),
            (Self::Difference, EMPTY, _) | (Self::Difference, _, FULL) => Some(EMPTY),
            (Self::Difference, _, EMPTY) => Some(a),
            (Self::Difference, _, _) if a == b => Some(EMPTY),
            (Self::Union | Self::Intersection, _, _) if a == b => Some(a),
            _ => None,
        }
    }

    /// One of the orders in which the two can stand without changing the result.
    fn ordered(self, a: Id, b: Id) -> (Id, Id) {
        if self != Self::Difference && b < a { (b, a) } else { (a, b) }
    }
}

/// The results known so far. Each pair of nodes is combined once.
pub(super) type Memo = HashMap<(Op, Id, Id), Id, BuildHasherDefault<FoldHasher>>;

/// A fast hash for keys made of a few small numbers that no input chooses.
#[derive(Default)]
pub(super) struct FoldHasher(u64);

impl Hasher for FoldHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64((*byte).into());
        }
    }
    fn write_u32(&mut self, value: u32) {
        self.write_u64(value.into());
    }
    fn write_isize(&mut self, value: isize) {
        self.write_u64(value as u64);
    }
    fn write_u64(&mut self, value: u64) {
        self.0 =
            fold(self.0.rotate_left(32) ^ value ^ 0x2545_f491_4f6c_dd1d, 0x9e37_79b9_7f4a_7c15);
    }
}

/// A place among the edges of a node, or on the single edge of a node whose level is further down.
#[derive(Clone, Copy)]
struct Cursor<A> {
    last: A,
    kid: Id,
    at: usize,
}

impl<A: Coordinate> Cursor<A> {
    /// The first edge of `id` seen from `level`.
    fn new(nodes: &Nodes<A>, id: Id, level: u8, max: A) -> Self {
        if nodes.level(id) > level {
            return Self { last: max, kid: id, at: 0 };
        }
        let at = nodes.span(id).0;
        let (last, kid) = nodes.edge(at);
        Self { last, kid, at }
    }

    /// Goes on to the next edge if this one ends at `last`; there is a next one below the maximum.
    fn advance(&mut self, nodes: &Nodes<A>, last: A) {
        if self.last == last {
            self.at += 1;
            (self.last, self.kid) = nodes.edge(self.at);
        }
    }
}

/// The largest value on the axis of a level above the bottom.
pub(super) fn max_at<A: Coordinate>(level: u8) -> A {
    Axis::ALL.get(usize::from(level)).map_or(A::MAX, |axis| A::max_on(*axis))
}

/// Calls `visit` for every pair of children that share a value, in ascending order of values.
pub(super) fn zip_edges<A: Coordinate, E>(
    (left, a): (&Nodes<A>, Id),
    (right, b): (&Nodes<A>, Id),
    mut visit: impl FnMut(Id, Id) -> Result<(), E>,
) -> Result<(), E> {
    let level = left.level(a).min(right.level(b));
    let max = max_at(level);
    let mut one = Cursor::new(left, a, level, max);
    let mut two = Cursor::new(right, b, level, max);
    loop {
        visit(one.kid, two.kid)?;
        let last = one.last.min(two.last);
        if last == max {
            return Ok(());
        }
        one.advance(left, last);
        two.advance(right, last);
    }
}

impl<A: Coordinate> Arena<'_, A> {
    /// Combines two sets. Recursion goes down one level at a time: at most four deep.
    pub(super) fn apply(&mut self, op: Op, a: Id, b: Id) -> Result<Id, Exhausted> {
        if let Some(result) = op.shortcut(a, b) {
            return Ok(result);
        }
        let (a, b) = op.ordered(a, b);
        let level = self.nodes.level(a).min(self.nodes.level(b));
        // On the last level the work is no more than that of looking it up.
        let memoised = level + 1 < BOTTOM;
        if memoised && let Some(&result) = self.memo.get(&(op, a, b)) {
            return Ok(result);
        }
        let base = self.pending.len();
        let max = max_at(level);
        let mut one = Cursor::new(&self.nodes, a, level, max);
        let mut two = Cursor::new(&self.nodes, b, level, max);
        let mut steps = 1;
        loop {
            let last = one.last.min(two.last);
            let kid = self.apply(op, one.kid, two.kid)?;
            self.add_edge(base, last, kid);
            if last == max {
                break;
            }
            one.advance(&self.nodes, last);
            two.advance(&self.nodes, last);
            steps += 1;
        }
        self.budget.spend(steps)?;
        let result = self.intern(level, base)?;
        if memoised {
            self.memo.insert((op, a, b), result);
        }
        Ok(result)
    }

    /// Combines what is built from many items by a balanced tree: one after the other would look
    /// at the whole result again for each of them. Neighbours should be near each other in space.
    pub(super) fn combine<T>(
        &mut self,
        op: Op,
        items: impl IntoIterator<Item = T>,
        mut build: impl FnMut(&mut Self, T) -> Result<Id, Exhausted>,
    ) -> Result<Option<Id>, Exhausted> {
        // The results of 2^rank items each, ranks descending: a binary counter.
        let mut ladder: Vec<(u32, Id)> = Vec::new();
        for item in items {
            let mut top = (0, build(self, item)?);
            while let Some(&(rank, below)) = ladder.last()
                && rank == top.0
            {
                ladder.pop();
                top = (rank + 1, self.apply(op, below, top.1)?);
            }
            ladder.push(top);
        }
        let mut result = None;
        while let Some((_, set)) = ladder.pop() {
            result = Some(match result {
                Some(above) => self.apply(op, set, above)?,
                None => set,
            });
        }
        Ok(result)
    }
}
