use super::kd::{Gap, Visit, reopen, walk};
use super::slabs::Entry;
use super::stop::Stop;
use super::{Budget, Coordinate, Count, Cuboid, Exhausted};

/// An ordered list of boxes over one flow: each header belongs to the first box that holds it.
///
/// Keeps only the boxes that touch the flow, clipped to it, up to the first that covers it. That
/// list is exact and can never blow up: membership is a scan, and counts and witnesses need no
/// more memory than a few copies of it. Sets are built on demand ([`Self::parts`]).
#[derive(Clone, Debug)]
pub struct FirstMatch<A> {
    pub(super) flow: Cuboid<A>,
    /// The boxes inside the flow, each owned by its place.
    pub(super) entries: Vec<Entry<A>>,
    /// The number of the box at each place.
    pub(super) rules: Vec<usize>,
}

/// How many headers of a flow each box of a [`FirstMatch`] decides.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Counts {
    /// The boxes that decide any header, in ascending order, with the number that they decide.
    pub per_rule: Vec<(usize, Count)>,
    /// The number of headers that no box holds.
    pub rest: Count,
}

impl<A: Coordinate> FirstMatch<A> {
    /// The boxes of `rules`, in order, over the headers of `flow`. Boxes are named by their number
    /// in `rules`, from 0.
    pub fn new(flow: Cuboid<A>, rules: impl IntoIterator<Item = Cuboid<A>>) -> Self {
        let (mut entries, mut numbers) = (Vec::new(), Vec::new());
        for (number, rule) in rules.into_iter().enumerate() {
            if rule.touches(&flow)
                && let Some(cuboid) = rule.intersection(&flow)
            {
                entries.push(Entry { cuboid, owner: entries.len() as u32 });
                numbers.push(number);
                if cuboid == flow {
                    break;
                }
            }
        }
        Self { flow, entries, rules: numbers }
    }

    /// The flow.
    pub fn flow(&self) -> &Cuboid<A> {
        &self.flow
    }

    /// The boxes that touch the flow, up to the first that covers it: number, and the part of the
    /// box inside the flow.
    pub fn touching(&self) -> impl Iterator<Item = (usize, &Cuboid<A>)> {
        self.rules.iter().copied().zip(self.entries.iter().map(|entry| &entry.cuboid))
    }

    /// The first box that holds a header of the flow.
    pub fn locate(&self, at: &[A; 4]) -> Option<usize> {
        let place = self.entries.iter().position(|entry| entry.cuboid.contains(at))?;
        self.rules.get(place).copied()
    }

    /// How many headers each box decides. Builds no set; memory is that of a few copies of the
    /// list. Only work can run out, and takes hostile input.
    pub fn counts(&self, budget: &Budget) -> Result<Counts, Exhausted> {
        let mut tally = Tally { counts: vec![Count::ZERO; self.entries.len()] };
        walk(self.flow, &self.entries, &mut tally, budget)?;
        let decided = tally.counts.iter().copied().sum();
        let rest = self.flow.count().checked_sub(decided).unwrap_or_default();
        let per_rule = self.rules.iter().copied().zip(tally.counts);
        Ok(Counts { per_rule: per_rule.filter(|(_, count)| !count.is_zero()).collect(), rest })
    }

    /// The box with this number and those before it, as far as they touch the flow.
    pub(super) fn with_earlier(&self, rule: usize) -> Option<(&Cuboid<A>, &[Entry<A>])> {
        let place = self.rules.binary_search(&rule).ok()?;
        Some((&self.entries.get(place)?.cuboid, self.entries.get(..place)?))
    }

    /// A header that the box with this number decides; `None` if it decides none.
    pub fn witness(&self, rule: usize, budget: &Budget) -> Result<Option<[A; 4]>, Exhausted> {
        match self.with_earlier(rule) {
            Some((own, earlier)) => outside(*own, earlier, budget),
            None => Ok(None),
        }
    }

    /// A header of the flow that no box holds; `None` if the boxes cover the flow.
    pub fn rest_witness(&self, budget: &Budget) -> Result<Option<[A; 4]>, Exhausted> {
        outside(self.flow, &self.entries, budget)
    }
}

/// A header of `region` in none of the boxes.
fn outside<A: Coordinate>(
    region: Cuboid<A>,
    boxes: &[Entry<A>],
    budget: &Budget,
) -> Result<Option<[A; 4]>, Exhausted> {
    const OUTSIDE: u32 = u32::MAX;
    budget.spend(boxes.len())?;
    let clipped = boxes
        .iter()
        .filter_map(|entry| Some(Entry { cuboid: entry.cuboid.intersection(&region)?, owner: 0 }));
    let mut list: Vec<_> = clipped.collect();
    // The order among the boxes does not matter here, and slabs are cheap as long as they lead.
    list.sort_by_key(|entry| {
        let (from, to) = (entry.cuboid.first(), entry.cuboid.last());
        let partial = (from.iter().zip(&region.lo)).zip(to.iter().zip(&region.hi));
        partial.filter(|((from, lo), (to, hi))| from != lo || to != hi).count()
    });
    list.push(Entry { cuboid: region, owner: OUTSIDE });
    let mut found = Find { owner: OUTSIDE, at: None };
    walk(region, &list, &mut found, budget)?;
    Ok(found.at)
}

/// Adds up the sizes of the parts.
struct Tally {
    counts: Vec<Count>,
}

impl<A: Coordinate> Visit<A> for Tally {
    const CONTRACTS: bool = true;

    fn part(&mut self, owner: Option<u32>, part: &Cuboid<A>, _: &[Gap<A>]) -> Result<(), Stop> {
        if let Some(count) = owner.and_then(|owner| self.counts.get_mut(owner as usize)) {
            *count += part.count();
        }
        Ok(())
    }
}

/// Finds one header of a part.
struct Find<A> {
    owner: u32,
    at: Option<[A; 4]>,
}

impl<A: Coordinate> Visit<A> for Find<A> {
    const CONTRACTS: bool = true;

    fn part(&mut self, owner: Option<u32>, part: &Cuboid<A>, gaps: &[Gap<A>]) -> Result<(), Stop> {
        if owner != Some(self.owner) {
            return Ok(());
        }
        self.at = Some(reopen(gaps, part.first()));
        Err(Stop::Found)
    }
}
