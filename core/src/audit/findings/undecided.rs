//! What cannot be decided, and what would decide it: `FTP-U1`; and what counts or limits data
//! connections, which nobody can decide: `FTP-T2`.

use std::collections::HashMap;

use super::super::blame::{self, Condition};
use super::super::check::Check;
use super::super::clues::Clues;
use super::super::describe::Describer;
use super::super::report::ModeReport;
use super::draft::Draft;
use super::families::works_otherwise;
use super::scene::Scene;
use crate::eval::symbolic::Open;
use crate::ftp::FlowKind;

/// How many lines are named of those that depend on the same thing.
const LINES: usize = 3;

/// How many interfaces are named that there are to choose from.
const INTERFACES: usize = 8;

/// What counts connections or packets, by the first words of its name.
const LIMITS: [&str; 10] = [
    "-m limit",
    "-m hashlimit",
    "-m connlimit",
    "-m iplimit",
    "-m recent",
    "-m quota",
    "-m quota2",
    "limit",
    "quota",
    "ct count",
];

pub(super) fn of<'a>(scene: &Scene<'a>, mode: &ModeReport, clues: &Clues) -> Vec<Draft<'a>> {
    let mut drafts = conditions(scene, mode, clues);
    // That is a finding of its own.
    let said = clues.silent && works_otherwise(scene, mode).is_some();
    let notes = mode.notes.iter().filter(|_| !said);
    drafts.extend(notes.map(|note| {
        let said = format!("{} is undecided: {note}", scene.name());
        let help = match clues.silent {
            true => {
                "ask about the rules for that family, too, or name clients of the other one only"
            }
            false => "let every address through on these ports, or name the servers that you use",
        };
        Draft::new(Check::Undecided, None, said, "", help)
    }));
    drafts
}

/// What the mode's undecided gaps depend on: what can be given along in one finding, the rest line by
/// line.
fn conditions<'a>(scene: &Scene<'a>, mode: &ModeReport, clues: &Clues) -> Vec<Draft<'a>> {
    let announced = Describer::open(Open::Announced);
    // That is a finding of its own.
    let said = |one: &&Condition| clues.announced.is_some() && **one == announced;
    let undecided = mode.gaps.iter().filter(|gap| gap.undecided);
    let limits: Vec<&Condition> = undecided
        .clone()
        .filter(|gap| gap.flow != FlowKind::Control)
        .flat_map(|gap| &gap.conditions)
        .filter(|condition| limits(condition))
        .collect();
    let all = undecided.flat_map(|gap| &gap.conditions).filter(|one| !said(one));
    let all: Vec<&Condition> = all.filter(|one| !limits.contains(one)).collect();
    let limits = alike(&limits);
    let mut drafts: Vec<_> = limits.iter().map(|group| limited(scene, group)).collect();
    drafts.extend(options(scene, &all));
    let open: Vec<_> = all.into_iter().filter(|condition| condition.decided_by.is_none()).collect();
    drafts.extend(alike(&open).iter().map(|group| {
        let said = format!("this cannot be decided from the rule set: {}", short(group));
        let help = "an unconditional rule for these ports, before this one, would decide it";
        with_place(Draft::new(Check::Undecided, None, said, "", help), group)
    }));
    drafts
}

/// Conditions that depend on the same thing, which is one cause, line by line.
fn alike<'c>(conditions: &[&'c Condition]) -> Vec<Vec<&'c Condition>> {
    let mut groups: HashMap<_, usize> = HashMap::new();
    let mut alike: Vec<Vec<&Condition>> = Vec::new();
    let mut ordered = conditions.to_vec();
    ordered.sort_by_key(|condition| condition.line);
    ordered.dedup();
    for condition in ordered {
        let next = alike.len();
        let group = *groups.entry((&condition.rule_set, &condition.what)).or_insert(next);
        match alike.get_mut(group) {
            Some(group) => group.push(condition),
            None => alike.push(vec![condition]),
        }
    }
    alike
}

/// "-m limit in line 6", "-m time in lines 6, 9 and 4 more".
fn short(group: &[&Condition]) -> String {
    let Some(first) = group.first() else { return String::new() };
    let lines: Vec<_> = group.iter().filter_map(|condition| condition.line).collect();
    if lines.len() < 2 {
        return first.short();
    }
    let named: Vec<_> = lines.iter().take(LINES).map(u32::to_string).collect();
    let more = match lines.len().checked_sub(LINES) {
        Some(more) if more > 0 => format!(" and {more} more"),
        _ => String::new(),
    };
    let of = blame::of(first.rule_set.as_deref());
    format!("{} in lines {}{more}{of}", first.what, named.join(", "))
}

fn with_place<'a>(draft: Draft<'a>, group: &[&Condition]) -> Draft<'a> {
    match group.first() {
        Some(first) => draft.line(first.line, first.rule_set.as_deref()),
        None => draft,
    }
}

/// What can be given along, each thing once.
fn options<'a>(scene: &Scene<'a>, all: &[&Condition]) -> Vec<Draft<'a>> {
    let mut options: Vec<(Option<&str>, &str)> = all
        .iter()
        .filter_map(|one| Some((one.rule_set.as_deref(), one.decided_by.as_deref()?)))
        .collect();
    options.sort_unstable();
    options.dedup();
    let mut drafts = Vec::new();
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
                let of = blame::of(rule_set);
                format!("{rules} on what the rule set does not say, first line {first}{of}: {what}")
            }
            None => format!("this depends on what the rule set does not say: {what}"),
        };
        let help = format!("give {option}{}", choice(scene, option, rule_set));
        let draft = Draft::new(Check::Undecided, None, message, "", help);
        drafts.push(draft.line(lines.first().copied(), rule_set));
    }
    drafts
}

/// What there is to choose from, for an option that names interfaces.
fn choice(scene: &Scene<'_>, option: &str, rule_set: Option<&str>) -> String {
    if !["inside", "outside"].iter().any(|side| option.contains(side)) {
        return String::new();
    }
    let all = scene.interfaces(rule_set);
    let named = all.iter().take(INTERFACES).copied().collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(INTERFACES) {
        0 if all.is_empty() => named,
        0 => format!("; the rules name {named}"),
        more => format!("; the rules name {named} and {more} more"),
    }
}

/// Whether all that a condition depends on counts connections or packets.
fn limits(condition: &Condition) -> bool {
    condition.what.split(", ").all(|what| {
        LIMITS.iter().any(|limit| {
            let rest = what.strip_prefix(limit);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        })
    })
}

/// `FTP-T2`.
fn limited<'a>(scene: &Scene<'a>, group: &[&Condition]) -> Draft<'a> {
    let said = format!(
        "whether data connections to {} pass depends on how many there are: {}; every listing and \
         every file is a connection of its own",
        scene.name(),
        short(group),
    );
    let help = "an unconditional rule for the data ports, before this one; limit the control port \
                instead";
    with_place(Draft::new(Check::DataLimited, None, said, "", help), group)
}
