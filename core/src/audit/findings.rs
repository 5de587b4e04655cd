use super::report::{
    Condition, Finding, FlowReport, Gap, ModeReport, ProviderReport, Severity, Verdict,
};
use crate::eval::symbolic::Stage;
use crate::ftp::FlowKind;

/// What is worth knowing about the providers' modes, the worst first, each thing once.
pub(super) fn of(providers: &[ProviderReport]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for provider in providers {
        for mode in &provider.modes {
            for flow in &mode.flows {
                findings.extend(flow_finding(provider, mode, flow));
            }
            let gaps = mode.gaps.iter().filter(|_| mode.required);
            findings.extend(gaps.clone().filter_map(return_path));
            findings.extend(gaps.flat_map(|gap| &gap.conditions).map(condition));
            findings.extend(mode.notes.iter().map(|note| Finding {
                code: "FTP-U1".to_owned(),
                severity: Severity::Warning,
                message: format!("{} is undecided: {note}", provider.name),
                help: "give what is missing along, or make the rules wide enough".to_owned(),
                line: None,
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

fn flow_finding(
    provider: &ProviderReport,
    mode: &ModeReport,
    flow: &FlowReport,
) -> Option<Finding> {
    if !mode.required {
        return active(provider, mode, flow);
    }
    let (code, effect) = match (flow.kind, flow.verdict) {
        (FlowKind::Control, Verdict::Blocked) => ("FTP-C1", "nothing else can work"),
        (FlowKind::Control, Verdict::Partly) => {
            ("FTP-C2", "sessions that land on the other addresses or ports fail")
        }
        (_, Verdict::Blocked) => {
            ("FTP-D1", "login succeeds, then listings and transfers hang or fail")
        }
        (_, Verdict::Partly) => {
            ("FTP-D2", "the server picks the port, so some transfers fail at random")
        }
        (_, Verdict::Works | Verdict::Undecided) => return None,
    };
    let gap = mode.gaps.iter().find(|gap| gap.flow == flow.kind && !gap.undecided)?;
    let message = format!(
        "{} {} to {}: {} of {} {} open; {effect}",
        mode.protection,
        words(flow.kind),
        provider.name,
        flow.open,
        flow.needed,
        "pairs of address and port are",
    );
    let help = format!("allow {}", targets(gap));
    Some(Finding {
        code: code.to_owned(),
        severity: Severity::Error,
        message,
        help,
        line: gap.by.line,
    })
}

/// Why active mode, which nobody needs to have, does not work.
fn active(provider: &ProviderReport, mode: &ModeReport, flow: &FlowReport) -> Option<Finding> {
    if flow.kind != FlowKind::ActiveData || flow.verdict == Verdict::Works {
        return None;
    }
    let gap = mode.gaps.iter().find(|gap| gap.flow == flow.kind)?;
    Some(Finding {
        code: "FTP-A1".to_owned(),
        severity: Severity::Info,
        message: format!(
            "active mode with {} does not surely work: the server opens the data connection, to a \
             port that the client chose, and {} {} it",
            provider.name,
            gap.by,
            if gap.undecided { "may stop" } else { "stops" },
        ),
        help: "use passive mode; active mode is for networks without a firewall between".to_owned(),
        line: gap.by.line,
    })
}

/// A connection of which the first packet passes and a later one does not.
fn return_path(gap: &Gap) -> Option<Finding> {
    if gap.packet == Stage::Syn {
        return None;
    }
    Some(Finding {
        code: "FTP-D7".to_owned(),
        severity: if gap.undecided { Severity::Warning } else { Severity::Error },
        message: format!(
            "the SYN of the {} passes, but {} does not: {} decides about it",
            words(gap.flow),
            gap.packet.words(),
            gap.by,
        ),
        help: "accept packets of established connections in both directions".to_owned(),
        line: gap.by.line,
    })
}

fn condition(condition: &Condition) -> Finding {
    Finding {
        code: "FTP-U1".to_owned(),
        severity: Severity::Warning,
        message: match condition.line {
            Some(line) => {
                format!("line {line} may match or not: {}: {}", condition.what, condition.text)
            }
            None => condition.what.clone(),
        },
        help: "what it depends on is not in the rule set, or not modelled; see the page of the \
               dialect for what can be given along"
            .to_owned(),
        line: condition.line,
    }
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
