"""Every common rule set at every place, in both dialects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from lab.model import Dialect, Expected, Placement, Scenario

from .rules import NFT_HELPER_OBJECT, chain, nft

TIMES_OUT = "data timeout"


@dataclass(frozen=True)
class Kind:
    """What the filter does with data connections that the client opens."""

    source: str
    states: str
    """The states that are accepted whatever the port."""
    opened: str | None
    """The part of the range that is accepted when new."""
    helper: int | None
    """The port on which the helper is assigned."""
    expect: Expected


KINDS: Mapping[str, Kind] = {
    "open": Kind("2.1", "established", "21000-21050", None, {"passive": "works", "": TIMES_OUT}),
    "half": Kind(
        "0 rule 2",
        "established",
        "21000-21029",
        None,
        {"passive": {"21000-21029": "works", "21030-21050": TIMES_OUT}, "": TIMES_OUT},
    ),
    "related-no-helper": Kind("10 E1", "established,related", None, None, {"": TIMES_OUT}),
    "related-helper": Kind(
        "10 E2, E3", "established,related", None, 21, {"plain": "works", "": TIMES_OUT}
    ),
    "helper-wrong-port": Kind("2.2", "established,related", None, 2121, {"": TIMES_OUT}),
    "helper-half": Kind(
        "10 F7c",
        "established,related",
        "21000-21029",
        21,
        {
            "plain": "works",
            "passive": {"21000-21029": "works", "21030-21050": TIMES_OUT},
            "": TIMES_OUT,
        },
    ),
}
# The chain of packets from the client, that of packets to it, and where tracking begins.
CHAINS: Mapping[str, tuple[str, str, str]] = {
    "client-gateway": ("FORWARD", "FORWARD", "PREROUTING"),
    "server-gateway": ("FORWARD", "FORWARD", "PREROUTING"),
    "client-host": ("OUTPUT", "INPUT", "OUTPUT"),
    "server-host": ("INPUT", "OUTPUT", "PREROUTING"),
}


def scenarios() -> Iterator[Scenario]:
    for at in get_args(Placement):
        for name, kind in KINDS.items():
            for dialect, write in (("iptables", _iptables), ("nftables", _nft)):
                yield _scenario(at, name, kind, dialect, write(at, kind))


def _scenario(at: Placement, name: str, kind: Kind, dialect: str, rules: str) -> Scenario:
    known: dict[str, Dialect] = {"iptables": "iptables", "nftables": "nftables"}
    return Scenario(
        f"{at}-{name}-{dialect}",
        kind.source,
        rules,
        known[dialect],
        kind.expect,
        at=at,
        # Each of them stands for its like; the other dialect tries the other two.
        data=("pasv", "port") if dialect == "iptables" else ("epsv", "eprt"),
    )


def _iptables(at: Placement, kind: Kind) -> str:
    out, back, first = CHAINS[at]
    lines = ["*filter"]
    for name in ("INPUT", "FORWARD", "OUTPUT"):
        lines.append(f":{name} {'DROP' if name in (out, back) else 'ACCEPT'} [0:0]")
    for name in sorted({out, back}):
        lines.append(f"-A {name} -m conntrack --ctstate {kind.states.upper()} -j ACCEPT")
    accept = "-m conntrack --ctstate NEW -j ACCEPT"
    lines.append(f"-A {out} -p tcp -m multiport --dports 21,990 {accept}")
    if kind.opened:
        lines.append(f"-A {out} -p tcp -m tcp --dport {kind.opened.replace('-', ':')} {accept}")
    lines.append("COMMIT")
    if kind.helper:
        lines += [
            "*raw",
            ":PREROUTING ACCEPT [0:0]",
            ":OUTPUT ACCEPT [0:0]",
            f"-A {first} -p tcp -m tcp --dport {kind.helper} -j CT --helper ftp",
            "COMMIT",
        ]
    return "\n".join(lines) + "\n"


def _nft(at: Placement, kind: Kind) -> str:
    out, back, first = (name.lower() for name in CHAINS[at])
    news = ["tcp dport { 21, 990 } ct state new accept"]
    if kind.opened:
        news.append(f"tcp dport {kind.opened} ct state new accept")
    states = f"ct state {kind.states} accept"
    parts = []
    if kind.helper:
        assign = f'tcp dport {kind.helper} ct helper set "ftp-standard"'
        parts += [NFT_HELPER_OBJECT, chain("helpers", f"{first} -150", assign)]
    parts.append(chain("from-client", f"{out} filter", states, *news, policy="drop"))
    if back != out:
        parts.append(chain("to-client", f"{back} filter", states, policy="drop"))
    return nft(*parts)
