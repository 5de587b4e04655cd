//! The front end of Cisco IOS and IOS-XE: `show running-config`, or the lines of it that filter.

mod config;
mod filter;
mod insert;
mod inspect;
mod lists;
mod marks;
mod nat;
mod sections;
mod write;
mod zones;

use super::common::front_end::Cisco;
use crate::error::Error;
use crate::firewall::{Dialect, Firewall, Given};
use crate::source::Source;

/// A configuration that lets nothing through.
const CLOSED: &str = "ip access-list extended FILTER
 deny ip any any
ipv6 access-list FILTER6
 deny ipv6 any any
interface any
 ip access-group FILTER in
 ipv6 traffic-filter FILTER6 in
";

/// Cisco IOS and IOS-XE.
pub(in super::super) static IOS: Cisco = Cisco {
    dialects: &[Dialect::CiscoIos],
    closed: CLOSED,
    gateway: "a router passes packets on",
    read,
    entries: write::entries,
    insertion: insert::insertion,
    commands: insert::commands,
};

fn read(given: &Given, source: Source) -> Result<Firewall, Error> {
    let (builder, families) = filter::build(given, &source)?;
    Ok(builder.finish(source, Dialect::CiscoIos, &families))
}
