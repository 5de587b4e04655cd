use std::fmt::Write;

use super::facts::{self, ModeGroup};
use super::gaps::{GapGroup, gap_groups, more_gaps};
use super::paint::Paint;
use crate::audit::{ProviderReport, Report, Severity, UnmodelledLine, Verdict};

/// The answer first, then mode by mode, then what is missing and who is to blame.
pub(super) fn text(report: &Report, paint: Paint) -> String {
    let mut out = String::new();
    headline(&mut out, report, paint);
    let clients_differ = facts::clients_differ(report);
    for provider in &report.providers {
        provider_text(&mut out, provider, clients_differ, paint);
    }
    findings(&mut out, report, paint);
    silenced(&mut out, report, paint);
    unmodelled(&mut out, &report.unmodelled, paint);
    out
}

fn headline(out: &mut String, report: &Report, paint: Paint) {
    let verdict = paint.verdict(report.verdict, report.verdict.as_str());
    let _ = write!(out, "{verdict}: {}", facts::question(report));
    if let Some(reason) = facts::placement_reason(report) {
        let _ = write!(out, " ({reason})");
    }
    let _ = writeln!(out, "\n{}", facts::clients(report));
}

fn provider_text(out: &mut String, provider: &ProviderReport, clients_differ: bool, paint: Paint) {
    let name = paint.strong(format!("{} ({})", provider.name, provider.id));
    let _ =
        writeln!(out, "\n{name}: {}", paint.verdict(provider.verdict, provider.verdict.as_str()));
    for group in facts::mode_groups(provider) {
        mode_line(out, &group, paint);
        if let Some(clients) = group.clients().filter(|_| clients_differ) {
            let _ = writeln!(out, "            {clients}");
        }
    }
    for note in facts::notes(provider) {
        let _ = writeln!(out, "  note: {note}");
    }
    let (gaps, more) = gap_groups(provider);
    for gap in &gaps {
        gap_text(out, gap, paint);
    }
    if more > 0 {
        let _ = writeln!(out, "\n  {}", more_gaps(more));
    }
    for (summary, programs) in facts::noticed(provider) {
        let _ = writeln!(out, "\n  {}{summary}", paint.strong(facts::NOTICED));
        for program in programs {
            let _ = writeln!(out, "    {program}");
        }
    }
}

fn mode_line(out: &mut String, group: &ModeGroup<'_>, paint: Paint) {
    let mode = group.mode;
    let verdict = paint.verdict(mode.verdict, format!("{:<9}", mode.verdict.as_str()));
    let required = if mode.required { "" } else { " (not required)" };
    let _ = writeln!(
        out,
        "  {verdict} {:<12} {:<9} {}  {}{required}",
        mode.protection.as_str(),
        group.data,
        mode.family,
        facts::flows(mode),
    );
}

fn gap_text(out: &mut String, group: &GapGroup<'_>, paint: Paint) {
    let heading = paint.strong(group.heading());
    let _ = writeln!(out, "\n  {heading} ({})", group.protections());
    for line in group.boxes() {
        let _ = writeln!(out, "    {line}");
    }
    let _ = writeln!(out, "    {}", group.stopped());
    for condition in group.conditions() {
        let _ = writeln!(out, "      {}", paint.dim(condition));
    }
}

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

fn silenced(out: &mut String, report: &Report, paint: Paint) {
    let silenced = facts::silenced(report);
    if !silenced.is_empty() {
        let _ = writeln!(out, "\n{}", paint.strong(facts::SILENCED));
    }
    for one in silenced {
        let _ = writeln!(out, "  {one}");
    }
}

fn unmodelled(out: &mut String, unmodelled: &[UnmodelledLine], paint: Paint) {
    if unmodelled.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", paint.strong(facts::UNMODELLED));
    for (what, lines) in facts::unmodelled(unmodelled) {
        let _ = writeln!(out, "  {what}: {lines}");
    }
}
