//! The place in a rule set where a rule closes a gap.

use std::collections::HashMap;

use crate::dialect::Spot;
use crate::eval::symbolic::Blame;
use crate::firewall::{Action, ChainId, Firewall, Hook, RuleId};
use crate::space::Family;

/// The base chains that packets of some hooks run through, and which chains each leads to.
#[derive(Debug)]
pub(super) struct Places {
    bases: Vec<(ChainId, HashMap<ChainId, u32>)>,
}

impl Places {
    /// For the packets that pass these hooks.
    pub(super) fn of(firewall: &Firewall, hooks: &[Hook]) -> Self {
        let mut bases: Vec<ChainId> = Vec::new();
        for hook in hooks {
            for family in [Family::Ipv4, Family::Ipv6] {
                for base in firewall.base_chains(*hook, family) {
                    if !bases.contains(&base) {
                        bases.push(base);
                    }
                }
            }
        }
        let led = |base: ChainId| (base, leads(firewall, base));
        Self { bases: bases.into_iter().map(led).collect() }
    }

    /// The base chain whose run decided, if a rule there could have decided otherwise.
    pub(super) fn base(&self, blame: Blame) -> Option<ChainId> {
        let chain = match blame {
            Blame::Rule(rule) => rule.chain,
            Blame::Policy(chain) => chain,
            Blame::Nothing | Blame::Local => return None,
        };
        let own = self.bases.iter().find(|(base, _)| *base == chain);
        let found = own.or_else(|| self.bases.iter().find(|(_, leads)| leads.contains_key(&chain)));
        found.map(|(base, _)| *base)
    }

    /// The last place of a base chain's run that all packets still come to which these decide about.
    pub(super) fn spot(&self, base: ChainId, blames: &[Blame]) -> Option<Spot> {
        let (_, leads) = self.bases.iter().find(|(known, _)| *known == base)?;
        let spots = blames.iter().map(|blame| match *blame {
            Blame::Rule(rule) => Some(Spot::Before(rule)),
            Blame::Policy(chain) => Some(Spot::End(chain)),
            Blame::Nothing | Blame::Local => None,
        });
        let spots = spots.collect::<Option<Vec<_>>>()?;
        let first = spots.iter().min()?;
        if spots.iter().all(|spot| spot.chain() == first.chain()) {
            return Some(*first);
        }
        let on_top = spots.iter().map(|spot| match *spot {
            own if own.chain() == base => Some(own),
            other => {
                let index = *leads.get(&other.chain())?;
                Some(Spot::Before(RuleId { chain: base, index }))
            }
        });
        on_top.collect::<Option<Vec<_>>>()?.into_iter().min()
    }
}

/// The chains that a base chain leads to, each with the first rule of the base chain that does.
fn leads(firewall: &Firewall, base: ChainId) -> HashMap<ChainId, u32> {
    let mut leads = HashMap::new();
    let targets = |action: &Action| -> Vec<ChainId> {
        let targets = action.parts().iter().filter_map(|action| match action {
            Action::Jump(to) | Action::Goto(to) => Some(*to),
            _ => None,
        });
        targets.collect()
    };
    let rules = firewall.chain(base).into_iter().flat_map(|chain| chain.rules());
    for (index, rule) in (0..).zip(rules) {
        let mut open = targets(rule.action());
        while let Some(chain) = open.pop() {
            if leads.contains_key(&chain) {
                continue;
            }
            leads.insert(chain, index);
            let rules = firewall.chain(chain).into_iter().flat_map(|chain| chain.rules());
            open.extend(rules.flat_map(|rule| targets(rule.action())));
        }
    }
    leads
}
