use std::fmt::Write;

use super::paint::Paint;
use crate::audit::open_words;
use crate::audit::{
    FlowReport, Gap, ModeReport, ProviderReport, Report, Severity, UnmodelledLine, Verdict,
};
use crate::firewall::Fate;
use crate::ftp::FlowKind;
use crate::space::Count;

/// The answer first, then mode by mode, then what is missing and who is to blame.
pub(super) fn text(report: &Report, paint: Paint) -> String {
    let mut out = String::new();
    headline(&mut out, report, paint);
    let clients_said = clients_of_all(report).is_some();
    for provider in &report.providers {
        provider_text(&mut out, provider, clients_said, paint);
    }
    findings(&mut out, report, paint);
    unmodelled(&mut out, &report.unmodelled, paint);
    out
}

fn headline(out: &mut String, report: &Report, paint: Paint) {
    let names: Vec<_> = report.providers.iter().map(|provider| provider.name.as_str()).collect();
    let file = report.rule_set.file.as_deref().unwrap_or("this rule set");
    let verdict = paint.verdict(report.verdict, report.verdict.as_str());
    let at = report.rule_set.at;
    let _ = write!(out, "{verdict}: FTP to {} through {file} at {at}", names.join(" and "));
    if let Some(because) = &report.rule_set.at_because {
        let _ = write!(out, " (chosen because {because}; --at overrides)");
    }
    out.push('\n');
    match (&report.clients, clients_of_all(report)) {
        (Some(clients), _) => {
            let _ = writeln!(out, "clients: {}", clients.join(", "));
        }
        (None, Some((clients, true))) => {
            let _ = writeln!(out, "works for clients: {}", clients_words(clients));
        }
        (None, Some((clients, false))) => {
            let clients = clients_words(clients);
            let _ = writeln!(
                out,
                "judged for the clients that get furthest: {clients}; --client names others"
            );
        }
        (None, None) => {
            let _ = writeln!(out, "nobody named the clients; --client does");
        }
    }
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

fn clients_words(clients: &[String]) -> String {
    match clients {
        [one] if one == "0.0.0.0/0" || one == "::/0" => "any".to_owned(),
        many => many.join(", "),
    }
}

fn provider_text(out: &mut String, provider: &ProviderReport, clients_said: bool, paint: Paint) {
    let name = paint.strong(format!("{} ({})", provider.name, provider.id));
    let _ =
        writeln!(out, "\n{name}: {}", paint.verdict(provider.verdict, provider.verdict.as_str()));
    let mut groups = groups(&provider.modes);
    groups.sort_by_key(|group| group.first().is_none_or(|mode| !mode.required));
    for group in groups {
        mode_line(out, &group, paint);
        if !clients_said {
            clients_line(out, &group);
        }
    }
    let notes = provider.modes.iter().flat_map(|mode| &mode.notes);
    let distinct: std::collections::BTreeSet<_> = notes.collect();
    for note in distinct {
        let _ = writeln!(out, "  note: {note}");
    }
    // Why a mode does not work that nobody needs is said in one finding.
    let required: Vec<_> = provider.modes.iter().filter(|mode| mode.required).collect();
    let gaps = gap_groups(&required);
    for gap in gaps.iter().take(GAPS) {
        gap_text(out, gap, paint);
    }
    if let Some(more) = gaps.len().checked_sub(GAPS).filter(|more| *more > 0) {
        let _ = writeln!(out, "\n  and {more} more gaps; --format json lists all of them");
    }
}

/// Modes that fare alike in all but the command that opens the data connection.
fn groups(modes: &[ModeReport]) -> Vec<Vec<&ModeReport>> {
    let mut groups: Vec<Vec<&ModeReport>> = Vec::new();
    for mode in modes {
        let alike = |other: &&ModeReport| {
            let same = |mode: &ModeReport| (mode.protection, mode.family, mode.required);
            same(other) == same(mode)
                && other.flows == mode.flows
                && other.works_for == mode.works_for
                && other.notes == mode.notes
        };
        match groups.iter_mut().find(|group| group.first().is_some_and(alike)) {
            Some(group) => group.push(mode),
            None => groups.push(vec![mode]),
        }
    }
    groups
}

fn mode_line(out: &mut String, group: &[&ModeReport], paint: Paint) {
    let Some(mode) = group.first() else { return };
    let data: Vec<_> = group.iter().map(|mode| mode.data.as_str()).collect();
    let flows: Vec<_> = mode.flows.iter().map(flow_words).collect();
    let verdict = paint.verdict(mode.verdict, format!("{:<9}", mode.verdict.as_str()));
    let required = if mode.required { "" } else { " (not required)" };
    let _ = writeln!(
        out,
        "  {verdict} {:<12} {:<9} {}  {}{required}",
        mode.protection.as_str(),
        data.join(" "),
        mode.family,
        flows.join(", "),
    );
}

/// The clients that modes are judged for which nobody named.
fn clients_line(out: &mut String, group: &[&ModeReport]) {
    let Some(mode) = group.first().filter(|mode| mode.required) else { return };
    if let (Some(works_for), Some(judged_for)) = (&mode.works_for, &mode.judged_for) {
        let what = if works_for.is_empty() {
            "judged for the clients that get furthest:"
        } else {
            "works for clients:"
        };
        let _ = writeln!(out, "            {what} {}", clients_words(judged_for));
    }
}

/// "control open", "data 12800 of 13056 open".
fn flow_words(flow: &FlowReport) -> String {
    let name = match flow.kind {
        FlowKind::Control => "control",
        FlowKind::PassiveData | FlowKind::ActiveData => "data",
    };
    match flow.verdict {
        Verdict::Works => format!("{name} open"),
        Verdict::Blocked => format!("{name} blocked"),
        Verdict::Undecided if flow.open.is_zero() => format!("{name} undecided"),
        _ => format!("{name} {}", open_words(flow)),
    }
}

/// A gap, and the modes that have it.
struct GapGroup<'a> {
    gap: &'a Gap,
    modes: Vec<&'a ModeReport>,
}

fn gap_groups<'a>(modes: &[&'a ModeReport]) -> Vec<GapGroup<'a>> {
    let mut groups: Vec<GapGroup<'_>> = Vec::new();
    for mode in modes.iter().copied() {
        for gap in &mode.gaps {
            match groups.iter_mut().find(|group| group.gap == gap) {
                Some(group) => group.modes.push(mode),
                None => groups.push(GapGroup { gap, modes: vec![mode] }),
            }
        }
    }
    groups.sort_by_key(|group| (group.gap.undecided, group.gap.flow));
    groups
}

fn gap_text(out: &mut String, group: &GapGroup<'_>, paint: Paint) {
    let gap = group.gap;
    let mut modes: Vec<_> = group.modes.iter().map(|mode| mode.protection.as_str()).collect();
    modes.dedup();
    let verb = if gap.undecided { "undecided" } else { "missing" };
    let flow = gap.flow.as_str().replace('-', " ");
    let heading = paint.strong(format!("{verb}: {flow}"));
    let _ = writeln!(out, "\n  {heading} ({})", modes.join(", "));
    for entry in gap.space.iter().take(BOXES) {
        let _ = writeln!(
            out,
            "    tcp from {} port {} to {} port {}",
            entry.src, entry.sport, entry.dst, entry.dport
        );
    }
    let hidden = gap.space.len().saturating_sub(BOXES) as u64;
    let more = gap.more + Count::from(hidden);
    if !more.is_zero() {
        let _ = writeln!(out, "    and {more} more boxes");
    }
    let done = match (gap.undecided, gap.fate) {
        (true, _) => "may be stopped by",
        (false, Fate::Reject) => "rejected by",
        (false, _) => "dropped by",
    };
    let packet = match gap.packet {
        crate::eval::symbolic::Stage::Syn => String::new(),
        packet => format!(" (at {})", packet.words()),
    };
    let _ = writeln!(out, "    {done} {}{packet}", gap.by);
    for condition in gap.conditions.iter().take(CONDITIONS) {
        let depends = match &condition.decided_by {
            // What can be given is said once, below.
            Some(options) => format!("depends on {options}"),
            None => format!("depends on {condition}"),
        };
        let _ = writeln!(out, "      {}", paint.dim(depends));
    }
    if gap.conditions.len() > CONDITIONS {
        let more = gap.conditions.len() - CONDITIONS;
        let _ = writeln!(out, "      {}", paint.dim(format!("and on {more} more rules")));
    }
}

/// How many gaps of a provider are shown to a person.
const GAPS: usize = 20;

/// How many boxes of a gap are shown to a person.
const BOXES: usize = 10;

/// How many conditions of a gap are shown to a person.
const CONDITIONS: usize = 5;

fn findings(out: &mut String, report: &Report, paint: Paint) {
    if !report.findings.is_empty() {
        out.push('\n');
    }
    for finding in &report.findings {
        let severity = match finding.severity {
            Severity::Error => paint.verdict(Verdict::Blocked, "error"),
            Severity::Warning => paint.verdict(Verdict::Partly, "warning"),
            Severity::Info => paint.strong("info"),
        };
        let _ = writeln!(out, "{severity} {}: {}", finding.code, finding.message);
        let _ = writeln!(out, "  help: {}", finding.help);
    }
}

/// What is not modelled, each thing with the lines where it stands.
fn unmodelled(out: &mut String, unmodelled: &[UnmodelledLine], paint: Paint) {
    let mut groups: Vec<(&str, Vec<u32>)> = Vec::new();
    for line in unmodelled {
        match groups.iter_mut().find(|(what, _)| *what == line.what) {
            Some((_, lines)) => lines.push(line.line),
            None => groups.push((&line.what, vec![line.line])),
        }
    }
    if groups.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", paint.strong("what cannot be decided from the rule set:"));
    for (what, mut lines) in groups {
        lines.dedup();
        let shown: Vec<_> = lines.iter().take(LINES).map(u32::to_string).collect();
        let more = match lines.len().checked_sub(LINES) {
            Some(more) if more > 0 => format!(" and {more} more"),
            _ => String::new(),
        };
        let noun = if lines.len() == 1 { "line" } else { "lines" };
        let _ = writeln!(out, "  {what}: {noun} {}{more}", shown.join(", "));
    }
}

/// How many lines are listed for each thing that is not modelled.
const LINES: usize = 12;
