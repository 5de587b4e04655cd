use super::arena::Arena;
use super::memo::Op;
use super::nodes::{EMPTY, Id};
use super::{Axis, Coordinate, Cuboid, Exhausted, Ranges};

/// Up to so many boxes, looking for structure costs more than it saves.
const FEW: usize = 32;

impl<A: Coordinate> Arena<'_, A> {
    /// The union of boxes in any order.
    ///
    /// Boxes that differ in one axis only, such as the members of a set of addresses, are swept
    /// together first, on the axis where that leaves the fewest groups.
    pub(super) fn union_of_cuboids(
        &mut self,
        mut cuboids: Vec<Cuboid<A>>,
    ) -> Result<Id, Exhausted> {
        self.budget.spend(cuboids.len())?;
        let axis = if cuboids.len() <= FEW { None } else { gathering_axis(&mut cuboids) };
        let union = match axis {
            None => {
                cuboids.sort_unstable();
                self.combine(Op::Union, &cuboids, |arena, cuboid| arena.cuboid(cuboid))
            }
            Some(axis) => {
                cuboids.sort_unstable_by_key(|cuboid| without(cuboid, axis));
                let same = |a: &Cuboid<A>, b: &Cuboid<A>| without(a, axis) == without(b, axis);
                self.combine(Op::Union, cuboids.chunk_by(same), |arena, group| {
                    arena.group(axis, group)
                })
            }
        };
        Ok(union?.unwrap_or(EMPTY))
    }

    /// The union of boxes that differ on `axis` only.
    fn group(&mut self, axis: Axis, group: &[Cuboid<A>]) -> Result<Id, Exhausted> {
        let Some(one) = group.first() else { return Ok(EMPTY) };
        let swept = Ranges::union_of(group.iter().map(|cuboid| cuboid.on(axis)));
        let single = Axis::ALL.map(|axis| [one.on(axis)]);
        let mut ranges = single.each_ref().map(<[_; 1]>::as_slice);
        if let Some(ranges) = ranges.get_mut(axis as usize) {
            *ranges = swept.as_slice();
        }
        self.product(ranges)
    }
}

/// The axis on which the most boxes differ from others on that axis alone, if there is one.
fn gathering_axis<A: Coordinate>(cuboids: &mut [Cuboid<A>]) -> Option<Axis> {
    let groups = Axis::ALL.map(|axis| {
        cuboids.sort_unstable_by_key(|cuboid| without(cuboid, axis));
        (cuboids.chunk_by(|a, b| without(a, axis) == without(b, axis)).count(), axis)
    });
    let (fewest, axis) = groups.into_iter().min_by_key(|(count, _)| *count)?;
    (fewest < cuboids.len()).then_some(axis)
}

/// The box with its range on `axis` made whole.
fn without<A: Coordinate>(cuboid: &Cuboid<A>, axis: Axis) -> Cuboid<A> {
    cuboid.with(axis, (A::ZERO, A::max_on(axis))).unwrap_or(*cuboid)
}
