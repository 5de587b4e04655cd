//! From flows and decisions to a report: what works, what is missing, and what is to blame.

mod answer;
mod check;
mod clues;
mod config;
mod describe;
mod diff;
mod explain;
mod fates;
mod findings;
mod fix;
mod helpers;
mod hygiene;
mod mode;
mod names;
mod notice;
mod report;

use std::borrow::Cow;
use std::net::IpAddr;

use ipnet::IpNet;

pub use check::Check;
pub use config::{Config, Level, Setting};
pub use diff::{
    Change, ChangeKind, Decision, Difference, ModeDifference, ModeState, ProviderDifference, Trend,
};
pub use explain::{Explain, ExplainedPart, Explanation};
pub use fates::Status;
pub use fix::{Fix, Repair, Unfixed};
pub use report::{
    By, ByKind, Condition, Finding, FlowReport, Gap, ModeReport, NotOffered, Notice,
    PortRangeState, PortState, ProviderReport, Report, RuleSet, SCHEMA_VERSION, Severity, Share,
    Shown, Silenced, UnmodelledLine, Verdict,
};

use crate::error::Error;
use crate::eval::Placement;
use crate::eval::symbolic::{Announced, Control, Device, Interfaces};
use crate::firewall::{Chain, Firewall, Governs, Hook};
use crate::ftp::{
    self, DataMode, Ends, Flow, ModeFlows, Needs, Peers, Protection, Provider, SessionMode,
};
use crate::space::{Budget, Exhausted, Family, HeaderSet, PacketSpace};
use answer::Answer;
use clues::Clues;
use describe::Describer;
use fates::Site;
use findings::Audited;
pub(crate) use findings::open_words;
use fix::{Fixer, Want, Wants};
use mode::Judged;

/// The providers that are audited where none is named.
const DEFAULT_PROVIDERS: [&str; 2] = ["smartfile", "files-com"];

/// A question about a firewall: which sessions with which providers does it let through?
///
/// ```
/// use pasvaudit::{Audit, Dialect, Firewall, Placement};
///
/// let firewall = Firewall::parse(
///     "*filter\n:FORWARD DROP [0:0]\n\
///      -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n\
///      -A FORWARD -d 209.43.40.0/24 -p tcp -m multiport --dports 21,990,21001:21050 -j ACCEPT\n\
///      COMMIT\n",
///     Dialect::Auto,
/// )?;
/// let report = Audit::of(&firewall)
///     .provider("smartfile")?
///     .client("10.1.0.0/16".parse()?)
///     .at(Placement::ClientGateway)
///     .run();
/// let gap = report.gaps().next().ok_or("no gap")?;
/// assert_eq!(gap.space[0].dport.to_string(), "21000");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Audit<'a> {
    firewall: &'a Firewall,
    providers: Vec<Cow<'a, Provider>>,
    clients: Option<Vec<IpNet>>,
    servers: Vec<IpNet>,
    at: Option<Placement>,
    interfaces: Interfaces,
    advertised: Option<IpAddr>,
    others: Vec<(&'a Firewall, Placement, Interfaces)>,
    fixes: bool,
    rule_budget: Option<usize>,
    idle: Option<u32>,
    config: Config,
}

impl<'a> Audit<'a> {
    /// A question about this firewall.
    pub fn of(firewall: &'a Firewall) -> Self {
        Self {
            firewall,
            providers: Vec::new(),
            clients: None,
            servers: Vec::new(),
            at: None,
            interfaces: Interfaces::default(),
            advertised: None,
            others: Vec::new(),
            fixes: true,
            rule_budget: None,
            idle: None,
            config: Config::default(),
        }
    }

    /// Asks about a provider of the catalogue. Where none is asked about, SmartFile and Files.com
    /// are.
    ///
    /// # Errors
    ///
    /// [`Code::UnknownProvider`](crate::Code::UnknownProvider), and
    /// [`Code::ServerNeeded`](crate::Code::ServerNeeded) if its addresses are the customer's own
    /// and no [`server`](Self::server) was given before.
    pub fn provider(self, id: &str) -> Result<Self, Error> {
        let provider = Provider::builtin(id)?;
        self.ask(Cow::Borrowed(provider))
    }

    /// Asks about a provider of one's own.
    ///
    /// # Errors
    ///
    /// [`Code::ServerNeeded`](crate::Code::ServerNeeded), as with [`provider`](Self::provider).
    pub fn provider_spec(self, provider: Provider) -> Result<Self, Error> {
        self.ask(Cow::Owned(provider))
    }

    fn ask(mut self, provider: Cow<'a, Provider>) -> Result<Self, Error> {
        let peers = self.peers();
        for mode in SessionMode::all() {
            ftp::flows(&provider, mode, &peers)?;
        }
        self.providers.push(provider);
        Ok(self)
    }

    /// Clients are in this network. Without any, the report says for which clients each mode works.
    #[must_use]
    pub fn client(mut self, network: IpNet) -> Self {
        self.clients.get_or_insert_default().push(network);
        self
    }

    /// The servers are in this network, instead of where the provider says.
    #[must_use]
    pub fn server(mut self, network: IpNet) -> Self {
        self.servers.push(network);
        self
    }

    /// The firewall stands here. Otherwise it is taken for a client gateway if it forwards, else for
    /// a client host.
    #[must_use]
    pub const fn at(mut self, placement: Placement) -> Self {
        self.at = Some(placement);
        self
    }

    /// The interface towards the end that the firewall protects.
    #[must_use]
    pub fn inside(mut self, interface: impl Into<String>) -> Self {
        self.interfaces.inside = Some(interface.into());
        self
    }

    /// The interface towards the rest of the world; the only one of a host.
    #[must_use]
    pub fn outside(mut self, interface: impl Into<String>) -> Self {
        self.interfaces.outside = Some(interface.into());
        self
    }

    /// The address that the server names in its replies to PASV. Otherwise it names the one that it
    /// has itself.
    #[must_use]
    pub const fn advertise(mut self, address: IpAddr) -> Self {
        self.advertised = Some(address);
        self
    }

    /// Something on the path forgets a TCP connection without packets after so many seconds.
    #[must_use]
    pub const fn idle(mut self, seconds: u32) -> Self {
        self.idle = Some(seconds);
        self
    }

    /// What was decided about findings. No verdict depends on it.
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Connections pass this firewall as well, which stands there. Of several at one placement the first
    /// is the nearest to the client, after [the firewall asked about](Self::of).
    #[must_use]
    pub fn via(mut self, firewall: &'a Firewall, at: Placement, interfaces: Interfaces) -> Self {
        self.others.push((firewall, at, interfaces));
        self
    }

    /// Whether to look for rules that close the gaps, which asks the rule set several times more.
    /// Without being told it does.
    #[must_use]
    pub const fn fixes(mut self, wanted: bool) -> Self {
        self.fixes = wanted;
        self
    }

    /// Fixes may add so many rules and no more, even if they open more than is needed. The repair says
    /// how much that is.
    #[must_use]
    pub const fn rule_budget(mut self, rules: usize) -> Self {
        self.rule_budget = Some(rules);
        self
    }

    /// All firewalls, from the client to the server, with this one in the place of the one asked about.
    fn devices<'s>(&'s self, firewall: &'s Firewall, at: Placement) -> Vec<Device<'s>> {
        let interfaces = &self.interfaces;
        let mut devices = vec![Device { firewall, placement: at, interfaces }];
        devices.extend(self.others.iter().map(|(firewall, placement, interfaces)| Device {
            firewall,
            placement: *placement,
            interfaces,
        }));
        devices.sort_by_key(|device| device.placement);
        devices
    }

    fn peers(&self) -> Peers {
        Peers { clients: self.clients.clone(), servers: self.servers.clone() }
    }

    /// The providers that are asked about.
    fn asked(&self) -> Vec<Cow<'a, Provider>> {
        if !self.providers.is_empty() {
            return self.providers.clone();
        }
        let known = DEFAULT_PROVIDERS.iter().filter_map(|id| Provider::builtin(id).ok());
        known.map(Cow::Borrowed).collect()
    }

    /// The clients that were named, as CIDR blocks.
    fn client_blocks(&self) -> Option<Vec<String>> {
        let blocks = |networks: &Vec<IpNet>| {
            networks.iter().map(|network| network.trunc().to_string()).collect()
        };
        self.clients.as_ref().map(blocks)
    }

    /// The answer.
    pub fn run(&self) -> Report {
        let (at, at_because) = match self.at {
            Some(at) => (at, None),
            None => placement_of(self.firewall),
        };
        let mut auditor =
            Auditor::new(self.firewall, self.devices(self.firewall, at), self.advertised);
        auditor.servers_given = !self.servers.is_empty();
        let peers = self.peers();
        let asked = self.asked();
        let audited: Vec<_> =
            asked.iter().map(|provider| auditor.provider(provider, &peers)).collect();
        let mut findings = findings::of(&auditor.site, &audited, self.idle);
        findings.extend(hygiene::of(&auditor, &asked, &peers));
        findings.sort_by_key(|finding| finding.severity);
        let (findings, silenced) = self.config.applied(findings);
        let providers: Vec<_> = audited.into_iter().map(|audited| audited.report).collect();
        let verdict = Verdict::overall(providers.iter().map(|provider| provider.verdict));
        let mut report = Report {
            schema_version: SCHEMA_VERSION,
            verdict,
            exit_code: verdict.exit_code(),
            rule_set: rule_set(self.firewall, at, at_because),
            path: auditor.path(),
            clients: self.client_blocks(),
            providers,
            findings,
            silenced,
            fixes: Vec::new(),
            repair: None,
            unmodelled: auditor.unmodelled(),
        };
        if self.fixes && verdict != Verdict::Works {
            let fixer = Fixer::new(self, at, &auditor.wants);
            let repair = fixer.and_then(|fixer| fixer.run(&report));
            let repair = repair.unwrap_or_else(Repair::too_large);
            report.fixes.clone_from(repair.fixes());
            report.repair = Some(Box::new(repair));
        }
        report
    }
}

/// Where a firewall stands, by its rules, and why.
fn placement_of(firewall: &Firewall) -> (Placement, Option<String>) {
    let forwards = firewall.chains().iter().any(|chain| {
        chain.base().is_some_and(|base| base.hook == Hook::Forward) && chain.rules().len() > 0
    });
    let (at, because) = if forwards {
        (Placement::ClientGateway, "it has rules for forwarded packets")
    } else if at_interfaces(firewall) && (firewall.translates() || firewall.names_interfaces()) {
        (Placement::ClientGateway, "its rules are about several interfaces")
    } else {
        (Placement::ClientHost, "it has no rules for forwarded packets")
    };
    (at, Some(because.to_owned()))
}

/// Whether all rules are asked where packets come in and where they go out, so that none can be for
/// forwarded packets only.
fn at_interfaces(firewall: &Firewall) -> bool {
    let mut bases = firewall.chains().iter().filter_map(Chain::base);
    bases.all(|base| matches!(base.hook, Hook::Prerouting | Hook::Postrouting))
}

/// Decides about one provider after the other, and about each flow once.
struct Auditor<'a> {
    site: Site<'a>,
    advertised: Option<IpAddr>,
    /// Somebody named the servers, instead of the provider.
    servers_given: bool,
    known_v4: Known<u32>,
    known_v6: Known<u128>,
    /// What was said about modes with the same connections.
    reports: Vec<(ModeFlows, ModeReport, Clues)>,
    /// The flows of modes that are required.
    wants: Wants,
}

/// The answers so far, by flow and by the control connection that it belongs to.
type Known<A> = Vec<(Flow, Option<Control>, Answer<A>)>;

impl<'a> Auditor<'a> {
    fn new(asked: &'a Firewall, devices: Vec<Device<'a>>, advertised: Option<IpAddr>) -> Self {
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

    fn provider<'p>(&mut self, provider: &'p Provider, peers: &Peers) -> Audited<'p> {
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

    fn mode(&mut self, provider: &Provider, flows: &ModeFlows) -> (ModeReport, Clues) {
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
    fn silence(&self, family: Family) -> Option<String> {
        let silent = |device: &&Device<'_>| !device.firewall.families().contains(&family);
        let device = self.site.devices.iter().find(silent)?;
        Some(format!(
            "the rule set is {} and says nothing about {}; audit the rules for that as well, or \
             name clients of one family only",
            device.firewall.dialect(),
            family.title(),
        ))
    }

    fn decide<A: Cached>(
        &mut self,
        flows: &ModeFlows,
        required: bool,
        budget: &Budget,
    ) -> Result<(ModeReport, Clues), Exhausted>
    where
        PacketSpace: From<HeaderSet<A>>,
    {
        let control = self.answer::<A>(&flows.control, None, budget)?;
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
        let clues = self.clues(flows, answers, &report, &judged, budget)?;
        Ok((report, clues))
    }

    fn answer<A: Cached>(
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
    fn control(&self, flows: &ModeFlows) -> Option<Control> {
        let matters = self.announces(flows) || self.site.sessions_matter();
        matters.then(|| self.session(flows))
    }

    /// Whether the server announces another address than its own.
    fn announces(&self, flows: &ModeFlows) -> bool {
        self.advertised.is_some() && flows.mode.data == DataMode::Pasv
    }

    /// The session that the data connections of a mode belong to.
    fn session(&self, flows: &ModeFlows) -> Control {
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
    fn unlisted_open<A: Cached>(
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

    fn unmodelled(&self) -> Vec<UnmodelledLine> {
        let describers = Describer::all(&self.site);
        describers.iter().flat_map(Describer::unmodelled_lines).collect()
    }

    /// The rule sets, if there are several.
    fn path(&self) -> Vec<RuleSet> {
        let several = self.site.devices.len() > 1;
        let devices = self.site.devices.iter().filter(|_| several);
        devices.map(|device| rule_set(device.firewall, device.placement, None)).collect()
    }
}

fn rule_set(firewall: &Firewall, at: Placement, at_because: Option<String>) -> RuleSet {
    let file = firewall.file().map(str::to_owned);
    RuleSet { file, dialect: firewall.dialect(), at, at_because }
}

/// Whether people need a mode to work.
fn required(provider: &Provider, flows: &ModeFlows) -> bool {
    let passive = flows.mode.data.is_passive();
    (passive || provider.has_passive() == Some(false)) && !flows.off_by_default
}

/// Whether two modes need the same of the firewall, though with other commands.
fn same_question(one: &ModeFlows, other: &ModeFlows) -> bool {
    let asked = |flows: &ModeFlows| (flows.clients_given, flows.addresses_complete);
    one.flows() == other.flows()
        && asked(one) == asked(other)
        && one.addresses_more == other.addresses_more
}

fn not_offered_mode(mode: SessionMode, why: String) -> NotOffered {
    let SessionMode { protection, data, family } = mode;
    NotOffered { protection, data, family, why }
}

/// A family whose answers are kept.
trait Cached: Governs {
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
