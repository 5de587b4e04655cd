//! What is missing and who is to blame, for people.

use super::sentence::Sentence;
use crate::audit::{By, ByKind, Condition, Gap, ModeReport, ProviderReport, Report};
use crate::eval::symbolic::Stage;
use crate::firewall::Fate;
use crate::space::{Count, Entry};

/// How many gaps of a provider are shown to a person.
const GAPS: usize = 20;

/// How many boxes of a gap are shown to a person.
const BOXES: usize = 10;

/// How many conditions of a gap are shown to a person.
const CONDITIONS: usize = 5;

/// A gap, and the modes that have it.
pub(super) struct GapGroup<'a> {
    pub(super) gap: &'a Gap,
    modes: Vec<&'a ModeReport>,
}

/// The gaps of the modes that are required, as many as a person wants to see, and how many more there
/// are. Why a mode does not work that nobody needs is said in one finding.
pub(super) fn gap_groups(provider: &ProviderReport) -> (Vec<GapGroup<'_>>, usize) {
    let mut groups: Vec<GapGroup<'_>> = Vec::new();
    for mode in provider.modes.iter().filter(|mode| mode.required) {
        for gap in &mode.gaps {
            match groups.iter_mut().find(|group| group.gap == gap) {
                Some(group) => group.modes.push(mode),
                None => groups.push(GapGroup { gap, modes: vec![mode] }),
            }
        }
    }
    groups.sort_by_key(|group| (group.gap.undecided, group.gap.flow));
    let more = groups.len().saturating_sub(GAPS);
    groups.truncate(GAPS);
    (groups, more)
}

/// "and 3 more gaps; --format json lists all of them".
pub(super) fn more_gaps(more: usize) -> Sentence {
    Sentence::new()
        .words(format!("and {more} more gaps; "))
        .quote("--format json")
        .words(" lists all of them")
}

impl<'a> GapGroup<'a> {
    /// The gaps of one mode.
    pub(super) fn of_mode(mode: &'a ModeReport) -> impl Iterator<Item = Self> {
        mode.gaps.iter().take(GAPS).map(move |gap| GapGroup { gap, modes: vec![mode] })
    }

    /// "missing: passive data".
    pub(super) fn heading(&self) -> String {
        let verb = if self.gap.undecided { "undecided" } else { "missing" };
        format!("{verb}: {}", self.gap.flow.as_str().replace('-', " "))
    }

    /// "plain, explicit-tls".
    pub(super) fn protections(&self) -> String {
        let mut all: Vec<_> = self.modes.iter().map(|mode| mode.protection.as_str()).collect();
        all.dedup();
        all.join(", ")
    }

    /// The missing connections, line by line.
    pub(super) fn boxes(&self) -> Vec<String> {
        boxes(&self.gap.space, self.gap.more)
    }

    /// "rejected by line 21: the rule (filter/FORWARD)".
    pub(super) fn stopped(&self) -> String {
        format!("{} {}{}", self.done(), self.gap.by, self.packet())
    }

    /// "rejected by".
    const fn done(&self) -> &'static str {
        match (self.gap.undecided, self.gap.fate) {
            (true, _) => "may be stopped by",
            (false, Fate::Reject) => "rejected by",
            (false, _) => "dropped by",
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
    pub(super) fn blame(&self, report: &Report) -> (Sentence, Option<String>) {
        let (done, packet) = (self.done(), self.packet());
        let By { kind, line, text, chain, .. } = &self.gap.by;
        let Some(line) = line else {
            return (Sentence::new().words(self.stopped()), None);
        };
        let policy = if *kind == ByKind::Policy { "the policy in " } else { "" };
        let sentence = Sentence::new().words(format!("{done} {policy}"));
        let sentence = match file_of(report, self.gap.by.rule_set.as_deref()) {
            Some(file) => sentence.quote(format!("{file}:{line}")),
            None => sentence.words(format!("line {line}")),
        };
        let sentence = match chain.as_str() {
            "" => sentence,
            chain => sentence.words(" in ").quote(chain),
        };
        (sentence.words(packet), Some(text.clone()))
    }

    /// What it depends on, if it is undecided.
    pub(super) fn conditions(&self) -> Vec<Sentence> {
        conditions(&self.gap.conditions)
    }
}

/// Connections, line by line: as many boxes as a person wants to see.
pub(super) fn boxes(space: &[Entry], more: Count) -> Vec<String> {
    let listed = space.iter().take(BOXES).map(|entry| {
        format!("tcp from {} port {} to {} port {}", entry.src, entry.sport, entry.dst, entry.dport)
    });
    let mut lines: Vec<_> = listed.collect();
    let hidden = space.len().saturating_sub(BOXES) as u64;
    let more = more + Count::from(hidden);
    if !more.is_zero() {
        lines.push(format!("and {more} more boxes"));
    }
    lines
}

/// What something depends on that is undecided.
pub(super) fn conditions(conditions: &[Condition]) -> Vec<Sentence> {
    let mut lines: Vec<_> = conditions.iter().take(CONDITIONS).map(depends).collect();
    if let Some(more) = conditions.len().checked_sub(CONDITIONS).filter(|more| *more > 0) {
        lines.push(Sentence::new().words(format!("and on {more} more rules")));
    }
    lines
}

fn depends(condition: &Condition) -> Sentence {
    let depends = Sentence::new().words("depends on ");
    match (&condition.decided_by, condition.line) {
        // What can be given is said once, among the findings.
        (Some(options), _) => depends.quote(options),
        (None, None) => depends.words(condition.to_string()),
        (None, Some(_)) => {
            let place = condition.short();
            depends.words(format!("{place}: ")).quote(condition.text.clone())
        }
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
