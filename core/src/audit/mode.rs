use std::collections::HashMap;

use super::answer::{Answer, not_servers, of_clients, port_ranges};
use super::describe::{Describer, blocks};
use super::fates::{Piece, Status};
use super::report::{FlowReport, Gap, ModeReport, Share};
use super::verdict::Verdict;
use crate::firewall::{Fate, Governs};
use crate::ftp::{End, FlowKind, ModeFlows};
use crate::space::{Axis, Budget, Count, Exhausted, HeaderSet, PacketSpace, Ranges};

/// How many boxes of a gap are listed.
const LISTED: usize = 200;

/// The clients that a mode is judged by.
pub(super) struct Judged<A> {
    pub(super) clients: Ranges<A>,
    /// Where nobody named the clients, whether the mode works for these.
    works: Option<bool>,
}

impl<A: Governs> Judged<A> {
    /// Those that were named, who are all that the answers are about; else those for which the mode
    /// works; else those that get furthest.
    pub(super) fn of(
        flows: &ModeFlows,
        answers: [&Answer<A>; 2],
        budget: &Budget,
    ) -> Result<Self, Exhausted> {
        if flows.clients_given {
            return Ok(Self { clients: Ranges::all(Axis::Source), works: None });
        }
        let (clients, works) = best_clients(answers, budget)?;
        Ok(Self { clients, works: Some(works) })
    }
}

/// Puts the answers about a mode's two flows together.
pub(super) fn report<A: Governs>(
    describers: &[Describer<'_>],
    flows: &ModeFlows,
    required: bool,
    answers: [&Answer<A>; 2],
    judged: &Judged<A>,
    budget: &Budget,
) -> Result<ModeReport, Exhausted>
where
    PacketSpace: From<HeaderSet<A>>,
{
    let judged_for = judged.works.map(|_| blocks(&judged.clients));
    let works_for =
        judged.works.and_then(|works| if works { judged_for.clone() } else { Some(Vec::new()) });
    let mut flow_reports = Vec::new();
    let mut gaps = Vec::new();
    for answer in answers {
        let view = ClientView::new(answer, &judged.clients, budget)?;
        flow_reports.push(view.flow_report(budget)?);
        gaps.extend(view.gaps(describers, budget)?);
    }
    let verdict = flow_reports.iter().fold(Verdict::Works, |all, flow| all.and(flow.verdict));
    Ok(ModeReport {
        protection: flows.mode.protection,
        data: flows.mode.data,
        family: A::FAMILY,
        required,
        verdict,
        flows: flow_reports,
        gaps,
        works_for,
        judged_for,
        noticed: Vec::new(),
        notes: Vec::new(),
    })
}

/// The clients for which both flows are wholly open, and true; or else, and false, those that may
/// have both, or any, or everybody.
fn best_clients<A: Governs>(
    answers: [&Answer<A>; 2],
    budget: &Budget,
) -> Result<(Ranges<A>, bool), Exhausted> {
    let others = not_servers(answers.map(|answer| (answer.client_axis(), &answer.needed)));
    let (mut works, mut both, mut any) = (others.clone(), others.clone(), Ranges::none());
    for answer in answers {
        let axis = answer.client_axis();
        let missing = answer.missing(budget)?.values_on(axis);
        works = works.intersection(&missing.complement(Axis::Source));
        let possible = answer.possible(budget)?.values_on(axis);
        both = both.intersection(&possible);
        any = any.union(&possible.intersection(&others));
    }
    let furthest = [both, any].into_iter().find(|clients| !clients.is_empty());
    Ok(match works.is_empty() {
        false => (works, true),
        true => (furthest.unwrap_or_else(|| Ranges::all(Axis::Source)), false),
    })
}

/// The answer about a flow, for some clients.
pub(super) struct ClientView<'a, A: Governs> {
    answer: &'a Answer<A>,
    needed: HeaderSet<A>,
    missing: Vec<Piece<A>>,
}

impl<'a, A: Governs> ClientView<'a, A> {
    pub(super) fn new(
        answer: &'a Answer<A>,
        clients: &Ranges<A>,
        budget: &Budget,
    ) -> Result<Self, Exhausted> {
        let theirs = of_clients(answer.client_axis(), clients, budget)?;
        let mut missing = Vec::new();
        for piece in answer.pieces.iter().filter(|piece| piece.status != Status::Open) {
            let set = piece.set.intersection(&theirs, budget)?;
            if !set.is_empty() {
                missing.push(Piece { set, ..piece.clone() });
            }
        }
        let needed = answer.needed.intersection(&theirs, budget)?;
        Ok(Self { answer, needed, missing })
    }

    /// The end that opens the connections.
    pub(super) fn opener(&self) -> End {
        self.answer.opener()
    }

    /// What the connections are for.
    pub(super) const fn kind(&self) -> FlowKind {
        self.answer.flow.kind
    }

    /// Whether a part of what is needed is the same for all clients and all of their ports.
    pub(super) fn for_all_clients(
        &self,
        part: &HeaderSet<A>,
        budget: &Budget,
    ) -> Result<bool, Exhausted> {
        let ports = match self.opener() {
            End::Client => [Axis::Source, Axis::SourcePort],
            End::Server => [Axis::Destination, Axis::DestinationPort],
        };
        Ok(part.exists(&ports, budget)?.intersection(&self.needed, budget)? == *part)
    }

    /// What the clients need.
    pub(super) const fn needed(&self) -> &HeaderSet<A> {
        &self.needed
    }

    /// What of it is not open.
    pub(super) fn missing(&self) -> &[Piece<A>] {
        &self.missing
    }

    fn union(
        &self,
        wanted: impl Fn(Status) -> bool,
        budget: &Budget,
    ) -> Result<HeaderSet<A>, Exhausted> {
        super::fates::union(&self.missing, wanted, budget)
    }

    fn flow_report(&self, budget: &Budget) -> Result<FlowReport, Exhausted> {
        let missing = self.union(|_| true, budget)?;
        let blocked = self.union(|status| status == Status::Blocked, budget)?;
        let needed = self.needed.count_pairs();
        let open = less(needed, missing.count_pairs());
        let undecided = less(missing.count_pairs(), blocked.count_pairs());
        let verdict = if missing.is_empty() {
            Verdict::Works
        } else if blocked.is_empty() {
            Verdict::Undecided
        } else if blocked == self.needed {
            Verdict::Blocked
        } else {
            Verdict::Partly
        };
        let share = |axis| {
            let needed = self.needed.values_on(axis);
            let whole = needed.intersection(&missing.values_on(axis).complement(axis));
            Share { needed: needed.count(), open: whole.count() }
        };
        let (ports, addresses) = (share(Axis::DestinationPort), share(Axis::Destination));
        let kind = self.answer.flow.kind;
        let open_late =
            |piece: &Piece<A>| piece.status == Status::Open && piece.ruling.course.delayed;
        let delayed = self.answer.pieces.iter().any(open_late);
        let port_ranges = port_ranges(&self.needed, &missing, &blocked, budget)?;
        Ok(FlowReport {
            kind,
            verdict,
            needed,
            open,
            undecided,
            ports,
            port_ranges,
            addresses,
            delayed,
        })
    }

    fn gaps(&self, describers: &[Describer<'_>], budget: &Budget) -> Result<Vec<Gap>, Exhausted>
    where
        PacketSpace: From<HeaderSet<A>>,
    {
        // Pieces that differ only in how they came about are one gap.
        let mut groups: Vec<(Gap, Vec<&HeaderSet<A>>)> = Vec::new();
        let mut known: HashMap<_, usize> = HashMap::new();
        for piece in &self.missing {
            let ruling = &piece.ruling;
            let Some(describer) = describers.get(ruling.device) else { continue };
            let key = (
                ruling.device,
                ruling.by,
                ruling.fate,
                ruling.stage,
                piece.status,
                &ruling.doubts,
                ruling.open,
                &piece.because,
            );
            let index = *known.entry(key).or_insert(groups.len());
            match groups.get_mut(index) {
                Some((_, sets)) => sets.push(&piece.set),
                None => groups.push((self.gap(describer, piece), vec![&piece.set])),
            }
        }
        let mut gaps = Vec::with_capacity(groups.len());
        for (mut gap, sets) in groups {
            let set = HeaderSet::union_of(sets, budget)?;
            let listing = PacketSpace::from(set).cover(LISTED);
            (gap.space, gap.more) = (listing.entries, listing.more);
            gaps.push(gap);
        }
        gaps.sort_by(|one, two| (one.undecided, &one.space).cmp(&(two.undecided, &two.space)));
        Ok(gaps)
    }

    fn gap(&self, describer: &Describer<'_>, piece: &Piece<A>) -> Gap {
        let ruling = &piece.ruling;
        let fate = if ruling.fate == Fate::Accept { Fate::Drop } else { ruling.fate };
        Gap {
            flow: self.answer.flow.kind,
            opener: self.answer.opener(),
            space: Vec::new(),
            more: Count::default(),
            by: describer.by(ruling.by),
            fate,
            packet: ruling.stage,
            undecided: piece.status == Status::Unsure,
            conditions: describer.conditions(ruling, piece.because.as_deref()),
        }
    }
}

fn less(whole: Count, part: Count) -> Count {
    whole.checked_sub(part).unwrap_or_default()
}

/// The report on a mode of which nothing can be decided.
pub(super) fn undecided(flows: &ModeFlows, required: bool, why: String) -> ModeReport {
    let none = Share { needed: Count::default(), open: Count::default() };
    let flow = |kind: FlowKind| FlowReport {
        kind,
        verdict: Verdict::Undecided,
        needed: none.needed,
        open: none.open,
        undecided: Count::default(),
        ports: none,
        port_ranges: Vec::new(),
        addresses: none,
        delayed: false,
    };
    ModeReport {
        protection: flows.mode.protection,
        data: flows.mode.data,
        family: flows.mode.family,
        required,
        verdict: Verdict::Undecided,
        flows: flows.flows().map(|one| flow(one.kind)).to_vec(),
        gaps: Vec::new(),
        works_for: None,
        judged_for: None,
        noticed: Vec::new(),
        notes: vec![why],
    }
}
