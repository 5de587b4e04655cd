"""TCP connections through a router, many at a time, as far as they come.

Every connection takes nine packets, of which each must come out at the other side:
SYN, SYN-ACK, then ACK, data and FIN of the opener, then ACK, data and FIN of the other end, and the
opener's last ACK. The connections go step by step together, and each is known by its sequence numbers, which no address
translation changes.
"""

from __future__ import annotations

import select
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from frames import ACK, FIN, PSH, RST, SYN, Unreachable, parse, segment
from netns import LINKS, Router

INSIDE, OUTSIDE = 0, 1


class Connection(NamedTuple):
    """A connection as its opener sends it; `opener` is INSIDE or OUTSIDE, addresses are numbers."""

    opener: int
    v6: bool
    src: int
    sport: int
    dst: int
    dport: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far a connection came: `stopped` is the step of the packet that was lost, 9 for none."""

    stopped: int
    refusal: str = ""
    note: str = ""

    @property
    def fate(self) -> str:
        """What became of the first packet that did not come through."""
        if self.stopped == len(STEPS):
            return "accept"
        return "reject" if self.refusal else "drop"


class Step(NamedTuple):
    """One packet: by the opener or not, its flags, its offset in the stream, and its payload."""

    name: str
    opener: bool
    flags: int
    offset: int
    acknowledged: int
    data: bytes


_LINE = b"ab\r\n"
STEPS = (
    Step("syn", True, SYN, 0, 0, b""),
    Step("syn-ack", False, SYN | ACK, 0, 1, b""),
    Step("ack", True, ACK, 1, 1, b""),
    Step("data", True, ACK | PSH, 1, 1, _LINE),
    Step("fin", True, ACK | FIN, 5, 1, b""),
    Step("reply ack", False, ACK, 1, 6, b""),
    Step("reply data", False, ACK | PSH, 1, 6, _LINE),
    Step("reply fin", False, ACK | FIN, 5, 6, b""),
    Step("last ack", True, ACK, 6, 6, b""),
)
# Sequence numbers: the opener's of connection k is _BASE + 64 k, the other end's has the top bit.
_BASE, _STRIDE, _OTHER = 0x10000000, 64, 0x80000000

# Source address and port, destination address and port.
Ends = tuple[bytes, int, bytes, int]


class _Live:
    """A connection that is under way."""

    __slots__ = ("arrived", "index", "note", "opener", "refusal", "seen", "sent")

    def __init__(self, index: int, connection: Connection) -> None:
        size = 16 if connection.v6 else 4
        self.index = index
        self.opener = connection.opener
        self.sent: Ends = (
            connection.src.to_bytes(size, "big"),
            connection.sport,
            connection.dst.to_bytes(size, "big"),
            connection.dport,
        )
        self.seen: Ends | None = None
        self.arrived = False
        self.refusal = ""
        self.note = ""


def _mirror(ends: Ends) -> Ends:
    return ends[2], ends[3], ends[0], ends[1]


class Prober:
    """Sends connections through one router; never the same numbers twice."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._next = 0

    def probe(self, connections: Sequence[Connection], quiet: float) -> list[Outcome]:
        """How far each comes. A packet is lost when nothing came for `quiet` seconds."""
        first = self._next
        self._next += len(connections)
        live = {first + i: _Live(i, c) for i, c in enumerate(connections)}
        outcomes = [Outcome(len(STEPS))] * len(connections)
        self._drain()
        for number, step in enumerate(STEPS):
            self._send(step, live)
            self._collect(number, live, quiet)
            for key, one in list(live.items()):
                if not one.arrived:
                    outcomes[one.index] = Outcome(number, one.refusal, one.note)
                    del live[key]
                one.arrived = False
            if not live:
                break
        return outcomes

    def _drain(self) -> None:
        for end in self._router.sockets:
            while True:
                try:
                    end.recv(2048)
                except BlockingIOError:
                    break

    def _send(self, step: Step, live: dict[int, _Live]) -> None:
        sockets = self._router.sockets
        for key, one in live.items():
            base = _BASE + key * _STRIDE
            mine, other = (base, base ^ _OTHER) if step.opener else (base ^ _OTHER, base)
            side = one.opener if step.opener else 1 - one.opener
            assert step.opener or one.seen is not None
            ends = one.sent if step.opener else _mirror(one.seen or one.sent)
            ack = (other + step.acknowledged) & 0xFFFFFFFF if step.flags & ACK else 0
            seq = (mine + step.offset) & 0xFFFFFFFF
            frame = segment(LINKS[side], *ends, seq, ack, step.flags, step.data)
            while True:
                try:
                    sockets[side].send(frame)
                    break
                except BlockingIOError:
                    select.select([], [sockets[side]], [], 0.1)

    def _collect(self, number: int, live: dict[int, _Live], quiet: float) -> None:
        waiting = len(live)
        sockets = self._router.sockets
        last = time.monotonic()
        while waiting > 0:
            ready = select.select(sockets, [], [], max(0.0, last + quiet - time.monotonic()))[0]
            if not ready:
                return
            for end in ready:
                side = sockets.index(end)
                while True:
                    try:
                        frame = end.recv(2048)
                    except BlockingIOError:
                        break
                    waiting -= _note(frame, side, number, live)
            # Time is counted from the last frame on, whatever it was.
            last = time.monotonic()


def _note(frame: bytes, side: int, number: int, live: dict[int, _Live]) -> int:
    """Notes what a frame says about a connection; 1 if it settles the step for it."""
    what = parse(frame)
    if what is None:
        return 0
    if isinstance(what, Unreachable):
        return _refused(what.seq, f"icmp {what.kind[0]}/{what.kind[1]}", live)
    if what.flags & RST:
        return _refused(what.ack - 1 if what.flags & ACK else what.seq, "reset", live)
    key, step = _key(what.seq), STEPS[number]
    one = live.get(key)
    if one is None or what.flags != step.flags:
        return 0
    if bool(what.seq & _OTHER) == step.opener or what.seq % _STRIDE != step.offset:
        return 0
    ends = (what.src, what.sport, what.dst, what.dport)
    if one.arrived:
        return 0
    if side != (1 - one.opener if step.opener else one.opener):
        one.note = "came out at the wrong side"
        return 0
    if number == 0:
        one.seen = ends
    elif ends != (one.seen if step.opener else _mirror(one.sent)):
        one.note = "came out with other addresses than before"
        return 0
    one.arrived = True
    return 0 if one.refusal else 1


def _key(number: int) -> int:
    return ((number & ~_OTHER) - _BASE) // _STRIDE


def _refused(number: int, how: str, live: dict[int, _Live]) -> int:
    one = live.get(_key(number & 0xFFFFFFFF))
    if one is None or one.refusal:
        return 0
    one.refusal = how
    return 0 if one.arrived else 1
