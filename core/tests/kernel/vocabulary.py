"""The addresses, ports and names that generated rules are about."""

from __future__ import annotations

import random
from dataclasses import dataclass

from netns import LOCAL_V4, LOCAL_V6

LINKS = (("eth1", "eth0"), ("lan0", "wan0"), ("br-lan", "ppp0"), ("eth0", "eth1"))
SERVICES = (21, 990, 20, 989, 2121, 22, 80)
PORT_RANGES = (
    (21000, 21050),
    (1024, 65535),
    (40000, 50000),
    (20, 21),
    (989, 990),
    (32768, 60999),
    (0, 1023),
    (21000, 21025),
    (21026, 21050),
    (2000, 2199),
)


@dataclass(frozen=True)
class Family:
    """What differs between IPv4 and IPv6."""

    v6: bool
    clients: tuple[str, ...]
    servers: tuple[str, ...]
    elsewhere: tuple[str, ...]
    local: tuple[str, ...]

    def address(self, rng: random.Random, whose: str) -> str:
        """A network or address of the clients, of the servers, or of anyone."""
        pools = {"client": self.clients, "server": self.servers, "any": self.elsewhere}
        if rng.random() < 0.08:
            return rng.choice(self.local + self.elsewhere)
        return rng.choice(pools[whose])

    def host(self, rng: random.Random, whose: str) -> str:
        """A single address."""
        number = rng.randint(2, 14)
        if self.v6:
            return f"fd00:1::{number:x}" if whose == "client" else f"2001:db8:2b::{number:x}"
        return f"10.1.2.{number}" if whose == "client" else f"209.43.40.{number}"

    def span(self, rng: random.Random, whose: str) -> str:
        """A range of addresses, as first-last."""
        first, last = sorted(rng.sample(range(1, 250), 2))
        if self.v6:
            net = "fd00:1::" if whose == "client" else "2001:db8:2b::"
            return f"{net}{first:x}-{net}{last:x}"
        net = rng.choice(("10.1.2.", "10.1.0.")) if whose == "client" else "209.43.40."
        return f"{net}{first}-{net}{last}"


V4 = Family(
    False,
    (
        "10.1.0.0/16",
        "10.1.2.0/24",
        "10.1.2.3",
        "10.0.0.0/8",
        "192.168.0.0/16",
        "10.1.2.0/28",
        "10.1.2.128/25",
        "10.1.0.0/18",
    ),
    (
        "209.43.40.0/24",
        "209.43.40.0/25",
        "209.43.40.7",
        "209.43.0.0/16",
        "209.43.40.128/26",
        "209.43.40.0/28",
        "203.0.113.10",
        "203.0.113.0/24",
    ),
    ("0.0.0.0/0", "128.0.0.0/1", "0.0.0.0/1", "192.0.0.0/4", "10.1.2.0/23"),
    LOCAL_V4,
)
V6 = Family(
    True,
    ("fd00:1::/64", "fd00:1::/32", "fd00:1::3", "fc00::/7", "fd00:1:0:2::/64", "fd00:1::/124"),
    (
        "2001:db8:2b::/64",
        "2001:db8:2b::/121",
        "2001:db8:2b::7",
        "2001:db8::/32",
        "2001:db8:71::/64",
        "2001:db8:2b::/124",
    ),
    ("::/0", "8000::/1", "2000::/3", "fd00::/15"),
    LOCAL_V6,
)


def port(rng: random.Random) -> int:
    """A port that something is said about."""
    if rng.random() < 0.7:
        return rng.choice(SERVICES)
    return rng.choice((21000, 21001, 21025, 21050, 40000, 1024, 1023, 65535, rng.randint(1, 65535)))


def port_range(rng: random.Random) -> tuple[int, int]:
    """A range of ports, both ends included."""
    if rng.random() < 0.85:
        return rng.choice(PORT_RANGES)
    first, last = sorted(rng.randint(1, 65535) for _ in range(2))
    return first, last
