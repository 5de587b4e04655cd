#![expect(
    clippy::indexing_slicing,
    reason = "axes have numbers below four; frames start in the list"
)]

use super::slabs::{Entry, Slabs, slab_axis};
use super::stop::Stop;
use super::{Axis, Budget, Coordinate, Cuboid, Exhausted};

/// The faces looked at for a split come from the first quarter of a list, so that the boxes that
/// decide first are told apart first, but from no fewer boxes than this.
const FACES_FROM: usize = 8;

/// What is done with the cells of a first-match pass.
pub(super) trait Visit<A> {
    /// Whether slabs that decide first are cut out of their cell by closing the gap. That keeps the
    /// sizes of the parts but moves them, and one part may stand for several boxes; parts that no
    /// box decides may be left out.
    const CONTRACTS: bool;

    /// A part of the space, the box that decides it first, and the gaps that were closed before.
    fn part(&mut self, owner: Option<u32>, part: &Cuboid<A>, gaps: &[Gap<A>]) -> Result<(), Stop>;
}

/// Values that were cut out of an axis.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gap<A> {
    axis: usize,
    from: A,
    to: A,
}

/// Where a header really lies that was found after these gaps were closed.
pub(super) fn reopen<A: Coordinate>(gaps: &[Gap<A>], mut at: [A; 4]) -> [A; 4] {
    for gap in gaps.iter().rev() {
        if at[gap.axis] >= gap.from {
            at[gap.axis] = at[gap.axis] + (gap.to - gap.from) + A::from_port(1);
        }
    }
    at
}

/// Cuts `flow` into parts that are decided first by one box of the ordered list, or by none.
///
/// Depth first over a tree of cells with an explicit stack: memory for the lists on one path only.
/// Each cell is cut at a median face of its boxes. The boxes of the list lie inside `flow`.
pub(super) fn walk<A: Coordinate, V: Visit<A>>(
    flow: Cuboid<A>,
    list: &[Entry<A>],
    visitor: &mut V,
    budget: &Budget,
) -> Result<(), Exhausted> {
    let entries = list.to_vec();
    let mut walk = Walk { visitor, budget, entries, gaps: Vec::new(), slabs: Slabs::default() };
    match walk.run(flow) {
        Ok(()) | Err(Stop::Found) => Ok(()),
        Err(Stop::Exhausted(exhausted)) => Err(exhausted),
    }
}

/// A cell whose list is the end of the common list, from `start` on.
struct Frame<A> {
    cell: Cuboid<A>,
    start: usize,
    /// How many gaps were closed on the way here.
    gaps: usize,
}

/// A pass on its way.
struct Walk<'v, A, V> {
    visitor: &'v mut V,
    budget: &'v Budget,
    /// The lists of all cells that wait, that of the cell in hand last.
    entries: Vec<Entry<A>>,
    gaps: Vec<Gap<A>>,
    slabs: Slabs<A>,
}

impl<A: Coordinate, V: Visit<A>> Walk<'_, A, V> {
    fn run(&mut self, flow: Cuboid<A>) -> Result<(), Stop> {
        let mut frames = vec![Frame { cell: flow, start: 0, gaps: 0 }];
        let (mut low, mut high, mut faces) = (Vec::new(), Vec::new(), Default::default());
        while let Some(Frame { cell, start, gaps }) = frames.pop() {
            self.budget.spend(1 + self.entries.len() - start)?;
            self.gaps.truncate(gaps);
            let cell = if V::CONTRACTS { self.contract(cell, start)? } else { Some(cell) };
            let Some(cell) = cell else { continue };
            match &self.entries[start..] {
                [] => self.visitor.part(None, &cell, &self.gaps)?,
                [first, ..] if first.cuboid == cell => {
                    self.visitor.part(Some(first.owner), &cell, &self.gaps)?;
                }
                &[only] => {
                    self.visitor.part(Some(only.owner), &only.cuboid, &self.gaps)?;
                    if !V::CONTRACTS {
                        self.around(cell, &only.cuboid)?;
                    }
                }
                list => {
                    if let Some((below, above)) = cut(&cell, list, &mut faces) {
                        clip(&below, list, &mut low);
                        clip(&above, list, &mut high);
                        self.entries.truncate(start);
                        let gaps = self.gaps.len();
                        frames.push(Frame { cell: above, start, gaps });
                        self.entries.append(&mut high);
                        frames.push(Frame { cell: below, start: self.entries.len(), gaps });
                        self.entries.append(&mut low);
                        continue;
                    }
                }
            }
            self.entries.truncate(start);
        }
        Ok(())
    }

    /// The parts of a cell around a box in it, which no box decides.
    fn around(&mut self, mut cell: Cuboid<A>, hole: &Cuboid<A>) -> Result<(), Stop> {
        for axis in Axis::ALL {
            let (lo, hi) = hole.on(axis);
            let before = lo.before().and_then(|before| cell.split(axis, before));
            if let Some((outside, rest)) = before {
                self.visitor.part(None, &outside, &self.gaps)?;
                cell = rest;
            }
            if let Some((rest, outside)) = cell.split(axis, hi) {
                self.visitor.part(None, &outside, &self.gaps)?;
                cell = rest;
            }
        }
        Ok(())
    }

    /// Cuts the slabs that lead the list out of the cell and closes the gaps, as long as there are
    /// any; gives what is left of the cell. The list is cut after a box that covers it.
    fn contract(&mut self, mut cell: Cuboid<A>, start: usize) -> Result<Option<Cuboid<A>>, Stop> {
        while let Some(first) = self.entries.get(start)
            && let Some(axis) = slab_axis(&cell, &first.cuboid)
        {
            self.budget.spend(self.entries.len() - start)?;
            let is_slab = |entry: &&Entry<A>| slab_axis(&cell, &entry.cuboid) == Some(axis);
            let end = start + self.entries[start..].iter().take_while(is_slab).count();
            self.slabs.sweep(&self.entries[start..end], axis);
            for &(lo, hi, owner) in &self.slabs.pieces {
                let mut part = cell;
                (part.lo[axis], part.hi[axis]) = (lo, hi);
                self.visitor.part(Some(owner), &part, &self.gaps)?;
            }
            let Some(range) = self.slabs.close((cell.lo[axis], cell.hi[axis])) else {
                self.entries.truncate(start);
                return Ok(None);
            };
            (cell.lo[axis], cell.hi[axis]) = range;
            // From the highest to the lowest, so that closing one does not move the others.
            let gaps = self.slabs.gaps.iter().rev();
            self.gaps.extend(gaps.map(|&(from, to, _)| Gap { axis, from, to }));
            self.close_gaps(&cell, axis, start, end);
        }
        Ok(Some(cell))
    }

    /// Moves the list from `end` on to `start`, with the gaps closed in its boxes.
    fn close_gaps(&mut self, cell: &Cuboid<A>, axis: usize, start: usize, end: usize) {
        let mut kept = start;
        for at in end..self.entries.len() {
            let mut entry = self.entries[at];
            let range = (entry.cuboid.lo[axis], entry.cuboid.hi[axis]);
            if let Some((lo, hi)) = self.slabs.close(range) {
                (entry.cuboid.lo[axis], entry.cuboid.hi[axis]) = (lo, hi);
                self.entries[kept] = entry;
                kept += 1;
                if entry.cuboid == *cell {
                    break;
                }
            }
        }
        self.entries.truncate(kept);
    }
}

/// Cuts a cell at the median of the faces inside it, on the axis that has the most.
fn cut<A: Coordinate>(
    cell: &Cuboid<A>,
    list: &[Entry<A>],
    faces: &mut [Vec<A>; 4],
) -> Option<(Cuboid<A>, Cuboid<A>)> {
    let deciding = (list.len() / 4).max(FACES_FROM).min(list.len());
    faces.iter_mut().for_each(Vec::clear);
    for Entry { cuboid, .. } in &list[..deciding] {
        for (axis, faces) in faces.iter_mut().enumerate() {
            if cell.lo[axis] < cuboid.lo[axis] {
                faces.extend(cuboid.lo[axis].before());
            }
            if cuboid.hi[axis] < cell.hi[axis] {
                faces.push(cuboid.hi[axis]);
            }
        }
    }
    let axis = Axis::ALL.into_iter().rev().max_by_key(|axis| faces[*axis as usize].len())?;
    let faces = &mut faces[axis as usize];
    let middle = faces.len() / 2;
    let (_, last, _) = faces.select_nth_unstable(middle);
    cell.split(axis, *last)
}

/// The part of the list that matters in a cell: up to the first box that covers it.
fn clip<A: Coordinate>(cell: &Cuboid<A>, list: &[Entry<A>], into: &mut Vec<Entry<A>>) {
    for entry in list {
        if let Some(cuboid) = entry.cuboid.intersection(cell) {
            into.push(Entry { cuboid, ..*entry });
            if cuboid == *cell {
                return;
            }
        }
    }
}
