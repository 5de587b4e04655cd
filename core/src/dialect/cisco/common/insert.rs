//! Where in an access list a place in the model is.

use super::super::super::insertion::Spot;
use crate::firewall::{Action, ChainId, Firewall};

/// A place in an access list: before the entry of that place, or after all.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(in super::super) struct Place {
    pub list: ChainId,
    pub before: usize,
}

impl Place {
    /// The place that a place in the model is, where the chains of these tables are the lists. A list's
    /// implicit `deny` stands where the list is applied.
    pub(in super::super) fn of(firewall: &Firewall, spot: Spot, tables: &[&str]) -> Option<Self> {
        let length = |list: ChainId| {
            let chain = firewall.chain(list)?;
            tables.contains(&chain.table()).then(|| chain.rules().len())
        };
        let Spot::Before(rule) = spot else {
            let list = spot.chain();
            return Some(Self { list, before: length(list)? });
        };
        if length(rule.chain).is_some() {
            return Some(Self { list: rule.chain, before: rule.index as usize });
        }
        let chain = firewall.chain(rule.chain).filter(|chain| chain.base().is_some())?;
        let here = chain.rule(rule.index)?;
        if let Action::Jump(list) = here.action() {
            return length(*list).map(|_| Self { list: *list, before: 0 });
        }
        let applied = chain.rule(rule.index.checked_sub(1)?)?;
        let Action::Jump(list) = applied.action() else { return None };
        let before = length(*list)?;
        (applied.span() == here.span()).then_some(Self { list: *list, before })
    }
}
