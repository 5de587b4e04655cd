//! What addresses and ports are translated to.

use super::super::syntax::{Host, Target, TargetPorts};
use super::cursor::Cursor;
use super::fault::{Read, fault};
use super::hosts::host;
use super::ports::number;
use crate::error::Code;

/// Addresses, maybe `port`, and how one is chosen.
pub(super) fn target(cursor: &mut Cursor<'_>) -> Read<Target> {
    let mut target = Target { hosts: cursor.list(&mut target_host)?, ..Target::default() };
    loop {
        if cursor.takes("port") {
            target.ports = Some(target_ports(cursor)?);
        } else if cursor.takes("static-port") {
            target.static_port = true;
        } else if cursor.takes("map-e-portset") {
            while cursor.takes_one(&["psid-offset", "psid-len", "psid"]).is_some() {
                cursor.wants_text("a number")?;
            }
            target.hosts = vec![Host::Unknown("map-e-portset".to_owned())];
        } else {
            let before = cursor.place();
            target.bitmask |= pool_options(cursor)?;
            if before == cursor.place() {
                return Ok(target);
            }
        }
    }
}

/// An address of a pool. `no-nat` style negations do not exist here.
fn target_host(cursor: &mut Cursor<'_>) -> Read<Host> {
    host(cursor)
}

/// `port X`, `port X:Y` or `port X:*`.
fn target_ports(cursor: &mut Cursor<'_>) -> Read<TargetPorts> {
    let at = cursor.at();
    let text = cursor.wants_text("a port")?;
    let port = |text: &str| number(text).and_then(|port| u16::try_from(port).ok());
    let ports = match text.split_once(':') {
        None => port(text).map(TargetPorts::One),
        Some((first, "*" | "")) if cursor.takes("*") || text.ends_with('*') => {
            port(first).map(TargetPorts::From)
        }
        Some((first, last)) => {
            port(first).zip(port(last)).map(|(first, last)| TargetPorts::Range(first, last))
        }
    };
    match ports {
        Some(TargetPorts::Range(first, last)) if first == last => Ok(TargetPorts::One(first)),
        Some(ports) => Ok(ports),
        None => fault(Code::BadPort, format!("`{text}` is neither a port nor a range of them"), at),
    }
}

/// How one of several addresses is chosen.
pub(super) fn pool_options(cursor: &mut Cursor<'_>) -> Read<bool> {
    let mut bitmask = false;
    while let Some(word) = cursor.takes_one(&[
        "bitmask",
        "random",
        "source-hash",
        "round-robin",
        "least-states",
        "sticky-address",
        "endpoint-independent",
        "prefer-ipv6-nexthop",
    ]) {
        bitmask |= word == "bitmask";
        let key = cursor.peek().and_then(|token| token.text()).is_some_and(|key| !is_next(key));
        if word == "source-hash" && key {
            cursor.take();
        }
    }
    Ok(bitmask)
}

/// Whether a word after `source-hash` begins something else, and is no key.
fn is_next(word: &str) -> bool {
    matches!(
        word,
        "static-port"
            | "sticky-address"
            | "port"
            | "all"
            | "from"
            | "to"
            | "inet"
            | "inet6"
            | "proto"
            | "in"
            | "out"
            | "on"
            | "flags"
            | "keep"
            | "modulate"
            | "synproxy"
            | "no"
            | "tag"
            | "tagged"
            | "label"
            | "queue"
            | "rtable"
            | "user"
            | "group"
            | "quick"
            | "log"
            | "set"
            | "scrub"
            | "probability"
            | "allow-opts"
            | "received-on"
            | "max-pkt-rate"
            | "once"
            | "fragment"
    )
}
