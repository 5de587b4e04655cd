//! Where entries go into the access lists of a configuration, and the commands that add them to a
//! router while it runs.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::super::super::insertion::{Insertion, Spot, line_start, next_line};
use super::super::common::insert::Place;
use crate::firewall::{ChainId, Firewall, Span};

/// What lists number their entries by if nobody does.
const STEP: u64 = 10;

/// The tables of the chains that are access lists.
const LISTS: [&str; 2] = ["ip", "ipv6"];

/// Puts entries, from `permit` on, where they belong.
pub(super) fn insertion(firewall: &Firewall, spot: Spot, rules: &[String]) -> Option<Insertion> {
    let place = Place::of(firewall, spot, &LISTS)?;
    let entries = Entries::of(firewall, place.list)?;
    let text = firewall.text();
    let next = entries.spans.get(place.before);
    let model = *next.or(entries.spans.last())?;
    let form = Form::of(text.get(model.bytes())?);
    let start = line_start(text, model.bytes().start);
    let blanks = text.get(start..model.bytes().start).unwrap_or_default();
    let (after, end) = next_line(text, model.bytes().start);
    let numbers =
        if entries.numbered { Some(entries.numbers(place.before, rules.len())?) } else { None };
    let mut lines = String::new();
    for (index, rule) in rules.iter().enumerate() {
        let number = numbers.as_ref().and_then(|numbers| numbers.get(index).copied());
        let _ = write!(lines, "{blanks}{}{end}", form.entry(rule, number));
    }
    if next.is_some() {
        return Some(Insertion { at: start, text: lines });
    }
    let open = after == text.len() && !text.ends_with('\n');
    let before = if open && !rules.is_empty() { end } else { "" };
    Some(Insertion { at: after, text: before.to_owned() + &lines })
}

/// What adds the entries to a router while it runs.
pub(super) fn commands(firewall: &Firewall, additions: &[(Spot, Vec<String>)]) -> Option<String> {
    let mut lists: BTreeMap<ChainId, BTreeMap<usize, Vec<&str>>> = BTreeMap::new();
    for (spot, rules) in additions {
        let Place { list, before } = Place::of(firewall, *spot, &LISTS)?;
        let there = lists.entry(list).or_default().entry(before).or_default();
        there.extend(rules.iter().map(String::as_str));
    }
    let mut text = String::new();
    for (list, places) in lists {
        let chain = firewall.chain(list)?;
        let entries = Entries::of(firewall, list)?;
        let six = chain.table() == "ipv6";
        let most = places.values().map(Vec::len).max().unwrap_or_default() as u64;
        // Lists for IPv6 leave out the numbers that they have without being told.
        let renumbered = !entries.numbered && !six;
        let entries = if renumbered {
            let step = STEP.max(most + 1);
            writeln!(text, "ip access-list resequence {} {step} {step}", chain.name()).ok()?;
            entries.renumbered(step)
        } else {
            entries
        };
        let kind = if six { "ipv6 access-list" } else { "ip access-list extended" };
        writeln!(text, "{kind} {}", chain.name()).ok()?;
        for (before, rules) in places {
            let numbers = entries.numbers(before, rules.len())?;
            for (rule, number) in rules.iter().zip(numbers) {
                match six {
                    true => writeln!(text, " {rule} sequence {number}").ok()?,
                    false => writeln!(text, " {number} {rule}").ok()?,
                }
            }
        }
    }
    Some(text)
}

/// The entries of a list, in order.
struct Entries {
    spans: Vec<Span>,
    numbers: Vec<u64>,
    /// Whether the text numbers any of them.
    numbered: bool,
}

impl Entries {
    fn of(firewall: &Firewall, list: ChainId) -> Option<Self> {
        let spans: Vec<Span> = firewall.chain(list)?.rules().map(|rule| rule.span()).collect();
        let mut by_text: Vec<usize> = (0..spans.len()).collect();
        by_text.sort_by_key(|place| spans.get(*place).map(|span| span.bytes().start));
        let mut numbers = vec![0; spans.len()];
        let (mut last, mut numbered) = (0_u64, false);
        for place in by_text {
            let line = firewall.text().get(spans.get(place)?.bytes())?;
            let given = Form::of(line).number;
            numbered |= given.is_some();
            let number = given.unwrap_or(last + STEP);
            last = last.max(number);
            *numbers.get_mut(place)? = number;
        }
        Some(Self { spans, numbers, numbered })
    }

    /// The same, numbered anew.
    fn renumbered(self, step: u64) -> Self {
        let numbers = (1..).map(|place: u64| place * step).take(self.spans.len()).collect();
        Self { numbers, numbered: true, ..self }
    }

    /// Numbers for so many new entries; `None` if there are not enough.
    fn numbers(&self, before: usize, count: usize) -> Option<Vec<u64>> {
        let count = count as u64;
        let low = match before.checked_sub(1) {
            None => 0,
            Some(last) => *self.numbers.get(last)?,
        };
        let step = match self.numbers.get(before) {
            Some(high) => high.checked_sub(low)? / (count + 1),
            None => STEP,
        };
        (step > 0).then(|| (1..=count).map(|place| low + place * step).collect())
    }
}

/// How an entry is written.
struct Form<'a> {
    /// `access-list 101 ` of a list without a block.
    prefix: &'a str,
    number: Option<u64>,
    /// Whether the number stands at the end, as lists for IPv6 have it.
    trails: bool,
}

impl<'a> Form<'a> {
    fn of(line: &'a str) -> Self {
        let mut words = line.split_whitespace();
        let prefix = match (words.next(), words.next()) {
            (Some("access-list"), Some(name)) => {
                let end = name.as_ptr() as usize + name.len() - line.as_ptr() as usize;
                line.get(..end).unwrap_or_default()
            }
            _ => "",
        };
        let mut rest = line.get(prefix.len()..).unwrap_or_default().split_whitespace();
        let first = rest.next().unwrap_or_default();
        let leading = if first == "sequence" { rest.next() } else { Some(first) };
        if let Some(number) = leading.and_then(|number| number.parse().ok()) {
            return Self { prefix, number: Some(number), trails: false };
        }
        let mut rest = line.split_whitespace();
        let trailing = rest.find(|word| *word == "sequence").and_then(|_| rest.next());
        Self { prefix, number: trailing.and_then(|number| number.parse().ok()), trails: true }
    }

    fn entry(&self, rule: &str, number: Option<u64>) -> String {
        let prefix = match self.prefix {
            "" => String::new(),
            prefix => format!("{prefix} "),
        };
        match number {
            None => format!("{prefix}{rule}"),
            Some(number) if self.trails && self.number.is_some() => {
                format!("{prefix}{rule} sequence {number}")
            }
            Some(number) => format!("{prefix}{number} {rule}"),
        }
    }
}
