use std::fmt;

use serde::Serialize;

use super::entry::AddressRange;
use super::nodes::BOTTOM;
use super::{Axis, Coordinate, Count, Entry, HeaderSet, PacketSpace};

/// The first entries of a set as it is printed, and the exact number of the rest.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Listing {
    /// Disjoint boxes in canonical order, IPv4 before IPv6.
    pub entries: Vec<Entry>,
    /// How many more there are.
    pub more: Count,
}

impl Listing {
    fn new(entries: impl Iterator<Item = Entry>, total: Count, limit: usize) -> Self {
        let entries: Vec<_> = entries.take(limit).collect();
        let more = total.checked_sub(Count::from(entries.len() as u64)).unwrap_or_default();
        Self { entries, more }
    }
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, entry) in self.entries.iter().enumerate() {
            let separator = if number == 0 { "" } else { ", " };
            write!(f, "{separator}{entry}")?;
        }
        if self.more.is_zero() {
            return Ok(());
        }
        let separator = if self.entries.is_empty() { "" } else { " and " };
        write!(f, "{separator}{} more", self.more)
    }
}

impl PacketSpace {
    /// The space as boxes of contiguous ranges: the first `limit`, and how many more there are.
    pub fn cover(&self, limit: usize) -> Listing {
        let v4 = self.v4.cuboids().map(|cuboid| Entry::from(&cuboid));
        let v6 = self.v6.cuboids().map(|cuboid| Entry::from(&cuboid));
        Listing::new(v4.chain(v6), self.v4.cuboid_count() + self.v6.cuboid_count(), limit)
    }

    /// The same with each address range split into the fewest CIDR blocks, as rule sets need it.
    pub fn cidr_cover(&self, limit: usize) -> Listing {
        let entries = cidr_entries(&self.v4).chain(cidr_entries(&self.v6));
        Listing::new(entries, cidr_count(&self.v4) + cidr_count(&self.v6), limit)
    }
}

fn cidr_entries<A: Coordinate>(set: &HeaderSet<A>) -> impl Iterator<Item = Entry> {
    set.cuboids().flat_map(|cuboid| {
        let entry = Entry::from(&cuboid);
        networks(entry.dst)
            .flat_map(move |dst| networks(entry.src).map(move |src| Entry { src, dst, ..entry }))
    })
}

fn networks(range: AddressRange) -> impl Iterator<Item = AddressRange> {
    range.networks().map(|net| AddressRange { first: net.network(), last: net.broadcast() })
}

/// The number of [`cidr_entries`], which is never listed to be counted.
fn cidr_count<A: Coordinate>(set: &HeaderSet<A>) -> Count {
    let is_port = |level| Axis::ALL.get(usize::from(level)).is_some_and(|axis| axis.is_port());
    set.measure(BOTTOM, |level, lo, hi| {
        if is_port(level) {
            return Count::ONE;
        }
        Count::from(AddressRange::new((lo, hi)).networks().count() as u64)
    })
}
