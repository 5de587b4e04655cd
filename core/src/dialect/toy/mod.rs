//! A toy: the smallest front end that does all that one has to do. Only tests build it, and
//! `docs/adding-a-dialect.md` explains it.

mod read;
mod tests;
mod write;

use super::front_end::FrontEnd;
use super::insertion::{Insertion, Spot};
use crate::error::Error;
use crate::firewall::{Allowance, Dialect, Firewall, Given};
use crate::source::Source;
use crate::space::Family;

/// The line that a rule set begins with, and a whole rule set that lets nothing through.
const CLOSED: &str = "gate 1\n";

/// The gate, a device that nobody sells.
pub(super) struct Toy;

impl FrontEnd for Toy {
    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::Toy]
    }

    fn recognise(&self, text: &str) -> Option<Dialect> {
        let first = text.trim_start_matches('\u{feff}').lines().next()?;
        (first.trim_end() == CLOSED.trim_end()).then_some(Dialect::Toy)
    }

    fn parse(&self, given: &Given, dialect: Dialect, source: Source) -> Result<Firewall, Error> {
        let builder = read::rule_set(given, &source)?;
        Ok(builder.finish(source, dialect, &[Family::Ipv4, Family::Ipv6]))
    }

    fn closed(&self, _dialect: Dialect) -> &'static str {
        CLOSED
    }

    fn rules(&self, _dialect: Dialect, allowance: &Allowance) -> Vec<String> {
        write::rules(allowance)
    }

    fn names_source_ports(&self) -> bool {
        false
    }

    fn names_interfaces(&self) -> bool {
        false
    }

    fn has_hooks(&self) -> bool {
        true
    }

    fn insertion(&self, firewall: &Firewall, spot: Spot, rules: &[String]) -> Option<Insertion> {
        write::insertion(firewall, spot, rules)
    }

    fn commands(
        &self,
        _firewall: &Firewall,
        additions: &[(Spot, Vec<Allowance>)],
    ) -> Option<String> {
        write::commands(additions)
    }

    fn loader(&self, _dialect: Dialect) -> &'static str {
        "gate add"
    }
}
