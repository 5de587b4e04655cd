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

    /// What gives these control connections the helper for FTP; `None` where its text has no place for
    /// that. `sent_here`: the device itself opens them.
    pub(crate) fn assignment(&self, controls: &[Allowance], sent_here: bool) -> Option<Assignment> {
        let (insertion, commands, chain) = match self.dialect() {
            Dialect::Auto | Dialect::Iptables | Dialect::Ip6tables => (
                iptables::assignment(self, controls, sent_here)?,
                iptables::assignment_commands(controls, sent_here),
                format!("raw/{}", iptables::assigning_chain(sent_here)),
            ),
            Dialect::Nftables | Dialect::NftablesJson => (
                nftables::assignment(self, controls, sent_here)?,
                nftables::assignment_commands(controls, sent_here),
                format!("inet ftp-helper/{}", nftables::assigning_chain(sent_here)),
            ),
        };
        Some(Assignment { insertion, commands, chain })
    }
}

/// What gives control connections a helper.
#[derive(Clone, Debug)]
pub(crate) struct Assignment {
    pub insertion: Insertion,
    /// The same for a firewall that runs.
    pub commands: String,
    /// The chain that it stands in, as `table/CHAIN`.
    pub chain: String,
}
