//! Where rules go into the JSON of an nft rule set.

use super::super::insertion::{Insertion, Spot, last_in_text, line_start};
use super::insert::speaks_of;
use crate::firewall::Firewall;

/// Puts rules, which are arrays of expressions, where they belong.
pub(super) fn insertion(firewall: &Firewall, spot: Spot, rules: &[String]) -> Option<Insertion> {
    speaks_of(firewall, spot)?;
    let text = firewall.text();
    let objects = rules.iter().map(|rule| object(firewall, spot, rule));
    let objects = objects.collect::<Option<Vec<_>>>()?;
    match spot {
        Spot::Before(rule) => {
            let at = firewall.rule(rule)?.span().bytes().start;
            let gap = gap(text, at);
            let added = objects.into_iter().map(|object| format!("{object},{gap}"));
            Some(Insertion { at, text: added.collect() })
        }
        Spot::End(chain) => {
            let (at, start) = match last_in_text(firewall, chain) {
                Some(last) => (last.bytes().end, last.bytes().start),
                // The array of all objects is what closes last.
                None => {
                    let end = text.rfind(']')?;
                    let objects = text.get(..end)?.trim_end().len();
                    (objects, objects)
                }
            };
            let gap = gap(text, start);
            let added = objects.into_iter().map(|object| format!(",{gap}{object}"));
            Some(Insertion { at, text: added.collect() })
        }
    }
}

/// The object that stands for a rule.
fn object(firewall: &Firewall, spot: Spot, rule: &str) -> Option<String> {
    let chain = firewall.chain(spot.chain())?;
    let (family, table) = chain.table().split_once(' ').unwrap_or(("ip", chain.table()));
    let quoted = |name: &str| serde_json::to_string(name).ok();
    let (family, table, chain) = (quoted(family)?, quoted(table)?, quoted(chain.name())?);
    Some(format!(
        r#"{{"rule": {{"family": {family}, "table": {table}, "chain": {chain}, "expr": {rule}}}}}"#
    ))
}

/// What stands between objects: a new line with the same indentation, or a blank where all stand on
/// one line.
fn gap(text: &str, at: usize) -> String {
    let start = line_start(text, at);
    let line = text.get(start..at).unwrap_or_default();
    let indent = line.len() - line.trim_start().len();
    let indent = line.get(..indent).unwrap_or_default();
    if start > 0 { format!("\n{indent}") } else { " ".to_owned() }
}
