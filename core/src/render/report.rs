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
    for provider in &report.providers {
        provider_text(&mut out, provider, paint);
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
    if let Some(clients) = &report.clients {
        let _ = writeln!(out, "clients: {}", clients.join(", "));
    }
}

fn provider_text(out: &mut String, provider: &ProviderReport, paint: Paint) {
    let name = paint.strong(format!("{} ({})", provider.name, provider.id));
    let _ =
        writeln!(out, "\n{name}: {}", paint.verdict(provider.verdict, provider.verdict.as_str()));
    let mut groups = groups(&provider.modes);
    groups.sort_by_key(|group| group.first().is_none_or(|mode| !mode.required));
    for group in groups {
        mode_line(out, &group, paint);
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
    let required = if mode.required { "" } else { ", not required" };
    let _ = writeln!(
        out,
        "  {verdict} {:<12} {:<9} {}  {}{required}",
        mode.protection.as_str(),
        data.join(" "),
        mode.family,
        flows.join(", "),
    );
    if let Some(clients) = mode.works_for.as_ref().filter(|clients| !clients.is_empty()) {
        let _ = writeln!(out, "            works for clients {}", clients.join(", "));
    }
    for note in &mode.notes {
        let _ = writeln!(out, "            {note}");
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
        Verdict::Blocked if flow.open.is_zero() => format!("{name} blocked"),
        Verdict::Undecided if flow.open.is_zero() => format!("{name} undecided"),
        Verdict::Partly if flow.open.is_zero() => format!("{name} partly undecided, rest blocked"),
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
        let _ = writeln!(out, "      {}", paint.dim(format!("depends on {condition}")));
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
    let _ = writeln!(out, "\n{}", paint.strong("not modelled, so neither matched nor ignored:"));
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
