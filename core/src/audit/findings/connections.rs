//! Connections that do not get through, or only in part: `FTP-C1`, `FTP-C2`, `FTP-D1`, `FTP-D2`,
//! `FTP-D7`, `FTP-N2`. Where more is known of the cause, that is the finding instead.

use super::super::blame::By;
use super::super::check::Check;
use super::super::clues::Clues;
use super::super::report::{FlowReport, Gap, ModeReport, Share};
use super::super::severity::Severity;
use super::super::verdict::Verdict;
use super::draft::Draft;
use super::helper;
use super::phrases::{no_data, stopped_by, subject, with_place};
use super::scene::Scene;
use crate::eval::symbolic::Stage;
use crate::ftp::FlowKind;
use crate::space::Count;

pub(super) fn of<'a>(scene: &Scene<'a>, mode: &'a ModeReport, clues: &Clues) -> Vec<Draft<'a>> {
    let mut drafts = Vec::new();
    for flow in &mode.flows {
        let gaps = mode.gaps.iter().filter(|gap| gap.flow == flow.kind);
        let (later, first): (Vec<_>, Vec<_>) = gaps.partition(|gap| gap.packet != Stage::Syn);
        drafts.extend(later.into_iter().map(|gap| later_packet(scene, mode, gap)));
        let stopped: Vec<_> = first.into_iter().filter(|gap| !gap.undecided).collect();
        let (Some(gap), Verdict::Blocked | Verdict::Partly) = (stopped.first(), flow.verdict)
        else {
            continue;
        };
        let known = match flow.kind {
            FlowKind::PassiveData => shifted(scene, mode, clues, gap)
                .or_else(|| helper::remedied(scene, mode, clues, &stopped)),
            FlowKind::Control | FlowKind::ActiveData => None,
        };
        drafts.push(known.unwrap_or_else(|| closed(scene, mode, clues, flow, &stopped)));
    }
    drafts.extend(helper::delayed(scene, mode));
    drafts
}

/// A connection of which nothing gets through, or not all.
fn closed<'a>(
    scene: &Scene<'a>,
    mode: &'a ModeReport,
    clues: &Clues,
    flow: &FlowReport,
    gaps: &[&Gap],
) -> Draft<'a> {
    let blocked = flow.verdict == Verdict::Blocked;
    let code = match (flow.kind, blocked) {
        (FlowKind::Control, true) => Check::ControlBlocked,
        (FlowKind::Control, false) => Check::ControlPartlyOpen,
        (FlowKind::PassiveData | FlowKind::ActiveData, true) => Check::DataBlocked,
        (FlowKind::PassiveData | FlowKind::ActiveData, false) => Check::DataPartlyOpen,
    };
    let effect = match (flow.kind, blocked) {
        (FlowKind::Control, true) => "nothing else can work".to_owned(),
        (FlowKind::Control, false) => sometimes(clues, flow, "sessions"),
        (_, true) => no_data(mode, gaps),
        (_, false) => sometimes(clues, flow, "listings and transfers"),
    };
    let said = format!(": {}; {}; {effect}", open_words(flow), stopped_by(gaps));
    let draft = Draft::new(code, Some(mode), subject(scene, flow.kind), said, "");
    with_place(draft, gaps).allowing(gaps.iter().copied())
}

/// "about 2 % of listings and transfers fail, as if by chance".
fn sometimes(clues: &Clues, flow: &FlowReport, what: &str) -> String {
    let failing = clues.failing.iter().find(|(kind, _)| *kind == flow.kind);
    let failing = failing.and_then(|(_, pairs)| *pairs);
    let which = match failing.filter(|pairs| !pairs.is_zero()) {
        Some(pairs) => share(pairs, flow.needed),
        None => "some".to_owned(),
    };
    let of = if which == "some" { "" } else { " of" };
    format!("{which}{of} {what} fail, as if by chance")
}

/// A part of a whole as people say it: "about 2 %".
fn share(part: Count, whole: Count) -> String {
    let percent = 100.0 * part.to_f64() / whole.to_f64();
    match percent.round() {
        rounded if rounded < 1.0 => "less than 1 %".to_owned(),
        rounded if rounded > 99.0 => "more than 99 %".to_owned(),
        rounded => format!("about {rounded} %"),
    }
}

/// "50 of 51 ports open", by the measure that tells most.
pub(crate) fn open_words(flow: &FlowReport) -> String {
    let Share { needed: ports, open: open_ports } = flow.ports;
    let Share { needed: addresses, open: open_addresses } = flow.addresses;
    if flow.open.is_zero() && flow.undecided.is_zero() && flow.verdict == Verdict::Partly {
        "open only to some clients or from some source ports".to_owned()
    } else if flow.open.is_zero() {
        let surely = if flow.undecided.is_zero() { "" } else { " surely" };
        if ports == Count::ONE {
            return format!("the port is not{surely} open");
        }
        format!("none of {ports} ports{surely} open")
    } else if !open_ports.is_zero() {
        format!("{open_ports} of {ports} ports open")
    } else if !open_addresses.is_zero() {
        format!("{open_addresses} of {addresses} addresses open")
    } else {
        format!("{} of {} pairs of address and port open", flow.open, flow.needed)
    }
}

/// A connection of which the first packet passes and a later one does not: `FTP-D7`.
fn later_packet<'a>(scene: &Scene<'a>, mode: &'a ModeReport, gap: &Gap) -> Draft<'a> {
    let (severity, verb) =
        if gap.undecided { (Severity::Warning, "may not") } else { (Severity::Error, "does not") };
    let said = format!(
        ": the SYN passes, but {} {verb}; {} {} it, and {}the connection hangs",
        gap.packet.words(),
        gap.by.short(),
        if gap.undecided { "may stop" } else { "stops" },
        if gap.undecided { "then " } else { "" },
    );
    let help = "accept packets of established connections in both directions";
    let subject = subject(scene, gap.flow);
    Draft::new(Check::LaterPacketStopped, Some(mode), subject, said, help)
        .severity(severity)
        .at(&gap.by)
}

/// Passive ports that are translated to others: `FTP-N2`.
fn shifted<'a>(
    scene: &Scene<'a>,
    mode: &'a ModeReport,
    clues: &Clues,
    gap: &Gap,
) -> Option<Draft<'a>> {
    let by = clues.shifted.iter().filter_map(|place| scene.by(*place)).find(|by| *by == gap.by)?;
    Some(not_one_to_one(scene, mode, &by))
}

/// A rule that does not translate passive ports to themselves.
pub(super) fn not_one_to_one<'a>(scene: &Scene<'a>, mode: &'a ModeReport, by: &By) -> Draft<'a> {
    let said = format!(
        ": {} translates its ports to others than the server announced, and nobody listens there",
        by.short()
    );
    let help = "translate each passive port to itself: leave the port out, or in iptables name the \
                same range twice, --to-destination ADDRESS:FIRST-LAST with --dport FIRST:LAST";
    let subject = subject(scene, FlowKind::PassiveData);
    Draft::new(Check::PortsNotOneToOne, Some(mode), subject, said, help).at(by)
}
