use super::arena::Arena;
use super::memo::Op;
use super::nodes::{BOTTOM, Id, Nodes};
use super::{Axis, Coordinate, Exhausted};

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
