use super::facts::{self, ModeGroup};
use super::gaps::{Stop, more_gaps, stops};
use super::page::{Line, Look, Page};
use super::remedy::{self, Remedy};
use super::sentence::Sentence;
use crate::audit::{ProviderReport, Report, Verdict};

/// The answer first, then mode by mode, then what is missing and who is to blame, and what to do at the
/// end, where the eye is when the command is done.
pub(super) fn text(report: &Report, mut page: Page) -> String {
    headline(&mut page, report);
    let clients_differ = facts::clients_differ(report);
    for provider in &report.providers {
        provider_text(&mut page, provider, clients_differ);
    }
    findings(&mut page, report);
    silenced(&mut page, report);
    unmodelled(&mut page, report);
    remedy_text(&mut page, report);
    page.finish()
}

fn headline(page: &mut Page, report: &Report) {
    let line = Line::new().verdict(report.verdict).words(": ").sentence(&facts::question(report));
    page.line(
        0,
        2,
        match facts::placement_reason(report) {
            Some(reason) => line.words(" (").sentence(&reason).words(")"),
            None => line,
        },
    );
    page.line(0, 2, Line::new().sentence(&facts::clients(report)));
}

fn provider_text(page: &mut Page, provider: &ProviderReport, clients_differ: bool) {
    page.blank();
    let name = format!("{} ({})", provider.name, provider.id);
    let name = Line::new().look(Look::Strong, name).words(": ");
    page.line(0, 2, name.verdict(provider.verdict));
    for group in facts::mode_groups(provider) {
        mode_line(page, &group);
        if let Some(clients) = group.clients().filter(|_| clients_differ) {
            page.line(12, 14, Line::new().sentence(&clients));
        }
    }
    for note in facts::notes(provider) {
        page.line(2, 4, Line::new().words(format!("note: {note}")));
    }
    let (stops, more) = stops(provider);
    for stop in &stops {
        stop_text(page, stop);
    }
    if more > 0 {
        page.blank();
        page.line(2, 4, Line::new().sentence(&more_gaps(more)));
    }
    for (summary, programs) in facts::noticed(provider) {
        page.blank();
        page.line(2, 4, Line::new().look(Look::Strong, facts::NOTICED).words(summary));
        for program in programs {
            page.line(4, 6, Line::new().sentence(&program));
        }
    }
}

fn mode_line(page: &mut Page, group: &ModeGroup<'_>) {
    let mode = group.mode;
    let optional = if mode.required { "" } else { " (optional)" };
    let verdict = format!("{:<9}", mode.verdict.as_str());
    let line = Line::new().look(Look::Verdict(mode.verdict), verdict).words(format!(
        " {:<12} {:<9} {}  {}{optional}",
        mode.protection.as_str(),
        group.data,
        mode.family,
        facts::flows(mode),
    ));
    page.line(2, 12, line);
}

fn stop_text(page: &mut Page, stop: &Stop<'_>) {
    page.blank();
    let (stopped, rule) = stop.stopped();
    let line = Line::new().look(Look::Strong, stop.heading()).words(format!(": {stopped}"));
    page.line(
        2,
        4,
        match rule {
            Some(rule) => line.words(": ").quote(rule),
            None => line,
        },
    );
    for condition in &stop.conditions {
        page.line(4, 6, Line::new().styled(Look::Dim, condition));
    }
    for missing in &stop.missing {
        let (name, boxes) = (missing.name(), missing.boxes());
        match boxes.as_slice() {
            [only] => page.line(4, 6, Line::new().words(format!("{name}: {only}"))),
            several => {
                page.line(4, 6, Line::new().words(format!("{name}:")));
                for one in several {
                    page.line(6, 8, Line::new().words(one));
                }
            }
        }
    }
}

fn findings(page: &mut Page, report: &Report) {
    let (shown, more) = facts::findings(report);
    page.findings(shown);
    if more > 0 {
        page.line(0, 2, Line::new().sentence(&facts::more_findings(more)));
    }
}

fn silenced(page: &mut Page, report: &Report) {
    let silenced = facts::silenced(report);
    if !silenced.is_empty() {
        page.blank();
        page.line(0, 2, Line::new().look(Look::Strong, facts::SILENCED));
    }
    for one in silenced {
        page.line(2, 4, Line::new().sentence(&one));
    }
}

fn unmodelled(page: &mut Page, report: &Report) {
    if report.unmodelled.is_empty() {
        return;
    }
    page.blank();
    page.line(0, 2, Line::new().look(Look::Strong, facts::unmodelled_heading(report)));
    for (what, lines) in facts::unmodelled(&report.unmodelled) {
        page.line(2, 4, Line::new().quote(what).words(format!(": {lines}")));
    }
}

fn remedy_text(page: &mut Page, report: &Report) {
    let Some(remedy) = Remedy::of(report) else { return };
    page.blank();
    let line = Line::new().look(Look::Strong, "fix");
    page.line(0, 2, line.words(format!(": {}", remedy.heading)));
    for fix in remedy.fixes {
        page.line(2, 4, Line::new().words("add ").sentence(&remedy::spot(fix)).words(":"));
        for rule in fix.text.lines() {
            let rule = Sentence::new().quote(rule);
            page.line(4, 4, Line::new().styled(Look::Verdict(Verdict::Works), &rule));
        }
    }
    if !remedy.fixes.is_empty() {
        page.line(2, 4, Line::new().sentence(&remedy.hint()));
    }
    for unfixed in remedy.unfixed() {
        page.line(2, 4, Line::new().sentence(&unfixed));
    }
}
