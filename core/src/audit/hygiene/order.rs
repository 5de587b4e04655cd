//! Rules that never decide about the needed connections because of where they stand: `FTP-O1`,
//! `FTP-O2` and `FTP-N4`.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::ground::{Ground, bases, is_required};
use super::named::Named;
use super::words::{places, verb};
use crate::audit::check::Check;
use crate::audit::report::Finding;
use crate::audit::severity::Severity;
use crate::audit::{By, Cached};
use crate::eval::symbolic::{self, Effort, Misplaced, Trail, Turn, Watch};
use crate::firewall::{Action, ChainId, Firewall, RuleId, Side, Translation, TranslationKind};
use crate::space::Exhausted;

/// How much work it may cost to find out why rules do not decide.
const EFFORT: u64 = 2_000_000;

/// The most rules that are asked about.
const MOST: usize = 500;

pub(super) fn findings<A: Cached>(
    ground: &Ground<'_, A>,
    suspects: &[Vec<RuleId>],
) -> Result<Vec<Finding>, Exhausted> {
    let idle: Vec<Vec<RuleId>> = (0..)
        .zip(suspects)
        .map(|(device, suspects)| {
            let wanted =
                |rule: &RuleId| !ground.is_taken(device, *rule) && is_wanted(ground, device, *rule);
            suspects.iter().copied().filter(wanted).take(MOST).collect()
        })
        .collect();
    if idle.iter().all(Vec::is_empty) {
        return Ok(Vec::new());
    }
    let watches: Vec<_> = ground
        .devices()
        .zip(&idle)
        .map(|((_, device), idle)| {
            let callers = symbolic::callers(device.firewall);
            let bases = bases::<A>(device);
            let passed = |rule: &RuleId| is_led_to(rule.chain, &bases, &callers);
            let idle: Vec<_> = idle.iter().copied().filter(passed).collect();
            Watch::new(&idle, &callers)
        })
        .collect();
    if watches.iter().all(Watch::is_empty) {
        return Ok(Vec::new());
    }
    let mut seen = Seen::default();
    for (flow, control, answer) in &ground.answers {
        let space: Vec<_> = answer.needed.cuboids().collect();
        let effort = Effort::steps(EFFORT);
        let devices = &ground.site.devices;
        let (parts, trails) =
            symbolic::traced_connections(devices, &watches, flow.opener, *control, &space, effort);
        if parts.iter().any(|part| part.ruling.unfinished) {
            return Ok(Vec::new());
        }
        seen.take(&trails, is_required(flow));
    }
    let mut findings = Vec::new();
    for (device, _) in ground.devices() {
        findings.extend(shadowed(ground, device, &seen));
        findings.extend(misplaced(ground, device, &seen));
    }
    Ok(findings)
}

/// Whether it is worth knowing that a rule does not decide.
fn is_wanted<A: Cached>(ground: &Ground<'_, A>, device: usize, id: RuleId) -> bool {
    let firewall = ground.site.device(device).map(|device| device.firewall);
    let Some((firewall, rule)) = firewall.and_then(|it| Some((it, it.rule(id)?))) else {
        return false;
    };
    let accepts = matches!(rule.action().parts().last(), Some(Action::Accept));
    let about = Named::of(rule).is_some_and(|named| named.is_about_ftp(ground));
    about || (accepts && firewall.translates())
}

/// Whether packets of the flows may come to a chain at all.
fn is_led_to(chain: ChainId, bases: &[ChainId], callers: &FxHashMap<ChainId, Vec<RuleId>>) -> bool {
    let (mut open, mut seen) = (vec![chain], BTreeSet::new());
    while let Some(chain) = open.pop() {
        if bases.contains(&chain) {
            return true;
        }
        if seen.insert(chain) {
            open.extend(callers.get(&chain).into_iter().flatten().map(|rule| rule.chain));
        }
    }
    false
}

/// What was seen of the rules of each device.
#[derive(Default)]
struct Seen {
    /// What comes before a rule, and whether a required connection meets it.
    hidden: BTreeMap<(usize, RuleId), BTreeMap<(RuleId, Turn), bool>>,
    misplaced: BTreeMap<(usize, RuleId), Misplaced>,
}

impl Seen {
    fn take(&mut self, trails: &[Trail], required: bool) {
        for (device, trail) in trails.iter().enumerate() {
            for hidden in &trail.hidden {
                let before = self.hidden.entry((device, hidden.rule)).or_default();
                *before.entry((hidden.by, hidden.how)).or_default() |= required;
            }
            for misplaced in &trail.misplaced {
                self.misplaced.entry((device, misplaced.rule)).or_insert(*misplaced);
            }
        }
    }
}

/// Why a rule does not decide.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Why {
    /// It would let connections through, which are stopped before; a required one if true.
    Stopped(bool),
    /// It would stop connections, which are let through before.
    LetThrough,
    /// What is before it does the same.
    Repeated,
    /// Nothing comes as far.
    Unreached,
}

fn shadowed<A: Cached>(ground: &Ground<'_, A>, device: usize, seen: &Seen) -> Vec<Finding> {
    let Some(firewall) = ground.site.device(device).map(|device| device.firewall) else {
        return Vec::new();
    };
    let mut groups: BTreeMap<(Why, RuleId), Vec<By>> = BTreeMap::new();
    for ((_, rule), before) in seen.hidden.iter().filter(|((place, _), _)| *place == device) {
        if let Some(key) = why(ground, firewall, *rule, before) {
            groups.entry(key).or_default().push(ground.place(device, *rule));
        }
    }
    let findings = groups.into_iter().map(|((why, by), rules)| {
        let by = ground.place(device, by);
        finding(ground, why, &rules, &by)
    });
    findings.collect()
}

/// Why a rule does not decide, and the rule that is to blame, if there is one answer.
fn why<A: Cached>(
    ground: &Ground<'_, A>,
    firewall: &Firewall,
    id: RuleId,
    before: &BTreeMap<(RuleId, Turn), bool>,
) -> Option<(Why, RuleId)> {
    let rule = firewall.rule(id)?;
    let named = Named::<A>::of(rule).filter(|named| named.is_about_ftp(ground))?;
    let accepts = matches!(rule.action().parts().last(), Some(Action::Accept));
    let stopped = || before.keys().all(|(_, turn)| *turn == Turn::Stopped);
    if accepts && stopped() {
        let required = before.values().any(|required| *required);
        let (by, _) = before.keys().next()?;
        return Some((Why::Stopped(required), *by));
    }
    // Besides, no packet of any kind comes to it.
    let covers = |by: &&(RuleId, Turn)| {
        let other = firewall.rule(by.0).filter(|_| by.0.chain == id.chain);
        other.and_then(Named::<A>::of).is_some_and(|other| other.covers(&named))
    };
    let (by, turn) = before.keys().find(covers)?;
    let why = match (turn, accepts) {
        (Turn::Accepted, true) | (Turn::Stopped, false) => Why::Repeated,
        (Turn::Accepted, false) => Why::LetThrough,
        (Turn::Stopped, true) => Why::Stopped(before.values().any(|required| *required)),
        (Turn::Away | Turn::Either, _) => Why::Unreached,
    };
    Some((why, *by))
}

fn finding<A: Cached>(ground: &Ground<'_, A>, why: Why, rules: &[By], by: &By) -> Finding {
    let (whom, by) = (&ground.whom, by.short());
    let rules_are = places(rules);
    let never = verb(rules, "never matches", "never match");
    let it = verb(rules, "it", "them");
    let (code, severity, message, help) = match why {
        Why::Stopped(required) => (
            Check::AllowShadowed,
            if required { Severity::Error } else { Severity::Warning },
            format!(
                "{rules_are} never {} a connection with {whom} through: {by} stops them first",
                verb(rules, "lets", "let"),
            ),
            format!("move {it} before {by}"),
        ),
        Why::LetThrough => (
            Check::DeadRule,
            Severity::Warning,
            format!(
                "{rules_are} {} meant to stop connections with {whom} and {never} anything: {by} \
                 lets all of it through first",
                verb(rules, "is", "are"),
            ),
            format!("move {it} before {by}, or remove {it}"),
        ),
        Why::Repeated => (
            Check::DeadRule,
            Severity::Info,
            format!(
                "{rules_are} {never} anything: {by} has decided about all of it, and no otherwise"
            ),
            format!("remove {it}"),
        ),
        Why::Unreached => (
            Check::DeadRule,
            Severity::Warning,
            format!("{rules_are} {never} anything: {by} leads everything away first"),
            format!("move {it} before {by}, or remove {it}"),
        ),
    };
    let first = rules.first();
    Finding {
        code,
        severity,
        message,
        help,
        line: first.and_then(|rule| rule.line),
        rule_set: first.and_then(|rule| rule.rule_set.clone()),
    }
}

/// Rules that name the wrong side of a translation.
fn misplaced<A: Cached>(ground: &Ground<'_, A>, device: usize, seen: &Seen) -> Vec<Finding> {
    let Some(firewall) = ground.site.device(device).map(|device| device.firewall) else {
        return Vec::new();
    };
    let mut groups: BTreeMap<(RuleId, bool), Vec<By>> = BTreeMap::new();
    let all = seen.misplaced.iter().filter(|((place, _), _)| *place == device);
    // Where another rule decides before it, its place is the fault.
    let alone = all.filter(|(place, _)| !seen.hidden.contains_key(place));
    for ((_, rule), Misplaced { by, before, .. }) in alone {
        groups.entry((*by, *before)).or_default().push(ground.place(device, *rule));
    }
    let finding = |((translator, before), rules): ((RuleId, bool), Vec<By>)| {
        let by = ground.place(device, translator).short();
        let becomes =
            firewall.rule(translator).and_then(|rule| match rule.action().parts().last() {
                Some(Action::Translate(translation)) => becomes(translation),
                _ => None,
            });
        let matched = verb(&rules, "never matches", "never match");
        let names = verb(&rules, "it names", "they name");
        let (what, instead) = if before {
            ("what packets carry before", "what they carry after it")
        } else {
            ("what packets carry only after", "what they carry before it")
        };
        let becomes = becomes.filter(|_| before).map(|it| format!(": {it}")).unwrap_or_default();
        let first = rules.first();
        Finding {
            code: Check::WrongSideOfTranslation,
            severity: Severity::Warning,
            message: format!(
                "{} {matched} a connection with {}: {names} {what} the translation in {by}",
                places(&rules),
                ground.whom,
            ),
            help: format!("name {instead}{becomes}"),
            line: first.and_then(|rule| rule.line),
            rule_set: first.and_then(|rule| rule.rule_set.clone()),
        }
    };
    groups.into_iter().map(finding).collect()
}

/// What a translated end becomes, if that is one address or port.
fn becomes(translation: &Translation) -> Option<String> {
    let end = match translation.side {
        Side::Source => "source",
        Side::Destination => "destination",
    };
    let port = translation.ports.filter(|(first, last)| first == last).map(|(port, _)| port);
    let port = port.map(|port| format!("port {port}"));
    let address = match translation.kind {
        TranslationKind::Range(Some((first, last))) if first == last => Some(first.to_string()),
        _ => None,
    };
    match (address, port) {
        (None, None) => None,
        (Some(address), Some(port)) => Some(format!("{end} {address} {port}")),
        (address, port) => Some(format!("{end} {}", address.or(port).unwrap_or_default())),
    }
}
