//! Numbers, ports and protocols, as iptables reads them.

use crate::error::Code;

use super::super::names::{PROTOCOLS, SERVICES};
use super::lexer::{Read, divided, fault};

pub(super) use super::super::names::TCP;

/// A number as `strtoul` reads it with base 0: `0x` is hexadecimal, a leading `0` octal.
pub(super) fn number(text: &str) -> Option<u32> {
    let bytes = text.as_bytes();
    let first = bytes.first()?;
    if !first.is_ascii_digit() {
        return None;
    }
    // Nearly all numbers: plain decimal, too short to overflow.
    if *first != b'0' && bytes.len() < 10 {
        return bytes.iter().try_fold(0, |value, digit| {
            digit.is_ascii_digit().then(|| value * 10 + u32::from(digit - b'0'))
        });
    }
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return radix(digits, 16);
    }
    match text.strip_prefix('0') {
        Some(digits) if !digits.is_empty() => radix(digits, 8),
        _ => text.parse().ok(),
    }
}

fn radix(digits: &str, radix: u32) -> Option<u32> {
    // Rust would take a sign here.
    let plain = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain { u32::from_str_radix(digits, radix).ok() } else { None }
}

/// A port, by number or by the name of its service.
pub(super) fn port<'a>(text: &str, at: &'a str) -> Read<'a, u32> {
    if let Some(port) = number(text) {
        if port <= u16::MAX.into() {
            return Ok(port);
        }
        return fault(Code::BadPort, format!("`{text}` is no port: ports end at 65535"), at);
    }
    if let Some((_, port)) = SERVICES.iter().find(|(name, _)| *name == text) {
        return Ok(*port);
    }
    let message = format!("`{text}` is no port or service that is known here; write the number");
    fault(Code::BadPort, message, at)
}

/// A port or a range of ports `a:b`, either end of which may be left out.
pub(super) fn port_range<'a>(text: &str, at: &'a str) -> Read<'a, (u32, u32)> {
    let Some((lo, hi)) = divided(text, b':') else {
        let port = port(text, at)?;
        return Ok((port, port));
    };
    let lo = if lo.is_empty() { 0 } else { port(lo, at)? };
    let hi = if hi.is_empty() { u16::MAX.into() } else { port(hi, at)? };
    ordered(lo, hi, text, at)
}

/// The range, if its ends are the right way round.
pub(super) fn ordered<'a>(lo: u32, hi: u32, text: &str, at: &'a str) -> Read<'a, (u32, u32)> {
    if lo > hi {
        let message = format!("the port range `{text}` has its ends the wrong way round");
        return fault(Code::BadPort, message, at);
    }
    Ok((lo, hi))
}

/// What a rule says about the protocol, by number; 0 is any.
pub(super) fn protocol<'a>(text: &str, at: &'a str) -> Read<'a, u8> {
    if let Some(number) = number(text) {
        let Ok(number) = u8::try_from(number) else {
            let message = format!("`{text}` is no protocol: protocols end at 255");
            return fault(Code::BadSyntax, message, at);
        };
        return Ok(number);
    }
    let known = PROTOCOLS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    known.map_or_else(
        || {
            let message = format!("no protocol `{text}` is known here; write the number");
            fault(Code::BadSyntax, message, at)
        },
        |(_, number)| Ok(*number),
    )
}
