//! What address translation makes of the headers of a cell.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::question::{Class, Manip, Stop};
use super::{Blame, Stuck};
use crate::firewall::{
    Action, Firewall, Governs, Hook, RuleId, Side, Translation, TranslationKind,
};
use crate::space::{Axis, Cover, Cuboid, Family, Ranges};

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

/// What becomes of one end of the connections of a cell.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Mapping<A> {
    pub address: Value<A>,
    pub port: Value<A>,
    /// The rule that does it.
    pub by: RuleId,
    /// Whether that makes a difference; connection tracking notes only a change.
    pub changes: Option<bool>,
    /// Packets are sent to the device itself.
    pub redirects: bool,
    /// What a gateway passes on comes to seem its own.
    pub hides: bool,
    /// The rule surely matches.
    pub surely: bool,
}

/// How the connections of a cell are translated.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Nat<A> {
    /// What the opener's destination becomes.
    pub target: Option<Mapping<A>>,
    /// What the opener's source becomes.
    pub source: Option<Mapping<A>>,
    /// It follows another connection, and no rule is asked.
    pub follows: bool,
    /// That other connection was opened by the other end: this one is translated as its answers are.
    pub reversed: bool,
    /// What the opener's packets carry when they come to the device.
    pub arrives: View<A>,
}

impl<A: Governs> Nat<A> {
    /// Nothing was translated yet; packets come as other devices left them.
    pub(super) const fn none(arrives: View<A>) -> Self {
        Self { target: None, source: None, follows: false, reversed: false, arrives }
    }

    /// What the source of the opener's packets is translated by.
    pub(super) const fn by_source(&self) -> Option<Mapping<A>> {
        if self.reversed { self.target } else { self.source }
    }

    /// What their destination is translated by.
    pub(super) const fn by_destination(&self) -> Option<Mapping<A>> {
        if self.reversed { self.source } else { self.target }
    }

    /// What the opener's packets carry when they leave the device.
    pub(super) fn leaves(&self) -> View<A> {
        View::from_ends(false, whole(self.target), whole(self.source), &self.arrives)
    }

    /// The rule that translates, if one does.
    pub(super) fn by(&self) -> Option<Blame> {
        let mapping = self.target.as_ref().or(self.source.as_ref());
        mapping.map(|mapping| Blame::Rule(mapping.by))
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

    /// What a base chain sees of a packet.
    pub(super) fn of(class: &Class, stop: &Stop, nat: &Nat<A>) -> Self {
        let onward = class.mirrored() == nat.reversed;
        // The translated end is the destination of packets one way, the source of those back.
        let (destination, source) = if onward {
            (applied(nat.target, stop.destination), applied(nat.source, stop.source))
        } else {
            (
                applied(nat.source, stop.destination.undone()),
                applied(nat.target, stop.source.undone()),
            )
        };
        Self::from_ends(class.mirrored(), destination, source, &nat.arrives)
    }

    /// What connection tracking expects the answers to carry.
    pub(super) fn of_answers(nat: &Nat<A>) -> Self {
        let (source, destination) =
            if nat.reversed { (None, None) } else { (whole(nat.target), whole(nat.source)) };
        Self::from_ends(true, destination, source, &nat.arrives)
    }

    /// What connection tracking noted of the first packet.
    pub(super) fn of_opener(nat: &Nat<A>) -> Self {
        let (source, destination) =
            if nat.reversed { (whole(nat.target), whole(nat.source)) } else { (None, None) };
        Self::from_ends(false, destination, source, &nat.arrives)
    }

    /// The same where the source has become something else.
    pub(super) fn with_source(&self, address: Value<A>) -> Self {
        Self::from_ends(false, None, Some((address, Value::Kept)), self)
    }

    fn from_ends(mirrored: bool, destination: End<A>, source: End<A>, arrives: &Self) -> Self {
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
    fn is_unknown(&self, axis: Axis) -> bool {
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
type End<A> = Option<(Value<A>, Value<A>)>;

fn applied<A>(mapping: Option<Mapping<A>>, manip: Manip) -> End<A> {
    match manip {
        Manip::Ahead => None,
        Manip::Done => whole(mapping),
        Manip::Unsure => mapping.map(|_| (Value::Unknown, Value::Unknown)),
    }
}

fn whole<A>(mapping: Option<Mapping<A>>) -> End<A> {
    mapping.map(|mapping| (mapping.address, mapping.port))
}

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
    fn split<T>(self, axis: Axis, last: A) -> Result<T, Stuck<A>> {
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

/// What a rule that translates makes of the connections of a cell; nothing that is known, if it is
/// not known whether it is this rule that does.
pub(super) fn mapping<A: Governs>(
    firewall: &Firewall,
    by: RuleId,
    surely: bool,
    stop: &Stop,
    arrived: Arrived<'_, A>,
) -> Result<Mapping<A>, Stuck<A>> {
    let translation = firewall
        .rule(by)
        .and_then(|rule| rule.action().parts().last())
        .and_then(|action| if let Action::Translate(it) = action { Some(it) } else { None });
    let redirects = translation.is_some_and(|it| matches!(it.kind, TranslationKind::Redirect));
    let unknown = Mapping {
        address: Value::Unknown,
        port: Value::Unknown,
        by,
        changes: None,
        redirects,
        hides: stop.through
            && translation.is_some_and(|it| matches!(it.kind, TranslationKind::Masquerade)),
        surely,
    };
    let Some(translation) = translation.filter(|_| surely) else { return Ok(unknown) };
    let (axis, port_axis) = match translation.side {
        Side::Destination => (Axis::Destination, Axis::DestinationPort),
        Side::Source => (Axis::Source, Axis::SourcePort),
    };
    let address = address_value(translation, stop, axis, arrived)?;
    let port = port_value(translation, port_axis, arrived)?;
    let changes = match (changes(address, axis, arrived)?, changes(port, port_axis, arrived)?) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    };
    Ok(Mapping { address, port, changes, ..unknown })
}

/// Whether a coordinate changes, for every connection of the cell or for none.
fn changes<A: Governs>(
    value: Value<A>,
    axis: Axis,
    arrived: Arrived<'_, A>,
) -> Result<Option<bool>, Stuck<A>> {
    match value {
        Value::Kept => Ok(Some(false)),
        Value::Shifted { from, to } => Ok(Some(from != to)),
        Value::Fixed(value) => {
            let same = Ranges::range(value, value);
            Ok(match arrived.cover(&same, axis, Value::Kept)? {
                Covered::Whole => Some(false),
                Covered::Nothing => Some(true),
                Covered::Unknown => None,
            })
        }
        Value::Among(first, last) => {
            let range = Ranges::range(first, last);
            let (lo, hi) = arrived.view.range(axis, arrived.cell);
            // One that is among them already may be kept.
            Ok((range.cover(lo, hi) == Cover::Nothing).then_some(true))
        }
        Value::Unknown => Ok(None),
    }
}

fn address_value<A: Governs>(
    translation: &Translation,
    stop: &Stop,
    axis: Axis,
    arrived: Arrived<'_, A>,
) -> Result<Value<A>, Stuck<A>> {
    let fixed = |address| A::from_address(address).map_or(Value::Unknown, Value::Fixed);
    let among = |first, last| match (A::from_address(first), A::from_address(last)) {
        (Some(first), Some(last)) => Value::Among(first.min(last), first.max(last)),
        _ => Value::Unknown,
    };
    Ok(match translation.kind {
        TranslationKind::Range(None) => Value::Kept,
        TranslationKind::Range(Some((first, last))) if first == last => fixed(first),
        TranslationKind::Range(Some((first, last))) => among(first, last),
        TranslationKind::Masquerade => Value::Unknown,
        // `nf_nat_redirect` takes 127.0.0.1 for packets of the device itself, and ::1.
        TranslationKind::Redirect if stop.hook == Hook::Output => match A::FAMILY {
            Family::Ipv4 => fixed(Ipv4Addr::LOCALHOST.into()),
            Family::Ipv6 => fixed(Ipv6Addr::LOCALHOST.into()),
        },
        TranslationKind::Redirect => Value::Unknown,
        TranslationKind::Netmap(network, length) => {
            let unknown = arrived.view.is_unknown(axis);
            let Some(network) = A::from_address(network).filter(|_| !unknown) else {
                return Ok(Value::Unknown);
            };
            let host = A::MAX.to_u128().checked_shr(length.into()).unwrap_or(0);
            let block = |value: A| (value.to_u128() & !host, value.to_u128() | host);
            let (lo, hi) = arrived.view.range(axis, arrived.cell);
            let (from, end) = block(lo);
            if hi.to_u128() > end {
                return arrived.split(axis, A::from_u128(end));
            }
            let (to, _) = block(network);
            Value::Shifted { from: A::from_u128(from), to: A::from_u128(to) }
        }
    })
}

/// `nf_nat_l4proto_unique_tuple` and `get_unique_tuple` in `nf_nat_core.c`, for a connection that
/// collides with no other.
fn port_value<A: Governs>(
    translation: &Translation,
    axis: Axis,
    arrived: Arrived<'_, A>,
) -> Result<Value<A>, Stuck<A>> {
    let Some((first, last)) = translation.ports else {
        let kept = translation.side == Side::Destination;
        return if kept { Ok(Value::Kept) } else { neighbour(axis, arrived) };
    };
    let searched = translation.random || translation.side == Side::Source;
    if first > last {
        return Ok(Value::Unknown);
    }
    let among = Value::Among(A::from_port(first), A::from_port(last));
    if searched && first != last {
        return Ok(among);
    }
    let Some(base) = translation.base_port else {
        let range = Ranges::range(A::from_port(first), A::from_port(last));
        return Ok(match arrived.cover(&range, axis, Value::Kept)? {
            Covered::Whole => Value::Kept,
            Covered::Nothing => Value::Fixed(A::from_port(first)),
            Covered::Unknown => among,
        });
    };
    if translation.side == Side::Source || arrived.view.is_unknown(axis) {
        return Ok(among);
    }
    // The offset wraps round at 2^16 and then at the size of the range.
    let size = u32::from(last - first) + 1;
    let (lo, hi) = arrived.view.range(axis, arrived.cell);
    let port = |value: A| u32::try_from(value.to_u128()).unwrap_or(u32::MAX);
    let offset = port(lo).wrapping_sub(base.into()) & 0xffff;
    let to = u32::from(first) + offset % size;
    let until_turn = (size - offset % size).min(0x1_0000 - offset);
    let end = port(lo) + until_turn - 1;
    if port(hi) > end {
        return arrived.split(axis, A::from_u128(end.into()));
    }
    Ok(Value::Shifted { from: lo, to: A::from_u128(to.into()) })
}

/// A source port that no rule names is kept if nobody else has it; else it becomes one of the same
/// kind: `nf_nat_l4proto_unique_tuple` again.
fn neighbour<A: Governs>(axis: Axis, arrived: Arrived<'_, A>) -> Result<Value<A>, Stuck<A>> {
    let (lo, hi) = arrived.view.range(axis, arrived.cell);
    for (first, last) in [(0, 511), (512, 1023), (1024, u16::MAX)] {
        let (first, last) = (A::from_port(first), A::from_port(last));
        if first <= lo && lo <= last {
            return match arrived.view.is_unknown(axis) {
                _ if hi <= last => Ok(Value::Among(first, last)),
                true => Ok(Value::Unknown),
                false => arrived.split(axis, last),
            };
        }
    }
    Ok(Value::Unknown)
}
