//! Chains that undo what others do, and chains that nothing leads to: `FTP-O3` and `FTP-O2`.

use std::collections::{BTreeMap, BTreeSet};

use super::ground::{Ground, is_required};
use super::named::Named;
use super::words::{places, verb};
use crate::audit::check::Check;
use crate::audit::report::Finding;
use crate::audit::severity::Severity;
use crate::audit::{By, ByKind, Cached};
use crate::eval::symbolic::{self, Blame, Overruled};
use crate::firewall::{Action, ChainId, Firewall, RuleId};

/// What is overruled: the device, the base chain that accepts, what stops all the same, and the later
/// base chain where it does.
type Place = (usize, ChainId, Blame, ChainId);

/// The rules that accept in vain, and whether anything that is required meets them.
type Accepting = (BTreeSet<RuleId>, bool);

/// Rules that accept needed connections which a later base chain stops.
pub(super) fn overruled<A: Cached>(ground: &Ground<'_, A>) -> Vec<Finding> {
    let mut groups: BTreeMap<Place, Accepting> = BTreeMap::new();
    for (flow, _, answer) in &ground.answers {
        for (device, trail) in answer.trails.iter().enumerate() {
            for Overruled { rule, base, by, later } in &trail.overruled {
                let known = groups.entry((device, *base, *by, *later)).or_default();
                known.0.insert(*rule);
                known.1 |= is_required(flow);
            }
        }
    }
    let finding = |((device, base, by, later), (rules, required)): (Place, Accepting)| {
        let firewall = ground.site.device(device)?.firewall;
        let about = |rule: &&RuleId| {
            let named = firewall.rule(**rule).and_then(Named::<A>::of);
            named.is_some_and(|named| named.is_about_ftp(ground))
        };
        let rules: Vec<_> =
            rules.iter().filter(about).map(|rule| ground.place(device, *rule)).collect();
        let first = rules.first()?;
        let by = ground.blame(device, by);
        let (name, priority) = base_chain(firewall, later)?;
        let (earlier_name, earlier) = base_chain(firewall, base)?;
        Some(Finding {
            code: Check::DroppedByLaterChain,
            severity: if required { Severity::Error } else { Severity::Warning },
            message: format!(
                "{} {} connections with {} for chain {earlier_name} (priority {earlier}), and chain \
                 {name} (priority {priority}), which comes after it, stops them by {}: accepting \
                 ends one base chain only",
                places(&rules),
                verb(&rules, "accepts", "accept"),
                ground.whom,
                decider(&by),
            ),
            help: format!("accept them in chain {name} as well"),
            line: first.line,
            rule_set: first.rule_set.clone(),
        })
    };
    groups.into_iter().filter_map(finding).collect()
}

/// What decides, without its chain, which was named.
fn decider(by: &By) -> String {
    match (by.kind, by.line) {
        (ByKind::Rule, Some(line)) => format!("line {line}"),
        _ => "its policy".to_owned(),
    }
}

fn base_chain(firewall: &Firewall, id: ChainId) -> Option<(String, i32)> {
    let chain = firewall.chain(id)?;
    Some((format!("{}/{}", chain.table(), chain.name()), chain.base()?.priority))
}

/// Chains with rules for the needed connections that no rule leads to.
pub(super) fn unreachable<A: Cached>(
    ground: &Ground<'_, A>,
    suspects: &[Vec<RuleId>],
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ((device, it), suspects) in ground.devices().zip(suspects) {
        let firewall = it.firewall;
        let in_chains = |id: &&RuleId| {
            firewall.chain(id.chain).is_some_and(|chain| chain.base().is_none())
                && !ground.is_taken(device, **id)
        };
        let accepts = |id: &&RuleId| {
            firewall.rule(**id).is_some_and(|rule| {
                matches!(rule.action().parts().last(), Some(Action::Accept))
                    && Named::<A>::of(rule).is_some_and(|named| named.is_about_ftp(ground))
            })
        };
        let mut by_chain: BTreeMap<ChainId, Vec<By>> = BTreeMap::new();
        for id in suspects.iter().filter(in_chains).filter(accepts) {
            by_chain.entry(id.chain).or_default().push(ground.place(device, *id));
        }
        if by_chain.is_empty() || may_jump_anywhere(firewall) {
            continue;
        }
        let callers = symbolic::callers(firewall);
        for (chain, rules) in by_chain {
            if is_entered(firewall, chain, &callers) {
                continue;
            }
            let Some(first) = rules.first() else { continue };
            findings.push(Finding {
                code: Check::DeadRule,
                severity: Severity::Warning,
                message: format!(
                    "nothing leads to chain {}, where {} would let connections with {} through",
                    first.chain,
                    places(&rules),
                    ground.whom,
                ),
                help: format!(
                    "jump to {} from a chain that packets pass, or remove it",
                    first.chain
                ),
                line: first.line,
                rule_set: first.rule_set.clone(),
            });
        }
    }
    findings
}

/// Whether a map that may change leads to chains that nobody can know.
fn may_jump_anywhere(firewall: &Firewall) -> bool {
    let mut names = firewall.unmodelled().iter().map(|one| firewall.name(one.what));
    names.any(|name| name.contains('@') || name.contains("map"))
}

/// Whether any base chain leads to a chain.
fn is_entered(
    firewall: &Firewall,
    chain: ChainId,
    callers: &rustc_hash::FxHashMap<ChainId, Vec<RuleId>>,
) -> bool {
    let (mut open, mut seen) = (vec![chain], BTreeSet::new());
    while let Some(id) = open.pop() {
        if firewall.chain(id).is_none_or(|chain| chain.base().is_some()) {
            return true;
        }
        if seen.insert(id) {
            open.extend(callers.get(&id).into_iter().flatten().map(|rule| rule.chain));
        }
    }
    false
}
