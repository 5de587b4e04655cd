//! From an IP packet to a TCP segment, or to a message that one was not delivered.

use std::net::{Ipv4Addr, Ipv6Addr};

use pnet_packet::icmp::IcmpPacket;
use pnet_packet::ip::{IpNextHeaderProtocol, IpNextHeaderProtocols};
use pnet_packet::ipv4::Ipv4Packet;
use pnet_packet::ipv6::{ExtensionPacket, FragmentPacket, Ipv6Packet};
use pnet_packet::tcp::TcpPacket;

use super::endpoint::{Address, Endpoint};
use super::link::Carried;

/// What a packet is to us.
#[derive(Clone, Copy, Debug)]
pub(super) enum Packet<'a> {
    Segment(Segment<'a>),
    Undelivered(Undelivered),
    /// A later part of a fragmented packet, or one too short to have its ports.
    Fragment,
    /// No TCP, and nothing about it.
    Other,
}

/// A TCP segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment<'a> {
    pub from: Endpoint,
    pub to: Endpoint,
    pub sequence: u32,
    pub acknowledged: u32,
    pub flags: Flags,
    /// How many more routers it may pass: TTL or hop limit.
    pub hops: u8,
    /// What was captured of its data.
    pub data: &'a [u8],
    /// How much data it has.
    pub length: u32,
    /// Whether the host that captured it sent it, where that is known.
    pub sent: Option<bool>,
}

/// An ICMP error about a TCP segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Undelivered {
    /// Who says so.
    pub by: Address,
    pub from: Endpoint,
    pub to: Endpoint,
    pub why: Why,
}

/// Why a segment was not delivered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Why {
    /// The network, the host, or the port is unreachable.
    Unreachable,
    /// Somebody's policy prohibits it.
    Prohibited,
    /// It passed too many routers: a circle.
    Expired,
    /// It is too large for the way.
    TooBig,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Flags(u8);

impl Flags {
    pub(super) const fn fin(self) -> bool {
        self.0 & 1 != 0
    }
    pub(super) const fn syn(self) -> bool {
        self.0 & 2 != 0
    }
    pub(super) const fn rst(self) -> bool {
        self.0 & 4 != 0
    }
    pub(super) const fn ack(self) -> bool {
        self.0 & 16 != 0
    }
}

/// Extension headers of IPv6 that are passed over; more than so many no packet has.
const EXTENSIONS: usize = 8;

/// Reads the packet of a frame that was `length` bytes long.
pub(super) fn read<'a>(carried: Carried<'a>, length: u32) -> Packet<'a> {
    let on_wire = length.saturating_sub(carried.offset);
    let packet = match carried.packet.first().map(|first| first >> 4) {
        Some(4) => ipv4(carried.packet, on_wire),
        Some(6) => ipv6(carried.packet, on_wire),
        _ => None,
    };
    match packet.unwrap_or(Packet::Other) {
        Packet::Segment(segment) => Packet::Segment(Segment { sent: carried.sent, ..segment }),
        other => other,
    }
}

/// The parts of an IP packet that both versions have.
#[derive(Clone, Copy)]
struct Outer<'a> {
    source: Address,
    destination: Address,
    hops: u8,
    /// What was captured of its payload.
    payload: &'a [u8],
    /// How long the payload is.
    length: u32,
}

fn ipv4(packet: &[u8], on_wire: u32) -> Option<Packet<'_>> {
    let read = Ipv4Packet::new(packet)?;
    let header = usize::from(read.get_header_length()) * 4;
    if header < Ipv4Packet::minimum_packet_size() {
        return None;
    }
    // Where the network card cuts packets apart, the length may still be missing.
    let total = match read.get_total_length() {
        0 => on_wire,
        total => u32::from(total),
    };
    let length = total.checked_sub(u32::try_from(header).ok()?)?;
    if read.get_fragment_offset() != 0 {
        return Some(fragment(read.get_next_level_protocol()));
    }
    let outer = Outer {
        source: Address::from(read.get_source()),
        destination: Address::from(read.get_destination()),
        hops: read.get_ttl(),
        payload: cut(packet.get(header..)?, length),
        length,
    };
    upper(read.get_next_level_protocol(), outer)
}

fn ipv6(packet: &[u8], on_wire: u32) -> Option<Packet<'_>> {
    let read = Ipv6Packet::new(packet)?;
    let header = Ipv6Packet::minimum_packet_size();
    let length = match read.get_payload_length() {
        // A jumbogram, or what the network card will cut apart.
        0 => on_wire.saturating_sub(u32::try_from(header).ok()?),
        length => u32::from(length),
    };
    let mut outer = Outer {
        source: Address::from(read.get_source()),
        destination: Address::from(read.get_destination()),
        hops: read.get_hop_limit(),
        payload: cut(packet.get(header..)?, length),
        length,
    };
    let mut protocol = read.get_next_header();
    for _ in 0..EXTENSIONS {
        let size = match protocol {
            IpNextHeaderProtocols::Ipv6Frag => {
                let read = FragmentPacket::new(outer.payload)?;
                if read.get_fragment_offset() != 0 {
                    return Some(fragment(read.get_next_header()));
                }
                FragmentPacket::minimum_packet_size()
            }
            IpNextHeaderProtocols::Hopopt
            | IpNextHeaderProtocols::Ipv6Route
            | IpNextHeaderProtocols::Ipv6Opts => {
                let read = ExtensionPacket::new(outer.payload)?;
                (usize::from(read.get_hdr_ext_len()) + 1) * 8
            }
            _ => break,
        };
        protocol = IpNextHeaderProtocol::new(*outer.payload.first()?);
        outer.payload = outer.payload.get(size..)?;
        outer.length = outer.length.checked_sub(u32::try_from(size).ok()?)?;
    }
    upper(protocol, outer)
}

fn cut(payload: &[u8], length: u32) -> &[u8] {
    payload.get(..length as usize).unwrap_or(payload)
}

fn fragment(protocol: IpNextHeaderProtocol) -> Packet<'static> {
    if protocol == IpNextHeaderProtocols::Tcp { Packet::Fragment } else { Packet::Other }
}

fn upper(protocol: IpNextHeaderProtocol, outer: Outer<'_>) -> Option<Packet<'_>> {
    match protocol {
        IpNextHeaderProtocols::Tcp => Some(tcp(outer).map_or(Packet::Fragment, Packet::Segment)),
        IpNextHeaderProtocols::Icmp => icmp(outer).map(Packet::Undelivered),
        IpNextHeaderProtocols::Icmpv6 => icmpv6(outer).map(Packet::Undelivered),
        _ => None,
    }
}

fn tcp(outer: Outer<'_>) -> Option<Segment<'_>> {
    let read = TcpPacket::new(outer.payload)?;
    let header = usize::from(read.get_data_offset()) * 4;
    if header < TcpPacket::minimum_packet_size() {
        return None;
    }
    Some(Segment {
        from: Endpoint { address: outer.source, port: read.get_source() },
        to: Endpoint { address: outer.destination, port: read.get_destination() },
        sequence: read.get_sequence(),
        acknowledged: read.get_acknowledgement(),
        flags: Flags(read.get_flags()),
        hops: outer.hops,
        data: outer.payload.get(header..).unwrap_or_default(),
        length: outer.length.checked_sub(u32::try_from(header).ok()?)?,
        sent: None,
    })
}

/// Behind the first four bytes and four more comes the packet that was not delivered (RFC 792).
const QUOTED: usize = 8;

fn icmp(outer: Outer<'_>) -> Option<Undelivered> {
    let read = IcmpPacket::new(outer.payload)?;
    let why = match (read.get_icmp_type().0, read.get_icmp_code().0) {
        (3, 4) => Why::TooBig,
        (3, 9 | 10 | 13) => Why::Prohibited,
        (3, _) => Why::Unreachable,
        (11, _) => Why::Expired,
        _ => return None,
    };
    let quoted = outer.payload.get(QUOTED..)?;
    let read = Ipv4Packet::new(quoted)?;
    let (source, destination) =
        (Address::from(read.get_source()), Address::from(read.get_destination()));
    if read.get_next_level_protocol() != IpNextHeaderProtocols::Tcp {
        return None;
    }
    let header = usize::from(read.get_header_length()) * 4;
    quoted_segment(quoted.get(header..)?, outer.source, source, destination, why)
}

fn icmpv6(outer: Outer<'_>) -> Option<Undelivered> {
    // ICMPv6 begins as ICMP does (RFC 4443).
    let read = IcmpPacket::new(outer.payload)?;
    let why = match (read.get_icmp_type().0, read.get_icmp_code().0) {
        (1, 1 | 5 | 6) => Why::Prohibited,
        (1, _) => Why::Unreachable,
        (2, _) => Why::TooBig,
        (3, _) => Why::Expired,
        _ => return None,
    };
    let quoted = outer.payload.get(QUOTED..)?;
    let read = Ipv6Packet::new(quoted)?;
    let (source, destination) =
        (Address::from(read.get_source()), Address::from(read.get_destination()));
    if read.get_next_header() != IpNextHeaderProtocols::Tcp {
        return None;
    }
    let rest = quoted.get(Ipv6Packet::minimum_packet_size()..)?;
    quoted_segment(rest, outer.source, source, destination, why)
}

/// The ports, with which a TCP header begins.
fn quoted_segment(
    header: &[u8],
    by: Address,
    source: Address,
    destination: Address,
    why: Why,
) -> Option<Undelivered> {
    let bytes: &[u8; 4] = header.first_chunk()?;
    let [a, b, c, d] = *bytes;
    Some(Undelivered {
        by,
        from: Endpoint { address: source, port: u16::from_be_bytes([a, b]) },
        to: Endpoint { address: destination, port: u16::from_be_bytes([c, d]) },
        why,
    })
}

impl From<Ipv4Addr> for Address {
    fn from(address: Ipv4Addr) -> Self {
        Self::new(address.into())
    }
}

impl From<Ipv6Addr> for Address {
    fn from(address: Ipv6Addr) -> Self {
        Self::new(address.into())
    }
}
