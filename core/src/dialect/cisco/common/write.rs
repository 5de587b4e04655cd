//! What entries of access lists have in common where they are written.

use std::net::Ipv4Addr;

use ipnet::{IpNet, Ipv4Net};

use crate::firewall::Allowance;
use crate::space::{AddressRange, PortRange};

/// A block as lists name it: `any` by family, and the mask that is written for a network.
pub(in super::super) fn block(
    block: IpNet,
    any: [&str; 2],
    mask: fn(Ipv4Net) -> Ipv4Addr,
) -> String {
    let [any4, any6] = any;
    match block {
        IpNet::V4(net) if net.prefix_len() == 0 => any4.to_owned(),
        IpNet::V6(net) if net.prefix_len() == 0 => any6.to_owned(),
        _ if block.prefix_len() == block.max_prefix_len() => format!("host {}", block.addr()),
        IpNet::V4(net) => format!("{} {}", net.network(), mask(net)),
        IpNet::V6(net) => net.trunc().to_string(),
    }
}

/// Both ends with their ports, one block and one range of ports each, as `block` writes addresses.
pub(in super::super) fn ends(allowance: &Allowance, block: fn(IpNet) -> String) -> Vec<String> {
    let blocks = |ranges: &[AddressRange]| -> Vec<String> {
        if ranges.is_empty() {
            return vec!["any".to_owned()];
        }
        ranges.iter().flat_map(AddressRange::networks).map(block).collect()
    };
    let spans = |ports: &[PortRange]| -> Vec<String> {
        if ports.is_empty() { vec![String::new()] } else { ports.iter().map(span).collect() }
    };
    let (sources, destinations) = (blocks(&allowance.source), blocks(&allowance.destination));
    let (from, to) = (spans(&allowance.source_ports), spans(&allowance.destination_ports));
    let mut entries = Vec::new();
    for source in &sources {
        for destination in &destinations {
            for from in &from {
                for to in &to {
                    entries.push(format!("{source}{from} {destination}{to}"));
                }
            }
        }
    }
    entries
}

/// ` eq n`, ` range first last`; nothing for every port.
fn span(ports: &PortRange) -> String {
    match (ports.first, ports.last) {
        (0, u16::MAX) => String::new(),
        (first, last) if first == last => format!(" eq {first}"),
        (first, last) => format!(" range {first} {last}"),
    }
}
