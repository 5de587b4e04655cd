use std::collections::HashSet;
use std::fmt;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use super::apply::zip_edges;
use super::arena::Arena;
use super::memo::{FoldHasher, Op};
use super::nodes::{BOTTOM, EMPTY, FULL, Id, Nodes};
use super::stop::Stop;
use super::{Axis, Budget, Coordinate, Cuboid, Exhausted, Ranges};

/// An exact set of TCP headers of one IP family. Equal sets are equal values.
///
/// An interval decision diagram over the axes in the order of [`Axis::ALL`], in a flat form that
/// depends on the set alone. Cloning is cheap.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct HeaderSet<A>(Arc<Diagram<A>>);

#[derive(Eq, Hash, PartialEq)]
struct Diagram<A> {
    nodes: Nodes<A>,
    root: Id,
}

impl<A: Coordinate> HeaderSet<A> {
    /// No header.
    pub fn nothing() -> Self {
        Self::from_diagram((Nodes::new(), EMPTY))
    }

    /// Every header of the family.
    pub fn everything() -> Self {
        Self::from_diagram((Nodes::new(), FULL))
    }

    /// The headers whose coordinate lies in the set given for each axis, in the order of
    /// [`Axis::ALL`]. Linear in the number of ranges.
    pub fn product(ranges: [&Ranges<A>; 4], budget: &Budget) -> Result<Self, Exhausted> {
        Self::build(budget, |arena| arena.product(ranges.map(Ranges::as_slice)))
    }

    /// The union of boxes in any order, overlapping or not.
    pub fn from_cuboids(
        cuboids: impl IntoIterator<Item = Cuboid<A>>,
        budget: &Budget,
    ) -> Result<Self, Exhausted> {
        let cuboids = cuboids.into_iter().collect();
        Self::build(budget, |arena| arena.union_of_cuboids(cuboids))
    }

    /// Builds a set in a scratch arena and keeps only the result.
    pub(super) fn build<'b>(
        budget: &'b Budget,
        build: impl FnOnce(&mut Arena<'b, A>) -> Result<Id, Exhausted>,
    ) -> Result<Self, Exhausted> {
        let mut arena = Arena::new(budget);
        let root = build(&mut arena)?;
        Ok(Self::take(&arena, root))
    }

    /// Takes a set out of an arena.
    pub(super) fn take(arena: &Arena<'_, A>, root: Id) -> Self {
        Self::from_diagram(arena.extract(root))
    }

    fn from_diagram((nodes, root): (Nodes<A>, Id)) -> Self {
        Self(Arc::new(Diagram { nodes, root }))
    }

    pub(super) fn nodes(&self) -> &Nodes<A> {
        &self.0.nodes
    }

    pub(super) fn root(&self) -> Id {
        self.0.root
    }

    /// Whether there is no header in the set.
    pub fn is_empty(&self) -> bool {
        self.root() == EMPTY
    }

    /// Whether every header of the family is in the set.
    pub fn is_everything(&self) -> bool {
        self.root() == FULL
    }

    /// The size of the diagram, which is what operations on the set cost.
    pub fn edge_count(&self) -> usize {
        self.nodes().edge_count()
    }

    /// The headers in either set.
    pub fn union(&self, other: &Self, budget: &Budget) -> Result<Self, Exhausted> {
        self.combine(Op::Union, other, budget)
    }

    /// The headers in both sets.
    pub fn intersection(&self, other: &Self, budget: &Budget) -> Result<Self, Exhausted> {
        self.combine(Op::Intersection, other, budget)
    }

    /// The headers of this set that are not in the other.
    pub fn difference(&self, other: &Self, budget: &Budget) -> Result<Self, Exhausted> {
        self.combine(Op::Difference, other, budget)
    }

    fn combine(&self, op: Op, other: &Self, budget: &Budget) -> Result<Self, Exhausted> {
        // The roots as they would be numbered in one arena, as far as that shows the result.
        let (ours, theirs) = (FULL + 1, FULL + 2);
        let place =
            |set: &Self, id| if set.nodes().level(set.root()) == BOTTOM { set.root() } else { id };
        let a = place(self, ours);
        let b = if self == other { a } else { place(other, theirs) };
        match op.shortcut(a, b) {
            Some(EMPTY) => return Ok(Self::nothing()),
            Some(FULL) => return Ok(Self::everything()),
            Some(id) => return Ok(if id == ours { self.clone() } else { other.clone() }),
            None => {}
        }
        Self::build(budget, |arena| {
            let a = arena.import(self)?;
            let b = arena.import(other)?;
            arena.apply(op, a, b)
        })
    }

    /// The union of many sets, built at once: much faster than one after the other.
    pub fn union_of<'s>(
        sets: impl IntoIterator<Item = &'s Self>,
        budget: &Budget,
    ) -> Result<Self, Exhausted> {
        Self::build(budget, |arena| {
            let union = arena.combine(Op::Union, sets, |arena, set| arena.import(set))?;
            Ok(union.unwrap_or(EMPTY))
        })
    }

    /// The headers of the family that are not in the set. Linear in its size.
    #[must_use]
    pub fn complement(&self) -> Self {
        let mut nodes = self.nodes().clone();
        nodes.invert();
        let root = if self.root() <= FULL { FULL - self.root() } else { self.root() };
        Self::from_diagram((nodes, root))
    }

    /// Whether every header of this set is in the other. Builds nothing.
    pub fn is_subset(&self, other: &Self, budget: &Budget) -> Result<bool, Exhausted> {
        if self == other {
            return Ok(true);
        }
        let (inner, outer, seen) = (self.nodes(), other.nodes(), HashSet::default());
        match (Search { inner, outer, seen, budget }).visit(self.root(), other.root()) {
            Ok(()) => Ok(true),
            Err(Stop::Found) => Ok(false),
            Err(Stop::Exhausted(exhausted)) => Err(exhausted),
        }
    }

    /// Whether no header is in both sets.
    pub fn is_disjoint(&self, other: &Self, budget: &Budget) -> Result<bool, Exhausted> {
        self.is_subset(&other.complement(), budget)
    }

    /// Whether the header is in the set.
    pub fn contains(&self, at: &[A; 4]) -> bool {
        let mut id = self.root();
        while let Some(&value) = at.get(usize::from(self.nodes().level(id))) {
            id = self.nodes().child(id, value);
        }
        id == FULL
    }

    /// The smallest header in the set, compared in the order of [`Axis::ALL`].
    pub fn witness(&self) -> Option<[A; 4]> {
        self.cuboids().next().map(|cuboid| cuboid.first())
    }
}

/// A search for a header that is in one set and not in another.
struct Search<'s, A> {
    inner: &'s Nodes<A>,
    outer: &'s Nodes<A>,
    /// Pairs without such a header.
    seen: HashSet<(Id, Id), BuildHasherDefault<FoldHasher>>,
    budget: &'s Budget,
}

impl<A: Coordinate> Search<'_, A> {
    /// Stops at the first such header. Recursion goes down one level at a time.
    fn visit(&mut self, inner: Id, outer: Id) -> Result<(), Stop> {
        if inner == EMPTY || outer == FULL {
            return Ok(());
        }
        // A node that is no terminal is neither empty nor full.
        if inner == FULL || outer == EMPTY {
            return Err(Stop::Found);
        }
        if !self.seen.insert((inner, outer)) {
            return Ok(());
        }
        zip_edges((self.inner, inner), (self.outer, outer), |inner, outer| {
            self.budget.spend(1)?;
            self.visit(inner, outer)
        })
    }
}

/// The headers of one box.
impl<A: Coordinate> From<Cuboid<A>> for HeaderSet<A> {
    fn from(cuboid: Cuboid<A>) -> Self {
        let (mut nodes, mut root) = (Nodes::new(), FULL);
        for axis in Axis::ALL.into_iter().rev() {
            let ((lo, hi), max) = (cuboid.on(axis), A::max_on(axis));
            let below = lo.before().map(|before| (before, EMPTY));
            let above = (hi < max).then_some((max, EMPTY));
            if below.is_some() || above.is_some() {
                let inside = Some((hi, root));
                root = nodes.push(axis as u8, [below, inside, above].into_iter().flatten());
            }
        }
        nodes.shrink();
        Self::from_diagram((nodes, root))
    }
}

/// Up to four boxes of the set, and how many there are.
impl<A: Coordinate> fmt::Debug for HeaderSet<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ranges = |cuboid: Cuboid<A>| Axis::ALL.map(|axis| cuboid.on(axis));
        write!(f, "HeaderSet of {} boxes ", self.cuboid_count())?;
        f.debug_set().entries(self.cuboids().take(4).map(ranges)).finish()
    }
}
