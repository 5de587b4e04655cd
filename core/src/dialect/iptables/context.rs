//! What is known besides the rule set, and what of it may be spent.

use ipnet::IpNet;

use crate::firewall::{Addresses, Given, Side};
use crate::space::Family;

use super::super::addresses;
use super::ipset::{Looked, Sets};

/// How many ranges the masks of one rule set may be written out to.
const MASK_RANGES: usize = 1 << 20;

/// What is known besides the rule set.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) family: Family,
    local: &'a [IpNet],
    sets: Sets<'a>,
    mask_ranges: usize,
}

impl<'a> Context<'a> {
    pub(super) fn new(given: &'a Given, family: Family) -> Self {
        let sets = Sets::new(&given.ipsets, family);
        Self { family, local: &given.local, sets, mask_ranges: MASK_RANGES }
    }

    /// Whether the set is small enough, which it is but for masks with many holes.
    pub(super) fn affords(&mut self, set: &Addresses) -> bool {
        let ranges = match set {
            Addresses::V4(ranges) => ranges.as_slice().len(),
            Addresses::V6(ranges) => ranges.as_slice().len(),
        };
        if ranges > 1 {
            if self.mask_ranges < ranges {
                return false;
            }
            self.mask_ranges -= ranges;
        }
        true
    }

    /// The addresses of the device, if any of the family were given.
    pub(super) fn local_addresses(&self) -> Option<Addresses> {
        addresses::local(self.local, self.family)
    }

    /// The multicast addresses.
    pub(super) fn multicast(&self) -> Addresses {
        addresses::multicast(self.family)
    }

    /// The test that a set makes.
    pub(super) fn look_up(&mut self, name: &str, sides: &[Side], negated: bool) -> Looked {
        self.sets.look_up(name, sides, negated)
    }
}
