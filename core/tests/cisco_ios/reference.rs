//! A reference of what access lists do, written from the manuals and not from the model, and compared
//! on configurations that are made by chance. `PASVAUDIT_RULE_SETS` says how many, `PASVAUDIT_SEED`
//! where the seeds begin.

use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};

use pasvaudit::eval::concrete::{self, Always, Connection, Interfaces, Outcome, Tuple};
use pasvaudit::firewall::{Fate, States};
use pasvaudit::{Dialect, End, Firewall, Placement};

use crate::random::Random;

const PACKETS: usize = 100;

const SYN: u8 = 2;
const RST: u8 = 4;
const ACK: u8 = 16;

#[derive(Clone, Copy, Debug)]
struct Packet {
    from: (u32, u16),
    to: (u32, u16),
    flags: u8,
}

/// One end of an entry: an address with a wildcard, the members of a group, and ports.
#[derive(Clone, Debug)]
struct Side {
    addresses: Vec<(u32, u32)>,
    ports: Option<(String, Vec<u16>)>,
}

#[derive(Clone, Debug)]
struct Entry {
    number: u32,
    permits: bool,
    protocol: &'static str,
    from: Side,
    to: Side,
    option: &'static str,
}

impl Side {
    fn matches(&self, (address, port): (u32, u16)) -> bool {
        // A bit of the wildcard that is set is not compared.
        let here = self.addresses.iter().any(|(base, wild)| (address ^ base) & !wild == 0);
        here && self.ports.as_ref().is_none_or(|(operator, ports)| match operator.as_str() {
            "eq" => ports.contains(&port),
            "neq" => !ports.contains(&port),
            "lt" => port < ports[0],
            "gt" => port > ports[0],
            _ => ports[0] <= port && port <= ports[1],
        })
    }

    fn write(&self, groups: &mut String, name: &str) -> String {
        let address = match self.addresses.as_slice() {
            [(_, u32::MAX)] => "any".to_owned(),
            [(base, 0)] => format!("host {}", Ipv4Addr::from(*base)),
            [(base, wild)] => format!("{} {}", Ipv4Addr::from(*base), Ipv4Addr::from(*wild)),
            several => {
                let _ = writeln!(groups, "object-group network {name}");
                for (base, wild) in several {
                    let _ = match wild {
                        0 => writeln!(groups, " host {}", Ipv4Addr::from(*base)),
                        _ => {
                            writeln!(groups, " {} {}", Ipv4Addr::from(*base), Ipv4Addr::from(!wild))
                        }
                    };
                }
                format!("object-group {name}")
            }
        };
        let ports = self.ports.as_ref().map(|(operator, ports)| {
            let list: Vec<_> = ports.iter().map(u16::to_string).collect();
            format!(" {operator} {}", list.join(" "))
        });
        address + &ports.unwrap_or_default()
    }
}

impl Entry {
    fn matches(&self, packet: &Packet) -> bool {
        let flags = match self.option {
            "established" => packet.flags & (ACK | RST) != 0,
            "match-all +ack -syn" => packet.flags & (ACK | SYN) == ACK,
            "match-any +syn +rst" => packet.flags & (SYN | RST) != 0,
            "fragments" => false,
            _ => true,
        };
        matches!(self.protocol, "ip" | "tcp")
            && flags
            && self.from.matches(packet.from)
            && self.to.matches(packet.to)
    }
}

/// The lists of the four places: inside in and out, outside in and out.
type Lists = [Option<Vec<Entry>>; 4];

/// A list lets a packet through if the first entry that matches permits; none does, it denies. One
/// without entries, or that is not there, permits.
fn passes(list: Option<&Vec<Entry>>, packet: &Packet) -> bool {
    let Some(list) = list.filter(|list| !list.is_empty()) else { return true };
    let mut ordered: Vec<_> = list.iter().collect();
    ordered.sort_by_key(|entry| entry.number);
    ordered.iter().find(|entry| entry.matches(packet)).is_some_and(|entry| entry.permits)
}

/// A connection works if its packets pass where they come in and where they leave, both ways.
fn works(lists: &Lists, from_inside: bool, from: (u32, u16), to: (u32, u16)) -> bool {
    let [inside_in, inside_out, outside_in, outside_out] = lists;
    let outward = |packet: &Packet| {
        passes(inside_in.as_ref(), packet) && passes(outside_out.as_ref(), packet)
    };
    let inward = |packet: &Packet| {
        passes(outside_in.as_ref(), packet) && passes(inside_out.as_ref(), packet)
    };
    let forth = |flags| Packet { from, to, flags };
    let back = |flags| Packet { from: to, to: from, flags };
    let pass = |packet: &Packet, forth: bool| {
        if forth == from_inside { outward(packet) } else { inward(packet) }
    };
    pass(&forth(SYN), true)
        && pass(&back(SYN | ACK), false)
        && pass(&forth(ACK), true)
        && pass(&back(ACK), false)
}

fn address(random: &mut Random) -> u32 {
    let net = random.pick(&[0x0a01_0000_u32, 0x0a02_0000, 0xc633_6400]);
    net + random.below(4) as u32 * 256 + random.below(8) as u32
}

const PORTS: [u16; 8] = [20, 21, 990, 1023, 1024, 21000, 21050, 40000];

fn side(random: &mut Random, tcp: bool) -> Side {
    let one = |random: &mut Random| match random.below(5) {
        0 => (address(random), 0),
        1 => (address(random), 0x0000_00ff),
        2 => (address(random), 0x0000_ffff),
        // With holes.
        _ => (address(random), random.pick(&[0x0000_0301, 0x00ff_0205, 0x0003_0104])),
    };
    let addresses = match random.below(6) {
        0 | 1 => vec![(0, u32::MAX)],
        2 => (0..2 + random.below(2)).map(|_| (address(random) & !0xff, 0xff)).collect(),
        _ => vec![one(random)],
    };
    let ports = (tcp && random.chance(50)).then(|| {
        let operator = random.pick(&["eq", "neq", "lt", "gt", "range"]);
        let first = random.pick(&PORTS);
        let ports = match operator {
            "eq" => (0..1 + random.below(3)).map(|_| random.pick(&PORTS)).collect(),
            "range" => vec![first, first.saturating_add(random.below(100) as u16)],
            _ => vec![first],
        };
        (operator.to_owned(), ports)
    });
    Side { addresses, ports }
}

fn entry(random: &mut Random, number: u32) -> Entry {
    let protocol = random.pick(&["ip", "tcp", "tcp", "tcp", "udp"]);
    let tcp = protocol == "tcp";
    let plain = Side { addresses: vec![(0, u32::MAX)], ports: None };
    let option = if tcp {
        random.pick(&[
            "",
            "",
            "established",
            "match-all +ack -syn",
            "match-any +syn +rst",
            "fragments",
        ])
    } else {
        ""
    };
    Entry {
        number,
        permits: random.chance(75),
        protocol,
        from: if random.chance(60) {
            side(random, tcp && option != "fragments")
        } else {
            plain.clone()
        },
        to: if random.chance(60) { side(random, tcp && option != "fragments") } else { plain },
        option,
    }
}

fn configuration(random: &mut Random) -> (Lists, String) {
    let mut groups = String::new();
    let mut text = String::new();
    let mut lists: Lists = [None, None, None, None];
    for (place, list) in lists.iter_mut().enumerate() {
        if random.chance(50) {
            continue;
        }
        let mut numbers: Vec<u32> =
            (1..=1 + random.below(6) as u32).map(|number| number * 10).collect();
        // In another order than their numbers have.
        for last in (1..numbers.len()).rev() {
            numbers.swap(last, random.below(last + 1));
        }
        let entries: Vec<_> = numbers.into_iter().map(|number| entry(random, number)).collect();
        let _ = writeln!(text, "ip access-list extended L{place}");
        for entry in &entries {
            let name = |side| format!("G{place}-{}-{side}", entry.number);
            let from = entry.from.write(&mut groups, &name("from"));
            let to = entry.to.write(&mut groups, &name("to"));
            let verdict = if entry.permits { "permit" } else { "deny" };
            let Entry { number, protocol, option, .. } = entry;
            let _ = writeln!(text, " {number} {verdict} {protocol} {from} {to} {option}");
        }
        *list = Some(entries);
    }
    let interfaces = "interface inside\n ip access-group L0 in\n ip access-group L1 out\n\
                      interface outside\n ip access-group L2 in\n ip access-group L3 out\n";
    (lists, format!("{interfaces}{text}{groups}"))
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |value| value.parse().unwrap())
}

#[test]
fn connections_fare_as_the_reference_says() {
    let begin = number("PASVAUDIT_SEED", 1);
    let (mut open, mut closed) = (0, 0);
    for seed in begin..begin + number("PASVAUDIT_RULE_SETS", 60) {
        let mut random = Random::new(seed);
        let (lists, text) = configuration(&mut random);
        let firewall = Firewall::parse(text.as_str(), Dialect::CiscoIos)
            .unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert!(firewall.unmodelled().is_empty(), "seed {seed}\n{text}");
        for _ in 0..PACKETS {
            let from = (address(&mut random), random.pick(&PORTS));
            let to = (address(&mut random), random.pick(&PORTS));
            let from_inside = random.chance(50);
            let socket =
                |(address, port): (u32, u16)| SocketAddr::from((Ipv4Addr::from(address), port));
            let question = Connection {
                placement: Placement::ClientGateway,
                opener: if from_inside { End::Client } else { End::Server },
                tuple: Tuple { source: socket(from), destination: socket(to) },
                first: States::NEW,
                interfaces: Interfaces { inside: Some("inside"), outside: Some("outside") },
                control: None,
            };
            let verdict = concrete::connection(
                &firewall,
                &question,
                &mut Always { holds: false, outcome: Outcome::Drop },
            )
            .unwrap();
            let expected = works(&lists, from_inside, from, to);
            if expected {
                open += 1
            } else {
                closed += 1
            }
            assert_eq!(verdict.unknowns_asked, 0, "seed {seed}: {question:?}\n{text}");
            assert_eq!(verdict.fate == Fate::Accept, expected, "seed {seed}: {question:?}\n{text}");
        }
    }
    println!("{open} connections work, {closed} do not");
    assert!(open > 0 && closed > 0, "{open} work, {closed} do not");
}
