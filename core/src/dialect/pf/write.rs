//! Allowances as rules of pf.conf.

use crate::firewall::{Allowance, Direction, Packets};
use crate::space::{AddressRange, Family, PortRange};

/// The rules that permit it; none if pf cannot say it.
pub(super) fn rules(allowance: &Allowance) -> Vec<String> {
    let state = match allowance.packets {
        // A rule that keeps state matches the first packet only, and the state lets the others pass.
        Packets::All | Packets::Way(Direction::Original) => "",
        // Rules see translated addresses only. Of the translated side any will have to do, if all that
        // passes then is wanted.
        Packets::OfAddresses(Direction::Original)
            if allowance.incoming.is_some() != allowance.outgoing.is_some() =>
        {
            return vec![of_translated(allowance)];
        }
        Packets::NotFirst => " flags A/A no state",
        Packets::Established
        | Packets::NotAnswer
        | Packets::Way(Direction::Reply)
        | Packets::Expected
        | Packets::OfAddresses(_)
        | Packets::Of(_) => return Vec::new(),
    };
    let on = match (&allowance.incoming, &allowance.outgoing) {
        (Some(name), _) => format!(" in on {name}"),
        (None, Some(name)) => format!(" out on {name}"),
        (None, None) => String::new(),
    };
    let family = match allowance.family {
        Family::Ipv4 => "inet",
        Family::Ipv6 => "inet6",
    };
    let from = end(&allowance.source, &allowance.source_ports);
    let to = end(&allowance.destination, &allowance.destination_ports);
    vec![format!("pass{on} {family} proto tcp from {from} to {to}{state}")]
}

/// A rule that does not look at the address which translation changes where the packets cross.
fn of_translated(allowance: &Allowance) -> String {
    let mut seen = Allowance { packets: Packets::All, ..allowance.clone() };
    if allowance.incoming.is_some() {
        seen.destination.clear();
    } else {
        seen.source.clear();
        seen.source_ports.clear();
    }
    rules(&seen).concat()
}

fn end(addresses: &[AddressRange], ports: &[PortRange]) -> String {
    let blocks: Vec<String> = addresses.iter().flat_map(blocks).collect();
    let addresses = if blocks.is_empty() { "any".to_owned() } else { list(&blocks) };
    if ports.is_empty() {
        return addresses;
    }
    let ports: Vec<String> = ports.iter().map(span).collect();
    format!("{addresses} port {}", list(&ports))
}

/// One thing, or several in braces.
fn list(items: &[String]) -> String {
    match items {
        [one] => one.clone(),
        _ => format!("{{ {} }}", items.join(", ")),
    }
}

fn span(ports: &PortRange) -> String {
    let PortRange { first, last } = ports;
    if first == last { first.to_string() } else { format!("{first}:{last}") }
}

/// The blocks that make up a range.
fn blocks(range: &AddressRange) -> Vec<String> {
    range.networks().map(|block| block.to_string()).collect()
}
