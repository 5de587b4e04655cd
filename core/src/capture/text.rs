//! The report for a person.

use super::report::{
    CaptureEnd, CaptureReport, CapturedSession, CapturedTransfer, Decided, Outcome,
};
use crate::audit::Verdict;
use crate::render::page::{Line, Look, Page};
use crate::render::{self, counted};

impl CaptureReport {
    /// The report as JSON: the same bytes in every language.
    pub fn to_json(&self) -> String {
        render::to_json(self)
    }

    /// The report for a person, with terminal colours if `colours`, and with its sentences broken into
    /// lines of at most `width` characters if there is one.
    pub fn to_text(&self, colours: bool, width: Option<usize>) -> String {
        text(self, Page::new(colours, width))
    }

    /// Whether everything in the capture worked.
    pub fn is_ok(&self) -> bool {
        self.verdict == Verdict::Works
    }
}

/// The answer first, then session by session, then what explains it.
fn text(report: &CaptureReport, mut page: Page) -> String {
    headline(&mut page, report);
    let mut number = 1;
    for group in report.sessions.chunk_by(alike) {
        page.blank();
        session_text(&mut page, number, group);
        number += group.len();
    }
    page.findings(&report.findings);
    if !(report.notes.is_empty() && report.lost.is_empty()) {
        page.blank();
    }
    for note in &report.notes {
        page.line(0, 2, Line::new().words(format!("note: {note}")));
    }
    for loss in &report.lost {
        let line = format!("not looked at: {} {}", loss.count, loss.what);
        page.line(0, 2, Line::new().look(Look::Dim, line));
    }
    page.finish()
}

fn headline(page: &mut Page, report: &CaptureReport) {
    let totals = &report.totals;
    let line = Line::new().verdict(report.verdict).words(": ");
    let line = match &report.capture.file {
        Some(file) => line.quote(file).words(": "),
        None => line,
    };
    let mut transfers = counted(totals.transfers, "transfer");
    if totals.transfers > 0 {
        transfers += &format!(
            " ({} worked, {} failed, {} undecided)",
            totals.transfers_worked, totals.transfers_failed, totals.transfers_undecided
        );
    }
    let mut sessions = counted(totals.sessions, "FTP session");
    if totals.sessions_failed > 0 {
        sessions += &format!(" ({} failed)", totals.sessions_failed);
    }
    page.line(0, 2, line.words(format!("{sessions}, {transfers}")));
    let facts = &report.capture;
    let seconds = facts.milliseconds / 1000;
    let tenths = facts.milliseconds / 100 % 10;
    let end = match (facts.end, facts.damaged_at) {
        (CaptureEnd::Complete, _) => String::new(),
        (CaptureEnd::Truncated, _) => "; it is cut off in the middle of a packet".to_owned(),
        (CaptureEnd::Damaged, at) => {
            format!("; it cannot be read from byte {} on", at.unwrap_or_default())
        }
    };
    let links = if facts.links.is_empty() {
        String::new()
    } else {
        format!(", {}", facts.links.join(", "))
    };
    let read = format!(
        "{} in {seconds}.{tenths} s ({}{links}){end}",
        counted(facts.packets, "packet"),
        facts.form
    );
    page.line(0, 2, Line::new().words(read));
}

fn look(outcome: Outcome) -> Look {
    outcome.verdict().map_or(Look::Plain, Look::Verdict)
}

/// Which outcome it is, and whether that is sure.
fn word(outcome: Outcome, certain: bool) -> String {
    if certain { outcome.to_string() } else { format!("probably {outcome}") }
}

/// Whether two sessions are attempts that fared alike, and came to nothing.
fn alike(one: &CapturedSession, other: &CapturedSession) -> bool {
    let host = |session: &CapturedSession| {
        session.client.rsplit_once(':').map(|(host, _)| host.to_owned())
    };
    let nothing = |session: &CapturedSession| {
        session.transfers.is_empty() && session.control != Outcome::Works
    };
    nothing(one)
        && nothing(other)
        && host(one) == host(other)
        && (&one.server, one.control, one.certain, one.vantage)
            == (&other.server, other.control, other.certain, other.vantage)
        && one.decided == other.decided
}

/// Several if they are alike; then the first speaks for all.
fn session_text(page: &mut Page, number: usize, group: &[CapturedSession]) {
    let Some(session) = group.first() else { return };
    let last = number + group.len() - 1;
    let title = match group.len() {
        1 => format!("session {number}"),
        _ => format!("sessions {number} to {last}"),
    };
    let providers = match session.providers.as_slice() {
        [] => String::new(),
        ids => format!(" ({})", ids.join(", ")),
    };
    let name = format!("{title}: {} to {}{providers}", session.client, session.server);
    let line = Line::new().look(Look::Strong, name);
    page.line(0, 2, line.words(format!(", {}, packet {}", session.protection, session.packet)));
    let line = Line::new().look(look(session.control), word(session.control, session.certain));
    let code = session.finding.map(|code| format!(" ({code})")).unwrap_or_default();
    page.line(2, 4, line.words(format!(" control: {}{code}", session.message)));
    decided(page, session.decided.as_ref());
    let because = format!("taken at: {} ({})", session.vantage, session.vantage_because);
    page.line(2, 4, Line::new().words(because));
    for transfer in &session.transfers {
        transfer_text(page, transfer);
    }
    if session.more_transfers > 0 {
        page.line(
            2,
            4,
            Line::new().words(format!("and {} more", counted(session.more_transfers, "transfer"))),
        );
    }
}

fn transfer_text(page: &mut Page, transfer: &CapturedTransfer) {
    let line = Line::new().look(look(transfer.outcome), word(transfer.outcome, transfer.certain));
    let what = transfer.command.as_deref().unwrap_or("data");
    let how = match transfer.mode {
        Some(mode) => format!(" by {mode}"),
        None => format!(" by {}", transfer.flow),
    };
    let connection = transfer.connection.as_ref().map(|connection| connection.destination.as_str());
    let to = connection.or(transfer.announced.as_deref());
    let to = to.map(|to| format!(" to {to}")).unwrap_or_default();
    let code = transfer.finding.map(|code| format!(" ({code})")).unwrap_or_default();
    let packet = transfer.packet;
    let rest = format!(" {what}{how}{to}, packet {packet}: {}{code}", transfer.message);
    page.line(2, 4, line.words(rest));
    decided(page, transfer.decided.as_ref());
}

fn decided(page: &mut Page, decided: Option<&Decided>) {
    if let Some(Decided { agrees, message, by, .. }) = decided {
        page.predicted(4, *agrees, message, Some(&by.to_string()));
    }
}
