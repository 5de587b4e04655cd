//! What tables hold.

use std::collections::HashMap;

use super::super::syntax::{Host, Maybe, Table};
use super::super::text::file_entries;
use super::sets::{Ranges, most_specific};
use crate::firewall::Given;
use crate::space::Family;

/// What a table holds of each family, or why nobody knows.
pub(super) type Held = Result<(Ranges, Ranges), String>;

/// What all tables hold.
pub(super) fn held(tables: Vec<Table>, given: &Given) -> HashMap<String, Held> {
    // Declared again, a table gets what it holds anew: `process_tabledef` in pfctl.
    tables.into_iter().map(|table| (table.name.clone(), one(table, given))).collect()
}

/// What a table holds that is not declared, or filled while the firewall runs.
pub(super) fn filled_later(name: &str, given: &Given) -> Held {
    match given.named(name) {
        Some(text) => entries(name, file_entries(text, given)),
        None => Err(format!(
            "the table <{name}>, which is filled while the firewall runs: --also {name}, a file that \
             `pfctl -t {name} -T show` wrote"
        )),
    }
}

fn one(table: Table, given: &Given) -> Held {
    if !table.filled && !table.constant {
        return filled_later(&table.name, given);
    }
    let mut all = table.entries;
    for file in table.files {
        match given.named(&file) {
            Some(text) => all.extend(file_entries(text, given)),
            None => {
                let name = table.name;
                return Err(format!("the table <{name}>, whose file was not given: --also {file}"));
            }
        }
    }
    entries(&table.name, all)
}

fn entries(name: &str, entries: Vec<Maybe<Host>>) -> Held {
    let (mut v4, mut v6) = (Vec::new(), Vec::new());
    for Maybe { negated, it } in entries {
        match it {
            Host::Range(Family::Ipv4, first, last) => v4.push((first, last, negated)),
            Host::Range(Family::Ipv6, first, last) => v6.push((first, last, negated)),
            Host::Unknown(what) => return Err(format!("the table <{name}>: {what}")),
            Host::Interface(interface, _) => {
                return Err(format!("the table <{name}>: the addresses of {interface}"));
            }
            Host::Own | Host::Any | Host::Table(_) => {
                return Err(format!("the table <{name}>, which holds more than addresses"));
            }
        }
    }
    Ok((most_specific(v4), most_specific(v6)))
}
