//! The front end of Cisco IOS and IOS-XE: `show running-config`, or the lines of it that filter.

mod config;
mod filter;
mod insert;
mod inspect;
mod lists;
mod nat;
mod sections;
mod write;
mod zones;

use super::super::front_end::FrontEnd;
use super::super::insertion::{Insertion, Spot, written};
use super::recognise;
use crate::error::Error;
use crate::firewall::{Allowance, Dialect, Firewall, Given};
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
pub(in super::super) struct Ios;

impl FrontEnd for Ios {
    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::CiscoIos]
    }

    fn recognise(&self, text: &str) -> Option<Dialect> {
        (recognise::of(text) == Some(Dialect::CiscoIos)).then_some(Dialect::CiscoIos)
    }

    fn parse(&self, given: &Given, dialect: Dialect, source: Source) -> Result<Firewall, Error> {
        let (builder, families) = filter::build(given, &source)?;
        Ok(builder.finish(source, dialect, &families))
    }

    fn closed(&self, _dialect: Dialect) -> &'static str {
        CLOSED
    }

    fn rules(&self, _dialect: Dialect, allowance: &Allowance) -> Vec<String> {
        write::rules(allowance)
    }

    fn insertion(&self, firewall: &Firewall, spot: Spot, rules: &[String]) -> Option<Insertion> {
        insert::insertion(firewall, spot, rules)
    }

    fn commands(
        &self,
        firewall: &Firewall,
        additions: &[(Spot, Vec<Allowance>)],
    ) -> Option<String> {
        insert::commands(firewall, &written(additions, write::rules))
    }

    fn loader(&self, _dialect: Dialect) -> &'static str {
        "configure terminal"
    }
}
