//! The front end of pf: `pf.conf` of OpenBSD and FreeBSD, and what `pfctl -sr` lists.
//!
//! The text is read as pfctl reads it: both grammars at once, for versions share most of them. What is
//! read how stands in `docs/pf.md`.

mod insert;
mod lower;
mod place;
mod syntax;
mod text;
mod write;

use super::detect;
use super::front_end::FrontEnd;
use super::insertion::{Insertion, Spot, written};
use crate::error::{Code, Error};
use crate::firewall::{Allowance, Dialect, Firewall, Given};
use crate::source::Source;
use crate::space::Family;

/// A rule set that lets nothing through.
const CLOSED: &str = "block drop all\n";

/// `pf.conf` and `pfctl -sr`.
pub(super) struct Pf;

impl FrontEnd for Pf {
    fn dialects(&self) -> &'static [Dialect] {
        &[Dialect::Pf]
    }

    fn recognise(&self, text: &str) -> Option<Dialect> {
        detect::is_pf(text).then_some(Dialect::Pf)
    }

    fn parse(&self, given: &Given, dialect: Dialect, source: Source) -> Result<Firewall, Error> {
        if source.text().trim_start_matches('\u{feff}').trim().is_empty() {
            let message = "there is nothing to read; `pfctl -sr` lists the rules that run";
            return Err(Error::new(Code::EmptyInput, message).in_file(source.file()));
        }
        let statements = text::read(&source, given)?;
        let builder = lower::build(statements, given, &source)?;
        Ok(builder.finish(source, dialect, &[Family::Ipv4, Family::Ipv6]))
    }

    fn closed(&self, _dialect: Dialect) -> &'static str {
        CLOSED
    }

    fn rules(&self, _dialect: Dialect, allowance: &Allowance) -> Vec<String> {
        write::rules(allowance)
    }

    fn names_several(&self) -> bool {
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

    fn last_match_wins(&self) -> bool {
        true
    }

    fn loader(&self, _dialect: Dialect) -> &'static str {
        "pfctl -f"
    }
}
