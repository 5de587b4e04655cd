//! What both front ends bring along.

use super::super::super::front_end::FrontEnd;
use super::super::super::insertion::{Insertion, Spot, written};
use super::super::recognise;
use crate::error::Error;
use crate::firewall::{Allowance, Dialect, Firewall, Given};
use crate::source::Source;

/// What writes commands that put lines where they belong.
type Commands = fn(&Firewall, &[(Spot, Vec<String>)]) -> Option<String>;

/// A system of Cisco's.
pub(in super::super::super) struct Cisco {
    pub(in super::super) dialects: &'static [Dialect],
    /// A configuration that lets nothing through.
    pub(in super::super) closed: &'static str,
    /// Why its devices are gateways.
    pub(in super::super) gateway: &'static str,
    pub(in super::super) read: fn(&Given, Source) -> Result<Firewall, Error>,
    /// The entries that permit something.
    pub(in super::super) entries: fn(&Allowance) -> Vec<String>,
    pub(in super::super) insertion: fn(&Firewall, Spot, &[String]) -> Option<Insertion>,
    pub(in super::super) commands: Commands,
}

impl FrontEnd for Cisco {
    fn dialects(&self) -> &'static [Dialect] {
        self.dialects
    }

    fn recognise(&self, text: &str) -> Option<Dialect> {
        recognise::of(text).filter(|dialect| self.dialects.contains(dialect))
    }

    fn parse(&self, given: &Given, _dialect: Dialect, source: Source) -> Result<Firewall, Error> {
        (self.read)(given, source)
    }

    fn closed(&self, _dialect: Dialect) -> &'static str {
        self.closed
    }

    fn rules(&self, _dialect: Dialect, allowance: &Allowance) -> Vec<String> {
        (self.entries)(allowance)
    }

    fn insertion(&self, firewall: &Firewall, spot: Spot, rules: &[String]) -> Option<Insertion> {
        (self.insertion)(firewall, spot, rules)
    }

    fn commands(
        &self,
        firewall: &Firewall,
        additions: &[(Spot, Vec<Allowance>)],
    ) -> Option<String> {
        (self.commands)(firewall, &written(additions, self.entries))
    }

    fn comment(&self) -> &'static str {
        "! "
    }

    fn unread(&self) -> &'static str {
        "nothing inspects FTP there"
    }

    fn gateway(&self) -> Option<&'static str> {
        Some(self.gateway)
    }

    fn loader(&self, _dialect: Dialect) -> &'static str {
        "configure terminal"
    }
}
