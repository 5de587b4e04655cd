use std::net::SocketAddr;

use super::packet::{Seen, Sight};
use super::{Blame, Exhausted, Outcome, Unknowns};
use crate::firewall::{Action, Bounds, ChainId, Fate, Firewall, Mark, Rule, RuleId, Side, Test};

/// How a packet leaves a base chain.
pub(super) enum Left {
    /// It passes: a rule accepted it, or the policy.
    Passes(Option<RuleId>),
    /// Its connection's source is translated, and it passes.
    SourceTranslated(RuleId),
    /// Its fate is sealed.
    Ends(Fate, Blame),
}

/// Takes packets through base chains, within a budget.
pub(super) struct Walk<'a> {
    firewall: &'a Firewall,
    unknowns: &'a mut dyn Unknowns,
    asked: usize,
    steps: usize,
    helpers: bool,
}

/// Rules that a walk may meet, besides 32 for every rule there is: eight packets meet each rule in
/// up to three hooks.
const STEPS: usize = 1 << 22;

impl<'a> Walk<'a> {
    pub(super) fn new(firewall: &'a Firewall, unknowns: &'a mut dyn Unknowns) -> Self {
        let rules = || firewall.chains().iter().flat_map(|chain| chain.rules());
        let named = |name| !firewall.name(name).is_empty();
        let helpers =
            rules().flat_map(|rule| rule.action().parts()).any(|action| matches!(action, Action::AssignHelper(name) | Action::SetHelper(name) if named(*name)));
        let steps = STEPS.saturating_add(rules().count().saturating_mul(32));
        Self { firewall, unknowns, asked: 0, steps, helpers }
    }

    /// Whether any rule assigns a helper.
    pub(super) const fn helpers(&self) -> bool {
        self.helpers
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
        before_tracking: bool,
        packet: &mut Seen<'_>,
        path: &mut Vec<RuleId>,
    ) -> Result<Left, Exhausted> {
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
                Some((_, Action::Continue | Action::Several(_) | Action::SetHelper(_))) => {}
                // The first of these two wins: `xt_ct_target` in `xt_CT.c`.
                Some((_, Action::AssignHelper(_))) => {
                    if before_tracking && packet.sight == Sight::Nothing {
                        packet.sight = Sight::Template;
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
                Some((id, Action::Translate(translation))) => {
                    return Ok(match translation.side {
                        Side::Source => Left::SourceTranslated(id),
                        Side::Destination => self.destination_translated(id),
                    });
                }
                Some((id, Action::Unmodelled(_))) => match self.outcome(id) {
                    Outcome::Accept => return Ok(Left::Passes(Some(id))),
                    Outcome::Drop => return Ok(Left::Ends(Fate::Drop, Blame::Rule(id))),
                    Outcome::Continue => {}
                },
            }
        }
    }

    /// Whether all tests hold. The unknowns are asked only where it depends on them.
    fn matches(&mut self, id: RuleId, rule: Rule<'_>, packet: &Seen<'_>) -> bool {
        let known = |test| packet.holds(test, self.firewall);
        let bounds: Vec<Test> = match packet.destination {
            SocketAddr::V4(_) => rule.bounds::<u32>().into_iter().flat_map(Bounds::tests).collect(),
            SocketAddr::V6(_) => {
                rule.bounds::<u128>().into_iter().flat_map(Bounds::tests).collect()
            }
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

    pub(super) fn outcome(&mut self, id: RuleId) -> Outcome {
        self.asked += 1;
        self.unknowns.outcome(id)
    }

    /// Where the connection goes now is unknown, so the choice decides about all of it.
    fn destination_translated(&mut self, id: RuleId) -> Left {
        let fate = match self.outcome(id) {
            Outcome::Accept | Outcome::Continue => Fate::Accept,
            Outcome::Drop => Fate::Drop,
        };
        Left::Ends(fate, Blame::Rule(id))
    }
}

fn policy(firewall: &Firewall, base: ChainId) -> Left {
    match firewall.chain(base).and_then(|chain| chain.base()) {
        Some(tie) if tie.policy.fate != Fate::Accept => {
            Left::Ends(tie.policy.fate, Blame::Policy(base))
        }
        _ => Left::Passes(None),
    }
}
