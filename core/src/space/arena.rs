#![expect(clippy::indexing_slicing, reason = "slots and remaps are as long as what they index")]

use std::hash::{BuildHasher, RandomState};

use super::memo::{Memo, fold};
use super::nodes::{BOTTOM, EMPTY, FULL, Id, Nodes};
use super::{Axis, Budget, Coordinate, Cuboid, Exhausted, HeaderSet};

/// The scratch space in which diagrams are built: equal nodes get equal ids.
///
/// What an operation leaves behind on the way to its result goes with the arena; only the result
/// is taken out, by [`Arena::extract`].
pub(super) struct Arena<'b, A> {
    pub(super) nodes: Nodes<A>,
    pub(super) memo: Memo,
    /// The edges of the nodes under construction, innermost last.
    pub(super) pending: Vec<(A, Id)>,
    pub(super) budget: &'b Budget,
    /// Open addressing: the hash and the id of a node, or [`EMPTY`] where free.
    slots: Vec<(u32, Id)>,
    seed: u64,
}

impl<'b, A: Coordinate> Arena<'b, A> {
    /// An arena with nothing in it.
    pub(super) fn new(budget: &'b Budget) -> Self {
        Self {
            nodes: Nodes::new(),
            memo: Memo::default(),
            pending: Vec::new(),
            budget,
            slots: vec![(0, EMPTY); 64],
            // Rule sets are hostile input: nobody may know which nodes collide.
            seed: RandomState::new().hash_one(0),
        }
    }

    /// Adds an edge to the node under construction whose edges start at `base`.
    pub(super) fn add_edge(&mut self, base: usize, last: A, kid: Id) {
        match self.pending[base..].last_mut() {
            Some(edge) if edge.1 == kid => edge.0 = last,
            _ => self.pending.push((last, kid)),
        }
    }

    /// Completes the node under construction whose edges start at `base`.
    pub(super) fn intern(&mut self, level: u8, base: usize) -> Result<Id, Exhausted> {
        let edges = &self.pending[base..];
        if let [(_, only)] = edges {
            let only = *only;
            self.pending.truncate(base);
            return Ok(only);
        }
        let hash = hash(self.seed, level, edges);
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        while self.slots[slot].1 != EMPTY {
            let (other, id) = self.slots[slot];
            if other == hash
                && self.nodes.level(id) == level
                && self.nodes.lasts(id).len() == edges.len()
                && self.nodes.edges(id).eq(edges.iter().copied())
            {
                self.pending.truncate(base);
                return Ok(id);
            }
            slot = (slot + 1) & mask;
        }
        self.budget.admit(self.nodes.edge_count() + edges.len())?;
        let id = self.nodes.push(level, self.pending.drain(base..));
        self.slots[slot] = (hash, id);
        if self.nodes.len() * 4 > self.slots.len() * 3 {
            self.grow();
        }
        Ok(id)
    }

    fn grow(&mut self) {
        let mut slots = vec![(0, EMPTY); self.slots.len() * 2];
        let mask = slots.len() - 1;
        for &(hash, id) in self.slots.iter().filter(|slot| slot.1 != EMPTY) {
            let mut slot = hash as usize & mask;
            while slots[slot].1 != EMPTY {
                slot = (slot + 1) & mask;
            }
            slots[slot] = (hash, id);
        }
        self.slots = slots;
    }

    /// The node on `axis` with these sorted, disjoint intervals, which leads nowhere in the gaps.
    /// Ports that do not exist are left out.
    pub(super) fn node(
        &mut self,
        axis: Axis,
        intervals: impl IntoIterator<Item = (A, A, Id)>,
    ) -> Result<Id, Exhausted> {
        let (base, max) = (self.pending.len(), A::max_on(axis));
        for (lo, hi, inside) in intervals.into_iter().take_while(|interval| interval.0 <= max) {
            self.budget.spend(1)?;
            if let Some(before) = lo.before() {
                self.add_gap(base, before);
            }
            self.add_edge(base, hi.min(max), inside);
        }
        self.add_gap(base, max);
        self.intern(axis as u8, base)
    }

    /// Leads nowhere from the last edge, if any, up to `last`.
    fn add_gap(&mut self, base: usize, last: A) {
        if self.pending[base..].last().is_none_or(|edge| edge.0 < last) {
            self.add_edge(base, last, EMPTY);
        }
    }

    /// The headers whose coordinates lie in the sorted, disjoint ranges of each axis.
    pub(super) fn product(&mut self, ranges: [&[(A, A)]; 4]) -> Result<Id, Exhausted> {
        let mut id = FULL;
        for axis in Axis::ALL.into_iter().rev() {
            let inside = id;
            let intervals = ranges[axis as usize].iter().map(|&(lo, hi)| (lo, hi, inside));
            id = self.node(axis, intervals)?;
        }
        Ok(id)
    }

    /// The headers of a box.
    pub(super) fn cuboid(&mut self, cuboid: &Cuboid<A>) -> Result<Id, Exhausted> {
        let [a, b, c, d] = Axis::ALL.map(|axis| [cuboid.on(axis)]);
        self.product([&a, &b, &c, &d])
    }

    /// Copies a set into the arena.
    pub(super) fn import(&mut self, set: &HeaderSet<A>) -> Result<Id, Exhausted> {
        let nodes = set.nodes();
        self.budget.spend(nodes.edge_count())?;
        let mut ids = Vec::with_capacity(nodes.len());
        ids.extend([EMPTY, FULL]);
        for old in nodes.inner() {
            let base = self.pending.len();
            self.pending.extend(nodes.edges(old).map(|(last, kid)| (last, ids[kid as usize])));
            ids.push(self.intern(nodes.level(old), base)?);
        }
        Ok(ids[set.root() as usize])
    }

    /// Takes a diagram out, its nodes numbered in the order of a depth-first walk, so that the
    /// flat form depends on the set alone.
    pub(super) fn extract(&self, root: Id) -> (Nodes<A>, Id) {
        let mut taken = Nodes::new();
        // Few of the arena's nodes may be needed, but a vector is much faster than a map.
        let mut ids = vec![EMPTY; self.nodes.len()];
        ids[FULL as usize] = FULL;
        let root = self.extract_node(root, &mut taken, &mut ids);
        taken.shrink();
        (taken, root)
    }

    /// Recursion goes down one level at a time: at most four deep.
    fn extract_node(&self, id: Id, taken: &mut Nodes<A>, ids: &mut [Id]) -> Id {
        if self.nodes.level(id) == BOTTOM || ids[id as usize] != EMPTY {
            return ids[id as usize];
        }
        for &kid in self.nodes.kids(id) {
            self.extract_node(kid, taken, ids);
        }
        let edges = self.nodes.edges(id).map(|(last, kid)| (last, ids[kid as usize]));
        let new = taken.push(self.nodes.level(id), edges);
        ids[id as usize] = new;
        new
    }
}

fn hash<A: Coordinate>(seed: u64, level: u8, edges: &[(A, Id)]) -> u32 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = seed ^ u64::from(level);
    for &(last, kid) in edges {
        let last = last.to_u128();
        let high = (last >> 64) as u64;
        if high != 0 {
            hash = fold(hash ^ high, ODD);
        }
        hash = fold(hash ^ last as u64, ODD ^ u64::from(kid).rotate_left(32));
    }
    (fold(hash, ODD) >> 16) as u32
}
