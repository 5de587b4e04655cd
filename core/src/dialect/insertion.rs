//! Where rules go into the text of a rule set.

use crate::firewall::{Allowance, ChainId, Firewall, RuleId, Span};

/// A place in a chain.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Spot {
    /// Before a rule.
    Before(RuleId),
    /// After all rules.
    End(ChainId),
}

impl Spot {
    /// The chain.
    pub(crate) const fn chain(self) -> ChainId {
        match self {
            Self::Before(rule) => rule.chain,
            Self::End(chain) => chain,
        }
    }
}

/// A piece of text that is put into another.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Insertion {
    /// The byte before which it goes.
    pub at: usize,
    pub text: String,
}

impl Insertion {
    /// The text with all of these in it, which are sorted by their places.
    pub(crate) fn splice(text: &str, insertions: &[Self]) -> String {
        let added: usize = insertions.iter().map(|insertion| insertion.text.len()).sum();
        let mut spliced = String::with_capacity(text.len() + added);
        let mut from = 0;
        for Self { at, text: added } in insertions {
            spliced.push_str(text.get(from..*at).unwrap_or_default());
            spliced.push_str(added);
            from = (*at).max(from);
        }
        spliced.push_str(text.get(from..).unwrap_or_default());
        spliced
    }
}

/// What gives control connections a helper.
#[derive(Clone, Debug)]
pub(crate) struct Assignment {
    pub insertion: Insertion,
    /// The same for a firewall that runs.
    pub commands: String,
    /// The chain that it stands in, as `table/CHAIN`.
    pub chain: String,
}

/// Additions as the text of rules.
pub(super) fn written(
    additions: &[(Spot, Vec<Allowance>)],
    write: fn(&Allowance) -> Vec<String>,
) -> Vec<(Spot, Vec<String>)> {
    let rules = |allowances: &[Allowance]| allowances.iter().flat_map(write).collect();
    additions.iter().map(|(spot, allowances)| (*spot, rules(allowances))).collect()
}

/// The statements of a chain, in order: a statement that does several things is several rules of one
/// span.
pub(super) fn statements(firewall: &Firewall, chain: ChainId) -> Vec<Span> {
    let rules = firewall.chain(chain).into_iter().flat_map(|chain| chain.rules());
    let mut spans: Vec<_> = rules.map(|rule| rule.span()).collect();
    spans.dedup();
    spans
}

/// How many statements of its chain stand before a rule.
pub(super) fn statements_before(firewall: &Firewall, rule: RuleId) -> Option<usize> {
    let span = firewall.rule(rule)?.span();
    statements(firewall, rule.chain).iter().position(|statement| *statement == span)
}

/// The statement of the chain that stands last in the text.
pub(super) fn last_in_text(firewall: &Firewall, chain: ChainId) -> Option<Span> {
    statements(firewall, chain).into_iter().max_by_key(|span| span.bytes().end)
}

/// Where the line begins that a byte lies in.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
}

/// Where the line after the one begins that a byte lies in, and the line end that it has.
pub(super) fn next_line(text: &str, at: usize) -> (usize, &'static str) {
    let rest = text.get(at..).unwrap_or_default();
    match rest.find('\n') {
        Some(end) => {
            let windows = rest.get(..end).is_some_and(|line| line.ends_with('\r'));
            (at + end + 1, if windows { "\r\n" } else { "\n" })
        }
        None => (text.len(), "\n"),
    }
}
