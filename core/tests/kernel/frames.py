"""Ethernet frames with one TCP segment: building them, and reading what arrives."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10

IPV4_TYPE = b"\x08\x00"
IPV6_TYPE = b"\x86\xdd"


def packed(address: str) -> bytes:
    """The address as it stands in a packet."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.inet_pton(family, address)


def checksum(data: bytes) -> int:
    """The ones' complement checksum of RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = int.from_bytes(data, "big")
    # A sum that is not zero is 1..0xffff in ones' complement, never 0.
    return 0xFFFF - ((total % 0xFFFF or 0xFFFF) if total else 0)


def segment(
    link: bytes,
    src: bytes,
    sport: int,
    dst: bytes,
    dport: int,
    seq: int,
    ack: int,
    flags: int,
    data: bytes = b"",
) -> bytes:
    """A whole frame; `link` is destination and source MAC address."""
    head = struct.pack("!HHIIBBH", sport, dport, seq, ack, 5 << 4, flags, 64240)
    length = 20 + len(data)
    # The pseudo header's sum does not depend on the order of its 16 bit words.
    pseudo = src + dst + struct.pack("!HH", 6, length)
    tail = b"\0\0" + data
    tcp = head + struct.pack("!H", checksum(pseudo + head + b"\0\0" + tail)) + tail
    if len(src) == 4:
        ip = struct.pack("!BBHHHBB", 0x45, 0, 20 + length, 0, 0x4000, 64, 6)
        ip += struct.pack("!H", checksum(ip + src + dst)) + src + dst
        return link + IPV4_TYPE + ip + tcp
    return link + IPV6_TYPE + struct.pack("!IHBB", 6 << 28, length, 6, 64) + src + dst + tcp


@dataclass(frozen=True, slots=True)
class Segment:
    """A TCP segment that arrived."""

    src: bytes
    sport: int
    dst: bytes
    dport: int
    seq: int
    ack: int
    flags: int


@dataclass(frozen=True, slots=True)
class Unreachable:
    """An ICMP error that arrived: its type and code, and the segment that it quotes."""

    kind: tuple[int, int]
    seq: int


def _tcp(src: bytes, dst: bytes, tcp: bytes) -> Segment | None:
    if len(tcp) < 14:
        return None
    sport, dport, seq, ack = struct.unpack_from("!HHII", tcp)
    return Segment(src, sport, dst, dport, seq, ack, tcp[13] & 0x3F)


def parse(frame: bytes) -> Segment | Unreachable | None:
    """What the frame carries; None if it is neither TCP nor an ICMP error about TCP."""
    kind, packet = frame[12:14], frame[14:]
    if kind == IPV4_TYPE and len(packet) >= 20:
        size = (packet[0] & 15) * 4
        body = packet[size:]
        if packet[9] == 6:
            return _tcp(packet[12:16], packet[16:20], body)
        if packet[9] == 1 and len(body) >= 28 and body[0] == 3:
            quoted = body[8:]
            inner = (quoted[0] & 15) * 4
            if quoted[9] == 6 and len(quoted) >= inner + 8:
                return Unreachable(
                    (body[0], body[1]), int.from_bytes(quoted[inner + 4 : inner + 8], "big")
                )
    elif kind == IPV6_TYPE and len(packet) >= 40:
        body = packet[40:]
        if packet[6] == 6:
            return _tcp(packet[8:24], packet[24:40], body)
        if packet[6] == 58 and len(body) >= 56 and body[0] == 1 and body[14] == 6:
            return Unreachable((body[0], body[1]), int.from_bytes(body[52:56], "big"))
    return None
