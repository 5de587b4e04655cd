//! What reports of rule sets, captures and probes show alike to a person.

use super::page::{Line, Look, Page};
use crate::audit::{Finding, Severity, Verdict};

impl Page {
    /// Findings, with what to do about each.
    pub(crate) fn findings<'f>(&mut self, findings: impl IntoIterator<Item = &'f Finding>) {
        for (number, finding) in findings.into_iter().enumerate() {
            if number == 0 {
                self.blank();
            }
            let look = match finding.severity {
                Severity::Error => Look::Verdict(Verdict::Blocked),
                Severity::Warning => Look::Verdict(Verdict::Partly),
                Severity::Info => Look::Strong,
            };
            let line = Line::new().look(look, finding.severity.as_str());
            self.line(0, 2, line.words(format!(" {}: {}", finding.code, finding.message)));
            self.line(2, 4, Line::new().words(format!("help: {}", finding.help)));
        }
    }

    /// What a rule set makes of something that was observed; it stands out unless it `agrees`.
    #[cfg(any(feature = "capture", feature = "probe"))]
    pub(crate) fn predicted(
        &mut self,
        indent: usize,
        agrees: Option<bool>,
        message: &str,
        by: Option<&str>,
    ) {
        let look = match agrees {
            Some(true) => Look::Plain,
            Some(false) | None => Look::Verdict(Verdict::Undecided),
        };
        let line = Line::new().look(look, message);
        let line = match by {
            Some(by) => line.words(": ").quote(by),
            None => line,
        };
        self.line(indent, indent + 2, line);
    }
}

/// "1 session", "3 sessions".
#[cfg(any(feature = "capture", feature = "probe"))]
pub(crate) fn counted(number: u64, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}
