use std::fmt::Write;

use super::paint::Paint;
use crate::audit::{Explanation, Verdict};
use crate::eval::symbolic::Stage;
use crate::firewall::Fate;

/// Part by part: the fate, who decides, and what the part is.
pub(super) fn text(explanation: &Explanation, paint: Paint) -> String {
    let mut out = String::new();
    for part in &explanation.parts {
        let verdict = match (part.certain, part.fate) {
            (false, _) => Verdict::Undecided,
            (true, Fate::Accept) => Verdict::Works,
            (true, _) => Verdict::Blocked,
        };
        let fate =
            if part.certain { part.fate.to_string() } else { format!("maybe {}", part.fate) };
        let _ = write!(out, "{} by {}", paint.verdict(verdict, fate), part.by);
        if part.packet != Stage::Syn {
            let _ = write!(out, ", at {}", part.packet.words());
        }
        out.push('\n');
        for entry in &part.space {
            let _ = writeln!(out, "    {entry}");
        }
        if !part.more.is_zero() {
            let _ = writeln!(out, "    and {} more boxes", part.more);
        }
        for condition in &part.conditions {
            let _ = writeln!(out, "    {}", paint.dim(format!("depends on {condition}")));
        }
    }
    if explanation.parts.is_empty() {
        out.push_str("nothing was asked about: the space is empty\n");
    }
    out
}
