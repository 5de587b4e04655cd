//! Data that depends on a helper: `FTP-D3`, `FTP-D4`, `FTP-D5`, `FTP-D6`.

use super::super::check::Check;
use super::super::clues::{Clues, Remedy};
use super::super::helpers::{Miss, Reasons};
use super::super::report::{Gap, ModeReport};
use super::draft::Draft;
use super::phrases::{no_data, stopped_by, subject, with_place};
use super::scene::{Scene, words};
use crate::ftp::{FlowKind, Protection};

/// Passive data that gets through only if a helper expects it, if that is so.
pub(super) fn remedied<'a>(
    scene: &Scene<'a>,
    mode: &'a ModeReport,
    clues: &Clues,
    gaps: &[&Gap],
) -> Option<Draft<'a>> {
    let remedy = clues.remedy.as_ref()?;
    let (code, why, help) = match (remedy, mode.protection) {
        (Remedy::Announcement(address), _) => (
            Check::HelperIgnoresAddress,
            format!(
                "the helper passes over {address}, which the server announces, because it is not \
                 its own as the firewall sees it"
            ),
            " and translate these ports to the server, which TLS needs as well; or let the server \
             announce its own address",
        ),
        (Remedy::Helper(_), Protection::ExplicitTls | Protection::ImplicitTls) => (
            Check::HelperBlindedByTls,
            "it gets through only if a helper expects it, and TLS hides its port from every helper"
                .to_owned(),
            "",
        ),
        (Remedy::Helper(reasons), Protection::Plain) => (
            Check::HelperNotAssigned,
            format!(
                "it gets through only if a helper expects it, and {}",
                unassigned(scene, gaps, reasons)
            ),
            "; a helper on the control connection would do for plain FTP alone",
        ),
    };
    let said = format!(": {why}; {}; {}", stopped_by(gaps), no_data(mode, gaps));
    let draft = Draft::new(code, Some(mode), subject(scene, FlowKind::PassiveData), said, help);
    Some(with_place(draft, gaps).allowing(gaps.iter().copied()))
}

/// Why no helper reads the control connection.
fn unassigned(scene: &Scene<'_>, gaps: &[&Gap], reasons: &Reasons) -> String {
    let rule_set = gaps.first().and_then(|gap| gap.by.rule_set.as_deref());
    if reasons.rules.is_empty() {
        return scene.dialect(rule_set).unread().to_owned();
    }
    let miss = |(rule, miss): &(_, Miss)| {
        format!("the helper of {} {}", scene.place_of(*rule, rule_set), miss.words())
    };
    let mut misses: Vec<_> = reasons.rules.iter().map(miss).collect();
    if reasons.more > 0 {
        misses.push(format!("{} more do not act on it either", reasons.more));
    }
    misses.join(", ")
}

/// Rules for the data ports that let `NEW` through where a helper makes it `RELATED`: `FTP-D5`.
pub(super) fn delayed<'a>(scene: &Scene<'a>, mode: &'a ModeReport) -> Option<Draft<'a>> {
    let flow = mode.flows.iter().find(|flow| flow.delayed)?;
    let said = ": every connection loses its first packet and takes a second longer: a helper \
                makes it RELATED, and only NEW is let through";
    let help = "let RELATED through as well as NEW on the data ports, or take the helper away";
    let subject = format!("{} to {}", words(flow.kind), scene.name());
    Some(Draft::new(Check::FirstPacketLost, Some(mode), subject, said, help))
}
