//! Devices that are made by chance fare as the reference says.

use std::fmt::Write;
use std::net::Ipv4Addr;

use pasvaudit::Dialect;

use crate::comparison::{Asked, check};
use crate::entries::{Entry, PORTS, Side, address, side};
use crate::random::Random;
use crate::reference::{Class, Device, Mapped, Match, Nat, Policy, Rule};

/// The bits that are not compared.
const FREE: [u32; 5] = [0, 0xff, 0xffff, 0x3, 0];

const OWN: u32 = 0xcb00_7102;
const GLOBAL: u32 = 0xcb00_7110;

fn dotted(address: u32) -> Ipv4Addr {
    address.into()
}

fn block((base, free): &(u32, u32)) -> String {
    match free {
        0 => format!("host {}", dotted(*base)),
        free => format!("{} {}", dotted(*base), dotted(!free)),
    }
}

/// One end of an entry; its group, if it is one, goes to `groups`.
fn written(side: &Side, groups: &mut String, name: &str) -> String {
    let address = match side.blocks.as_slice() {
        [(_, u32::MAX)] => "any".to_owned(),
        [one] => block(one),
        several => {
            let _ = writeln!(groups, "object-group network {name}");
            for one in several {
                let _ = writeln!(groups, " network-object {}", block(one));
            }
            format!("object-group {name}")
        }
    };
    address + &side.written_ports()
}

/// A list by chance.
fn list(random: &mut Random, name: &str, text: &mut String) -> Vec<Entry> {
    let (mut groups, mut lines) = (String::new(), String::new());
    let mut entries = Vec::new();
    for number in 0..1 + random.below(5) as u32 {
        let protocol = random.pick(&["ip", "tcp", "tcp", "udp"]);
        let from_ports = protocol == "tcp" && random.chance(30);
        let entry = Entry {
            number,
            permits: random.chance(75),
            protocol,
            from: side(random, from_ports, &FREE, false),
            to: side(random, protocol == "tcp", &FREE, false),
            option: if random.chance(10) { "inactive" } else { "" },
        };
        let from = written(&entry.from, &mut groups, &format!("{name}-{number}-from"));
        let to = written(&entry.to, &mut groups, &format!("{name}-{number}-to"));
        let verdict = if entry.permits { "permit" } else { "deny" };
        let option = entry.option;
        let _ = writeln!(
            lines,
            "access-list {name} extended {verdict} {protocol} {from} {to} {option}"
        );
        entries.push(entry);
    }
    *text += &groups;
    *text += &lines;
    entries
}

fn rule(random: &mut Random, place: u32, text: &mut String) -> Rule {
    let lone = random.chance(30);
    let name = format!("{}{place}", random.pick(&["A", "B", "C"]));
    let one = random.chance(60);
    let base = if one { address(random) } else { address(random) & !0xff };
    let real = (base, if one { base } else { base | 0xff });
    let global = GLOBAL + place;
    let mapped = match random.below(5) {
        0 if one && !lone => Mapped::Static(global, Some((random.pick(&[21, 2121, 21000]), 21))),
        0 | 1 if one => Mapped::Static(global, None),
        0 | 1 => Mapped::Static(0xcb00_7200 + (place << 8), None),
        2 => Mapped::Interface,
        3 if lone => Mapped::Same,
        _ => Mapped::Pool(GLOBAL + 8, GLOBAL + 11),
    };
    let value = if one {
        format!("host {}", dotted(base))
    } else {
        format!("subnet {} 255.255.255.0", dotted(base))
    };
    let _ = writeln!(text, "object network {name}\n {value}");
    let (kind, to) = match mapped {
        Mapped::Static(first, None) if one => ("static", dotted(first).to_string()),
        Mapped::Static(first, None) => {
            let _ =
                writeln!(text, "object network M{place}\n subnet {} 255.255.255.0", dotted(first));
            ("static", format!("M{place}"))
        }
        Mapped::Static(first, Some((real, mapped))) => {
            ("static", format!("{} service tcp {real} {mapped}", dotted(first)))
        }
        Mapped::Interface => ("dynamic", "interface".to_owned()),
        Mapped::Pool(first, last) => {
            let _ =
                writeln!(text, "object network POOL\n range {} {}", dotted(first), dotted(last));
            ("dynamic", "POOL".to_owned())
        }
        Mapped::Same => ("static", name.clone()),
    };
    if !lone {
        let _ = writeln!(text, "object network {name}\n nat (inside,outside) {kind} {to}");
        return Rule { object: Some(name), after_auto: false, real, mapped };
    }
    let to = match mapped {
        Mapped::Static(first, _) if one => {
            let _ = writeln!(text, "object network M{place}\n host {}", dotted(first));
            format!("M{place}")
        }
        _ => to,
    };
    let after_auto = random.chance(40);
    let after = if after_auto { "after-auto " } else { "" };
    let _ = writeln!(text, "nat (inside,outside) {after}source {kind} {name} {to}");
    Rule { object: None, after_auto, real, mapped }
}

/// A policy, and where it is applied.
fn policy(random: &mut Random, place: usize, text: &mut String) -> Policy {
    let mut body = format!("policy-map P{place}\n");
    let mut classes = Vec::new();
    for number in 0..1 + random.below(2) {
        let name = format!("C{place}-{number}");
        let (matches, line) = match random.below(4) {
            0 => (Match::Default, "default-inspection-traffic".to_owned()),
            1 => {
                let (first, last) = random.pick(&[(21, 21), (2121, 2121), (20, 2121)]);
                (Match::Port(first, last), format!("port tcp range {first} {last}"))
            }
            2 => {
                let entries = list(random, &format!("L-{name}"), text);
                (Match::List(entries), format!("access-list L-{name}"))
            }
            _ => (Match::Any, "any".to_owned()),
        };
        let _ = writeln!(text, "class-map {name}\n match {line}");
        let inspects_ftp = random.chance(75);
        let what = if inspects_ftp { "ftp" } else { "http" };
        let _ = writeln!(body, " class {name}\n  inspect {what}");
        classes.push(Class { matches, inspects_ftp });
    }
    let global = place == 0;
    let at = if global {
        "global".to_owned()
    } else {
        format!("interface {}", random.pick(&["inside", "outside"]))
    };
    let _ = writeln!(text, "{body}service-policy P{place} {at}");
    Policy { global, classes }
}

fn device(random: &mut Random) -> (Device, String) {
    let levels = [random.pick(&[100, 50]), random.pick(&[0, 50, 100])];
    let inter = random.chance(50);
    let mut device = Device { levels, inter, ..Device::default() };
    let mut text = format!(
        "interface G0\n nameif inside\n security-level {}\n ip address 10.1.0.254 255.255.0.0\n\
         interface G1\n nameif outside\n security-level {}\n ip address 203.0.113.2 255.255.255.0\n",
        levels[0], levels[1]
    );
    if inter {
        text += "same-security-traffic permit inter-interface\n";
    }
    let places = [
        "in interface inside",
        "out interface inside",
        "in interface outside",
        "out interface outside",
        "global",
    ];
    for (index, place) in places.iter().enumerate() {
        if random.chance(45) {
            device.lists[index] = Some(list(random, &format!("L{index}"), &mut text));
            let _ = writeln!(text, "access-group L{index} {place}");
        }
    }
    if random.chance(60) {
        let rules = (0..1 + random.below(4) as u32).map(|place| rule(random, place, &mut text));
        device.nat = Nat { rules: rules.collect(), own: OWN };
    }
    for place in 0..2 {
        if random.chance([60, 20][place]) {
            device.policies.push(policy(random, place, &mut text));
        }
    }
    (device, text)
}

fn ask(random: &mut Random, device: &Device) -> Asked {
    let (client_inside, by_client) = (random.chance(50), random.chance(60));
    let control =
        random.chance(35).then(|| (random.pick(&[21, 21, 21, 2121]), random.pick(&PORTS)));
    let end = |random: &mut Random, mapped: bool| {
        let address = match device.nat.rules.as_slice() {
            rules if mapped && !rules.is_empty() && random.chance(60) => {
                match rules[random.below(rules.len())].mapped {
                    Mapped::Static(first, _) if first >= 0xcb00_7200 => {
                        first + random.below(8) as u32
                    }
                    Mapped::Static(first, _) | Mapped::Pool(first, _) => first,
                    Mapped::Interface | Mapped::Same => OWN,
                }
            }
            _ => address(random),
        };
        (address, random.pick(&PORTS))
    };
    // What is reached from outside may be known by its mapped address, and a server inside by that alone
    // to its clients.
    let reached = !client_inside && by_client;
    let named = !client_inside && !by_client && control.is_some();
    let (from, to) = (end(random, named), end(random, reached));
    Asked { client_inside, by_client, from, to, control }
}

#[test]
fn connections_fare_as_the_reference_says() {
    check(Dialect::CiscoAsa, device, ask, Device::passes);
}
