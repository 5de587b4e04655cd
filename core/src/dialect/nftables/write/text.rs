use std::fmt::Display;

use super::{one_by_one, packet_ports};
use crate::firewall::{Allowance, Direction, Packets};
use crate::space::{AddressRange, Family};

/// The rules that permit it.
pub(in super::super) fn rules(allowance: &Allowance) -> Vec<String> {
    match allowance.packets {
        Packets::Of(direction) | Packets::OfAddresses(direction) => {
            let each = one_by_one(allowance);
            each.iter().map(|allowance| by_connection(allowance, direction)).collect()
        }
        _ => vec![by_packet(allowance, "accept")],
    }
}

/// The rule that gives these connections the helper for FTP.
pub(in crate::dialect::nftables) fn assigning(allowance: &Allowance, helper: &str) -> String {
    by_packet(allowance, &format!("ct helper set \"{helper}\""))
}

/// A rule that looks at the packet's own ends.
fn by_packet(allowance: &Allowance, statement: &str) -> String {
    let mut rule = interfaces(allowance);
    let ip = ip(allowance.family);
    rule.extend(set(&format!("{ip} saddr"), &addresses(&allowance.source)));
    rule.extend(set(&format!("{ip} daddr"), &addresses(&allowance.destination)));
    let ports =
        [set("tcp sport", &allowance.source_ports), set("tcp dport", &allowance.destination_ports)];
    if allowance.source.is_empty() && allowance.destination.is_empty() {
        rule.push(format!("meta nfproto {}", nfproto(allowance.family)));
    }
    if ports.iter().all(Option::is_none) {
        rule.push("meta l4proto tcp".to_owned());
    }
    rule.extend(ports.into_iter().flatten());
    match allowance.packets {
        Packets::Established => rule.push("ct state established".to_owned()),
        Packets::Way(Direction::Original) => rule.push("ct direction original".to_owned()),
        Packets::Way(Direction::Reply) => {
            rule.push("ct state established ct direction reply".to_owned());
        }
        Packets::NotFirst => rule.push("tcp flags & (fin | syn | rst | ack) != syn".to_owned()),
        Packets::Expected => rule.push("ct state established,related ct helper \"ftp\"".to_owned()),
        Packets::NotAnswer => rule.push("tcp flags & (syn | ack) != syn | ack".to_owned()),
        Packets::All | Packets::OfAddresses(_) | Packets::Of(_) => {}
    }
    rule.push(statement.to_owned());
    rule.join(" ")
}

/// A rule that looks at what the connection's first packet carried, or of that at the addresses only.
fn by_connection(allowance: &Allowance, direction: Direction) -> String {
    let mut rule = interfaces(allowance);
    rule.push(match direction {
        Direction::Original => "ct direction original".to_owned(),
        Direction::Reply => "ct state established ct direction reply".to_owned(),
    });
    let ip = ip(allowance.family);
    let (source, destination) = (addresses(&allowance.source), addresses(&allowance.destination));
    rule.extend(set(&format!("ct original {ip} saddr"), &source));
    rule.extend(set(&format!("ct original {ip} daddr"), &destination));
    rule.push("meta l4proto tcp".to_owned());
    if matches!(allowance.packets, Packets::OfAddresses(_)) {
        let (from, to) = packet_ports(allowance, direction);
        rule.extend(set("tcp sport", from));
        rule.extend(set("tcp dport", to));
    } else {
        rule.extend(set("ct original proto-src", &allowance.source_ports));
        rule.extend(set("ct original proto-dst", &allowance.destination_ports));
    }
    rule.push("accept".to_owned());
    rule.join(" ")
}

fn interfaces(allowance: &Allowance) -> Vec<String> {
    let named = [("iifname", &allowance.incoming), ("oifname", &allowance.outgoing)];
    let tests = named.into_iter().filter_map(|(key, name)| Some((key, name.as_ref()?)));
    tests.map(|(key, name)| format!("{key} \"{name}\"")).collect()
}

/// As nft lists them: a single one without the length of a prefix.
fn addresses(ranges: &[AddressRange]) -> Vec<String> {
    let written = |range: &AddressRange| match range {
        AddressRange { first, last } if first == last => first.to_string(),
        block => block.to_string(),
    };
    ranges.iter().map(written).collect()
}

/// A test that a field has one of these values; none where every value will do.
fn set<T: Display>(field: &str, values: &[T]) -> Option<String> {
    match values {
        [] => None,
        [one] => Some(format!("{field} {one}")),
        several => {
            let values: Vec<_> = several.iter().map(ToString::to_string).collect();
            Some(format!("{field} {{ {} }}", values.join(", ")))
        }
    }
}

const fn ip(family: Family) -> &'static str {
    match family {
        Family::Ipv4 => "ip",
        Family::Ipv6 => "ip6",
    }
}

const fn nfproto(family: Family) -> &'static str {
    match family {
        Family::Ipv4 => "ipv4",
        Family::Ipv6 => "ipv6",
    }
}
