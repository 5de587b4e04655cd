//! From flows and decisions to a report: what works, what is missing, and what is to blame.

mod answer;
mod auditor;
mod blame;
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
mod repair;
mod report;
mod severity;
#[cfg(any(feature = "capture", feature = "probe"))]
mod standing;
mod verdict;

use std::borrow::Cow;
use std::net::IpAddr;

use ipnet::IpNet;

pub use blame::{By, ByKind, Condition, UnmodelledLine};
pub use check::Check;
pub use config::{Config, Setting};
pub use diff::{
    Change, ChangeKind, Decision, Difference, ModeDifference, ModeState, ProviderDifference, Trend,
};
pub use explain::{Explain, ExplainedPart, Explanation};
pub use fates::Status;
pub use repair::{Fix, Repair, Unfixed};
pub use report::{
    Finding, FlowReport, Gap, ModeReport, NotOffered, Notice, PortRangeState, PortState,
    ProviderReport, Report, RuleSet, SCHEMA_VERSION, Share, Shown, Silenced,
};
pub use severity::{Level, Severity};
#[cfg(any(feature = "capture", feature = "probe"))]
pub(crate) use standing::{Observed, Prediction, Standing};
pub use verdict::Verdict;

use crate::error::Error;
use crate::eval::Placement;
use crate::eval::symbolic::{Device, Interfaces};
use crate::firewall::{Chain, Firewall, Hook};
use crate::ftp::{self, Peers, Provider, SessionMode};
use auditor::{Auditor, Cached, required, rule_set, same_question};
pub(crate) use findings::open_words;
use fix::Fixer;

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
    if let Some(because) = firewall.dialect().gateway() {
        return (Placement::ClientGateway, Some(because.to_owned()));
    }
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
