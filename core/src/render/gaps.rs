//! What is missing and who is to blame, for people.

use std::collections::BTreeSet;

use super::sentence::Sentence;
use crate::audit::{By, ByKind, Condition, Gap, ModeReport, ProviderReport, Report};
use crate::eval::symbolic::Stage;
use crate::firewall::Fate;
use crate::space::{Count, Entry, PortRange};

/// How many gaps of a provider are shown to a person.
const GAPS: usize = 12;

/// How many boxes of a gap are shown to a person.
const BOXES: usize = 6;

/// How many conditions of a gap are shown to a person.
const CONDITIONS: usize = 5;

/// The ports that clients open connections from, which need not be said.
const CLIENT_PORTS: PortRange = PortRange { first: 1024, last: 65535 };

/// What one rule or policy stops, and what that depends on.
pub(super) struct Stop<'a> {
    pub(super) missing: Vec<Missing<'a>>,
    /// The first of its gaps, which stands for all in what they have in common.
    gap: &'a Gap,
    /// What it depends on, if it is undecided.
    pub(super) conditions: Vec<Sentence>,
}

/// Gaps of one connection, and the modes that have them.
pub(super) struct Missing<'a> {
    gaps: Vec<&'a Gap>,
    modes: Vec<&'a ModeReport>,
}

/// What is missing of the modes that are required, by what stops it, as much as a person wants to see,
/// and how many more gaps there are. Why a mode does not work that nobody needs is said in one finding.
pub(super) fn stops(provider: &ProviderReport) -> (Vec<Stop<'_>>, usize) {
    let mut all: Vec<(&Gap, Vec<&ModeReport>)> = Vec::new();
    for mode in provider.modes.iter().filter(|mode| mode.required) {
        for gap in &mode.gaps {
            match all.iter_mut().find(|(known, _)| *known == gap) {
                Some((_, modes)) => modes.push(mode),
                None => all.push((gap, vec![mode])),
            }
        }
    }
    all.sort_by_key(|(gap, _)| (gap.undecided, gap.flow));
    let more = all.len().saturating_sub(GAPS);
    all.truncate(GAPS);
    (by_stop(all), more)
}

/// The gaps of one mode, by what stops them.
pub(super) fn stops_of(mode: &ModeReport) -> Vec<Stop<'_>> {
    by_stop(mode.gaps.iter().take(GAPS).map(|gap| (gap, vec![mode])))
}

fn by_stop<'a>(all: impl IntoIterator<Item = (&'a Gap, Vec<&'a ModeReport>)>) -> Vec<Stop<'a>> {
    let mut stops: Vec<Stop<'a>> = Vec::new();
    for (gap, modes) in all {
        let conditions = conditions(&gap.conditions);
        let same = |stop: &&mut Stop<'_>| {
            let common = |gap: &Gap| (gap.undecided, gap.fate, gap.packet);
            common(stop.gap) == common(gap)
                && stop.gap.by == gap.by
                && stop.conditions == conditions
        };
        match stops.iter_mut().find(same) {
            Some(stop) => stop.add(Missing { gaps: vec![gap], modes }),
            None => {
                let missing = vec![Missing { gaps: vec![gap], modes }];
                stops.push(Stop { missing, gap, conditions });
            }
        }
    }
    stops
}

/// "and 3 more gaps; --format json lists all of them".
pub(super) fn more_gaps(more: usize) -> Sentence {
    Sentence::new()
        .words(format!("and {more} more gaps; "))
        .quote("--format json")
        .words(" lists all of them")
}

impl Missing<'_> {
    /// "passive data (plain, explicit-tls)".
    pub(super) fn name(&self) -> String {
        let mut all: Vec<_> = self.modes.iter().map(|mode| mode.protection.as_str()).collect();
        all.dedup();
        let flow = self.gaps.first().map_or("", |gap| gap.flow.as_str());
        format!("{} ({})", flow.replace('-', " "), all.join(", "))
    }

    /// The missing connections, line by line.
    pub(super) fn boxes(&self) -> Vec<String> {
        boxes(
            self.gaps.iter().flat_map(|gap| &gap.space),
            self.gaps.iter().map(|gap| gap.more).sum(),
        )
    }
}

/// Connections, line by line: as many boxes as a person wants to see.
pub(super) fn boxes<'e>(
    space: impl Iterator<Item = &'e Entry> + Clone,
    more: Count,
) -> Vec<String> {
    let mut lines: Vec<_> = space.clone().take(BOXES).map(connections).collect();
    let hidden = space.count().saturating_sub(BOXES) as u64;
    let more = more + Count::from(hidden);
    if !more.is_zero() {
        lines.push(format!("and {more} more boxes"));
    }
    lines
}

/// "tcp from 10.1.0.0/16 to 209.43.40.0/24 port 21025".
fn connections(entry: &Entry) -> String {
    let Entry { src, sport, dst, dport } = entry;
    let sport = if *sport == CLIENT_PORTS { String::new() } else { format!(" port {sport}") };
    format!("tcp from {src}{sport} to {dst} port {dport}")
}

impl<'a> Stop<'a> {
    /// Adds it to what has the same name, if there is any.
    fn add(&mut self, missing: Missing<'a>) {
        let name = missing.name();
        match self.missing.iter_mut().find(|known| known.name() == name) {
            Some(known) => known.gaps.extend(missing.gaps),
            None => self.missing.push(missing),
        }
    }

    /// "missing" or "undecided".
    pub(super) const fn heading(&self) -> &'static str {
        if self.undecided() { "undecided" } else { "missing" }
    }

    pub(super) const fn undecided(&self) -> bool {
        self.gap.undecided
    }

    /// "rejected by line 21 (filter/FORWARD)", and the rule.
    pub(super) fn stopped(&self) -> (String, Option<&str>) {
        let By { kind, line, text, .. } = &self.gap.by;
        let (done, packet) = (self.done(), self.packet());
        match (kind, line) {
            (ByKind::Local, _) => (format!("{done}: {}{packet}", self.gap.by), None),
            (_, None) => (format!("{done} by {}{packet}", self.gap.by), None),
            _ => (format!("{done} by {}{packet}", self.gap.by.short()), Some(text)),
        }
    }

    const fn done(&self) -> &'static str {
        match (self.gap.undecided, self.gap.fate) {
            (true, Fate::Reject) => "may be rejected",
            (true, _) => "may be dropped",
            (false, Fate::Reject) => "rejected",
            (false, _) => "dropped",
        }
    }

    /// " (at the SYN-ACK)"; nothing if it is the first packet.
    fn packet(&self) -> String {
        match self.gap.packet {
            Stage::Syn => String::new(),
            packet => format!(" (at {})", packet.words()),
        }
    }

    /// "rejected by `rules.v4:21` in `filter/FORWARD`", and the rule, which is told apart from that.
    pub(super) fn blame(&self, report: &Report) -> (Sentence, Option<&str>) {
        let By { kind, line, text, chain, .. } = &self.gap.by;
        let Some(line) = line else {
            return (Sentence::new().words(self.stopped().0), None);
        };
        let policy = if *kind == ByKind::Policy { "the policy in " } else { "" };
        let sentence = Sentence::new().words(format!("{} by {policy}", self.done()));
        let sentence = match file_of(report, self.gap.by.rule_set.as_deref()) {
            Some(file) => sentence.quote(format!("{file}:{line}")),
            None => sentence.words(format!("line {line}")),
        };
        let sentence = match chain.as_str() {
            "" => sentence,
            chain => sentence.words(" in ").quote(chain),
        };
        (sentence.words(self.packet()), Some(text))
    }
}

/// What can be given along in one sentence, then everything else line by line, each once.
pub(super) fn conditions(conditions: &[Condition]) -> Vec<Sentence> {
    let options: BTreeSet<_> =
        conditions.iter().filter_map(|condition| condition.decided_by.as_deref()).collect();
    let mut lines = Vec::new();
    if !options.is_empty() {
        let begun = Sentence::new().words("depends on what was not given: ");
        lines.push(options.iter().enumerate().fold(begun, |sentence, (number, option)| {
            sentence.words(if number == 0 { "" } else { ", " }).quote(*option)
        }));
    }
    let mut others: Vec<Sentence> = Vec::new();
    for condition in conditions.iter().filter(|condition| condition.decided_by.is_none()) {
        let line = depends(condition);
        if !others.contains(&line) {
            others.push(line);
        }
    }
    let more = others.len().saturating_sub(CONDITIONS);
    lines.extend(others.into_iter().take(CONDITIONS));
    if more > 0 {
        lines.push(Sentence::new().words(format!("and on {more} more rules")));
    }
    lines
}

/// "depends on -m limit in line 10: -A FORWARD -m limit --limit 10/min -j ACCEPT".
fn depends(condition: &Condition) -> Sentence {
    let depends = Sentence::new().words(format!("depends on {}", condition.short()));
    match condition.line {
        Some(_) => depends.words(": ").quote(condition.text.clone()),
        None => depends,
    }
}

/// The file in which a line stands of which an answer names the rule set only if there are several.
pub(super) fn file_of<'a>(report: &'a Report, rule_set: Option<&'a str>) -> Option<&'a str> {
    match rule_set {
        Some(name) => report
            .path
            .iter()
            .filter_map(|device| device.file.as_deref())
            .find(|file| *file == name),
        None if report.path.is_empty() => report.rule_set.file.as_deref(),
        None => None,
    }
}
