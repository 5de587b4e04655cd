"""Puts rule sets together, so that a scenario shows only what is special about it."""

from __future__ import annotations

from collections.abc import Sequence

ESTABLISHED = "-m conntrack --ctstate ESTABLISHED -j ACCEPT"
BOTH = "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
CONTROL = "-p tcp -m multiport --dports 21,990 -m conntrack --ctstate NEW -j ACCEPT"
RANGE = "-p tcp --dport 21000:21050 -m conntrack --ctstate NEW -j ACCEPT"
HELPER = "-A PREROUTING -p tcp --dport 21 -j CT --helper ftp"

NFT_BOTH = "ct state established,related accept"
NFT_CONTROL = "tcp dport { 21, 990 } ct state new accept"
NFT_RANGE = "tcp dport 21000-21050 ct state new accept"
NFT_HELPER = 'tcp dport 21 ct helper set "ftp-standard"'
NFT_HELPER_OBJECT = """\
    ct helper ftp-standard {
        type "ftp" protocol tcp
    }"""
# Neighbour discovery must pass, or IPv6 has no link.
NEIGHBOURS = "-p ipv6-icmp -j ACCEPT"


def iptables(
    *forward: str,
    raw: Sequence[str] = (),
    mangle: Sequence[str] = (),
    nat: Sequence[str] = (),
    policy: str = "DROP",
) -> str:
    """A gateway in the words of iptables-save; rules without `-A` are of FORWARD."""
    return _tables(
        raw=(("PREROUTING", "OUTPUT"), {}, raw),
        mangle=(("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"), {}, mangle),
        nat=(("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"), {}, nat),
        filter=(
            ("INPUT", "FORWARD", "OUTPUT"),
            {"FORWARD": policy},
            [rule if rule.startswith(("-A", ":")) else f"-A FORWARD {rule}" for rule in forward],
        ),
    )


def host_iptables(*rules: str, raw: Sequence[str] = (), nat: Sequence[str] = ()) -> str:
    """A host that drops what no rule accepts, in both directions."""
    return _tables(
        raw=(("PREROUTING", "OUTPUT"), {}, raw),
        nat=(("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"), {}, nat),
        filter=(("INPUT", "FORWARD", "OUTPUT"), {"INPUT": "DROP", "OUTPUT": "DROP"}, rules),
    )


def _tables(**tables: tuple[Sequence[str], dict[str, str], Sequence[str]]) -> str:
    lines = []
    for name, (chains, policies, rules) in tables.items():
        if rules or name == "filter":
            lines.append(f"*{name}")
            lines += [f":{chain} {policies.get(chain, 'ACCEPT')} [0:0]" for chain in chains]
            # A user chain is declared with the rest.
            lines += [rule for rule in rules if rule.startswith(":")]
            lines += [rule for rule in rules if not rule.startswith(":")]
            lines.append("COMMIT")
    return "\n".join(lines) + "\n"


def chain(name: str, hook: str, *rules: str, policy: str = "accept", kind: str = "filter") -> str:
    """A base chain of nftables; `hook` holds its hook and priority, such as `forward 0`."""
    at, priority = hook.split(maxsplit=1)
    body = "".join(f"        {rule}\n" for rule in rules)
    return (
        f"    chain {name} {{\n"
        f"        type {kind} hook {at} priority {priority}; policy {policy};\n"
        f"{body}    }}"
    )


def nft(*parts: str, family: str = "inet", name: str = "lab") -> str:
    """A table of nftables."""
    return f"table {family} {name} {{\n" + "\n".join(parts) + "\n}\n"


def forward(*rules: str, policy: str = "drop", priority: str = "filter") -> str:
    return chain("forward", f"forward {priority}", *rules, policy=policy)


def helper(*rules: str, priority: str = "filter") -> str:
    """The helper's object, and a chain that assigns it."""
    assign = chain("helpers", f"prerouting {priority}", *(rules or (NFT_HELPER,)))
    return f"{NFT_HELPER_OBJECT}\n{assign}"
