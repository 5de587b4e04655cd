//! Allowances as rules of nftables.

mod json;
mod text;

use crate::firewall::{Allowance, Direction, Packets};
use crate::space::PortRange;

pub(super) use json::assigning as assigning_json;
pub(super) use json::rules as json_rules;
pub(super) use text::assigning as assigning_text;
pub(super) use text::rules as text_rules;

/// The same with one range for each end that is that of the connection's first packet: nft 1.0.6 takes
/// no set there.
fn one_by_one(allowance: &Allowance) -> Vec<Allowance> {
    let mut parts = vec![allowance.clone()];
    parts = split(parts, |part| &mut part.source);
    parts = split(parts, |part| &mut part.destination);
    if matches!(allowance.packets, Packets::OfAddresses(_)) {
        return parts;
    }
    parts = split(parts, |part| &mut part.source_ports);
    split(parts, |part| &mut part.destination_ports)
}

/// The ports from and to which packets go that belong to connections between these ends.
const fn packet_ports(
    allowance: &Allowance,
    direction: Direction,
) -> (&Vec<PortRange>, &Vec<PortRange>) {
    match direction {
        Direction::Original => (&allowance.source_ports, &allowance.destination_ports),
        Direction::Reply => (&allowance.destination_ports, &allowance.source_ports),
    }
}

/// Each with one item of a list only.
fn split<T: Clone>(
    allowances: Vec<Allowance>,
    list: impl Fn(&mut Allowance) -> &mut Vec<T>,
) -> Vec<Allowance> {
    let mut parts = Vec::with_capacity(allowances.len());
    for mut allowance in allowances {
        let items = std::mem::take(list(&mut allowance));
        if items.is_empty() {
            parts.push(allowance);
            continue;
        }
        for item in items {
            let mut part = allowance.clone();
            list(&mut part).push(item);
            parts.push(part);
        }
    }
    parts
}
