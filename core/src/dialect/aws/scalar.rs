//! Protocols, ports and addresses.

use std::borrow::Cow;

use ipnet::IpNet;

use super::super::json::{Fields, Json, Read};
use super::estate::Reach;
use crate::error::Code;
use crate::space::Family;

/// A string, or a number or truth value as it is written: templates write them either way.
pub(super) fn scalar(value: Json<'_>) -> Option<Cow<'_, str>> {
    let written = value.piece();
    let plain = !written.starts_with(['{', '[', '"']) && !value.is_null();
    value.text().or_else(|| plain.then_some(Cow::Borrowed(written)))
}

/// The string or number of a property that says something.
pub(super) fn scalar_of<'a>(fields: &Fields<'a>, key: &str) -> Read<'a, Option<Cow<'a, str>>> {
    match fields.said(key) {
        None => Ok(None),
        Some(value) => match scalar(value) {
            Some(text) => Ok(Some(text)),
            None => value.fault(format_args!("`{key}` is no string and no number")),
        },
    }
}

/// A truth value, or a string that says one.
pub(super) fn truth(value: Json<'_>) -> Read<'_, bool> {
    match scalar(value).as_deref() {
        Some("true" | "True") => Ok(true),
        Some("false" | "False") => Ok(false),
        _ => value.fault("neither true nor false"),
    }
}

/// A whole number.
pub(super) fn number(value: Json<'_>) -> Read<'_, i64> {
    match scalar(value).and_then(|text| text.parse().ok()) {
        Some(number) => Ok(number),
        None => value.fault("no whole number"),
    }
}

/// What a rule's protocol is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Protocol {
    All,
    Tcp,
    Udp,
    Other,
}

/// The protocol of this name or number: `IpProtocol` of the EC2 API, which has `-1` for all, and the
/// names that Terraform and templates take besides.
pub(super) fn protocol(value: Json<'_>) -> Read<'_, Protocol> {
    let written = scalar(value).unwrap_or_default();
    Ok(match written.trim().to_ascii_lowercase().as_str() {
        "-1" | "all" => Protocol::All,
        "tcp" | "6" => Protocol::Tcp,
        "udp" | "17" => Protocol::Udp,
        "icmp" | "icmpv6" | "icmp6" => Protocol::Other,
        // Of templates, by the names of the IANA list.
        "ah" | "egp" | "esp" | "gre" | "igmp" | "ipip" | "ospf" | "pim" | "rdp" | "rsvp"
        | "sctp" | "vrrp" | "udplite" | "dccp" | "eigrp" | "l2tp" | "ipv6-icmp" => Protocol::Other,
        number => match number.parse::<u8>() {
            Ok(_) => Protocol::Other,
            Err(_) => {
                return value.fault("this is no protocol: a number, `tcp`, `udp` ... or `-1`");
            }
        },
    })
}

/// What a rule speaks of. With all protocols, and with any but TCP and UDP, ports do not count.
pub(super) fn reach<'a>(
    protocol: Protocol,
    from: Option<Json<'a>>,
    to: Option<Json<'a>>,
) -> Read<'a, Reach> {
    Ok(match protocol {
        Protocol::All => Reach::All,
        Protocol::Other => Reach::Other,
        Protocol::Tcp => {
            let (first, last) = ports(from, to)?;
            Reach::Tcp(first, last)
        }
        Protocol::Udp => {
            let (first, last) = ports(from, to)?;
            Reach::Udp(first, last)
        }
    })
}

/// A range of ports; an end that is missing or -1 leaves it open there.
fn ports<'a>(from: Option<Json<'a>>, to: Option<Json<'a>>) -> Read<'a, (u16, u16)> {
    let first = port(from, u16::MIN)?;
    let last = port(to, u16::MAX)?;
    match to.or(from) {
        Some(at) if first > last => at.fault_of(
            Code::BadPort,
            format_args!("the ports {first} to {last} have their ends the wrong way round"),
        ),
        _ => Ok((first, last)),
    }
}

fn port(value: Option<Json<'_>>, open: u16) -> Read<'_, u16> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(open) };
    match number(value)? {
        -1 => Ok(open),
        port => match u16::try_from(port) {
            Ok(port) => Ok(port),
            Err(_) => value.fault_of(Code::BadPort, "a port is a number from 0 to 65535"),
        },
    }
}

/// A network of a family, its host bits taken away, as the EC2 API does.
pub(super) fn network(value: Json<'_>, family: Family) -> Read<'_, IpNet> {
    let written = value.text().unwrap_or_default();
    let written = written.trim();
    let fault = |why: &str| {
        value.fault_of(Code::BadAddress, format_args!("this is no {} network{why}", family.title()))
    };
    match written.parse::<IpNet>() {
        Ok(net) if Family::of(net.addr()) == family => Ok(net.trunc()),
        Ok(_) => fault(""),
        Err(_) if written.parse::<std::net::IpAddr>().is_ok() => {
            fault(": it lacks its prefix length, such as /32")
        }
        Err(_) => fault(", such as 10.0.0.0/16 or 2001:db8::/32"),
    }
}
