//! Addresses.

use std::net::{IpAddr, Ipv4Addr};

use super::super::super::addresses::{bits, network, width};
use super::super::syntax::{Host, Maybe, Part};
use super::cursor::{Cursor, words};
use super::fault::{Read, fault};
use crate::error::Code;
use crate::space::Family;

/// What follows `from` or `to`: one thing or a list.
pub(super) fn hosts(cursor: &mut Cursor<'_>) -> Read<Vec<Maybe<Host>>> {
    let found = cursor.list(&mut negatable)?;
    // A list with `any` in it is any.
    let any = found.iter().any(|item| item.it == Host::Any && !item.negated);
    Ok(if any { Vec::new() } else { found })
}

/// An address, or all but it.
pub(super) fn negatable(cursor: &mut Cursor<'_>) -> Read<Maybe<Host>> {
    let mut negated = false;
    while cursor.takes_mark("!") {
        negated = !negated;
    }
    Ok(Maybe { negated, it: host(cursor)? })
}

/// An address without a negation.
pub(super) fn host(cursor: &mut Cursor<'_>) -> Read<Host> {
    if cursor.takes_mark("<") {
        let name = cursor.wants_text("the name of a table")?.to_owned();
        cursor.wants_mark(">")?;
        return Ok(Host::Table(name));
    }
    if cursor.takes_mark("(") {
        let name = cursor.wants_text("the name of an interface")?.to_owned();
        cursor.wants_mark(")")?;
        let _ = length(cursor)?;
        return Ok(dynamic(&name));
    }
    let at = cursor.at();
    let start = cursor.place();
    let text = cursor.wants_text("an address")?;
    match text {
        "any" => return Ok(Host::Any),
        "self" => return Ok(Host::Own),
        "no-route" => return Ok(Host::Unknown("no-route".to_owned())),
        "urpf-failed" => return Ok(Host::Unknown("urpf-failed".to_owned())),
        "route" => {
            let label = cursor.wants_text("the label of a route")?;
            return Ok(Host::Unknown(format!("route {label}")));
        }
        _ => {}
    }
    let length_at = cursor.at();
    let length = length(cursor)?;
    if let Some((family, first)) = address(text, length.is_some()) {
        let full = width(family);
        let length = length.unwrap_or(full);
        if length > full {
            let message = format!("a prefix is at most {full} long here, not {length}");
            return fault(Code::BadAddress, message, length_at);
        }
        if let Some(last) = range_end(cursor, family)? {
            if last < first {
                let message = "the range of addresses has its ends the wrong way round";
                return fault(Code::BadAddress, message, at);
            }
            return Ok(Host::Range(family, first, last));
        }
        let (first, last) = network(first, length, full);
        // Of one that is of one link only, the interface counts, too.
        if text.contains('%') {
            return Ok(Host::Unknown(words(cursor.since(start))));
        }
        return Ok(Host::Range(family, first, last));
    }
    if looks_like_address(text) {
        let message = format!("`{text}` is no address");
        return fault(Code::BadAddress, message, at);
    }
    if text == "localhost" {
        return Ok(Host::Interface("lo0".to_owned(), Part::Address));
    }
    Ok(named(text))
}

/// `/length`.
fn length(cursor: &mut Cursor<'_>) -> Read<Option<u32>> {
    if !cursor.takes_mark("/") {
        return Ok(None);
    }
    let at = cursor.at();
    let text = cursor.wants_text("the length of a prefix")?;
    match text.parse::<u32>() {
        Ok(length) if length <= 128 => Ok(Some(length)),
        _ => match text.parse::<Ipv4Addr>().map(u32::from) {
            Ok(mask) if mask.leading_ones() == mask.count_ones() => Ok(Some(mask.count_ones())),
            _ => fault(Code::BadAddress, format!("`{text}` is no length of a prefix"), at),
        },
    }
}

/// The end of a range, if ` - address` follows.
fn range_end(cursor: &mut Cursor<'_>, family: Family) -> Read<Option<u128>> {
    if !cursor.takes("-") {
        return Ok(None);
    }
    let at = cursor.at();
    let text = cursor.wants_text("the last address of a range")?;
    match address(text, false) {
        Some((found, last)) if found == family => Ok(Some(last)),
        _ => fault(Code::BadAddress, format!("`{text}` is no address of this family"), at),
    }
}

/// An address as a number. With a prefix the last parts of an IPv4 address may be left out.
fn address(text: &str, prefixed: bool) -> Option<(Family, u128)> {
    let text = text.split('%').next().unwrap_or_default();
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some((Family::of(address), bits(address)));
    }
    let parts: Vec<&str> = text.split('.').collect();
    if !prefixed || parts.len() > 4 {
        return None;
    }
    let parts: Option<Vec<u8>> = parts.into_iter().map(|part| part.parse().ok()).collect();
    let mut octets = [0; 4];
    for (octet, part) in octets.iter_mut().zip(parts?) {
        *octet = part;
    }
    Some((Family::Ipv4, bits(Ipv4Addr::from(octets).into())))
}

/// Whether it can be nothing but an address, though it is none.
fn looks_like_address(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || c == '.')
        || text.contains(':')
            && text.chars().all(|c| c.is_ascii_hexdigit() || c == ':')
            && text.matches(':').count() > 1
}

/// The name of an interface in parentheses: what it has when the packet comes.
fn dynamic(name: &str) -> Host {
    match name {
        "self" => Host::Own,
        _ => named(name),
    }
}

/// A name: of an interface, with what of it, or of a host.
fn named(text: &str) -> Host {
    if text.starts_with('$') {
        return Host::Unknown(format!("the macro {text}, of a file that was not given"));
    }
    let mut pieces = text.split(':');
    let name = pieces.next().unwrap_or_default();
    let mut part = Part::Address;
    let mut first_only = false;
    for modifier in pieces {
        part = match modifier {
            "network" => Part::Network,
            "broadcast" => Part::Broadcast,
            "peer" => Part::Peer,
            "0" => {
                first_only = true;
                continue;
            }
            _ => return Host::Unknown(format!("the addresses of {text}")),
        };
    }
    // Of several addresses of an interface `:0` leaves the first one, which is no other than may be.
    let _ = first_only;
    if name == "self" {
        return if part == Part::Address {
            Host::Own
        } else {
            Host::Unknown(format!("the addresses of {text}"))
        };
    }
    if name.contains('.') && !name.ends_with(|c: char| c.is_ascii_digit()) {
        return Host::Unknown(format!("the addresses of the host {name}"));
    }
    Host::Interface(name.to_owned(), part)
}
