//! How the coordinates of a packet relate to those of the question.

use super::Stuck;
use crate::firewall::Governs;
use crate::space::{Axis, Cover, Cuboid, Ranges};

/// What becomes of one coordinate.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Value<A> {
    /// It stays.
    Kept,
    /// It is moved in step: `from` becomes `to`, and so on.
    Shifted { from: A, to: A },
    /// It becomes this.
    Fixed(A),
    /// It becomes one of these, nobody knows which.
    Among(A, A),
    /// It becomes something that the rule set does not say.
    Unknown,
}

impl<A> Value<A> {
    /// Whether the rule set says what it becomes.
    pub(super) const fn is_known(&self) -> bool {
        !matches!(self, Self::Among(..) | Self::Unknown)
    }
}

/// Where a packet's coordinate comes from.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Coordinate<A> {
    /// It is that of the question.
    On(Axis),
    /// It is that of the question, moved: `from` becomes `to`.
    Shifted {
        axis: Axis,
        from: A,
        to: A,
    },
    Fixed(A),
    /// It is one of these, nobody knows which.
    Among(A, A),
}

/// How the coordinates of a packet relate to those of the question.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct View<A>([Coordinate<A>; 4]);

impl<A: Governs> Coordinate<A> {
    /// Nothing is known of one on this axis.
    fn unknown(axis: Axis) -> Self {
        Self::Among(A::ZERO, A::max_on(axis))
    }
}

impl<A: Governs> View<A> {
    /// Every coordinate is that of the question.
    pub(super) const PLAIN: Self = Self([
        Coordinate::On(Axis::Destination),
        Coordinate::On(Axis::DestinationPort),
        Coordinate::On(Axis::Source),
        Coordinate::On(Axis::SourcePort),
    ]);

    /// The view of a connection the other way between ends that this view is of, with ports of its own.
    pub(super) fn turned_round(&self) -> Self {
        let address = |axis| match self.on(axis) {
            Coordinate::On(asked) => Coordinate::On(asked.mirrored()),
            Coordinate::Shifted { axis, from, to } => {
                Coordinate::Shifted { axis: axis.mirrored(), from, to }
            }
            known => known,
        };
        Self([
            address(Axis::Source),
            Coordinate::On(Axis::DestinationPort),
            address(Axis::Destination),
            Coordinate::On(Axis::SourcePort),
        ])
    }

    /// The same where the source has become something else.
    pub(super) fn with_source(&self, address: Value<A>) -> Self {
        Self::from_ends(false, None, Some((address, Value::Kept)), self)
    }

    pub(super) fn from_ends(
        mirrored: bool,
        destination: End<A>,
        source: End<A>,
        arrives: &Self,
    ) -> Self {
        Self(Axis::ALL.map(|axis| {
            let end = match axis {
                Axis::Destination | Axis::DestinationPort => destination,
                Axis::Source | Axis::SourcePort => source,
            };
            let asked = if mirrored { axis.mirrored() } else { axis };
            let before = arrives.on(asked);
            let Some((address, port)) = end else { return before };
            match (if axis.is_port() { port } else { address }, before) {
                (Value::Kept, before) => before,
                (Value::Shifted { from, to }, Coordinate::On(axis)) => {
                    Coordinate::Shifted { axis, from, to }
                }
                (
                    Value::Shifted { from, to },
                    Coordinate::Shifted { axis, from: first, to: then },
                ) => {
                    // Both in step: what becomes `from` in the end is where the second begins.
                    let start = if then <= from { first + (from - then) } else { first };
                    let end = if then <= from { to } else { to + (then - from) };
                    Coordinate::Shifted { axis, from: start, to: end }
                }
                (Value::Shifted { from, to }, Coordinate::Fixed(value)) => {
                    Coordinate::Fixed(to + (value - from))
                }
                (Value::Shifted { .. }, Coordinate::Among(..)) | (Value::Unknown, _) => {
                    Coordinate::unknown(axis)
                }
                (Value::Among(first, last), _) => Coordinate::Among(first, last),
                (Value::Fixed(value), _) => Coordinate::Fixed(value),
            }
        }))
    }

    /// What holds whichever of the two it is.
    pub(super) fn joined(&self, other: &Self) -> Self {
        Self(Axis::ALL.map(|axis| {
            let (one, other) = (self.on(axis), other.on(axis));
            if one == other { one } else { Coordinate::unknown(axis) }
        }))
    }

    pub(super) fn on(&self, axis: Axis) -> Coordinate<A> {
        let [destination, destination_port, source, source_port] = self.0;
        match axis {
            Axis::Destination => destination,
            Axis::DestinationPort => destination_port,
            Axis::Source => source,
            Axis::SourcePort => source_port,
        }
    }

    /// Whether nobody knows which of several values a coordinate is.
    pub(super) fn is_unknown(&self, axis: Axis) -> bool {
        matches!(self.on(axis), Coordinate::Among(..))
    }

    /// Whether every coordinate is one of the question.
    pub(super) fn is_plain(&self) -> bool {
        self.0.iter().all(|coordinate| matches!(coordinate, Coordinate::On(_)))
    }

    /// The box of the question that a box of packets stands for, in a plain view.
    pub(super) fn asked(&self, packets: &Cuboid<A>) -> Option<Cuboid<A>> {
        let mut asked = *packets;
        for axis in Axis::ALL {
            let (to, _) = self.place(axis, A::ZERO)?;
            asked = asked.with(to, packets.on(axis))?;
        }
        Some(asked)
    }

    /// The values that the packets of a cell may have on an axis.
    pub(super) fn range(&self, axis: Axis, cell: &Cuboid<A>) -> (A, A) {
        match self.on(axis) {
            Coordinate::On(asked) => cell.on(asked),
            Coordinate::Shifted { axis: asked, from, to } => {
                let (lo, hi) = cell.on(asked);
                (to + (lo - from), to + (hi - from))
            }
            Coordinate::Fixed(value) => (value, value),
            Coordinate::Among(first, last) => (first, last),
        }
    }

    /// A box that holds what the packets of a cell may carry, exact unless something is unknown.
    pub(super) fn packets(&self, cell: &Cuboid<A>) -> Cuboid<A> {
        Cuboid::new(Axis::ALL.map(|axis| self.range(axis, cell))).unwrap_or(*cell)
    }

    /// The place in the question of a place on an axis of the packets.
    pub(super) fn place(&self, axis: Axis, last: A) -> Option<(Axis, A)> {
        match self.on(axis) {
            Coordinate::On(asked) => Some((asked, last)),
            Coordinate::Shifted { axis: asked, from, to } => Some((asked, from + (last - to))),
            Coordinate::Fixed(_) | Coordinate::Among(..) => None,
        }
    }
}

/// What an end becomes: its address and its port.
pub(super) type End<A> = Option<(Value<A>, Value<A>)>;

/// The connections of a cell as they come to a device.
#[derive(Clone, Copy)]
pub(super) struct Arrived<'a, A> {
    pub view: &'a View<A>,
    pub cell: &'a Cuboid<A>,
}

/// How much of a cell lies in a set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Covered {
    Whole,
    Nothing,
    /// Nobody knows where it lies.
    Unknown,
}

impl<A: Governs> Arrived<'_, A> {
    /// Whether the values on an axis, after something became of them, lie in a set; the cell is to be
    /// cut if some do.
    pub(super) fn cover(
        self,
        set: &Ranges<A>,
        axis: Axis,
        value: Value<A>,
    ) -> Result<Covered, Stuck<A>> {
        let (lo, hi) = self.view.range(axis, self.cell);
        let unknown = self.view.is_unknown(axis);
        let cover = match value {
            Value::Unknown => return Ok(Covered::Unknown),
            Value::Fixed(value) => set.cover(value, value),
            Value::Among(first, last) => return Ok(whole_or_nothing(set, first, last)),
            Value::Kept if unknown => return Ok(whole_or_nothing(set, lo, hi)),
            Value::Kept => set.cover(lo, hi),
            Value::Shifted { .. } if unknown => return Ok(Covered::Unknown),
            Value::Shifted { from, to } => match set.cover(to + (lo - from), to + (hi - from)) {
                Cover::Part { last } => Cover::Part { last: from + (last - to) },
                whole => whole,
            },
        };
        match cover {
            Cover::Whole => Ok(Covered::Whole),
            Cover::Nothing => Ok(Covered::Nothing),
            Cover::Part { last } => self.split(axis, last),
        }
    }

    /// The cell is to be cut after a value on an axis.
    pub(super) fn split<T>(self, axis: Axis, last: A) -> Result<T, Stuck<A>> {
        let (axis, last) = self.view.place(axis, last).unwrap_or((axis, last));
        Err(Stuck::Split { axis, last })
    }
}

/// How much of values lies in a set, if nobody knows which of them it is.
fn whole_or_nothing<A: Governs>(set: &Ranges<A>, first: A, last: A) -> Covered {
    match set.cover(first, last) {
        Cover::Whole => Covered::Whole,
        Cover::Nothing => Covered::Nothing,
        Cover::Part { .. } => Covered::Unknown,
    }
}
