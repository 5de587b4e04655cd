use std::collections::HashMap;

use super::difference::Decision;
use crate::audit::answer::Answer;
use crate::audit::blame::{ByKind, Condition};
use crate::audit::describe::Describer;
use crate::audit::fates::{Piece, Status};
use crate::firewall::{Fate, Governs};
use crate::space::{Budget, Exhausted, HeaderSet};

/// How the connections of a flow fare with one of the two rule sets: a partition of what is needed.
pub(super) struct Side<A: Governs> {
    pub(super) groups: Vec<Group<A>>,
}

/// All connections with one decision.
pub(super) struct Group<A: Governs> {
    pub(super) decision: Decision,
    pub(super) set: HeaderSet<A>,
}

impl<A: Governs> Side<A> {
    pub(super) fn of(
        answer: &Answer<A>,
        describers: &[Describer<'_>],
        budget: &Budget,
    ) -> Result<Self, Exhausted> {
        let mut kinds: Vec<(&Piece<A>, Vec<&HeaderSet<A>>)> = Vec::new();
        let mut known: HashMap<_, usize> = HashMap::new();
        for piece in &answer.pieces {
            let ruling = &piece.ruling;
            // Of what passes nobody asks how it nearly did not.
            let stopped = (piece.status != Status::Open).then_some((
                ruling.fate,
                ruling.stage,
                piece.status,
                &ruling.doubts,
                ruling.open,
                &piece.because,
            ));
            let index = *known.entry((ruling.device, ruling.by, stopped)).or_insert(kinds.len());
            match kinds.get_mut(index) {
                Some((_, sets)) => sets.push(&piece.set),
                None => kinds.push((piece, vec![&piece.set])),
            }
        }
        let mut groups = Vec::with_capacity(kinds.len());
        for (piece, sets) in kinds {
            let decision = decision(piece, describers.get(piece.ruling.device));
            groups.push(Group { decision, set: HeaderSet::union_of(sets, budget)? });
        }
        Ok(Self { groups })
    }

    /// All of what is needed is undecided, because nothing can be said.
    pub(super) fn unknown(needed: HeaderSet<A>, why: &str) -> Self {
        let decision = Decision::without_rule(Status::Unsure, why);
        Self { groups: vec![Group { decision, set: needed }] }
    }

    /// Those that fare so, neighbours side by side.
    pub(super) fn with(&self, status: Status) -> Vec<&Group<A>> {
        let alike = |group: &&Group<A>| group.decision.status == status;
        let mut groups: Vec<_> = self.groups.iter().filter(alike).collect();
        groups.sort_by_cached_key(|group| group.set.witness());
        groups
    }

    /// The union of those that a test picks.
    pub(super) fn union(
        &self,
        wanted: impl Fn(Status) -> bool,
        budget: &Budget,
    ) -> Result<HeaderSet<A>, Exhausted> {
        let picked = self.groups.iter().filter(|group| wanted(group.decision.status));
        HeaderSet::union_of(picked.map(|group| &group.set), budget)
    }
}

fn decision<A: Governs>(piece: &Piece<A>, describer: Option<&Describer<'_>>) -> Decision {
    let ruling = &piece.ruling;
    let by = describer.map(|describer| describer.by(ruling.by));
    let (fate, packet, conditions) = match (piece.status, describer) {
        (Status::Open, _) => (Fate::Accept, None, Vec::new()),
        (_, Some(describer)) => {
            let fate = if ruling.fate == Fate::Accept { Fate::Drop } else { ruling.fate };
            let conditions = describer.conditions(ruling, piece.because.as_deref());
            (fate, Some(ruling.stage), conditions)
        }
        (_, None) => (Fate::Drop, Some(ruling.stage), Vec::new()),
    };
    Decision { status: piece.status, by, fate, packet, conditions }
}

impl Decision {
    /// One for which no rule can be named.
    fn without_rule(status: Status, why: &str) -> Self {
        let condition = Condition {
            rule_set: None,
            line: None,
            text: String::new(),
            what: why.to_owned(),
            decided_by: None,
        };
        let fate = if status == Status::Open { Fate::Accept } else { Fate::Drop };
        Self { status, by: None, fate, packet: None, conditions: vec![condition] }
    }

    /// One for many, where rules cut one another into too many pieces for each to be told.
    pub(super) fn of_many(status: Status) -> Self {
        Self::without_rule(status, "which of very many rules it is")
    }

    /// Whether it is undecided for the same reasons, wherever these stand.
    pub(super) fn depends_alike(&self, other: &Self) -> bool {
        self.reasons() == other.reasons()
    }

    /// What it comes from and depends on, without the places.
    fn reasons(&self) -> impl PartialEq {
        let conditions = self.conditions.iter();
        let conditions: Vec<_> =
            conditions.map(|one| (without_counters(&one.text), one.what.clone())).collect();
        let rule = self.by.as_ref().filter(|by| by.kind == ByKind::Rule);
        let rule = rule.map(|by| without_counters(&by.text));
        (self.fate, self.packet, rule, conditions)
    }
}

/// A rule without the numbers of packets and bytes that `iptables-save -c` and `nft list ruleset` print
/// with it: those change while the rule does not.
fn without_counters(text: &str) -> String {
    let mut kept = Vec::new();
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        let counted = word.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        if counted.is_some_and(|counted| counted.chars().all(|c| c.is_ascii_digit() || c == ':')) {
            continue;
        }
        kept.push(word);
        if word == "counter" {
            let mut after = words.clone();
            let numbers = [after.next(), after.nth(1)];
            if numbers == [Some("packets"), Some("bytes")] {
                after.next();
                words = after;
            }
        }
    }
    kept.join(" ")
}

#[cfg(test)]
mod tests {
    use super::without_counters;

    #[test]
    fn counters_are_no_part_of_a_rule() {
        let same = |one, other| assert_eq!(without_counters(one), other);
        same("[12:720] -A FORWARD -m limit -j ACCEPT", "-A FORWARD -m limit -j ACCEPT");
        same("tcp dport 21 counter packets 3 bytes 180 accept", "tcp dport 21 counter accept");
        same("counter packets 3 bytes 180", "counter");
        // The name of a counter, and a burst.
        same("counter name packets accept", "counter name packets accept");
        same("limit rate 10/minute burst 5 packets", "limit rate 10/minute burst 5 packets");
    }
}
