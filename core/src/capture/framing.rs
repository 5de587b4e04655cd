//! From a file to frames: pcap and pcapng, read through one buffer that never grows.

use std::io::Read;

use pcap_parser::pcap::{
    parse_pcap_frame, parse_pcap_frame_be, parse_pcap_frame_modified, parse_pcap_header,
};
use pcap_parser::pcapng::{
    parse_enhancedpacketblock_be, parse_enhancedpacketblock_le, parse_interfacedescriptionblock_be,
    parse_interfacedescriptionblock_le, parse_simplepacketblock_be, parse_simplepacketblock_le,
};
use pcap_parser::{EnhancedPacketBlock, InterfaceDescriptionBlock, SimplePacketBlock};

use super::link::Link;
use super::report::CaptureForm;
use crate::error::{Code, Error};

/// How much is read at once, which is also the longest packet or block that is looked at.
const BUFFER: usize = 1 << 20;

/// The largest packets that capturing programs write are shorter by far (256 KiB).
const LONGEST_PACKET: u32 = (BUFFER / 2) as u32;

/// So many interfaces one section of a pcapng file may have.
const INTERFACES: usize = 4096;

const NANOSECONDS: u64 = 1_000_000_000;

/// A packet as it was captured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    /// Its number, from 1, as other programs count.
    pub number: u64,
    /// In nanoseconds since 1970.
    pub time: u64,
    pub link: Link,
    /// What was captured of it.
    pub data: &'a [u8],
    /// How long it was.
    pub length: u32,
}

/// How the reading ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    /// At the end of the file.
    Complete,
    /// The file ends in the middle of a packet.
    Truncated,
    /// At this byte stands what cannot be.
    Damaged { at: u64 },
}

/// What was read of a capture, and how that ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    pub form: CaptureForm,
    pub end: End,
    pub packets: u64,
    pub bytes: u64,
    /// Packets of which no interface, or no known kind of link, is known.
    pub unreadable: u64,
}

/// Reads frames one by one.
pub(super) struct Frames<R> {
    input: Input<R>,
    kind: Kind,
    packets: u64,
    unreadable: u64,
}

/// The part of a file that is in memory.
struct Input<R> {
    reader: R,
    buffer: Vec<u8>,
    from: usize,
    to: usize,
    /// How many bytes of the file are before `from`.
    passed: u64,
    exhausted: bool,
}

enum Kind {
    Pcap { order: Order, per_second: u64, link: Link },
    Pcapng { big_endian: bool, interfaces: Vec<Interface> },
}

#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
    /// Little, with a longer header, as Alexey Kuznetsov's patched libpcap wrote it.
    Modified,
}

#[derive(Clone, Copy)]
struct Interface {
    link: Option<Link>,
    clock: Clock,
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

/// What comes next in a file.
enum Next {
    /// A packet: where it stands in the buffer, and how long its record is.
    Packet(Found, usize),
    /// Something else of this length.
    Other(u64),
    End(End),
}

struct Found {
    time: u64,
    link: Option<Link>,
    /// Where the data begins after the beginning of the record, and how much there is.
    data: (usize, usize),
    length: u32,
}

impl<R: Read> Frames<R> {
    pub(super) fn new(reader: R) -> Result<Self, Error> {
        let mut input =
            Input { reader, buffer: vec![0; BUFFER], from: 0, to: 0, passed: 0, exhausted: false };
        input.have(28)?;
        let head = input.unread();
        let not_one = |what: &str| Err(Error::new(Code::NotACapture, what));
        let kind = match *head {
            [] => return Err(Error::new(Code::EmptyInput, "the capture is empty")),
            [0x0a, 0x0d, 0x0d, 0x0a, _, _, _, _, ref order @ ..] => match order {
                [0x1a, 0x2b, 0x3c, 0x4d, ..] | [0x4d, 0x3c, 0x2b, 0x1a, ..] => {
                    Kind::Pcapng { big_endian: false, interfaces: Vec::new() }
                }
                _ => return not_one("the first block of this pcapng file has no byte order"),
            },
            [0x1f, 0x8b, ..] => {
                return not_one(
                    "the capture is compressed with gzip; give what `gunzip -c` writes",
                );
            }
            [0x28, 0xb5, 0x2f, 0xfd, ..] => {
                return not_one("the capture is compressed with zstd; give what `zstdcat` writes");
            }
            _ => {
                let Ok((_, header)) = parse_pcap_header(head) else {
                    return not_one(
                        "this is no capture: neither pcap nor pcapng, which tcpdump -w and \
                         Wireshark write",
                    );
                };
                let number = header.network.0 & 0xffff;
                let Some(link) = Link::of(number) else {
                    let message = format!(
                        "the capture has link type {number}, which is not read here; capture on an \
                         Ethernet or `any` interface"
                    );
                    return Err(Error::new(Code::UnknownLinkType, message));
                };
                let order = match (header.is_modified_format(), header.is_bigendian()) {
                    (true, _) => Order::Modified,
                    (_, true) => Order::Big,
                    _ => Order::Little,
                };
                let per_second =
                    if header.is_nanosecond_precision() { NANOSECONDS } else { 1_000_000 };
                input.pass(24);
                Kind::Pcap { order, per_second, link }
            }
        };
        Ok(Self { input, kind, packets: 0, unreadable: 0 })
    }

    /// Gives every frame to `take`, and says how the file ended.
    pub(super) fn each(mut self, mut take: impl FnMut(Frame<'_>)) -> Result<Taken, Error> {
        let end = loop {
            let next = match &mut self.kind {
                Kind::Pcap { order, per_second, link } => {
                    pcap(&mut self.input, *order, *per_second, *link)?
                }
                Kind::Pcapng { big_endian, interfaces } => {
                    pcapng(&mut self.input, big_endian, interfaces)?
                }
            };
            match next {
                Next::Packet(found, size) => {
                    self.packets += 1;
                    let (start, length) = found.data;
                    let record = self.input.unread();
                    let data = record.get(start..start + length).unwrap_or_default();
                    match found.link {
                        Some(link) => take(Frame {
                            number: self.packets,
                            time: found.time,
                            link,
                            data,
                            length: found.length,
                        }),
                        None => self.unreadable += 1,
                    }
                    self.input.pass(size);
                }
                Next::Other(size) => {
                    if !self.input.skip(size)? {
                        break End::Truncated;
                    }
                }
                Next::End(end) => break end,
            }
        };
        let form = match self.kind {
            Kind::Pcap { .. } => CaptureForm::Pcap,
            Kind::Pcapng { .. } => CaptureForm::Pcapng,
        };
        let (packets, bytes) = (self.packets, self.input.passed);
        Ok(Taken { form, end, packets, bytes, unreadable: self.unreadable })
    }
}

fn pcap<R: Read>(
    input: &mut Input<R>,
    order: Order,
    per_second: u64,
    link: Link,
) -> Result<Next, Error> {
    let header = match order {
        Order::Little | Order::Big => 16,
        Order::Modified => 24,
    };
    if !input.have(header)? {
        return Ok(Next::End(input.rest()));
    }
    let claimed = match (order, input.word(8)) {
        (Order::Big, bytes) => u32::from_be_bytes(bytes),
        (Order::Little | Order::Modified, bytes) => u32::from_le_bytes(bytes),
    };
    if claimed > LONGEST_PACKET {
        return Ok(Next::End(End::Damaged { at: input.passed }));
    }
    if !input.have(header + claimed as usize)? {
        return Ok(Next::End(End::Truncated));
    }
    let parse = match order {
        Order::Little => parse_pcap_frame,
        Order::Big => parse_pcap_frame_be,
        Order::Modified => parse_pcap_frame_modified,
    };
    let Ok((_, packet)) = parse(input.unread()) else {
        return Ok(Next::End(End::Damaged { at: input.passed }));
    };
    let fraction = u64::from(packet.ts_usec) * (NANOSECONDS / per_second);
    let found = Found {
        time: u64::from(packet.ts_sec) * NANOSECONDS + fraction,
        link: Some(link),
        data: (header, packet.data.len()),
        length: packet.origlen,
    };
    Ok(Next::Packet(found, header + packet.data.len()))
}

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;

fn pcapng<R: Read>(
    input: &mut Input<R>,
    big_endian: &mut bool,
    interfaces: &mut Vec<Interface>,
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
    if !matches!(kind, INTERFACE | SIMPLE_PACKET | ENHANCED_PACKET) {
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
            enhanced(&packet, interfaces.get(packet.if_id as usize))
        }
    };
    Ok(Next::Packet(found, size))
}

impl Interface {
    fn of(block: &InterfaceDescriptionBlock<'_>, big_endian: bool) -> Self {
        // The parser reads the offset as if it were little-endian.
        let offset = block.if_tsoffset;
        let offset = if big_endian { offset.swap_bytes() } else { offset };
        // Times of a unit that does not fit are useless, and so is what depends on them.
        let clock = Clock::new(block.if_tsresol, offset);
        let link = Link::of(block.linktype.0).filter(|_| clock.is_some());
        Self { link, clock: clock.unwrap_or(Clock { per_second: 1, offset: 0 }) }
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

impl<R: Read> Input<R> {
    fn unread(&self) -> &[u8] {
        self.buffer.get(self.from..self.to).unwrap_or_default()
    }

    /// Four bytes of what is unread.
    fn word(&self, at: usize) -> [u8; 4] {
        let bytes = self.unread().get(at..at + 4);
        bytes.and_then(|bytes| bytes.try_into().ok()).unwrap_or_default()
    }

    /// Reads until so much is unread, and says whether it is.
    fn have(&mut self, wanted: usize) -> Result<bool, Error> {
        while self.to - self.from < wanted && !self.exhausted {
            if self.buffer.len() - self.from < wanted.max(BUFFER / 8) {
                self.buffer.copy_within(self.from..self.to, 0);
                self.to -= self.from;
                self.from = 0;
            }
            let space = self.buffer.get_mut(self.to..).unwrap_or_default();
            match self.reader.read(space) {
                Ok(0) => self.exhausted = true,
                Ok(read) => self.to += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let message = format!("the capture cannot be read: {error}");
                    return Err(Error::new(Code::Io, message));
                }
            }
        }
        Ok(self.to - self.from >= wanted)
    }

    fn pass(&mut self, size: usize) {
        self.from = (self.from + size).min(self.to);
        self.passed += size as u64;
    }

    /// Passes over what may be longer than the buffer, and says whether all of it was there.
    fn skip(&mut self, mut size: u64) -> Result<bool, Error> {
        while size > 0 {
            if !self.have(1)? {
                return Ok(false);
            }
            let here = (self.to - self.from).min(usize::try_from(size).unwrap_or(usize::MAX));
            self.pass(here);
            size -= here as u64;
        }
        Ok(true)
    }

    /// What it means that there is too little for another record.
    fn rest(&self) -> End {
        if self.from == self.to { End::Complete } else { End::Truncated }
    }
}
