//! Active mode: `FTP-A1`, `FTP-A2`, `FTP-A3`.

use super::super::check::Check;
use super::super::clues::Clues;
use super::super::report::ModeReport;
use super::super::severity::Severity;
use super::super::verdict::Verdict;
use super::draft::Draft;
use super::scene::Scene;
use crate::eval::Placement;
use crate::ftp::{FlowKind, Protection, SourceRule};

pub(super) fn of<'a>(scene: &Scene<'a>, mode: &'a ModeReport, clues: &Clues) -> Vec<Draft<'a>> {
    let mut drafts = trusted(scene, clues);
    let flow = mode.flows.iter().find(|flow| flow.kind == FlowKind::ActiveData);
    let Some(flow) = flow.filter(|flow| flow.verdict != Verdict::Works) else { return drafts };
    let behind_nat = behind_nat(scene, mode, clues);
    if behind_nat.is_none() && !mode.required {
        drafts.extend(not_open(scene, mode, flow.verdict));
    }
    drafts.extend(behind_nat);
    drafts
}

/// Why active mode, which nobody needs to have, does not work: `FTP-A1`.
fn not_open<'a>(scene: &Scene<'a>, mode: &'a ModeReport, verdict: Verdict) -> Option<Draft<'a>> {
    let gap = mode.gaps.iter().find(|gap| gap.flow == FlowKind::ActiveData)?;
    let (works, verb) = match verdict {
        Verdict::Blocked => ("does not work", "stops"),
        Verdict::Partly => ("works only in part", "stops"),
        Verdict::Works | Verdict::Undecided => ("may not work", "may stop"),
    };
    let said = format!(
        " {works}: the server opens the data connection, to a port that the client chose, and {} \
         {verb} it",
        gap.by.short(),
    );
    let help = "use passive mode; active mode is for networks without a firewall between";
    let subject = subject(scene);
    Some(Draft::new(Check::ActiveModeNotOpen, Some(mode), subject, said, help).at(&gap.by))
}

fn subject(scene: &Scene<'_>) -> String {
    format!("active mode (PORT, EPRT) with {}", scene.name())
}

/// The client's address is translated, and TLS hides where it names it: `FTP-A3`.
fn behind_nat<'a>(scene: &Scene<'a>, mode: &'a ModeReport, clues: &Clues) -> Option<Draft<'a>> {
    let place = clues.masks.filter(|_| mode.protection != Protection::Plain)?;
    let before_clients = matches!(
        scene.site.device(place.0)?.placement,
        Placement::ClientHost | Placement::ClientGateway
    );
    let by = scene.by(place).filter(|_| before_clients)?;
    let blocked = mode.verdict == Verdict::Blocked;
    let said = format!(
        " cannot work: {} translates the client's address, and TLS hides the PORT in which the \
         client names its own",
        by.short(),
    );
    let severity = if mode.required { Severity::Error } else { Severity::Info };
    let draft =
        Draft::new(Check::ActiveTlsBehindNat, Some(mode), subject(scene), said, "use passive mode");
    blocked.then(|| draft.severity(severity).at(&by))
}

/// Rules that let active data through by its source port: `FTP-A2`.
fn trusted<'a>(scene: &Scene<'a>, clues: &Clues) -> Vec<Draft<'a>> {
    let fixed = scene.provider().active.source() == Some(SourceRule::Fixed);
    let draft = |place| {
        let by = scene.by(place)?;
        let other = if fixed {
            ""
        } else {
            ", and servers that run without privileges send from another and do not pass"
        };
        let said = format!(
            "{} lets active data through because it comes from port 20 or 989: senders choose that, \
             so whatever runs at the addresses that it names passes too{other}",
            by.short(),
        );
        let help = "use passive mode and take the rule away, or name the server's addresses in it";
        Some(Draft::new(Check::SourcePortTrusted, None, said, "", help).at(&by))
    };
    clues.trusted.iter().copied().filter_map(draft).collect()
}
