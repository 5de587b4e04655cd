//! What tables hold.

use std::collections::HashMap;

use super::super::syntax::{Host, Maybe, Table};
use super::super::text::file_entries;
use super::sets::{Ranges, most_specific};
use crate::firewall::Given;
use crate::space::Family;

/// What a table holds.
#[derive(Clone, Default)]
pub(super) struct Held {
    v4: Ranges,
    v6: Ranges,
    /// Why it may hold any other address as well, if it may.
    pub(super) maybe: Option<String>,
}

impl Held {
    /// What it surely holds of a family.
    pub(super) const fn surely(&self, family: Family) -> &Ranges {
        match family {
            Family::Ipv4 => &self.v4,
            Family::Ipv6 => &self.v6,
        }
    }

    fn unknown(what: String) -> Self {
        Self { maybe: Some(what), ..Self::default() }
    }
}

/// What all tables hold.
pub(super) fn held(tables: Vec<Table>, given: &Given) -> HashMap<String, Held> {
    // Declared again, a table gets what it holds anew: `process_tabledef` in pfctl.
    tables.into_iter().map(|table| (table.name.clone(), one(table, given))).collect()
}

/// What a table holds that is not declared, or filled while the firewall runs.
pub(super) fn filled_later(name: &str, given: &Given) -> Held {
    match given.named(name) {
        Some(text) => entries(name, file_entries(name, text, given)),
        None => Held::unknown(format!(
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
            Some(text) => all.extend(file_entries(&file, text, given)),
            None => {
                let name = table.name;
                let what = format!("the table <{name}>, whose file was not given: --also {file}");
                return Held::unknown(what);
            }
        }
    }
    entries(&table.name, all)
}

/// What these entries hold. One that is not known may add any address, and takes none out of what others
/// hold, unless it is negated.
fn entries(name: &str, entries: Vec<Maybe<Host>>) -> Held {
    let (mut v4, mut v6) = (Vec::new(), Vec::new());
    let mut unknown: Option<(bool, String)> = None;
    for Maybe { negated, it } in entries {
        let what = match it {
            Host::Range(Family::Ipv4, first, last) => {
                v4.push((first, last, negated));
                continue;
            }
            Host::Range(Family::Ipv6, first, last) => {
                v6.push((first, last, negated));
                continue;
            }
            Host::Unknown(what) => format!("the table <{name}>: {what}"),
            Host::Interface(interface, _) => {
                format!("the table <{name}>: the addresses of {interface}")
            }
            Host::Own | Host::Any | Host::Table(_) => {
                format!("the table <{name}>, which holds more than addresses")
            }
        };
        // The first of them is told.
        let (negates, first) = unknown.unwrap_or((false, what));
        unknown = Some((negates || negated, first));
    }
    match unknown {
        Some((true, what)) => Held::unknown(what),
        unknown => {
            let maybe = unknown.map(|(_, what)| what);
            Held { v4: most_specific(v4), v6: most_specific(v6), maybe }
        }
    }
}
