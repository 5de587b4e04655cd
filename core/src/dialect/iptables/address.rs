//! Addresses and masks, as iptables reads them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::error::Code;
use crate::firewall::Addresses;
use crate::space::{Coordinate, Family};

use super::super::addresses::{one_range, ones, scattered};
use super::lexer::{Read, divided, fault};
use super::numbers::number;

pub(super) use super::super::addresses::{bits, complement, network, of_family, width};

/// The most holes of a mask that is written out.
const MASK_BITS: u32 = 12;

/// A set of addresses, or why it is not one.
pub(super) enum Masked {
    Addresses(Addresses),
    /// The mask has so many holes that the set would be very large.
    Scattered,
}

/// `address`, `address/length`, or `address/mask`.
pub(super) fn masked<'a>(family: Family, text: &str, at: &'a str) -> Read<'a, Masked> {
    let (host, mask) = match divided(text, b'/') {
        Some((host, mask)) => (host, Some(mask)),
        None => (text, None),
    };
    let width = width(family);
    let mask = match mask {
        None => ones(width),
        Some(mask) => mask_bits(family, mask, text, at)?,
    };
    // Without any bit that counts the address is not looked at: `any/0`, and `0/0` in IPv6 too.
    let address = if mask == 0 { 0 } else { bits(address(family, host, at)?) };
    let host = !mask & ones(width);
    if host & host.wrapping_add(1) == 0 {
        return Ok(Masked::Addresses(one_range(family, address & mask, address | host)));
    }
    let ranges = scattered(address, mask, width, MASK_BITS);
    Ok(ranges.map_or(Masked::Scattered, |ranges| Masked::Addresses(of_family(family, ranges))))
}

/// One address, without a mask.
pub(super) fn address<'a>(family: Family, text: &str, at: &'a str) -> Read<'a, IpAddr> {
    let found = match family {
        Family::Ipv4 => v4(text).map(IpAddr::V4),
        Family::Ipv6 => text.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
    };
    found.map_or_else(|| refused(family, text, at), Ok)
}

/// `address`, or `first-last`; a range whose ends are the wrong way round holds nothing, as in the
/// kernel's `xt_iprange.c`.
pub(super) fn range<'a>(family: Family, text: &str, at: &'a str) -> Read<'a, (IpAddr, IpAddr)> {
    match text.split_once('-') {
        Some((lo, hi)) => Ok((address(family, lo, at)?, address(family, hi, at)?)),
        None => address(family, text, at).map(|address| (address, address)),
    }
}

/// The addresses from `lo` to `hi`.
pub(super) fn between(lo: IpAddr, hi: IpAddr) -> Addresses {
    one_range(Family::of(lo), bits(lo), bits(hi))
}

/// The addresses in any of the sets.
pub(super) fn union_of(family: Family, sets: Vec<Masked>) -> Masked {
    let mut ranges = Vec::new();
    for set in sets {
        match set {
            Masked::Addresses(Addresses::V4(set)) => {
                ranges.extend(set.as_slice().iter().map(|(lo, hi)| (lo.to_u128(), hi.to_u128())));
            }
            Masked::Addresses(Addresses::V6(set)) => ranges.extend(set.as_slice()),
            Masked::Scattered => return Masked::Scattered,
        }
    }
    Masked::Addresses(of_family(family, ranges))
}

/// Whether the set holds every address of its family.
pub(super) fn is_everything(addresses: &Addresses) -> bool {
    match addresses {
        Addresses::V4(ranges) => ranges.as_slice() == [(0, u32::MAX)],
        Addresses::V6(ranges) => ranges.as_slice() == [(0, u128::MAX)],
    }
}

/// Four numbers, or fewer, which stand for the first ones: `10/8` is `10.0.0.0/8`.
fn v4(text: &str) -> Option<Ipv4Addr> {
    let mut octets = [0; 4];
    let mut rest = Some(text);
    for octet in &mut octets {
        let Some(text) = rest else { break };
        let (part, after) = match divided(text, b'.') {
            Some((part, after)) => (part, Some(after)),
            None => (text, None),
        };
        *octet = number(part).and_then(|part| u8::try_from(part).ok())?;
        rest = after;
    }
    rest.is_none().then(|| octets.into())
}

fn mask_bits<'a>(family: Family, mask: &str, text: &str, at: &'a str) -> Read<'a, u128> {
    let width = width(family);
    if let Some(length) = number(mask)
        && length <= width
    {
        return Ok(ones(width) & !ones(width - length));
    }
    let mask = match family {
        Family::Ipv4 if mask.contains('.') => v4(mask).map(IpAddr::V4),
        Family::Ipv4 => None,
        Family::Ipv6 => mask.parse().ok().map(IpAddr::V6),
    };
    mask.map_or_else(
        || {
            let message = format!("`{text}` has a mask that is none for {family}");
            fault(Code::BadAddress, message, at)
        },
        |mask| Ok(bits(mask)),
    )
}

/// Says what stands where an address should.
fn refused<'a>(family: Family, text: &str, at: &'a str) -> Read<'a, IpAddr> {
    let other = match family {
        Family::Ipv4 => text.parse::<Ipv6Addr>().is_ok(),
        Family::Ipv6 => text.parse::<Ipv4Addr>().is_ok(),
    };
    if other {
        let (is, this, tool) = match family {
            Family::Ipv4 => ("an IPv6", "IPv4", "ip6tables-save"),
            Family::Ipv6 => ("an IPv4", "IPv6", "iptables-save"),
        };
        let message = format!(
            "`{text}` is {is} address in an {this} rule set; the other family has a rule set of \
             its own: give that to the dialect of `{tool}`"
        );
        return fault(Code::BadAddress, message, at);
    }
    let name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    let letters = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    if letters && text.bytes().all(name) {
        let message = format!(
            "`{text}` is a host name; what it resolves to is not in the rule set: write its addresses"
        );
        return fault(Code::HostName, message, at);
    }
    fault(Code::BadAddress, format!("`{text}` is no {family} address"), at)
}
