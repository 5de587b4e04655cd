"""Random rule sets for iptables-restore and ip6tables-restore."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from ruleset import RuleSet
from vocabulary import LINKS, V4, V6, Family, port, port_range

_HOOKS = {
    "raw": ("PREROUTING", "OUTPUT"),
    "mangle": ("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
    "nat": ("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
    "filter": ("INPUT", "FORWARD", "OUTPUT"),
    "security": ("INPUT", "FORWARD", "OUTPUT"),
}
_REJECTS_V4 = (
    "icmp-port-unreachable",
    "tcp-reset",
    "icmp-admin-prohibited",
    "icmp-net-unreachable",
    "icmp-host-unreachable",
    "icmp-host-prohibited",
)
_REJECTS_V6 = (
    "icmp6-port-unreachable",
    "tcp-reset",
    "icmp6-adm-prohibited",
    "icmp6-no-route",
    "icmp6-addr-unreachable",
)
# Some packets of each connection.
_SOME_PACKETS = (
    "",
    "",
    "--syn",
    "! --syn",
    "--tcp-flags SYN,ACK SYN,ACK",
    "--tcp-flags SYN,ACK ACK",
    "--tcp-flags FIN FIN",
    "--tcp-flags PSH PSH",
    "! --tcp-flags PSH PSH",
)
_STATES = ("NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED", "SNAT", "DNAT")
_FLAGS = ("SYN", "ACK", "FIN", "RST", "PSH", "URG")


@dataclass
class _Writer:
    """One rule set in the making."""

    rng: random.Random
    family: Family
    inside: str
    outside: str
    nat: bool
    unmodelled: bool
    lines: list[str] = field(default_factory=list)
    # Names of sets are not used: the lab loads rule sets by one tool only.
    features: set[str] = field(default_factory=set)

    def chance(self, probability: float) -> bool:
        """Whether something with this probability happens."""
        return self.rng.random() < probability

    def maybe_not(self, probability: float = 0.12) -> str:
        """A negation, seldom."""
        return "! " if self.chance(probability) else ""

    def ports(self) -> str:
        """A port or a range as iptables writes it."""
        if self.chance(0.55):
            return str(port(self.rng))
        first, last = port_range(self.rng)
        if last == 65535 and self.chance(0.3):
            return f"{first}:"
        return f":{last}" if first <= 1 and self.chance(0.5) else f"{first}:{last}"

    def port_list(self) -> str:
        """What multiport takes: 15 ports, of which a range counts two."""
        items = []
        for _ in range(self.rng.randint(1, 6)):
            if self.chance(0.3):
                items.append("{}:{}".format(*port_range(self.rng)))
            else:
                items.append(str(port(self.rng)))
        return ",".join(items)

    def addresses(self) -> list[str]:
        """Tests of the addresses, mostly one way round that some connections have."""
        rng, family = self.rng, self.family
        src, dst = rng.choice(
            (("client", "server"), ("client", "server"), ("server", "client"), ("any", "any"))
        )
        out = []
        for option, whose, probability in (("-s", src, 0.45), ("-d", dst, 0.5)):
            if self.chance(probability):
                address = family.address(rng, whose)
                # The tools refuse a rule about no address at all.
                negation = "" if address.endswith("/0") else self.maybe_not()
                out.append(f"{negation}{option} {address}")
        if self.chance(0.06):
            out.append(
                f"-m iprange {self.maybe_not()}--src-range {family.span(rng, src if src != 'any' else 'client')}"
            )
        if self.chance(0.06):
            out.append(
                f"-m iprange {self.maybe_not()}--dst-range {family.span(rng, dst if dst != 'any' else 'server')}"
            )
        return out

    def interfaces(self, hook: str) -> list[str]:
        """Tests of the interfaces that the hook knows."""
        names = [
            self.inside,
            self.outside,
            self.inside[:3] + "+",
            "+",
            "lo",
            "tun0",
            self.outside + "+",
        ]
        out = []
        if hook != "OUTPUT" and hook != "POSTROUTING" and self.chance(0.2):
            out.append(f"{self.maybe_not()}-i {self.rng.choice(names)}")
        if hook not in ("PREROUTING", "INPUT") and self.chance(0.15):
            out.append(f"{self.maybe_not()}-o {self.rng.choice(names)}")
        # `-i +` with `!` never matches; the tools take it.
        return out

    def transport(self) -> list[str]:
        """Tests of ports and flags; always with the protocol that they need."""
        rng = self.rng
        if self.chance(0.25):
            if self.chance(0.1):
                return [
                    rng.choice(
                        (
                            "-p udp --dport 53",
                            "-p icmp" if not self.family.v6 else "-p ipv6-icmp",
                            "! -p udp",
                            "-p all",
                            "! -p tcp",
                        )
                    )
                ]
            return ["-p tcp"] if self.chance(0.3) else []
        out = ["-p tcp"]
        if self.chance(0.6):
            out.append(f"-m tcp {self.maybe_not()}--dport {self.ports()}")
        if self.chance(0.25):
            out.append(f"-m tcp {self.maybe_not()}--sport {self.ports()}")
        if self.chance(0.25):
            option = rng.choice(("--dports", "--dports", "--sports", "--ports"))
            out.append(f"-m multiport {self.maybe_not()}{option} {self.port_list()}")
        if self.chance(0.1):
            if self.chance(0.5):
                out.append(f"{self.maybe_not(0.4)}--syn")
            else:
                mask = rng.sample(_FLAGS, rng.randint(1, 4))
                comp = [f for f in mask if self.chance(0.4)]
                out.append(
                    f"{self.maybe_not()}--tcp-flags {','.join(mask)} {','.join(comp) or 'NONE'}"
                )
        return out

    def connection(self) -> list[str]:
        """Tests of what connection tracking knows."""
        rng, out = self.rng, []
        if self.chance(0.35):
            states = ",".join(
                rng.sample(_STATES[:5], rng.randint(1, 2))
                if self.chance(0.9)
                else rng.sample(_STATES, rng.randint(1, 3))
            )
            module = rng.choice(("conntrack", "conntrack", "state"))
            if module == "state":
                states = (
                    ",".join(s for s in states.split(",") if s not in ("SNAT", "DNAT")) or "NEW"
                )
            option = "--ctstate" if module == "conntrack" else "--state"
            out.append(f"-m {module} {self.maybe_not()}{option} {states}")
        if self.chance(0.1):
            self.features.add("conntrack")
            tests = []
            if self.chance(0.4):
                tests.append(f"--ctdir {rng.choice(('ORIGINAL', 'REPLY'))}")
            if self.chance(0.4):
                option, who = rng.choice(
                    (
                        ("--ctorigsrc", "client"),
                        ("--ctorigdst", "server"),
                        ("--ctreplsrc", "server"),
                        ("--ctrepldst", "client"),
                    )
                )
                tests.append(f"{self.maybe_not()}{option} {self.family.address(rng, who)}")
            if self.chance(0.4):
                option = rng.choice(
                    ("--ctorigsrcport", "--ctorigdstport", "--ctreplsrcport", "--ctrepldstport")
                )
                tests.append(f"{self.maybe_not()}{option} {self.ports().strip(':')}")
            if self.chance(0.2):
                tests.append(f"{self.maybe_not()}--ctproto {rng.choice(('6', 'TCP', '17'))}")
            if tests:
                out.append("-m conntrack " + " ".join(tests))
        if self.chance(0.03):
            out.append(f"-m helper {self.maybe_not()}--helper ftp")
        return out

    def marks(self) -> list[str]:
        """A test of the mark."""
        if not self.chance(0.06):
            return []
        value = self.rng.choice(("0x1", "1", "0x10/0xff", "0x1/0x1", "0", "0x0/0x3"))
        return [f"-m mark {self.maybe_not()}--mark {value}"]

    def extra(self) -> list[str]:
        """Tests of other kinds."""
        out = []
        if self.chance(0.05):
            out.append(
                f'-m comment --comment "{self.rng.choice(("ftp data", "allow -j DROP", "x"))}"'
            )
        if self.chance(0.04):
            option = self.rng.choice(("--src-type", "--dst-type"))
            out.append(f"-m addrtype {self.maybe_not(0.4)}{option} LOCAL")
        if self.unmodelled and self.chance(0.1):
            out.append(
                self.rng.choice(
                    (
                        "-m limit --limit 5/sec",
                        "-m statistic --mode random --probability 0.5",
                        "-m length --length 0:100",
                        "-m ttl --ttl-gt 3" if not self.family.v6 else "-m hl --hl-gt 3",
                    )
                )
            )
        return out

    def tests(self, hook: str) -> str:
        """The tests of one rule, in a random order of modules."""
        head = self.interfaces(hook) + self.addresses()
        self.rng.shuffle(head)
        rest = [self.connection(), self.marks(), self.extra()]
        self.rng.shuffle(rest)
        # `-p` comes before the options of its match.
        return " ".join(head + self.transport() + sum(rest, []))

    def verdict(self, table: str, chain: str, later: list[str], accepting: float) -> str:
        """What a rule does; `later` are the chains that may be called from here."""
        rng = self.rng
        hooks = _HOOKS[table]
        if later and self.chance(0.22):
            return f"{rng.choice(('-j', '-j', '-j', '-g'))} {rng.choice(later)}"
        if self.chance(0.06):
            return (
                rng.choice(
                    (
                        "-j MARK --set-mark 0x1",
                        "-j MARK --set-xmark 0x10/0xff",
                        "-j MARK --or-mark 0x2",
                        "-j MARK --and-mark 0xfe",
                        "-j MARK --set-mark 0x11/0x11",
                    )
                )
                if table == "mangle" or True
                else ""
            )
        if self.chance(0.04):
            return rng.choice(("", "-j LOG --log-prefix x", "-j NFLOG", ""))
        if chain not in hooks and self.chance(0.15) or self.chance(0.02):
            return "-j RETURN"
        if self.chance(accepting):
            return "-j ACCEPT"
        if table == "filter" and self.chance(0.45):
            kind = rng.choice(_REJECTS_V6 if self.family.v6 else _REJECTS_V4)
            if kind == "tcp-reset":
                return f"-p tcp -j REJECT --reject-with {kind}"
            return rng.choice(("-j REJECT", f"-j REJECT --reject-with {kind}"))
        return "-j DROP"

    def rule(self, chain: str, tests: str, verdict: str) -> None:
        """One line."""
        # A protocol that the verdict needs is given once.
        if verdict.startswith("-p tcp "):
            words = tests.split()
            if "-p" in words:
                if "-p tcp" not in tests or "! -p" in tests:
                    verdict = "-j DROP"
                else:
                    verdict = verdict.removeprefix("-p tcp ")
            else:
                tests, verdict = f"{tests} -p tcp", verdict.removeprefix("-p tcp ")
        self.lines.append(" ".join(f"-A {chain} {tests} {verdict}".split()))

    def table(
        self, name: str, hooks: list[str], rules: int, accepting: float, drops: float
    ) -> None:
        """A table with rules in those of its chains."""
        rng = self.rng
        chains = [c for c in hooks if c in _HOOKS[name]]
        users = [
            f"{rng.choice(('ftp', 'lan', 'x', 'chk'))}{i}"
            for i in range(rng.choice((0, 0, 1, 2, 3)))
        ]
        rng.shuffle(users)
        self.lines.append(f"*{name}")
        for chain in _HOOKS[name]:
            policy = "DROP" if chain in chains and self.chance(drops) else "ACCEPT"
            self.lines.append(f":{chain} {policy} [0:0]")
        self.lines += [f":{user} - [0:0]" for user in users]
        for chain in chains:
            if name == "filter" and self.chance(0.75):
                states = rng.choice(("ESTABLISHED", "RELATED,ESTABLISHED", "ESTABLISHED,UNTRACKED"))
                self.lines.append(f"-A {chain} -m conntrack --ctstate {states} -j ACCEPT")
            for _ in range(rng.randint(1, rules)):
                self.rule(chain, self.tests(chain), self.verdict(name, chain, users, accepting))
        for i, user in enumerate(users):
            hook = "" if len(chains) > 1 else chains[0] if chains else ""
            for _ in range(rng.randint(0, 4)):
                tests = self.tests(hook or "INPUT")
                if not hook:
                    tests = " ".join(self.addresses() + self.transport() + self.connection())
                self.rule(user, tests, self.verdict(name, user, users[i + 1 :], accepting))
        self.lines.append("COMMIT")

    def raw_table(self) -> None:
        """Exemptions from tracking, and helpers."""
        rng = self.rng
        self.lines += ["*raw", ":PREROUTING ACCEPT [0:0]", ":OUTPUT ACCEPT [0:0]"]
        for _ in range(rng.randint(1, 3)):
            head = " ".join(self.interfaces("PREROUTING") + self.addresses())
            kind = rng.random()
            if kind < 0.3:
                self.features.add("helper")
                self.rule(
                    "PREROUTING",
                    f"{head} -p tcp --dport {rng.choice((21, 2121, 990))}",
                    "-j CT --helper ftp",
                )
            elif kind < 0.65:
                self.features.add("notrack")
                self.rule(
                    "PREROUTING",
                    f"{head} {' '.join(self.transport())}",
                    rng.choice(("-j CT --notrack", "-j NOTRACK")),
                )
            else:
                self.rule(
                    "PREROUTING",
                    self.tests("PREROUTING"),
                    self.verdict("raw", "PREROUTING", [], 0.7),
                )
        if self.chance(0.5):
            self.features.add("notrack")
            ends = rng.choice(("", "", "--sport 21", "--dport 21", "--sport 1024:", "--dport 1024:"))
            self.rule(
                "PREROUTING", f"-p tcp {ends} {rng.choice(_SOME_PACKETS)}", "-j CT --notrack"
            )
        self.lines.append("COMMIT")

    def destination(self) -> str:
        """Where a destination translation leads to."""
        rng, family = self.rng, self.family
        host = family.host(rng, rng.choice(("server", "server", "client")))
        bracket = f"[{host}]" if family.v6 else host
        kind = rng.random()
        if kind < 0.3:
            return f"-j DNAT --to-destination {host}"
        if kind < 0.55:
            return f"-j DNAT --to-destination {bracket}:{port(rng)}"
        if kind < 0.7:
            return f"-j DNAT --to-destination {bracket}:21000-21050"
        if kind < 0.8:
            return f"-j DNAT --to-destination {bracket}:21000-21050/{rng.choice((31000, 21000, 40000))}"
        if kind < 0.87:
            return rng.choice(("-j REDIRECT", "-j REDIRECT --to-ports 2121"))
        if kind < 0.95:
            return f"-j NETMAP --to {'2001:db8:71::/120' if family.v6 else '203.0.113.0/24'}"
        return f"-j DNAT --to-destination {family.span(rng, 'server')}"

    def source(self) -> str:
        """What a source translation leads to."""
        rng, family = self.rng, self.family
        kind = rng.random()
        if kind < 0.35:
            return "-j MASQUERADE"
        if kind < 0.7:
            return f"-j SNAT --to-source {family.local[2] if self.chance(0.5) else family.host(rng, 'server')}"
        if kind < 0.8:
            host = family.local[2]
            return f"-j SNAT --to-source {f'[{host}]' if family.v6 else host}:40000-50000"
        if kind < 0.9:
            return f"-j NETMAP --to {'2001:db8:71::/120' if family.v6 else '203.0.113.0/24'}"
        return rng.choice(("-j ACCEPT", "-j RETURN"))

    def nat_table(self) -> None:
        """Translations of both sides."""
        rng = self.rng
        self.features.add("nat")
        self.lines += ["*nat"] + [f":{chain} ACCEPT [0:0]" for chain in _HOOKS["nat"]]
        for _ in range(rng.randint(0, 3)):
            to_port = rng.choice(
                (f"-p tcp --dport {self.ports()}", f"-p tcp --dport {port(rng)}", "-p tcp")
            )
            where = rng.choice(
                (
                    f"-d {self.family.local[2]}",
                    f"-d {self.family.local[1]}",
                    f"-i {self.outside}",
                    f"-d {self.family.address(rng, 'server')}",
                    f"-s {self.family.address(rng, 'client')}",
                )
            )
            target = self.destination()
            if "NETMAP" in target:
                where = f"-d {'2001:db8:2b::/120' if self.family.v6 else '209.43.40.0/24'}"
            self.rule("PREROUTING", f"{where} {to_port}", target)
            if self.chance(0.2):
                self.rule(
                    "PREROUTING", self.tests("PREROUTING"), rng.choice(("-j ACCEPT", "-j RETURN"))
                )
        for _ in range(rng.randint(0, 2)):
            where = rng.choice(
                (
                    f"-o {self.outside}",
                    f"-s {self.family.address(rng, 'client')}",
                    f"-o {self.outside} -d {self.family.address(rng, 'server')}",
                    "-p tcp --dport 21",
                )
            )
            target = self.source()
            if "NETMAP" in target:
                where = f"-s {'fd00:1::/120' if self.family.v6 else '10.1.2.0/24'}"
            if ":40000" in target and "-p tcp" not in where:
                where += " -p tcp"
            self.rule("POSTROUTING", where, target)
        self.lines.append("COMMIT")


def generate(rng: random.Random, dialect: str, unmodelled: bool = False) -> RuleSet:
    """A random rule set for `iptables` or `ip6tables`."""
    inside, outside = rng.choice(LINKS)
    family = V6 if dialect == "ip6tables" else V4
    writer = _Writer(rng, family, inside, outside, rng.random() < 0.3, unmodelled)
    if rng.random() < 0.3:
        writer.raw_table()
    if rng.random() < 0.25:
        writer.table("mangle", rng.sample(_HOOKS["mangle"], rng.randint(1, 2)), 3, 0.8, 0.03)
    if writer.nat:
        writer.nat_table()
    hooks = ["FORWARD"] + [h for h in ("INPUT", "OUTPUT") if rng.random() < 0.15]
    writer.table("filter", hooks, 8, 0.65, 0.65)
    if rng.random() < 0.07:
        writer.table("security", ["FORWARD"], 3, 0.7, 0.05)
    text = "\n".join(writer.lines) + "\n"
    return RuleSet(dialect, text, inside, outside, features=tuple(sorted(writer.features)))
