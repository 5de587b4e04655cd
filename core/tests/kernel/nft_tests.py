"""The tests of nft rules: addresses, ports, interfaces, connection tracking, marks."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from vocabulary import V4, V6, Family, port, port_range

# Blocks that do not overlap, so that sets and maps of them are accepted.
_PORTS = (
    "20",
    "21",
    "22",
    "80",
    "989-990",
    "1024-1999",
    "2000-2199",
    "21000-21025",
    "21026-21050",
    "31000-31050",
    "40000-50000",
    "60000-65535",
)
_ADDRESSES = {
    (False, "client"): (
        "10.1.0.0/23",
        "10.1.2.0/28",
        "10.1.2.16-10.1.2.90",
        "10.1.2.128/25",
        "10.1.3.7",
        "192.168.0.0/16",
        "10.1.4.0/22",
    ),
    (False, "server"): (
        "209.43.40.0/26",
        "209.43.40.64-209.43.40.99",
        "209.43.40.128/25",
        "209.43.40.111",
        "203.0.113.0/24",
        "198.51.100.5",
        "209.43.41.0-209.43.42.9",
    ),
    (True, "client"): (
        "fd00:1::/124",
        "fd00:1::10-fd00:1::90",
        "fd00:1::100/120",
        "fd00:1::777",
        "fd00:1:0:2::/64",
    ),
    (True, "server"): (
        "2001:db8:2b::/122",
        "2001:db8:2b::40-2001:db8:2b::63",
        "2001:db8:2b::80/121",
        "2001:db8:71::/64",
        "2001:db8:ff::5",
    ),
}
_STATES = ("new", "established", "related", "invalid", "untracked")
_FLAGS = (
    "tcp flags syn",
    "tcp flags & (fin | syn | rst | ack) == syn",
    "tcp flags != syn",
    "tcp flags & (syn | ack) == (syn | ack)",
    "tcp flags & (syn | ack) == syn | ack",
    "tcp flags syn / fin,syn,rst,ack",
    "tcp flags & (fin | syn | rst | ack) != syn",
    "tcp flags { syn, syn | ack }",
    "tcp flags & ack != 0",
    "tcp flags & psh == psh",
    "tcp flags fin,rst",
    "tcp flags & (fin | psh) == 0",
    "tcp flags ack",
    "tcp flags == ack",
    "tcp flags != { ack, fin | ack }",
    "tcp flags & (syn | rst) == 0",
    "tcp flags ! syn",
)


@dataclass
class Tests:
    """Writes tests for one table, and remembers the named sets that they use."""

    rng: random.Random
    kind: str
    inside: str
    outside: str
    unmodelled: bool
    features: set[str]
    sets: dict[str, str] = field(default_factory=dict)
    # The family of the rule that is being written; the tools refuse rules of two.
    current: Family = V4

    def chance(self, probability: float) -> bool:
        """Whether something with this probability happens."""
        return self.rng.random() < probability

    def maybe_not(self, probability: float = 0.12) -> str:
        """A negation, seldom."""
        return "!= " if self.chance(probability) else ""

    def begin(self) -> Family:
        """Chooses the family of the next rule among those that the table sees."""
        v6 = self.kind == "ip6" or self.kind == "inet" and self.chance(0.5)
        self.current = V6 if v6 else V4
        return self.current

    def side(self) -> tuple[str, str, Family]:
        """Whose address is meant, the words for it, and its family."""
        family = self.current
        which, word = self.rng.choice(
            (
                ("client", "saddr"),
                ("server", "daddr"),
                ("server", "daddr"),
                ("server", "saddr"),
                ("client", "daddr"),
            )
        )
        return which, f"{'ip6' if family.v6 else 'ip'} {word}", family

    def disjoint_ports(self, count: int) -> list[str]:
        """Different ports and ranges."""
        return self.rng.sample(_PORTS, count)

    def disjoint_addresses(self, family: Family, whose: str, count: int) -> list[str]:
        """Different networks, ranges and addresses."""
        pool = _ADDRESSES[family.v6, whose]
        return self.rng.sample(pool, min(count, len(pool)))

    def named_set(self, declaration: str) -> str:
        """A reference to a named set with that body."""
        name = f"{self.rng.choice(('hosts', 'open', 's'))}_{len(self.sets)}"
        self.features.add("sets")
        self.sets[name] = declaration
        return f"@{name}"

    def declarations(self) -> list[str]:
        """The named sets that were used."""
        return [f"\tset {name} {{\n{body}\n\t}}\n" for name, body in self.sets.items()]

    def port_value(self) -> str:
        """What a port is compared with."""
        rng, kind = self.rng, self.rng.random()
        if kind < 0.4:
            return f"{self.maybe_not()}{port(rng)}"
        if kind < 0.6:
            first, last = port_range(rng)
            return f"{self.maybe_not()}{first}-{last}" if first < last else str(first)
        if kind < 0.68:
            return f"{rng.choice(('>=', '<', '>', '<='))} {rng.choice((1024, 1023, 21000, 21050, 990))}"
        if kind < 0.75:
            return rng.choice(("ftp", "ftps", "ssh", "ftp-data", "{ ftp, ftps }"))
        items = ", ".join(self.disjoint_ports(rng.randint(1, 5)))
        if kind < 0.9:
            return f"{self.maybe_not()}{{ {items} }}"
        return self.maybe_not() + self.named_set(
            f"\t\ttype inet_service\n\t\tflags interval\n\t\telements = {{ {items} }}"
        )

    def ports(self) -> list[str]:
        """Tests of ports and flags."""
        out = []
        if self.chance(0.5):
            out.append(f"tcp dport {self.port_value()}")
        if self.chance(0.2):
            out.append(f"tcp sport {self.port_value()}")
        if sum("!=" in test for test in out) == 2:
            # nft 1.0.6 makes one comparison of two negated ports, which is true of more packets.
            out.pop()
        if self.chance(0.08):
            out.append(
                f"meta l4proto tcp th {self.rng.choice(('dport', 'sport'))} {self.port_value()}"
            )
        if self.chance(0.08):
            out.append(self.rng.choice(_FLAGS))
        return out

    def address(self) -> str:
        """A test of one address."""
        rng = self.rng
        which, word, family = self.side()
        kind = rng.random()
        if kind < 0.5:
            return f"{word} {self.maybe_not()}{family.address(rng, which)}"
        if kind < 0.6:
            return f"{word} {self.maybe_not()}{family.span(rng, which)}"
        if kind < 0.65 and not family.v6:
            # A value with bits outside its mask is listed as a network, which it is not.
            masked = ["255.255.0.0 == 10.1.0.0", "255.255.0.0 == 209.43.0.0"]
            masked += ["255.255.255.0 == 10.1.2.0", "255.255.254.0 == 209.43.40.0"]
            return f"{word} & {rng.choice(masked)}"
        items = ", ".join(self.disjoint_addresses(family, which, rng.randint(1, 4)))
        if kind < 0.85:
            return f"{word} {self.maybe_not()}{{ {items} }}"
        type_ = "ipv6_addr" if family.v6 else "ipv4_addr"
        return f"{word} {self.maybe_not()}" + self.named_set(
            f"\t\ttype {type_}\n\t\tflags interval\n\t\telements = {{ {items} }}"
        )

    def concatenation(self) -> str:
        """A test of several fields at once."""
        rng = self.rng
        self.features.add("concatenation")
        which, word, family = self.side()
        nets = self.disjoint_addresses(family, which, rng.randint(1, 4))
        ports = self.disjoint_ports(len(nets))
        if rng.random() < 0.3:
            other = "daddr" if "saddr" in word else "saddr"
            whose = "server" if which == "client" else "client"
            more = self.disjoint_addresses(family, whose, len(nets))
            ip = word.split()[0]
            items = ", ".join(f"{a} . {b} . {p}" for a, b, p in zip(nets, more, ports))
            return f"{word} . {ip} {other} . tcp dport {self.maybe_not()}{{ {items} }}"
        items = ", ".join(f"{a} . {p}" for a, p in zip(nets, ports))
        field_ = rng.choice(("dport", "dport", "sport"))
        if rng.random() < 0.5:
            return f"{word} . tcp {field_} {self.maybe_not()}{{ {items} }}"
        type_ = "ipv6_addr" if family.v6 else "ipv4_addr"
        return f"{word} . tcp {field_} {self.maybe_not()}" + self.named_set(
            f"\t\ttype {type_} . inet_service\n\t\tflags interval\n\t\telements = {{ {items} }}"
        )

    def interfaces(self, hook: str) -> list[str]:
        """Tests of the interfaces that the hook knows."""
        rng, out = self.rng, []
        names = [
            f'"{self.inside}"',
            f'"{self.outside}"',
            f'"{self.inside[:3]}*"',
            f'"{self.outside[:2]}*"',
            '"tun0"',
            "lo",
            f'{{ "{self.inside}", "tun0" }}',
            self.outside,
        ]
        if hook not in ("output", "postrouting") and self.chance(0.2):
            if self.chance(0.15):
                out.append(f"iif {self.maybe_not()}{rng.choice((self.inside, self.outside))}")
            else:
                out.append(
                    f"{rng.choice(('iifname', 'meta iifname'))} {self.maybe_not()}{rng.choice(names)}"
                )
        if hook not in ("prerouting", "input") and self.chance(0.15):
            out.append(f"oifname {self.maybe_not()}{rng.choice(names)}")
        if hook == "forward" and self.chance(0.04):
            out.append(
                f'iifname . oifname {{ "{self.inside}" . "{self.outside}", "tun0" . "{self.inside}" }}'
            )
        return out

    def state(self) -> str:
        """A test of the state, in one of the ways to write it."""
        rng = self.rng
        some = rng.sample(_STATES, rng.randint(1, 2))
        return rng.choice(
            (
                f"ct state {','.join(some)}",
                f"ct state {{ {', '.join(some)} }}",
                f"ct state {some[0]}",
                f"ct state != {some[0]}",
                f"ct state & ({' | '.join(some)}) != 0",
                f"ct state != {{ {', '.join(some)} }}",
                f"ct state & ({' | '.join(some)}) == 0",
                f"ct state ! {some[0]}",
                f"ct state == {some[0]}",
            )
        )

    def connection(self) -> list[str]:
        """Tests of what connection tracking knows."""
        rng, out = self.rng, []
        if self.chance(0.28):
            out.append(self.state())
        if self.chance(0.08):
            self.features.add("conntrack")
            family = self.current
            ip = "ip6" if family.v6 else "ip"
            out.append(
                rng.choice(
                    (
                        "ct direction original",
                        "ct direction reply",
                        "ct direction != reply",
                        f"ct original {ip} saddr {family.address(rng, 'client')}",
                        f"ct original {ip} daddr {self.maybe_not()}{family.address(rng, 'server')}",
                        f"ct reply {ip} saddr {family.address(rng, 'server')}",
                        f"meta l4proto tcp ct original proto-dst {port(rng)}",
                        f"meta l4proto tcp ct reply proto-src {port(rng)}",
                        "meta l4proto tcp ct original proto-dst 21000-21050",
                        "meta l4proto tcp ct original proto-src 1024-65535",
                        "ct status dnat",
                        "ct status snat",
                        "ct status snat,dnat",
                        "ct status != dnat",
                        "ct status & dnat == dnat",
                        "ct status seen-reply",
                        "ct status confirmed",
                        "ct status expected",
                        'ct helper "ftp"',
                        "ct protocol tcp",
                    )
                )
            )
        return out

    def others(self) -> list[str]:
        """Tests of other kinds."""
        rng, out = self.rng, []
        if self.chance(0.05):
            out.append(
                rng.choice(
                    (
                        "meta mark 0x1",
                        "mark & 0xff == 0x1",
                        "meta mark != 0",
                        "meta mark & 0x3 != 0",
                        "meta mark { 0x1, 0x10 }",
                        "meta mark < 0x2",
                    )
                )
            )
        if self.chance(0.04):
            out.append(
                rng.choice(
                    ("fib daddr type local", "fib saddr type local", "fib daddr type != local")
                )
            )
        if self.chance(0.05):
            kinds = [
                "meta l4proto tcp",
                "meta l4proto != udp",
                "ip6 nexthdr tcp" if self.current.v6 else "ip protocol tcp",
            ]
            if self.kind == "inet":
                kinds += (
                    ["meta protocol ip6", "meta nfproto ipv6"]
                    if self.current.v6
                    else ["meta protocol ip", "meta nfproto ipv4"]
                )
            out.append(rng.choice(kinds))
        if self.unmodelled and self.chance(0.1):
            out.append(
                rng.choice(
                    (
                        "limit rate 5/second",
                        "meta length < 100",
                        "numgen inc mod 2 0",
                        "ct count 3",
                        "ip ttl > 3" if not self.current.v6 else "ip6 hoplimit > 3",
                    )
                )
            )
        return out

    def headers(self, hook: str) -> str:
        """Tests that do not need connection tracking."""
        self.begin()
        parts = self.interfaces(hook)
        if self.chance(0.5):
            parts.append(self.address())
        parts += self.ports()
        return " ".join(parts)

    def all(self, hook: str) -> str:
        """The tests of one rule, in a random order of kinds."""
        if self.chance(0.03):
            # A rule about several protocols cannot have tests of TCP.
            several = self.rng.choice(
                ("meta l4proto { tcp, udp }", "meta l4proto udp", "meta l4proto != tcp")
            )
            return " ".join([*self.interfaces(hook), self.address(), several])
        groups = [self.interfaces(hook), self.ports(), self.connection(), self.others()]
        for probability in (0.4, 0.2):
            if self.chance(probability):
                groups.append([self.address()])
        if self.chance(0.07):
            groups.append([self.concatenation()])
        if self.chance(0.4):
            self.rng.shuffle(groups)
        return " ".join(sum(groups, []))
