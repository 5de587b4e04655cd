//! What a rule that translates makes of the connections of a cell.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::Stuck;
use super::nat::Mapping;
use super::question::Stop;
use super::view::{Arrived, Covered, Value};
use crate::firewall::{
    Action, Firewall, Governs, Hook, RuleId, Side, Translation, TranslationKind,
};
use crate::space::{Axis, Cover, Family, Ranges};

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
    let apart = firewall.untracks();
    let address_changes = changes(apart, address, axis, arrived)?;
    let changes = match (address_changes, changes(apart, port, port_axis, arrived)?) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    };
    Ok(Mapping { address, port, changes, ..unknown })
}

/// Whether a coordinate changes, for every connection of the cell or for none. `apart`: it counts which
/// of them, because tracking may miss replies.
fn changes<A: Governs>(
    apart: bool,
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
            match range.cover(lo, hi) {
                Cover::Nothing => Ok(Some(true)),
                Cover::Part { last } if apart && !arrived.view.is_unknown(axis) => {
                    arrived.split(axis, last)
                }
                Cover::Whole | Cover::Part { .. } => Ok(None),
            }
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
