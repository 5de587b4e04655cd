//! Packets byte by byte, from the RFCs and not from the code under test.

use std::net::{IpAddr, SocketAddr};

pub(crate) const FIN: u8 = 1;
pub(crate) const SYN: u8 = 2;
pub(crate) const RST: u8 = 4;
pub(crate) const ACK: u8 = 16;

pub(crate) struct Tcp<'a> {
    pub(crate) from: SocketAddr,
    pub(crate) to: SocketAddr,
    pub(crate) flags: u8,
    pub(crate) sequence: u32,
    pub(crate) acknowledged: u32,
    pub(crate) hops: u8,
    pub(crate) data: &'a [u8],
}

/// An IP packet with a TCP segment; its checksums are left out, as network cards leave them.
pub(crate) fn tcp(segment: &Tcp<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(segment.from.port().to_be_bytes());
    out.extend(segment.to.port().to_be_bytes());
    out.extend(segment.sequence.to_be_bytes());
    out.extend(segment.acknowledged.to_be_bytes());
    out.extend([0x50, segment.flags, 0xff, 0xff, 0, 0, 0, 0]);
    out.extend(segment.data);
    ip(segment.from.ip(), segment.to.ip(), 6, segment.hops, &out)
}

pub(crate) fn ip(from: IpAddr, to: IpAddr, protocol: u8, hops: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let length = u16::try_from(20 + payload.len()).unwrap();
            out.extend([0x45, 0]);
            out.extend(length.to_be_bytes());
            out.extend([0, 0, 0x40, 0, hops, protocol, 0, 0]);
            out.extend(from.octets());
            out.extend(to.octets());
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            let length = u16::try_from(payload.len()).unwrap();
            out.extend([0x60, 0, 0, 0]);
            out.extend(length.to_be_bytes());
            out.extend([protocol, hops]);
            out.extend(from.octets());
            out.extend(to.octets());
        }
        _ => panic!("two families"),
    }
    out.extend(payload);
    out
}

/// An ICMP or ICMPv6 error of this type and code, from `by`, about a packet.
pub(crate) fn icmp(by: IpAddr, kind: u8, code: u8, about: &[u8]) -> Vec<u8> {
    let version_6 = about[0] >> 4 == 6;
    let mut out = vec![kind, code, 0, 0, 0, 0, 0, 0];
    let quoted = if version_6 { 48 } else { 28 };
    out.extend(&about[..quoted]);
    let to: IpAddr = match version_6 {
        true => <[u8; 16]>::try_from(&about[8..24]).unwrap().into(),
        false => <[u8; 4]>::try_from(&about[12..16]).unwrap().into(),
    };
    ip(by, to, if version_6 { 58 } else { 1 }, 63, &out)
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Link {
    Ethernet,
    Vlan,
    DoubleVlan,
    Cooked,
    Cooked2,
    Raw,
    LoopbackBsd,
}

impl Link {
    pub(crate) const ALL: [Self; 7] = [
        Self::Ethernet,
        Self::Vlan,
        Self::DoubleVlan,
        Self::Cooked,
        Self::Cooked2,
        Self::Raw,
        Self::LoopbackBsd,
    ];

    pub(crate) fn number(self) -> u16 {
        match self {
            Self::Ethernet | Self::Vlan | Self::DoubleVlan => 1,
            Self::Cooked => 113,
            Self::Cooked2 => 276,
            Self::Raw => 101,
            Self::LoopbackBsd => 0,
        }
    }

    /// The frame of an IP packet. Cooked frames are those of packets that somebody else sends.
    pub(crate) fn frame(self, packet: &[u8]) -> Vec<u8> {
        let kind: u16 = if packet[0] >> 4 == 6 { 0x86dd } else { 0x0800 };
        let mut out = Vec::new();
        match self {
            Self::Ethernet => out.extend([2; 12]),
            Self::Vlan => out.extend([&[2; 12][..], &[0x81, 0, 0, 7]].concat()),
            Self::DoubleVlan => {
                out.extend([&[2; 12][..], &[0x88, 0xa8, 0, 7, 0x81, 0, 0, 8]].concat());
            }
            Self::Cooked => out.extend([0, 3, 0, 1, 0, 6, 2, 2, 2, 2, 2, 2, 0, 0]),
            Self::Cooked2 => out.extend(kind.to_be_bytes()),
            Self::Raw => {}
            Self::LoopbackBsd => out.extend([if kind == 0x86dd { 30 } else { 2 }, 0, 0, 0]),
        }
        match self {
            Self::Ethernet | Self::Vlan | Self::DoubleVlan | Self::Cooked => {
                out.extend(kind.to_be_bytes());
            }
            Self::Cooked2 => out.extend([0, 0, 0, 0, 0, 1, 0, 1, 3, 6, 2, 2, 2, 2, 2, 2, 0, 0]),
            Self::Raw | Self::LoopbackBsd => {}
        }
        out.extend(packet);
        out
    }
}

/// A packet and when it was, in microseconds.
pub(crate) type Timed = (u64, Vec<u8>);

/// A capture of libpcap. At most `snap` bytes of each packet are in it.
pub(crate) fn pcap(
    packets: &[Timed],
    link: Link,
    big: bool,
    nanoseconds: bool,
    snap: usize,
) -> Vec<u8> {
    let word = |value: u32| if big { value.to_be_bytes() } else { value.to_le_bytes() };
    let half = |value: u16| if big { value.to_be_bytes() } else { value.to_le_bytes() };
    let mut out = Vec::new();
    out.extend(word(if nanoseconds { 0xa1b2_3c4d } else { 0xa1b2_c3d4 }));
    out.extend([half(2), half(4)].concat());
    out.extend([word(0), word(0), word(262_144), word(link.number().into())].concat());
    for (time, packet) in packets {
        let frame = link.frame(packet);
        let length = u32::try_from(frame.len()).unwrap();
        let kept = frame.len().min(snap);
        let scale = if nanoseconds { 1000 } else { 1 };
        out.extend(word(u32::try_from(time / 1_000_000).unwrap()));
        out.extend(word(u32::try_from(time % 1_000_000).unwrap() * scale));
        out.extend(word(u32::try_from(kept).unwrap()));
        out.extend(word(length));
        out.extend(&frame[..kept]);
    }
    out
}

/// A capture of Wireshark: packets go in turns to the interfaces, whose times are in the unit of
/// `if_tsresol`. Between them stand blocks that mean nothing to us.
pub(crate) fn pcapng(packets: &[Timed], links: &[Link], big: bool, resolution: u8) -> Vec<u8> {
    let word = |value: u32| if big { value.to_be_bytes() } else { value.to_le_bytes() };
    let half = |value: u16| if big { value.to_be_bytes() } else { value.to_le_bytes() };
    let block = |kind: u32, body: &[u8]| {
        let padded = body.len().next_multiple_of(4);
        let length = word(u32::try_from(padded + 12).unwrap());
        let mut out = [word(kind), length].concat();
        out.extend(body);
        out.resize(8 + padded, 0);
        out.extend(length);
        out
    };
    let mut out =
        block(0x0a0d_0d0a, &[&word(0x1a2b_3c4d)[..], &half(1), &half(0), &[0xff; 8]].concat());
    for link in links {
        let resolution = [&half(9)[..], &half(1), &[resolution, 0, 0, 0]].concat();
        out.extend(block(
            1,
            &[&half(link.number())[..], &half(0), &word(0), &resolution, &half(0), &half(0)]
                .concat(),
        ));
    }
    // A name resolution block, and one of a kind that nobody knows.
    out.extend(block(4, &[0; 4]));
    out.extend(block(0x0bad_beef, &vec![7; 100_000]));
    for (number, (time, packet)) in packets.iter().enumerate() {
        let interface = number % links.len();
        let frame = links[interface].frame(packet);
        let ticks = match resolution & 0x80 {
            0 => u128::from(*time) * 10_u128.pow(resolution.into()) / 1_000_000,
            _ => u128::from(*time) * (1_u128 << (resolution & 0x7f)) / 1_000_000,
        };
        let ticks = u64::try_from(ticks).unwrap();
        let length = word(u32::try_from(frame.len()).unwrap());
        let mut body = [
            word(u32::try_from(interface).unwrap()),
            word(u32::try_from(ticks >> 32).unwrap()),
            word(ticks as u32),
            length,
            length,
        ]
        .concat();
        body.extend(&frame);
        body.resize(body.len().next_multiple_of(4), 0);
        body.extend([&half(1)[..], &half(5), b"hello", &[0; 3], &half(0), &half(0)].concat());
        out.extend(block(6, &body));
    }
    out
}

/// What the capturing program says in the end of its first interface: so many packets were missed.
pub(crate) fn statistics(missed: u64, big: bool) -> Vec<u8> {
    let word = |value: u32| if big { value.to_be_bytes() } else { value.to_le_bytes() };
    let half = |value: u16| if big { value.to_be_bytes() } else { value.to_le_bytes() };
    let number = if big { missed.to_be_bytes() } else { missed.to_le_bytes() };
    let option = [&half(5)[..], &half(8), &number, &half(0), &half(0)].concat();
    let length = word(u32::try_from(24 + option.len()).unwrap());
    [&word(5)[..], &length, &word(0), &word(0), &word(0), &option, &length].concat()
}
