use super::arena::Arena;
use super::kd::{Gap, Visit, walk};
use super::memo::Op;
use super::nodes::{EMPTY, Id};
use super::slabs::Entry;
use super::stop::Stop;
use super::{Budget, Coordinate, Cuboid, Exhausted, FirstMatch, HeaderSet};

/// Up to so many boxes, the sets are built straight from the list.
const FEW: usize = 32;
/// The leaves of a k-d pass may take as much memory as one part in so many of the edges allowed.
const LEAF_SHARE: usize = 2;

/// What each box of a [`FirstMatch`] decides, as sets.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Parts<A: Coordinate> {
    /// The boxes that decide any header, in ascending order, with the headers that they decide.
    pub per_rule: Vec<(usize, HeaderSet<A>)>,
    /// The headers of the flow that no box holds. By itself, because between many small boxes it
    /// can be too large where each part is small; [`FirstMatch::counts`] knows its size even then.
    pub rest: Result<HeaderSet<A>, Exhausted>,
}

impl<A: Coordinate> FirstMatch<A> {
    /// The sets of headers that each box decides, and the rest: disjoint, their union is the flow.
    ///
    /// Product structure (slabs, crosses) has too many k-d leaves, many small boxes have too large
    /// diagrams on the way; both ways are tried, within the budget.
    pub fn parts(&self, budget: &Budget) -> Result<Parts<A>, Exhausted> {
        if self.entries.len() <= FEW {
            return self.parts_in_order(budget);
        }
        match budget.attempt(4, |budget| self.leaves(budget)) {
            Ok(leaves) => self.parts_of_leaves(leaves, budget),
            Err(_) => self.parts_one_by_one(budget),
        }
    }

    /// The headers of the flow that no box holds.
    pub fn rest(&self, budget: &Budget) -> Result<HeaderSet<A>, Exhausted> {
        remainder(&self.flow, &self.entries, budget)
    }

    /// The headers that the box with this number decides.
    pub fn part(&self, rule: usize, budget: &Budget) -> Result<HeaderSet<A>, Exhausted> {
        match self.with_earlier(rule) {
            Some((own, earlier)) => remainder(own, earlier, budget),
            None => Ok(HeaderSet::nothing()),
        }
    }

    /// Few boxes: one after the other, in one arena.
    fn parts_in_order(&self, budget: &Budget) -> Result<Parts<A>, Exhausted> {
        let mut arena = Arena::new(budget);
        let mut per_rule = Vec::new();
        let mut left = arena.cuboid(&self.flow)?;
        for (&rule, entry) in self.rules.iter().zip(&self.entries) {
            let own = arena.cuboid(&entry.cuboid)?;
            let part = arena.apply(Op::Intersection, left, own)?;
            if part != EMPTY {
                per_rule.push((rule, HeaderSet::take(&arena, part)));
                left = arena.apply(Op::Difference, left, own)?;
            }
        }
        Ok(Parts { per_rule, rest: Ok(HeaderSet::take(&arena, left)) })
    }

    /// The boxes of a k-d pass, by the place of their owner in the list; the rest at the end.
    fn leaves(&self, budget: &Budget) -> Result<Vec<Vec<Cuboid<A>>>, Exhausted> {
        let edges_per_box = size_of::<Cuboid<A>>() / size_of::<(A, Id)>();
        let room = budget.edges() / LEAF_SHARE / edges_per_box.max(1);
        let mut leaves = Leaves { parts: vec![Vec::new(); self.entries.len() + 1], room };
        walk(self.flow, &self.entries, &mut leaves, budget)?;
        Ok(leaves.parts)
    }

    /// Each part is the union of its leaves.
    fn parts_of_leaves(
        &self,
        mut leaves: Vec<Vec<Cuboid<A>>>,
        budget: &Budget,
    ) -> Result<Parts<A>, Exhausted> {
        let rest = leaves.pop().unwrap_or_default();
        let mut per_rule = Vec::new();
        for (&rule, leaves) in self.rules.iter().zip(leaves) {
            if let Some((own, earlier)) = self.with_earlier(rule)
                && !leaves.is_empty()
            {
                per_rule.push((rule, union_of_leaves(leaves, own, earlier, budget)?));
            }
        }
        let rest = union_of_leaves(rest, &self.flow, &self.entries, budget);
        Ok(Parts { per_rule, rest })
    }

    /// Each part is its box without the union of the earlier boxes; those that decide nothing are
    /// left out first.
    fn parts_one_by_one(&self, budget: &Budget) -> Result<Parts<A>, Exhausted> {
        let counts = self.counts(budget)?;
        let mut live = Vec::with_capacity(counts.per_rule.len());
        let mut per_rule = Vec::with_capacity(counts.per_rule.len());
        let mut deciding = counts.per_rule.iter().map(|(rule, _)| *rule).peekable();
        for (rule, entry) in self.rules.iter().zip(&self.entries) {
            if deciding.next_if_eq(rule).is_some() {
                per_rule.push((*rule, remainder(&entry.cuboid, &live, budget)?));
                live.push(*entry);
            }
        }
        Ok(Parts { per_rule, rest: remainder(&self.flow, &live, budget) })
    }
}

/// The union of leaves in k-d order; or the same set, `region` without `earlier`, if the way by the
/// leaves is too long.
fn union_of_leaves<A: Coordinate>(
    leaves: Vec<Cuboid<A>>,
    region: &Cuboid<A>,
    earlier: &[Entry<A>],
    budget: &Budget,
) -> Result<HeaderSet<A>, Exhausted> {
    let union = budget.attempt(2, |budget| {
        HeaderSet::build(budget, |arena| {
            let union = arena.combine(Op::Union, &leaves, |arena, leaf| arena.cuboid(leaf))?;
            Ok(union.unwrap_or(EMPTY))
        })
    });
    drop(leaves);
    union.or_else(|_| remainder(region, earlier, budget))
}

/// `region` without the boxes.
fn remainder<A: Coordinate>(
    region: &Cuboid<A>,
    boxes: &[Entry<A>],
    budget: &Budget,
) -> Result<HeaderSet<A>, Exhausted> {
    budget.spend(boxes.len())?;
    let clipped = boxes.iter().filter_map(|entry| entry.cuboid.intersection(region)).collect();
    HeaderSet::build(budget, |arena| {
        let boxes = arena.union_of_cuboids(clipped)?;
        let region = arena.cuboid(region)?;
        arena.apply(Op::Difference, region, boxes)
    })
}

/// Keeps the boxes of the parts.
struct Leaves<A> {
    parts: Vec<Vec<Cuboid<A>>>,
    room: usize,
}

impl<A: Coordinate> Visit<A> for Leaves<A> {
    const CONTRACTS: bool = false;

    fn part(&mut self, owner: Option<u32>, part: &Cuboid<A>, _: &[Gap<A>]) -> Result<(), Stop> {
        self.room = self.room.checked_sub(1).ok_or(Exhausted::Edges)?;
        let of_owner = match owner {
            Some(owner) => self.parts.get_mut(owner as usize),
            None => self.parts.last_mut(),
        };
        if let Some(of_owner) = of_owner {
            of_owner.push(*part);
        }
        Ok(())
    }
}
