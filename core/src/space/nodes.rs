#![expect(clippy::indexing_slicing, reason = "ids come from the nodes they index")]

use super::{Axis, Coordinate};

/// The number of a node.
pub(super) type Id = u32;

/// The terminal node of no header.
pub(super) const EMPTY: Id = 0;
/// The terminal node of every header.
pub(super) const FULL: Id = 1;
/// The level of the terminals: below all axes.
pub(super) const BOTTOM: u8 = Axis::ALL.len() as u8;

/// The nodes of interval decision diagrams, in flat arrays.
///
/// A node at a level splits the values of that axis ([`Axis::ALL`]) into intervals; each edge has
/// the last value of its interval and the node that decides the axes below. Neighbouring edges lead
/// to different nodes, and a node with a single edge does not exist: what does not depend on an
/// axis skips its level. Children come before their parents.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Nodes<A> {
    levels: Vec<u8>,
    /// Where the edges of each node start; one more at the end.
    starts: Vec<u32>,
    lasts: Vec<A>,
    kids: Vec<Id>,
}

impl<A: Coordinate> Nodes<A> {
    /// The two terminals.
    pub(super) fn new() -> Self {
        Self { levels: vec![BOTTOM; 2], starts: vec![0; 3], lasts: Vec::new(), kids: Vec::new() }
    }

    /// The number of nodes, the terminals among them.
    pub(super) fn len(&self) -> usize {
        self.levels.len()
    }

    /// The number of edges of all nodes.
    pub(super) fn edge_count(&self) -> usize {
        self.kids.len()
    }

    /// The ids of all nodes that are no terminals, children first.
    pub(super) fn inner(&self) -> std::ops::Range<Id> {
        2..self.levels.len() as Id
    }

    /// The level of a node.
    pub(super) fn level(&self, id: Id) -> u8 {
        self.levels[id as usize]
    }

    /// Where the edges of a node lie.
    pub(super) fn span(&self, id: Id) -> (usize, usize) {
        (self.starts[id as usize] as usize, self.starts[id as usize + 1] as usize)
    }

    /// The edge at a place within a [`Self::span`].
    pub(super) fn edge(&self, at: usize) -> (A, Id) {
        (self.lasts[at], self.kids[at])
    }

    /// The last values of a node's intervals.
    pub(super) fn lasts(&self, id: Id) -> &[A] {
        let (start, end) = self.span(id);
        &self.lasts[start..end]
    }

    /// The children of a node.
    pub(super) fn kids(&self, id: Id) -> &[Id] {
        let (start, end) = self.span(id);
        &self.kids[start..end]
    }

    /// The edges of a node as last values and children.
    pub(super) fn edges(&self, id: Id) -> impl Iterator<Item = (A, Id)> {
        self.lasts(id).iter().copied().zip(self.kids(id).iter().copied())
    }

    /// The edges of a node as first values, last values and children.
    pub(super) fn intervals(&self, id: Id) -> impl Iterator<Item = (A, A, Id)> {
        let firsts = self.lasts(id).iter().filter_map(|last| last.after());
        std::iter::once(A::ZERO)
            .chain(firsts)
            .zip(self.edges(id))
            .map(|(first, (last, kid))| (first, last, kid))
    }

    /// The child for one value; none for ports that do not exist.
    pub(super) fn child(&self, id: Id, value: A) -> Id {
        let at = self.lasts(id).partition_point(|last| *last < value);
        self.kids(id).get(at).copied().unwrap_or(EMPTY)
    }

    /// Adds a node whose children are here already. Whether it is new, the caller knows.
    pub(super) fn push(&mut self, level: u8, edges: impl IntoIterator<Item = (A, Id)>) -> Id {
        for (last, kid) in edges {
            self.lasts.push(last);
            self.kids.push(kid);
        }
        let id = self.levels.len() as Id;
        self.levels.push(level);
        self.starts.push(self.kids.len() as u32);
        id
    }

    /// Exchanges the terminals: each node then stands for the complement.
    pub(super) fn invert(&mut self) {
        for kid in self.kids.iter_mut().filter(|kid| **kid <= FULL) {
            *kid = FULL - *kid;
        }
    }

    /// Gives back memory that was reserved for growth.
    pub(super) fn shrink(&mut self) {
        self.levels.shrink_to_fit();
        self.starts.shrink_to_fit();
        self.lasts.shrink_to_fit();
        self.kids.shrink_to_fit();
    }
}
