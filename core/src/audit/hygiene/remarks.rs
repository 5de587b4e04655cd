//! What front ends remark of rules that FTP meets: lists that filter nothing, `FTP-L7`, and how many data
//! connections an inspection lets be open, `FTP-T2`.

use super::ground::Ground;
use crate::audit::check::Check;
use crate::audit::report::Finding;
use crate::audit::severity::Severity;
use crate::audit::{By, Cached};
use crate::firewall::{Firewall, Remark, RemarkKind, RuleId};

pub(super) fn findings<A: Cached>(ground: &Ground<'_, A>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (place, device) in ground.devices() {
        let Some(describer) = ground.describers.get(place) else { continue };
        for remark in device.firewall.remarks() {
            if rules(device.firewall, remark).any(|rule| ground.is_taken(place, rule)) {
                let by = describer.rule_at(remark.chain, remark.span);
                findings.push(finding(device.firewall, remark.kind, &by));
            }
        }
    }
    findings
}

/// The rules that it is about.
fn rules<'f>(firewall: &'f Firewall, remark: &'f Remark) -> impl Iterator<Item = RuleId> + 'f {
    let Remark { chain, span, .. } = *remark;
    let rules = firewall.chain(chain).into_iter().flat_map(|chain| chain.rules());
    (0..)
        .zip(rules)
        .filter(move |(_, rule)| rule.span() == span)
        .map(move |(index, _)| RuleId { chain, index })
}

fn finding(firewall: &Firewall, kind: RemarkKind, by: &By) -> Finding {
    let (code, severity, message, help) = match kind {
        RemarkKind::FiltersNothing { list, defined } => {
            let why = if defined { "has no entries" } else { "is not in the rule set" };
            let list = firewall.name(list);
            let message = format!(
                "{} applies the list {list}, which {why}: it lets everything through, and as soon as \
                 it has an entry it denies whatever it does not name",
                by.short()
            );
            let help = format!(
                "write all of {list}, what FTP needs among it, before it is applied, or take it off"
            );
            (Check::ListFiltersNothing, Severity::Error, message, help)
        }
        RemarkKind::DataConnections { at_most } => {
            let message = format!(
                "{} lets at most {at_most} data connections of one session be open at a time and \
                 drops the next one; with TLS it sees none of them",
                by.short()
            );
            let help = format!("let clients open fewer than {at_most} transfers in one session");
            (Check::DataLimited, Severity::Info, message, help)
        }
    };
    let rule_set = by.rule_set.clone();
    Finding { code, severity, message, help, line: by.line, rule_set }
}
