use super::difference::{Change, ChangeKind, Decision, Trend};
use super::side::{Group, Side};
use crate::audit::answer::{client_axis, needed, not_servers, of_clients};
use crate::audit::fates::Status;
use crate::firewall::Governs;
use crate::ftp::{Flow, ModeFlows};
use crate::space::{Axis, Budget, Count, Exhausted, HeaderSet, PacketSpace, Ranges};

/// How many boxes of a change are listed.
const LISTED: usize = 200;

/// How many changes of a kind are told apart by the rules that decide.
const TOLD_APART: usize = 5_000;

/// A flow, as the one rule set treats it and as the other does.
pub(super) struct FlowSides<'f, A: Governs> {
    flow: &'f Flow,
    needed: HeaderSet<A>,
    before: Side<A>,
    now: Side<A>,
}

impl<'f, A: Governs> FlowSides<'f, A> {
    pub(super) fn new(
        flow: &'f Flow,
        before: Side<A>,
        now: Side<A>,
        budget: &Budget,
    ) -> Result<Self, Exhausted> {
        Ok(Self { flow, needed: needed(flow, budget)?, before, now })
    }

    const fn client_axis(&self) -> Axis {
        client_axis(self.flow.opener)
    }
}

/// The clients of the question.
///
/// Those who were named need all of their connections. Where nobody was named, it is about everybody
/// who can have a session at all: a data connection is of no use to those who have no control
/// connection, and closing it to them takes nothing away.
pub(super) struct Judged<A> {
    /// Those who may have had a session, who can lose something; everybody if they were named.
    before: Ranges<A>,
    /// Those who may have one now, who can gain something.
    now: Ranges<A>,
}

impl<A: Governs> Judged<A> {
    pub(super) fn of(
        flows: &ModeFlows,
        sides: [&FlowSides<'_, A>; 2],
        budget: &Budget,
    ) -> Result<Self, Exhausted> {
        if flows.clients_given {
            let all = Ranges::all(Axis::Source);
            return Ok(Self { before: all.clone(), now: all });
        }
        let needed = sides.map(|sides| (sides.client_axis(), &sides.needed));
        let (mut before, mut now) = (not_servers(needed), not_servers(needed));
        for sides in sides {
            let possible = |side: &Side<A>| {
                let possible = side.union(|status| status != Status::Blocked, budget)?;
                Ok::<_, Exhausted>(possible.values_on(sides.client_axis()))
            };
            before = before.intersection(&possible(&sides.before)?);
            now = now.intersection(&possible(&sides.now)?);
        }
        Ok(Self { before, now })
    }

    fn of_change(&self, trend: Trend, before: Status, now: Status) -> Ranges<A> {
        match (trend, before, now) {
            (_, Status::Unsure, Status::Unsure) => self.before.union(&self.now),
            (Trend::Better, ..) => self.now.clone(),
            _ => self.before.clone(),
        }
    }
}

/// What has become of the connections of a mode.
pub(super) struct Compared {
    pub(super) trend: Trend,
    pub(super) changes: Vec<Change>,
    /// Pairs of address and port that are undecided for the same reasons as before.
    pub(super) still_undecided: Count,
}

impl Default for Compared {
    fn default() -> Self {
        let still_undecided = Count::default();
        Self { trend: Trend::Same, changes: Vec::new(), still_undecided }
    }
}

/// What a change from one status to another means for who needs the connection.
const fn trend(before: Status, now: Status) -> Trend {
    match (before, now) {
        (Status::Open, Status::Blocked) => Trend::Worse,
        (Status::Open, Status::Open) | (Status::Blocked, Status::Blocked) => Trend::Same,
        (_, Status::Open) | (Status::Blocked, Status::Unsure) => Trend::Better,
        (Status::Open | Status::Unsure, Status::Unsure) | (Status::Unsure, Status::Blocked) => {
            Trend::Undecided
        }
    }
}

/// All changes of a mode's flows, the worst first.
pub(super) fn all<A: Governs>(
    flows: [&FlowSides<'_, A>; 2],
    judged: &Judged<A>,
    budget: &Budget,
) -> Result<Compared, Exhausted>
where
    PacketSpace: From<HeaderSet<A>>,
{
    let mut compared = Compared::default();
    for sides in flows {
        for before in Status::ALL {
            for now in Status::ALL {
                if let Some(kind) = ChangeKind::between(*before, *now) {
                    let pair = Pair { sides, kind, before: *before, now: *now };
                    pair.compare(judged, &mut compared, budget)?;
                }
            }
        }
    }
    let rank = |change: &Change| (std::cmp::Reverse(change.trend), change.flow, change.kind);
    compared.changes.sort_by(|one, other| {
        rank(one).cmp(&rank(other)).then_with(|| one.space.cmp(&other.space))
    });
    compared.trend = compared.changes.iter().map(|one| one.trend).max().unwrap_or(Trend::Same);
    Ok(compared)
}

/// The connections of a flow that fared in one way and fare in another one.
struct Pair<'s, 'f, A: Governs> {
    sides: &'s FlowSides<'f, A>,
    kind: ChangeKind,
    before: Status,
    now: Status,
}

impl<A: Governs> Pair<'_, '_, A>
where
    PacketSpace: From<HeaderSet<A>>,
{
    fn compare(
        &self,
        judged: &Judged<A>,
        compared: &mut Compared,
        budget: &Budget,
    ) -> Result<(), Exhausted> {
        let FlowSides { before, now, .. } = self.sides;
        let changed = self.changed(judged, budget)?;
        if changed.is_empty() {
            return Ok(());
        }
        let mut meetings = Meetings { found: Vec::new() };
        meetings.search(&before.with(self.before), &now.with(self.now), &changed, budget)?;
        let (mut alike, mut met) = (Vec::new(), Vec::with_capacity(meetings.found.len()));
        for (old, new, set) in meetings.found {
            met.push(set.clone());
            if self.kind == ChangeKind::UndecidedOtherwise
                && old.decision.depends_alike(&new.decision)
            {
                alike.push(set);
            } else {
                compared.changes.push(self.change(&old.decision, &new.decision, set));
            }
        }
        let rest = changed.difference(&HeaderSet::union_of(&met, budget)?, budget)?;
        if !rest.is_empty() {
            let [old, new] = [self.before, self.now].map(Decision::of_many);
            compared.changes.push(self.change(&old, &new, rest));
        }
        compared.still_undecided += HeaderSet::union_of(&alike, budget)?.count_pairs();
        Ok(())
    }

    /// All of them, of the clients who are judged.
    fn changed(&self, judged: &Judged<A>, budget: &Budget) -> Result<HeaderSet<A>, Exhausted> {
        let FlowSides { before, now, .. } = self.sides;
        let old = before.union(|status| status == self.before, budget)?;
        let new = now.union(|status| status == self.now, budget)?;
        let trend = trend(self.before, self.now);
        let clients = judged.of_change(trend, self.before, self.now);
        let theirs = of_clients(self.sides.client_axis(), &clients, budget)?;
        old.intersection(&new, budget)?.intersection(&theirs, budget)
    }

    fn change(&self, old: &Decision, new: &Decision, set: HeaderSet<A>) -> Change {
        let pairs = set.count_pairs();
        let listing = PacketSpace::from(set).cover(LISTED);
        Change {
            kind: self.kind,
            trend: trend(self.before, self.now),
            flow: self.sides.flow.kind,
            opener: self.sides.flow.opener,
            space: listing.entries,
            more: listing.more,
            pairs,
            before: old.clone(),
            now: new.clone(),
        }
    }
}

/// The pairs of an old and a new decision that have connections in common.
struct Meetings<'g, A: Governs> {
    found: Vec<(&'g Group<A>, &'g Group<A>, HeaderSet<A>)>,
}

impl<'g, A: Governs> Meetings<'g, A> {
    /// Looks at all of one side and all of the other at once, then at halves, as long as these have
    /// something in common: the work grows with the pairs that are found, not with those that exist.
    /// Halves again and again, so the recursion is shallow.
    fn search(
        &mut self,
        old: &[&'g Group<A>],
        new: &[&'g Group<A>],
        within: &HeaderSet<A>,
        budget: &Budget,
    ) -> Result<(), Exhausted> {
        if self.found.len() >= TOLD_APART {
            return Ok(());
        }
        let all = |groups: &[&Group<A>]| {
            HeaderSet::union_of(groups.iter().map(|group| &group.set), budget)
        };
        let common = within.intersection(&all(old)?, budget)?.intersection(&all(new)?, budget)?;
        if common.is_empty() {
            return Ok(());
        }
        match (old, new) {
            (&[old], &[new]) => self.found.push((old, new, common)),
            _ if old.len() >= new.len() => {
                let (one, other) = old.split_at(old.len() / 2);
                self.search(one, new, &common, budget)?;
                self.search(other, new, &common, budget)?;
            }
            _ => {
                let (one, other) = new.split_at(new.len() / 2);
                self.search(old, one, &common, budget)?;
                self.search(old, other, &common, budget)?;
            }
        }
        Ok(())
    }
}
