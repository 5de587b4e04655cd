//! The front end of `iptables-save` and `ip6tables-save`.
//!
//! The text is read line by line as `iptables-restore` 1.8.9 reads it, and a little more: Windows
//! line ends, a byte order mark, `!` between an option and its value, jumps to chains that are
//! declared further down. What is read how stands in `docs/iptables.md`.

mod address;
mod assign;
mod chains;
mod context;
mod family;
mod insert;
mod ipset;
mod jump;
mod lexer;
mod lookups;
mod matches;
mod members;
mod numbers;
mod options;
mod quick;
mod reader;
mod rule;
mod tables;
mod targets;
mod write;

use super::front_end::FrontEnd;
use super::insertion::{Assignment, Insertion, Spot, written};
use crate::error::Error;
use crate::firewall::{Allowance, Dialect, Firewall, Given};
use crate::source::Source;
use crate::space::Family;
use context::Context;
use reader::Reader;

/// A rule set that lets nothing through.
const CLOSED: &str = "*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT DROP [0:0]
COMMIT
";

/// `iptables-save` and `ip6tables-save`.
pub(super) struct Iptables;

impl FrontEnd for Iptables {
    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::Iptables, Dialect::Ip6tables, Dialect::Auto]
    }

    fn commanded(&self) -> &'static [Dialect] {
        &[Dialect::Iptables, Dialect::Ip6tables]
    }

    /// Which family it is for stands anywhere in a text; [`Self::parse`] finds it.
    fn recognise(&self, _text: &str) -> Option<Dialect> {
        None
    }

    fn parse(&self, given: &Given, dialect: Dialect, source: Source) -> Result<Firewall, Error> {
        let family = match dialect {
            Dialect::Iptables => Family::Ipv4,
            Dialect::Ip6tables => Family::Ipv6,
            _ => family::detect(source.text()),
        };
        let dialect = match family {
            Family::Ipv4 => Dialect::Iptables,
            Family::Ipv6 => Dialect::Ip6tables,
        };
        let builder = Reader::new(given, family, &source).read()?;
        Ok(builder.finish(source, dialect, &[family]))
    }

    fn closed(&self, _dialect: Dialect) -> &'static str {
        CLOSED
    }

    fn rules(&self, _dialect: Dialect, allowance: &Allowance) -> Vec<String> {
        write::rules(allowance)
    }

    fn has_hooks(&self) -> bool {
        true
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

    fn loader(&self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Ip6tables => "ip6tables-restore --noflush",
            _ => "iptables-restore --noflush",
        }
    }

    fn assignment(
        &self,
        firewall: &Firewall,
        controls: &[Allowance],
        sent_here: bool,
    ) -> Option<Assignment> {
        Some(Assignment {
            insertion: assign::assignment(firewall, controls, sent_here)?,
            commands: assign::commands(controls, sent_here),
            chain: format!("raw/{}", assign::chain(sent_here)),
        })
    }
}
