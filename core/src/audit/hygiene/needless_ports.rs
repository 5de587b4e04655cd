//! Rules that let connections through to ports which nobody opens in passive mode: `FTP-L5`.

use std::collections::BTreeMap;

use super::ground::{ACTIVE, Ground, is_required};
use super::named::Named;
use super::words::{listed, places, verb};
use crate::audit::check::Check;
use crate::audit::report::Finding;
use crate::audit::severity::Severity;
use crate::audit::{By, Cached};
use crate::eval::End;
use crate::eval::symbolic::{self, Blame, Effort};
use crate::firewall::{Action, Fate, RuleId};
use crate::space::{Axis, Budget, Cuboid, Exhausted, Ranges};

/// How much work it may cost.
const EFFORT: u64 = 500_000;

pub(super) fn findings<A: Cached>(
    ground: &Ground<'_, A>,
    suspects: &[Vec<RuleId>],
    budget: &Budget,
) -> Result<Vec<Finding>, Exhausted> {
    let needed = ground.client_opens.values_on(Axis::DestinationPort);
    let ports: Vec<u16> =
        ACTIVE.into_iter().filter(|port| !needed.contains(A::from_port(*port))).collect();
    let mut named: BTreeMap<(usize, RuleId), Vec<u16>> = BTreeMap::new();
    for ((device, it), suspects) in ground.devices().zip(suspects) {
        for id in suspects.iter().filter(|id| !serves_active(ground, device, **id)) {
            let rule = it.firewall.rule(*id);
            let accepts = |rule: &crate::firewall::Rule<'_>| {
                matches!(rule.action().parts().last(), Some(Action::Accept))
            };
            let Some(names) = rule.filter(accepts).and_then(Named::<A>::of) else { continue };
            let names_port = |port: &&u16| names_for_ftp(names.on(Axis::DestinationPort), **port);
            let ports: Vec<_> = ports.iter().filter(names_port).copied().collect();
            if !ports.is_empty() {
                named.insert((device, *id), ports);
            }
        }
    }
    if named.is_empty() {
        return Ok(Vec::new());
    }
    // Only the rules that surely let such a connection through are worth a word.
    let space = space(ground, &ports, budget)?;
    let effort = Effort::steps(EFFORT);
    let parts = symbolic::connections(&ground.site.devices, End::Client, None, &space, effort);
    let mut groups: BTreeMap<Vec<u16>, Vec<By>> = BTreeMap::new();
    for ((device, id), ports) in named {
        let through = parts.iter().any(|part| {
            let ruling = &part.ruling;
            ruling.fate == Fate::Accept
                && ruling.certain
                && ruling.device == device
                && ruling.by == Blame::Rule(id)
        });
        if through {
            groups.entry(ports).or_default().push(ground.place(device, id));
        }
    }
    let finding = |(ports, rules): (Vec<u16>, Vec<By>)| {
        let ports: Vec<_> = ports.iter().map(ToString::to_string).collect();
        let ports: Vec<_> = ports.iter().map(String::as_str).collect();
        let (several, first) = (ports.len() > 1, rules.first());
        let ports = listed(&ports);
        Finding {
            code: Check::DataPortAsDestination,
            severity: Severity::Info,
            message: format!(
                "{} {} connections with {} through to port{} {ports}, where no client opens any: \
                 the server sends active data from there",
                places(&rules),
                verb(&rules, "lets", "let"),
                ground.whom,
                if several { "s" } else { "" },
            ),
            help: format!("leave port{} {ports} out", if several { "s" } else { "" }),
            line: first.and_then(|rule| rule.line),
            rule_set: first.and_then(|rule| rule.rule_set.clone()),
        }
    };
    Ok(groups.into_iter().map(finding).collect())
}

/// Whether the port is named for FTP: by itself, or with the control port after it.
fn names_for_ftp<A: Cached>(ports: &Ranges<A>, port: u16) -> bool {
    let (port, control) = (A::from_port(port), A::from_port(port + 1));
    ports.as_slice().iter().any(|&(lo, hi)| lo == port && (hi == port || hi == control))
}

/// Whether active data passes by the rule, be it an answer.
fn serves_active<A: Cached>(ground: &Ground<'_, A>, device: usize, rule: RuleId) -> bool {
    let active = ground.answers.iter().filter(|(flow, ..)| !is_required(flow));
    let mut trails = active.filter_map(|(.., answer)| answer.trails.get(device));
    trails.any(|trail| trail.taken.contains(&rule))
}

/// From the clients to these ports of the servers.
fn space<A: Cached>(
    ground: &Ground<'_, A>,
    ports: &[u16],
    budget: &Budget,
) -> Result<Vec<Cuboid<A>>, Exhausted> {
    let ports = ports.iter().map(|port| (A::from_port(*port), A::from_port(*port)));
    let ranges = [
        &ground.client_opens.values_on(Axis::Destination),
        &Ranges::union_of(ports),
        &ground.client_opens.values_on(Axis::Source),
        &ground.client_opens.values_on(Axis::SourcePort),
    ];
    Ok(crate::space::HeaderSet::product(ranges, budget)?.cuboids().collect())
}
