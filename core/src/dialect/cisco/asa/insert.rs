//! Where entries go into the access lists of a configuration, and the commands that add them to a
//! device while it runs.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::super::super::insertion::{Insertion, Spot, line_start, next_line};
use super::super::common::insert::Place;
use crate::firewall::{ChainId, Firewall, Span};

/// The table of the chains that are access lists.
pub(super) const LISTS: &str = "access-list";

/// Puts entries, from `extended` on, where they belong.
pub(super) fn insertion(firewall: &Firewall, spot: Spot, rules: &[String]) -> Option<Insertion> {
    let Place { list, before } = Place::of(firewall, spot, &[LISTS])?;
    let text = firewall.text();
    let name = firewall.chain(list)?.name();
    let spans = spans(firewall, list)?;
    let model = *spans.get(before).or(spans.last())?;
    let (after, end) = next_line(text, model.bytes().start);
    let lines: String =
        rules.iter().map(|rule| format!("access-list {name} {rule}{end}")).collect();
    if before < spans.len() {
        return Some(Insertion { at: line_start(text, model.bytes().start), text: lines });
    }
    let open = after == text.len() && !text.ends_with('\n') && !rules.is_empty();
    Some(Insertion { at: after, text: if open { format!("{end}{lines}") } else { lines } })
}

/// What adds the entries to a device while it runs.
pub(super) fn commands(firewall: &Firewall, additions: &[(Spot, Vec<String>)]) -> Option<String> {
    let mut places: BTreeMap<Place, Vec<&str>> = BTreeMap::new();
    for (spot, rules) in additions {
        let place = Place::of(firewall, *spot, &[LISTS])?;
        places.entry(place).or_default().extend(rules.iter().map(String::as_str));
    }
    let mut text = String::new();
    // From the end to the beginning, so that no place is moved by what goes in before.
    for (Place { list, before }, rules) in places.into_iter().rev() {
        let name = firewall.chain(list)?.name();
        let spans = spans(firewall, list)?;
        let line = spans.get(before).map(|span| lines_before(firewall.text(), name, *span) + 1);
        for rule in rules.iter().rev() {
            match line {
                Some(line) => writeln!(text, "access-list {name} line {line} {rule}").ok()?,
                None => writeln!(text, "access-list {name} {rule}").ok()?,
            }
        }
    }
    Some(text)
}

/// How many lines of a list, remarks among them, stand before one.
fn lines_before(text: &str, name: &str, span: Span) -> usize {
    let before = text.get(..span.bytes().start).unwrap_or_default();
    let ours = |line: &&str| {
        let mut words = line.split_whitespace();
        words.next() == Some("access-list") && words.next() == Some(name)
    };
    before.lines().filter(ours).count()
}

/// The entries of a list; `None` if their lines say their places, so that they stand in another order.
fn spans(firewall: &Firewall, list: ChainId) -> Option<Vec<Span>> {
    let spans: Vec<_> = firewall.chain(list)?.rules().map(|rule| rule.span()).collect();
    let ordered = spans.is_sorted_by_key(|span| span.bytes().start);
    let plain = |span: &Span| {
        let line = firewall.text().get(span.bytes()).unwrap_or_default();
        line.split_whitespace().nth(2) != Some("line")
    };
    (ordered && spans.iter().all(plain)).then_some(spans)
}
