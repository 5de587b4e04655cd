//! The form of Wireshark.

use std::io::Read;

use pcap_parser::pcapng::{
    parse_enhancedpacketblock_be, parse_enhancedpacketblock_le, parse_interfacedescriptionblock_be,
    parse_interfacedescriptionblock_le, parse_interfacestatisticsblock_be,
    parse_interfacestatisticsblock_le, parse_simplepacketblock_be, parse_simplepacketblock_le,
};
use pcap_parser::{
    EnhancedPacketBlock, InterfaceDescriptionBlock, OptionCode, PcapNGOption, SimplePacketBlock,
};

use super::super::link::Link;
use super::input::{Input, LONGEST_PACKET};
use super::record::{End, Found, NANOSECONDS, Next};
use crate::error::Error;

/// So many interfaces one section may have.
const INTERFACES: usize = 4096;

/// What a capturing program has missed, which it says of each interface in the end, or of packets when it
/// sees the next one.
#[derive(Default)]
pub(super) struct Missed {
    of_interfaces: u64,
    before_packets: u64,
}

impl Missed {
    /// How many packets. Both counts are about the same ones.
    pub(super) fn count(&self) -> u64 {
        self.of_interfaces.max(self.before_packets)
    }
}

#[derive(Clone, Copy)]
pub(super) struct Interface {
    link: Option<Link>,
    clock: Clock,
    /// What the capturing program has missed there, as far as it has said.
    missed: u64,
}

/// The unit of an interface's times.
#[derive(Clone, Copy)]
struct Clock {
    per_second: u64,
    offset: i64,
}

impl Clock {
    /// `if_tsresol` is a power of ten, or of two if its highest bit is set.
    const fn new(resolution: u8, offset: i64) -> Option<Self> {
        let exponent = resolution & 0x7f;
        let per_second = match resolution & 0x80 {
            0 => 10_u64.checked_pow(exponent as u32),
            _ => 1_u64.checked_shl(exponent as u32),
        };
        match per_second {
            Some(per_second) => Some(Self { per_second, offset }),
            None => None,
        }
    }

    fn nanoseconds(self, ticks: u64) -> u64 {
        let seconds = (ticks / self.per_second).saturating_add_signed(self.offset);
        let rest = u128::from(ticks % self.per_second) * u128::from(NANOSECONDS);
        let rest = u64::try_from(rest / u128::from(self.per_second)).unwrap_or_default();
        seconds.saturating_mul(NANOSECONDS).saturating_add(rest)
    }
}

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const SIMPLE_PACKET: u32 = 3;
const STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;

/// The next block.
pub(super) fn next<R: Read>(
    input: &mut Input<R>,
    big_endian: &mut bool,
    interfaces: &mut Vec<Interface>,
    missed: &mut Missed,
) -> Result<Next, Error> {
    if !input.have(12)? {
        return Ok(Next::End(input.rest()));
    }
    let damaged = Ok(Next::End(End::Damaged { at: input.passed }));
    // The type of a section reads the same both ways round, and says how the rest is to be read.
    if u32::from_le_bytes(input.word(0)) == SECTION {
        *big_endian = match input.word(8) {
            [0x1a, 0x2b, 0x3c, 0x4d] => true,
            [0x4d, 0x3c, 0x2b, 0x1a] => false,
            _ => return damaged,
        };
        interfaces.clear();
    }
    let word =
        |bytes| if *big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) };
    let (kind, size) = (word(input.word(0)), word(input.word(4)));
    if size < 12 || size % 4 != 0 {
        return damaged;
    }
    if !matches!(kind, INTERFACE | SIMPLE_PACKET | STATISTICS | ENHANCED_PACKET) {
        return Ok(Next::Other(u64::from(size)));
    }
    if size > LONGEST_PACKET {
        return damaged;
    }
    let size = size as usize;
    if !input.have(size)? {
        return Ok(Next::End(End::Truncated));
    }
    let block = input.unread().get(..size).unwrap_or_default();
    let found = match kind {
        INTERFACE => {
            let parse = if *big_endian {
                parse_interfacedescriptionblock_be
            } else {
                parse_interfacedescriptionblock_le
            };
            let Ok((_, described)) = parse(block) else { return damaged };
            if interfaces.len() == INTERFACES {
                return damaged;
            }
            interfaces.push(Interface::of(&described, *big_endian));
            return Ok(Next::Other(size as u64));
        }
        STATISTICS => {
            let parse = if *big_endian {
                parse_interfacestatisticsblock_be
            } else {
                parse_interfacestatisticsblock_le
            };
            let Ok((_, told)) = parse(block) else { return damaged };
            if let Some(interface) = interfaces.get_mut(told.if_id as usize) {
                // It counts from the beginning, each time anew.
                let all = counted(&told.options, OptionCode::IsbIfDrop, *big_endian);
                let more = all.saturating_sub(interface.missed);
                missed.of_interfaces = missed.of_interfaces.saturating_add(more);
                interface.missed = interface.missed.max(all);
            }
            return Ok(Next::Other(size as u64));
        }
        SIMPLE_PACKET => {
            let parse =
                if *big_endian { parse_simplepacketblock_be } else { parse_simplepacketblock_le };
            let Ok((_, packet)) = parse(block) else { return damaged };
            simple(&packet, interfaces.first())
        }
        _ => {
            let parse = if *big_endian {
                parse_enhancedpacketblock_be
            } else {
                parse_enhancedpacketblock_le
            };
            let Ok((_, packet)) = parse(block) else { return damaged };
            let before = counted(&packet.options, DROP_COUNT, *big_endian);
            missed.before_packets = missed.before_packets.saturating_add(before);
            enhanced(&packet, interfaces.get(packet.if_id as usize))
        }
    };
    Ok(Next::Packet(found, size))
}

/// `epb_dropcount` (draft-ietf-opsawg-pcapng, section 4.3).
const DROP_COUNT: OptionCode = OptionCode(4);

/// A number that an option holds; zero where there is no such option.
fn counted(options: &[PcapNGOption<'_>], code: OptionCode, big_endian: bool) -> u64 {
    let option = options.iter().find(|option| option.code == code);
    let value = option.and_then(|option| <[u8; 8]>::try_from(&*option.value).ok());
    match (value, big_endian) {
        (Some(value), true) => u64::from_be_bytes(value),
        (Some(value), false) => u64::from_le_bytes(value),
        (None, _) => 0,
    }
}

impl Interface {
    fn of(block: &InterfaceDescriptionBlock<'_>, big_endian: bool) -> Self {
        // The parser reads the offset as if it were little-endian.
        let offset = block.if_tsoffset;
        let offset = if big_endian { offset.swap_bytes() } else { offset };
        // Times of a unit that does not fit are useless, and so is what depends on them.
        let clock = Clock::new(block.if_tsresol, offset);
        let link = Link::of(block.linktype.0).filter(|_| clock.is_some());
        Self { link, clock: clock.unwrap_or(Clock { per_second: 1, offset: 0 }), missed: 0 }
    }
}

fn enhanced(packet: &EnhancedPacketBlock<'_>, interface: Option<&Interface>) -> Found {
    let ticks = u64::from(packet.ts_high) << 32 | u64::from(packet.ts_low);
    Found {
        time: interface.map_or(0, |interface| interface.clock.nanoseconds(ticks)),
        link: interface.and_then(|interface| interface.link),
        data: (28, (packet.caplen as usize).min(packet.data.len())),
        length: packet.origlen,
    }
}

/// A packet without a time, as some small programs write it.
fn simple(packet: &SimplePacketBlock<'_>, interface: Option<&Interface>) -> Found {
    Found {
        time: 0,
        link: interface.and_then(|interface| interface.link),
        data: (12, (packet.origlen as usize).min(packet.data.len())),
        length: packet.origlen,
    }
}
