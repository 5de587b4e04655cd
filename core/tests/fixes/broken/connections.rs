//! Single connections through a firewall, followed by the evaluator that shares nothing with the one
//! that finds the rules.

use std::net::{IpAddr, SocketAddr};

use pasvaudit::eval::concrete::{self, Every, Tuple};
use pasvaudit::firewall::{Fate, Firewall, States};
use pasvaudit::space::Family;
use pasvaudit::{End, Placement};

use super::model::{Rule, ends};
use super::scene::{INSIDE, OUTSIDE, Scene};
use crate::boundaries::boundary_packets;
use crate::random::Random;

/// The address and port of an end.
pub(crate) type Point = (u32, u16);

/// A connection: the ends, and which of them opens it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Sample {
    pub(crate) source: Point,
    pub(crate) destination: Point,
    pub(crate) opener: End,
}

/// Of all choices of what the rule set leaves open, not more than this are tried.
const CHOICES: usize = 64;

/// Whether it passes whatever is left open, and whether it may pass.
pub(crate) fn passes(scene: &Scene, firewall: &Firewall, sample: Sample) -> (bool, bool) {
    let end = |(address, port): Point| SocketAddr::new(IpAddr::V4(address.into()), port);
    let host = matches!(scene.at, Placement::ClientHost | Placement::ServerHost);
    let interfaces = concrete::Interfaces {
        inside: (scene.named && !host).then_some(INSIDE),
        outside: scene.named.then_some(OUTSIDE),
    };
    let connection = concrete::Connection {
        placement: scene.at,
        opener: sample.opener,
        tuple: Tuple { source: end(sample.source), destination: end(sample.destination) },
        first: States::NEW,
        interfaces,
        control: None,
    };
    let mut every = Every::default();
    let (mut must, mut may) = (true, false);
    for _ in 0..CHOICES {
        let verdict = concrete::connection(firewall, &connection, &mut every)
            .unwrap_or_else(|error| panic!("{error}\n{}", firewall.text()));
        let accepted = verdict.fate == Fate::Accept;
        must &= accepted;
        may |= accepted;
        if !every.advance() {
            return (must, may);
        }
    }
    panic!("too many choices are left open:\n{}", firewall.text());
}

/// What is needed, at the edges of every network and range and somewhere between them.
pub(crate) fn needed(scene: &Scene, random: &mut Random) -> Vec<Sample> {
    let mut samples = Vec::new();
    for group in &scene.groups {
        for (client, server) in pairs(&scene.clients, &group.servers) {
            let (clients, servers) = (ends(client), ends(server));
            for (low, high) in &group.ports {
                for turn in 0..4 {
                    let address = |(first, last): (u32, u32), random: &mut Random| match turn {
                        0 => first,
                        1 => last,
                        _ => first + random.below((last - first) as usize + 1) as u32,
                    };
                    let port = match turn {
                        0 => *low,
                        1 => *high,
                        _ => low + random.below(usize::from(high - low) + 1) as u16,
                    };
                    let own = [1024, 65535, 1024 + random.below(64512) as u16][turn.min(2)];
                    samples.push(Sample {
                        source: (address(clients, random), own),
                        destination: (address(servers, random), port),
                        opener: End::Client,
                    });
                }
            }
        }
    }
    samples
}

/// What is needed, at the edges of what the rules say.
pub(crate) fn needed_at_edges(scene: &Scene, random: &mut Random) -> Vec<Sample> {
    let rules = scene.set.chains.iter().flat_map(|chain| &chain.rules);
    let each = rules.flat_map(|rule| [(rule, false), (rule, true)]);
    each.flat_map(|(rule, back)| stopped_by(scene, rule, back, random)).collect()
}

/// Something that is needed and that a rule speaks of, if it does: of the packets that the opener
/// sends, or of those that come back.
fn stopped_by(scene: &Scene, rule: &Rule, back: bool, random: &mut Random) -> Vec<Sample> {
    let (clients, servers) = if back { (&rule.to, &rule.from) } else { (&rule.from, &rule.to) };
    let (own_ports, ports) =
        if back { (&rule.dports, &rule.sports) } else { (&rule.sports, &rule.dports) };
    // All that a negation leaves out, and what it does not.
    let edges = |ranges: &[(u32, u32)]| -> Vec<u32> {
        ranges.iter().flat_map(|&(low, high)| [low, high, high.wrapping_add(1)]).collect()
    };
    let mut samples = Vec::new();
    for group in &scene.groups {
        for (client, server) in pairs(&scene.clients, &group.servers) {
            let ((first, last), (low, high)) = (ends(client), ends(server));
            let own = edges(clients).into_iter().chain([first, last]);
            let own: Vec<_> = own.filter(|one| (first..=last).contains(one)).collect();
            let theirs = edges(servers).into_iter().chain([low, high]);
            let theirs: Vec<_> = theirs.filter(|one| (low..=high).contains(one)).collect();
            let edges = |ports: &[(u16, u16)]| -> Vec<u16> {
                ports.iter().flat_map(|&(low, high)| [low, high]).collect()
            };
            let needed =
                |port: &u16| group.ports.iter().any(|(low, high)| (*low..=*high).contains(port));
            let mut ports = edges(ports);
            ports.retain(needed);
            ports.push(group.ports[random.below(group.ports.len())].0);
            let mut own_ports = edges(own_ports);
            own_ports.retain(|port| *port >= 1024);
            own_ports.push(40000);
            for (source, destination) in pairs(&pairs(&own, &own_ports), &pairs(&theirs, &ports)) {
                samples.push(Sample { source, destination, opener: End::Client });
            }
        }
    }
    samples
}

/// Connections of all kinds around what is needed and what the rules say, opened by either end.
pub(crate) fn around(
    firewall: &Firewall,
    needed: &[Sample],
    random: &mut Random,
    at_least: usize,
) -> Vec<Sample> {
    let mut samples = Vec::new();
    let ends = needed.iter().copied();
    for Sample { source, destination, .. } in ends {
        let other = random.pick(needed);
        for (source, destination) in [
            (source, destination),
            (destination, source),
            (source, (destination.0, destination.1.wrapping_sub(1))),
            (source, (destination.0, destination.1.wrapping_add(1))),
            (source, (destination.0.wrapping_add(1), destination.1)),
            (source, (destination.0.wrapping_sub(1), destination.1)),
            ((source.0.wrapping_add(1), source.1), destination),
            ((source.0.wrapping_sub(1), source.1), destination),
            ((source.0, 1023), destination),
            ((source.0, random.pick(&[20, 21, 22])), destination),
            (source, (other.destination.0, destination.1)),
            (source, (destination.0, random.pick(&[22, 80, 443, 1024]))),
            (destination, (source.0, random.pick(&[20, 22, 80, 1023]))),
            (destination, (other.source.0, source.1)),
            ((destination.0, 20), source),
        ] {
            for opener in [End::Client, End::Server] {
                samples.push(Sample { source, destination, opener });
            }
        }
    }
    let number = |end: SocketAddr| match end.ip() {
        IpAddr::V4(address) => (u32::from(address), end.port()),
        IpAddr::V6(_) => unreachable!("asked for the other family"),
    };
    let seed = random.next();
    for (source, destination) in boundary_packets(firewall, Family::Ipv4, seed, at_least) {
        let opener = random.pick(&[End::Client, End::Server]);
        let (mut source, mut destination) = (number(source), number(destination));
        // What rules say lies around the flows of one provider there; here they are those of others too.
        let like = random.pick(needed);
        for (mine, theirs) in [(&mut source, like.source), (&mut destination, like.destination)] {
            if random.chance(30) {
                mine.0 = theirs.0;
            }
            if random.chance(20) {
                mine.1 = theirs.1;
            }
        }
        samples.push(Sample { source, destination, opener });
    }
    samples
}

fn pairs<A: Copy, B: Copy>(one: &[A], other: &[B]) -> Vec<(A, B)> {
    one.iter().flat_map(|one| other.iter().map(|other| (*one, *other))).collect()
}
