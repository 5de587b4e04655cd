//! Where rules go into the text of `iptables-save`, and the commands that add them to a running
//! firewall.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::super::insertion::{
    Insertion, Spot, last_in_text, line_start, next_line, statements, statements_before,
};
use crate::firewall::{ChainId, Firewall, Span};

/// Puts rules, which are written without `-A` and their chain, where they belong.
pub(super) fn insertion(firewall: &Firewall, spot: Spot, rules: &[String]) -> Option<Insertion> {
    let text = firewall.text();
    let chain = firewall.chain(spot.chain())?.name();
    let appended = statements(firewall, spot.chain()).iter().all(|span| appends(firewall, *span));
    match spot {
        Spot::Before(rule) if appended => {
            let start = firewall.rule(rule)?.span().bytes().start;
            let (_, end) = next_line(text, start);
            let lines = rules.iter().map(|rule| format!("-A {chain} {rule}{end}"));
            Some(Insertion { at: line_start(text, start), text: lines.collect() })
        }
        // Where lines insert rules, those of the chain stand in another order than in the text.
        Spot::Before(rule) => {
            let place = statements_before(firewall, rule)? + 1;
            let at = section_end(text, firewall.rule(rule)?.span().bytes().start);
            let lines = rules.iter().rev().map(|rule| format!("-I {chain} {place} {rule}\n"));
            Some(Insertion { at, text: lines.collect() })
        }
        Spot::End(id) => {
            let (at, end) = end_of_chain(firewall, id)?;
            let open = at == text.len() && !text.is_empty() && !text.ends_with('\n');
            let lines = rules.iter().map(|rule| format!("-A {chain} {rule}{end}"));
            let before = if open { end } else { "" };
            Some(Insertion { at, text: before.to_owned() + &lines.collect::<String>() })
        }
    }
}

/// What adds the rules to a running firewall, for `iptables-restore --noflush`.
pub(super) fn commands(firewall: &Firewall, additions: &[(Spot, Vec<String>)]) -> Option<String> {
    let mut tables: BTreeMap<&str, Vec<(usize, String)>> = BTreeMap::new();
    for (spot, rules) in additions {
        let chain = firewall.chain(spot.chain())?;
        let mut lines = String::new();
        let place = match spot {
            Spot::Before(rule) => {
                let before = statements_before(firewall, *rule)?;
                let earlier = statements(firewall, rule.chain).into_iter().take(before);
                for span in earlier {
                    one_rule(firewall.text().get(span.bytes())?)?;
                }
                for rule in rules.iter().rev() {
                    writeln!(lines, "-I {} {} {rule}", chain.name(), before + 1).ok()?;
                }
                before
            }
            Spot::End(_) => {
                for rule in rules {
                    writeln!(lines, "-A {} {rule}", chain.name()).ok()?;
                }
                usize::MAX
            }
        };
        tables.entry(chain.table()).or_default().push((place, lines));
    }
    let mut text = String::new();
    for (table, mut lines) in tables {
        // From the end to the beginning, so that no place is moved by what goes in before.
        lines.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
        let lines: String = lines.into_iter().map(|(_, lines)| lines).collect();
        write!(text, "*{table}\n{lines}COMMIT\n").ok()?;
    }
    Some(text)
}

/// Whether the line is one rule: a list of addresses makes it several, and their places others.
fn one_rule(line: &str) -> Option<()> {
    let mut words = line.split_whitespace();
    let addresses = ["-s", "--source", "--src", "-d", "--destination", "--dst"];
    while let Some(word) = words.next() {
        if addresses.contains(&word) && words.clone().take(2).any(|value| value.contains(',')) {
            return None;
        }
    }
    Some(())
}

/// Whether the line puts its rule at the end of the chain.
fn appends(firewall: &Firewall, span: Span) -> bool {
    let line = firewall.text().get(span.bytes()).unwrap_or_default();
    let mut words = line.split_whitespace().filter(|word| !word.starts_with('['));
    words.next().is_some_and(|word| word == "-A" || word == "--append")
}

/// Where a line has to stand to append to a chain, and the line end that it should have.
fn end_of_chain(firewall: &Firewall, id: ChainId) -> Option<(usize, &'static str)> {
    let text = firewall.text();
    if let Some(last) = last_in_text(firewall, id) {
        return Some(next_line(text, last.bytes().start));
    }
    let policy = firewall.chain(id)?.base()?.policy.span?;
    let (_, end) = next_line(text, policy.bytes().start);
    Some((section_end(text, policy.bytes().start), end))
}

/// Where the table ends that a byte lies in: its `COMMIT`, another table, or the end of the text.
fn section_end(text: &str, from: usize) -> usize {
    let mut at = from;
    while at < text.len() {
        let line = text.get(at..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        if at > from && (line.trim() == "COMMIT" || line.starts_with('*')) {
            return at;
        }
        (at, _) = next_line(text, at);
    }
    text.len()
}
