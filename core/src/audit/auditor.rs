//! What an audit has found out so far: each provider and mode in turn, and each flow decided once.

use std::net::IpAddr;

use super::answer::Answer;
use super::clues::Clues;
use super::describe::Describer;
use super::fates::Site;
use super::findings::Audited;
use super::fix::{Want, Wants};
use super::mode::{self, Judged};
use super::{
    ModeReport, NotOffered, ProviderReport, RuleSet, Status, UnmodelledLine, Verdict, notice,
};
use crate::eval::Placement;
use crate::eval::symbolic::{Announced, Control, Device};
use crate::firewall::{Firewall, Governs};
use crate::ftp::{
    self, DataMode, Ends, Flow, ModeFlows, Needs, Peers, Protection, Provider, SessionMode,
};
use crate::space::{Budget, Exhausted, Family, HeaderSet, PacketSpace};

/// What becomes of explicit TLS at a proxy: ftp-proxy(8) of OpenBSD.
const PROXIED: &str = "control connections are handed to a proxy, which does not pass AUTH TLS on: leave \
                       the server out of that rule, and let its connections through";

/// Decides about one provider after the other, and about each flow once.
pub(super) struct Auditor<'a> {
    pub(super) site: Site<'a>,
    pub(super) advertised: Option<IpAddr>,
    /// Somebody named the servers, instead of the provider.
    pub(super) servers_given: bool,
    pub(super) known_v4: Known<u32>,
    pub(super) known_v6: Known<u128>,
    /// What was said about modes with the same connections.
    pub(super) reports: Vec<(ModeFlows, ModeReport, Clues)>,
    /// The flows of modes that are required.
    pub(super) wants: Wants,
}

/// The answers so far, by flow and by the control connection that it belongs to.
pub(super) type Known<A> = Vec<(Flow, Option<Control>, Answer<A>)>;

impl<'a> Auditor<'a> {
    pub(super) fn new(
        asked: &'a Firewall,
        devices: Vec<Device<'a>>,
        advertised: Option<IpAddr>,
    ) -> Self {
        Self {
            site: Site { asked, devices },
            advertised,
            servers_given: false,
            known_v4: Vec::new(),
            known_v6: Vec::new(),
            reports: Vec::new(),
            wants: Wants::default(),
        }
    }

    pub(super) fn provider<'p>(&mut self, provider: &'p Provider, peers: &Peers) -> Audited<'p> {
        let (mut modes, mut clues) = (Vec::new(), Vec::new());
        let mut not_offered = Vec::new();
        for mode in SessionMode::all() {
            match ftp::flows(provider, mode, peers) {
                Ok(Needs::Flows(flows)) => {
                    let (mut mode, its_clues) = self.mode(provider, &flows);
                    mode.noticed = notice::of(flows.mode, &its_clues.fails);
                    modes.push(mode);
                    clues.push(its_clues);
                }
                Ok(Needs::Absent(absent)) => not_offered.push(not_offered_mode(mode, absent.why)),
                // Refused when the provider was named.
                Err(error) => not_offered.push(not_offered_mode(mode, error.message().to_owned())),
            }
        }
        let required = modes.iter().filter(|mode| mode.required).map(|mode| mode.verdict);
        let verdict = match required.clone().next() {
            Some(_) => Verdict::overall(required),
            None => Verdict::Undecided,
        };
        let (id, name) = (provider.id.clone(), provider.name.clone());
        let report = ProviderReport { id, name, verdict, modes, not_offered };
        Audited { provider, report, clues }
    }

    pub(super) fn mode(&mut self, provider: &Provider, flows: &ModeFlows) -> (ModeReport, Clues) {
        let required = required(provider, flows);
        let family = flows.mode.family;
        if let Some(why) = self.silence(family) {
            let clues = Clues { silent: true, ..Clues::default() };
            return (mode::undecided(flows, required, why), clues);
        }
        let control = self.control(flows);
        let same =
            |known: &ModeFlows| same_question(known, flows) && self.control(known) == control;
        let known = self.reports.iter();
        let known = known
            .filter(|(_, report, _)| report.required == required)
            .find(|(known, ..)| same(known));
        if let Some((_, report, clues)) = known {
            let (protection, data) = (flows.mode.protection, flows.mode.data);
            let (session, announces) = (self.session(flows), self.announces(flows));
            if required {
                self.wants.repeat(flows, &session, announces);
            }
            return (ModeReport { protection, data, required, ..report.clone() }, clues.clone());
        }
        let budget = Budget::default();
        let report = match family {
            Family::Ipv4 => self.decide::<u32>(flows, required, &budget),
            Family::Ipv6 => self.decide::<u128>(flows, required, &budget),
        };
        let (report, clues) = report.unwrap_or_else(|why| {
            (mode::undecided(flows, required, why.to_string()), Clues::default())
        });
        self.reports.push((flows.clone(), report.clone(), clues.clone()));
        (report, clues)
    }

    /// Why nothing can be said about a family, if a rule set on the path says nothing about it.
    pub(super) fn silence(&self, family: Family) -> Option<String> {
        let silent = |device: &&Device<'_>| !device.firewall.families().contains(&family);
        let device = self.site.devices.iter().find(silent)?;
        Some(format!(
            "the rule set is {} and says nothing about {}; audit the rules for that as well, or \
             name clients of one family only",
            device.firewall.dialect(),
            family.title(),
        ))
    }

    pub(super) fn decide<A: Cached>(
        &mut self,
        flows: &ModeFlows,
        required: bool,
        budget: &Budget,
    ) -> Result<(ModeReport, Clues), Exhausted>
    where
        PacketSpace: From<HeaderSet<A>>,
    {
        let mut control = self.answer::<A>(&flows.control, None, budget)?;
        let proxied =
            flows.mode.protection == Protection::ExplicitTls && control.ends_at_proxy(&self.site);
        let data = self.answer::<A>(&flows.data, self.control(flows), budget)?;
        let describers = Describer::all(&self.site);
        let answers = [&control, &data];
        let judged = Judged::of(flows, answers, budget)?;
        if required {
            for (answer, session) in [(&control, None), (&data, Some(self.session(flows)))] {
                let want = Want {
                    flow: answer.flow.clone(),
                    session,
                    announces: self.announces(flows),
                    readable: flows.mode.protection == Protection::Plain,
                    clients: judged.clients.clone(),
                };
                let known = A::wants(&mut self.wants);
                if !known.contains(&want) {
                    known.push(want);
                }
            }
        }
        let mut report = mode::report(&describers, flows, required, answers, &judged, budget)?;
        if report.verdict == Verdict::Works
            && flows.addresses_complete == Some(false)
            && !(self.unlisted_open(&control, &judged, budget)?
                && self.unlisted_open(&data, &judged, budget)?)
        {
            report.verdict = Verdict::Undecided;
            let more = flows.addresses_more.as_deref().unwrap_or("ask the provider for the rest");
            report.notes.push(format!(
                "the list of the provider's addresses is not complete, and the rules do not let \
                 every address through: {more}"
            ));
        }
        let mut clues = self.clues(flows, answers, &report, &judged, budget)?;
        if proxied {
            report.notes.push(PROXIED.to_owned());
            // They connect, and are refused later.
            clues.fails.clear();
        }
        Ok((report, clues))
    }

    pub(super) fn answer<A: Cached>(
        &mut self,
        flow: &Flow,
        control: Option<Control>,
        budget: &Budget,
    ) -> Result<Answer<A>, Exhausted> {
        let known = A::known(self).iter().find(|known| known.0 == *flow && known.1 == control);
        if let Some((.., answer)) = known {
            return Ok(answer.clone());
        }
        let answer = Answer::<A>::of(&self.site, flow, control.as_ref(), budget)?;
        A::known(self).push((flow.clone(), control, answer.clone()));
        Ok(answer)
    }

    /// What of the control connection matters to the data connections of a mode, if anything does.
    pub(super) fn control(&self, flows: &ModeFlows) -> Option<Control> {
        let matters = self.announces(flows) || self.site.sessions_matter();
        matters.then(|| self.session(flows))
    }

    /// Whether the server announces another address than its own.
    pub(super) fn announces(&self, flows: &ModeFlows) -> bool {
        self.advertised.is_some() && flows.mode.data == DataMode::Pasv
    }

    /// The session that the data connections of a mode belong to.
    pub(super) fn session(&self, flows: &ModeFlows) -> Control {
        let ports = |ends: &Ends| -> Vec<(u16, u16)> {
            let ports = ends.widest().flat_map(|endpoint| &endpoint.ports);
            ports.map(|ports| (ports.first(), ports.last())).collect()
        };
        let announced = match (flows.mode.data, self.advertised) {
            (DataMode::Epsv, _) => Announced::Nothing,
            (DataMode::Pasv, Some(address)) => Announced::Address(address),
            (DataMode::Pasv | DataMode::Port | DataMode::Eprt, _) => Announced::Own,
        };
        Control {
            ports: ports(&flows.control.to),
            client_ports: ports(&flows.control.from),
            // A helper can read only what is not encrypted.
            readable: flows.mode.protection == Protection::Plain,
            helped: false,
            announced,
        }
    }

    /// Whether the flow is open to every address that is not on the provider's list as well.
    pub(super) fn unlisted_open<A: Cached>(
        &self,
        answer: &Answer<A>,
        judged: &Judged<A>,
        budget: &Budget,
    ) -> Result<bool, Exhausted> {
        let rest = answer.unlisted(&judged.clients, budget)?;
        let space: Vec<_> = rest.cuboids().collect();
        let opener = answer.opener();
        let pieces = self.site.fates(opener, None, &space, budget)?;
        Ok(pieces.iter().all(|piece| piece.status == Status::Open))
    }

    pub(super) fn unmodelled(&self) -> Vec<UnmodelledLine> {
        let describers = Describer::all(&self.site);
        describers.iter().flat_map(Describer::unmodelled_lines).collect()
    }

    /// The rule sets, if there are several.
    pub(super) fn path(&self) -> Vec<RuleSet> {
        let several = self.site.devices.len() > 1;
        let devices = self.site.devices.iter().filter(|_| several);
        devices.map(|device| rule_set(device.firewall, device.placement, None)).collect()
    }
}

pub(super) fn rule_set(firewall: &Firewall, at: Placement, at_because: Option<String>) -> RuleSet {
    let file = firewall.file().map(str::to_owned);
    let given = !firewall.is_imagined();
    RuleSet { file, given, dialect: firewall.dialect(), at, at_because }
}

/// Whether people need a mode to work.
pub(super) fn required(provider: &Provider, flows: &ModeFlows) -> bool {
    let passive = flows.mode.data.is_passive();
    (passive || provider.has_passive() == Some(false)) && !flows.off_by_default
}

/// Whether two modes need the same of the firewall, though with other commands.
pub(super) fn same_question(one: &ModeFlows, other: &ModeFlows) -> bool {
    let asked = |flows: &ModeFlows| (flows.clients_given, flows.addresses_complete);
    one.flows() == other.flows()
        && asked(one) == asked(other)
        && one.addresses_more == other.addresses_more
}

pub(super) fn not_offered_mode(mode: SessionMode, why: String) -> NotOffered {
    let SessionMode { protection, data, family } = mode;
    NotOffered { protection, data, family, why }
}

/// A family whose answers are kept.
pub(super) trait Cached: Governs {
    fn known<'k>(auditor: &'k mut Auditor<'_>) -> &'k mut Known<Self>;
    fn wants(wants: &mut Wants) -> &mut Vec<Want<Self>>;
    fn answers<'k>(auditor: &'k Auditor<'_>) -> &'k Known<Self>;
}

impl Cached for u32 {
    fn known<'k>(auditor: &'k mut Auditor<'_>) -> &'k mut Known<Self> {
        &mut auditor.known_v4
    }

    fn wants(wants: &mut Wants) -> &mut Vec<Want<Self>> {
        &mut wants.v4
    }

    fn answers<'k>(auditor: &'k Auditor<'_>) -> &'k Known<Self> {
        &auditor.known_v4
    }
}

impl Cached for u128 {
    fn known<'k>(auditor: &'k mut Auditor<'_>) -> &'k mut Known<Self> {
        &mut auditor.known_v6
    }

    fn wants(wants: &mut Wants) -> &mut Vec<Want<Self>> {
        &mut wants.v6
    }

    fn answers<'k>(auditor: &'k Auditor<'_>) -> &'k Known<Self> {
        &auditor.known_v6
    }
}
