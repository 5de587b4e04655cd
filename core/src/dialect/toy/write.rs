//! Allowances in, the text of rules out, and where they go.

use super::super::insertion::{Insertion, Spot, line_start};
use crate::firewall::{Allowance, Direction, Firewall, Packets};
use crate::space::{AddressRange, PortRange};

/// The rules that permit it; none where the gate cannot say it.
pub(super) fn rules(allowance: &Allowance) -> Vec<String> {
    // A rule lets the first packet of a connection through, and the others follow.
    if !matches!(allowance.packets, Packets::All | Packets::Way(Direction::Original)) {
        return Vec::new();
    }
    let mut rules = Vec::new();
    for from in hosts(&allowance.source) {
        for to in hosts(&allowance.destination) {
            for ports in ports(&allowance.destination_ports) {
                rules.push(format!("allow from {from} to {to}{ports}"));
            }
        }
    }
    rules
}

/// The blocks that ranges of addresses are made of; an empty list stands for everything.
fn hosts(ranges: &[AddressRange]) -> Vec<String> {
    if ranges.is_empty() {
        return vec!["any".to_owned()];
    }
    ranges.iter().flat_map(AddressRange::networks).map(|net| net.to_string()).collect()
}

fn ports(ranges: &[PortRange]) -> Vec<String> {
    if ranges.is_empty() {
        return vec![String::new()];
    }
    ranges.iter().map(|range| format!(" port {range}")).collect()
}

/// Puts rules before a line, or at the end of the text.
pub(super) fn insertion(firewall: &Firewall, spot: Spot, rules: &[String]) -> Option<Insertion> {
    let text = firewall.text();
    let lines: String = rules.iter().map(|rule| format!("{rule}\n")).collect();
    match spot {
        Spot::Before(rule) => {
            let at = line_start(text, firewall.rule(rule)?.span().bytes().start);
            // Nothing goes before the first line.
            (at > 0).then_some(Insertion { at, text: lines })
        }
        Spot::End(_) => {
            let open = if text.ends_with('\n') { "" } else { "\n" };
            Some(Insertion { at: text.len(), text: format!("{open}{lines}") })
        }
    }
}

/// Lines for `gate add`, which adds rules after all others; where that is not their place, none.
pub(super) fn commands(additions: &[(Spot, Vec<Allowance>)]) -> Option<String> {
    let mut commands = String::new();
    for (spot, allowances) in additions {
        if matches!(spot, Spot::Before(_)) {
            return None;
        }
        let rules = allowances.iter().flat_map(rules);
        commands.extend(rules.map(|rule| format!("{rule}\n")));
    }
    Some(commands)
}
