//! The entries of an ipset.

use crate::firewall::Side;
use crate::space::{Axis, Family};

use super::address::{bits, network, width};
use super::lexer::Words;
use super::numbers::{self, TCP, number};

/// What a packet must carry to be in a set.
#[derive(Debug)]
pub(super) enum Members {
    /// No packet is in it.
    Nothing,
    /// One field of the packet decides.
    Line(Line),
    /// Several fields do; ranges in the order of [`Axis::ALL`].
    Boxes(Vec<[(u128, u128); 4]>),
}

/// Ranges of one field of the packet.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) port: bool,
    pub(super) side: Side,
    pub(super) ranges: Vec<(u128, u128)>,
}

impl Members {
    /// What is in either.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, other) | (other, Self::Nothing) => other,
            (Self::Line(mut one), Self::Line(mut two))
                if (one.port, one.side) == (two.port, two.side) =>
            {
                one.ranges.append(&mut two.ranges);
                Self::Line(one)
            }
            (one, two) => {
                let mut boxes = one.boxes();
                boxes.append(&mut two.boxes());
                Self::Boxes(boxes)
            }
        }
    }

    fn boxes(self) -> Vec<[(u128, u128); 4]> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Boxes(boxes) => boxes,
            Self::Line(Line { port, side, ranges }) => {
                let field = Field { port };
                ranges.into_iter().filter_map(|range| placed(&[(field, side, range)])).collect()
            }
        }
    }
}

/// What an entry gives for one dimension: an address or a port.
#[derive(Clone, Copy, Debug)]
struct Field {
    port: bool,
}

/// What kind of set it is.
#[derive(Debug)]
pub(super) struct Kind {
    /// Its entries are names of sets.
    pub(super) is_list: bool,
    fields: Vec<Field>,
    family: Option<Family>,
    netmask: Option<u32>,
}

const TIMEOUT: &str = "its entries have timeouts";
const ENTRY: &str = "an entry cannot be read";

impl Kind {
    /// `hash:ip,port family inet hashsize 1024 …`.
    pub(super) fn read(text: &str) -> Result<Self, &'static str> {
        let mut words = text.split_whitespace();
        let (method, data) = words.next().and_then(|kind| kind.split_once(':')).unwrap_or_default();
        let is_list = (method, data) == ("list", "set");
        let mut fields = Vec::new();
        for field in data.split(',') {
            match (method, field) {
                ("hash" | "bitmap", "ip") | ("hash", "net") => fields.push(Field { port: false }),
                ("hash" | "bitmap", "port") => fields.push(Field { port: true }),
                _ if is_list => {}
                _ => return Err("a kind of set that is not read"),
            }
        }
        let family = (fields.iter().any(|field| !field.port)).then_some(Family::Ipv4);
        let mut kind = Self { is_list, fields, family, netmask: None };
        while let Some(option) = words.next() {
            match option {
                "family" => match words.next() {
                    Some("inet") => {}
                    Some("inet6") => kind.family = Some(Family::Ipv6),
                    _ => return Err("its family cannot be read"),
                },
                "netmask" => kind.netmask = Some(words.next().and_then(number).ok_or(ENTRY)?),
                "timeout" => return Err(TIMEOUT),
                "hashsize" | "maxelem" | "bucketsize" | "initval" | "range" | "size" => {
                    words.next();
                }
                "counters" | "comment" | "skbinfo" | "forceadd" => {}
                _ => return Err("an option of the set is not read"),
            }
        }
        Ok(kind)
    }

    /// What a packet must carry to be in a set of this kind with these entries.
    pub(super) fn members(
        &self,
        entries: &[&str],
        sides: &[Side],
        family: Family,
    ) -> Result<Members, &'static str> {
        // `ip_set_test` in the kernel: too few dimensions, or the other family, never match.
        if sides.len() < self.fields.len() || self.family.is_some_and(|own| own != family) {
            return Ok(Members::Nothing);
        }
        if let (&[Field { port }], Some(&side)) = (self.fields.as_slice(), sides.first()) {
            let ranges = self.line(entries, family)?;
            return Ok(Members::Line(Line { port, side, ranges }));
        }
        let mut boxes = Vec::new();
        for entry in entries {
            let Some((nomatch, parts)) = self.entry(entry, family)? else { continue };
            if nomatch {
                return Err("it has `nomatch` entries of several dimensions");
            }
            let fields = self.fields.iter().zip(sides).zip(parts);
            let fields: Vec<_> =
                fields.map(|((field, side), part)| (*field, *side, part)).collect();
            boxes.extend(placed(&fields));
        }
        Ok(Members::Boxes(boxes))
    }

    /// The ranges of a set of one dimension. Where entries lie in one another the innermost
    /// decides, as the kernel looks for the longest prefix first.
    fn line(&self, entries: &[&str], family: Family) -> Result<Vec<(u128, u128)>, &'static str> {
        let mut ranges = Vec::with_capacity(entries.len());
        let mut plain = true;
        for entry in entries {
            let Some((nomatch, parts)) = self.entry(entry, family)? else { continue };
            plain &= !nomatch;
            ranges.extend(parts.first().map(|&(lo, hi)| (lo, hi, nomatch)));
        }
        if plain {
            return Ok(ranges.into_iter().map(|(lo, hi, _)| (lo, hi)).collect());
        }
        innermost(ranges)
    }

    /// Whether the entry is an exception, and its ranges; `None` if it is not about TCP.
    fn entry(&self, entry: &str, family: Family) -> Result<Option<Entry>, &'static str> {
        let mut words = Words::new(entry);
        let first = words.next().ok().flatten().ok_or(ENTRY)?;
        let mut nomatch = false;
        while let Some(option) = words.next().map_err(|_| ENTRY)? {
            match &*option.text {
                "nomatch" => nomatch = true,
                "timeout" => return Err(TIMEOUT),
                "comment" | "packets" | "bytes" | "skbmark" | "skbprio" | "skbqueue" => {
                    words.next().map_err(|_| ENTRY)?;
                }
                _ => return Err(ENTRY),
            }
        }
        let mut parts = Vec::with_capacity(self.fields.len());
        let mut texts = first.text.split(',');
        for field in &self.fields {
            let text = texts.next().ok_or(ENTRY)?;
            if !field.port {
                parts.push(self.addresses(text, family).ok_or(ENTRY)?);
            } else if let Some(ports) = ports(text)? {
                parts.push(ports);
            } else {
                return Ok(None);
            }
        }
        if texts.next().is_some() { Err(ENTRY) } else { Ok(Some((nomatch, parts))) }
    }

    fn addresses(&self, text: &str, family: Family) -> Option<(u128, u128)> {
        let one = |text: &str| {
            let address = text.parse().ok()?;
            (Family::of(address) == family).then(|| bits(address))
        };
        let width = width(family);
        let (lo, hi) = if let Some((lo, hi)) = text.split_once('-') {
            (one(lo)?, one(hi)?)
        } else if let Some((address, length)) = text.split_once('/') {
            network(one(address)?, number(length).filter(|length| *length <= width)?, width)
        } else {
            let address = one(text)?;
            (address, address)
        };
        let Some(netmask) = self.netmask else { return (lo <= hi).then_some((lo, hi)) };
        // An address is looked up by its network.
        Some((network(lo, netmask, width).0, network(hi, netmask, width).1))
    }
}

/// Whether an entry is an exception, and the range of each dimension.
type Entry = (bool, Vec<(u128, u128)>);

/// `port`, `port-port`, either after `protocol:`; `None` for a protocol other than TCP.
fn ports(text: &str) -> Result<Option<(u128, u128)>, &'static str> {
    let ports = match text.split_once(':') {
        Some((protocol, ports)) => {
            if numbers::protocol(protocol, "").map_err(|_| ENTRY)? != TCP {
                return Ok(None);
            }
            ports
        }
        None => text,
    };
    let one = |text: &str| numbers::port(text, "").map(u128::from).map_err(|_| ENTRY);
    let (lo, hi) = ports.split_once('-').unwrap_or((ports, ports));
    Ok(Some((one(lo)?, one(hi)?)))
}

/// The parts of nested ranges whose innermost range is no exception.
fn innermost(mut ranges: Vec<(u128, u128, bool)>) -> Result<Vec<(u128, u128)>, &'static str> {
    // Outer ranges first.
    ranges.sort_unstable_by_key(|&(lo, hi, _)| (lo, u128::MAX - hi));
    let mut parts = Vec::new();
    // The ranges around the place that the sweep has reached, each with where its next part begins.
    let mut open: Vec<(u128, u128, bool)> = Vec::new();
    let close = |open: &mut Vec<(u128, u128, bool)>, parts: &mut Vec<_>| {
        let Some((from, hi, nomatch)) = open.pop() else { return };
        if !nomatch && from <= hi {
            parts.push((from, hi));
        }
        if let (Some(outer), Some(next)) = (open.last_mut(), hi.checked_add(1)) {
            outer.0 = outer.0.max(next);
        }
    };
    for (lo, hi, nomatch) in ranges {
        while open.last().is_some_and(|&(_, end, _)| end < lo) {
            close(&mut open, &mut parts);
        }
        if let Some(outer) = open.last_mut() {
            if hi > outer.1 {
                return Err("its entries overlap and have exceptions");
            }
            if let (false, Some(before)) = (outer.2, lo.checked_sub(1))
                && outer.0 <= before
            {
                parts.push((outer.0, before));
            }
            outer.0 = lo;
        }
        open.push((lo, hi, nomatch));
    }
    while !open.is_empty() {
        close(&mut open, &mut parts);
    }
    Ok(parts)
}

/// The box of the packets that carry this; `None` if none can.
fn placed(fields: &[(Field, Side, (u128, u128))]) -> Option<[(u128, u128); 4]> {
    let mut ranges =
        Axis::ALL.map(|axis| (0, if axis.is_port() { u128::from(u16::MAX) } else { u128::MAX }));
    for &(field, side, (lo, hi)) in fields {
        let axis = match (field.port, side) {
            (false, Side::Source) => Axis::Source,
            (false, Side::Destination) => Axis::Destination,
            (true, Side::Source) => Axis::SourcePort,
            (true, Side::Destination) => Axis::DestinationPort,
        };
        let range = ranges.get_mut(axis as usize)?;
        *range = (range.0.max(lo), range.1.min(hi));
        if range.0 > range.1 {
            return None;
        }
    }
    Some(ranges)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_entry_decides() {
        let entries =
            [(0, 255, false), (16, 31, true), (20, 23, false), (24, 31, true), (64, 127, true)];
        let parts = innermost(entries.to_vec()).unwrap();
        for address in 0..256_u128 {
            // The kernel's way: the smallest entry that holds the address.
            let holding = entries.iter().filter(|(lo, hi, _)| (*lo..=*hi).contains(&address));
            let expected = holding.min_by_key(|(lo, hi, _)| hi - lo).is_some_and(|entry| !entry.2);
            let inside = parts.iter().any(|(lo, hi)| (*lo..=*hi).contains(&address));
            assert_eq!(inside, expected, "{address}");
        }
    }
}
