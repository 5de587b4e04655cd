//! Allowances as entries of an access list.

use super::super::common::write::entries;
use crate::firewall::{Allowance, Packets};
use crate::space::Family;

/// The entries that permit it, from `permit` on; none where a list that knows no connections cannot
/// tell these packets.
pub(super) fn rules(allowance: &Allowance) -> Vec<String> {
    let option = match allowance.packets {
        Packets::All => "",
        Packets::NotFirst => " established",
        Packets::NotAnswer => " match-any -syn -ack",
        Packets::Established
        | Packets::Way(_)
        | Packets::Expected
        | Packets::OfAddresses(_)
        | Packets::Of(_) => return Vec::new(),
    };
    if allowance.family == Family::Ipv6 && allowance.packets == Packets::NotAnswer {
        return Vec::new();
    }
    let entries = entries(allowance, block);
    entries.into_iter().map(|entry| format!("permit tcp {entry}{option}")).collect()
}

/// A block as a list names it.
fn block(block: ipnet::IpNet) -> String {
    match block {
        ipnet::IpNet::V4(net) if net.prefix_len() == 0 => "any".to_owned(),
        ipnet::IpNet::V4(net) if net.prefix_len() == 32 => format!("host {}", net.addr()),
        ipnet::IpNet::V4(net) => format!("{} {}", net.network(), net.hostmask()),
        ipnet::IpNet::V6(net) if net.prefix_len() == 0 => "any".to_owned(),
        ipnet::IpNet::V6(net) if net.prefix_len() == 128 => format!("host {}", net.addr()),
        ipnet::IpNet::V6(net) => net.trunc().to_string(),
    }
}
