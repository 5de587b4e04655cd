"""Random rule sets for `nft -f`, in the style of people who write them by hand."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import nft_nat
from nft_tests import Tests
from ruleset import RuleSet
from vocabulary import LINKS

_PRIORITIES = {
    "prerouting": (
        "raw",
        "mangle",
        "filter",
        "dstnat",
        "dstnat - 5",
        "-250",
        "-201",
        "-199",
        "-90",
        "raw + 10",
    ),
    "input": ("filter", "0", "filter + 10", "mangle"),
    "forward": (
        "filter",
        "filter",
        "0",
        "mangle",
        "security",
        "filter + 10",
        "filter - 5",
        "-1",
        "5",
    ),
    "output": ("filter", "raw", "0"),
    "postrouting": ("srcnat", "mangle", "filter", "90", "srcnat + 10", "110"),
}
# The flags of some packets of each connection.
_SOME_PACKETS = (
    "& (syn | ack) == syn",
    "& (syn | ack) == (syn | ack)",
    "& (syn | ack) == ack",
    "& (fin | psh) == fin",
    "& (fin | psh) == psh",
    "& (syn | fin | psh) == 0x0",
)
_REJECTS = {
    False: (
        "reject",
        "reject with tcp reset",
        "reject with icmp type admin-prohibited",
        "reject with icmp type port-unreachable",
        "reject with icmp host-unreachable",
    ),
    True: (
        "reject",
        "reject with tcp reset",
        "reject with icmpv6 type admin-prohibited",
        "reject with icmpv6 no-route",
        "reject with icmpv6 type addr-unreachable",
    ),
}
_REJECTS_INET = (
    "reject with icmpx type admin-prohibited",
    "reject with icmpx port-unreachable",
    "reject with icmpx type host-unreachable",
    "reject",
    "reject with tcp reset",
)
_MARKS = (
    "meta mark set 0x1",
    "meta mark set 0x10",
    "meta mark set meta mark | 0x2",
    "meta mark set mark and 0xf0",
    "meta mark set meta mark ^ 0x1",
    "meta mark set 0",
)


@dataclass
class _Table:
    """One table in the making."""

    rng: random.Random
    tests: Tests
    kind: str
    name: str
    features: set[str]
    users: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def chance(self, probability: float) -> bool:
        """Whether something with this probability happens."""
        return self.rng.random() < probability

    def verdict(self, hook: str, callable_: list[str], accepting: float) -> str:
        """What a rule ends with."""
        rng = self.rng
        if callable_ and self.chance(0.2):
            return f"{rng.choice(('jump', 'jump', 'goto'))} {rng.choice(callable_)}"
        if self.chance(0.06):
            self.features.add("marks")
            return rng.choice(_MARKS)
        if self.chance(0.05):
            return rng.choice(("counter", "continue", 'log prefix "seen "', "return", "return"))
        decorated = rng.choice(
            ("", "", "", "counter ", 'log prefix "x: " ', "counter packets 0 bytes 0 ")
        )
        if self.chance(accepting):
            return decorated + "accept"
        if hook != "postrouting" and self.chance(0.45):
            inet = self.kind == "inet" and self.chance(0.7)
            return decorated + rng.choice(
                _REJECTS_INET if inet else _REJECTS[self.tests.current.v6]
            )
        return decorated + "drop"

    def vmap(self, hook: str, callable_: list[str]) -> str:
        """A rule that is one lookup of a verdict."""
        rng, tests = self.rng, self.tests
        tests.begin()
        self.features.add("vmap")

        def then() -> str:
            if callable_ and self.chance(0.3):
                return f"{rng.choice(('jump', 'goto'))} {rng.choice(callable_)}"
            return rng.choice(("accept", "accept", "accept", "drop", "return", "continue"))

        kind = rng.random()
        if kind < 0.3:
            keys = rng.sample(
                ("established", "related", "invalid", "new", "untracked"), rng.randint(2, 4)
            )
            usual = {"established": "accept", "related": "accept", "invalid": "drop"}
            pairs = ", ".join(f"{k} : {usual.get(k, then())}" for k in keys)
            return f"ct state vmap {{ {pairs} }}"
        if kind < 0.55:
            pairs = ", ".join(f"{p} : {then()}" for p in tests.disjoint_ports(rng.randint(2, 4)))
            return f"tcp {rng.choice(('dport', 'dport', 'sport'))} vmap {{ {pairs} }}"
        if kind < 0.7 and hook not in ("output", "postrouting"):
            names = rng.sample((tests.inside, tests.outside, "tun0"), rng.randint(1, 3))
            pairs = ", ".join(f'"{n}" : {then()}' for n in names)
            return f"iifname vmap {{ {pairs} }}"
        side, word, family = tests.side()
        if kind < 0.85:
            pairs = ", ".join(
                f"{a} : {then()}" for a in tests.disjoint_addresses(family, side, rng.randint(1, 3))
            )
            return f"{word} vmap {{ {pairs} }}"
        nets = tests.disjoint_addresses(family, side, rng.randint(1, 3))
        pairs = ", ".join(
            f"{a} . {p} : {then()}" for a, p in zip(nets, tests.disjoint_ports(len(nets)))
        )
        return f"{word} . tcp dport vmap {{ {pairs} }}"

    def rule(self, hook: str, callable_: list[str], accepting: float) -> str:
        """One rule."""
        if self.chance(0.13):
            return self.vmap(hook, callable_)
        self.tests.begin()
        text = f"{self.tests.all(hook)} {self.verdict(hook, callable_, accepting)}".strip()
        if self.chance(0.05):
            text += ' comment "ftp accept; drop"'
        return text

    def chain(
        self, name: str, hook: str, head: str, rules: int, callable_: list[str], accepting: float
    ) -> None:
        """One chain; `head` is empty for a chain that is called."""
        self.lines.append(f"\tchain {name} {{")
        if head:
            self.lines.append(f"\t\t{head}")
        if head and hook in ("forward", "input") and self.chance(0.75):
            self.lines.append(
                "\t\t"
                + self.rng.choice(
                    (
                        "ct state established,related accept",
                        "ct state established accept",
                        "ct state { established, related } accept",
                        "ct state { established, untracked } accept",
                        "ct state vmap { established : accept, related : accept, invalid : drop }",
                        "ct state & (established | related) != 0 accept",
                        "ct state vmap { invalid : drop, established : accept }",
                    )
                )
            )
        for _ in range(rules):
            self.lines.append(f"\t\t{self.rule(hook, callable_, accepting)}")
        self.lines += ["\t}", ""]

    def fill(self, hooks: list[str]) -> None:
        """The chains of the table: one base chain for each hook named."""
        rng = self.rng
        self.users = [
            f"{rng.choice(('ftp', 'lan', 'from_wan', 'chk'))}_{i}"
            for i in range(rng.choice((0, 0, 1, 2, 3)))
        ]
        one = hooks[0] if len(set(hooks)) == 1 else "input"
        for i, user in enumerate(self.users):
            self.chain(
                user,
                one if one != "input" else "any",
                "",
                rng.randint(0, 4),
                self.users[i + 1 :],
                0.6,
            )
        for i, hook in enumerate(hooks):
            priority = rng.choice(_PRIORITIES[hook])
            main = hook == "forward"
            policy = "drop" if self.chance(0.6 if main and i == 0 else 0.04) else "accept"
            name = hook if hooks.count(hook) == 1 else f"{hook}_{i}"
            head = f"type filter hook {hook} priority {priority}; policy {policy};"
            if policy == "accept" and self.chance(0.3):
                head = f"type filter hook {hook} priority {priority};"
            # Rules elsewhere than in forward seldom stop anything.
            self.chain(
                name,
                hook,
                head,
                rng.randint(1, 8 if main else 3),
                self.users,
                0.62 if main else 0.8,
            )

    def untracking(self) -> None:
        """A chain before tracking, with exemptions; one after it, with helpers."""
        rng, tests = self.rng, self.tests
        if self.chance(0.6):
            self.features.add("notrack")
            self.lines.append("\tchain early {")
            self.lines.append(
                f"\t\ttype filter hook prerouting priority {rng.choice(('raw', '-300', 'raw', '-150', '-201'))};"
            )
            for _ in range(rng.randint(1, 2)):
                self.lines.append(f"\t\t{tests.headers('prerouting')} notrack")
            if self.chance(0.4):
                ends = rng.choice(("", "", "tcp sport 21 ", "tcp dport 21 ", "tcp sport >= 1024 "))
                self.lines.append(f"\t\t{ends}tcp flags {rng.choice(_SOME_PACKETS)} notrack")
            self.lines += ["\t}", ""]
        if self.chance(0.5):
            self.features.add("helper")
            self.lines.insert(0, '\tct helper std {\n\t\ttype "ftp" protocol tcp\n\t}\n')
            hook, priority = rng.choice(
                (
                    ("prerouting", "filter"),
                    ("prerouting", "mangle"),
                    ("prerouting", "raw"),
                    ("forward", "-1"),
                )
            )
            self.lines.append("\tchain helpers {")
            self.lines.append(f"\t\ttype filter hook {hook} priority {priority};")
            self.lines.append(
                f'\t\ttcp dport {rng.choice(("21", "{ 21, 2121 }"))} ct helper set "std"'
            )
            self.lines += ["\t}", ""]

    def text(self) -> str:
        """The table, with its named sets in front."""
        sets = self.tests.declarations()
        return "\n".join([f"table {self.kind} {self.name} {{", *sets, *self.lines, "}"]) + "\n"


def generate(rng: random.Random, unmodelled: bool = False) -> RuleSet:
    """A random rule set of one to three tables."""
    inside, outside = rng.choice(LINKS)
    features: set[str] = set()
    kind = rng.choice(("inet", "inet", "ip", "ip6"))
    texts = []
    nat = rng.random() < 0.28
    first = True
    for number in range(rng.choice((1, 1, 1, 2))):
        tests = Tests(rng, kind, inside, outside, unmodelled, features)
        table = _Table(
            rng, tests, kind, rng.choice(("filter", "fw", "firewall")) + str(number), features
        )
        if rng.random() < 0.2:
            table.untracking()
        hooks = ["forward"] if first else [rng.choice(("forward", "prerouting", "postrouting"))]
        hooks += [
            rng.choice(("forward", "prerouting", "postrouting", "input", "output"))
            for _ in range(rng.choice((0, 0, 1)))
        ]
        table.fill(hooks)
        texts.append(table.text())
        # A second table may be of a wider family.
        kind = rng.choice((kind, "inet"))
        first = False
    if nat:
        features.add("nat")
        base = texts[0].split()[1]
        texts.append(nft_nat.table(rng, base, inside, outside))
        rng.shuffle(texts)
    head = rng.choice(
        ("", "", "#!/usr/sbin/nft -f\nflush ruleset\n", "flush ruleset\n\n# the firewall\n")
    )
    return RuleSet(
        "nft", head + "\n".join(texts), inside, outside, features=tuple(sorted(features))
    )
