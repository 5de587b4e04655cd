//! The front ends that there are.

use super::front_end::FrontEnd;
use super::{aws, cisco, iptables, nftables, pf};
use crate::firewall::Dialect;

/// Every one. A text is asked of in this order.
static ALL: &[&dyn FrontEnd] = &[
    &aws::Aws,
    &nftables::Nftables,
    &pf::Pf,
    &cisco::IOS,
    &cisco::ASA,
    &iptables::Iptables,
    #[cfg(test)]
    &super::toy::Toy,
];

impl dyn FrontEnd {
    /// Every one, in the order in which they are asked whether a text is theirs.
    pub(in crate::dialect) fn all() -> &'static [&'static Self] {
        ALL
    }

    /// That of a dialect.
    pub(in crate::dialect) fn of(dialect: Dialect) -> &'static Self {
        let reads = |front_end: &&'static Self| front_end.dialects().contains(&dialect);
        Self::all().iter().copied().find(reads).unwrap_or(&iptables::Iptables)
    }

    /// The dialect of a text as far as its beginning tells. What nothing recognises is read as
    /// iptables, whose front end says what it looks like instead.
    pub(in crate::dialect) fn recognised(text: &str) -> Dialect {
        let recognise = |front_end: &'static Self| front_end.recognise(text);
        Self::all().iter().copied().find_map(recognise).unwrap_or(Dialect::Auto)
    }
}
