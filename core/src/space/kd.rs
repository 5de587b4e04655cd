#![expect(
    clippy::indexing_slicing,
    reason = "axes have numbers below four; frames start in the list"
)]

use std::ops::ControlFlow;

use super::{Axis, Budget, Coordinate, Cuboid, Exhausted};

/// The faces looked at for a split come from the first quarter of a list, so that the boxes that
/// decide first are told apart first, but from no fewer boxes than this.
const FACES_FROM: usize = 8;

/// A box of a first-match list, clipped to the cell in hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<A> {
    pub(super) cuboid: Cuboid<A>,
    pub(super) owner: u32,
}

/// What is done with the cells of a first-match pass.
pub(super) trait Visit<A> {
    /// Whether slabs that decide first are cut out of their cell by closing the gap. That keeps the
    /// sizes of the parts but moves them, and one part may stand for several boxes; parts that no
    /// box decides may be left out.
    const CONTRACTS: bool;

    /// A part of the space, the box that decides it first, and the gaps that were closed before.
    fn part(&mut self, owner: Option<u32>, part: &Cuboid<A>, gaps: &[Gap<A>]) -> ControlFlow<()>;
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

/// A cell whose list is the end of the common list, from `start` on.
struct Frame<A> {
    cell: Cuboid<A>,
    start: usize,
    /// How many gaps were closed on the way here.
    gaps: usize,
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
) -> Result<ControlFlow<()>, Exhausted> {
    let mut entries = list.to_vec();
    let mut gaps = Vec::new();
    let mut frames = vec![Frame { cell: flow, start: 0, gaps: 0 }];
    let (mut low, mut high, mut faces) = (Vec::new(), Vec::new(), Default::default());
    while let Some(mut frame) = frames.pop() {
        budget.spend(1 + entries.len() - frame.start)?;
        gaps.truncate(frame.gaps);
        let Frame { start, ref mut cell, .. } = frame;
        while V::CONTRACTS
            && let Some(first) = entries.get(start)
            && let Some(axis) = slab(cell, &first.cuboid)
        {
            if visitor.part(Some(first.owner), &first.cuboid, &gaps).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            budget.spend(entries.len() - start)?;
            gaps.push(Gap { axis, from: first.cuboid.lo[axis], to: first.cuboid.hi[axis] });
            contract(cell, &mut entries, start, axis);
        }
        let next = match &entries[start..] {
            [] => visitor.part(None, cell, &gaps),
            [first, ..] if first.cuboid == *cell => visitor.part(Some(first.owner), cell, &gaps),
            [only] => single(cell, only, visitor, &gaps),
            list => {
                let Some((below, above)) = cut(cell, list, &mut faces) else { continue };
                clip(&below, list, &mut low);
                clip(&above, list, &mut high);
                entries.truncate(start);
                let gaps = gaps.len();
                frames.push(Frame { cell: above, start, gaps });
                entries.append(&mut high);
                frames.push(Frame { cell: below, start: entries.len(), gaps });
                entries.append(&mut low);
                continue;
            }
        };
        if next.is_break() {
            return Ok(next);
        }
        entries.truncate(start);
    }
    Ok(ControlFlow::Continue(()))
}

/// A cell with one box, which does not cover it.
fn single<A: Coordinate, V: Visit<A>>(
    cell: &Cuboid<A>,
    only: &Entry<A>,
    visitor: &mut V,
    gaps: &[Gap<A>],
) -> ControlFlow<()> {
    visitor.part(Some(only.owner), &only.cuboid, gaps)?;
    if V::CONTRACTS {
        return ControlFlow::Continue(());
    }
    let mut left = *cell;
    for axis in Axis::ALL {
        let (lo, hi) = only.cuboid.on(axis);
        if let Some(before) = lo.before()
            && let Some((outside, inside)) = left.split(axis, before)
        {
            visitor.part(None, &outside, gaps)?;
            left = inside;
        }
        if let Some((inside, outside)) = left.split(axis, hi) {
            visitor.part(None, &outside, gaps)?;
            left = inside;
        }
    }
    ControlFlow::Continue(())
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

/// The one axis on which the box does not reach from end to end of the cell.
fn slab<A: Coordinate>(cell: &Cuboid<A>, cuboid: &Cuboid<A>) -> Option<usize> {
    let mut partial = (0..4)
        .filter(|axis| cell.lo[*axis] != cuboid.lo[*axis] || cell.hi[*axis] != cuboid.hi[*axis]);
    let axis = partial.next()?;
    partial.next().is_none().then_some(axis)
}

/// Cuts the first box, a slab across `axis`, out of the cell and closes the gap.
fn contract<A: Coordinate>(
    cell: &mut Cuboid<A>,
    entries: &mut Vec<Entry<A>>,
    start: usize,
    axis: usize,
) {
    let (from, to) = (entries[start].cuboid.lo[axis], entries[start].cuboid.hi[axis]);
    // The slab is not the whole cell, so none of this overflows.
    let removed = |value: A| value - (to - from) - A::from_port(1);
    cell.hi[axis] = removed(cell.hi[axis]);
    let mut kept = start;
    for at in start + 1..entries.len() {
        let mut entry = entries[at];
        let (lo, hi) = (entry.cuboid.lo[axis], entry.cuboid.hi[axis]);
        if from <= lo && hi <= to {
            continue;
        }
        entry.cuboid.lo[axis] = if lo > to { removed(lo) } else { lo.min(from) };
        entry.cuboid.hi[axis] = if hi < from { hi } else { removed(hi.max(to)) };
        entries[kept] = entry;
        kept += 1;
        if entry.cuboid == *cell {
            break;
        }
    }
    entries.truncate(kept);
}
