//! Object groups.

use std::net::Ipv4Addr;

use super::super::super::common::groups::Kind;
use super::super::super::common::lines::{Read, Words};
use super::super::super::common::names::Protocol;

/// The name of a group, and what it is of.
pub(super) fn header<'a>(kind: &'a str, words: Words<'a>) -> Read<'a, (&'a str, Kind)> {
    let mut words = words;
    let (kind, name) = match kind {
        "network" | "v6-network" => (Kind::Network, words.need("the name of the group")?),
        "service" | "v6-service" => (Kind::Service, words.need("the name of the group")?),
        "ip" if words.accept("port") => {
            (Kind::Ports(Protocol::Both), words.need("the name of the group")?)
        }
        "ip" => {
            words.next();
            (Kind::Unknown, words.need("the name of the group")?)
        }
        _ => (Kind::Unknown, words.next().unwrap_or(kind)),
    };
    Ok((name, kind))
}

/// Whether a line without a blank before it may be a member of a group.
pub(super) fn is_member(first: &str) -> bool {
    matches!(
        first,
        "host"
            | "group-object"
            | "network-object"
            | "range"
            | "tcp"
            | "udp"
            | "icmp"
            | "tcp-udp"
            | "eq"
    ) || first.parse::<Ipv4Addr>().is_ok()
}
