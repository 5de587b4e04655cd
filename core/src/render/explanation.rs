use super::page::{Line, Look, Page};
use crate::audit::{Condition, Explanation, Verdict};
use crate::eval::symbolic::Stage;
use crate::firewall::Fate;

/// Part by part: the fate, who decides, and what the part is.
pub(super) fn text(explanation: &Explanation, mut page: Page) -> String {
    for part in &explanation.parts {
        let verdict = match (part.certain, part.fate) {
            (false, _) => Verdict::Undecided,
            (true, Fate::Accept) => Verdict::Works,
            (true, _) => Verdict::Blocked,
        };
        let fate =
            if part.certain { part.fate.to_string() } else { format!("maybe {}", part.fate) };
        let line = Line::new().look(Look::Verdict(verdict), fate);
        let line = line.words(" by ").quote(part.by.to_string());
        page.line(
            0,
            4,
            match part.packet {
                Stage::Syn => line,
                packet => line.words(format!(", at {}", packet.words())),
            },
        );
        for entry in &part.space {
            page.line(4, 8, Line::new().words(entry.to_string()));
        }
        if !part.more.is_zero() {
            page.line(4, 8, Line::new().words(format!("and {} more boxes", part.more)));
        }
        for condition in &part.conditions {
            page.line(4, 8, depends(condition));
        }
    }
    if explanation.parts.is_empty() {
        page.line(0, 0, Line::new().words("nothing was asked about: the space is empty"));
    }
    page.finish()
}

fn depends(condition: &Condition) -> Line {
    let line = Line::new().look(Look::Dim, "depends on ");
    match condition.line {
        Some(_) => line.look(Look::Dim, format!("{}: ", condition.short())).quote(&condition.text),
        None => line.look(Look::Dim, condition.short()),
    }
}
