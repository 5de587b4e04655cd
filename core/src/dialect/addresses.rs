//! Sets of addresses, put together from numbers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::firewall::{Addresses, own};
use crate::space::{Axis, Coordinate, Family, Ranges};

/// The addresses of the loopback interface: RFC 1122 §3.2.1.3, RFC 4291 §2.5.3.
const LOOPBACK_V4: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8);
const LOOPBACK_V6: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128);

/// The multicast addresses: RFC 1112 §4, RFC 4291 §2.7.
const MULTICAST_V4: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(224, 0, 0, 0), 4);
const MULTICAST_V6: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8);

/// Addresses of "this network", which are nobody's: RFC 1122 §3.2.1.3.
const THIS_NETWORK: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(0, 0, 0, 0), 8);

/// The addresses that are not in the set.
pub(super) fn complement(addresses: &Addresses) -> Addresses {
    match addresses {
        Addresses::V4(ranges) => Addresses::V4(ranges.complement(Axis::Source)),
        Addresses::V6(ranges) => Addresses::V6(Box::new(ranges.complement(Axis::Source))),
    }
}

/// The set of a family that is one range of numbers.
pub(super) fn one_range(family: Family, lo: u128, hi: u128) -> Addresses {
    match family {
        Family::Ipv4 => Addresses::V4(Ranges::range(u32::from_u128(lo), u32::from_u128(hi))),
        Family::Ipv6 => Addresses::V6(Box::new(Ranges::range(lo, hi))),
    }
}

/// The set of a family, from ranges of numbers.
pub(super) fn of_family(family: Family, ranges: Vec<(u128, u128)>) -> Addresses {
    match family {
        Family::Ipv4 => {
            let narrow = |(lo, hi)| (u32::from_u128(lo), u32::from_u128(hi));
            Addresses::V4(Ranges::union_of(ranges.into_iter().map(narrow)))
        }
        Family::Ipv6 => Addresses::V6(Box::new(Ranges::union_of(ranges))),
    }
}

/// The address as a number.
pub(super) fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u32::from(address).into(),
        IpAddr::V6(address) => address.into(),
    }
}

/// How many bits an address of the family has.
pub(super) const fn width(family: Family) -> u32 {
    match family {
        Family::Ipv4 => 32,
        Family::Ipv6 => 128,
    }
}

/// A number of `count` ones.
pub(super) const fn ones(count: u32) -> u128 {
    if count >= 128 { u128::MAX } else { (1 << count) - 1 }
}

/// The first and last address of a network.
pub(super) fn network(address: u128, length: u32, width: u32) -> (u128, u128) {
    let host = ones(width.saturating_sub(length));
    (address & !host, address | host)
}

/// The ranges of the addresses that agree with `value` under `mask`, unless more than `most` bits of
/// the mask are holes, each of which doubles the ranges.
pub(super) fn scattered(
    value: u128,
    mask: u128,
    width: u32,
    most: u32,
) -> Option<Vec<(u128, u128)>> {
    let free = !mask & ones(width);
    let run = free.trailing_ones();
    let block = ones(run);
    let holes = free & !block;
    if holes.count_ones() > most {
        return None;
    }
    let base = value & mask;
    let mut ranges = Vec::with_capacity(1 << holes.count_ones());
    let mut hole = 0_u128;
    loop {
        ranges.push((base | hole, base | hole | block));
        hole = hole.wrapping_sub(holes) & holes;
        if hole == 0 {
            return Some(ranges);
        }
    }
}

/// The addresses of the device, if any of the family were given. Those of the loopback interface are
/// always its own.
pub(super) fn local(given: &[IpNet], family: Family) -> Option<Addresses> {
    let given = given.iter().filter(|net| Family::of(net.addr()) == family);
    let mut ranges: Vec<_> = given
        .map(|net| {
            let (first, last) = own(net);
            (bits(first), bits(last))
        })
        .collect();
    if ranges.is_empty() {
        return None;
    }
    ranges.push(match family {
        Family::Ipv4 => range_of(LOOPBACK_V4.into()),
        Family::Ipv6 => range_of(LOOPBACK_V6.into()),
    });
    Some(of_family(family, ranges))
}

/// The multicast addresses.
pub(super) fn multicast(family: Family) -> Addresses {
    let net = match family {
        Family::Ipv4 => MULTICAST_V4.into(),
        Family::Ipv6 => MULTICAST_V6.into(),
    };
    of_family(family, vec![range_of(net)])
}

/// What `inet_addr_type` takes for a broadcast wherever the device stands: the broadcast to all, and
/// the addresses of this network.
pub(super) fn everywhere_broadcast() -> Addresses {
    let to_all = bits(Ipv4Addr::BROADCAST.into());
    of_family(Family::Ipv4, vec![range_of(THIS_NETWORK.into()), (to_all, to_all)])
}

/// The first and the last address of a network, as numbers.
fn range_of(net: IpNet) -> (u128, u128) {
    (bits(net.network()), bits(net.broadcast()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_with_holes_is_exact() {
        for (value, mask) in [(0b1010_u128, 0b0101_1010_u128), (0xff, 0), (0x3c, 0xff), (7, 0xaa)] {
            let ranges = scattered(value, mask, 8, 12).unwrap();
            for candidate in 0..256 {
                let inside = ranges.iter().any(|(lo, hi)| (*lo..=*hi).contains(&candidate));
                assert_eq!(inside, candidate & mask == value & mask, "{candidate}");
            }
        }
        assert!(scattered(0, 0x5555_5555, 32, 12).is_none());
    }
}
