"""What the named rule sets are put together from."""

from __future__ import annotations

# Name, dialect, text, expected fates.
Named = tuple[str, str, str, str]


def forwarding(rules: str, policy: str = "DROP", before: str = "", output: str = "") -> str:
    """An iptables rule set whose filter table has those rules for forwarded packets."""
    appended = "".join(f"-A FORWARD {line.strip()}\n" for line in rules.strip().splitlines())
    appended = appended.replace("-A FORWARD -A ", "-A ").replace("-A FORWARD :", ":")
    chains = "".join(f"{line}\n" for line in appended.splitlines() if line.startswith(":"))
    rest = "".join(f"{line}\n" for line in appended.splitlines() if not line.startswith(":"))
    return (
        f"{before.strip()}\n*filter\n:INPUT ACCEPT [0:0]\n"
        f":FORWARD {policy} [0:0]\n:OUTPUT ACCEPT [0:0]\n"
        f"{chains}{rest}{output}COMMIT\n"
    ).lstrip()


def table(name: str, rules: str, chains: str = "PREROUTING OUTPUT") -> str:
    """Another table of an iptables rule set."""
    heads = "".join(f":{chain} ACCEPT [0:0]\n" for chain in chains.split())
    return (
        f"*{name}\n{heads}"
        + "".join(f"{line.strip()}\n" for line in rules.strip().splitlines())
        + "COMMIT"
    )


def translating(rules: str) -> str:
    """The nat table of an iptables rule set."""
    return table("nat", rules, "PREROUTING INPUT OUTPUT POSTROUTING")


def nft_forwarding(
    rules: str,
    policy: str = "drop",
    owner: str = "inet filter",
    priority: str = "filter",
    more: str = "",
) -> str:
    """An nft table with one base chain for forwarded packets."""
    body = "".join(f"\t\t{line.strip()}\n" for line in rules.strip().splitlines())
    return (
        f"table {owner} {{\n{more}\tchain forward {{\n"
        f"\t\ttype filter hook forward priority {priority}; policy {policy};\n{body}\t}}\n}}\n"
    )


CONTROL_OPEN = (
    "-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n"
    "-p tcp --dport 21 -m conntrack --ctstate NEW -j ACCEPT"
)
DNAT = "-A PREROUTING -d 198.51.100.5 -p tcp --dport {} -j DNAT --to-destination 10.1.2.9{}"
STATEFUL = "-m conntrack --ctstate ESTABLISHED -j ACCEPT\n"
