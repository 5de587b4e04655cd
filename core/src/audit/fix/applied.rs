//! A rule set with steps taken.

use std::collections::BTreeMap;

use super::step::{Kind, Step};
use super::terms::Terms;
use crate::dialect::{Assignment, Insertion, Spot};
use crate::error::Error;
use crate::eval::Placement;
use crate::eval::symbolic::Blame;
use crate::firewall::{Allowance, ChainId, Firewall, Governs, Rule, RuleId, Test};
use crate::space::{Budget, Cuboid, Exhausted, PacketSpace};

/// Rules to be added at one place, which may be of several steps.
#[derive(Clone, Debug)]
pub(super) struct Addition {
    pub spot: Spot,
    /// The base chain whose run comes to it.
    pub base: ChainId,
    pub allowances: Vec<Allowance>,
    pub insertion: Insertion,
    /// How many rules they are.
    pub rules: usize,
}

/// A rule set with steps taken, read again.
#[derive(Debug)]
pub(super) struct Applied {
    pub firewall: Firewall,
    /// In the order of the text.
    pub additions: Vec<Addition>,
    /// What gives control connections a helper, if steps need one.
    pub assignment: Option<Assignment>,
    /// All that was put in, in the order of the text.
    insertions: Vec<Insertion>,
}

/// Why steps cannot be taken.
#[derive(Debug)]
pub(super) enum Unfit {
    /// The rule set has no place for this one, or it takes too many rules.
    Step(usize),
    /// Nothing gives connections the helper that some of them need.
    Helper,
    /// The rule set with them cannot be read.
    Unreadable(Error),
    Exhausted(Exhausted),
}

impl From<Exhausted> for Unfit {
    fn from(exhausted: Exhausted) -> Self {
        Self::Exhausted(exhausted)
    }
}

impl Applied {
    /// Takes steps, given what is needed of those of either opener.
    pub(super) fn of(
        terms: &Terms<'_>,
        steps: &[Step],
        needed: impl Fn(&Step) -> PacketSpace,
        budget: &Budget,
    ) -> Result<Self, Unfit> {
        let original = terms.original;
        let mut places: BTreeMap<(Spot, ChainId), Vec<Allowance>> = BTreeMap::new();
        for (index, step) in steps.iter().enumerate() {
            let allowances = step.allowances(&needed(step), terms, budget)?;
            let [incoming, outgoing] = step.interfaces(original, terms.placement, terms.interfaces);
            let allowances = allowances.ok_or(Unfit::Step(index))?.into_iter();
            let on_interfaces = allowances.map(|allowance| Allowance {
                incoming: incoming.clone(),
                outgoing: outgoing.clone(),
                ..allowance
            });
            places.entry((step.spot, step.base)).or_default().extend(on_interfaces);
        }
        let mut additions = Vec::with_capacity(places.len());
        for ((spot, base), allowances) in places {
            let rules: Vec<_> = allowances
                .iter()
                .flat_map(|allowance| original.dialect().rules(allowance))
                .collect();
            let insertion = original.insertion(spot, &rules).ok_or_else(|| {
                Unfit::Step(steps.iter().position(|step| step.spot == spot).unwrap_or_default())
            })?;
            let rules = original.count(spot, &rules);
            additions.push(Addition { spot, base, allowances, insertion, rules });
        }
        additions.sort_by_key(|addition| addition.insertion.at);
        let assignment = if steps.iter().any(|step| step.kind == Kind::Expected) {
            let sent_here = terms.placement == Placement::ClientHost;
            Some(original.assignment(terms.controls, sent_here).ok_or(Unfit::Helper)?)
        } else {
            None
        };
        let added = additions.iter().map(|addition| &addition.insertion);
        let assigned = assignment.iter().map(|assignment| &assignment.insertion);
        let mut insertions: Vec<_> = added.chain(assigned).cloned().collect();
        insertions.sort_by_key(|insertion| insertion.at);
        let text = Insertion::splice(original.text(), &insertions);
        let firewall = original.read_again(text).map_err(Unfit::Unreadable)?;
        Ok(Self { firewall, additions, assignment, insertions })
    }

    /// How many rules were added.
    pub(super) fn rules(&self) -> usize {
        let rules: usize = self.additions.iter().map(|addition| addition.rules).sum();
        rules + usize::from(self.assignment.is_some())
    }

    /// What it stands for in the rule set as it was given; `None` if it was added.
    pub(super) fn original(&self, blame: Blame) -> Option<Blame> {
        let Blame::Rule(id) = blame else { return Some(blame) };
        let chain = self.firewall.chain(id.chain)?;
        let added = |rule: Rule<'_>| self.is_added(rule.span().bytes().start);
        if added(chain.rule(id.index)?) {
            return None;
        }
        let before = chain.rules().take(id.index as usize).filter(|rule| added(*rule)).count();
        let index = id.index.checked_sub(u32::try_from(before).ok()?)?;
        Some(Blame::Rule(RuleId { chain: id.chain, index }))
    }

    /// What added rules match, as they were read again: the headers of packets. Those that look at the
    /// connection's first packet match no more than they are for.
    pub(super) fn read_again<A: Governs>(&self) -> impl Iterator<Item = Cuboid<A>> {
        let added = |rule: &Rule<'_>| self.is_added(rule.span().bytes().start);
        let of_packets =
            |rule: &Rule<'_>| !rule.tests().iter().any(|test| matches!(test, Test::Connection(_)));
        let rules = self.firewall.rules().map(|(_, rule)| rule);
        let rules = rules.filter(move |rule| of_packets(rule) && added(rule));
        rules.filter_map(|rule| rule.bounds::<A>()?.cuboid())
    }

    /// Whether a byte of the text was added.
    fn is_added(&self, byte: usize) -> bool {
        let mut shift = 0;
        self.insertions.iter().any(|insertion| {
            let start = insertion.at + shift;
            shift += insertion.text.len();
            (start..start + insertion.text.len()).contains(&byte)
        })
    }
}
