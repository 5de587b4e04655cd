//! Allowances in, the text of rules out, and where they go.

use super::insertion::{Insertion, Spot};
use super::{iptables, nftables};
use crate::firewall::{Allowance, Dialect, Firewall};

/// The rules that permit it, without the chain that they belong to.
pub(crate) fn rules(dialect: Dialect, allowance: &Allowance) -> Vec<String> {
    match dialect {
        Dialect::Auto | Dialect::Iptables | Dialect::Ip6tables => iptables::rules(allowance),
        Dialect::Nftables => nftables::text_rules(allowance),
        Dialect::NftablesJson => nftables::json_rules(allowance),
    }
}

impl Firewall {
    /// What puts [`rules`] of its dialect where they belong; `None` where its text has no place
    /// for them.
    pub(crate) fn insertion(&self, spot: Spot, rules: &[String]) -> Option<Insertion> {
        match self.dialect() {
            Dialect::Auto | Dialect::Iptables | Dialect::Ip6tables => {
                iptables::insertion(self, spot, rules)
            }
            Dialect::Nftables => nftables::text_insertion(self, spot, rules),
            Dialect::NftablesJson => nftables::json_insertion(self, spot, rules),
        }
    }

    /// What adds the allowances to the firewall while it runs: for `iptables-restore --noflush`,
    /// `ip6tables-restore --noflush` or `nft -f`.
    pub(crate) fn commands(&self, additions: &[(Spot, Vec<Allowance>)]) -> Option<String> {
        let written = |write: fn(&Allowance) -> Vec<String>| -> Vec<(Spot, Vec<String>)> {
            let rules = |allowances: &[Allowance]| allowances.iter().flat_map(write).collect();
            additions.iter().map(|(spot, allowances)| (*spot, rules(allowances))).collect()
        };
        match self.dialect() {
            Dialect::Auto | Dialect::Iptables | Dialect::Ip6tables => {
                iptables::commands(self, &written(iptables::rules))
            }
            Dialect::Nftables | Dialect::NftablesJson => {
                nftables::commands(self, &written(nftables::text_rules))
            }
        }
    }
}
