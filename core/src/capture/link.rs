//! From a frame to an IP packet.

use pnet_packet::ethernet::{EtherType, EthernetPacket};
use pnet_packet::sll::SLLPacket;
use pnet_packet::sll2::SLL2Packet;
use pnet_packet::vlan::VlanPacket;

/// What stands before the IP packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Link {
    Ethernet,
    /// What Linux writes for the interface `any`.
    Cooked,
    /// The second version of it.
    Cooked2,
    /// Four bytes that say the family, as the loopback interfaces of BSD and macOS write them.
    Loopback,
    /// Nothing.
    Raw,
}

/// An IP packet, and whether the host that captured it sent it, where that is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Carried<'a> {
    pub packet: &'a [u8],
    /// How much stands before it.
    pub offset: u32,
    pub sent: Option<bool>,
}

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
/// IEEE 802.1Q, IEEE 802.1ad, and what some switches use in its place.
const VLANS: [u16; 3] = [0x8100, 0x88a8, 0x9100];

/// More tags than that nobody puts on a frame.
const TAGS: usize = 8;

/// How long the headers of Linux are. What pnet gives as their least size is without the eight bytes of
/// the address, and it panics where they are missing.
const COOKED: usize = 16;
const COOKED_2: usize = 20;

/// `linux_sll`: a packet that somebody else sends, and one that this host sends.
const TO_OTHERS: u8 = 3;
const SENT: u8 = 4;

impl Link {
    /// By its number among the [link types](https://www.tcpdump.org/linktypes.html).
    pub(super) const fn of(number: i32) -> Option<Self> {
        match number {
            1 => Some(Self::Ethernet),
            0 | 108 => Some(Self::Loopback),
            // 12 and 14 are `DLT_RAW` of Linux and OpenBSD, which end up in files.
            12 | 14 | 101 | 228 | 229 => Some(Self::Raw),
            113 => Some(Self::Cooked),
            276 => Some(Self::Cooked2),
            _ => None,
        }
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Ethernet => "ethernet",
            Self::Cooked => "linux-sll",
            Self::Cooked2 => "linux-sll2",
            Self::Loopback => "loopback",
            Self::Raw => "raw-ip",
        }
    }

    /// The IP packet in a frame, if there is one.
    pub(super) fn open(self, frame: &[u8]) -> Option<Carried<'_>> {
        let (kind, header, sent) = match self {
            Self::Ethernet => {
                let read = EthernetPacket::new(frame)?;
                (read.get_ethertype(), EthernetPacket::minimum_packet_size(), None)
            }
            Self::Cooked => {
                let read = SLLPacket::new(frame.get(..COOKED)?)?;
                let direction = u8::try_from(read.get_packet_type()).unwrap_or(TO_OTHERS);
                (read.get_protocol(), COOKED, sent(direction))
            }
            Self::Cooked2 => {
                let read = SLL2Packet::new(frame.get(..COOKED_2)?)?;
                (read.get_protocol_type(), COOKED_2, sent(read.get_packet_type()))
            }
            Self::Loopback => return carried(frame, 4, None),
            Self::Raw => return carried(frame, 0, None),
        };
        tagged(frame, header, kind, sent)
    }
}

fn tagged(
    frame: &[u8],
    mut offset: usize,
    mut kind: EtherType,
    sent: Option<bool>,
) -> Option<Carried<'_>> {
    for _ in 0..TAGS {
        if !VLANS.contains(&kind.0) {
            break;
        }
        kind = VlanPacket::new(frame.get(offset..)?)?.get_ethertype();
        offset += VlanPacket::minimum_packet_size();
    }
    matches!(kind.0, IPV4 | IPV6).then(|| carried(frame, offset, sent)).flatten()
}

fn carried(frame: &[u8], offset: usize, sent: Option<bool>) -> Option<Carried<'_>> {
    Some(Carried { packet: frame.get(offset..)?, offset: u32::try_from(offset).ok()?, sent })
}

const fn sent(direction: u8) -> Option<bool> {
    match direction {
        TO_OTHERS => None,
        direction => Some(direction == SENT),
    }
}
