//! Allowances as entries of an access list.

use ipnet::IpNet;

use super::super::common::write::entries;
use crate::firewall::{Allowance, Packets};

/// The entries that permit it, from `extended` on. A list decides about first packets only, and looks
/// at nothing but addresses and ports.
pub(super) fn rules(allowance: &Allowance) -> Vec<String> {
    if allowance.packets != Packets::All {
        return Vec::new();
    }
    let entries = entries(allowance, block);
    entries.into_iter().map(|entry| format!("extended permit tcp {entry}")).collect()
}

/// A block as a list names it.
fn block(block: IpNet) -> String {
    match block {
        IpNet::V4(net) if net.prefix_len() == 0 => "any4".to_owned(),
        IpNet::V4(net) if net.prefix_len() == 32 => format!("host {}", net.addr()),
        IpNet::V4(net) => format!("{} {}", net.network(), net.netmask()),
        IpNet::V6(net) if net.prefix_len() == 0 => "any6".to_owned(),
        IpNet::V6(net) if net.prefix_len() == 128 => format!("host {}", net.addr()),
        IpNet::V6(net) => net.trunc().to_string(),
    }
}
