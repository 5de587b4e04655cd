//! The front end of `nft`: rule set files and `nft list ruleset`, as text and as JSON.

mod assign;
mod insert;
mod insert_json;
mod json;
mod lower;
mod syntax;
mod text;
mod write;

use super::detect;
use super::front_end::FrontEnd;
use super::includes::included;
use super::insertion::{Assignment, Insertion, Spot, written};
use crate::error::Error;
use crate::firewall::{Allowance, Dialect, Firewall, Given};
use crate::source::Source;
use crate::space::Family;

const CLOSED: &str = "table inet filter {
\tchain input {
\t\ttype filter hook input priority filter; policy drop;
\t}

\tchain forward {
\t\ttype filter hook forward priority filter; policy drop;
\t}

\tchain output {
\t\ttype filter hook output priority filter; policy drop;
\t}
}
";

const CLOSED_JSON: &str = r#"{"nftables": [
  {"table": {"family": "inet", "name": "filter"}},
  {"chain": {"family": "inet", "table": "filter", "name": "input", "type": "filter", "hook": "input", "prio": 0, "policy": "drop"}},
  {"chain": {"family": "inet", "table": "filter", "name": "forward", "type": "filter", "hook": "forward", "prio": 0, "policy": "drop"}},
  {"chain": {"family": "inet", "table": "filter", "name": "output", "type": "filter", "hook": "output", "prio": 0, "policy": "drop"}}
]}
"#;

/// Rule sets for `nft`, as text and as JSON.
pub(super) struct Nftables;

impl FrontEnd for Nftables {
    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::Nftables, Dialect::NftablesJson]
    }

    fn commanded(&self) -> &'static [Dialect] {
        &[Dialect::Nftables]
    }

    fn recognise(&self, text: &str) -> Option<Dialect> {
        if detect::is_json(text) {
            Some(Dialect::NftablesJson)
        } else {
            detect::is_nftables(text).then_some(Dialect::Nftables)
        }
    }

    fn parse(
        &self,
        given: &Given,
        dialect: Dialect,
        mut source: Source,
    ) -> Result<Firewall, Error> {
        let commands = match dialect {
            Dialect::NftablesJson => json::read(&source, given.lenient)?,
            _ => {
                source = included(source, given);
                text::read(&source, given.lenient)?
            }
        };
        let builder = lower::build(commands, given, &source)?;
        // Where no table of a family drops anything, everything of that family passes.
        Ok(builder.finish(source, dialect, &[Family::Ipv4, Family::Ipv6]))
    }

    fn closed(&self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::NftablesJson => CLOSED_JSON,
            _ => CLOSED,
        }
    }

    fn rules(&self, dialect: Dialect, allowance: &Allowance) -> Vec<String> {
        match dialect {
            Dialect::NftablesJson => write::json_rules(allowance),
            _ => write::text_rules(allowance),
        }
    }

    fn names_several(&self) -> bool {
        true
    }

    fn has_hooks(&self) -> bool {
        true
    }

    fn insertion(&self, firewall: &Firewall, spot: Spot, rules: &[String]) -> Option<Insertion> {
        match firewall.dialect() {
            Dialect::NftablesJson => insert_json::insertion(firewall, spot, rules),
            _ => insert::insertion(firewall, spot, rules),
        }
    }

    fn commands(
        &self,
        firewall: &Firewall,
        additions: &[(Spot, Vec<Allowance>)],
    ) -> Option<String> {
        insert::commands(firewall, &written(additions, write::text_rules))
    }

    fn loader(&self, _dialect: Dialect) -> &'static str {
        "nft -f"
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
            chain: format!("inet ftp-helper/{}", assign::chain(sent_here)),
        })
    }
}
