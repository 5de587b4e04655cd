//! What is noted about the rules of a device while cells are followed through it.

use std::cell::RefCell;
use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Blame;
use crate::firewall::{BaseKind, ChainId, Firewall, Hook, RuleId};
use crate::space::Family;

/// What became clear about the rules of one device.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    /// The rules that some of the packets came to, or may have, and that match them, or may.
    pub taken: FxHashSet<RuleId>,
    /// Rules that accepted connections which a later base chain of the same hook surely stopped.
    pub overruled: BTreeSet<Overruled>,
    /// What comes before a watched rule where it would match.
    pub hidden: BTreeSet<Hidden>,
    /// Watched rules that would match before a translation or after it, and not where they stand.
    pub misplaced: BTreeSet<Misplaced>,
}

/// A rule that accepts, in vain.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Overruled {
    /// The rule.
    pub rule: RuleId,
    /// The base chain in which it accepts.
    pub base: ChainId,
    /// What stops the connections after that.
    pub by: Blame,
    /// The base chain in which it does.
    pub later: ChainId,
}

/// A rule that some packets would match, and do not come to.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Hidden {
    /// The rule.
    pub rule: RuleId,
    /// The rule before it that decides about them, or leads them away.
    pub by: RuleId,
    /// What becomes of them there.
    pub how: Turn,
}

/// How packets leave a chain before its end.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Turn {
    /// They are let through.
    Accepted,
    /// They are stopped.
    Stopped,
    /// They are let through or stopped, nobody knows which.
    Either,
    /// They go on elsewhere.
    Away,
}

/// A rule on the wrong side of a translation.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Misplaced {
    /// The rule.
    pub rule: RuleId,
    /// The rule that translates.
    pub by: RuleId,
    /// It names what packets carry before the translation, not what they carry after it.
    pub before: bool,
}

/// The rules of a device of which one wants to know why they do not decide.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    by_chain: FxHashMap<ChainId, Vec<Watched>>,
}

/// A place in a chain by which packets would come to a watched rule.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    pub index: u32,
    /// The rules from there to the watched one, which is the last.
    pub path: Vec<RuleId>,
}

/// How many ways to a watched rule are looked at.
const WAYS: usize = 16;

impl Watch {
    /// Watches rules of a firewall. `callers` tells which rules lead to a chain.
    pub fn new(rules: &[RuleId], callers: &FxHashMap<ChainId, Vec<RuleId>>) -> Self {
        let mut by_chain: FxHashMap<ChainId, Vec<Watched>> = FxHashMap::default();
        for rule in rules {
            let mut open = vec![vec![*rule]];
            let mut ways = 0;
            while let Some(path) = open.pop() {
                let Some(first) = path.first().copied() else { continue };
                ways += 1;
                if ways > WAYS {
                    break;
                }
                let others = callers.get(&first.chain).into_iter().flatten();
                for caller in others.take(WAYS) {
                    // A loop leads nowhere new.
                    if path.iter().all(|rule| rule.chain != caller.chain) {
                        open.push([&[*caller], path.as_slice()].concat());
                    }
                }
                let watched = Watched { index: first.index, path };
                by_chain.entry(first.chain).or_default().push(watched);
            }
        }
        for watched in by_chain.values_mut() {
            watched.sort_by_key(|watched| watched.index);
        }
        Self { by_chain }
    }

    /// Whether no rule is watched.
    pub fn is_empty(&self) -> bool {
        self.by_chain.is_empty()
    }
}

/// Keeps the notes about one device.
#[derive(Debug, Default)]
pub(super) struct Notes {
    trail: RefCell<Trail>,
    watch: Watch,
    /// The chains of which all rules may match.
    unfollowed: RefCell<FxHashSet<ChainId>>,
}

impl Notes {
    pub(super) fn new(watch: Watch) -> Self {
        Self { watch, ..Self::default() }
    }

    pub(super) fn into_trail(self) -> Trail {
        self.trail.into_inner()
    }

    pub(super) fn takes(&self, rule: RuleId) {
        self.trail.borrow_mut().taken.insert(rule);
    }

    /// Nobody follows which rules of nat chains packets match, for it is not known which of them open
    /// connections.
    pub(super) fn may_take_nat(&self, firewall: &Firewall, family: Family) {
        let all = (0..).map(ChainId::new).zip(firewall.chains());
        let nat = all.filter(|(_, chain)| {
            chain.governs(family) && chain.base().is_some_and(|base| base.kind == BaseKind::Nat)
        });
        self.may_take(firewall, nat.map(|(id, _)| id));
    }

    /// Nobody follows which rules packets match of these chains and those that they lead to.
    pub(super) fn may_take(&self, firewall: &Firewall, chains: impl Iterator<Item = ChainId>) {
        let mut seen = self.unfollowed.borrow_mut();
        let mut open: Vec<_> = chains.filter(|chain| seen.insert(*chain)).collect();
        while let Some(chain) = open.pop() {
            let rules = firewall.chain(chain).into_iter().flat_map(|chain| chain.rules());
            for (index, rule) in (0..).zip(rules) {
                self.takes(RuleId { chain, index });
                open.extend(rule.action().calls().filter(|called| seen.insert(*called)));
            }
        }
    }

    pub(super) fn overrules(&self, overruled: Overruled) {
        self.trail.borrow_mut().overruled.insert(overruled);
    }

    pub(super) fn hides(&self, hidden: Hidden) {
        self.trail.borrow_mut().hidden.insert(hidden);
    }

    pub(super) fn misplaces(&self, misplaced: Misplaced) {
        self.trail.borrow_mut().misplaced.insert(misplaced);
    }

    /// What is watched in a chain from a place on.
    pub(super) fn watched(&self, chain: ChainId, from: u32) -> &[Watched] {
        let all = self.watch.by_chain.get(&chain).map(Vec::as_slice).unwrap_or_default();
        let first = all.partition_point(|watched| watched.index < from);
        all.get(first..).unwrap_or_default()
    }
}

/// The last rule of a base chain that let a packet through, for certain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passed {
    pub rule: RuleId,
    pub base: ChainId,
    pub hook: Hook,
}

/// The rules of a firewall that lead to each chain.
pub fn callers(firewall: &Firewall) -> FxHashMap<ChainId, Vec<RuleId>> {
    let mut callers: FxHashMap<ChainId, Vec<RuleId>> = FxHashMap::default();
    for (id, rule) in firewall.rules() {
        if let Some(chain) = rule.action().calls() {
            callers.entry(chain).or_default().push(id);
        }
    }
    callers
}
