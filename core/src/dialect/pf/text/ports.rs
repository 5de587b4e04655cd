//! Ports.

use super::super::super::names::SERVICES;
use super::cursor::Cursor;
use super::fault::{Read, fault};
use crate::error::Code;

const LAST: u32 = 65535;

/// What follows `port`.
pub(super) struct Ports {
    pub(super) ranges: Vec<(u32, u32)>,
    /// Whether there is a comparison among them, other than with `=`.
    pub(super) compared: bool,
}

/// What follows `port`: one thing or a list.
pub(super) fn ports(cursor: &mut Cursor<'_>) -> Read<Ports> {
    let start = cursor.place();
    let ranges = cursor.list(&mut item)?;
    let ranges = ranges.into_iter().flatten().filter(|(first, last)| first <= last).collect();
    let marks = ["!=", "<=", ">=", "<", ">", "><", "<>"];
    let mut read = cursor.since(start).iter();
    let compared = read.any(|token| marks.iter().any(|mark| token.is_mark(mark)));
    Ok(Ports { ranges, compared })
}

/// One port, range, or comparison.
fn item(cursor: &mut Cursor<'_>) -> Read<Vec<(u32, u32)>> {
    let comparison =
        ["=", "!=", "<=", ">=", "<", ">"].into_iter().find(|mark| cursor.is_mark(mark));
    if let Some(comparison) = comparison {
        cursor.take();
        let port = port(cursor)?;
        return Ok(match comparison {
            "=" => vec![(port, port)],
            "!=" => outside(port, port),
            "<" => below(port).into_iter().collect(),
            "<=" => vec![(0, port)],
            ">" => above(port).into_iter().collect(),
            _ => vec![(port, LAST)],
        });
    }
    let at = cursor.at();
    let (first, last) = range(cursor)?;
    if let Some(last) = last {
        if last < first {
            let message =
                format!("the range of ports {first}:{last} has its ends the wrong way round");
            return fault(Code::BadPort, message, at);
        }
        return Ok(vec![(first, last)]);
    }
    if cursor.takes_mark("><") {
        let last = port(cursor)?;
        // Neither end belongs to it.
        return Ok(vec![(first + 1, last.saturating_sub(1))]);
    }
    if cursor.takes_mark("<>") {
        return Ok(outside(first, port(cursor)?));
    }
    Ok(vec![(first, first)])
}

/// All but a range.
fn outside(first: u32, last: u32) -> Vec<(u32, u32)> {
    if first > last {
        return vec![(0, LAST)];
    }
    below(first).into_iter().chain(above(last)).collect()
}

fn below(port: u32) -> Option<(u32, u32)> {
    port.checked_sub(1).map(|last| (0, last))
}

fn above(port: u32) -> Option<(u32, u32)> {
    (port < LAST).then_some((port + 1, LAST))
}

/// `port` or `first:last`, which is one word.
fn range(cursor: &mut Cursor<'_>) -> Read<(u32, Option<u32>)> {
    let at = cursor.at();
    let text = cursor.wants_text("a port")?;
    let number = |text: &str| match number(text) {
        Some(port) => Ok(port),
        None if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            fault(Code::BadPort, format!("`{text}` is no port: ports end at 65535"), at)
        }
        None => {
            let message =
                format!("`{text}` is no port or service that is known here; write the number");
            fault(Code::BadPort, message, at)
        }
    };
    match text.split_once(':') {
        Some((first, last)) => Ok((number(first)?, Some(number(last)?))),
        None => Ok((number(text)?, None)),
    }
}

/// One port.
pub(super) fn port(cursor: &mut Cursor<'_>) -> Read<u32> {
    let at = cursor.at();
    match range(cursor)? {
        (port, None) => Ok(port),
        _ => fault(Code::BadPort, "a single port should stand here", at),
    }
}

/// The number of a port or service.
pub(super) fn number(text: &str) -> Option<u32> {
    if text.bytes().next()?.is_ascii_digit() {
        return text.parse().ok().filter(|port| *port <= LAST);
    }
    SERVICES.iter().find(|(name, _)| *name == text).map(|(_, port)| *port)
}
