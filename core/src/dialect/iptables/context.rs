//! What is known besides the rule set, and what of it may be spent.

use ipnet::IpNet;

use crate::firewall::{Addresses, Side};
use crate::space::Family;

use super::super::Parser;
use super::address::{bits, network, of_family, width};
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
    pub(super) fn new(options: &'a Parser, family: Family) -> Self {
        let sets = Sets::new(&options.ipsets, family);
        Self { family, local: &options.local, sets, mask_ranges: MASK_RANGES }
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

    /// The addresses of the device, if any of the family were given. Those of the loopback
    /// interface are always its own.
    pub(super) fn local_addresses(&self) -> Option<Addresses> {
        let width = width(self.family);
        let given = self.local.iter().filter(|net| Family::of(net.addr()) == self.family);
        let mut ranges: Vec<_> = given
            .map(|net| {
                let address = bits(net.addr());
                (address, address)
            })
            .collect();
        if ranges.is_empty() {
            return None;
        }
        ranges.push(match self.family {
            Family::Ipv4 => network(0x7f00_0000, 8, width),
            Family::Ipv6 => (1, 1),
        });
        Some(of_family(self.family, ranges))
    }

    /// The multicast addresses: 224.0.0.0/4, ff00::/8.
    pub(super) fn multicast(&self) -> Addresses {
        let range = match self.family {
            Family::Ipv4 => network(0xe000_0000, 4, 32),
            Family::Ipv6 => network(0xff << 120, 8, 128),
        };
        of_family(self.family, vec![range])
    }

    /// The test that a set makes.
    pub(super) fn look_up(&mut self, name: &str, sides: &[Side], negated: bool) -> Looked {
        self.sets.look_up(name, sides, negated)
    }
}
