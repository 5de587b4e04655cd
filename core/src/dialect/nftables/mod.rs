//! The front end of `nft`: rule set files and `nft list ruleset`, as text and as JSON.

mod assign;
mod insert;
mod insert_json;
mod json;
mod lower;
mod syntax;
mod text;
mod write;

pub(super) use assign::{assignment, assignment_commands, chain as assigning_chain};
pub(super) use insert::{commands, text_insertion};
pub(super) use insert_json::insertion as json_insertion;
pub(super) use write::{json_rules, text_rules};

use crate::error::Error;
use crate::firewall::{Dialect, Firewall, Given};
use crate::source::Source;
use crate::space::Family;

/// Reads a rule set for `nft`, as text or as JSON.
pub(super) fn parse(given: &Given, dialect: Dialect, source: Source) -> Result<Firewall, Error> {
    let commands = match dialect {
        Dialect::NftablesJson => json::read(&source, given.lenient)?,
        _ => text::read(&source, given.lenient)?,
    };
    let builder = lower::build(commands, given, &source)?;
    // Where no table of a family drops anything, everything of that family passes.
    Ok(builder.finish(source, dialect, &[Family::Ipv4, Family::Ipv6]))
}
