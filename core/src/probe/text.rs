//! The report for a person.

use super::predict::Predicted;
use super::report::{ProbeOutcome, ProbeReport, ProbedData, ProbedMode, ProbedSession};
use crate::audit::Verdict;
use crate::render::page::{Line, Look, Page};
use crate::render::{self, counted};

impl ProbeReport {
    /// The report as JSON.
    pub fn to_json(&self) -> String {
        render::to_json(self)
    }

    /// The report for a person, with terminal colours if `colours`, and with its sentences broken into
    /// lines of at most `width` characters if there is one.
    pub fn to_text(&self, colours: bool, width: Option<usize>) -> String {
        text(self, Page::new(colours, width))
    }

    /// Whether everything that was tried works.
    pub fn is_ok(&self) -> bool {
        self.verdict == Verdict::Works
    }
}

/// So many attempts of one way to transfer data are told.
const SHOWN: usize = 10;

/// The answer first, then session by session, then what explains it.
fn text(report: &ProbeReport, mut page: Page) -> String {
    let sessions = report.sessions.len();
    let line = Line::new().verdict(report.verdict).words(format!(
        ": {}, {}",
        counted(sessions as u64, "session"),
        counted(report.connections.into(), "connection")
    ));
    let line = if report.complete { line } else { line.words(", not everything was tried") };
    page.line(0, 2, line);
    for session in &report.sessions {
        page.blank();
        session_text(&mut page, session);
    }
    page.findings(&report.findings);
    if !report.notes.is_empty() {
        page.blank();
    }
    for note in &report.notes {
        page.line(0, 2, Line::new().words(format!("note: {note}")));
    }
    page.finish()
}

fn look(outcome: ProbeOutcome) -> Look {
    Look::Verdict(outcome.verdict())
}

fn session_text(page: &mut Page, session: &ProbedSession) {
    let line = Line::new().look(Look::Strong, &session.host);
    let line = line.words(format!(" ({}), {}: ", session.server, session.protection));
    page.line(0, 2, line.verdict(session.verdict));
    let code = session.finding.map(|code| format!(" ({code})")).unwrap_or_default();
    let line = Line::new().look(look(session.outcome), session.outcome.as_str());
    page.line(2, 4, line.words(format!(" control: {}{code}", session.message)));
    predicted(page, session.predicted.as_ref());
    if let Some(client) = &session.client {
        page.line(2, 4, Line::new().words(format!("from: {client}")));
    }
    if let Some(greeting) = &session.greeting {
        page.line(2, 4, Line::new().words("greeting: ").quote(greeting));
    }
    if let Some(tls) = &session.tls {
        let certificate = match &tls.why {
            None => "the certificate is valid".to_owned(),
            Some(why) => format!("the certificate is not valid: {why}"),
        };
        let data = match tls.data_protected {
            Some(false) => "; the server does not protect data",
            Some(true) | None => "",
        };
        let words = format!("TLS {}: {certificate}{data}", tls.version);
        page.line(2, 4, Line::new().words(words));
    }
    for mode in &session.modes {
        mode_text(page, mode);
    }
}

fn mode_text(page: &mut Page, mode: &ProbedMode) {
    let code = mode.finding.map(|code| format!(" ({code})")).unwrap_or_default();
    let line = Line::new().verdict(mode.verdict);
    page.line(2, 4, line.words(format!(" {}: {}{code}", mode.data, mode.message)));
    predicted(page, mode.predicted.as_ref());
    let secured = mode.samples.iter().filter(|one| one.resumed.is_some()).count();
    if secured > 0 {
        let reused = mode.samples.iter().filter(|one| one.resumed == Some(true)).count();
        let words =
            format!("TLS session of the control connection: reused {reused} of {secured} times");
        page.line(4, 6, Line::new().words(words));
    }
    let telling = mode.samples.iter().filter(|one| tells(one));
    for sample in telling.clone().take(SHOWN) {
        sample_text(page, sample);
    }
    let more = telling.count().saturating_sub(SHOWN);
    if more > 0 {
        page.line(4, 6, Line::new().words(format!("and {more} more")));
    }
}

/// Whether an attempt is worth a line: those that worked as they should are counted above.
fn tells(sample: &ProbedData) -> bool {
    let contradicted = sample.predicted.as_ref().is_some_and(|said| said.agrees == Some(false));
    sample.outcome != ProbeOutcome::Works || contradicted || sample.in_range == Some(false)
}

fn sample_text(page: &mut Page, sample: &ProbedData) {
    let line = Line::new().look(look(sample.outcome), sample.outcome.as_str());
    let announced = sample.announced.as_ref().map(|to| format!(" {to}")).unwrap_or_default();
    let range = if sample.in_range == Some(false) { ", not in the published range" } else { "" };
    let rest = format!("{announced}{range}: {}, {} ms", sample.message, sample.milliseconds);
    page.line(4, 6, line.words(rest));
    if let Some(said) = sample.predicted.as_ref().filter(|said| said.agrees != Some(true)) {
        prediction(page, 6, said);
    }
}

fn predicted(page: &mut Page, predicted: Option<&Predicted>) {
    if let Some(predicted) = predicted {
        prediction(page, 4, predicted);
    }
}

fn prediction(page: &mut Page, indent: usize, predicted: &Predicted) {
    page.predicted(indent, predicted.agrees, &predicted.message, predicted.by.as_deref());
}
