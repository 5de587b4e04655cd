//! From a file to frames: pcap and pcapng.

mod input;
mod pcap;
mod pcapng;
mod record;

use std::io::Read;

use pcap_parser::pcap::parse_pcap_header;

use super::link::Link;
use super::report::CaptureForm;
use crate::error::{Code, Error};
use input::Input;
use pcap::Order;
use pcapng::{Interface, Missed};
pub(super) use record::End;
use record::{NANOSECONDS, Next};

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

/// What was read of a capture, and how that ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    pub form: CaptureForm,
    pub end: End,
    pub packets: u64,
    pub bytes: u64,
    /// Packets of which no interface, or no known kind of link, is known.
    pub unreadable: u64,
    /// Packets that the capturing program says it has missed.
    pub missed: u64,
}

/// Reads frames one by one.
pub(super) struct Frames<R> {
    input: Input<R>,
    kind: Kind,
    packets: u64,
    unreadable: u64,
    missed: Missed,
}

enum Kind {
    Pcap { order: Order, per_second: u64, link: Link },
    Pcapng { big_endian: bool, interfaces: Vec<Interface> },
}

impl<R: Read> Frames<R> {
    pub(super) fn new(reader: R) -> Result<Self, Error> {
        let mut input = Input::new(reader);
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
        Ok(Self { input, kind, packets: 0, unreadable: 0, missed: Missed::default() })
    }

    /// Gives every frame to `take`, and says how the file ended.
    pub(super) fn each(mut self, mut take: impl FnMut(Frame<'_>)) -> Result<Taken, Error> {
        let end = loop {
            let next = match &mut self.kind {
                Kind::Pcap { order, per_second, link } => {
                    pcap::next(&mut self.input, *order, *per_second, *link)?
                }
                Kind::Pcapng { big_endian, interfaces } => {
                    pcapng::next(&mut self.input, big_endian, interfaces, &mut self.missed)?
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
        let (unreadable, missed) = (self.unreadable, self.missed.count());
        Ok(Taken { form, end, packets, bytes, unreadable, missed })
    }
}
