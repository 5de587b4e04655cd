"""A random nft table of translations."""

from __future__ import annotations

import random

from vocabulary import V4, V6, Family, port


def _destination(rng: random.Random, family: Family, ip: str, protocol: str) -> str:
    host = family.host(rng, rng.choice(("server", "server", "client")))
    other = family.host(rng, "server")
    bracket = f"[{host}]" if family.v6 else host
    served = family.local[2]
    return rng.choice(
        (
            f"tcp dport {port(rng)} dnat {ip}to {host}",
            f"tcp dport {port(rng)} dnat {ip}to {bracket}:{port(rng)}",
            f"tcp dport 21000-21050 dnat {ip}to {host}",
            f"tcp dport 31000-31050 dnat {ip}to {bracket}:21000-21050",
            f"tcp dport 21000-21050 dnat {ip}to {bracket}:21000-21050",
            f"tcp dport {{ 21, 990 }} dnat {ip}to {host}",
            f"dnat {ip}to tcp dport map {{ 21 : {host}, 990 : {other}, 21000-21050 : {host} }}",
            f"dnat {ip or f'{protocol} '}addr . port to tcp dport map {{ 2121 : {host} . 21, 9900 : {other} . 990 }}",
            f"dnat {ip}to {'ip6' if family.v6 else 'ip'} daddr map {{ {served} : {host}, {family.local[1]} : {other} }}",
            "tcp dport 21 redirect to :2121",
            "tcp dport { 21, 80 } redirect",
            "tcp dport 8021 redirect to :21000-21050",
            f"tcp dport 990 dnat {ip}to {family.span(rng, 'server')}",
            "tcp dport 21 accept",
            "return",
        )
    )


def _source(rng: random.Random, family: Family, ip: str) -> str:
    host = family.local[2]
    bracket = f"[{host}]" if family.v6 else host
    return rng.choice(
        (
            "masquerade",
            "masquerade",
            f"snat {ip}to {host}",
            f"snat {ip}to {family.host(rng, 'server')}",
            f"meta l4proto tcp snat {ip}to {bracket}:40000-50000",
            "meta l4proto tcp masquerade to :30000-39999",
            "masquerade random",
            "accept",
            f"snat {ip}to {host} persistent",
        )
    )


def table(rng: random.Random, kind: str, inside: str, outside: str) -> str:
    """A table with translations of destinations, of sources, or of both."""
    family = V6 if kind == "ip6" else V4 if kind == "ip" else rng.choice((V4, V6))
    protocol = "ip6" if family.v6 else "ip"
    # In an inet table the family of the translation is written.
    ip = f"{protocol} " if kind == "inet" else ""
    lines = [f"table {kind} nat {{"]
    if rng.random() < 0.75:
        priority = rng.choice(("dstnat", "dstnat", "-100", "-110", "dstnat + 5"))
        lines += [
            "\tchain prerouting {",
            f"\t\ttype nat hook prerouting priority {priority}; policy accept;",
        ]
        for _ in range(rng.randint(1, 3)):
            where = rng.choice(
                (
                    f"{protocol} daddr {family.local[2]} ",
                    f'iifname "{outside}" ',
                    f'iifname "{inside}" ',
                    f"{protocol} daddr {family.address(rng, 'server')} ",
                    f"{protocol} saddr {family.address(rng, 'client')} ",
                )
            )
            lines.append(f"\t\t{where}{_destination(rng, family, ip, protocol)}")
        lines.append("\t}")
    if rng.random() < 0.75:
        priority = rng.choice(("srcnat", "srcnat", "100", "srcnat + 5"))
        lines += ["\tchain postrouting {", f"\t\ttype nat hook postrouting priority {priority};"]
        for _ in range(rng.randint(1, 2)):
            where = rng.choice(
                (
                    f'oifname "{outside}" ',
                    f"{protocol} saddr {family.address(rng, 'client')} ",
                    f'oifname "{outside}" {protocol} saddr {family.address(rng, "client")} ',
                )
            )
            lines.append(f"\t\t{where}{_source(rng, family, ip)}")
        lines.append("\t}")
    return "\n".join([*lines, "}"]) + "\n"
