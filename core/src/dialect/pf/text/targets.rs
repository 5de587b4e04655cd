//! What addresses and ports are translated to.

use super::super::syntax::{Host, Target, TargetPorts};
use super::cursor::Cursor;
use super::fault::{Read, fault};
use super::hosts::host;
use super::options::pool_options;
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
