//! What rules of all kinds are made of.

use super::super::super::names::{PROTOCOLS, TCP, UDP};
use super::super::syntax::{Head, Maybe, Side};
use super::cursor::Cursor;
use super::fault::{Read, fault};
use super::hosts::hosts;
use super::ports::ports;
use crate::error::Code;
use crate::space::Family;

/// Those that only BSD has names for: `/etc/protocols` of OpenBSD and FreeBSD.
const MORE_PROTOCOLS: [(&str, u8); 4] =
    [("pfsync", 240), ("mobile", 55), ("divert", 254), ("wesp", 141)];

/// `log` with what stands in parentheses after it.
pub(super) fn log(cursor: &mut Cursor<'_>) -> Read<()> {
    if cursor.takes_one(&["log", "log-all"]).is_some() && cursor.is_mark("(") {
        cursor.parenthesised()?;
    }
    Ok(())
}

/// `inet` or `inet6`.
pub(super) fn family(cursor: &mut Cursor<'_>) -> Option<Family> {
    cursor
        .takes_one(&["inet", "inet6"])
        .map(|word| if word == "inet" { Family::Ipv4 } else { Family::Ipv6 })
}

/// An interface, or all but it.
pub(super) fn interface(cursor: &mut Cursor<'_>) -> Read<Maybe<String>> {
    let negated = cursor.takes_mark("!");
    let dynamic = cursor.takes_mark("(");
    let it = cursor.wants_text("the name of an interface")?.to_owned();
    if dynamic {
        cursor.wants_mark(")")?;
    }
    Ok(Maybe { negated, it })
}

/// `proto` and what follows, if it comes next.
pub(super) fn protocols(cursor: &mut Cursor<'_>, head: &mut Head) -> Read<()> {
    if !cursor.takes("proto") {
        return Ok(());
    }
    head.protocols.named = true;
    let found = cursor.list(&mut |cursor| {
        let at = cursor.at();
        let word = cursor.wants_text("a protocol")?;
        let mut known = PROTOCOLS.iter().chain(&MORE_PROTOCOLS);
        let known = known.find(|(name, _)| *name == word).map(|(_, number)| *number);
        match known.or_else(|| word.parse().ok()) {
            Some(number) => Ok(number),
            None if word.bytes().all(|byte| byte.is_ascii_digit()) => {
                let message = format!("`{word}` is no protocol: protocols end at 255");
                fault(Code::BadSyntax, message, at)
            }
            None => {
                let message =
                    format!("`{word}` is no protocol that is known here; write the number");
                fault(Code::BadSyntax, message, at)
            }
        }
    })?;
    head.protocols.tcp |= found.contains(&TCP);
    head.protocols.udp |= found.contains(&UDP);
    Ok(())
}

/// `all`, or `from ... to ...`, of which either may be missing.
pub(super) fn hosts_of(cursor: &mut Cursor<'_>, head: &mut Head) -> Read<()> {
    if cursor.takes("all") {
        return Ok(());
    }
    if cursor.takes("from") {
        head.source = side(cursor, &mut head.unknown)?;
    }
    if cursor.takes("to") {
        head.destination = side(cursor, &mut head.unknown)?;
    }
    Ok(())
}

/// Hosts, ports and operating systems of one end, each of which may be missing.
fn side(cursor: &mut Cursor<'_>, unknown: &mut Vec<String>) -> Read<Side> {
    let mut side = Side::default();
    if !cursor.is_word("port") && !cursor.is_word("os") {
        side.hosts = hosts(cursor)?;
    }
    if cursor.takes("port") {
        let found = ports(cursor)?;
        side.ports = Some(found.ranges);
        side.compared = found.compared;
    }
    if cursor.takes("os") {
        let systems = cursor.list(&mut |cursor| {
            Ok(cursor.wants_text("the name of an operating system")?.to_owned())
        })?;
        unknown.push(format!("os {}", systems.join(", ")));
    }
    Ok(side)
}

/// Takes a label or the like, which changes nothing.
pub(super) fn label(cursor: &mut Cursor<'_>) -> Read<bool> {
    if cursor.takes_one(&["label", "ridentifier", "schedule"]).is_none() {
        return Ok(false);
    }
    cursor.wants_text("a label")?;
    Ok(true)
}
