use std::collections::BTreeMap;

use super::arena::Arena;
use super::memo::Op;
use super::nodes::{EMPTY, FULL, Id, Nodes};
use super::{Axis, Budget, Coordinate, Exhausted, HeaderSet};

/// Intervals of addresses, each with a node for the ports.
type Intervals<A> = Vec<(A, A, Id)>;

impl<A: Coordinate> HeaderSet<A> {
    /// The headers of the answers: source and destination change places.
    ///
    /// The upper half of the diagram tells the destinations into classes that share a lower half.
    /// The result is, over all classes, the lower half above the destinations of the class.
    pub fn mirrored(&self, budget: &Budget) -> Result<Self, Exhausted> {
        let nodes = self.nodes();
        Self::build(budget, |arena| {
            let classes = destination_classes(arena, nodes, self.root())?;
            let union = arena.combine(Op::Union, classes, |arena, (below, destinations)| {
                let destinations = arena.node(Axis::Source, destinations)?;
                raise(arena, nodes, below, destinations)
            })?;
            Ok(union.unwrap_or(EMPTY))
        })
    }
}

/// For each node that decides sources, the destinations that lead to it: intervals of addresses,
/// whose ports are nodes of `arena` already, on the level of the source ports.
fn destination_classes<A: Coordinate>(
    arena: &mut Arena<'_, A>,
    nodes: &Nodes<A>,
    root: Id,
) -> Result<BTreeMap<Id, Intervals<A>>, Exhausted> {
    let mut ports: BTreeMap<Id, Vec<(Id, Id)>> = BTreeMap::new();
    let mut classes: BTreeMap<Id, Intervals<A>> = BTreeMap::new();
    for (lo, hi, kid) in on_level(nodes, root, Axis::Destination) {
        let known = match ports.entry(kid) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => {
                new.insert(port_classes(arena, nodes, kid)?)
            }
        };
        arena.budget.spend(known.len())?;
        for &(below, ports) in known.iter() {
            classes.entry(below).or_default().push((lo, hi, ports));
        }
    }
    Ok(classes)
}

/// The same for the ports of one node: the nodes that decide sources, each with its ports.
fn port_classes<A: Coordinate>(
    arena: &mut Arena<'_, A>,
    nodes: &Nodes<A>,
    id: Id,
) -> Result<Vec<(Id, Id)>, Exhausted> {
    let mut classes: BTreeMap<Id, Intervals<A>> = BTreeMap::new();
    for (lo, hi, below) in on_level(nodes, id, Axis::DestinationPort) {
        if below != EMPTY {
            classes.entry(below).or_default().push((lo, hi, FULL));
        }
    }
    let port_nodes =
        classes.into_iter().map(|(below, ports)| Ok((below, arena.node(Axis::SourcePort, ports)?)));
    port_nodes.collect()
}

/// The intervals of a node on `axis`; the whole axis if the node skips it.
fn on_level<A: Coordinate>(nodes: &Nodes<A>, id: Id, axis: Axis) -> Intervals<A> {
    if nodes.level(id) == axis as u8 {
        nodes.intervals(id).collect()
    } else {
        vec![(A::ZERO, A::max_on(axis), id)]
    }
}

/// Copies a node that decides sources to the levels of the destinations, and puts `end` in the
/// place of [`FULL`]. Recursion goes down one level at a time.
fn raise<A: Coordinate>(
    arena: &mut Arena<'_, A>,
    nodes: &Nodes<A>,
    id: Id,
    end: Id,
) -> Result<Id, Exhausted> {
    match id {
        EMPTY => return Ok(EMPTY),
        FULL => return Ok(end),
        _ => {}
    }
    let base = arena.pending.len();
    for (last, kid) in nodes.edges(id) {
        arena.budget.spend(1)?;
        let kid = raise(arena, nodes, kid, end)?;
        arena.add_edge(base, last, kid);
    }
    arena.intern(nodes.level(id) - Axis::Source as u8, base)
}
