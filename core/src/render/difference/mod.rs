//! What has changed between two rule sets, for people: how it is set out is up to each form.

mod forge;
mod text;

pub(super) use forge::{github, markdown};
pub(super) use text::text;

use super::facts;
use super::gaps;
use super::sentence::Sentence;
use crate::audit::{
    By, ByKind, Change, ChangeKind, Decision, Difference, FlowReport, ModeDifference,
    ProviderDifference, RuleSet, Status, Trend,
};
use crate::eval::symbolic::Stage;
use crate::firewall::Fate;

/// How many changes of a provider are shown to a person.
const CHANGES: usize = 20;

/// "FTP to SmartFile through new.v4 at client-gateway, compared with old.v4".
fn question(difference: &Difference) -> Sentence {
    let names = difference.providers.iter().map(|provider| provider.name.as_str());
    let asked = facts::asked(names, &difference.new, &difference.path);
    let asked = asked.words(", compared with ");
    match &difference.old.file {
        Some(file) => asked.quote(file.clone()),
        None => asked.words("the old rule set"),
    }
}

/// Why both were taken to stand where they were, if nobody said so.
fn placement_reason(difference: &Difference) -> Option<Sentence> {
    facts::chosen(&difference.new, true)
}

/// Which clients it is about.
fn clients(difference: &Difference) -> Sentence {
    match &difference.clients {
        Some(clients) => Sentence::new().words(format!("clients: {}", clients.join(", "))),
        None => Sentence::new()
            .words("clients: all for whom a session is possible; ")
            .quote("--client")
            .words(" names yours"),
    }
}

/// Modes that have changed alike in all but the command that opens the data connection.
struct ModeGroup<'a> {
    mode: &'a ModeDifference,
    /// The commands: "pasv epsv".
    data: String,
}

/// The modes of a provider, the required ones first.
fn mode_groups(provider: &ProviderDifference) -> Vec<ModeGroup<'_>> {
    let mut groups: Vec<ModeGroup<'_>> = Vec::new();
    for mode in &provider.modes {
        let alike = |group: &&mut ModeGroup<'_>| {
            let same = |mode: &ModeDifference| (mode.protection, mode.family, mode.required);
            same(group.mode) == same(mode)
                && group.mode.verdict == mode.verdict
                && (&group.mode.before, &group.mode.now) == (&mode.before, &mode.now)
                && group.mode.changes == mode.changes
        };
        match groups.iter_mut().find(alike) {
            Some(group) => {
                group.data.push(' ');
                group.data.push_str(mode.data.as_str());
            }
            None => groups.push(ModeGroup { mode, data: mode.data.as_str().to_owned() }),
        }
    }
    groups.sort_by_key(|group| !group.mode.required);
    groups
}

impl ModeGroup<'_> {
    /// "works -> partly: control open, data open -> 50 of 51 ports open".
    fn fares(&self) -> String {
        let ModeDifference { before, now, still_undecided, required, verdict, .. } = self.mode;
        let mut words = turned(before.verdict.as_str(), now.verdict.as_str());
        if *verdict != Trend::Same {
            let flow = |(before, now): (&FlowReport, &FlowReport)| {
                let fares = turned(&facts::fate(before), &facts::fate(now));
                format!("{} {fares}", facts::name(now.kind))
            };
            let flows = before.flows.iter().zip(&now.flows).map(flow);
            words.push_str(&format!(": {}", flows.collect::<Vec<_>>().join(", ")));
        }
        if !still_undecided.is_zero() {
            words.push_str("; what is undecided for the same reasons as before is not compared");
        }
        if !required {
            words.push_str(" (not required)");
        }
        words
    }

    /// "works for clients: 10.0.0.0/8 -> 10.1.0.0/16", if that has changed.
    fn clients(&self) -> Option<String> {
        let before = self.mode.before.works_for.as_ref()?;
        let now = self.mode.now.works_for.as_ref()?;
        let words = |clients: &[String]| match clients {
            [] => "none".to_owned(),
            some => facts::clients_words(some),
        };
        (before != now)
            .then(|| format!("works for clients: {}", turned(&words(before), &words(now))))
    }
}

/// "open -> blocked", or "open" where that is the same.
fn turned(before: &str, now: &str) -> String {
    if before == now { now.to_owned() } else { format!("{before} -> {now}") }
}

/// What else bears on the verdict: what is to be said of the comparison, and of the new rule set if it
/// was not to be said of the old one.
fn notes(provider: &ProviderDifference) -> Vec<&str> {
    let mut notes: Vec<&str> = Vec::new();
    for mode in &provider.modes {
        let new = mode.now.notes.iter().filter(|note| !mode.before.notes.contains(note));
        for note in mode.notes.iter().chain(new) {
            if !notes.contains(&note.as_str()) {
                notes.push(note);
            }
        }
    }
    notes
}

/// A change, and the modes that have it.
struct ChangeGroup<'a> {
    change: &'a Change,
    modes: Vec<&'a ModeDifference>,
}

/// The changes of a provider's modes, those that are required before the others and the worst first,
/// as many as a person wants to see, and how many more there are. What required modes have in common
/// with others is said once.
fn change_groups(provider: &ProviderDifference) -> (Vec<ChangeGroup<'_>>, usize) {
    let mut groups: Vec<ChangeGroup<'_>> = Vec::new();
    let (required, others): (Vec<_>, Vec<_>) =
        provider.modes.iter().partition(|mode| mode.required);
    for mode in required.into_iter().chain(others) {
        for change in &mode.changes {
            match groups.iter_mut().find(|group| group.change == change) {
                Some(group) if group.required() && !mode.required => {}
                Some(group) => group.modes.push(mode),
                None => groups.push(ChangeGroup { change, modes: vec![mode] }),
            }
        }
    }
    groups.sort_by_key(|group| {
        (!group.required(), std::cmp::Reverse(group.change.trend), group.change.flow)
    });
    let more = groups.len().saturating_sub(CHANGES);
    groups.truncate(CHANGES);
    (groups, more)
}

/// "and 3 more changes; --format json lists all of them".
fn more_changes(more: usize) -> Sentence {
    Sentence::new()
        .words(format!("and {more} more changes; "))
        .quote("--format json")
        .words(" lists all of them")
}

impl ChangeGroup<'_> {
    fn required(&self) -> bool {
        self.modes.iter().any(|mode| mode.required)
    }

    /// What it means for the verdict: nothing, if nobody needs the modes.
    fn trend(&self) -> Trend {
        if self.required() { self.change.trend } else { Trend::Same }
    }

    /// "lost: passive data".
    fn heading(&self) -> String {
        let kind = match self.change.kind {
            ChangeKind::Lost => "lost",
            ChangeKind::BecameUndecided => "became undecided",
            ChangeKind::UndecidedOtherwise => "undecided for other reasons",
            ChangeKind::BecameDecided => "became decided",
            ChangeKind::Gained => "gained",
        };
        format!("{kind}: {}", self.change.flow.as_str().replace('-', " "))
    }

    /// "plain, explicit-tls", "plain, explicit-tls, not required".
    fn modes(&self) -> String {
        let mut all: Vec<_> = self.modes.iter().map(|mode| mode.protection.as_str()).collect();
        all.dedup();
        if !self.required() {
            all.push("not required");
        }
        all.join(", ")
    }

    fn boxes(&self) -> Vec<String> {
        gaps::boxes(self.change.space.iter(), self.change.more)
    }
}

/// "accepted by line 24: the rule (filter/FORWARD)".
fn decided(decision: &Decision) -> String {
    match &decision.by {
        Some(by) if is_no_chain(by) => by.text.clone(),
        Some(by) => format!("{} {by}{}", done(decision), packet(decision)),
        None => decision.status.to_string(),
    }
}

/// What accepts everything where no chain is passed is nothing that one could name.
fn is_no_chain(by: &By) -> bool {
    by.kind == ByKind::Policy && by.chain.is_empty()
}

/// "rejected by".
const fn done(decision: &Decision) -> &'static str {
    match (decision.status, decision.fate) {
        (Status::Open, _) => "accepted by",
        (Status::Unsure, _) => "may be stopped by",
        (Status::Blocked, Fate::Reject) => "rejected by",
        (Status::Blocked, _) => "dropped by",
    }
}

/// " (at the SYN-ACK)"; nothing if it is the first packet.
fn packet(decision: &Decision) -> String {
    match decision.packet {
        None | Some(Stage::Syn) => String::new(),
        Some(packet) => format!(" (at {})", packet.words()),
    }
}

/// What an undecided decision depends on.
fn conditions(decision: &Decision) -> Vec<Sentence> {
    gaps::conditions(&decision.conditions)
}

/// The file of what decided, which is named only where several rule sets were audited.
fn file_of<'a>(alone: &'a RuleSet, path: &'a [RuleSet], by: &'a By) -> Option<&'a str> {
    match by.rule_set.as_deref() {
        None => alone.file.as_deref(),
        Some(name) => {
            let mut files = path.iter().chain([alone]).filter_map(|one| one.file.as_deref());
            files.find(|file| *file == name)
        }
    }
}
