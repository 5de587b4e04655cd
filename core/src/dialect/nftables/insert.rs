//! Where rules go into the text of an nft rule set, and the commands that add them to a running
//! firewall.

use super::super::insertion::{
    Insertion, Spot, last_in_text, line_start, next_line, statements, statements_before,
};
use crate::firewall::{Firewall, Span};

/// Puts rules where they belong.
pub(super) fn insertion(firewall: &Firewall, spot: Spot, rules: &[String]) -> Option<Insertion> {
    speaks_of(firewall, spot)?;
    let text = firewall.text();
    let spans = statements(firewall, spot.chain());
    let in_block = spans.iter().all(|span| !is_command(text, *span));
    match spot {
        Spot::Before(rule) if in_block => {
            let at = firewall.rule(rule)?.span().bytes().start;
            Some(before(text, at, rules))
        }
        Spot::End(chain) if in_block && !spans.is_empty() => {
            let last = last_in_text(firewall, chain)?;
            Some(after(text, last, rules))
        }
        // A file of commands, or a chain without a rule to go by.
        _ => {
            let commands = commands(firewall, &[(spot, rules.to_vec())])?;
            let open = !text.is_empty() && !text.ends_with('\n');
            let begin = if open { "\n" } else { "" };
            Some(Insertion { at: text.len(), text: format!("{begin}{commands}") })
        }
    }
}

/// What adds the rules to a running firewall, for `nft -f`.
pub(super) fn commands(firewall: &Firewall, additions: &[(Spot, Vec<String>)]) -> Option<String> {
    let mut lines = Vec::new();
    for (spot, rules) in additions {
        let chain = firewall.chain(spot.chain())?;
        speaks_of(firewall, *spot)?;
        let name = format!("{} {}", chain.table(), chain.name());
        let (place, added): (usize, String) = match spot {
            Spot::Before(rule) => {
                let place = statements_before(firewall, *rule)?;
                let line = |rule: &String| format!("insert rule {name} index {place} {rule}\n");
                (place, rules.iter().rev().map(line).collect())
            }
            Spot::End(_) => {
                let line = |rule: &String| format!("add rule {name} {rule}\n");
                (usize::MAX, rules.iter().map(line).collect())
            }
        };
        lines.push((spot.chain(), std::cmp::Reverse(place), added));
    }
    // From the end to the beginning, so that no place is moved by what goes in before.
    lines.sort();
    Some(lines.into_iter().map(|(.., added)| added).collect())
}

/// Whether the chain is one of the text: others stand for what could not be read.
pub(super) fn speaks_of(firewall: &Firewall, spot: Spot) -> Option<()> {
    let (family, _) = firewall.chain(spot.chain())?.table().split_once(' ')?;
    matches!(family, "ip" | "ip6" | "inet").then_some(())
}

/// Whether a rule stands in a command of its own, not in the block of its chain.
fn is_command(text: &str, span: Span) -> bool {
    let statement = text.get(span.bytes()).unwrap_or_default();
    let first = statement.split_whitespace().next().unwrap_or_default();
    matches!(first, "add" | "insert" | "create" | "replace" | "rule")
}

/// Lines before the statement that begins at a byte.
fn before(text: &str, at: usize, rules: &[String]) -> Insertion {
    let start = line_start(text, at);
    let indent = text.get(start..at).unwrap_or_default();
    if indent.trim().is_empty() {
        let (_, end) = next_line(text, at);
        let lines = rules.iter().map(|rule| format!("{indent}{rule}{end}"));
        return Insertion { at: start, text: lines.collect() };
    }
    Insertion { at, text: rules.iter().map(|rule| format!("{rule}; ")).collect() }
}

/// Lines after a statement.
fn after(text: &str, statement: Span, rules: &[String]) -> Insertion {
    let bytes = statement.bytes();
    let (next, end) = next_line(text, bytes.end);
    let rest = text.get(bytes.end..next).unwrap_or_default().trim();
    let begun = line_start(text, bytes.start);
    let indent = text.get(begun..bytes.start).unwrap_or_default();
    let rest = rest.strip_prefix(';').unwrap_or(rest).trim_start();
    let ends_line = rest.is_empty() || rest.starts_with('#');
    if ends_line && indent.trim().is_empty() && text.get(..next).is_some_and(|t| t.ends_with('\n'))
    {
        let lines = rules.iter().map(|rule| format!("{indent}{rule}{end}"));
        return Insertion { at: next, text: lines.collect() };
    }
    Insertion { at: bytes.end, text: rules.iter().map(|rule| format!("; {rule}")).collect() }
}
