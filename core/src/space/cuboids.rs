use super::nodes::{EMPTY, FULL, Id, Nodes};
use super::{Axis, Coordinate, Cuboid, HeaderSet};

/// The disjoint boxes of a set, from the smallest header on: one for each path of its diagram.
///
/// Lazy, because there may be more of them than memory holds ([`HeaderSet::cuboid_count`]).
#[derive(Clone, Debug)]
pub struct Cuboids<'s, A> {
    nodes: &'s Nodes<A>,
    /// The node to go down to next.
    next: Option<Id>,
    path: Vec<Step<A>>,
    current: Cuboid<A>,
}

/// Where the walk is in one node.
#[derive(Clone, Debug)]
struct Step<A> {
    axis: Axis,
    at: usize,
    end: usize,
    first: A,
}

impl<A: Coordinate> HeaderSet<A> {
    /// Disjoint boxes whose union is the set, in canonical order. No two neighbours on the last
    /// axis could be one box; the number of boxes is not always the smallest possible.
    pub fn cuboids(&self) -> Cuboids<'_, A> {
        Cuboids {
            nodes: self.nodes(),
            next: Some(self.root()),
            path: Vec::with_capacity(Axis::ALL.len()),
            current: Cuboid::everything(),
        }
    }
}

impl<A: Coordinate> Iterator for Cuboids<'_, A> {
    type Item = Cuboid<A>;

    fn next(&mut self) -> Option<Cuboid<A>> {
        loop {
            match self.next.take() {
                None | Some(EMPTY) => {}
                Some(FULL) => return Some(self.current),
                Some(id) => {
                    let axis = *Axis::ALL.get(usize::from(self.nodes.level(id)))?;
                    let (at, end) = self.nodes.span(id);
                    self.path.push(Step { axis, at, end, first: A::ZERO });
                }
            }
            let step = self.path.last_mut()?;
            if step.at == step.end {
                let whole = (A::ZERO, A::max_on(step.axis));
                self.current = self.current.with(step.axis, whole)?;
                self.path.pop();
                continue;
            }
            let (last, kid) = self.nodes.edge(step.at);
            self.current = self.current.with(step.axis, (step.first, last))?;
            step.at += 1;
            step.first = last.after().unwrap_or(last);
            self.next = Some(kid);
        }
    }
}
