//! Connections at the edges of what the rules of a firewall say: where two evaluators that differ by
//! one, or mix up two axes, part ways.
#![expect(
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "a test may stop where its own tables are wrong"
)]

use std::net::{IpAddr, SocketAddr};

use pasvaudit::firewall::{Addresses, Bounds, Direction, Firewall, Rule, Side, Test};
use pasvaudit::space::{Axis, Coordinate, Cuboid, Family, Ranges};

use crate::random::Random;

/// The values of one header, in the order of [`Axis::ALL`].
type Header = [u128; 4];

/// The edges of a rule: for each axis the ranges that its tests name, negated or not.
type Edges = [Vec<(u128, u128)>; 4];

/// Of a test with more ranges than this, only so many are looked at.
const RANGES: usize = 6;

/// Pairs of source and destination, as an opener sends them: on each side of each edge of each rule,
/// at a place where the rule's other tests tend to hold and a flow of FTP may pass, and mirrored as
/// the answer would be; at least `at_least` of them. The same for the same seed.
pub(crate) fn boundary_packets(
    firewall: &Firewall,
    family: Family,
    seed: u64,
    at_least: usize,
) -> Vec<(SocketAddr, SocketAddr)> {
    let mut random = Random::new(seed);
    let rules = firewall.chains().iter().flat_map(|chain| chain.rules());
    let mut pool = interesting(family);
    let mut headers = Vec::new();
    for rule in rules {
        let edges = edges(rule, family, &mut random);
        for axis in Axis::ALL {
            for value in faces(&edges[axis as usize], axis, family) {
                pool[axis as usize].push(value);
                pool[axis.mirrored() as usize].push(value);
                let mut header = flow(family, &mut random);
                for other in Axis::ALL {
                    if other != axis && !edges[other as usize].is_empty() && random.chance(75) {
                        header[other as usize] = inside(&edges[other as usize], &mut random);
                    }
                }
                header[axis as usize] = value;
                headers.push(header);
                if random.chance(40) {
                    headers.push(mirrored(header));
                }
            }
        }
    }
    while headers.len() < at_least {
        let mut header = flow(family, &mut random);
        for axis in Axis::ALL {
            if random.chance(40) {
                header[axis as usize] = random.pick(&pool[axis as usize]);
            }
        }
        headers.push(header);
    }
    headers.into_iter().map(|header| addressed(header, family)).collect()
}

fn mirrored(header: Header) -> Header {
    Axis::ALL.map(|axis| header[axis.mirrored() as usize])
}

fn addressed(header: Header, family: Family) -> (SocketAddr, SocketAddr) {
    let address = |axis: Axis| -> IpAddr {
        match family {
            Family::Ipv4 => (header[axis as usize] as u32).to_address(),
            Family::Ipv6 => header[axis as usize].to_address(),
        }
    };
    let port = |axis: Axis| header[axis as usize] as u16;
    (
        SocketAddr::new(address(Axis::Source), port(Axis::SourcePort)),
        SocketAddr::new(address(Axis::Destination), port(Axis::DestinationPort)),
    )
}

fn number(address: &str) -> u128 {
    match address.parse().expect("an address") {
        IpAddr::V4(address) => u32::from(address).into(),
        IpAddr::V6(address) => address.into(),
    }
}

/// A connection that FTP needs: control, passive data, or active data from the server.
fn flow(family: Family, random: &mut Random) -> Header {
    let (client, server) = match family {
        Family::Ipv4 => ("10.1.0.5", "209.43.40.0"),
        Family::Ipv6 => ("2001:db8:1::5", "2001:db8:40::"),
    };
    let client = number(client) + random.below(2) as u128;
    let server = number(server) + random.below(256) as u128;
    let high = random.pick(&[1024, 32768, 40000, 60999, 65535]);
    match random.below(4) {
        0 | 1 => {
            let passive = 21000 + random.below(51) as u128;
            [server, random.pick(&[21, 21, 990, passive, passive, passive]), client, high]
        }
        2 => [server, 21, client, high],
        _ => [client, high, server, random.pick(&[20, 20, 989, 40000])],
    }
}

/// Values that matter whatever the rules say.
fn interesting(family: Family) -> [Vec<u128>; 4] {
    let addresses: &[&str] = match family {
        Family::Ipv4 => &["209.43.39.255", "209.43.41.0", "10.1.255.255", "127.0.0.1", "0.0.0.0"],
        Family::Ipv6 => &["2001:db8:40:1::", "2001:db8:1::", "::1", "::"],
    };
    let addresses: Vec<_> = addresses.iter().map(|address| number(address)).collect();
    let ports = vec![0, 20, 21, 22, 989, 990, 1023, 1024, 20999, 21000, 21050, 21051, 65535];
    [addresses.clone(), ports.clone(), addresses, ports]
}

/// The values on both sides of both ends of each range.
fn faces(ranges: &[(u128, u128)], axis: Axis, family: Family) -> Vec<u128> {
    let most = match family {
        _ if axis.is_port() => u16::MAX.into(),
        Family::Ipv4 => u32::MAX.into(),
        Family::Ipv6 => u128::MAX,
    };
    let around = |&(lo, hi): &(u128, u128)| {
        [lo.checked_sub(1), Some(lo), Some(hi), hi.checked_add(1).filter(|&value| value <= most)]
    };
    let mut values: Vec<_> = ranges.iter().flat_map(around).flatten().collect();
    values.sort_unstable();
    values.dedup();
    values
}

fn inside(ranges: &[(u128, u128)], random: &mut Random) -> u128 {
    let (lo, hi) = random.pick(ranges);
    let between = lo + u128::from(random.next()) % (hi - lo).max(1);
    random.pick(&[lo, hi, between])
}

fn edges(rule: Rule<'_>, family: Family, random: &mut Random) -> Edges {
    let mut edges = Edges::default();
    let bounds: Vec<_> = match family {
        Family::Ipv4 => rule.bounds::<u32>().into_iter().flat_map(Bounds::tests).collect(),
        Family::Ipv6 => rule.bounds::<u128>().into_iter().flat_map(Bounds::tests).collect(),
    };
    for test in bounds.iter().chain(rule.tests()) {
        match test {
            Test::Address(side, addresses) => {
                edges[address_of(*side) as usize].extend(ranges_of(addresses, family, random));
            }
            Test::Port(side, ports) => edges[port_of(*side) as usize].extend(some(ports, random)),
            Test::EitherPort(ports) => {
                let side = random.pick(&[Side::Source, Side::Destination]);
                edges[port_of(side) as usize].extend(some(ports, random));
            }
            Test::Connection(test) => {
                // What answers carry from one end, the opener sends to it.
                let side = match (test.direction, test.side) {
                    (Direction::Original, side) => side,
                    (Direction::Reply, Side::Source) => Side::Destination,
                    (Direction::Reply, Side::Destination) => Side::Source,
                };
                if let Some(addresses) = &test.addresses {
                    edges[address_of(side) as usize].extend(ranges_of(addresses, family, random));
                }
                if let Some(ports) = &test.ports {
                    edges[port_of(side) as usize].extend(some(ports, random));
                }
            }
            Test::Header(test) => match family {
                Family::Ipv4 => of_cuboids(&test.v4, &mut edges, random),
                Family::Ipv6 => of_cuboids(&test.v6, &mut edges, random),
            },
            _ => {}
        }
    }
    edges
}

const fn address_of(side: Side) -> Axis {
    match side {
        Side::Source => Axis::Source,
        Side::Destination => Axis::Destination,
    }
}

const fn port_of(side: Side) -> Axis {
    match side {
        Side::Source => Axis::SourcePort,
        Side::Destination => Axis::DestinationPort,
    }
}

fn of_cuboids<A: Coordinate>(cuboids: &[Cuboid<A>], edges: &mut Edges, random: &mut Random) {
    for _ in 0..RANGES.min(cuboids.len()) {
        let cuboid = cuboids[random.below(cuboids.len())];
        for axis in Axis::ALL {
            let (lo, hi) = cuboid.on(axis);
            edges[axis as usize].push((lo.to_u128(), hi.to_u128()));
        }
    }
}

fn ranges_of(addresses: &Addresses, family: Family, random: &mut Random) -> Vec<(u128, u128)> {
    match (addresses, family) {
        (Addresses::V4(set), Family::Ipv4) => some(set, random),
        (Addresses::V6(set), Family::Ipv6) => some(set, random),
        _ => Vec::new(),
    }
}

/// All ranges of a small set, and some of a large one.
fn some<A: Coordinate>(set: &Ranges<A>, random: &mut Random) -> Vec<(u128, u128)> {
    let ranges = set.as_slice();
    let first = random.below(ranges.len().saturating_sub(RANGES) + 1);
    let some = ranges.iter().skip(first).take(RANGES);
    some.map(|(lo, hi)| (lo.to_u128(), hi.to_u128())).collect()
}
