//! What address translation makes of the headers of a cell.

use super::question::{Class, Manip, Stop};
use super::{Blame, Stuck};
use crate::firewall::{
    Action, Firewall, Governs, Hook, RuleId, Side, Translation, TranslationKind,
};
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
    /// It becomes something that the rule set does not say.
    Unknown,
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
}

impl<A> Nat<A> {
    pub(super) const NONE: Self =
        Self { target: None, source: None, follows: false, reversed: false };

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
    Unknown,
}

/// How the coordinates of a packet relate to those of the question.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct View<A>([Coordinate<A>; 4]);

impl<A: Governs> View<A> {
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
        Self::from_ends(class.mirrored(), destination, source)
    }

    /// What connection tracking expects the answers to carry.
    pub(super) fn of_answers(nat: &Nat<A>) -> Self {
        let (source, destination) =
            if nat.reversed { (None, None) } else { (whole(nat.target), whole(nat.source)) };
        Self::from_ends(true, destination, source)
    }

    /// What connection tracking noted of the first packet.
    pub(super) fn of_opener(nat: &Nat<A>) -> Self {
        let (source, destination) =
            if nat.reversed { (whole(nat.target), whole(nat.source)) } else { (None, None) };
        Self::from_ends(false, destination, source)
    }

    fn from_ends(mirrored: bool, destination: End<A>, source: End<A>) -> Self {
        Self(Axis::ALL.map(|axis| {
            let end = match axis {
                Axis::Destination | Axis::DestinationPort => destination,
                Axis::Source | Axis::SourcePort => source,
            };
            let asked = if mirrored { axis.mirrored() } else { axis };
            let Some((address, port)) = end else { return Coordinate::On(asked) };
            match if axis.is_port() { port } else { address } {
                Value::Kept => Coordinate::On(asked),
                Value::Shifted { from, to } => Coordinate::Shifted { axis: asked, from, to },
                Value::Fixed(value) => Coordinate::Fixed(value),
                Value::Unknown => Coordinate::Unknown,
            }
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
            Coordinate::Unknown => (A::ZERO, A::max_on(axis)),
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
            Coordinate::Fixed(_) | Coordinate::Unknown => None,
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

/// What a rule that translates makes of the connections of a cell; none if it is not known which rule
/// it is, or whether it does.
pub(super) fn mapping<A: Governs>(
    firewall: &Firewall,
    by: RuleId,
    surely: bool,
    stop: &Stop,
    cell: &Cuboid<A>,
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
        surely,
    };
    let Some(translation) = translation.filter(|_| surely) else { return Ok(unknown) };
    let side = match translation.side {
        Side::Destination => Axis::Destination,
        Side::Source => Axis::Source,
    };
    let port_axis = match translation.side {
        Side::Destination => Axis::DestinationPort,
        Side::Source => Axis::SourcePort,
    };
    let address = address_value(translation, stop, side, cell)?;
    let port = port_value(translation, port_axis, cell)?;
    let changes = changes(address, side, cell)?;
    let changes = match (changes, self::changes(port, port_axis, cell)?) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        // What is sent through a gateway does not come from one of its addresses.
        _ if stop.through && translation.kind == TranslationKind::Masquerade => Some(true),
        _ => None,
    };
    Ok(Mapping { address, port, changes, ..unknown })
}

/// Whether a coordinate changes, for every connection of the cell or for none.
fn changes<A: Governs>(
    value: Value<A>,
    axis: Axis,
    cell: &Cuboid<A>,
) -> Result<Option<bool>, Stuck<A>> {
    match value {
        Value::Kept => Ok(Some(false)),
        Value::Shifted { from, to } => Ok(Some(from != to)),
        Value::Fixed(value) => match cover((value, value), axis, cell)? {
            Covered::Whole => Ok(Some(false)),
            Covered::Nothing => Ok(Some(true)),
        },
        Value::Unknown => Ok(None),
    }
}

enum Covered {
    Whole,
    Nothing,
}

/// Whether the cell lies inside a range; it is to be cut if a part of it does.
fn cover<A: Governs>((lo, hi): (A, A), axis: Axis, cell: &Cuboid<A>) -> Result<Covered, Stuck<A>> {
    let (from, to) = cell.on(axis);
    match Ranges::range(lo, hi).cover(from, to) {
        Cover::Whole => Ok(Covered::Whole),
        Cover::Nothing => Ok(Covered::Nothing),
        Cover::Part { last } => Err(Stuck::Split { axis, last }),
    }
}

fn address_value<A: Governs>(
    translation: &Translation,
    stop: &Stop,
    axis: Axis,
    cell: &Cuboid<A>,
) -> Result<Value<A>, Stuck<A>> {
    let fixed = |address| A::from_address(address).map_or(Value::Unknown, Value::Fixed);
    Ok(match translation.kind {
        TranslationKind::Range(None) => Value::Kept,
        TranslationKind::Range(Some((first, last))) if first == last => fixed(first),
        TranslationKind::Range(Some(_)) | TranslationKind::Masquerade => Value::Unknown,
        // `nf_nat_redirect` takes 127.0.0.1 for packets of the device itself, and ::1.
        TranslationKind::Redirect if stop.hook == Hook::Output => match A::FAMILY {
            crate::space::Family::Ipv4 => fixed(std::net::Ipv4Addr::LOCALHOST.into()),
            crate::space::Family::Ipv6 => fixed(std::net::Ipv6Addr::LOCALHOST.into()),
        },
        TranslationKind::Redirect => Value::Unknown,
        TranslationKind::Netmap(network, length) => {
            let Some(network) = A::from_address(network) else { return Ok(Value::Unknown) };
            let bits = A::MAX.to_u128();
            let host = bits.checked_shr(length.into()).unwrap_or(0);
            let block = |value: A| (value.to_u128() & !host, value.to_u128() | host);
            let (lo, hi) = cell.on(axis);
            let (from, end) = block(lo);
            if hi.to_u128() > end {
                return Err(Stuck::Split { axis, last: A::from_u128(end) });
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
    cell: &Cuboid<A>,
) -> Result<Value<A>, Stuck<A>> {
    let Some((first, last)) = translation.ports else {
        // A source port is kept only if nobody else has it.
        let kept = translation.side == Side::Destination && !translation.random;
        return Ok(if kept { Value::Kept } else { Value::Unknown });
    };
    if translation.random || first > last {
        return Ok(Value::Unknown);
    }
    let range = (A::from_port(first), A::from_port(last));
    let Some(base) = translation.base_port else {
        return Ok(match cover(range, axis, cell)? {
            Covered::Whole if translation.side == Side::Destination || first == last => Value::Kept,
            Covered::Nothing if translation.side == Side::Destination || first == last => {
                Value::Fixed(range.0)
            }
            _ => Value::Unknown,
        });
    };
    if translation.side == Side::Source {
        return Ok(Value::Unknown);
    }
    // The offset wraps round at 2^16 and then at the size of the range.
    let size = u32::from(last - first) + 1;
    let (lo, hi) = cell.on(axis);
    let port = |value: A| u32::try_from(value.to_u128()).unwrap_or(u32::MAX);
    let offset = port(lo).wrapping_sub(base.into()) & 0xffff;
    let to = u32::from(first) + offset % size;
    let until_turn = (size - offset % size).min(0x1_0000 - offset);
    let end = port(lo) + until_turn - 1;
    if port(hi) > end {
        return Err(Stuck::Split { axis, last: A::from_u128(end.into()) });
    }
    Ok(Value::Shifted { from: lo, to: A::from_u128(to.into()) })
}
