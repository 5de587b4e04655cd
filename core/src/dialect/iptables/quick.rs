//! Rules in the form that `iptables-save` writes most, read in one pass over their bytes.
//!
//! A large rule set is mostly addresses, `-p tcp`, ports and a verdict. Such a line needs no table of
//! options. Whatever is not exactly of this form, wrong lines included, is left to the full reader,
//! and a test holds both to the same rules.

use crate::firewall::{Action, Addresses, Side, Test};
use crate::space::{Family, Ranges};

/// What a rule does and, appended to `tests`, what it tests, if its options after the chain are of
/// that form.
pub(super) fn rule(options: &str, family: Family, tests: &mut Vec<Test>) -> Option<Action> {
    let mut rest = options.as_bytes();
    let mut seen = 0_u8;
    let mut first = |kind: u8| {
        let fresh = seen & kind == 0;
        seen |= kind;
        fresh.then_some(())
    };
    let mut tcp = false;
    loop {
        match rest {
            [b'-', side @ (b's' | b'd'), b' ', value @ ..] => {
                let (side, kind) = end(*side);
                first(kind)?;
                let (range, after) = address(family, value)?;
                if range != (0, u32::MAX) {
                    let addresses = Addresses::V4(Ranges::range(range.0, range.1));
                    tests.push(Test::Address(side, addresses));
                }
                rest = after;
            }
            [b'-', b'p', b' ', b't', b'c', b'p', b' ', after @ ..] => {
                first(4)?;
                tcp = true;
                rest = after;
            }
            [b'-', b'm', b' ', b't', b'c', b'p', b' ', after @ ..] if tcp => {
                first(8)?;
                rest = after;
            }
            [b'-', b'-', side @ (b's' | b'd'), b'p', b'o', b'r', b't', b' ', value @ ..] if tcp => {
                let (side, kind) = end(*side);
                first(kind << 4)?;
                let ((lo, hi), after) = ports(value)?;
                if (lo, hi) != (0, u16::MAX.into()) {
                    tests.push(Test::Port(side, Ranges::range(lo, hi)));
                }
                rest = after;
            }
            b"-j ACCEPT" => return Some(Action::Accept),
            b"-j DROP" => return Some(Action::Drop),
            b"-j RETURN" => return Some(Action::Return),
            _ => return None,
        }
    }
}

fn end(letter: u8) -> (Side, u8) {
    if letter == b's' { (Side::Source, 1) } else { (Side::Destination, 2) }
}

/// `a.b.c.d` or `a.b.c.d/length` in plain decimal and a blank.
fn address(family: Family, mut bytes: &[u8]) -> Option<((u32, u32), &[u8])> {
    if family != Family::Ipv4 {
        return None;
    }
    let mut address = 0;
    for octet in 0..4 {
        if octet > 0 {
            bytes = bytes.strip_prefix(b".")?;
        }
        let (number, rest) = decimal(bytes)?;
        address = address << 8 | u32::from(u8::try_from(number).ok()?);
        bytes = rest;
    }
    let host = match bytes {
        [b'/', rest @ ..] => {
            let (length, rest) = decimal(rest)?;
            bytes = rest;
            // Of an address without a prefix every bit counts, of one with the prefix 0 none.
            if length > 32 { None } else { Some(u32::MAX.checked_shr(length).unwrap_or(0)) }
        }
        _ => Some(0),
    }?;
    Some(((address & !host, address | host), bytes.strip_prefix(b" ")?))
}

/// `port` or `first:last` and a blank.
fn ports(bytes: &[u8]) -> Option<((u32, u32), &[u8])> {
    let (lo, bytes) = decimal(bytes)?;
    let (hi, bytes) = match bytes {
        [b':', rest @ ..] => decimal(rest)?,
        _ => (lo, bytes),
    };
    let good = lo <= hi && hi <= u16::MAX.into();
    good.then_some(((lo, hi), bytes.strip_prefix(b" ")?))
}

/// A number of up to five digits without a leading zero, which would make it octal, and the rest.
#[inline]
fn decimal(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (value, mut rest) = digit(bytes)?;
    let mut value = value;
    for _ in 0..4 {
        let Some((digit, after)) = digit(rest) else { break };
        if value == 0 {
            return None;
        }
        value = value * 10 + digit;
        rest = after;
    }
    Some((value, rest))
}

#[inline]
fn digit(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    first.is_ascii_digit().then(|| (u32::from(first - b'0'), rest))
}
