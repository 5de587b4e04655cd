//! Routers that are made by chance fare as the reference says.

use std::fmt::Write;
use std::net::Ipv4Addr;

use pasvaudit::Dialect;

use crate::comparison::{Asked, check};
use crate::entries::{Entry, PORTS, Side, address, side};
use crate::random::Random;
use crate::reference::{Class, Nat, Router, Static};

/// The bits that are not compared, some with holes.
const WILD: [u32; 8] =
    [0, 0xff, 0xffff, 0x0000_0301, 0x00ff_0205, 0x0003_0104, 0x0000_00ff, 0x00ff_ffff];

const OWN: u32 = 0xcb00_7102;
const GLOBAL: u32 = 0xcb00_7110;

fn dotted(address: u32) -> Ipv4Addr {
    address.into()
}

/// One end of an entry; its group, if it is one, goes to `groups`.
fn written(side: &Side, groups: &mut String, name: &str) -> String {
    let address = match side.blocks.as_slice() {
        [(_, u32::MAX)] => "any".to_owned(),
        [(base, 0)] => format!("host {}", dotted(*base)),
        [(base, wild)] => format!("{} {}", dotted(*base), dotted(*wild)),
        several => {
            let _ = writeln!(groups, "object-group network {name}");
            for (base, wild) in several {
                let _ = match wild {
                    0 => writeln!(groups, " host {}", dotted(*base)),
                    _ => writeln!(groups, " {} {}", dotted(*base), dotted(!wild)),
                };
            }
            format!("object-group {name}")
        }
    };
    address + &side.written_ports()
}

fn end(random: &mut Random, ports: bool) -> Side {
    if random.chance(40) {
        return Side::any();
    }
    let mut end = side(random, ports, &WILD, true);
    if end.blocks.len() > 1 {
        // Groups have no holes.
        end.blocks.iter_mut().for_each(|block| *block = (block.0 & !0xff, 0xff));
    }
    end
}

fn entry(random: &mut Random, number: u32) -> Entry {
    let protocol = random.pick(&["ip", "tcp", "tcp", "tcp", "udp"]);
    let tcp = protocol == "tcp";
    let options =
        ["", "", "established", "match-all +ack -syn", "match-any +syn +rst", "fragments"];
    let option = if tcp { random.pick(&options) } else { "" };
    let ports = tcp && option != "fragments";
    let (from, to) = (end(random, ports), end(random, ports));
    Entry { number, permits: random.chance(75), protocol, from, to, option }
}

/// A list by chance, its entries in another order than their numbers have.
fn list(random: &mut Random, name: &str, plain: bool, text: &mut String) -> Vec<Entry> {
    let mut numbers: Vec<u32> =
        (1..=1 + random.below(6) as u32).map(|number| number * 10).collect();
    for last in (1..numbers.len()).rev() {
        numbers.swap(last, random.below(last + 1));
    }
    let mut entries: Vec<_> = numbers.into_iter().map(|number| entry(random, number)).collect();
    if plain {
        entries.iter_mut().for_each(|entry| entry.option = "");
    }
    let mut groups = String::new();
    let _ = writeln!(text, "ip access-list extended {name}");
    for entry in &entries {
        let from = written(&entry.from, &mut groups, &format!("{name}-{}-from", entry.number));
        let to = written(&entry.to, &mut groups, &format!("{name}-{}-to", entry.number));
        let verdict = if entry.permits { "permit" } else { "deny" };
        let Entry { number, protocol, option, .. } = entry;
        let _ = writeln!(text, " {number} {verdict} {protocol} {from} {to} {option}");
    }
    *text += &groups;
    entries
}

/// NAT, and what the interfaces outside and the text say of it.
fn nat(random: &mut Random, text: &mut String) -> Nat {
    let mut statics: Vec<Static> = Vec::new();
    for place in 0..random.below(3) as u32 {
        let (local, global) = (address(random), GLOBAL + place);
        let ports = random.chance(50).then(|| [random.pick(&[21, 2121, 21000]), 21]);
        if statics.iter().any(|one| one.addresses[0] == local) {
            continue;
        }
        let (from, to) = (dotted(local), dotted(global));
        let _ = match ports {
            Some([local, global]) => {
                writeln!(text, "ip nat inside source static tcp {from} {local} {to} {global}")
            }
            None => writeln!(text, "ip nat inside source static {from} {to}"),
        };
        statics.push(Static { addresses: [local, global], wild: 0, ports });
    }
    if random.chance(20) {
        *text += "ip nat inside source static network 10.2.0.0 203.0.114.0 /24\n";
        let addresses = [0x0a02_0000, 0xcb00_7200];
        statics.push(Static { addresses, wild: 0xff, ports: None });
    }
    let dynamic = (statics.is_empty() || random.chance(60)).then(|| {
        let from = Side { blocks: vec![(0x0a01_0000, 0xffff)], ports: None };
        let source =
            Entry { number: 10, permits: true, protocol: "ip", from, to: Side::any(), option: "" };
        *text += "access-list 1 permit 10.1.0.0 0.0.255.255\n";
        let pool = random.chance(25).then_some((GLOBAL + 8, GLOBAL + 11));
        *text += match pool {
            Some(_) => {
                "ip nat pool P 203.0.113.24 203.0.113.27 netmask 255.255.255.0\n\
                 ip nat inside source list 1 pool P\n"
            }
            None => "ip nat inside source list 1 interface outside overload\n",
        };
        (vec![source], pool)
    });
    let (dynamic, pool) = dynamic.unwrap_or_default();
    Nat { statics, dynamic, pool, own: OWN }
}

/// A policy of its own name, and the classes that it has.
fn policy(random: &mut Random, name: &str, text: &mut String) -> Vec<Class> {
    let mut body = format!("policy-map type inspect {name}\n");
    let mut classes = Vec::new();
    for place in 0..1 + random.below(3) {
        let class = format!("{name}{place}");
        let all = random.chance(50);
        let (mut protocols, mut lists) = (Vec::new(), Vec::new());
        let mut lines = String::new();
        for number in 0..1 + random.below(2) {
            if random.chance(70) {
                let protocol = random.pick(&["tcp", "ftp", "http", "icmp"]);
                let _ = writeln!(lines, " match protocol {protocol}");
                protocols.push(protocol);
            } else {
                let name = format!("{class}-{number}");
                lists.push(list(random, &name, true, text));
                let _ = writeln!(lines, " match access-group name {name}");
            }
        }
        let kind = if all { "match-all" } else { "match-any" };
        let _ = write!(text, "class-map type inspect {kind} {class}\n{lines}");
        let action = random.pick(&["inspect", "inspect", "inspect", "pass", "drop"]);
        let _ = writeln!(body, " class type inspect {class}\n  {action}");
        classes.push(Class { all, protocols, lists, action });
    }
    if random.chance(30) {
        let action = random.pick(&["pass", "drop"]);
        let _ = writeln!(body, " class class-default\n  {action}");
        classes.push(Class { all: true, protocols: Vec::new(), lists: Vec::new(), action });
    }
    *text += &body;
    classes
}

fn router(random: &mut Random) -> (Router, String) {
    let mut router = Router::default();
    let mut text = String::new();
    let mut lines = [String::new(), String::new()];
    let few = random.chance(40);
    for place in 0..4 {
        let (interface, way) = (place / 2, if place % 2 == 0 { "in" } else { "out" });
        if random.chance(if few { 80 } else { 40 }) {
            continue;
        }
        let _ = writeln!(lines[interface], " ip access-group L{place} {way}");
        if random.chance(95) {
            router.lists[place] = list(random, &format!("L{place}"), false, &mut text);
        }
    }
    if random.chance(40) {
        lines[0] += " ip nat inside\n";
        lines[1] += " ip nat outside\n";
        router.nat = nat(random, &mut text);
    }
    match random.below(3) {
        0 => {
            let (inside, out) = (random.chance(50), random.chance(40));
            let mut protocols = Vec::new();
            for protocol in ["tcp", "ftp", "http", "udp"] {
                if random.chance(50) {
                    let _ = writeln!(text, "ip inspect name FW {protocol}");
                    protocols.push(protocol);
                }
            }
            if !protocols.is_empty() {
                let way = if out { "out" } else { "in" };
                let _ = writeln!(lines[usize::from(!inside)], " ip inspect FW {way}");
                // In by the inside or out by the outside, and the other way round.
                router.inspected[usize::from(inside == out)] = protocols;
            }
        }
        1 => {
            for (interface, lines) in lines.iter_mut().enumerate() {
                if random.chance(90) {
                    let zone = if random.chance(85) { interface } else { 0 };
                    let _ = writeln!(lines, " zone-member security Z{zone}");
                    router.zones[interface] = Some(zone);
                }
            }
            text += "zone security Z0\nzone security Z1\n";
            for (index, (from, to)) in [(0, 1), (1, 0)].into_iter().enumerate() {
                if random.chance([85, 40][index]) {
                    let _ = writeln!(
                        text,
                        "zone-pair security PAIR{index} source Z{from} destination Z{to}"
                    );
                    if random.chance(90) {
                        let name = format!("P{index}");
                        let _ = writeln!(text, " service-policy type inspect {name}");
                        router.policies[index] = policy(random, &name, &mut text);
                    }
                }
            }
        }
        _ => {}
    }
    let [inside, outside] = lines;
    let interfaces = format!(
        "interface inside\n ip address 10.1.0.254 255.255.0.0\n{inside}interface outside\n \
         ip address 203.0.113.2 255.255.255.0\n{outside}"
    );
    (router, interfaces + &text)
}

fn ask(random: &mut Random, router: &Router) -> Asked {
    let (client_inside, by_client) = (random.chance(50), random.chance(60));
    let from_inside = client_inside == by_client;
    let control =
        random.chance(35).then(|| (random.pick(&[21, 21, 21, 2121]), random.pick(&PORTS)));
    let end = |random: &mut Random, outside: bool| {
        let nat = &router.nat;
        let address = match nat.own {
            OWN if outside && random.chance(60) => match nat.statics.as_slice() {
                [] => nat.own + random.below(2) as u32 * 23,
                statics => {
                    let one = &statics[random.below(statics.len())];
                    one.addresses[1] + (random.below(8) as u32 & one.wild)
                }
            },
            _ => address(random),
        };
        (address, random.pick(&PORTS))
    };
    // What is reached from outside may be known by its global address, and by that alone is a server
    // inside known to its clients.
    let reached = !from_inside && by_client;
    let named = !client_inside && !by_client && control.is_some();
    let (from, to) = (end(random, named), end(random, reached));
    Asked { client_inside, by_client, from, to, control }
}

#[test]
fn connections_fare_as_the_reference_says() {
    check(Dialect::CiscoIos, router, ask, Router::passes);
}
