"""Random rule sets that let FTP through, and ways to break them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

from .model import SERVER, Dialect, Placement, Server

FAMILY = {"iptables": "ipv4", "ip6tables": "ipv6", "nftables": "ipv4"}
NETS = {
    "ipv4": ("192.168.1.0/24", "192.168.1.8/29", "203.0.113.0/24", "203.0.113.8/29"),
    "ipv6": ("2001:db8:1::/64", "2001:db8:1::/112", "2001:db8:2::/64", "2001:db8:2::/112"),
}
ELSEWHERE = {"ipv4": "198.18.0.0/15", "ipv6": "2001:db8:99::/48"}


@dataclass(frozen=True)
class Rule:
    """What one rule tests and does; what is empty is not tested."""

    target: str
    source: str = ""
    destination: str = ""
    sports: str = ""
    dports: str = ""
    state: str = ""
    negated: bool = False
    """Whether it takes all addresses but these."""

    def iptables(self) -> str:
        no = "! " if self.negated else ""
        words = [
            f"{no}-s {self.source}" if self.source else "",
            f"{no}-d {self.destination}" if self.destination else "",
            "-p tcp" if self.sports or self.dports else "",
            f"-m multiport --sports {self.sports.replace('-', ':')}" if self.sports else "",
            f"-m multiport --dports {self.dports.replace('-', ':')}" if self.dports else "",
            f"-m conntrack --ctstate {self.state.upper()}" if self.state else "",
            "-j CT --notrack" if self.target == "notrack" else f"-j {self._target()}",
        ]
        return " ".join(word for word in words if word)

    def _target(self) -> str:
        if self.target.startswith("jump "):
            return self.target[5:]
        return self.target.upper()

    def nftables(self) -> str:
        no = "!= " if self.negated else ""
        words = [
            f"ip saddr {no}{self.source}" if self.source else "",
            f"ip daddr {no}{self.destination}" if self.destination else "",
            f"tcp sport {{ {self.sports} }}" if self.sports else "",
            f"tcp dport {{ {self.dports} }}" if self.dports else "",
            f"ct state {self.state}" if self.state else "",
            self.target,
        ]
        return " ".join(word for word in words if word)


@dataclass
class Chain:
    """A chain; with a hook a base chain."""

    table: str
    name: str
    hook: str = ""
    priority: int = 0
    policy: str = "accept"
    rules: list[Rule] = field(default_factory=list)


@dataclass
class RuleSet:
    """A rule set at a place."""

    dialect: Dialect
    at: Placement
    server: Server
    chains: list[Chain]

    def text(self) -> str:
        lines: list[str] = []
        for table in dict.fromkeys(chain.table for chain in self.chains):
            chains = [chain for chain in self.chains if chain.table == table]
            if self.dialect == "nftables":
                lines += _nft(table, chains)
            else:
                lines += _save(table, chains, self.dialect == "ip6tables")
        return "\n".join(lines) + "\n"


def _nft(table: str, chains: list[Chain]) -> list[str]:
    lines = [f"table ip {table} {{"]
    for chain in sorted(chains, key=lambda one: bool(one.hook)):
        lines.append(f"\tchain {chain.name} {{")
        if chain.hook:
            hook = f"hook {chain.hook} priority {chain.priority}; policy {chain.policy};"
            lines.append(f"\t\ttype filter {hook}")
        lines += [f"\t\t{rule.nftables()}" for rule in chain.rules]
        lines.append("\t}")
    return [*lines, "}"]


def _save(table: str, chains: list[Chain], six: bool) -> list[str]:
    lines = [f"*{table}"]
    for chain in chains:
        policy = chain.policy.upper() if chain.hook else "-"
        lines.append(f":{chain.name} {policy} [0:0]")
    for chain in chains:
        # Without its neighbours IPv6 has no link.
        lines += [f"-A {chain.name} -p ipv6-icmp -j ACCEPT"] if chain.hook and six else []
        lines += [f"-A {chain.name} {rule.iptables()}" for rule in chain.rules]
    return [*lines, "COMMIT"]


def working(dice: random.Random) -> RuleSet:
    """A rule set that lets sessions with the server of the lab through."""
    dialect: Dialect = dice.choice(("iptables", "nftables", "nftables", "iptables", "ip6tables"))
    at: Placement = dice.choice(("client-gateway", "server-gateway", "client-host", "server-host"))
    low = dice.choice((21000, 30000, 49000))
    passive = (low, low + dice.choice((0, 9, 50)))
    server = Server(control=dice.choice((21, 21, 2121)), passive=passive)
    family = FAMILY[dialect]
    clients, _, servers, _ = NETS[family]
    ports = f"{server.control},{_span(*passive)}"
    to, back = {
        "client-host": ("OUTPUT", "INPUT"),
        "server-host": ("INPUT", "OUTPUT"),
    }.get(at, ("FORWARD", "FORWARD"))
    known = Rule("accept", state="established")
    stateless = dice.random() < 0.2
    answers = Rule("accept", source=SERVER[family], sports=ports) if stateless else known
    allowed = [Rule("accept", destination=servers, dports=part) for part in ports.split(",")]
    if dice.random() < 0.5:
        allowed = [Rule("accept", source=clients, destination=SERVER[family], dports=ports)]
    policy, last = dice.choice((("drop", []), ("accept", [Rule("reject")]), ("accept", [Rule("drop")])))
    users = [Chain("filter", "ftp", rules=allowed)] if dice.random() < 0.4 else []
    way = [Rule("jump ftp", destination=servers)] if users else allowed
    way = [*_unrelated(dice, family), *way, *_unrelated(dice, family)]
    chains = [
        Chain("filter", name, name.lower(), 0, policy if name in (to, back) else "accept")
        for name in ("INPUT", "FORWARD", "OUTPUT")
    ]
    by_name = {chain.name: chain for chain in chains}
    by_name[back].rules.append(answers)
    by_name[to].rules += way
    for name in dict.fromkeys((to, back)):
        by_name[name].rules += last
    early = []
    if dice.random() < 0.5:
        name = to if dice.random() < 0.7 else back
        early.append(Chain("mangle", name, name.lower(), -150, rules=_unrelated(dice, family)))
    if stateless and dice.random() < 0.6:
        early += [
            Chain("raw", name, name.lower(), -300, rules=[Rule("notrack")])
            for name in ("PREROUTING", "OUTPUT")
        ]
    return RuleSet(dialect, at, server, [*early, *chains, *users])


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _unrelated(dice: random.Random, family: str) -> list[Rule]:
    rules = (
        Rule("accept", source=ELSEWHERE[family], dports="22"),
        Rule("drop", destination=ELSEWHERE[family]),
        Rule("accept", dports="80,443", state="new"),
        Rule("drop", dports="23,135-139"),
    )
    return dice.sample(rules, dice.randrange(3))


def break_once(rules: RuleSet, dice: random.Random) -> None:
    """Break it somewhere; it may work all the same."""
    family = FAMILY[rules.dialect]
    low, high = rules.server.passive
    first = dice.randint(low, high)
    part = _span(first, dice.randint(first, high))
    filters = [chain for chain in rules.chains if chain.table == "filter" and chain.rules]
    chain = dice.choice(filters)
    place = dice.randrange(len(chain.rules))
    rule = chain.rules[place]
    stop = dice.choice(("drop", "reject"))
    *_, some_servers = NETS[family]
    match dice.randrange(8):
        case 0 | 1:
            del chain.rules[place]
        case 2:
            chain.rules.append(chain.rules.pop(place))
        case 3 if rule.dports and "-" in rule.dports:
            at, _, last = rule.dports.rpartition("-")
            start = at.rpartition(",")[2]
            shorter = _span(int(start), max(int(last) - dice.choice((1, 5)), int(start)))
            chain.rules[place] = replace(rule, dports=at.removesuffix(start) + shorter)
        case 4:
            chain.rules.insert(place, Rule(stop, destination=some_servers, dports=part))
        case 5:
            chain.rules.insert(place, Rule(stop, source=some_servers, sports=part))
        case 6:
            early = [one for one in rules.chains if one.table != "filter"]
            drop = Rule("drop", dports=part) if dice.random() < 0.6 else Rule("drop", sports=part)
            dice.choice(early or filters).rules.append(drop)
        case _:
            nobody = ELSEWHERE[family]
            chain.rules.insert(place, Rule(stop, source=nobody, dports=part, negated=True))
