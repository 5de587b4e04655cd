//! Allowances as rules of nftables.

mod json;
mod text;

use crate::firewall::Allowance;

pub(super) use json::assigning as assigning_json;
pub(in crate::dialect) use json::rules as json_rules;
pub(super) use text::assigning as assigning_text;
pub(in crate::dialect) use text::rules as text_rules;

/// The same with one range for each end: nft 1.0.6 takes no set for what the first packet of a
/// connection carried.
fn one_by_one(allowance: &Allowance) -> Vec<Allowance> {
    let mut parts = vec![allowance.clone()];
    parts = split(parts, |part| &mut part.source);
    parts = split(parts, |part| &mut part.source_ports);
    parts = split(parts, |part| &mut part.destination);
    split(parts, |part| &mut part.destination_ports)
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
