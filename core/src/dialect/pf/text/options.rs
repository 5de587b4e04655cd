//! What may follow in a filter rule.

use std::net::IpAddr;

use super::super::syntax::{Effects, Flags, Head, Maybe};
use super::cursor::{Cursor, words};
use super::fault::{Read, fault};
use super::pieces::{interface, label};
use super::ports::port;
use super::targets::{pool_options, target};
use crate::error::Code;
use crate::firewall::TcpFlags;
use crate::space::Family;

/// Takes what says more about the packets that a rule is about, if that comes next.
pub(super) fn head_option(cursor: &mut Cursor<'_>, head: &mut Head) -> Read<bool> {
    if label(cursor)? {
        return Ok(true);
    }
    let start = cursor.place();
    let negated = cursor.is_mark("!")
        && cursor
            .peek_after(1)
            .and_then(|token| token.text())
            .is_some_and(|word| matches!(word, "tagged" | "received-on"));
    if negated {
        cursor.take();
    }
    let Some(word) = cursor.word() else { return Ok(false) };
    match word {
        "flags" => {
            cursor.take();
            head.flags = flags(cursor)?;
        }
        "tagged" => {
            cursor.take();
            let it = cursor.wants_text("a tag")?.to_owned();
            head.tagged = Some(Maybe { negated, it });
        }
        "received-on" => {
            cursor.take();
            let found = interface(cursor)?;
            head.received_on = Some(Maybe { negated: found.negated != negated, ..found });
        }
        "fragment" => {
            cursor.take();
            head.never = true;
        }
        "icmp-type" | "icmp6-type" => {
            cursor.take();
            head.never = true;
            cursor.list(&mut |cursor| {
                cursor.wants_text("a type")?;
                if cursor.takes("code") {
                    cursor.wants_text("a code")?;
                }
                Ok(())
            })?;
        }
        "user" | "group" => {
            cursor.take();
            cursor.list(&mut |cursor| {
                while ["=", "!=", "<", ">", "<=", ">=", "><", "<>"]
                    .iter()
                    .any(|mark| cursor.takes_mark(mark))
                {}
                cursor.wants_text("a user or group")?;
                while ["><", "<>"].iter().any(|mark| cursor.takes_mark(mark)) {
                    cursor.wants_text("a user or group")?;
                }
                Ok(())
            })?;
            head.unknown.push(words(cursor.since(start)));
        }
        "tos" | "dscp" | "prio" | "probability" | "max-pkt-rate" | "rdomain" | "max-pkt-size" => {
            cursor.take();
            let at = cursor.at();
            let value = cursor.wants_text("a value")?;
            if !is_value(word, value) {
                let message = format!("`{value}` is no value of `{word}`");
                return fault(Code::BadSyntax, message, at);
            }
            if cursor.takes_mark("/") {
                cursor.wants_text("a value")?;
            }
            let said = words(cursor.since(start));
            // Nothing but a certainty is certain.
            if said != "probability 100%" {
                head.unknown.push(said);
            }
        }
        "once" => {
            cursor.take();
            head.unknown.push("once".to_owned());
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// Whether an option may have this value.
fn is_value(option: &str, value: &str) -> bool {
    let number = value.parse::<u32>().ok();
    match option {
        "prio" => number.is_some_and(|number| number <= 7),
        // A part of 1, or of a hundred.
        "probability" => {
            let (number, whole) = match value.strip_suffix('%') {
                Some(number) => (number, 100.0),
                None => (value, 1.0),
            };
            number.parse::<f64>().is_ok_and(|number| (0.0..=whole).contains(&number))
        }
        "max-pkt-rate" | "rdomain" | "max-pkt-size" => {
            value.bytes().next().is_some_and(|first| first.is_ascii_digit())
        }
        // Names of types of service differ; numbers have eight bits.
        _ => {
            let hexadecimal = |digits| u32::from_str_radix(digits, 16).ok();
            let number = value.strip_prefix("0x").map_or(number, hexadecimal);
            number.is_some_and(|number| number <= 0xff)
                || value.starts_with(|c: char| c.is_ascii_alphabetic())
        }
    }
}

/// Flags: `set/mask`, `/mask` or `any`.
fn flags(cursor: &mut Cursor<'_>) -> Read<Flags> {
    if cursor.takes("any") {
        return Ok(Flags::Any);
    }
    let set = if cursor.is_mark("/") { TcpFlags::default() } else { letters(cursor)? };
    // Without a mask all flags are looked at.
    let mask = if cursor.takes_mark("/") { letters(cursor)? } else { TcpFlags(0xff) };
    Ok(Flags::These { set, mask })
}

/// `FSRPAUEW`: `parse_flags` in `pfctl_parser.c`.
fn letters(cursor: &mut Cursor<'_>) -> Read<TcpFlags> {
    let at = cursor.at();
    let text = cursor.wants_text("TCP flags")?;
    let mut flags = TcpFlags::default();
    for letter in text.chars() {
        let Some(bit) = "FSRPAUEW".find(letter) else {
            let message = format!("`{letter}` is no TCP flag; they are F, S, R, P, A, U, E and W");
            return fault(Code::BadSyntax, message, at);
        };
        flags = flags | TcpFlags(1 << bit);
    }
    Ok(flags)
}

/// Takes what a rule does besides passing and blocking, if that comes next.
pub(super) fn effect(cursor: &mut Cursor<'_>, effects: &mut Effects) -> Read<bool> {
    let start = cursor.place();
    let Some(word) = cursor.word() else { return Ok(false) };
    cursor.take();
    match word {
        "keep" | "modulate" | "synproxy" => {
            state(cursor)?;
            effects.keeps_state = Some(true);
            if cursor.is_mark("(") {
                state_options(cursor, effects)?;
            }
        }
        "no" => {
            state(cursor)?;
            effects.keeps_state = Some(false);
        }
        "tag" => effects.tag = Some(cursor.wants_text("a tag")?.to_owned()),
        "nat-to" => effects.nat = Some(target(cursor)?),
        "rdr-to" => effects.rdr = Some(target(cursor)?),
        "binat-to" => effects.binat = Some(target(cursor)?),
        "af-to" => {
            while cursor.takes_one(&["inet", "inet6", "from", "to"]).is_some() {
                if !cursor.ends() && !cursor.is_word("from") && !cursor.is_word("to") {
                    target(cursor)?;
                }
            }
            effects.unknown.push(words(cursor.since(start)));
        }
        "divert-to" => {
            let address = cursor.wants_text("an address")?.to_owned();
            let port = if cursor.takes("port") { Some(port(cursor)?) } else { None };
            effects.divert = Some((address, port));
        }
        "divert" | "divert-packet" => {
            if cursor.takes("port") {
                cursor.wants_text("a port")?;
            }
            effects.unknown.push(words(cursor.since(start)));
        }
        "divert-reply" | "allow-opts" | "fastroute" => {}
        "rtable" => {
            cursor.wants_text("the number of a routing table")?;
            effects.unknown.push(words(cursor.since(start)));
        }
        "route-to" | "reply-to" | "dup-to" => route(cursor, word, effects)?,
        "scrub" => {
            cursor.parenthesised()?;
        }
        "queue" | "dnpipe" | "dnqueue" => {
            if cursor.is_mark("(") {
                cursor.parenthesised()?;
            } else {
                cursor.wants_text("a queue")?;
            }
        }
        // Sets the priority, queue or type of service of packets.
        "set" => {
            if cursor.is_mark("(") {
                cursor.parenthesised()?;
            } else {
                cursor.take();
                if cursor.is_mark("(") {
                    cursor.parenthesised()?;
                } else {
                    cursor.wants_text("a value")?;
                }
            }
        }
        _ => {
            cursor.back_to(start);
            return Ok(false);
        }
    }
    Ok(true)
}

fn state(cursor: &mut Cursor<'_>) -> Read<()> {
    if cursor.takes("state") { Ok(()) } else { cursor.unexpected("`state`") }
}

/// `route-to` and its kin: where packets or answers go.
fn route(cursor: &mut Cursor<'_>, word: &str, effects: &mut Effects) -> Read<()> {
    let start = cursor.place();
    let mut interfaces = Vec::new();
    let mut family = None;
    cursor.list(&mut |cursor| {
        if cursor.takes_mark("(") {
            interfaces.push(cursor.wants_text("the name of an interface")?.to_owned());
            while !cursor.takes_mark(")") {
                if cursor.ends() {
                    return cursor.unexpected("`)`");
                }
                let address = cursor.peek().and_then(|token| token.text()?.parse::<IpAddr>().ok());
                family = family.or(address.map(Family::of));
                cursor.take();
            }
        } else {
            let name = cursor.wants_text("the name of an interface")?.to_owned();
            // New versions name the gateway instead, maybe `gateway@interface`.
            let name = name.split_once('@').map_or(name.clone(), |(_, name)| name.to_owned());
            interfaces.push(name);
            if cursor.takes_mark("/") {
                cursor.take();
            }
        }
        Ok(())
    })?;
    pool_options(cursor)?;
    effects.family = effects.family.or(family);
    // Copies change nothing.
    if word != "dup-to" {
        let said = format!("{word} {}", words(cursor.since(start)));
        effects.routes.extend(interfaces.into_iter().map(|interface| (interface, said.clone())));
    }
    Ok(())
}

/// What stands in parentheses after `keep state`.
fn state_options(cursor: &mut Cursor<'_>, effects: &mut Effects) -> Read<()> {
    cursor.wants_mark("(")?;
    while !cursor.takes_mark(")") {
        if !cursor.takes_mark(",") {
            state_option(cursor, effects)?;
        }
    }
    Ok(())
}

fn state_option(cursor: &mut Cursor<'_>, effects: &mut Effects) -> Read<()> {
    const LIMITS: [&str; 5] =
        ["max", "max-src-states", "max-src-nodes", "max-src-conn", "max-src-conn-rate"];
    // They say how states are kept, and let no other packets through.
    const KEPT: [&str; 7] =
        ["no-sync", "sloppy", "pflow", "if-bound", "group-bound", "floating", "allow-related"];
    let start = cursor.place();
    if cursor.takes_one(&LIMITS).is_some() {
        amount(cursor)?;
        effects.limits.push(words(cursor.since(start)));
    } else if cursor.takes("overload") {
        cursor.wants_mark("<")?;
        cursor.wants_text("the name of a table")?;
        cursor.wants_mark(">")?;
        let _ = cursor.takes("flush") && cursor.takes("global");
    } else if cursor.takes("source-track") {
        let _ = cursor.takes_one(&["rule", "global"]);
    } else if cursor.takes_one(&KEPT).is_none() {
        if !cursor.word().is_some_and(is_timeout) {
            return cursor.unexpected("an option of states");
        }
        cursor.take();
        amount(cursor)?;
    }
    Ok(())
}

/// A number, or one in so many seconds.
fn amount(cursor: &mut Cursor<'_>) -> Read<()> {
    loop {
        let at = cursor.at();
        let text = cursor.wants_text("a number")?;
        if text.parse::<u32>().is_err() {
            return fault(Code::BadSyntax, format!("`{text}` is no number"), at);
        }
        if !cursor.takes_mark("/") {
            return Ok(());
        }
    }
}

/// Whether it is the name of a timer, for instance `tcp.established`.
fn is_timeout(word: &str) -> bool {
    const KINDS: [&str; 7] = ["tcp", "udp", "icmp", "sctp", "other", "adaptive", "src"];
    let kind = word.split_once('.').map(|(kind, _)| kind);
    matches!(word, "interval" | "frag") || kind.is_some_and(|kind| KINDS.contains(&kind))
}
