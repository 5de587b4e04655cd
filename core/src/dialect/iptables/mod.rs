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

pub(super) use assign::{assignment, assignment_commands, chain as assigning_chain};
pub(super) use insert::{commands, insertion};
pub(super) use write::rules;

use crate::error::Error;
use crate::firewall::{Dialect, Firewall, Given};
use crate::source::Source;
use crate::space::Family;
use context::Context;
use reader::Reader;

pub(super) fn parse(given: &Given, source: Source) -> Result<Firewall, Error> {
    let family = match given.dialect {
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
