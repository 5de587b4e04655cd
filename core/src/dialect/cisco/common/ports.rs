//! Ports with their operators.

use super::lines::{Read, Words, fault};
use super::names::port;
use super::sets::PortSet;
use crate::error::Code;
use crate::firewall::{Builder, Ports};
use crate::space::Axis;

/// The last port.
const LAST: u32 = 65535;

/// Reads an operator with its ports; `None` where no operator stands. After `eq` and `neq` there may
/// be several.
pub(in super::super) fn ports<'a>(
    words: &mut Words<'a>,
    builder: &mut Builder,
) -> Read<'a, Option<PortSet>> {
    let mut after = *words;
    let Some(operator) = after.next() else { return Ok(None) };
    if !matches!(operator, "eq" | "neq" | "gt" | "lt" | "range") {
        return Ok(None);
    }
    *words = after;
    let (first, mut unknown) = one(words, builder)?;
    let set = match operator {
        "range" => {
            let at = words.peek().unwrap_or(operator);
            let (last, also) = one(words, builder)?;
            unknown = unknown.or(also);
            if unknown.is_none() && first > last {
                let message =
                    format!("the range of ports {first} to {last} is the wrong way round");
                return fault(Code::BadPort, message, at);
            }
            Ports::range(first, last)
        }
        // Without the port itself.
        "gt" => Ports::range(first + 1, LAST),
        "lt" => first.checked_sub(1).map_or_else(Ports::none, |last| Ports::range(0, last)),
        _ => {
            let mut ports = vec![(first, first)];
            while let Some(next) = words.peek().and_then(port) {
                words.next();
                ports.push((next.into(), next.into()));
            }
            let ports = Ports::union_of(ports);
            if operator == "neq" { ports.complement(Axis::SourcePort) } else { ports }
        }
    };
    Ok(Some(match unknown {
        None => PortSet::of(set),
        Some(what) => PortSet { ports: Ports::none(), unknown: Some(what) },
    }))
}

/// A port; a name that is not known to us is one of which nobody can say more.
fn one<'a>(
    words: &mut Words<'a>,
    builder: &mut Builder,
) -> Read<'a, (u32, Option<crate::firewall::Symbol>)> {
    let word = words.need("a port")?;
    if let Some(port) = port(word) {
        return Ok((port.into(), None));
    }
    let name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let begins = word.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    if begins && word.bytes().all(name) {
        return Ok((0, Some(builder.symbol(&format!("port {word}")))));
    }
    fault(Code::BadPort, format!("`{word}` is no port from 0 to 65535"), word)
}
