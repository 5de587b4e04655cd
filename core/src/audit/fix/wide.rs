//! Fewer rules at the price of opening more than is needed.

use super::cover::Product;
use crate::firewall::Governs;
use crate::space::{Axis, Budget, Exhausted, HeaderSet, Ranges};

/// What a rule may name more of than is needed, so that fewer rules do.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) enum Width {
    /// Nothing.
    Exact,
    /// Every needed port at every needed address.
    Crossed,
    /// And the ports between the needed ones.
    Ports,
    /// Or the addresses between the needed ones.
    Addresses,
    /// Or both.
    Both,
}

impl Width {
    /// Those that open more than is needed.
    pub(super) const WIDE: [Self; 4] = [Self::Crossed, Self::Ports, Self::Addresses, Self::Both];

    const fn fills(self, axis: Axis) -> bool {
        match self {
            Self::Exact | Self::Crossed => false,
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
        let values = Axis::ALL.map(|axis| self.filled_on(axis, &needed.values_on(axis)));
        HeaderSet::product(values.each_ref(), budget)
    }

    /// The product with one range on every axis that is filled.
    pub(super) fn filled<A: Governs>(self, product: &Product<A>) -> Product<A> {
        let mut axes = Axis::ALL.into_iter();
        product.each_ref().map(|ranges| match axes.next() {
            Some(axis) => self.filled_on(axis, ranges),
            None => ranges.clone(),
        })
    }

    fn filled_on<A: Governs>(self, axis: Axis, ranges: &Ranges<A>) -> Ranges<A> {
        match ranges.hull() {
            Some((first, last)) if self.fills(axis) => Ranges::range(first, last),
            _ => ranges.clone(),
        }
    }
}
