//! The tests that a field is in a set of numbers.

use ipnet::IpNet;

use crate::firewall::{
    Addresses, ConnectionTest, Direction, HelperTest, InterfaceTest, Mark, Side, States, Statuses,
    TcpFlags, Test,
};
use crate::space::{Coordinate, Family, Ranges};

use super::super::super::addresses::{self, bits, of_family, scattered};
use super::super::super::names::TCP;
use super::context::{Context, one_of};
use super::fault::{Read, Trouble};
use super::field::Field;
use super::keys::{Part, Transform, What, of_version};
use super::numbers::{BitTest, Numbers};
use super::values::{Kind, number_of};

/// The most comparisons of bits that one test is taken apart to.
const MOST: usize = 256;

/// The most holes of a mask that is written out: every other port can be told.
const MOST_HOLES: u32 = 16;

/// What is known about a status: the bits that nft and the kernel share.
const KNOWN: u32 = 1 | 2 | 4 | 8 | 16 | 32 | 512;

/// Each bit that says what was translated, and the one that says that it was looked at.
const TRANSLATIONS: [(u32, u32); 2] = [(16, 128), (32, 256)];

/// The states with nft's numbers: `NF_CT_STATE_BIT` in the kernel.
const STATES: [(u128, States); 5] = [
    (1, States::INVALID),
    (2, States::ESTABLISHED),
    (4, States::RELATED),
    (8, States::NEW),
    (64, States::UNTRACKED),
];

const UNICAST: u128 = 1;
const LOCAL: u128 = 2;
const BROADCAST: u128 = 3;
const ANYCAST: u128 = 4;
const MULTICAST: u128 = 5;

impl Context<'_> {
    /// The tests that a packet has the field and that it is in the set.
    pub(super) fn inside(&mut self, part: &Part, numbers: &Numbers) -> Read<Vec<Test>> {
        let (field, transform) = match part.what {
            What::Field(field, transform) => (field, transform),
            What::OtherProtocol => return Ok(vec![Test::Never]),
            What::Unmodelled => return Err(Trouble::Unmodelled),
        };
        let mut tests = part.presence(&mut self.builder);
        let kind = part.kind();
        if numbers.is_empty() {
            return Ok(vec![Test::Never]);
        }
        match field {
            Field::Address(side, _) => {
                let addresses = self.addresses(kind, transform, numbers)?;
                // It says of which family the packet is.
                tests.clear();
                tests.push(Test::Address(side, addresses));
            }
            Field::ConnectionAddress(direction, side, _) => {
                let addresses = Some(self.addresses(kind, transform, numbers)?);
                let test = ConnectionTest { direction, side, addresses, ports: None };
                tests.push(Test::Connection(Box::new(test)));
            }
            Field::Port(side) => {
                let ports = self.ports(transform, numbers)?;
                tests.push(Test::Port(side, ports));
            }
            Field::ConnectionPort(direction, side) => {
                let ports = Some(self.ports(transform, numbers)?);
                let test = ConnectionTest { direction, side, addresses: None, ports };
                tests.push(Test::Connection(Box::new(test)));
            }
            Field::State => {
                let held = STATES.iter().filter(|(bit, _)| numbers.contains(transform.of(*bit)));
                let held: Vec<_> = held.map(|(_, state)| *state).collect();
                let states = held.iter().fold(States::none(), |sum, state| sum | *state);
                match held.len() {
                    0 => tests.push(Test::Never),
                    5 => {}
                    _ => tests.push(Test::State { states, negated: false }),
                }
            }
            Field::Direction => {
                let holds = |direction| numbers.contains(transform.of(number_of(direction)));
                match (holds(Direction::Original), holds(Direction::Reply)) {
                    (true, true) => {}
                    (true, false) => tests.push(Test::Direction(Direction::Original)),
                    (false, true) => tests.push(Test::Direction(Direction::Reply)),
                    (false, false) => tests.push(Test::Never),
                }
            }
            Field::Protocol => {
                if !numbers.contains(transform.of(TCP.into())) {
                    tests.push(Test::Never);
                }
            }
            Field::Version(version) => {
                let holds = |family| numbers.contains(transform.of(version.code(family)));
                match (holds(Family::Ipv4), holds(Family::Ipv6)) {
                    (true, true) => {}
                    (true, false) => tests.push(of_version(Family::Ipv4)),
                    (false, true) => tests.push(of_version(Family::Ipv6)),
                    (false, false) => tests.push(Test::Never),
                }
            }
            Field::Mark | Field::Status | Field::Flags => {
                tests.append(&mut bit_tests(field, kind, transform, numbers)?);
            }
            Field::AddressType(side) => {
                tests.append(&mut self.address_type(side, transform, numbers));
            }
            Field::Interface { .. } | Field::Helper => return Err(Trouble::Unmodelled),
        }
        Ok(tests)
    }

    /// The test that the field is this name.
    pub(super) fn is_named(
        &mut self,
        part: &Part,
        (name, prefix): &(String, bool),
        negated: bool,
    ) -> Read<Test> {
        let (prefix, name) = (*prefix, self.builder.symbol(name));
        match part.what {
            What::Field(Field::Interface { incoming }, Transform::NONE) => {
                Ok(Test::Interface(InterfaceTest { incoming, name, prefix, negated }))
            }
            What::Field(Field::Helper, Transform::NONE) if !prefix => {
                Ok(Test::Helper(HelperTest { name, prefix, negated, without: false }))
            }
            What::OtherProtocol => Ok(Test::Never),
            _ => Err(Trouble::Unmodelled),
        }
    }

    fn addresses(
        &mut self,
        kind: Kind,
        transform: Transform,
        numbers: &Numbers,
    ) -> Read<Addresses> {
        Ok(match self.before(kind, transform, numbers)? {
            Numbers::Narrow(ranges) => Addresses::V4(ranges),
            Numbers::Wide(ranges) => Addresses::V6(Box::new(ranges)),
        })
    }

    fn ports(&mut self, transform: Transform, numbers: &Numbers) -> Read<Ranges<u32>> {
        match self.before(Kind::Port, transform, numbers)? {
            Numbers::Narrow(ranges) => Ok(ranges),
            Numbers::Wide(_) => Err(Trouble::Unmodelled),
        }
    }

    /// The numbers that `transform` takes into the set.
    fn before(&mut self, kind: Kind, transform: Transform, numbers: &Numbers) -> Read<Numbers> {
        if transform.mask & kind.last() == kind.last() && transform.xor & kind.last() == 0 {
            return Ok(numbers.clone());
        }
        let tests = numbers.bits(kind, transform, MOST).ok_or(Trouble::Unmodelled)?;
        let mut ranges = Vec::new();
        for BitTest { mask, set } in tests {
            let found =
                scattered(set, mask, kind.width(), MOST_HOLES).ok_or(Trouble::Unmodelled)?;
            if !self.affords_ranges(found.len()) {
                return Err(Trouble::Unmodelled);
            }
            ranges.extend(found);
        }
        Ok(Numbers::new(kind, ranges))
    }

    /// What kind of address it is to the device.
    fn address_type(&mut self, side: Side, transform: Transform, numbers: &Numbers) -> Vec<Test> {
        let holds = |kind: &u128| numbers.contains(transform.of(*kind));
        let (mut lists, mut open) = (Vec::new(), Vec::new());
        let mut about_local = false;
        for family in [Family::Ipv4, Family::Ipv6] {
            for (addresses, kinds) in regions(self.local, family) {
                if kinds.iter().all(holds) {
                    lists.push(vec![Test::Address(side, addresses)]);
                } else if kinds.iter().any(holds) {
                    let others = kinds.iter().filter(|kind| **kind != LOCAL);
                    let held = others.clone().filter(|kind| holds(kind)).count();
                    about_local |= held == 0 || held == others.count();
                    open.push(vec![Test::Address(side, addresses)]);
                }
            }
        }
        if !open.is_empty() {
            let flag = if side == Side::Source { "saddr" } else { "daddr" };
            let kind = if about_local { "local" } else { "broadcast" };
            let mut list = joined(side, open);
            list.push(self.unmodelled(&format!("fib {flag} type {kind}")));
            lists.push(list);
        }
        joined(side, lists)
    }
}

/// All addresses of a family, divided by the kinds that they may be of: `nft_fib_ipv4.c` and
/// `nft_fib_ipv6.c`.
fn regions(local: &[IpNet], family: Family) -> Vec<(Addresses, Vec<u128>)> {
    let mut rest = everything(family);
    let mut regions = Vec::new();
    let mut take = |set: Addresses, kinds: &[u128]| {
        regions.push((intersection(&rest, &set), kinds.to_vec()));
        rest = intersection(&rest, &addresses::complement(&set));
    };
    take(addresses::multicast(family), &[MULTICAST]);
    if family == Family::Ipv4 {
        take(addresses::everywhere_broadcast(), &[BROADCAST]);
    }
    let known = addresses::local(local, family);
    let has_local = known.is_some();
    if let Some(known) = known {
        take(known, &[LOCAL]);
    }
    let mut kinds = match family {
        Family::Ipv4 => vec![UNICAST],
        // Routes of IPv6 may say so: unreachable, prohibited, a black hole.
        Family::Ipv6 => vec![UNICAST, 6, 7, 8],
    };
    let special = if family == Family::Ipv4 { BROADCAST } else { ANYCAST };
    if has_local && let Some(edges) = edges(local, family) {
        if family == Family::Ipv4 {
            take(edges.1, &[BROADCAST]);
        }
        // Linux before 5.14 takes the first address of a network for a broadcast, too; of IPv6 it is
        // anycast if the device forwards.
        let maybe: Vec<_> = kinds.iter().copied().chain([special]).collect();
        take(edges.0, &maybe);
    } else {
        kinds.push(special);
    }
    if !has_local {
        kinds.push(LOCAL);
    }
    regions.push((rest, kinds));
    regions
}

/// The first and the last addresses of the device's networks, if all are known.
fn edges(local: &[IpNet], family: Family) -> Option<(Addresses, Addresses)> {
    let own = local.iter().filter(|net| Family::of(net.addr()) == family);
    // A block that is the device's own says nothing about its networks.
    let of_network = |net: &IpNet| net.addr() != net.network();
    let all_known =
        own.clone().all(|net| of_network(net) && net.prefix_len() + 1 < net.max_prefix_len());
    let single = |address| (bits(address), bits(address));
    all_known.then(|| {
        let first = own.clone().map(|net| single(net.network())).collect();
        let last = own.map(|net| single(net.broadcast())).collect();
        (of_family(family, first), of_family(family, last))
    })
}

fn everything(family: Family) -> Addresses {
    of_family(family, vec![(0, u128::MAX)])
}

fn intersection(one: &Addresses, two: &Addresses) -> Addresses {
    match (one, two) {
        (Addresses::V4(one), Addresses::V4(two)) => Addresses::V4(one.intersection(two)),
        (Addresses::V6(one), Addresses::V6(two)) => Addresses::V6(Box::new(one.intersection(two))),
        (Addresses::V4(_), _) => Addresses::V4(Ranges::none()),
        (Addresses::V6(_), _) => Addresses::V6(Box::new(Ranges::none())),
    }
}

/// One of the lists holds; sets of addresses of one family become one set.
fn joined(side: Side, lists: Vec<Vec<Test>>) -> Vec<Test> {
    let (mut v4, mut v6, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for list in lists {
        match list.as_slice() {
            [Test::Address(_, Addresses::V4(ranges))] => v4.extend_from_slice(ranges.as_slice()),
            [Test::Address(_, Addresses::V6(ranges))] => v6.extend_from_slice(ranges.as_slice()),
            _ => others.push(list),
        }
    }
    let everywhere = |ranges: &[(u128, u128)]| ranges == [(0, u128::MAX)];
    let (v4, v6) = (Ranges::union_of(v4), Ranges::union_of(v6));
    if v4.as_slice() == [(0, u32::MAX)] && everywhere(v6.as_slice()) {
        return Vec::new();
    }
    if !v4.is_empty() {
        others.push(vec![Test::Address(side, Addresses::V4(v4))]);
    }
    if !v6.is_empty() {
        others.push(vec![Test::Address(side, Addresses::V6(Box::new(v6)))]);
    }
    one_of(others)
}

/// Whether a status says that an end was translated and was not looked at: `nf_nat_setup_info` in
/// `nf_nat_core.c` sets both bits at once.
fn is_half_translated(mask: u32, set: u32) -> bool {
    let half = |(translated, done): &(u32, u32)| set & translated != 0 && mask & done & !set != 0;
    TRANSLATIONS.iter().any(half)
}

/// The comparisons of bits that put a field into the set: those of the numbers in it, or of the
/// numbers outside of it, whichever are fewer.
fn bit_tests(field: Field, kind: Kind, transform: Transform, numbers: &Numbers) -> Read<Vec<Test>> {
    let inside = numbers.bits(kind, transform, MOST);
    let outside = numbers.complement(kind).bits(kind, transform, MOST);
    let few = |tests: &Option<Vec<BitTest>>| tests.as_ref().map_or(usize::MAX, Vec::len);
    let negated = few(&outside) < few(&inside);
    let tests = if negated { outside } else { inside }.ok_or(Trouble::Unmodelled)?;
    let mut lists = Vec::with_capacity(tests.len());
    for BitTest { mask, set } in tests {
        if mask == 0 {
            // Holds for every number.
            return Ok(if negated { vec![Test::Never] } else { Vec::new() });
        }
        // Of a single bit: "not 0" is "1".
        let single = negated && mask.is_power_of_two();
        let set = if single { mask & !set } else { set };
        let negated = negated && !single;
        let (mask, set) = (u32::from_u128(mask), u32::from_u128(set));
        let (short_mask, short_set) = (mask as u8, set as u8);
        lists.push(vec![match field {
            Field::Mark => Test::Mark { mark: Mark { value: set, mask }, negated },
            Field::Flags => {
                let (mask, set) = (TcpFlags(short_mask), TcpFlags(short_set));
                Test::Flags { mask, set, negated }
            }
            Field::Status if mask & !KNOWN == 0 => {
                let (mask, set) = (Statuses(mask), Statuses(set));
                Test::Status { mask, set, negated }
            }
            // No connection is so: what holds of it holds of every one.
            Field::Status if is_half_translated(mask, set) => {
                let (mask, set) = (Statuses(0), Statuses(0));
                Test::Status { mask, set, negated: !negated }
            }
            _ => return Err(Trouble::Unmodelled),
        }]);
    }
    Ok(if negated { lists.into_iter().flatten().collect() } else { one_of(lists) })
}
