//! From gaps to the fewest rules that close them, proved.
//!
//! What is missing is let through where it is stopped: the rules go in before the first rule that
//! stops it, or at the end of the chain whose policy does. Then the rule set is read and asked
//! again, for what was let through here may be stopped further on, or its answers may be. The rules
//! are shown only if in the end everything works that they name and nothing else does.

mod applied;
mod by_end;
mod cover;
mod elsewhere;
mod place;
mod proof;
mod repair;
mod step;
mod terms;
mod wants;
mod wide;

pub(super) use wants::{Want, Wants};

use super::Audit;
use super::blame::{By, Condition};
use super::describe::Describer;
use super::fates::Site;
use super::repair::{Repair, Unfixed, distinct};
use super::report::Report;
use crate::eval::symbolic::{Blame, Stage};
use crate::eval::{End, Placement};
use crate::firewall::{Allowance, ChainId, Firewall};
use crate::space::{Budget, Count, Exhausted, PacketSpace};
use applied::{Applied, Unfit};
use by_end::ByEnd;
use place::Places;
use repair::noted;
use step::{Kind, Step, all_named};
use terms::Terms;
use wants::Lack;
use wide::Width;

/// How often the rule set is changed and asked again. A connection has four kinds of packets, and
/// there are few base chains that stop any of them.
const ROUNDS: usize = 32;

/// How many things are named that something depends on.
const NAMED: usize = 2;

/// Finds the rules that are missing.
pub(super) struct Fixer<'a> {
    audit: &'a Audit<'a>,
    at: Placement,
    wants: &'a Wants,
    /// The only connections that are to be let through, if not all that are missing.
    only: Option<&'a ByEnd<PacketSpace>>,
    /// What is needed of the connections that each end opens.
    needed: ByEnd<PacketSpace>,
    /// The data connections that a helper may let through, by the end that opens them, and the
    /// control connections that it has to read.
    helped: ByEnd<PacketSpace>,
    controls: Vec<Allowance>,
    /// Where the packets of each end pass.
    places: ByEnd<Places>,
    budget: Budget,
}

/// What is to be done so far.
#[derive(Debug, Default)]
struct Plan {
    steps: Vec<Step>,
    /// Whether steps must not touch connections that the other end opens.
    strict: bool,
    /// Whether steps may leave connections to a helper.
    helper: bool,
    /// What no step helps.
    given_up: Vec<GivenUp>,
}

/// Connections that no rule helps, or none that we know.
#[derive(Debug)]
struct GivenUp {
    opener: End,
    space: PacketSpace,
    unfixed: Unfixed,
}

impl<'a> Fixer<'a> {
    pub(super) fn new(
        audit: &'a Audit<'a>,
        at: Placement,
        wants: &'a Wants,
    ) -> Result<Self, Exhausted> {
        let budget = Budget::default();
        let needed = ByEnd::try_of(|opener| wants.needed(opener, &budget))?;
        let places = ByEnd::of(|sender| Places::of(audit.firewall, at.route(sender).hooks));
        let helped = ByEnd::try_of(|opener| match audit.firewall.conntrack() {
            Some(_) => wants.helped(opener, &budget),
            None => Ok(PacketSpace::nothing()),
        })?;
        let read = wants.read(&budget)?;
        let controls = repair::exact(&read, &read, &budget)?;
        let only = None;
        Ok(Self { audit, at, wants, only, needed, helped, controls, places, budget })
    }

    /// The rules that close what gaps can be closed.
    pub(super) fn run(&self, report: &Report) -> Result<Repair, Exhausted> {
        let mut repair = self.closed()?;
        if repair.fixes.is_empty() {
            repair.unfixed.extend(noted(report));
            repair.unfixed = distinct(repair.unfixed);
        }
        Ok(repair)
    }

    fn closed(&self) -> Result<Repair, Exhausted> {
        let (plan, applied) = self.plan(Width::Exact, false)?;
        let Some(applied) = applied else { return Ok(self.in_words(plan)) };
        match self.audit.rule_budget {
            Some(most) if applied.rules() > most => self.within(most, applied.rules()),
            _ => self.proved(plan, &applied),
        }
    }

    /// At most so many rules, by which the least becomes allowed that nobody needs.
    fn within(&self, most: usize, exact: usize) -> Result<Repair, Exhausted> {
        let mut fewest = exact;
        let mut best: Option<(Count, Plan, Applied, PacketSpace)> = None;
        for width in Width::WIDE {
            let (plan, Some(applied)) = self.plan(width, false)? else { continue };
            fewest = fewest.min(applied.rules());
            if applied.rules() > most {
                continue;
            }
            let needless = self.needless(&applied)?;
            let count = needless.count_pairs();
            if best.as_ref().is_none_or(|(least, ..)| count < *least) {
                best = Some((count, plan, applied, needless));
            }
        }
        match best {
            Some((_, plan, applied, needless)) => self.repair(plan, &applied, &needless),
            None => {
                let rules = if fewest == 1 { "rule" } else { "rules" };
                let help = format!("allow at least {fewest} {rules}; the budget is {most}");
                Ok(Repair::in_words(vec![Unfixed { by: None, help }]))
            }
        }
    }

    /// The steps, and the rule set with them taken.
    fn plan(&self, width: Width, strict: bool) -> Result<(Plan, Option<Applied>), Exhausted> {
        let mut plan = Plan { strict, helper: true, ..Plan::default() };
        let mut applied: Option<Applied> = None;
        for _ in 0..ROUNDS {
            let lacks = self.lacks(applied.as_ref(), &plan)?;
            if lacks.is_empty() {
                break;
            }
            self.extend(&mut plan, lacks, applied.as_ref())?;
            applied = self.applied(&mut plan, width)?;
        }
        let left = self.lacks(applied.as_ref(), &plan)?;
        if let Some(lack) = left.into_iter().next() {
            let by = self.place(&lack, applied.as_ref()).ok().map(|(_, blame)| self.by(blame));
            let help = "no rules were found that let all of this through".to_owned();
            let (opener, space) = (lack.opener, lack.space);
            let unfixed = Unfixed { by, help };
            plan.given_up.push(GivenUp { opener, space, unfixed });
            plan.steps.clear();
            applied = None;
        }
        Ok((plan, applied.filter(|applied| !applied.additions.is_empty())))
    }

    /// The rule set with the steps taken, without those that cannot be.
    fn applied(&self, plan: &mut Plan, width: Width) -> Result<Option<Applied>, Exhausted> {
        let terms = Terms {
            original: self.audit.firewall,
            placement: self.at,
            interfaces: &self.audit.interfaces,
            width,
            controls: &self.controls,
        };
        loop {
            let needed = |step: &Step| self.needed.get(step.opener).clone();
            match Applied::of(&terms, &plan.steps, needed, &self.budget) {
                Ok(applied) => return Ok(Some(applied)),
                Err(Unfit::Exhausted(exhausted)) => return Err(exhausted),
                Err(Unfit::Step(step)) => {
                    let spot = plan.steps.get(step).map(|step| step.spot);
                    let why = spot.map(|spot| self.audit.firewall.no_place(spot));
                    self.give_up_step(plan, step, &why.unwrap_or_default());
                }
                Err(Unfit::Helper) => {
                    plan.helper = false;
                    plan.steps.retain(|step| step.kind == Kind::Headers);
                }
                Err(Unfit::Unreadable(error)) => {
                    let why = format!("a rule there could not be read: {}", error.message());
                    while !plan.steps.is_empty() {
                        self.give_up_step(plan, 0, &why);
                    }
                }
            }
            if plan.steps.is_empty() {
                return Ok(None);
            }
        }
    }

    /// What does not surely work and was not given up.
    fn lacks(&self, applied: Option<&Applied>, plan: &Plan) -> Result<Vec<Lack>, Exhausted> {
        let site = self.site(applied.map_or(self.audit.firewall, |applied| &applied.firewall));
        let mut lacks = Vec::new();
        for mut lack in self.wants.lacks(&site, &self.budget)? {
            if let Some(only) = self.only {
                lack.space = lack.space.intersection(only.get(lack.opener), &self.budget)?;
            }
            let given_up = plan.given_up.iter().filter(|given_up| given_up.opener == lack.opener);
            for given_up in given_up {
                lack.space = lack.space.difference(&given_up.space, &self.budget)?;
            }
            if !lack.space.is_empty() {
                lacks.push(lack);
            }
        }
        Ok(lacks)
    }

    fn site<'s>(&'s self, firewall: &'s Firewall) -> Site<'s> {
        Site { asked: firewall, devices: self.audit.devices(firewall, self.at) }
    }

    /// Takes into the plan what is still missing.
    fn extend(
        &self,
        plan: &mut Plan,
        lacks: Vec<Lack>,
        applied: Option<&Applied>,
    ) -> Result<(), Exhausted> {
        // What a step was for already was not helped by it: the next manner is tried, once.
        let before = plan.steps.clone();
        let mut tried: Vec<usize> = Vec::new();
        for (kind, lack) in self.by_kind(lacks, plan)? {
            let reply = lack.ruling.stage.is_reply();
            let (base, blame) = match self.place(&lack, applied) {
                Ok(place) => place,
                Err(unfixed) => {
                    plan.given_up.push(GivenUp { opener: lack.opener, space: lack.space, unfixed });
                    continue;
                }
            };
            let sender = if reply { lack.opener.other() } else { lack.opener };
            let places = self.places.get(sender);
            let same = |step: &Step| {
                (step.base, step.opener, step.reply, step.kind) == (base, lack.opener, reply, kind)
            };
            let Some(found) = plan.steps.iter().position(same) else {
                match places.spot(base, &[blame]) {
                    Some(spot) => plan.steps.push(Step {
                        base,
                        opener: lack.opener,
                        reply,
                        blames: vec![blame],
                        spot,
                        space: lack.space,
                        manner: 0,
                        strict: plan.strict,
                        kind,
                    }),
                    None => plan.given_up.push(self.no_place(lack, blame)),
                }
                continue;
            };
            let Some(step) = plan.steps.get_mut(found) else { continue };
            let was_for = match before.get(found).filter(|step| step.blames.contains(&blame)) {
                Some(before) => !before.space.is_disjoint(&lack.space, &self.budget)?,
                None => false,
            };
            if was_for {
                if !tried.contains(&found) {
                    step.manner += 1;
                    tried.push(found);
                }
                if step.packets().is_none() && kind != Kind::Headers {
                    // Without a helper, then.
                    plan.helper = false;
                    plan.steps.retain(|step| step.kind == Kind::Headers);
                    return Ok(());
                }
                if step.packets().is_none() {
                    self.give_up_step(plan, found, "no rule at this place lets them through");
                    // Places of steps have changed; what else is missing is asked for again.
                    return Ok(());
                }
                continue;
            }
            if !step.blames.contains(&blame) {
                step.blames.push(blame);
            }
            step.space = step.space.union(&lack.space, &self.budget)?;
            match places.spot(base, &step.blames) {
                Some(spot) => step.spot = spot,
                None => self.give_up_step(plan, found, "no one place lets all of them through"),
            }
        }
        Ok(())
    }

    /// What is missing, apart by what may let it through.
    fn by_kind(&self, lacks: Vec<Lack>, plan: &Plan) -> Result<Vec<(Kind, Lack)>, Exhausted> {
        let mut parts = Vec::with_capacity(lacks.len());
        for lack in lacks {
            let kind = match lack.ruling.stage {
                Stage::Syn | Stage::OpenerData => Kind::Expected,
                Stage::SynAck | Stage::PeerData => Kind::Headers,
            };
            let helped = self.helped.get(lack.opener);
            if kind == Kind::Headers || !plan.helper || helped.is_empty() {
                parts.push((Kind::Headers, lack));
                continue;
            }
            let expected = lack.space.intersection(helped, &self.budget)?;
            let rest = lack.space.difference(helped, &self.budget)?;
            if !expected.is_empty() {
                parts.push((kind, Lack { space: expected, ..lack.clone() }));
            }
            if !rest.is_empty() {
                parts.push((Kind::Headers, Lack { space: rest, ..lack }));
            }
        }
        // A helper expects nothing before the control connection works.
        if parts.iter().any(|(kind, _)| *kind == Kind::Headers) {
            parts.retain(|(kind, _)| *kind == Kind::Headers);
        }
        Ok(parts)
    }

    /// The base chain that stops something, and by what of the rule set as it was given.
    fn place(&self, lack: &Lack, applied: Option<&Applied>) -> Result<(ChainId, Blame), Unfixed> {
        let firewall = applied.map_or(self.audit.firewall, |applied| &applied.firewall);
        let site = self.site(firewall);
        let describers = Describer::all(&site);
        let ruling = &lack.ruling;
        let unfixed = |by: Option<By>, help: String| Err(Unfixed { by, help });
        let Some(describer) = describers.get(ruling.device) else {
            return unfixed(None, "this could not be placed".to_owned());
        };
        let by = Some(describer.by(ruling.by));
        let conditions = describer.conditions(ruling, lack.because.as_deref());
        let options: Vec<_> = conditions.iter().map(|one| one.decided_by.as_deref()).collect();
        if lack.unsure && !options.is_empty() && options.iter().all(Option::is_some) {
            let mut options: Vec<_> = options.into_iter().flatten().collect();
            options.sort_unstable();
            options.dedup();
            return unfixed(
                by,
                format!("give {}: it decides whether anything is missing", options.join(" ")),
            );
        }
        let ours = site.devices.get(ruling.device);
        if !ours.is_some_and(|device| std::ptr::eq(device.firewall, firewall)) {
            return unfixed(
                by,
                "another rule set on the path stops it: fix that one too".to_owned(),
            );
        }
        if let Some(because) = &lack.because {
            return unfixed(by, because.clone());
        }
        let blame = match applied {
            Some(applied) => applied.original(ruling.by),
            None => Some(ruling.by),
        };
        let reply = ruling.stage.is_reply();
        let sender = if reply { lack.opener.other() } else { lack.opener };
        let found = blame.and_then(|blame| Some((self.places.get(sender).base(blame)?, blame)));
        // Packets for the device itself have chains of their own at a gateway, and are not passed on.
        let gateway = !self.at.is_host();
        let delivered = match ruling.by {
            Blame::Local => true,
            Blame::Rule(_) | Blame::Policy(_) => gateway && !reply,
            Blame::Nothing => false,
        };
        match found {
            Some(place) => Ok(place),
            None if delivered => unfixed(
                by,
                "translate the destination of these connections to the server (DNAT), port by port \
                 the same, and let them through"
                    .to_owned(),
            ),
            None if lack.unsure && !conditions.is_empty() => {
                let mut what: Vec<_> = conditions.iter().map(Condition::short).collect();
                what.dedup();
                let more = what.len().saturating_sub(NAMED);
                what.truncate(NAMED);
                let more = if more == 0 { String::new() } else { format!(" and {more} more") };
                let what = what.join(" and ");
                unfixed(by, format!("no added rule decides what it depends on: {what}{more}"))
            }
            None => unfixed(by, "no rule at this place lets them through".to_owned()),
        }
    }

    fn no_place(&self, lack: Lack, blame: Blame) -> GivenUp {
        let by = Some(self.by(blame));
        let help = "no one place lets all of them through".to_owned();
        GivenUp { opener: lack.opener, space: lack.space, unfixed: Unfixed { by, help } }
    }

    fn give_up_step(&self, plan: &mut Plan, step: usize, why: &str) {
        if step >= plan.steps.len() {
            return;
        }
        let step = plan.steps.remove(step);
        let by = step.blames.first().map(|blame| self.by(*blame));
        let unfixed = Unfixed { by, help: why.to_owned() };
        plan.given_up.push(GivenUp { opener: step.opener, space: step.space, unfixed });
    }

    /// What decides, in the rule set as it was given.
    fn by(&self, blame: Blame) -> By {
        let site = self.site(self.audit.firewall);
        let describers = Describer::all(&site);
        let ours = site.devices.iter().position(|device| std::ptr::eq(device.firewall, site.asked));
        let describer = ours.and_then(|ours| describers.get(ours).copied());
        describer.unwrap_or_else(|| Describer::at_hook(self.audit.firewall, true)).by(blame)
    }

    fn in_words(&self, plan: Plan) -> Repair {
        Repair::in_words(plan.given_up.into_iter().map(|given_up| given_up.unfixed).collect())
    }

    /// The repair, if nothing else becomes allowed.
    fn proved(&self, plan: Plan, applied: &Applied) -> Result<Repair, Exhausted> {
        let needless = self.needless(applied)?;
        if needless.is_empty() {
            return self.repair(plan, applied, &needless);
        }
        let (loose, loosely, price) = (plan, applied, needless);
        let (plan, strict) = self.plan(Width::Exact, true)?;
        let needless = match strict {
            Some(applied) => {
                let needless = self.needless(&applied)?;
                if needless.is_empty() {
                    return self.repair(plan, &applied, &needless);
                }
                needless
            }
            // What was given up then says only what no rule does that is as strict as it has to be.
            None => price.clone(),
        };
        let dialect = self.audit.firewall.dialect();
        if proof::are_answers(&price, self.wants, dialect, &self.budget)? {
            return self.repair(loose, loosely, &price);
        }
        let mut help =
            format!("a rule for this would also let through what nobody needs: {needless}");
        let mut repair = self.in_words(plan);
        if let Some(advice) = self.audit.firewall.too_wide(!self.at.is_host()) {
            // Which places have no narrower rule says less than why none has.
            repair.unfixed.clear();
            help = format!("{help}; {advice}");
        }
        repair.unfixed.push(Unfixed { by: None, help });
        Ok(repair)
    }

    fn needless(&self, applied: &Applied) -> Result<PacketSpace, Exhausted> {
        let (before, after) = (self.site(self.audit.firewall), self.site(&applied.firewall));
        let named = self.audit.firewall.dialect().names_interfaces()
            && all_named(self.at, &self.audit.interfaces);
        proof::needless(applied, &before, &after, self.wants, (self.at, named), &self.budget)
    }
}
