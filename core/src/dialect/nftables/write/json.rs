use serde_json::{Value, json};

use super::{one_by_one, packet_ports};
use crate::firewall::{Allowance, Direction, Packets};
use crate::space::{AddressRange, Family, PortRange};

/// The expressions of the rules that permit it, each an array.
pub(in super::super) fn rules(allowance: &Allowance) -> Vec<String> {
    match allowance.packets {
        Packets::Of(direction) | Packets::OfAddresses(direction) => {
            let each = one_by_one(allowance);
            each.iter().map(|allowance| by_connection(allowance, direction).to_string()).collect()
        }
        _ => vec![by_packet(allowance, json!({"accept": null})).to_string()],
    }
}

/// The expressions of the rule that gives these connections the helper for FTP.
pub(in crate::dialect::nftables) fn assigning(allowance: &Allowance, helper: &str) -> Value {
    by_packet(allowance, json!({"ct helper": helper}))
}

fn by_packet(allowance: &Allowance, statement: Value) -> Value {
    let ip = ip(allowance.family);
    let mut rule = interfaces(allowance);
    rule.extend(one_of(field(ip, "saddr"), allowance.source.iter().map(addresses)));
    rule.extend(one_of(field(ip, "daddr"), allowance.destination.iter().map(addresses)));
    if allowance.source.is_empty() && allowance.destination.is_empty() {
        let family = match allowance.family {
            Family::Ipv4 => "ipv4",
            Family::Ipv6 => "ipv6",
        };
        rule.push(test(json!({"meta": {"key": "nfproto"}}), json!(family)));
    }
    if allowance.source_ports.is_empty() && allowance.destination_ports.is_empty() {
        rule.push(test(json!({"meta": {"key": "l4proto"}}), json!("tcp")));
    }
    rule.extend(one_of(field("tcp", "sport"), allowance.source_ports.iter().map(ports)));
    rule.extend(one_of(field("tcp", "dport"), allowance.destination_ports.iter().map(ports)));
    match allowance.packets {
        Packets::Established => rule.push(established()),
        Packets::Way(way) => rule.extend(direction(way)),
        Packets::NotFirst => rule.push(json!({"match": {
            "op": "!=",
            "left": {"&": [field("tcp", "flags"), any_of(&["fin", "syn", "rst", "ack"])]},
            "right": "syn",
        }})),
        Packets::Expected => {
            rule.push(json!({"match": {
                "op": "in",
                "left": {"ct": {"key": "state"}},
                "right": ["established", "related"],
            }}));
            rule.push(test(json!({"ct": {"key": "helper"}}), json!("ftp")));
        }
        Packets::NotAnswer => rule.push(json!({"match": {
            "op": "!=",
            "left": {"&": [field("tcp", "flags"), any_of(&["syn", "ack"])]},
            "right": any_of(&["syn", "ack"]),
        }})),
        Packets::All | Packets::OfAddresses(_) | Packets::Of(_) => {}
    }
    rule.push(statement);
    Value::Array(rule)
}

fn by_connection(allowance: &Allowance, direction: Direction) -> Value {
    let ip = ip(allowance.family);
    let original = |key: &str| json!({"ct": {"key": key, "dir": "original"}});
    let address = |field: &str| original(&format!("{ip} {field}"));
    let mut rule = interfaces(allowance);
    rule.extend(self::direction(direction));
    rule.extend(one_of(address("saddr"), allowance.source.iter().map(addresses)));
    rule.extend(one_of(address("daddr"), allowance.destination.iter().map(addresses)));
    rule.push(test(json!({"meta": {"key": "l4proto"}}), json!("tcp")));
    if matches!(allowance.packets, Packets::OfAddresses(_)) {
        let (from, to) = packet_ports(allowance, direction);
        rule.extend(one_of(field("tcp", "sport"), from.iter().map(ports)));
        rule.extend(one_of(field("tcp", "dport"), to.iter().map(ports)));
    } else {
        let (from, to) = (&allowance.source_ports, &allowance.destination_ports);
        rule.extend(one_of(original("proto-src"), from.iter().map(ports)));
        rule.extend(one_of(original("proto-dst"), to.iter().map(ports)));
    }
    rule.push(json!({"accept": null}));
    Value::Array(rule)
}

fn field(protocol: &str, field: &str) -> Value {
    json!({"payload": {"protocol": protocol, "field": field}})
}

/// Packets that go this way, of the reply direction only those of established connections.
fn direction(direction: Direction) -> Vec<Value> {
    let way = |way: &str| test(json!({"ct": {"key": "direction"}}), json!(way));
    match direction {
        Direction::Original => vec![way("original")],
        Direction::Reply => vec![established(), way("reply")],
    }
}

fn established() -> Value {
    json!({"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": "established"}})
}

fn test(left: Value, right: Value) -> Value {
    json!({"match": {"op": "==", "left": left, "right": right}})
}

/// Flags together, two by two: nft 1.0.6 takes no more operands.
fn any_of(flags: &[&str]) -> Value {
    let flags = flags.iter().map(|flag| json!(flag));
    flags.reduce(|all, flag| json!({"|": [all, flag]})).unwrap_or_default()
}

/// A test that a field has one of these values; none where every value will do.
fn one_of(left: Value, values: impl Iterator<Item = Value>) -> Option<Value> {
    let mut values: Vec<_> = values.collect();
    let last = values.pop()?;
    if values.is_empty() {
        return Some(test(left, last));
    }
    values.push(last);
    Some(test(left, json!({"set": values})))
}

fn interfaces(allowance: &Allowance) -> Vec<Value> {
    let named = [("iifname", &allowance.incoming), ("oifname", &allowance.outgoing)];
    let tests = named.into_iter().filter_map(|(key, name)| Some((key, name.as_ref()?)));
    tests.map(|(key, name)| test(json!({"meta": {"key": key}}), json!(name))).collect()
}

fn addresses(range: &AddressRange) -> Value {
    let (first, last) = (range.first, range.last);
    let mut networks = range.networks();
    match (networks.next(), networks.next()) {
        _ if first == last => json!(first),
        (Some(block), None) => {
            json!({"prefix": {"addr": block.network(), "len": block.prefix_len()}})
        }
        _ => json!({"range": [first, last]}),
    }
}

fn ports(range: &PortRange) -> Value {
    if range.first == range.last {
        json!(range.first)
    } else {
        json!({"range": [range.first, range.last]})
    }
}

const fn ip(family: Family) -> &'static str {
    match family {
        Family::Ipv4 => "ip",
        Family::Ipv6 => "ip6",
    }
}
