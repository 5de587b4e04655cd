//! The form of libpcap and tcpdump.

use std::io::Read;

use pcap_parser::pcap::{parse_pcap_frame, parse_pcap_frame_be, parse_pcap_frame_modified};

use super::super::link::Link;
use super::input::{Input, LONGEST_PACKET};
use super::record::{End, Found, NANOSECONDS, Next};
use crate::error::Error;

#[derive(Clone, Copy)]
pub(super) enum Order {
    Little,
    Big,
    /// Little, with a longer header, as Alexey Kuznetsov's patched libpcap wrote it.
    Modified,
}

/// The next record.
pub(super) fn next<R: Read>(
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
