//! What the answers about a mode show beside its report: what findings are made of.

use std::net::IpAddr;

use super::answer::Answer;
use super::fates::{Piece, Place, Site, Status, union};
use super::helpers;
use super::mode::{ClientView, Judged};
use super::names::Named;
use super::notice::{self, Fails};
use super::report::ModeReport;
use super::verdict::Verdict;
use super::{Auditor, Cached};
use crate::eval::symbolic::{Announced, Blame, Control, Open, Stage};
use crate::firewall::{Governs, Side, Translation, TranslationKind};
use crate::ftp::{DataMode, End, FlowKind, ModeFlows, Protection};
use crate::space::{Axis, Budget, Count, Exhausted, Ranges};

/// What the answers about a mode show.
#[derive(Clone, Debug, Default)]
pub(super) struct Clues {
    /// Of each of its flows: how many pairs of address and port surely fail, if they fail for all
    /// clients alike.
    pub failing: Vec<(FlowKind, Option<Count>)>,
    /// What would let its data through that nothing does.
    pub remedy: Option<Remedy>,
    /// Rules that name single addresses where others of the provider's stay closed.
    pub pinned: Vec<Place>,
    /// Rules that let active data through by its source port.
    pub trusted: Vec<Place>,
    /// Rules that translate passive ports to others, and so keep data from the server.
    pub shifted: Vec<Place>,
    /// Rules that give clients one of several addresses.
    pub pools: Vec<Place>,
    /// The rule that translates the clients' address.
    pub masks: Option<Place>,
    /// The address that the server announces, if clients may or may not believe it.
    pub announced: Option<IpAddr>,
    /// How its connections fail.
    pub fails: Vec<Fails>,
    /// The rule set says nothing about the family.
    pub silent: bool,
}

/// What would let all of the data of a mode through where nothing does, though its control connection
/// may pass.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Remedy {
    /// A helper that reads the control connection. Why none does.
    Helper(helpers::Reasons),
    /// An announced address that the helper does not pass over; instead of this one.
    Announcement(IpAddr),
}

impl Auditor<'_> {
    /// What the answers about a mode's two flows show.
    pub(super) fn clues<A: Cached>(
        &mut self,
        flows: &ModeFlows,
        [control, data]: [&Answer<A>; 2],
        report: &ModeReport,
        judged: &Judged<A>,
        budget: &Budget,
    ) -> Result<Clues, Exhausted> {
        let mut clues = Clues::default();
        let control_view = ClientView::new(control, &judged.clients, budget)?;
        let data_view = ClientView::new(data, &judged.clients, budget)?;
        for (answer, view) in [(control, &control_view), (data, &data_view)] {
            clues.failing.push((answer.flow.kind, view.failing(budget)?));
            if answer.opener() == End::Client && !self.servers_given {
                clues.pinned.extend(pinned(&self.site, answer, view));
            }
        }
        clues.fails = notice::failures(&self.site, [&control_view, &data_view], budget)?;
        let translations = control.pieces.iter().filter(|piece| piece.ruling.may_pass);
        let sources = translations.filter_map(|piece| piece.ruling.course.source);
        clues.masks = sources.clone().next();
        clues.pools.extend(sources.filter(|place| is_pool(&self.site, *place)));
        match flows.data.kind {
            FlowKind::ActiveData => clues.trusted = trusted::<A>(&self.site, data),
            FlowKind::PassiveData => {
                clues.shifted = shifted(&self.site, data_view.missing());
                let open = |piece: &Piece<A>| piece.ruling.open == Some(Open::Announced);
                let in_doubt = data_view.missing().iter().any(open);
                clues.announced = self.advertised.filter(|_| in_doubt);
                clues.remedy = self.remedy(flows, [control, data], report, judged, budget)?;
            }
            FlowKind::Control => {}
        }
        for places in [&mut clues.pinned, &mut clues.pools, &mut clues.shifted] {
            places.sort_unstable();
            places.dedup();
        }
        Ok(clues)
    }

    fn remedy<A: Cached>(
        &mut self,
        flows: &ModeFlows,
        [control, data]: [&Answer<A>; 2],
        report: &ModeReport,
        judged: &Judged<A>,
        budget: &Budget,
    ) -> Result<Option<Remedy>, Exhausted> {
        let fares = |kind| report.flows.iter().find(|flow| flow.kind == kind).map(|it| it.verdict);
        let all_at_the_syn = report
            .gaps
            .iter()
            .filter(|gap| gap.flow == FlowKind::PassiveData)
            .all(|gap| gap.packet == Stage::Syn);
        if fares(FlowKind::PassiveData) != Some(Verdict::Blocked)
            || fares(FlowKind::Control) == Some(Verdict::Blocked)
            || !all_at_the_syn
        {
            return Ok(None);
        }
        let asked = self.session(flows);
        if let (DataMode::Pasv, Protection::Plain, Some(address)) =
            (flows.mode.data, flows.mode.protection, self.advertised)
        {
            let own = Control { announced: Announced::Own, ..asked.clone() };
            if self.opens(flows, own, judged, budget)? {
                return Ok(Some(Remedy::Announcement(address)));
            }
        }
        if !self.opens(flows, Control { helped: true, ..asked }, judged, budget)? {
            return Ok(None);
        }
        let blocking = data.pieces.iter().find(|piece| piece.status == Status::Blocked);
        let device = blocking.map_or(0, |piece| piece.ruling.device);
        let reasons = helpers::reasons(&self.site, device, control);
        Ok(Some(Remedy::Helper(reasons)))
    }

    /// Whether the data connections of the clients would all pass if this held of the control
    /// connection.
    fn opens<A: Cached>(
        &mut self,
        flows: &ModeFlows,
        control: Control,
        judged: &Judged<A>,
        budget: &Budget,
    ) -> Result<bool, Exhausted> {
        let answer = self.answer::<A>(&flows.data, Some(control), budget)?;
        Ok(ClientView::new(&answer, &judged.clients, budget)?.missing().is_empty())
    }
}

impl<A: Governs> ClientView<'_, A> {
    /// How many pairs of a server's address and port surely fail, if they do so for all clients and
    /// out of all of their ports.
    fn failing(&self, budget: &Budget) -> Result<Option<Count>, Exhausted> {
        let blocked = union(self.missing(), |status| status == Status::Blocked, budget)?;
        let alike = self.opener() == End::Client && self.for_all_clients(&blocked, budget)?;
        Ok(alike.then(|| blocked.count_pairs()))
    }
}

/// The rules that let connections through to single addresses of a network, of which others stay
/// closed.
fn pinned<A: Governs>(site: &Site<'_>, answer: &Answer<A>, view: &ClientView<'_, A>) -> Vec<Place> {
    let closed = view.missing().iter().filter(|piece| piece.status == Status::Blocked);
    let closed: Vec<_> = closed.map(|piece| piece.set.values_on(Axis::Destination)).collect();
    let closed = Ranges::union_of(closed.iter().flat_map(|ranges| ranges.as_slice()).copied());
    let networks = answer.needed.values_on(Axis::Destination);
    let mut pinned = Vec::new();
    for piece in answer.pieces.iter().filter(|piece| piece.status == Status::Open) {
        let Some(place) = decider(piece).filter(|_| piece.ruling.course.target.is_none()) else {
            continue;
        };
        let Some(rule) = site.rule(place) else { continue };
        let named = rule.addresses::<A>(Side::Destination);
        let single = |(first, last): &(A, A)| first == last;
        let in_network = |address: &(A, A)| {
            let mut networks = networks.as_slice().iter();
            networks.any(|(first, last)| {
                first < last && *first <= address.0 && address.0 <= *last && {
                    let network = Ranges::range(*first, *last);
                    !network.intersection(&closed).is_empty()
                }
            })
        };
        let addresses = named.as_slice();
        if addresses.iter().all(single) && addresses.iter().any(in_network) {
            pinned.push(place);
        }
    }
    pinned
}

/// The rules that let active data through because it comes from the port of a server.
fn trusted<A: Governs>(site: &Site<'_>, answer: &Answer<A>) -> Vec<Place> {
    let mut all: Vec<Place> = answer
        .pieces
        .iter()
        .filter(|piece| piece.status == Status::Open)
        .filter_map(decider)
        .filter(|place| {
            let ports = site.rule(*place).map(|rule| rule.ports::<A>(Side::Source));
            let data = [20, 989].map(A::from_port);
            let data = Ranges::union_of(data.map(|port| (port, port)));
            ports.is_some_and(|ports| !ports.is_empty() && ports.intersection(&data) == ports)
        })
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The rules that translate the ports of these connections to others, so that they fail or may.
fn shifted<A: Governs>(site: &Site<'_>, missing: &[Piece<A>]) -> Vec<Place> {
    let missing = missing.iter().filter_map(|piece| {
        let place = piece.ruling.course.target?;
        let (_, rule) = place;
        let ruling = &piece.ruling;
        let decides = ruling.by == Blame::Rule(rule) || ruling.doubts.contains(&rule);
        let ports = piece.set.values_on(Axis::DestinationPort);
        let other = !keeps_ports(site.translation(place)?, &ports);
        (decides && other).then_some(place)
    });
    missing.collect()
}

/// Whether a translation leaves all of these ports as they are: `nf_nat_l4proto_unique_tuple`.
fn keeps_ports<A: Governs>(translation: &Translation, ports: &Ranges<A>) -> bool {
    let Some((first, last)) = translation.ports else { return true };
    let within = Ranges::range(A::from_port(first), A::from_port(last.max(first)));
    match translation.base_port {
        Some(base) => base == first && ports.intersection(&within) == *ports,
        None => !translation.random && ports.intersection(&within) == *ports,
    }
}

/// Whether a translation gives the same client different addresses at different servers.
/// `find_best_ips_proto` in `nf_nat_core.c` takes the destination into account unless the mapping is
/// persistent; seen on a Linux kernel.
fn is_pool(site: &Site<'_>, place: Place) -> bool {
    site.translation(place).is_some_and(|translation| match translation.kind {
        TranslationKind::Range(Some((first, last))) => {
            translation.side == Side::Source && first != last && !translation.persistent
        }
        _ => false,
    })
}

/// The rule that decides about connections.
fn decider<A: Governs>(piece: &Piece<A>) -> Option<Place> {
    match piece.ruling.by {
        Blame::Rule(rule) => Some((piece.ruling.device, rule)),
        Blame::Policy(_) | Blame::Nothing | Blame::Local => None,
    }
}
