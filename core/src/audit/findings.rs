use super::check::Check;
use super::report::{
    self, Condition, Finding, FlowReport, Gap, ModeReport, ProviderReport, Severity, Share, Verdict,
};
use crate::eval::symbolic::Stage;
use crate::firewall::Fate;
use crate::ftp::FlowKind;
use crate::space::Count;

/// What is worth knowing about the providers' modes, the worst first, each thing once.
pub(super) fn of(providers: &[ProviderReport]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for provider in providers {
        for troubled in troubled_flows(provider) {
            findings.extend(troubled.finding(provider));
        }
        for mode in provider.modes.iter().filter(|mode| mode.required) {
            findings.extend(mode.gaps.iter().filter_map(return_path));
            findings.extend(conditions(mode));
            findings.extend(delayed(provider, mode));
            findings.extend(mode.notes.iter().map(|note| {
                Finding {
                    code: Check::Undecided,
                    severity: Severity::Warning,
                    message: format!("{} is undecided: {note}", provider.name),
                    help:
                        "let every address through on these ports, or name the servers that you use"
                            .to_owned(),
                    line: None,
                    rule_set: None,
                }
            }));
        }
    }
    let mut distinct: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings {
        if !distinct.contains(&finding) {
            distinct.push(finding);
        }
    }
    distinct.sort_by_key(|finding| finding.severity);
    distinct
}

/// A flow that does not surely work, and the modes that it fails alike in.
struct Troubled<'a> {
    flow: &'a FlowReport,
    gap: &'a Gap,
    modes: Vec<&'a ModeReport>,
}

fn troubled_flows(provider: &ProviderReport) -> Vec<Troubled<'_>> {
    let mut all: Vec<Troubled<'_>> = Vec::new();
    for mode in &provider.modes {
        for flow in mode.flows.iter().filter(|flow| flow.verdict != Verdict::Works) {
            let mut gaps = mode.gaps.iter().filter(|gap| gap.flow == flow.kind);
            let Some(gap) = gaps.next() else { continue };
            let same = |other: &&mut Troubled<'_>| {
                other.flow == flow
                    && (other.gap == gap || flow.kind == FlowKind::ActiveData)
                    && other.modes.iter().all(|known| known.required == mode.required)
            };
            match all.iter_mut().find(same) {
                Some(known) => known.modes.push(mode),
                None => all.push(Troubled { flow, gap, modes: vec![mode] }),
            }
        }
    }
    all
}

impl Troubled<'_> {
    fn finding(&self, provider: &ProviderReport) -> Option<Finding> {
        let required = self.modes.iter().any(|mode| mode.required);
        match (self.flow.kind, required) {
            (FlowKind::ActiveData, false) => Some(self.active(provider)),
            (_, false) => None,
            (_, true) => self.required(provider),
        }
    }

    fn required(&self, provider: &ProviderReport) -> Option<Finding> {
        let (code, effect) = match (self.flow.kind, self.flow.verdict) {
            (FlowKind::Control, Verdict::Blocked) => {
                (Check::ControlBlocked, "nothing else can work")
            }
            (FlowKind::Control, Verdict::Partly) => (
                Check::ControlPartlyOpen,
                "sessions that meet the rest fail, which looks like chance",
            ),
            (_, Verdict::Blocked) => {
                (Check::DataBlocked, "login succeeds, then listings and transfers hang or fail")
            }
            (_, Verdict::Partly) => (
                Check::DataPartlyOpen,
                "the server picks the port, so some transfers fail as if by chance",
            ),
            (_, Verdict::Works | Verdict::Undecided) => return None,
        };
        let flow = words(self.flow.kind);
        let open = open_words(self.flow);
        let (protections, by) = (self.protections(), self.gap.by.short());
        let stopped = if self.gap.fate == Fate::Reject { "rejected" } else { "dropped" };
        Some(Finding {
            code,
            severity: Severity::Error,
            message: format!(
                "{flow} to {} ({protections}): {open}; {stopped} by {by}; {effect}",
                provider.name
            ),
            help: format!("allow {}", targets(self.gap)),
            line: self.gap.by.line,
            rule_set: self.gap.by.rule_set.clone(),
        })
    }

    /// Why active mode, which nobody needs to have, does not work.
    fn active(&self, provider: &ProviderReport) -> Finding {
        let (works, verb) = match self.flow.verdict {
            Verdict::Blocked => ("does not work", "stops"),
            Verdict::Partly => ("works only in part", "stops"),
            Verdict::Works | Verdict::Undecided => ("may not work", "may stop"),
        };
        Finding {
            code: Check::ActiveModeNotOpen,
            severity: Severity::Info,
            message: format!(
                "active mode (PORT, EPRT) with {} ({}) {works}: the server opens the data \
                 connection, to a port that the client chose, and {} {verb} it",
                provider.name,
                self.protections(),
                self.gap.by.short(),
            ),
            help: "use passive mode; active mode is for networks without a firewall between"
                .to_owned(),
            line: self.gap.by.line,
            rule_set: self.gap.by.rule_set.clone(),
        }
    }

    fn protections(&self) -> String {
        let mut all: Vec<_> = self.modes.iter().map(|mode| mode.protection.as_str()).collect();
        all.dedup();
        all.join(", ")
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

/// A connection of which the first packet passes and a later one does not.
fn return_path(gap: &Gap) -> Option<Finding> {
    if gap.packet == Stage::Syn {
        return None;
    }
    let undecided = gap.undecided;
    Some(Finding {
        code: Check::LaterPacketStopped,
        severity: if undecided { Severity::Warning } else { Severity::Error },
        message: format!(
            "the SYN of the {} passes, but {} {}: {}",
            words(gap.flow),
            gap.packet.words(),
            if undecided { "may not" } else { "does not" },
            gap.by.short(),
        ),
        help: "accept packets of established connections in both directions".to_owned(),
        line: gap.by.line,
        rule_set: gap.by.rule_set.clone(),
    })
}

/// Rules for the data ports that let `NEW` through where a helper makes it `RELATED`: `FTP-D5`.
fn delayed(provider: &ProviderReport, mode: &ModeReport) -> Option<Finding> {
    let flow = mode.flows.iter().find(|flow| flow.delayed)?;
    Some(Finding {
        code: Check::FirstPacketLost,
        severity: Severity::Warning,
        message: format!(
            "{} to {} ({}): every connection loses its first packet and takes a second longer: a \
             helper makes it RELATED, and only NEW is let through",
            words(flow.kind),
            provider.name,
            mode.protection,
        ),
        help: "let RELATED through as well as NEW on the data ports, or take the helper away"
            .to_owned(),
        line: None,
        rule_set: None,
    })
}

/// What the mode's undecided gaps depend on: what can be given along in one finding, the rest line by
/// line.
fn conditions(mode: &ModeReport) -> Vec<Finding> {
    let undecided = mode.gaps.iter().filter(|gap| gap.undecided);
    let all: Vec<&Condition> = undecided.flat_map(|gap| &gap.conditions).collect();
    let mut options: Vec<(Option<&str>, &str)> = all
        .iter()
        .filter_map(|one| Some((one.rule_set.as_deref(), one.decided_by.as_deref()?)))
        .collect();
    options.sort_unstable();
    options.dedup();
    let mut findings = Vec::new();
    for (rule_set, option) in options {
        let asked = |one: &&&Condition| {
            one.rule_set.as_deref() == rule_set && one.decided_by.as_deref() == Some(option)
        };
        let mut lines: Vec<_> = all.iter().filter(asked).filter_map(|one| one.line).collect();
        lines.sort_unstable();
        lines.dedup();
        let what = all.iter().find(asked).map_or("", |condition| &condition.what);
        let rules = if lines.len() == 1 { "a rule depends" } else { "rules depend" };
        let message = match lines.first() {
            Some(first) => {
                let of = report::of(rule_set);
                format!("{rules} on what the rule set does not say, first line {first}{of}: {what}")
            }
            None => format!("this depends on what the rule set does not say: {what}"),
        };
        findings.push(Finding {
            code: Check::Undecided,
            severity: Severity::Warning,
            message,
            help: format!("give {option}"),
            line: lines.first().copied(),
            rule_set: rule_set.map(str::to_owned),
        });
    }
    let open = all.iter().filter(|condition| condition.decided_by.is_none());
    findings.extend(open.map(|condition| Finding {
        code: Check::Undecided,
        severity: Severity::Warning,
        message: format!("this cannot be decided from the rule set: {}", condition.short()),
        help: "an unconditional rule for these ports, before this one, would decide it".to_owned(),
        line: condition.line,
        rule_set: condition.rule_set.clone(),
    }));
    findings
}

/// Where a gap's connections go, with ports.
fn targets(gap: &Gap) -> String {
    let listed = gap.space.iter().take(3);
    let mut targets: Vec<_> =
        listed.map(|entry| format!("tcp to {} port {}", entry.dst, entry.dport)).collect();
    targets.dedup();
    if gap.space.len() > 3 || !gap.more.is_zero() {
        targets.push("more".to_owned());
    }
    targets.join(" and ")
}

fn words(kind: FlowKind) -> &'static str {
    match kind {
        FlowKind::Control => "control connection",
        FlowKind::PassiveData => "passive data connection",
        FlowKind::ActiveData => "active data connection",
    }
}
