//! Allowances as rules of `iptables-save`.

use std::fmt::Write;

use crate::firewall::{Allowance, Direction, Packets};
use crate::space::{AddressRange, PortRange};

/// How many ports `-m multiport` takes; a range counts as two (`XT_MULTI_PORTS` in
/// `xt_multiport.h`).
const MULTIPORT: usize = 15;

/// The rules that permit it, without `-A` and the chain.
pub(super) fn rules(allowance: &Allowance) -> Vec<String> {
    match allowance.packets {
        Packets::Of(direction) => by_connection(allowance, direction),
        Packets::OfAddresses(direction) => by_addresses(allowance, direction),
        _ => by_packet(allowance, "ACCEPT"),
    }
}

/// The rules that give these connections the helper for FTP.
pub(super) fn assigning(allowance: &Allowance) -> Vec<String> {
    by_packet(allowance, "CT --helper ftp")
}

/// Rules that look at the packet's own ends.
fn by_packet(allowance: &Allowance, target: &str) -> Vec<String> {
    let mut rules = Vec::new();
    for source in any(&allowance.source) {
        for destination in any(&allowance.destination) {
            for source_ports in chunks(&allowance.source_ports) {
                for destination_ports in chunks(&allowance.destination_ports) {
                    let mut rule = String::new();
                    address(&mut rule, "-s", source);
                    address(&mut rule, "-d", destination);
                    interfaces(&mut rule, allowance);
                    rule.push_str("-p tcp ");
                    tcp(&mut rule, &source_ports, &destination_ports, allowance.packets);
                    multiport(&mut rule, "--sports", &source_ports);
                    multiport(&mut rule, "--dports", &destination_ports);
                    iprange(&mut rule, source, destination);
                    rule.push_str(match allowance.packets {
                        Packets::Established => "-m conntrack --ctstate ESTABLISHED ",
                        Packets::Way(Direction::Original) => "-m conntrack --ctdir ORIGINAL ",
                        Packets::Way(Direction::Reply) => {
                            "-m conntrack --ctstate ESTABLISHED --ctdir REPLY "
                        }
                        Packets::Expected => {
                            "-m conntrack --ctstate RELATED,ESTABLISHED -m helper --helper ftp "
                        }
                        Packets::All
                        | Packets::NotFirst
                        | Packets::NotAnswer
                        | Packets::OfAddresses(_)
                        | Packets::Of(_) => "",
                    });
                    push(&mut rule, format_args!("-j {target}"));
                    rules.push(rule);
                }
            }
        }
    }
    rules
}

/// Rules that look at the addresses that the connection's first packet carried, of each end one
/// block, and at the packet's own ports.
fn by_addresses(allowance: &Allowance, direction: Direction) -> Vec<String> {
    let (from, to) = match direction {
        Direction::Original => (&allowance.source_ports, &allowance.destination_ports),
        Direction::Reply => (&allowance.destination_ports, &allowance.source_ports),
    };
    let (sources, destinations) = (blocks(&allowance.source), blocks(&allowance.destination));
    let mut rules = Vec::new();
    for source in any(&sources) {
        for destination in any(&destinations) {
            for source_ports in chunks(from) {
                for destination_ports in chunks(to) {
                    let mut rule = String::new();
                    interfaces(&mut rule, allowance);
                    rule.push_str("-p tcp ");
                    tcp(&mut rule, &source_ports, &destination_ports, allowance.packets);
                    multiport(&mut rule, "--sports", &source_ports);
                    multiport(&mut rule, "--dports", &destination_ports);
                    let ends = [("--ctorigsrc", source), ("--ctorigdst", destination)];
                    connection(&mut rule, direction, &ends);
                    rules.push(rule);
                }
            }
        }
    }
    rules
}

/// Rules that look at what the connection's first packet carried: of each end one block and one
/// range of ports, which is all that `-m conntrack` takes.
fn by_connection(allowance: &Allowance, direction: Direction) -> Vec<String> {
    let spans = |ports: &[PortRange]| -> Vec<String> { ports.iter().map(span).collect() };
    let (sources, destinations) = (blocks(&allowance.source), blocks(&allowance.destination));
    let (source_ports, ports) =
        (spans(&allowance.source_ports), spans(&allowance.destination_ports));
    let mut rules = Vec::new();
    for source in any(&sources) {
        for destination in any(&destinations) {
            for source_ports in any(&source_ports) {
                for ports in any(&ports) {
                    let mut rule = String::new();
                    interfaces(&mut rule, allowance);
                    rule.push_str("-p tcp ");
                    let ends = [
                        ("--ctorigsrc", source),
                        ("--ctorigdst", destination),
                        ("--ctorigsrcport", source_ports),
                        ("--ctorigdstport", ports),
                    ];
                    connection(&mut rule, direction, &ends);
                    rules.push(rule);
                }
            }
        }
    }
    rules
}

/// What the connection's first packet carried, the way of the packet, and the target.
fn connection(rule: &mut String, direction: Direction, ends: &[(&str, Option<&String>)]) {
    let (state, way) = match direction {
        Direction::Original => ("", "ORIGINAL"),
        Direction::Reply => ("--ctstate ESTABLISHED ", "REPLY"),
    };
    push(rule, format_args!("-m conntrack {state}"));
    for (option, value) in ends {
        if let Some(value) = value {
            push(rule, format_args!("{option} {value} "));
        }
    }
    push(rule, format_args!("--ctdir {way} -j ACCEPT"));
}

fn blocks(ranges: &[AddressRange]) -> Vec<String> {
    ranges.iter().flat_map(AddressRange::networks).map(|block| block.to_string()).collect()
}

/// Each of them, or once none where there are none.
fn any<T>(list: &[T]) -> Vec<Option<&T>> {
    if list.is_empty() { vec![None] } else { list.iter().map(Some).collect() }
}

/// Ports in portions that one rule can name.
fn chunks(ports: &[PortRange]) -> Vec<Vec<PortRange>> {
    let slots = |ports: &PortRange| if ports.first == ports.last { 1 } else { 2 };
    let mut chunks: Vec<Vec<PortRange>> = vec![Vec::new()];
    let mut left = MULTIPORT;
    for range in ports {
        if left < slots(range) {
            chunks.push(Vec::new());
            left = MULTIPORT;
        }
        left -= slots(range);
        if let Some(chunk) = chunks.last_mut() {
            chunk.push(*range);
        }
    }
    chunks
}

fn address(rule: &mut String, option: &str, range: Option<&AddressRange>) {
    if let Some(block) = range.and_then(block) {
        push(rule, format_args!("{option} {block} "));
    }
}

/// What is no one block.
fn iprange(rule: &mut String, source: Option<&AddressRange>, destination: Option<&AddressRange>) {
    let ranges = [("--src-range", source), ("--dst-range", destination)];
    let ranges =
        ranges.map(|(option, range)| (option, range.filter(|range| block(range).is_none())));
    if ranges.iter().any(|(_, range)| range.is_some()) {
        rule.push_str("-m iprange ");
    }
    for (option, range) in ranges {
        if let Some(AddressRange { first, last }) = range {
            push(rule, format_args!("{option} {first}-{last} "));
        }
    }
}

/// The one block that a range is, if it is one.
fn block(range: &AddressRange) -> Option<String> {
    let mut networks = range.networks();
    let first = networks.next()?;
    networks.next().is_none().then(|| first.to_string())
}

fn interfaces(rule: &mut String, allowance: &Allowance) {
    for (option, name) in [("-i", &allowance.incoming), ("-o", &allowance.outgoing)] {
        if let Some(name) = name {
            push(rule, format_args!("{option} {name} "));
        }
    }
}

/// Flags, and ports that are one range.
fn tcp(rule: &mut String, sources: &[PortRange], destinations: &[PortRange], packets: Packets) {
    let mut tests = String::new();
    for (option, ports) in [("--sport", sources), ("--dport", destinations)] {
        if let [one] = ports {
            push(&mut tests, format_args!("{option} {} ", span(one)));
        }
    }
    tests.push_str(match packets {
        Packets::NotFirst => "! --tcp-flags FIN,SYN,RST,ACK SYN ",
        Packets::NotAnswer => "! --tcp-flags SYN,ACK SYN,ACK ",
        _ => "",
    });
    if !tests.is_empty() {
        push(rule, format_args!("-m tcp {tests}"));
    }
}

/// Ports that are several ranges.
fn multiport(rule: &mut String, option: &str, ports: &[PortRange]) {
    if ports.len() > 1 {
        let list: Vec<_> = ports.iter().map(span).collect();
        push(rule, format_args!("-m multiport {option} {} ", list.join(",")));
    }
}

/// `n` or `first:last`.
fn span(ports: &PortRange) -> String {
    let PortRange { first, last } = ports;
    if first == last { first.to_string() } else { format!("{first}:{last}") }
}

fn push(rule: &mut String, text: std::fmt::Arguments<'_>) {
    // A string can always be written to.
    let _ = rule.write_fmt(text);
}
