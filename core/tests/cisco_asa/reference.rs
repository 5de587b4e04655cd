//! A reference of what levels, lists and objects do, written from the manuals and not from the model,
//! and compared on configurations that are made by chance. `PASVAUDIT_RULE_SETS` says how many,
//! `PASVAUDIT_SEED` where the seeds begin.

use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};

use pasvaudit::eval::concrete::{self, Always, Connection, Interfaces, Outcome, Tuple};
use pasvaudit::firewall::{Fate, States};
use pasvaudit::{Dialect, End, Firewall, Placement};

use crate::random::Random;

const PACKETS: usize = 100;
const PORTS: [u16; 7] = [20, 21, 990, 1024, 21000, 21050, 40000];

/// Blocks of addresses, and ports.
#[derive(Clone, Debug)]
struct Side {
    blocks: Vec<(u32, u32)>,
    ports: Option<(&'static str, u16, u16)>,
}

#[derive(Clone, Debug)]
struct Entry {
    permits: bool,
    protocol: &'static str,
    from: Side,
    to: Side,
    inactive: bool,
}

/// The lists: inside in and out, outside in and out, and the one for all; and the levels.
#[derive(Debug)]
struct Device {
    lists: [Option<Vec<Entry>>; 5],
    levels: [u32; 2],
    inter: bool,
}

type End4 = (u32, u16);

impl Side {
    fn matches(&self, (address, port): End4) -> bool {
        self.blocks.iter().any(|(base, mask)| (address ^ base) & mask == 0)
            && self.ports.is_none_or(|(operator, first, last)| match operator {
                "eq" => port == first,
                "neq" => port != first,
                "lt" => port < first,
                "gt" => port > first,
                _ => (first..=last).contains(&port),
            })
    }

    fn write(&self, groups: &mut String, name: &str) -> String {
        let one = |(base, mask): &(u32, u32)| match *mask {
            u32::MAX => format!("host {}", Ipv4Addr::from(*base)),
            mask => format!("{} {}", Ipv4Addr::from(*base), Ipv4Addr::from(mask)),
        };
        let address = match self.blocks.as_slice() {
            [(_, 0)] => "any".to_owned(),
            [block] => one(block),
            several => {
                let _ = writeln!(groups, "object-group network {name}");
                for block in several {
                    let _ = writeln!(groups, " network-object {}", one(block));
                }
                format!("object-group {name}")
            }
        };
        match self.ports {
            None => address,
            Some(("range", first, last)) => format!("{address} range {first} {last}"),
            Some((operator, port, _)) => format!("{address} {operator} {port}"),
        }
    }
}

/// What the first entry says that matches and is in use.
fn says(list: &[Entry], from: End4, to: End4) -> Option<bool> {
    let matches = |entry: &&Entry| {
        !entry.inactive
            && entry.protocol != "udp"
            && entry.from.matches(from)
            && entry.to.matches(to)
    };
    list.iter().find(matches).map(|entry| entry.permits)
}

impl Device {
    /// Whether a connection is let through; what follows its first packet passes with it.
    fn passes(&self, from_inside: bool, from: End4, to: End4) -> bool {
        let [inside_in, inside_out, outside_in, outside_out, global] = &self.lists;
        let (entry, exit) =
            if from_inside { (inside_in, outside_out) } else { (outside_in, inside_out) };
        let (near, far) = if from_inside {
            (self.levels[0], self.levels[1])
        } else {
            (self.levels[1], self.levels[0])
        };
        let own = entry.as_ref().and_then(|list| says(list, from, to));
        let all = global.as_ref().and_then(|list| says(list, from, to));
        // The list of the interface, the one for all, and then the deny; without lists the levels.
        let let_in = match own.or(all) {
            Some(permits) => permits,
            None if entry.is_some() || global.is_some() => false,
            None => near >= far,
        };
        let let_out = exit.as_ref().is_none_or(|list| says(list, from, to) == Some(true));
        let_in && let_out && (near != far || self.inter)
    }
}

fn address(random: &mut Random) -> u32 {
    random.pick(&[0x0a01_0000_u32, 0x0a02_0000, 0xc633_6400])
        + random.below(4) as u32 * 256
        + random.below(8) as u32
}

fn side(random: &mut Random, tcp: bool) -> Side {
    let block = |random: &mut Random| {
        let mask = random.pick(&[u32::MAX, 0xffff_ff00, 0xffff_0000, 0xffff_fffc]);
        (address(random) & mask, mask)
    };
    let blocks = match random.below(4) {
        0 => vec![(0, 0)],
        1 => (0..2 + random.below(2)).map(|_| block(random)).collect(),
        _ => vec![block(random)],
    };
    let ports = (tcp && random.chance(50)).then(|| {
        let first = random.pick(&PORTS);
        (
            random.pick(&["eq", "neq", "lt", "gt", "range"]),
            first,
            first.saturating_add(random.below(100) as u16),
        )
    });
    Side { blocks, ports }
}

fn device(random: &mut Random) -> (Device, String) {
    let levels = [random.pick(&[100, 50]), random.pick(&[0, 50, 100])];
    let inter = random.chance(50);
    let mut device = Device { lists: [const { None }; 5], levels, inter };
    let mut text = format!(
        "interface G0\n nameif inside\n security-level {}\ninterface G1\n nameif outside\n security-level {}\n",
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
    let mut groups = String::new();
    for (index, place) in places.iter().enumerate() {
        if random.chance(55) {
            continue;
        }
        let mut entries = Vec::new();
        for number in 0..1 + random.below(5) {
            let protocol = random.pick(&["ip", "tcp", "tcp", "udp"]);
            let from_ports = protocol == "tcp" && random.chance(30);
            let entry = Entry {
                permits: random.chance(75),
                protocol,
                from: side(random, from_ports),
                to: side(random, protocol == "tcp"),
                inactive: random.chance(10),
            };
            let from = entry.from.write(&mut groups, &format!("F{index}-{number}"));
            let to = entry.to.write(&mut groups, &format!("T{index}-{number}"));
            let verdict = if entry.permits { "permit" } else { "deny" };
            let inactive = if entry.inactive { "inactive" } else { "" };
            let _ = writeln!(
                text,
                "access-list L{index} extended {verdict} {protocol} {from} {to} {inactive}"
            );
            entries.push(entry);
        }
        let _ = writeln!(text, "access-group L{index} {place}");
        device.lists[index] = Some(entries);
    }
    (device, groups + &text)
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
        let (device, text) = device(&mut random);
        let firewall = Firewall::parse(text.as_str(), Dialect::CiscoAsa)
            .unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert!(firewall.unmodelled().is_empty(), "seed {seed}\n{text}");
        for _ in 0..PACKETS {
            let from = (address(&mut random), random.pick(&PORTS));
            let to = (address(&mut random), random.pick(&PORTS));
            let from_inside = random.chance(50);
            let socket = |(address, port): End4| SocketAddr::from((Ipv4Addr::from(address), port));
            let question = Connection {
                placement: Placement::ClientGateway,
                opener: if from_inside { End::Client } else { End::Server },
                tuple: Tuple { source: socket(from), destination: socket(to) },
                first: States::NEW,
                interfaces: Interfaces { inside: Some("inside"), outside: Some("outside") },
                control: None,
            };
            let mut unknowns = Always { holds: false, outcome: Outcome::Drop };
            let verdict = concrete::connection(&firewall, &question, &mut unknowns).unwrap();
            let expected = device.passes(from_inside, from, to);
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
