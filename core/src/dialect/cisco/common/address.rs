//! Addresses with their masks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::super::super::addresses::{bits, network, of_family, ones, scattered, width};
use super::lines::{Read, Words, fault};
use super::sets::Net;
use crate::error::Code;
use crate::firewall::Builder;
use crate::space::Family;

/// The most holes of a mask that is written out.
const MASK_BITS: u32 = 12;

/// How much one configuration may be written out to.
const MOST: usize = 1 << 20;

/// What may still be written out: masks, and what groups hold where entries name them.
#[derive(Debug)]
pub(in super::super) struct Masks {
    left: usize,
}

impl Masks {
    /// Takes so many of what is left, if there are.
    pub(in super::super) fn spend(&mut self, count: usize) -> bool {
        let left = self.left.checked_sub(count);
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }
}

impl Default for Masks {
    fn default() -> Self {
        Self { left: MOST }
    }
}

/// How a mask says which bits count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in super::super) enum Mask {
    /// Those that are set.
    Net,
    /// Those that are not set.
    Wildcard,
}

/// An address, which has to be one.
pub(in super::super) fn address<'a>(word: &'a str) -> Read<'a, IpAddr> {
    if let Ok(address) = word.parse::<IpAddr>() {
        return Ok(address);
    }
    let name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    let letters = word.bytes().any(|byte| byte.is_ascii_alphabetic());
    if letters && word.bytes().all(name) {
        let message = format!(
            "`{word}` is a name; what it stands for is not in the configuration: write its addresses"
        );
        return fault(Code::HostName, message, word);
    }
    fault(Code::BadAddress, format!("`{word}` is no address"), word)
}

/// `A/length`.
pub(in super::super) fn block<'a>(word: &'a str) -> Read<'a, Net> {
    let (host, length) = word.split_once('/').unwrap_or((word, ""));
    let host = address(host)?;
    let family = Family::of(host);
    let length = length.parse::<u32>().ok().filter(|length| *length <= width(family));
    let Some(length) = length else {
        return fault(Code::BadAddress, format!("`{word}` is no network"), word);
    };
    let (lo, hi) = network(bits(host), length, width(family));
    Ok(Net::range(family, lo, hi))
}

/// An IPv4 address with a mask. A mask that no configuration takes, as `Net` with holes, is read as
/// it stands.
pub(in super::super) fn masked<'a>(
    host: Ipv4Addr,
    word: &'a str,
    mask: Mask,
    masks: &mut Masks,
    builder: &mut Builder,
) -> Read<'a, Net> {
    let Ok(given) = word.parse::<Ipv4Addr>() else {
        return fault(Code::BadAddress, format!("`{word}` is no mask"), word);
    };
    let given = u128::from(u32::from(given));
    let counts = if mask == Mask::Wildcard { !given & ones(32) } else { given };
    let value = u128::from(u32::from(host)) & counts;
    let free = !counts & ones(32);
    if free & free.wrapping_add(1) == 0 {
        return Ok(Net::range(Family::Ipv4, value, value | free));
    }
    let ranges = scattered(value, counts, 32, MASK_BITS);
    let spent = ranges.filter(|ranges| masks.spend(ranges.len()));
    Ok(match spent {
        Some(ranges) => Net::of(of_family(Family::Ipv4, ranges)),
        None => Net::unknown(builder.symbol(&format!("mask {word}"))),
    })
}

/// An address, the mask of which is the next word, or which is a block.
pub(in super::super) fn with_mask<'a>(
    words: &mut Words<'a>,
    mask: Mask,
    masks: &mut Masks,
    builder: &mut Builder,
) -> Read<'a, Net> {
    let word = words.need("an address")?;
    if word.contains('/') {
        return block(word);
    }
    match address(word)? {
        IpAddr::V4(host) => {
            // Some write the length of the prefix as a word of its own.
            if let Some(length) = words.peek().and_then(|word| word.strip_prefix('/')) {
                let length = length.parse::<u32>().ok().filter(|length| *length <= 32);
                let Some(length) = length else {
                    return fault(Code::BadAddress, "this is no length of a prefix", word);
                };
                words.next();
                let (lo, hi) = network(u32::from(host).into(), length, 32);
                return Ok(Net::range(Family::Ipv4, lo, hi));
            }
            let given = words.need("a mask")?;
            masked(host, given, mask, masks, builder)
        }
        IpAddr::V6(host) => {
            let message = format!("`{host}` needs the length of a prefix");
            fault(Code::BadAddress, message, word)
        }
    }
}

/// One address as a set.
pub(in super::super) fn host<'a>(word: &'a str) -> Read<'a, Net> {
    let address = address(word)?;
    Ok(Net::range(Family::of(address), bits(address), bits(address)))
}

/// Whether a word is an address or a block.
pub(in super::super) fn is_address(word: &str) -> bool {
    let host = word.split('/').next().unwrap_or(word);
    host.parse::<Ipv4Addr>().is_ok() || host.parse::<Ipv6Addr>().is_ok()
}
