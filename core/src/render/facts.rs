//! What a report says to people, in the order in which they want to know it. How it is set out is up
//! to each form.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::sentence::Sentence;
use crate::audit::{
    Finding, FlowReport, Level, ModeReport, ProviderReport, Report, RuleSet, Shown, Silenced,
    UnmodelledLine, Verdict, open_words,
};
use crate::ftp::FlowKind;
use crate::space::AddressRange;

/// How many lines are listed for each thing that is not modelled.
const LINES: usize = 12;

/// How many findings are shown that call for the same.
const ALIKE: usize = 6;

/// How many ranges of clients are listed.
const CLIENTS: usize = 8;

/// How many ranges are listed that are no clients.
const HOLES: usize = 3;

/// What was asked: "FTP to SmartFile through rules.v4 at client-gateway".
pub(super) fn question(report: &Report) -> Sentence {
    let names = report.providers.iter().map(|provider| provider.name.as_str());
    asked(names, &report.rule_set, &report.path)
}

/// The same for any providers and rule sets: one alone, or all of a path.
pub(super) fn asked<'n>(
    names: impl Iterator<Item = &'n str>,
    alone: &RuleSet,
    path: &[RuleSet],
) -> Sentence {
    let names: Vec<_> = names.collect();
    let asked = Sentence::new().words(format!("FTP to {}", names.join(" and ")));
    let path = if path.is_empty() { std::slice::from_ref(alone) } else { path };
    path.iter().enumerate().fold(asked, |asked, (number, rule_set)| {
        let asked = match (number, rule_set.given) {
            (_, false) => asked,
            (0, true) => asked.words(" through "),
            (_, true) => asked.words(" and "),
        };
        let asked = match rule_set.file.as_deref() {
            Some(file) => asked.quote(file),
            None if rule_set.given => asked.words("this rule set"),
            None => asked,
        };
        asked.words(format!(" at {}", rule_set.at))
    })
}

/// Why the firewall was taken to stand where it was, if nobody said so.
pub(super) fn placement_reason(report: &Report) -> Option<Sentence> {
    // Of several placements it has to say which.
    chosen(&report.rule_set, !report.path.is_empty())
}

/// The same for a rule set, which says what was chosen if asked to.
pub(super) fn chosen(rule_set: &RuleSet, which: bool) -> Option<Sentence> {
    let because = rule_set.at_because.as_ref()?;
    let which = if which { format!("{} ", rule_set.at) } else { String::new() };
    Some(
        Sentence::new()
            .words(format!("{which}chosen because {because}; "))
            .quote("--at")
            .words(" overrides"),
    )
}

/// Which clients it is about.
pub(super) fn clients(report: &Report) -> Sentence {
    match (&report.clients, clients_of_all(report)) {
        (Some(clients), _) => Sentence::new().words(format!("clients: {}", clients.join(", "))),
        (None, Some((clients, true))) => works_for(clients),
        (None, Some((clients, false))) => {
            judged_for(clients).words("; ").quote("--client").words(" names others")
        }
        (None, None) => {
            Sentence::new().words("nobody named the clients; ").quote("--client").words(" does")
        }
    }
}

/// Whether each mode has to say for itself which clients it is about.
pub(super) fn clients_differ(report: &Report) -> bool {
    report.clients.is_none() && clients_of_all(report).is_none()
}

/// The clients that every required mode is judged for, if they are the same for all, and whether
/// all of these modes work for them.
fn clients_of_all(report: &Report) -> Option<(&[String], bool)> {
    let modes = report.providers.iter().flat_map(|provider| &provider.modes);
    let required: Vec<_> = modes.filter(|mode| mode.required).collect();
    let first = required.first()?.judged_for.as_deref()?;
    let works = required.iter().all(|mode| mode.works_for == mode.judged_for);
    required.iter().all(|mode| mode.judged_for.as_deref() == Some(first)).then_some((first, works))
}

fn works_for(clients: &[String]) -> Sentence {
    Sentence::new().words(format!("works for clients: {}", clients_words(clients)))
}

fn judged_for(clients: &[String]) -> Sentence {
    let clients = clients_words(clients);
    Sentence::new().words(format!("judged for the clients that get furthest: {clients}"))
}

/// "any", "any but 209.43.40.0/24", or the clients one by one.
pub(super) fn clients_words(clients: &[String]) -> String {
    let all = |hole: &[(u32, u32)]| match hole {
        [] => "any".to_owned(),
        holes => {
            let holes: Vec<_> =
                holes.iter().map(|hole| AddressRange::new(*hole).to_string()).collect();
            format!("any but {}", holes.join(", "))
        }
    };
    match (clients, holes(clients)) {
        (_, Some(holes)) if holes.len() <= HOLES => all(&holes),
        ([one], _) if one == "::/0" => "any".to_owned(),
        (many, _) => {
            let more = many.len().saturating_sub(CLIENTS);
            let shown = many.iter().take(CLIENTS).cloned().collect::<Vec<_>>().join(", ");
            if more == 0 { shown } else { format!("{shown} and {more} more ranges") }
        }
    }
}

/// What is missing between ranges that reach from the first IPv4 address to the last.
fn holes(ranges: &[String]) -> Option<Vec<(u32, u32)>> {
    let mut holes = Vec::new();
    let mut next = Some(0);
    for range in ranges {
        let (first, last) = ends(range)?;
        let expected: u32 = next?;
        if first != expected {
            (expected > 0).then_some(())?;
            holes.push((expected, first.checked_sub(1)?));
        }
        next = last.checked_add(1);
    }
    (next.is_none() && !ranges.is_empty()).then_some(holes)
}

/// The ends of a CIDR block or of `first-last`.
fn ends(range: &str) -> Option<(u32, u32)> {
    match range.split_once('-') {
        Some((first, last)) => {
            let number = |text: &str| text.parse::<Ipv4Addr>().ok().map(u32::from);
            Some((number(first)?, number(last)?))
        }
        None => {
            let block: Ipv4Net = range.parse().ok()?;
            Some((block.network().into(), block.broadcast().into()))
        }
    }
}

/// Modes that fare alike in all but the command that opens the data connection.
pub(super) struct ModeGroup<'a> {
    /// The first of them, which stands for all.
    pub(super) mode: &'a ModeReport,
    /// The commands: "pasv epsv".
    pub(super) data: String,
}

/// The modes of a provider, the required ones first.
pub(super) fn mode_groups(provider: &ProviderReport) -> Vec<ModeGroup<'_>> {
    let mut groups: Vec<ModeGroup<'_>> = Vec::new();
    for mode in &provider.modes {
        let alike = |group: &&mut ModeGroup<'_>| {
            let same = |mode: &ModeReport| (mode.protection, mode.family, mode.required);
            same(group.mode) == same(mode)
                && group.mode.flows == mode.flows
                && group.mode.works_for == mode.works_for
                && group.mode.notes == mode.notes
        };
        match groups.iter_mut().find(alike) {
            Some(group) => {
                group.data.push(' ');
                group.data.push_str(mode.data.as_str());
            }
            None => groups.push(ModeGroup { mode, data: mode.data.as_str().to_owned() }),
        }
    }
    groups.sort_by_key(|group| !group.mode.required);
    groups
}

impl ModeGroup<'_> {
    /// The clients that the modes are judged for which nobody named.
    pub(super) fn clients(&self) -> Option<Sentence> {
        let mode = Some(self.mode).filter(|mode| mode.required)?;
        let judged = mode.judged_for.as_deref()?;
        let works = !mode.works_for.as_deref()?.is_empty();
        Some(if works { works_for(judged) } else { judged_for(judged) })
    }
}

/// "control open, data 50 of 51 ports open".
pub(super) fn flows(mode: &ModeReport) -> String {
    let words = |flow: &FlowReport| format!("{} {}", name(flow.kind), fate(flow));
    mode.flows.iter().map(words).collect::<Vec<_>>().join(", ")
}

/// "control", "data".
pub(super) const fn name(flow: FlowKind) -> &'static str {
    match flow {
        FlowKind::Control => "control",
        FlowKind::PassiveData | FlowKind::ActiveData => "data",
    }
}

/// "open", "50 of 51 ports open".
pub(super) fn fate(flow: &FlowReport) -> String {
    match flow.verdict {
        Verdict::Works => "open".to_owned(),
        Verdict::Blocked => "blocked".to_owned(),
        Verdict::Undecided if flow.open.is_zero() => "undecided".to_owned(),
        _ => open_words(flow),
    }
}

/// Before what is [`noticed`].
pub(super) const NOTICED: &str = "what your users will see: ";

/// What people notice of required modes that fail, each thing once, and what some programs show.
pub(super) fn noticed(provider: &ProviderReport) -> Vec<(&str, Vec<Sentence>)> {
    let required = provider.modes.iter().filter(|mode| mode.required);
    let mut all: Vec<(&str, Vec<Sentence>)> = Vec::new();
    for noticed in required.flat_map(|mode| &mode.noticed) {
        if all.iter().all(|(summary, _)| *summary != noticed.summary) {
            all.push((&noticed.summary, noticed.programs.iter().map(shown).collect()));
        }
    }
    all
}

/// "curl 7.88.1: `curl: (28) Connection time-out`".
fn shown(shown: &Shown) -> Sentence {
    let sentence = Sentence::new().words(format!("{}: ", shown.program)).quote(&shown.text);
    match &shown.when {
        Some(when) => sentence.words(format!(" ({when})")),
        None => sentence,
    }
}

/// The findings that a person wants to see, and how many more there are that call for the same.
pub(super) fn findings(report: &Report) -> (Vec<&Finding>, usize) {
    let mut shown: Vec<&Finding> = Vec::new();
    let mut alike: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for finding in &report.findings {
        let count = alike.entry((finding.code.as_str(), finding.help.as_str())).or_default();
        *count += 1;
        if *count <= ALIKE {
            shown.push(finding);
        }
    }
    let more = report.findings.len() - shown.len();
    (shown, more)
}

/// "and 3 more findings of these kinds; --format json lists all of them".
pub(super) fn more_findings(more: usize) -> Sentence {
    Sentence::new()
        .words(format!("and {more} more findings of these kinds; "))
        .quote("--format json")
        .words(" lists all of them")
}

/// What else bears on the verdicts, each note once.
pub(super) fn notes(provider: &ProviderReport) -> BTreeSet<&str> {
    provider.modes.iter().flat_map(|mode| &mode.notes).map(String::as_str).collect()
}

/// Before what was [`silenced`].
pub(super) const SILENCED: &str = "silenced by the configuration:";

/// "2 FTP-A1 left out: the reason".
pub(super) fn silenced(report: &Report) -> Vec<Sentence> {
    let one = |silenced: &Silenced| {
        let Silenced { code, severity, reason, count } = silenced;
        let done = match severity {
            Level::Off => "left out".to_owned(),
            milder => format!("made {milder}"),
        };
        Sentence::new().words(format!("{count} {code} {done}: ")).quote(reason)
    };
    report.silenced.iter().map(one).collect()
}

/// Before [`unmodelled`].
pub(super) const fn unmodelled_heading(report: &Report) -> &'static str {
    match report.verdict {
        Verdict::Works => {
            "what cannot be decided from the rule set, and makes no difference to the verdict:"
        }
        _ => "what cannot be decided from the rule set:",
    }
}

/// What is not modelled, each thing with the lines where it stands: "lines 1, 2 and 3 more".
pub(super) fn unmodelled(unmodelled: &[UnmodelledLine]) -> Vec<(&str, String)> {
    let mut groups: Vec<(&str, Vec<u32>)> = Vec::new();
    for line in unmodelled {
        match groups.iter_mut().find(|(what, _)| *what == line.what) {
            Some((_, lines)) => lines.push(line.line),
            None => groups.push((&line.what, vec![line.line])),
        }
    }
    let words = |mut lines: Vec<u32>| {
        lines.dedup();
        let shown: Vec<_> = lines.iter().take(LINES).map(u32::to_string).collect();
        let more = match lines.len().checked_sub(LINES) {
            Some(more) if more > 0 => format!(" and {more} more"),
            _ => String::new(),
        };
        let noun = if lines.len() == 1 { "line" } else { "lines" };
        format!("{noun} {}{more}", shown.join(", "))
    };
    groups.into_iter().map(|(what, lines)| (what, words(lines))).collect()
}
