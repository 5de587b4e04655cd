//! Rules that give control connections the helper for FTP.

use std::fmt::Write;

use serde_json::json;

use super::super::insertion::Insertion;
use super::write::{assigning_json, assigning_text};
use crate::firewall::{Allowance, Dialect, Firewall};

/// The table that they stand in.
const TABLE: &str = "ftp-helper";

/// Puts them at the end, in a table of their own. Its chain runs after connection tracking begins and
/// before addresses are translated, for helpers are assigned to connections that are tracked already
/// and the rules name what the client sends.
pub(super) fn assignment(
    firewall: &Firewall,
    controls: &[Allowance],
    sent_here: bool,
) -> Option<Insertion> {
    if firewall.chains().iter().any(|chain| chain.table().split(' ').nth(1) == Some(TABLE)) {
        return None;
    }
    let text = firewall.text();
    if firewall.dialect() == Dialect::NftablesJson {
        let end = text.rfind(']')?;
        let at = text.get(..end)?.trim_end().len();
        return Some(Insertion { at, text: objects(controls, sent_here) });
    }
    let begin = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let table = commands(controls, sent_here);
    Some(Insertion { at: text.len(), text: format!("{begin}{table}") })
}

/// The same for a firewall that runs.
pub(super) fn commands(controls: &[Allowance], sent_here: bool) -> String {
    let hook = chain(sent_here);
    let mut table = format!(
        "table inet {TABLE} {{\n\tct helper ftp {{\n\t\ttype \"ftp\" protocol tcp\n\t}}\n\n\
         \tchain {hook} {{\n\t\ttype filter hook {hook} priority mangle; policy accept;\n"
    );
    for control in controls {
        // A string can always be written to.
        let _ = writeln!(table, "\t\t{}", assigning_text(control, "ftp"));
    }
    table.push_str("\t}\n}\n");
    table
}

/// The same as objects of JSON.
fn objects(controls: &[Allowance], sent_here: bool) -> String {
    let hook = chain(sent_here);
    let mut objects = vec![
        json!({"table": {"family": "inet", "name": TABLE}}),
        json!({"ct helper": {
            "family": "inet", "table": TABLE, "name": "ftp", "type": "ftp", "protocol": "tcp",
            "l3proto": "inet",
        }}),
        json!({"chain": {
            "family": "inet", "table": TABLE, "name": hook, "type": "filter", "hook": hook,
            "prio": -150, "policy": "accept",
        }}),
    ];
    objects.extend(controls.iter().map(|control| {
        json!({"rule": {
            "family": "inet", "table": TABLE, "chain": hook,
            "expr": assigning_json(control, "ftp"),
        }})
    }));
    objects.iter().map(|object| format!(",\n{object}")).collect()
}

/// The chain that their first packets pass.
pub(super) const fn chain(sent_here: bool) -> &'static str {
    if sent_here { "output" } else { "prerouting" }
}
