use super::packet::{Seen, Sight};
use super::translation::translated_side;
use super::{Blame, Exhausted, Outcome, Unknowns};
use crate::firewall::{
    Action, Bounds, ChainId, Fate, Firewall, Hook, Mark, Rule, RuleId, States, Symbol, Test,
    Translation,
};
use crate::space::Family;

/// How a packet leaves a base chain.
pub(super) enum Left<'a> {
    /// It passes: a rule accepted it, or the policy.
    Passes(Option<RuleId>),
    /// Its connection is translated, and it passes.
    Translated(RuleId, &'a Translation),
    /// Its fate is sealed.
    Ends(Fate, Blame),
}

/// Takes packets through base chains, within a budget.
pub(super) struct Walk<'a> {
    firewall: &'a Firewall,
    unknowns: &'a mut dyn Unknowns,
    asked: usize,
    steps: usize,
}

/// Rules that a walk may meet, besides 128 for every rule there is: the packets of three conversations,
/// some forty, meet each rule in up to three hooks.
const STEPS: usize = 1 << 22;

impl<'a> Walk<'a> {
    pub(super) fn new(firewall: &'a Firewall, unknowns: &'a mut dyn Unknowns) -> Self {
        let rules = firewall.rules().count();
        let steps = STEPS.saturating_add(rules.saturating_mul(128));
        Self { firewall, unknowns, asked: 0, steps }
    }

    pub(super) const fn firewall(&self) -> &'a Firewall {
        self.firewall
    }

    /// How often the unknowns were asked.
    pub(super) const fn asked(&self) -> usize {
        self.asked
    }

    /// Takes a packet through a base chain, noting the rules that match on `path`.
    ///
    /// `before_tracking` says that the chain runs before connection tracking.
    pub(super) fn base_chain(
        &mut self,
        base: ChainId,
        hook: Hook,
        before_tracking: bool,
        packet: &mut Seen<'_>,
        path: &mut Vec<RuleId>,
    ) -> Result<Left<'a>, Exhausted> {
        let firewall = self.firewall;
        // The rules at which callers go on; none is deeper than there are chains, or they loop.
        let mut callers: Vec<RuleId> = Vec::new();
        let mut next = RuleId { chain: base, index: 0 };
        // What the rule that matched last has still to do.
        let mut rest: (RuleId, &[Action]) = (next, &[]);
        loop {
            let rule = match (rest.1.split_first(), firewall.rule(next)) {
                (Some((action, later)), _) => {
                    rest.1 = later;
                    Some((rest.0, action))
                }
                (None, None) => None,
                (None, Some(rule)) => {
                    self.steps = self.steps.checked_sub(1).ok_or(Exhausted)?;
                    let id = next;
                    next.index += 1;
                    if self.matches(id, rule, packet) {
                        path.push(id);
                        rest = (id, rule.action().parts());
                    }
                    continue;
                }
            };
            match rule {
                None | Some((_, Action::Return)) => match callers.pop() {
                    Some(caller) => next = caller,
                    None => return Ok(policy(firewall, base)),
                },
                Some((id, Action::Accept)) => return Ok(Left::Passes(Some(id))),
                Some((id, Action::Drop)) => return Ok(Left::Ends(Fate::Drop, Blame::Rule(id))),
                Some((id, Action::Reject(_))) => {
                    return Ok(Left::Ends(Fate::Reject, Blame::Rule(id)));
                }
                Some((_, Action::Jump(chain))) => {
                    if callers.len() >= firewall.chains().len() {
                        return Err(Exhausted);
                    }
                    callers.push(next);
                    next = RuleId { chain: *chain, index: 0 };
                }
                Some((_, Action::Goto(chain))) => next = RuleId { chain: *chain, index: 0 },
                Some((_, Action::Continue | Action::Several(_))) => {}
                // The first of these two wins: `xt_ct_target` in `xt_CT.c`.
                Some((id, Action::AssignHelper(name))) => {
                    if before_tracking && packet.sight == Sight::Nothing {
                        packet.sight = Sight::Template;
                        packet.helper = self.named(*name).map(|name| (id, name));
                    }
                }
                Some((id, Action::SetHelper(name))) => {
                    let opens = matches!(packet.sight, Sight::Tracked(state) if
                        state.intersects(States::NEW | States::RELATED));
                    if opens && packet.helper.is_none() {
                        packet.helper = self.named(*name).map(|name| (id, name));
                    }
                }
                Some((_, Action::SetMark(mark))) => {
                    packet.mark.value = (packet.mark.value & !mark.mask) ^ mark.value;
                    packet.mark.mask |= mark.mask;
                }
                Some((_, Action::UnknownMark)) => packet.mark = Mark { value: 0, mask: 0 },
                Some((_, Action::NoTrack)) => {
                    if before_tracking && packet.sight == Sight::Nothing {
                        packet.sight = Sight::Untracked;
                    }
                }
                Some((id, Action::Translate(translation)))
                    if Some(translation.side) == translated_side(hook) =>
                {
                    return Ok(Left::Translated(id, translation));
                }
                Some((id, Action::Translate(_) | Action::Unmodelled(_))) => {
                    match self.outcome(id) {
                        Outcome::Accept => return Ok(Left::Passes(Some(id))),
                        Outcome::Drop => return Ok(Left::Ends(Fate::Drop, Blame::Rule(id))),
                        Outcome::Continue => {}
                    }
                }
            }
        }
    }

    /// The helper of that name; none for an empty one.
    fn named(&self, name: Symbol) -> Option<Symbol> {
        (!self.firewall.name(name).is_empty()).then_some(name)
    }

    /// Whether all tests hold. The unknowns are asked only where it depends on them.
    fn matches(&mut self, id: RuleId, rule: Rule<'_>, packet: &Seen<'_>) -> bool {
        let known = |test| packet.holds(test, self.firewall);
        let bounds: Vec<Test> = match packet.family {
            Family::Ipv4 => rule.bounds::<u32>().into_iter().flat_map(Bounds::tests).collect(),
            Family::Ipv6 => rule.bounds::<u128>().into_iter().flat_map(Bounds::tests).collect(),
        };
        let tests = || bounds.iter().chain(rule.tests());
        if tests().any(|test| known(test) == Some(false)) {
            return false;
        }
        let open: Vec<_> = tests().filter(|test| known(test).is_none()).collect();
        open.into_iter().all(|test| {
            self.asked += 1;
            self.unknowns.holds(id, test)
        })
    }

    /// What becomes of something that the rule leaves open.
    pub(super) fn outcome(&mut self, id: RuleId) -> Outcome {
        self.asked += 1;
        self.unknowns.outcome(id)
    }
}

fn policy(firewall: &Firewall, base: ChainId) -> Left<'static> {
    match firewall.chain(base).and_then(|chain| chain.base()) {
        Some(tie) if tie.policy.fate != Fate::Accept => {
            Left::Ends(tie.policy.fate, Blame::Policy(base))
        }
        _ => Left::Passes(None),
    }
}
