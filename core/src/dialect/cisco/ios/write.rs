//! Allowances as entries of an access list.

use super::super::common::write::{block, ends};
use crate::firewall::{Allowance, Packets};
use crate::space::Family;

/// The entries that permit it, from `permit` on; none where a list that knows no connections cannot
/// tell these packets.
pub(super) fn entries(allowance: &Allowance) -> Vec<String> {
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
    ends(allowance, |net| block(net, ["any", "any"], |net| net.hostmask()))
        .into_iter()
        .map(|entry| format!("permit tcp {entry}{option}"))
        .collect()
}
