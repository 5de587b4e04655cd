//! Allowances as entries of an access list.

use super::super::common::write::{block, ends};
use crate::firewall::{Allowance, Packets};

/// The entries that permit it, from `extended` on. A list decides about first packets only, and looks
/// at nothing but addresses and ports.
pub(super) fn entries(allowance: &Allowance) -> Vec<String> {
    if allowance.packets != Packets::All {
        return Vec::new();
    }
    ends(allowance, |net| block(net, ["any4", "any6"], |net| net.netmask()))
        .into_iter()
        .map(|entry| format!("extended permit tcp {entry}"))
        .collect()
}
