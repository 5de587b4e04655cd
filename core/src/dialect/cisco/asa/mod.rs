//! The front end of Cisco ASA, from 8.3 on: `show running-config`, or the lines of it that filter.

mod config;
mod filter;
mod insert;
mod inspect;
mod nat;
mod sections;
mod write;

use super::super::front_end::FrontEnd;
use super::super::insertion::{Insertion, Spot, written};
use super::recognise;
use crate::error::Error;
use crate::firewall::{Allowance, Dialect, Firewall, Given};
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
pub(in super::super) struct Asa;

impl FrontEnd for Asa {
    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::CiscoAsa]
    }

    fn recognise(&self, text: &str) -> Option<Dialect> {
        (recognise::of(text) == Some(Dialect::CiscoAsa)).then_some(Dialect::CiscoAsa)
    }

    fn parse(&self, given: &Given, dialect: Dialect, source: Source) -> Result<Firewall, Error> {
        let builder = filter::build(given, &source)?;
        Ok(builder.finish(source, dialect, &[Family::Ipv4, Family::Ipv6]))
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
