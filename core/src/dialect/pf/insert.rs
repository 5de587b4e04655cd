//! Where rules go into the text of pf.conf.
//!
//! Of the rules that are not quick the last match decides. So a rule that has to be asked before such
//! a one stands after it in the text; before a quick one it stands there, and is quick itself.

use super::super::insertion::{Insertion, Spot, line_start, next_line};
use crate::firewall::Firewall;

/// Puts rules where they belong.
pub(super) fn insertion(firewall: &Firewall, spot: Spot, rules: &[String]) -> Option<Insertion> {
    let text = firewall.text();
    let way = firewall.chain(spot.chain())?.name().split('-').next()?.to_owned();
    let Spot::Before(rule) = spot else {
        // What no rule matches passes, so that nothing is ever missing there.
        return None;
    };
    let bytes = firewall.rule(rule)?.span().bytes();
    let statement = text.get(bytes.clone())?;
    if bytes.is_empty() {
        return None;
    }
    let start = line_start(text, bytes.start);
    let indent = text.get(start..bytes.start).unwrap_or_default();
    if !indent.trim().is_empty() {
        return None;
    }
    let quick = statement.split_whitespace().any(|word| word == "quick");
    let lines = |end: &str| -> String {
        rules.iter().map(|rule| format!("{indent}{}{end}", directed(rule, &way, quick))).collect()
    };
    let (mut next, end) = next_line(text, bytes.start);
    if quick {
        return Some(Insertion { at: start, text: lines(end) });
    }
    // A rule may go on over lines.
    while goes_on(text.get(start..next)?) && next < text.len() {
        (next, _) = next_line(text, next);
    }
    let open = next == text.len() && !text.ends_with('\n');
    let before = if open { end } else { "" };
    Some(Insertion { at: next, text: format!("{before}{}", lines(end)) })
}

/// Whether the lines so far are not yet a whole statement.
fn goes_on(lines: &str) -> bool {
    let lines = lines.trim_end_matches(['\n', '\r']);
    let count = |mark: char| lines.chars().filter(|c| *c == mark).count();
    lines.ends_with('\\') || count('{') > count('}')
}

/// A rule with its direction, and quick if it has to be.
pub(super) fn directed(rule: &str, way: &str, quick: bool) -> String {
    let rest = rule.strip_prefix("pass").unwrap_or(rule).trim_start();
    let rest = ["in ", "out "].iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest);
    let quick = if quick { " quick" } else { "" };
    format!("pass {way}{quick} {rest}")
}

/// The rules of a rule set that is added to: nothing can be put into the middle of the rules that run,
/// so that these are lines for the file.
pub(super) fn commands(firewall: &Firewall, additions: &[(Spot, Vec<String>)]) -> Option<String> {
    let mut text = String::new();
    for (spot, rules) in additions {
        let Insertion { text: lines, .. } = insertion(firewall, *spot, rules)?;
        text.push_str(lines.trim_start_matches(['\n', '\r']));
    }
    Some(text)
}
