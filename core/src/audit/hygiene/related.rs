//! Rules that let through whatever any helper expects: `FTP-L2`.

use super::ground::Ground;
use super::named::Named;
use super::words::{places, verb};
use crate::audit::Cached;
use crate::audit::check::Check;
use crate::audit::report::Finding;
use crate::audit::severity::Severity;
use crate::firewall::{Action, Firewall, Rule, RuleId, States, Test};
use crate::space::Axis;

pub(super) fn findings<A: Cached>(ground: &Ground<'_, A>) -> Vec<Finding> {
    let finding = |(device, firewall): (usize, &Firewall)| {
        let taken = ground.taken.get(device).filter(|_| firewall.assigns_helpers())?;
        let open = |id: &&RuleId| firewall.rule(**id).is_some_and(is_open::<A>);
        let mut rules: Vec<_> = taken.iter().filter(open).copied().collect();
        rules.sort_unstable();
        let rules: Vec<_> = rules.iter().map(|rule| ground.place(device, *rule)).collect();
        let first = rules.first()?;
        let assigns = assigned(firewall);
        let because = match assigns {
            Some(_) => "a helper is assigned here".to_owned(),
            None => "this kernel may assign helpers by itself".to_owned(),
        };
        Some(Finding {
            code: Check::RelatedUnrestricted,
            severity: if assigns.is_some() { Severity::Warning } else { Severity::Info },
            message: format!(
                "{} {} RELATED to any port, and {because}: whoever makes one read a line opens a \
                 port, and not for FTP alone",
                places(&rules),
                verb(&rules, "accepts", "accept"),
            ),
            help: "accept ESTABLISHED without RELATED; then RELATED only for what the helper ftp \
                   expects, to the provider's addresses and data ports, and ICMP errors by a rule \
                   of their own"
                .to_owned(),
            line: first.line,
            rule_set: first.rule_set.clone(),
        })
    };
    let devices = ground.devices().map(|(place, device)| (place, device.firewall));
    devices.filter_map(finding).collect()
}

/// Whether a rule accepts what is `RELATED` to any port, by whichever helper.
fn is_open<A: Cached>(rule: Rule<'_>) -> bool {
    if !matches!(rule.action().parts().last(), Some(Action::Accept)) {
        return false;
    }
    let Some(named) = Named::<A>::of(rule) else { return false };
    let related = |test: &&Test| matches!(test, Test::State { states, negated: false } if states.intersects(States::RELATED));
    let narrow = |test: &&Test| !matches!(test, Test::State { .. } | Test::Interface(_));
    named.is_free(Axis::DestinationPort)
        && named.is_free(Axis::Destination)
        && named.rest().iter().any(related)
        && !named.rest().iter().any(narrow)
}

/// A rule that assigns a helper.
fn assigned(firewall: &Firewall) -> Option<RuleId> {
    let assigns = |rule: Rule<'_>| {
        rule.action().parts().iter().any(|action| match action {
            Action::AssignHelper(name) | Action::SetHelper(name) => {
                !firewall.name(*name).is_empty()
            }
            _ => false,
        })
    };
    firewall.rules().find(|(_, rule)| assigns(*rule)).map(|(id, _)| id)
}
