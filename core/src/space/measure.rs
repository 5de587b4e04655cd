#![expect(clippy::indexing_slicing, reason = "one number is kept for each node")]

use super::apply::max_at;
use super::nodes::{BOTTOM, EMPTY};
use super::{Axis, Coordinate, Count, HeaderSet, Ranges};

/// Numbers that one pass over the diagram gives; none of them needs a budget.
impl<A: Coordinate> HeaderSet<A> {
    /// The number of headers in the set.
    pub fn count(&self) -> Count {
        self.measure(BOTTOM, |_, lo, hi| Count::of_range(lo.to_u128(), hi.to_u128()))
    }

    /// The number of pairs of a destination address and a destination port for which some header
    /// is in the set.
    pub fn count_pairs(&self) -> Count {
        self.measure(Axis::Source as u8, |_, lo, hi| Count::of_range(lo.to_u128(), hi.to_u128()))
    }

    /// The number of boxes that [`Self::cuboids`] lists.
    pub fn cuboid_count(&self) -> Count {
        self.measure(BOTTOM, |_, _, _| Count::ONE)
    }

    /// The sum over all diagram paths of the product of the weights of their intervals, on the
    /// levels above `floor`; below it, nothing is told apart but empty and not empty.
    pub(super) fn measure(&self, floor: u8, weight: impl Fn(u8, A, A) -> Count) -> Count {
        let nodes = self.nodes();
        let whole = |from: u8, to: u8| {
            let skipped = from..to.min(floor);
            skipped
                .fold(Count::ONE, |product, level| product * weight(level, A::ZERO, max_at(level)))
        };
        let mut counts = vec![Count::ZERO, Count::ONE];
        for id in nodes.inner() {
            let level = nodes.level(id);
            counts.push(if level >= floor {
                Count::ONE
            } else {
                let live = nodes.intervals(id).filter(|(_, _, kid)| *kid != EMPTY);
                live.map(|(lo, hi, kid)| {
                    let below = whole(level + 1, nodes.level(kid)) * counts[kid as usize];
                    weight(level, lo, hi) * below
                })
                .sum()
            });
        }
        whole(0, nodes.level(self.root())) * counts[self.root() as usize]
    }

    /// The values on `axis` of all headers in the set.
    pub fn values_on(&self, axis: Axis) -> Ranges<A> {
        let (nodes, level) = (self.nodes(), axis as u8);
        // Every node is reached from the root and leads to some header; past the axis, to all values.
        let free = |id| id != EMPTY && nodes.level(id) > level;
        let above = |id| nodes.level(id) < level && nodes.kids(id).iter().any(|kid| free(*kid));
        if free(self.root()) || nodes.inner().any(above) {
            return Ranges::all(axis);
        }
        let on_axis = nodes.inner().filter(|id| nodes.level(*id) == level);
        let live = on_axis.flat_map(|id| nodes.intervals(id)).filter(|edge| edge.2 != EMPTY);
        Ranges::union_of(live.map(|(lo, hi, _)| (lo, hi)))
    }
}
