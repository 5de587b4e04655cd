//! Protocols, ports and addresses.

use std::borrow::Cow;

use ipnet::IpNet;

use super::super::json::{Json, Read};
use super::estate::Reach;
use crate::error::Code;
use crate::space::Family;

/// A string, or a number or truth value as it is written: templates write them either way.
#[derive(Clone, Debug)]
pub(super) struct Scalar<'a> {
    pub text: Cow<'a, str>,
    /// Where it stands.
    pub at: Json<'a>,
}

impl<'a> Scalar<'a> {
    /// The text of a value; none for a list or an object, which no reader takes.
    pub(super) fn of(at: Json<'a>) -> Self {
        let written = at.piece();
        let plain = !written.starts_with(['{', '[', '"']) && !at.is_null();
        let text = at.text().or_else(|| plain.then_some(Cow::Borrowed(written)));
        Self { text: text.unwrap_or_default(), at }
    }

    /// A truth value.
    pub(super) fn truth(&self) -> Read<'a, bool> {
        match &*self.text {
            "true" | "True" => Ok(true),
            "false" | "False" => Ok(false),
            _ => self.at.fault("neither true nor false"),
        }
    }

    /// A whole number.
    fn number(&self) -> Read<'a, i64> {
        match self.text.parse() {
            Ok(number) => Ok(number),
            Err(_) => self.at.fault("no whole number"),
        }
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
pub(super) fn protocol<'a>(value: &Scalar<'a>) -> Read<'a, Protocol> {
    Ok(match value.text.trim().to_ascii_lowercase().as_str() {
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
                return value.at.fault("this is no protocol: a number, `tcp`, `udp` ... or `-1`");
            }
        },
    })
}

/// What a rule speaks of. With all protocols, and with any but TCP and UDP, ports do not count.
pub(super) fn reach<'a>(
    protocol: Protocol,
    from: Option<Scalar<'a>>,
    to: Option<Scalar<'a>>,
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
fn ports<'a>(from: Option<Scalar<'a>>, to: Option<Scalar<'a>>) -> Read<'a, (u16, u16)> {
    let first = port(from.as_ref(), u16::MIN)?;
    let last = port(to.as_ref(), u16::MAX)?;
    match to.or(from) {
        Some(end) if first > last => end.at.fault_of(
            Code::BadPort,
            format_args!("the ports {first} to {last} have their ends the wrong way round"),
        ),
        _ => Ok((first, last)),
    }
}

fn port<'a>(value: Option<&Scalar<'a>>, open: u16) -> Read<'a, u16> {
    let Some(value) = value else { return Ok(open) };
    match value.number()? {
        -1 => Ok(open),
        port => match u16::try_from(port) {
            Ok(port) => Ok(port),
            Err(_) => value.at.fault_of(Code::BadPort, "a port is a number from 0 to 65535"),
        },
    }
}

/// A network of a family, its host bits taken away, as the EC2 API does.
pub(super) fn network<'a>(value: &Scalar<'a>, family: Family) -> Read<'a, IpNet> {
    let written = value.text.trim();
    let fault = |why: &str| {
        value
            .at
            .fault_of(Code::BadAddress, format_args!("this is no {} network{why}", family.title()))
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

/// Whether an entry of a network ACL allows.
pub(super) fn allows<'a>(value: &Scalar<'a>) -> Read<'a, bool> {
    match value.text.to_ascii_lowercase().as_str() {
        "allow" => Ok(true),
        "deny" => Ok(false),
        _ => value.at.fault("an entry either allows or denies"),
    }
}

/// The number of an entry. Those of the entries that deny what is left are 32767 and 32768.
pub(super) fn rule_number<'a>(value: &Scalar<'a>) -> Read<'a, u32> {
    match value.text.parse() {
        Ok(number @ 1..=32768) => Ok(number),
        _ => value.at.fault("the number of an entry is one from 1 to 32766"),
    }
}
