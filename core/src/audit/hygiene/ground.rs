use rustc_hash::FxHashSet;

use super::Asked;
use crate::audit::answer::{Answer, cuboids};
use crate::audit::describe::Describer;
use crate::audit::fates::Site;
use crate::audit::{Auditor, Cached};
use crate::eval::symbolic::{Blame, Control, Device};
use crate::eval::{End, Placement};
use crate::firewall::{ChainId, Firewall, Governs, Hook, RuleId};
use crate::ftp::{Flow, FlowKind};
use crate::space::{Axis, Budget, Count, Exhausted, HeaderSet, Ranges};

/// The ports that FTP sessions have besides those of their control and passive data connections: the
/// server sends active data from them (RFC 959 §5.2).
pub(super) const ACTIVE: [u16; 2] = [20, 989];

/// More passive ports than this are not FTP's own: others use some of them.
const FEW: u64 = 16_384;

/// What the answers about one family say about rules.
pub(super) struct Ground<'a, A: Governs> {
    pub site: &'a Site<'a>,
    pub describers: Vec<Describer<'a>>,
    pub answers: Vec<(&'a Flow, Option<&'a Control>, &'a Answer<A>)>,
    /// For each device the rules that match some of the needed packets, or may.
    pub taken: Vec<FxHashSet<RuleId>>,
    /// What clients may open: all that any mode needs, the spare control ports too.
    pub client_opens: HeaderSet<A>,
    /// What servers may open.
    pub server_opens: HeaderSet<A>,
    pub servers: Ranges<A>,
    /// The control ports.
    pub controls: Ranges<A>,
    /// Those, and the ports that active data comes from: everybody knows them for FTP's.
    pub named_ports: Ranges<A>,
    /// Those, and the passive ports if there are few of them.
    pub ports: Ranges<A>,
    /// The names of the providers.
    pub whom: String,
    pub ids: Vec<String>,
}

impl<'a, A: Cached> Ground<'a, A> {
    /// `None` where nothing was decided, or not all of it.
    pub(super) fn of(
        auditor: &'a Auditor<'_>,
        asked: &[Asked<'_>],
        budget: &Budget,
    ) -> Option<Self> {
        let known = A::answers(auditor).iter();
        let answers: Vec<_> =
            known.map(|(flow, control, answer)| (flow, control.as_ref(), answer)).collect();
        let unfinished =
            |answer: &Answer<A>| answer.pieces.iter().any(|piece| piece.ruling.unfinished);
        if answers.is_empty() || answers.iter().any(|(.., answer)| unfinished(answer)) {
            return None;
        }
        let site = &auditor.site;
        let mut taken = vec![FxHashSet::default(); site.devices.len()];
        for (.., answer) in &answers {
            for (taken, trail) in taken.iter_mut().zip(&answer.trails) {
                taken.extend(&trail.taken);
            }
        }
        let client_opens = opened(asked, End::Client, budget).ok()?;
        let server_opens = opened(asked, End::Server, budget).ok()?;
        let servers =
            client_opens.values_on(Axis::Destination).union(&server_opens.values_on(Axis::Source));
        let controls = control_ports(asked);
        let active = ACTIVE.map(|port| (A::from_port(port), A::from_port(port)));
        let named = controls.union(&Ranges::union_of(active));
        let data = client_opens.values_on(Axis::DestinationPort);
        let few = data.count() <= Count::from(FEW);
        let ports = if few { named.union(&data) } else { named.clone() };
        let names: Vec<_> = asked.iter().map(|one| one.provider.name.as_str()).collect();
        Some(Self {
            site,
            describers: Describer::all(site),
            answers,
            taken,
            client_opens,
            server_opens,
            servers,
            controls,
            named_ports: named,
            ports,
            whom: super::words::listed(&names),
            ids: asked.iter().map(|one| one.provider.id.clone()).collect(),
        })
    }

    pub(super) fn devices(&self) -> impl Iterator<Item = (usize, &Device<'a>)> {
        self.site.devices.iter().enumerate()
    }

    pub(super) fn is_taken(&self, device: usize, rule: RuleId) -> bool {
        self.taken.get(device).is_some_and(|taken| taken.contains(&rule))
    }

    /// What an end may open.
    pub(super) const fn opens(&self, opener: End) -> &HeaderSet<A> {
        match opener {
            End::Client => &self.client_opens,
            End::Server => &self.server_opens,
        }
    }

    /// Where a rule stands and what the line says.
    pub(super) fn place(&self, device: usize, rule: RuleId) -> crate::audit::By {
        self.blame(device, Blame::Rule(rule))
    }

    pub(super) fn blame(&self, device: usize, blame: Blame) -> crate::audit::By {
        match self.describers.get(device) {
            Some(describer) => describer.by(blame),
            None => Describer::at_hook(self.site.asked, false).by(blame),
        }
    }
}

/// Whether a provider cannot be used without the flow.
pub(super) const fn is_required(flow: &Flow) -> bool {
    !matches!(flow.kind, FlowKind::ActiveData)
}

/// The end that a device protects.
pub(super) const fn inner_end(device: &Device<'_>) -> End {
    match device.placement {
        Placement::ClientHost | Placement::ClientGateway => End::Client,
        Placement::ServerGateway | Placement::ServerHost => End::Server,
    }
}

/// The base chains that packets of the flows pass on a device, whichever way they go.
pub(super) fn bases<A: Governs>(device: &Device<'_>) -> Vec<ChainId> {
    let mut hooks: Vec<Hook> = Vec::new();
    for end in [End::Client, End::Server] {
        for hook in device.placement.route(end).hooks {
            if !hooks.contains(hook) {
                hooks.push(*hook);
            }
        }
    }
    let firewall: &Firewall = device.firewall;
    hooks.into_iter().flat_map(|hook| firewall.base_chains(hook, A::FAMILY)).collect()
}

/// The control ports of all modes of a family, the spare ones too.
fn control_ports<A: Governs>(asked: &[Asked<'_>]) -> Ranges<A> {
    let modes = asked.iter().flat_map(|asked| &asked.modes);
    let modes = modes.filter(|flows| flows.mode.family == A::FAMILY);
    let ends = modes.flat_map(|flows| flows.control.to.widest().chain(&flows.alternates));
    let ports = ends.flat_map(|end| &end.ports);
    Ranges::union_of(ports.map(|ports| (A::from_port(ports.first()), A::from_port(ports.last()))))
}

/// Everything of a family that an end may open in any mode.
fn opened<A: Governs>(
    asked: &[Asked<'_>],
    opener: End,
    budget: &Budget,
) -> Result<HeaderSet<A>, Exhausted> {
    let modes = asked.iter().flat_map(|asked| &asked.modes);
    let modes = modes.filter(|flows| flows.mode.family == A::FAMILY);
    let mut all = Vec::new();
    for mode in modes {
        for flow in mode.flows().into_iter().filter(|flow| flow.opener == opener) {
            all.extend(cuboids::<A>(flow.from.widest(), flow.to.widest()));
        }
        if opener == End::Client {
            all.extend(cuboids::<A>(mode.control.from.widest(), mode.alternates.iter()));
        }
    }
    all.sort_unstable();
    all.dedup();
    HeaderSet::from_cuboids(all, budget)
}
