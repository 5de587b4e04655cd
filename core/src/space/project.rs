#![expect(clippy::indexing_slicing, reason = "one new id is kept for each node")]

use super::memo::Op;
use super::nodes::{EMPTY, FULL};
use super::{Axis, Budget, Coordinate, Exhausted, HeaderSet};

/// Projections.
impl<A: Coordinate> HeaderSet<A> {
    /// Forgets `axes`: the headers that some choice of values there brings into the set.
    pub fn exists(&self, axes: &[Axis], budget: &Budget) -> Result<Self, Exhausted> {
        self.quantify(Op::Union, axes, budget)
    }

    /// The headers that are in the set whatever their values on `axes`.
    pub fn forall(&self, axes: &[Axis], budget: &Budget) -> Result<Self, Exhausted> {
        self.quantify(Op::Intersection, axes, budget)
    }

    fn quantify(&self, op: Op, axes: &[Axis], budget: &Budget) -> Result<Self, Exhausted> {
        let forgotten = Axis::ALL.map(|axis| axes.contains(&axis));
        let nodes = self.nodes();
        Self::build(budget, |arena| {
            let mut ids = vec![EMPTY, FULL];
            for id in nodes.inner() {
                let level = nodes.level(id);
                ids.push(if forgotten[usize::from(level)] {
                    let mut kids: Vec<_> =
                        nodes.kids(id).iter().map(|kid| ids[*kid as usize]).collect();
                    kids.sort_unstable();
                    kids.dedup();
                    arena.combine(op, kids, |_, kid| Ok(kid))?.unwrap_or(EMPTY)
                } else {
                    let base = arena.pending.len();
                    for (last, kid) in nodes.edges(id) {
                        budget.spend(1)?;
                        arena.add_edge(base, last, ids[kid as usize]);
                    }
                    arena.intern(level, base)?
                });
            }
            Ok(ids[self.root() as usize])
        })
    }
}
