use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::view::View;
use super::{Effort, Stuck};
use crate::firewall::{Action, Bounds, Chain, ChainId, Firewall, Governs, PackedCuboid, Rule};
use crate::space::{Axis, Cover, Cuboid, Ranges};

/// How many rules ahead are looked at for a good place to split a cell.
const AHEAD: usize = 64;

/// How many bounds are compared in the time that it takes to evaluate a rule.
const BOUNDS_PER_STEP: u64 = 16;

/// A rule of a chain that may match something in the cell, by its place in the chain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry(u32);

impl Entry {
    /// The rule ends its chain for every packet inside its bounds, whatever the packet's state.
    const PLAIN: u32 = 1 << 31;

    pub(super) fn index(self) -> u32 {
        self.0 & !Self::PLAIN
    }

    fn is_plain(self) -> bool {
        self.0 & Self::PLAIN != 0
    }
}

type Key<A> = (View<A>, ChainId);

/// For each chain that was entered in a cell, the rules that can matter there.
///
/// Every cell starts with the lists of the cell that it was cut from and narrows each when its chain
/// is entered for the first time, so a rule that has nothing to do with a part of the space is looked
/// at once, and chains that are not entered cost nothing.
#[derive(Clone, Debug)]
pub(super) struct Lists<A> {
    /// Each list, and the generation of the cell that narrowed it.
    known: FxHashMap<Key<A>, (Rc<[Entry]>, u32)>,
    /// How many cells this one was cut from.
    generation: u32,
}

impl<A: Governs> Lists<A> {
    pub(super) fn new() -> Self {
        Self { known: FxHashMap::default(), generation: 0 }
    }

    /// The lists of a cell cut from this one.
    pub(super) fn inherited(&self) -> Self {
        Self { known: self.known.clone(), generation: self.generation + 1 }
    }

    pub(super) fn of(
        &mut self,
        firewall: &Firewall,
        view: View<A>,
        chain: ChainId,
        cell: &Cuboid<A>,
        effort: &mut Effort,
    ) -> Result<Rc<[Entry]>, Stuck<A>> {
        let known = self.known.get(&(view, chain));
        if let Some((list, generation)) = known
            && *generation == self.generation
        {
            return Ok(Rc::clone(list));
        }
        let packets = view.packets(cell);
        let list = match (known, firewall.chain(chain)) {
            (_, None) => Rc::default(),
            (Some((list, _)), Some(chain)) => {
                effort.spend(list.len() as u64 / BOUNDS_PER_STEP)?;
                let narrowed = narrowed(A::bounds(chain), list, &packets);
                if narrowed.len() == list.len() { Rc::clone(list) } else { narrowed.into() }
            }
            (None, Some(chain)) => touching(chain, &packets).into(),
        };
        self.known.insert((view, chain), (Rc::clone(&list), self.generation));
        Ok(list)
    }
}

fn touching<A: Governs>(chain: &Chain, packets: &Cuboid<A>) -> Vec<Entry> {
    let packed = PackedCuboid::from(packets);
    let all = A::bounds(chain).iter().zip(0..);
    let touching = all.filter(|(bounds, _)| bounds.touches(&packed));
    let plain = |index| chain.rule(index).is_some_and(is_plain);
    let entry = |index| Entry(index | if plain(index) { Entry::PLAIN } else { 0 });
    touching.map(|(_, index)| entry(index)).collect()
}

/// The entries that touch the packets, up to the first that decides about all of them.
fn narrowed<A: Governs>(bounds: &[Bounds<A>], list: &[Entry], packets: &Cuboid<A>) -> Vec<Entry> {
    let packed = PackedCuboid::from(packets);
    let mut narrowed = Vec::new();
    for &entry in list {
        let Some(bounds) = bounds.get(entry.index() as usize) else { continue };
        if bounds.touches(&packed) {
            narrowed.push(entry);
            let last =
                entry.is_plain() && bounds.cuboid().is_some_and(|cuboid| cuboid.covers(packets));
            if last {
                break;
            }
        }
    }
    narrowed
}

fn is_plain(rule: Rule<'_>) -> bool {
    let ends = matches!(rule.action(), Action::Accept | Action::Drop | Action::Reject(_));
    ends && rule.tests().is_empty()
}

/// A good place to split the cell: the middle one of the faces of the rules from `position` on, on
/// the axis where most of them lie. First rules decide first, so only those next in order are asked.
pub(super) fn split_plane<A: Governs>(
    bounds: &[Bounds<A>],
    list: &[Entry],
    position: usize,
    view: &View<A>,
    cell: &Cuboid<A>,
) -> Option<(Axis, A)> {
    if !view.is_plain() {
        return None;
    }
    let rest = list.get(position..)?;
    let ahead = rest.get(..AHEAD.min(rest.len().div_ceil(4)).max(1))?;
    let cuboids: Vec<_> = ahead
        .iter()
        .filter_map(|entry| bounds.get(entry.index() as usize)?.cuboid())
        .filter_map(|cuboid| view.asked(&cuboid))
        .collect();
    let faces = |axis: Axis| -> Vec<A> {
        let (from, to) = cell.on(axis);
        let mut faces = Vec::new();
        for cuboid in &cuboids {
            let (lo, hi) = cuboid.on(axis);
            faces.extend(lo.before().filter(|last| from <= *last && *last < to));
            faces.extend((from <= hi && hi < to).then_some(hi));
        }
        faces
    };
    let (axis, mut faces) = Axis::ALL
        .map(|axis| (axis, faces(axis)))
        .into_iter()
        .max_by_key(|(_, faces)| faces.len())?;
    let middle = faces.len() / 2;
    if middle >= faces.len() {
        return None;
    }
    let (_, last, _) = faces.select_nth_unstable(middle);
    let (lo, hi) = cell.on(axis);
    matches!(Ranges::range(lo, *last).cover(lo, hi), Cover::Part { .. }).then_some((axis, *last))
}
