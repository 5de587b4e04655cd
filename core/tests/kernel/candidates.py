"""The connections to try on a rule set: on both sides of every boundary that its text names."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from netns import LOCAL_V4, LOCAL_V6
from probe import INSIDE, OUTSIDE, Connection

_V4 = re.compile(r"(?<![\w.:])(\d+\.\d+\.\d+\.\d+)(?:/(\d+))?(?![\w.])")
_V6 = re.compile(r"(?<![\w.])([0-9a-fA-F]*:[0-9a-fA-F:]*[0-9a-fA-F:])(?:/(\d+))?")
_NUMBER = re.compile(r"(?<![\w.:])(\d{1,5})(?![\w.])")

_NETS = {
    # Where the near end of each link is, and so who may send from there.
    (INSIDE, False): ("10.0.0.0/8", "192.168.0.0/16", "172.16.0.0/12"),
    (INSIDE, True): ("fc00::/7",),
    (OUTSIDE, False): ("1.0.0.0/8", "198.0.0.0/7", "200.0.0.0/5", "208.0.0.0/4"),
    (OUTSIDE, True): ("2000::/3",),
}
_USUAL = {
    (INSIDE, False): ("10.1.0.0/16", "10.1.2.0/24", "192.168.1.0/24"),
    (INSIDE, True): ("fd00:1::/64", "fd00:1:0:2::/120"),
    (OUTSIDE, False): ("209.43.40.0/24", "203.0.113.0/24"),
    (OUTSIDE, True): ("2001:db8:2b::/120", "2001:db8:71::/64"),
}
_PORTS = (
    20,
    21,
    22,
    80,
    989,
    990,
    1023,
    1024,
    2121,
    20999,
    21000,
    21050,
    21051,
    40000,
    50000,
    65535,
)


def _bounds(text: str, v6: bool) -> set[int]:
    found: set[int] = set()
    for address, bits in (_V6 if v6 else _V4).findall(text):
        try:
            net = ip_network(f"{address}/{bits}" if bits else address, strict=False)
            first, last = int(net.network_address), int(net.broadcast_address)
        except ValueError:
            continue
        found |= {first - 1, first, last, last + 1, (first + last) // 2}
        if bits:
            # The address itself, where its host bits are not zero.
            found.add(int(ip_address(address)))
    return {a for a in found if 0 < a < (1 << (128 if v6 else 32))}


def _span(net: IPv4Network | IPv6Network) -> tuple[int, int]:
    """The first and the last host of a network; of a large one, near its beginning."""
    first = int(net.network_address)
    # The router's own link is at the end of the clients' network.
    return first + 1, first + min(net.num_addresses - 2, 0x3FFF)


class _Pool:
    """The addresses of one side, in one family."""

    def __init__(self, rng: random.Random, text: str, side: int, v6: bool) -> None:
        self._rng = rng
        usual = _USUAL[side, v6]
        self._usual = [_span(net) for net in map(ip_network, usual)]
        nets = [(int(net[0]), int(net[-1])) for net in map(ip_network, _NETS[side, v6])]
        mine = {int(ip_address(a)) for a in (LOCAL_V6 if v6 else LOCAL_V4)}
        # The addresses next to the router's own are its neighbours, its subnets' and so on.
        taken = {a + d for a in mine for d in range(-2, 3)}
        self.named = sorted(
            a
            for a in _bounds(text, v6)
            if a not in taken and any(first <= a <= last for first, last in nets)
        )

    def pick(self) -> int:
        """One address: mostly of those that the rules name."""
        if self.named and self._rng.random() < 0.65:
            return self._rng.choice(self.named)
        return self._rng.randint(*self._rng.choice(self._usual))


def candidates(
    rng: random.Random, text: str, families: Iterable[bool], count: int, to_router: bool = True
) -> list[Connection]:
    """That many different connections, from both sides; some to the router's own addresses."""
    named = {p + d for p in map(int, _NUMBER.findall(text)) for d in (-1, 0, 1)}
    for first, last in re.findall(r"(\d+)[:-](\d+)", text):
        named |= {int(first), int(last), int(first) - 1, int(last) + 1}
    named = {p for p in named if 0 < p < 65536}
    ports = sorted(named | set(_PORTS))
    translates = re.search(r"(?i)dnat|snat|masq|redirect|netmap", text) is not None
    chosen: dict[tuple[object, ...], Connection] = {}
    used: set[tuple[int, int]] = set()
    families = list(families)
    local = [[int(ip_address(a)) for a in LOCAL_V4], [int(ip_address(a)) for a in LOCAL_V6]]
    pools = {(s, f): _Pool(rng, text, s, f) for s in (INSIDE, OUTSIDE) for f in families}
    for _ in range(count * 4):
        if len(chosen) >= count:
            break
        v6 = rng.choice(families)
        opener = INSIDE if rng.random() < 0.6 else OUTSIDE
        src = pools[opener, v6].pick()
        dst = pools[1 - opener, v6].pick()
        if to_router and rng.random() < (0.15 if translates else 0.03):
            dst = rng.choice(local[v6])
        sport = rng.choice(ports) if rng.random() < 0.4 else rng.randint(1024, 65535)
        dport = rng.choice(ports) if rng.random() < 0.85 else rng.randint(1, 65535)
        # A tuple that another one's translation takes would be translated otherwise: when there
        # are translations no two connections have the same source.
        if translates and (src, sport) in used:
            sport = rng.randint(1024, 65535)
            if (src, sport) in used:
                continue
        ends = tuple(sorted(((src, sport), (dst, dport))))
        if ends in chosen:
            continue
        used.add((src, sport))
        chosen[ends] = Connection(opener, v6, src, sport, dst, dport)
    return list(chosen.values())
