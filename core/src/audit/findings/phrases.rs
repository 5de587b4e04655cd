//! What findings about connections say alike.

use super::super::report::{Gap, ModeReport};
use super::super::verdict::Verdict;
use super::draft::Draft;
use super::scene::{Scene, words};
use crate::firewall::Fate;
use crate::ftp::FlowKind;

/// How many rules that stop a connection are named.
const NAMED: usize = 3;

/// "passive data connection to SmartFile".
pub(super) fn subject(scene: &Scene<'_>, kind: FlowKind) -> String {
    format!("{} to {}", words(kind), scene.name())
}

pub(super) fn with_place<'a>(draft: Draft<'a>, gaps: &[&Gap]) -> Draft<'a> {
    match gaps.first() {
        Some(gap) => draft.at(&gap.by),
        None => draft,
    }
}

/// "rejected by line 6 (filter/FORWARD) and dropped by the policy in line 3 (filter/FORWARD)".
pub(super) fn stopped_by(gaps: &[&Gap]) -> String {
    let mut all: Vec<String> = Vec::new();
    for gap in gaps {
        let done = if gap.fate == Fate::Reject { "rejected" } else { "dropped" };
        let by = format!("{done} by {}", gap.by.short());
        if !all.contains(&by) {
            all.push(by);
        }
    }
    let more = all.len().saturating_sub(NAMED);
    all.truncate(NAMED);
    let named = all.join(" and ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}

/// What people notice if no data gets through.
pub(super) fn no_data(mode: &ModeReport, gaps: &[&Gap]) -> String {
    let control = mode.flows.iter().find(|flow| flow.kind == FlowKind::Control);
    if control.is_some_and(|flow| flow.verdict == Verdict::Blocked) {
        return "the control connection does not get through either".to_owned();
    }
    let rejected = gaps.iter().all(|gap| gap.fate == Fate::Reject);
    let how = if rejected { "fails" } else { "hangs" };
    format!("login works, and the first listing, which is data too, {how}")
}
