//! The front end of Cisco ASA, from 8.3 on: `show running-config`, or the lines of it that filter.

mod config;
mod filter;
mod insert;
mod inspect;
mod nat;
mod sections;
mod write;

use super::common::front_end::Cisco;
use crate::error::Error;
use crate::firewall::{Dialect, Firewall, Given};
use crate::source::Source;
use crate::space::Family;

/// A configuration that lets nothing through.
const CLOSED: &str = "interface any
 nameif any
 security-level 100
same-security-traffic permit intra-interface
access-list FILTER extended deny ip any any
access-group FILTER in interface any
";

/// Cisco ASA.
pub(in super::super) static ASA: Cisco = Cisco {
    dialects: &[Dialect::CiscoAsa],
    closed: CLOSED,
    gateway: "an ASA stands between the networks of its interfaces",
    read,
    entries: write::entries,
    insertion: insert::insertion,
    commands: insert::commands,
};

fn read(given: &Given, source: Source) -> Result<Firewall, Error> {
    let builder = filter::build(given, &source)?;
    Ok(builder.finish(source, Dialect::CiscoAsa, &[Family::Ipv4, Family::Ipv6]))
}
