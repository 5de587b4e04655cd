"""What a scenario is, and the words of its outcomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from .dialogue import Dialogue

Placement = Literal["client-gateway", "client-host", "server-gateway", "server-host"]
Dialect = Literal["iptables", "ip6tables", "nftables"]
Ports: TypeAlias = "tuple[int, int]"
"""The first and the last of a range."""

CLIENT = {"ipv4": "192.168.1.10", "ipv6": "2001:db8:1::10"}
SERVER = {"ipv4": "203.0.113.10", "ipv6": "2001:db8:2::10"}
ROUTER_INSIDE = {"ipv4": "192.168.1.1", "ipv6": "2001:db8:1::1"}
ROUTER_OUTSIDE = {"ipv4": "203.0.113.1", "ipv6": "2001:db8:2::1"}
VIP = {"ipv4": "198.51.100.5", "ipv6": "2001:db8:5::5"}

PROTECTIONS = ("plain", "explicit-tls", "implicit-tls")
DATA_MODES = ("pasv", "epsv", "port", "eprt")
WORDS: Mapping[str, frozenset[str]] = {
    **{word: frozenset({word}) for word in (*PROTECTIONS, *DATA_MODES, "ipv4", "ipv6")},
    "tls": frozenset({"explicit-tls", "implicit-tls"}),
    "passive": frozenset({"pasv", "epsv"}),
    "active": frozenset({"port", "eprt"}),
}


@dataclass(frozen=True, order=True)
class Mode:
    """A way to run a session."""

    protection: str
    data: str
    family: str

    @property
    def passive(self) -> bool:
        return self.data in ("pasv", "epsv")

    def is_in(self, pattern: str) -> bool:
        """Whether every word of the pattern holds; a pattern without words is every mode."""
        facts = {self.protection, self.data, self.family}
        return all(facts & WORDS[word] for word in pattern.split())

    def __str__(self) -> str:
        return f"{self.protection} {self.data} {self.family}"


@dataclass(frozen=True)
class Server:
    """How the FTP server is set up."""

    software: Literal["pyftpdlib", "vsftpd"] = "pyftpdlib"
    control: int = 21
    implicit: int = 990
    passive: Ports = (21000, 21050)
    announces: str | None = None
    """The address in its 227 replies, if not its own."""
    announces_shifted: int = 0
    """Its 227 and 229 replies name ports this much above those that it listens on."""
    source_port: int | None = None
    """Where active data comes from; any port for `None`."""
    foreign_addresses: bool = False
    """Whether a PORT command may name another address than the client's."""
    tls_reuse: bool = False
    """Whether data connections must resume the TLS session (vsftpd only)."""


Expected: TypeAlias = "Mapping[str, str | Mapping[str, str]]"
"""By pattern of modes, the first that holds: the outcome, or the outcomes by ranges of ports."""


@dataclass(frozen=True)
class Scenario:
    """A rule set at a place, a server, and what the kernel makes of sessions there."""

    name: str
    source: str
    """Where the expectation comes from."""
    rules: str
    dialect: Dialect
    expect: Expected
    at: Placement = "client-gateway"
    server: Server = field(default_factory=Server)
    protections: tuple[str, ...] = PROTECTIONS
    data: tuple[str, ...] = DATA_MODES
    families: tuple[str, ...] = ()
    """What is tried; what the dialect governs if left out."""
    dial: Mapping[str, str] = field(default_factory=lambda: SERVER)
    """The addresses that clients connect to."""
    dial_control: int | None = None
    """The port that clients connect to, if it is not the server's."""
    client_routes: Literal["all", "vip"] = "all"
    """Whether the client reaches everything, or the router's public address only."""
    server_routes: Literal["all", "link"] = "all"
    """Whether the server reaches everything, or its own network only."""
    client_ports: Ports = (40000, 40999)
    """Where the client listens for active data."""
    curl: bool = False
    """Whether curl runs the same sessions too."""
    sysctl: Mapping[str, str] = field(default_factory=dict)
    undecided: str | None = None
    """Why no audit can decide about all of it, if that is so."""

    def beyond_audits(self) -> str | None:
        """What the server does to make work what would not work with any usual server."""
        return "announces other ports than its own" if self.server.announces_shifted else None

    def modes(self) -> list[Mode]:
        families = (
            self.families
            or {
                "iptables": ("ipv4",),
                "ip6tables": ("ipv6",),
                "nftables": ("ipv4",),
            }[self.dialect]
        )
        return [
            Mode(protection, data, family)
            for family in families
            for protection in self.protections
            for data in self.data
            if family == "ipv4" or data in ("epsv", "eprt")
        ]

    def announced_range(self) -> Ports:
        low, high = self.server.passive
        return low + self.server.announces_shifted, high + self.server.announces_shifted

    def edges(self) -> list[int]:
        """The passive ports at which outcomes change, and those at the ends of the range."""
        modes = [mode for mode in self.modes() if mode.passive]
        spans = [span for mode in modes for span, _ in self.expected(mode)]
        return sorted({port for span in (*spans, self.announced_range()) for port in span})

    def expected_of(self, mode: Mode, port: int) -> str:
        """What must come out for a port; nothing is said of those that no part has."""
        found = [one for (low, high), one in self.expected(mode) if low <= port <= high]
        return found[0] if found else ""

    def expected(self, mode: Mode) -> list[tuple[Ports, str]]:
        """What must come out for which ports: passive ones of the server, active of the client."""
        for pattern, outcome in self.expect.items():
            if mode.is_in(pattern):
                if isinstance(outcome, str):
                    span = self.announced_range() if mode.passive else self.client_ports
                    return [(span, outcome)]
                return [(ports(text), one) for text, one in outcome.items()]
        raise KeyError(f"{self.name} expects nothing of {mode}")


@dataclass(frozen=True)
class Script:
    """A dialogue of two scripted peers: what no well-behaved server or client says."""

    name: str
    source: str
    rules: str
    talk: Callable[[Dialogue], str]
    expect: str
    dialect: Dialect = "nftables"
    at: Placement = "client-gateway"
    dial: Mapping[str, str] = field(default_factory=lambda: SERVER)
    client_routes: Literal["all", "vip"] = "all"
    server_routes: Literal["all", "link"] = "all"
    sysctl: Mapping[str, str] = field(default_factory=dict)


def ports(text: str) -> Ports:
    low, _, high = text.partition("-")
    return int(low), int(high or low)


def works(outcome: str) -> bool:
    return outcome in ("works", "works, delayed")
