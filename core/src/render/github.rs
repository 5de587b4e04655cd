use std::fmt::Write;

use super::facts;
use super::gaps::file_of;
use super::remedy::{self, Remedy};
use crate::audit::{Finding, Report, Severity, Verdict};

/// How many rules an annotation shows.
const RULES: usize = 10;

/// One workflow command per line: the verdict, then the findings.
/// <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>
pub(super) fn github(report: &Report) -> String {
    let mut out = String::new();
    let level = match report.verdict {
        Verdict::Works => "notice",
        Verdict::Undecided => "warning",
        Verdict::Partly | Verdict::Blocked => "error",
    };
    let file = file_of(report, None).map(|file| ("file", file.to_owned()));
    let title = Some(("title", format!("FTP {}", report.verdict)));
    let mut headline = format!("{}\n{}", facts::question(report), facts::clients(report));
    for silenced in facts::silenced(report) {
        let _ = write!(headline, "\n{} {silenced}", facts::SILENCED);
    }
    remedy(&mut headline, report);
    command(&mut out, level, [file, None, title], &headline);
    for finding in &report.findings {
        annotation(&mut out, report, finding);
    }
    out
}

/// What to do, as far as there is room beside the lines of a pull request.
fn remedy(out: &mut String, report: &Report) {
    let Some(remedy) = Remedy::of(report) else { return };
    let _ = write!(out, "\nfix: {}", remedy.heading);
    let mut room = RULES;
    for fix in remedy.fixes {
        let rules = fix.text.lines().count();
        if rules > room {
            let _ = write!(out, "\nthere are more places: {}", remedy.hint());
            break;
        }
        room -= rules;
        let _ = write!(out, "\nadd {}:\n{}", remedy::spot(fix), fix.text);
    }
    for unfixed in remedy.unfixed() {
        let _ = write!(out, "\n{unfixed}");
    }
}

fn annotation(out: &mut String, report: &Report, finding: &Finding) {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let file = file_of(report, finding.rule_set.as_deref());
    let line = finding.line.filter(|_| file.is_some());
    let properties = [
        file.map(|file| ("file", file.to_owned())),
        line.map(|line| ("line", line.to_string())),
        Some(("title", finding.code.to_string())),
    ];
    let message = format!("{}\nhelp: {}", finding.message, finding.help);
    command(out, level, properties, &message);
}

/// One workflow command.
pub(super) fn command(
    out: &mut String,
    level: &str,
    properties: [Option<(&str, String)>; 3],
    message: &str,
) {
    let properties: Vec<_> = properties
        .into_iter()
        .flatten()
        .map(|(name, value)| format!("{name}={}", property(&value)))
        .collect();
    let _ = writeln!(out, "::{level} {}::{}", properties.join(","), data(message));
}

/// What `escapeData` does in `command.ts` of `@actions/core`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What `escapeProperty` does there.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
