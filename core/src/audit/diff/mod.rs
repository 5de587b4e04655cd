//! The same question about two rule sets: what was gained, what was lost, and by which rules.

mod compare;
mod difference;
mod side;

pub use difference::{
    Change, ChangeKind, Decision, Difference, ModeDifference, ModeState, ProviderDifference, Trend,
};

use super::answer::{self, Answer};
use super::describe::Describer;
use super::{
    Audit, Auditor, Cached, ModeReport, SCHEMA_VERSION, Verdict, placement_of, required, rule_set,
    same_question,
};
use crate::eval::Placement;
use crate::eval::symbolic::Control;
use crate::firewall::Firewall;
use crate::ftp::{self, ModeFlows, Needs, Peers, Provider, SessionMode};
use crate::space::{Budget, Exhausted, Family, HeaderSet, PacketSpace};
use compare::{Compared, FlowSides, Judged};
use side::Side;

impl Audit<'_> {
    /// What has changed since the firewall asked about had these rules: the sessions and connections
    /// that were gained and lost, and by which rules.
    ///
    /// Both rule sets are asked the same question, and both stand at the same place: where nobody said
    /// which, at a client gateway if either of them forwards. They may be of different dialects.
    ///
    /// ```
    /// use pasvaudit::audit::{ChangeKind, Trend};
    /// use pasvaudit::{Audit, Dialect, Firewall};
    ///
    /// let rules = |ports: &str| {
    ///     format!(
    ///         "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n\
    ///          -A FORWARD -d 209.43.40.0/24 -p tcp -m multiport --dports {ports} -j ACCEPT\nCOMMIT\n"
    ///     )
    /// };
    /// let old = Firewall::parse(rules("21,990,21000:21050"), Dialect::Auto)?;
    /// let new = Firewall::parse(rules("21,990,21001:21050"), Dialect::Auto)?;
    /// let difference =
    ///     Audit::of(&new).provider("smartfile")?.client("10.1.0.0/16".parse()?).since(&old);
    ///
    /// assert_eq!(difference.verdict, Trend::Worse);
    /// let change = difference.changes().next().ok_or("no change")?;
    /// assert_eq!(change.kind, ChangeKind::Lost);
    /// assert_eq!(change.space[0].dport.to_string(), "21000");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn since(&self, old: &Firewall) -> Difference {
        let before = Audit { firewall: old, ..self.clone() };
        let (at, because) = match self.at {
            Some(at) => (at, [None, None]),
            None => common_placement(old, self.firewall),
        };
        let [old_because, new_because] = because;
        let mut sides = Sides {
            old: Auditor::new(old, before.devices(old, at), self.advertised),
            new: Auditor::new(self.firewall, self.devices(self.firewall, at), self.advertised),
            known: Vec::new(),
        };
        let peers = self.peers();
        let providers: Vec<_> =
            self.asked().iter().map(|provider| sides.provider(provider, &peers)).collect();
        let verdict =
            providers.iter().map(|provider| provider.verdict).max().unwrap_or(Trend::Undecided);
        Difference {
            schema_version: SCHEMA_VERSION,
            verdict,
            exit_code: verdict.exit_code(),
            old: rule_set(old, at, old_because),
            new: rule_set(self.firewall, at, new_because),
            path: sides.new.path(),
            clients: self.client_blocks(),
            providers,
        }
    }
}

/// Where both stand by their rules, and why: a rule set that has lost all its rules for forwarded
/// packets still stands where it stood.
fn common_placement(old: &Firewall, new: &Firewall) -> (Placement, [Option<String>; 2]) {
    let chosen = [placement_of(old), placement_of(new)];
    let gateway = |(at, _): &(Placement, _)| *at == Placement::ClientGateway;
    match chosen {
        [old, new] if gateway(&old) == gateway(&new) => (new.0, [old.1, new.1]),
        [old, _] if gateway(&old) => {
            let other = "the old one has rules for forwarded packets".to_owned();
            (old.0, [old.1, Some(other)])
        }
        [_, new] => {
            let other = "the new one has rules for forwarded packets".to_owned();
            (new.0, [Some(other), new.1])
        }
    }
}

/// Both rule sets, asked about one mode after the other.
struct Sides<'a> {
    old: Auditor<'a>,
    new: Auditor<'a>,
    /// What was said about modes with the same connections.
    known: Vec<(ModeFlows, ModeDifference)>,
}

impl Sides<'_> {
    fn provider(&mut self, provider: &Provider, peers: &Peers) -> ProviderDifference {
        let mut modes = Vec::new();
        for mode in SessionMode::all() {
            // What cannot be asked about was refused when the provider was named.
            if let Ok(Needs::Flows(flows)) = ftp::flows(provider, mode, peers) {
                modes.push(self.mode(provider, &flows));
            }
        }
        let required = modes.iter().filter(|mode| mode.required).map(|mode| mode.verdict);
        // Where nothing is required nothing is decided, as in an audit.
        let verdict = required.max().unwrap_or(Trend::Undecided);
        let (id, name) = (provider.id.clone(), provider.name.clone());
        ProviderDifference { id, name, verdict, modes }
    }

    fn mode(&mut self, provider: &Provider, flows: &ModeFlows) -> ModeDifference {
        let (protection, data) = (flows.mode.protection, flows.mode.data);
        let required = required(provider, flows);
        let controls = self.controls(flows);
        let same =
            |known: &ModeFlows| same_question(known, flows) && self.controls(known) == controls;
        if let Some((_, known)) = self.known.iter().find(|(known, _)| same(known)) {
            return ModeDifference { protection, data, required, ..known.clone() };
        }
        let (before, _) = self.old.mode(provider, flows);
        let (now, _) = self.new.mode(provider, flows);
        let budget = Budget::default();
        let compared = match flows.mode.family {
            Family::Ipv4 => self.compared::<u32>(flows, &budget),
            Family::Ipv6 => self.compared::<u128>(flows, &budget),
        };
        let difference = difference(required, before, now, compared);
        self.known.push((flows.clone(), difference.clone()));
        difference
    }

    fn controls(&self, flows: &ModeFlows) -> [Option<Control>; 2] {
        [self.old.control(flows), self.new.control(flows)]
    }

    fn compared<A: Cached>(
        &mut self,
        flows: &ModeFlows,
        budget: &Budget,
    ) -> Result<Compared, Exhausted>
    where
        PacketSpace: From<HeaderSet<A>>,
    {
        let [old_control, old_data] = sides::<A>(&mut self.old, flows, budget)?;
        let [new_control, new_data] = sides::<A>(&mut self.new, flows, budget)?;
        let control = FlowSides::new(&flows.control, old_control, new_control, budget)?;
        let data = FlowSides::new(&flows.data, old_data, new_data, budget)?;
        let judged = Judged::of(flows, [&control, &data], budget)?;
        compare::all([&control, &data], &judged, budget)
    }
}

/// How both connections of a mode fare through one of the rule sets.
fn sides<A: Cached>(
    auditor: &mut Auditor<'_>,
    flows: &ModeFlows,
    budget: &Budget,
) -> Result<[Side<A>; 2], Exhausted> {
    let found = match auditor.silence(flows.mode.family) {
        Some(why) => Err(why),
        None => answers::<A>(auditor, flows).map_err(|exhausted| exhausted.to_string()),
    };
    match found {
        Ok([control, data]) => {
            let describers = Describer::all(&auditor.site);
            let side = |answer| Side::of(answer, &describers, budget);
            Ok([side(&control)?, side(&data)?])
        }
        Err(why) => {
            let unknown = |flow| Ok(Side::unknown(answer::needed(flow, budget)?, &why));
            Ok([unknown(&flows.control)?, unknown(&flows.data)?])
        }
    }
}

fn answers<A: Cached>(
    auditor: &mut Auditor<'_>,
    flows: &ModeFlows,
) -> Result<[Answer<A>; 2], Exhausted> {
    // One rule set that is too hard must not make the other one undecided.
    let budget = Budget::default();
    let control = auditor.answer::<A>(&flows.control, None, &budget)?;
    let data = auditor.answer::<A>(&flows.data, auditor.control(flows), &budget)?;
    Ok([control, data])
}

fn difference(
    required: bool,
    before: ModeReport,
    now: ModeReport,
    compared: Result<Compared, Exhausted>,
) -> ModeDifference {
    let (protection, data, family) = (now.protection, now.data, now.family);
    let mut notes = Vec::new();
    let late = |mode: &ModeReport| mode.flows.iter().any(|flow| flow.delayed);
    if late(&now) && !late(&before) {
        notes.push(
            "data connections lose their first packet now and take a second longer: a helper makes \
             it RELATED, and only NEW is let through"
                .to_owned(),
        );
    }
    let compared = compared.unwrap_or_else(|exhausted| {
        notes.push(format!("the two rule sets could not be compared: {exhausted}"));
        Compared { trend: Trend::Undecided, ..Compared::default() }
    });
    let verdict = compared.trend.max(of_verdicts(before.verdict, now.verdict));
    ModeDifference {
        protection,
        data,
        family,
        required,
        verdict,
        before: state(before),
        now: state(now),
        changes: compared.changes,
        still_undecided: compared.still_undecided,
        notes,
    }
}

/// What verdicts say besides the connections: whether a mode works depends on addresses too that are
/// not on the provider's list.
const fn of_verdicts(before: Verdict, now: Verdict) -> Trend {
    match (before, now) {
        (Verdict::Works, Verdict::Undecided) => Trend::Undecided,
        (Verdict::Undecided, Verdict::Works) => Trend::Better,
        _ => Trend::Same,
    }
}

fn state(mode: ModeReport) -> ModeState {
    let ModeReport { verdict, flows, works_for, judged_for, notes, .. } = mode;
    ModeState { verdict, flows, works_for, judged_for, notes }
}
