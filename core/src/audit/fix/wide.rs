//! Fewer rules at the price of opening more than is needed.

use super::cover::Product;
use crate::firewall::Governs;
use crate::space::{Axis, Budget, Exhausted, HeaderSet, Ranges};

/// What a rule may name more of than is needed, so that fewer rules do.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) enum Width {
    /// Nothing.
    Exact,
    /// Ports between the needed ones.
    Ports,
    /// Addresses between the needed ones.
    Addresses,
    /// Both.
    Both,
}

impl Width {
    /// The narrowest first.
    pub(super) const ALL: [Self; 4] = [Self::Exact, Self::Ports, Self::Addresses, Self::Both];

    const fn widens(self, axis: Axis) -> bool {
        match self {
            Self::Exact => false,
            Self::Ports => axis.is_port(),
            Self::Addresses => !axis.is_port(),
            Self::Both => true,
        }
    }

    /// All that rules may open.
    pub(super) fn widened<A: Governs>(
        self,
        needed: &HeaderSet<A>,
        budget: &Budget,
    ) -> Result<HeaderSet<A>, Exhausted> {
        if self == Self::Exact || needed.is_empty() {
            return Ok(needed.clone());
        }
        // Over an axis that may be widened, whatever is needed for one value is for all between.
        let wide: Vec<_> = Axis::ALL.into_iter().filter(|axis| self.widens(*axis)).collect();
        let hulls = Axis::ALL.map(|axis| match self.widens(axis) {
            true => hull(&needed.values_on(axis)),
            false => Ranges::all(axis),
        });
        needed
            .exists(&wide, budget)?
            .intersection(&HeaderSet::product(hulls.each_ref(), budget)?, budget)
    }

    /// The product with one range on every axis that is widened.
    pub(super) fn filled<A: Governs>(self, product: &Product<A>) -> Product<A> {
        let mut axes = Axis::ALL.into_iter();
        product.each_ref().map(|ranges| match axes.next() {
            Some(axis) if self.widens(axis) => hull(ranges),
            _ => ranges.clone(),
        })
    }
}

fn hull<A: Governs>(ranges: &Ranges<A>) -> Ranges<A> {
    ranges.hull().map_or_else(Ranges::none, |(first, last)| Ranges::range(first, last))
}
