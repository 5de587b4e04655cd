"""Named rule sets with what must become of each connection, written from the documentation.

A line of `expected` is: who opens it, from where, to where, and its fate. Instead of a fate `?` says that
nobody can be certain of it. The clients are inside (10.1.0.0/16, behind eth1), the servers outside
(209.43.40.0/24, behind eth0), and 198.51.100.5 is the router's public address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from probe import INSIDE, OUTSIDE, Connection
from ruleset import RuleSet
from scenarios_filter import FILTER
from scenarios_half_tracked import HALF_TRACKED
from scenarios_nat import NAT
from scenarios_nft import NFT

_LINE = re.compile(r"(client|server) (\S+) (\d+) -> (\S+) (\d+) : (accept|drop|reject|\?)")


@dataclass(frozen=True, slots=True)
class Scenario:
    """A rule set and the fates of connections."""

    name: str
    rules: RuleSet
    connections: tuple[Connection, ...]
    fates: tuple[str, ...]


def _connection(who: str, src: str, sport: str, dst: str, dport: str) -> Connection:
    opener = INSIDE if who == "client" else OUTSIDE
    source, target = ip_address(src), ip_address(dst)
    return Connection(opener, source.version == 6, int(source), int(sport), int(target), int(dport))


def scenarios() -> Iterator[Scenario]:
    """All of them."""
    for name, dialect, text, expected in (*FILTER, *HALF_TRACKED, *NAT, *NFT):
        connections, fates = [], []
        for line in filter(None, map(str.strip, expected.splitlines())):
            found = _LINE.fullmatch(line)
            if found is None:
                raise ValueError(f"{name}: cannot read {line!r}")
            *ends, fate = found.groups()
            connections.append(_connection(*ends))
            fates.append(fate)
        yield Scenario(name, RuleSet(dialect, text), tuple(connections), tuple(fates))
