"""Named rule sets of nft."""

from __future__ import annotations

from scenario_parts import Named, nft_forwarding

_SNAT = """table ip nat {
	chain post {
		type nat hook postrouting priority srcnat;
		oifname "eth0" snat to 198.51.100.5
	}
}
"""
# The client's own address may come to port 22, its translated one to port 21.
_AT_SRCNAT = """table ip at_srcnat {
	chain post {
		type filter hook postrouting priority srcnat; policy accept;
		ip saddr 10.1.0.5 tcp dport 21 drop
		ip saddr 198.51.100.5 tcp dport 22 drop
	}
}
"""

NFT: list[Named] = [
    (
        "E1 in nft, both families",
        "nft",
        nft_forwarding("ct state established,related accept\ntcp dport 21 ct state new accept"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 21005 : drop
        client fd00:1::5 40000 -> 2001:db8:2b::7 21 : accept
        client fd00:1::5 40000 -> 2001:db8:2b::7 21005 : drop
    """,
    ),
    (
        "an ip table says nothing about IPv6",
        "nft",
        nft_forwarding("ct state established accept\ntcp dport 21 accept", owner="ip filter"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 22 : drop
        client fd00:1::5 40000 -> 2001:db8:2b::7 22 : accept
    """,
    ),
    (
        "F4c the helper test never holds for the control connection",
        "nft",
        nft_forwarding('ct state established accept\ntcp dport 21 ct helper "ftp" accept'),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
    """,
    ),
    (
        "F5 a later chain drops the range",
        "nft",
        nft_forwarding("ct state established,related accept\ntcp dport { 21, 21000-21050 } accept")
        + nft_forwarding(
            "tcp dport 21000-21050 drop", policy="accept", owner="ip later", priority="10"
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 21005 : drop
        client fd00:1::5 40000 -> 2001:db8:2b::7 21005 : accept
    """,
    ),
    (
        "F5b a later chain's policy is drop",
        "nft",
        nft_forwarding("accept")
        + nft_forwarding("tcp dport 21 accept", owner="inet later", priority="10"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 21 -> 209.43.40.7 21 : accept
    """,
    ),
    (
        "a drop in an earlier chain is final",
        "nft",
        nft_forwarding("accept", policy="accept")
        + nft_forwarding("tcp dport 21 drop", policy="accept", owner="inet early", priority="-10"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 22 : accept
    """,
    ),
    (
        "an accept of iptables is no accept of another table",
        "nft",
        nft_forwarding("tcp dport 21 accept\ntcp sport 21 accept", owner="ip filter")
        + nft_forwarding(
            "ct state established accept\ntcp dport { 21, 990 } accept",
            owner="inet fw",
            priority="filter + 1",
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 990 : drop
    """,
    ),
    (
        "a map of verdicts for states",
        "nft",
        nft_forwarding(
            "ct state vmap { established : accept, related : accept, invalid : drop }\ntcp dport 21 accept"
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 22 : drop
    """,
    ),
    (
        "a map of verdicts falls through where no key fits",
        "nft",
        nft_forwarding(
            "ct state established accept\ntcp dport vmap { 21 : accept, 22 : jump other, 23 : continue, 24 : return, 990-991 : goto other }\naccept",
            more="\tchain other {\n\t\tip daddr 209.43.40.7 return\n\t\treject\n\t}\n",
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 22 : accept
        client 10.1.0.5 40000 -> 209.43.40.8 22 : reject
        client 10.1.0.5 40000 -> 209.43.40.7 23 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 24 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 25 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 990 : drop
        client 10.1.0.5 40000 -> 209.43.40.8 991 : reject
    """,
    ),
    (
        "goto and return",
        "nft",
        nft_forwarding(
            "tcp dport 21 goto other\ntcp dport 22 jump other\naccept",
            more="\tchain other {\n\t\tip saddr 10.1.0.5 return\n\t\taccept\n\t}\n",
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.6 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 22 : accept
    """,
    ),
    (
        "named sets with intervals",
        "nft",
        nft_forwarding(
            "ct state established accept\nip daddr @provider tcp dport @ports accept",
            more="""\tset provider {
\t\ttype ipv4_addr
\t\tflags interval
\t\telements = { 209.43.40.0/28, 209.43.40.100-209.43.40.110 }
\t}
\tset ports {
\t\ttype inet_service
\t\tflags interval
\t\telements = { 21, 990, 21000-21050 }
\t}
""",
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.15 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.16 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.100 21050 : accept
        client 10.1.0.5 40000 -> 209.43.40.110 21051 : drop
        client 10.1.0.5 40000 -> 209.43.40.111 990 : drop
    """,
    ),
    (
        "concatenations",
        "nft",
        nft_forwarding(
            "ct state established accept\nip daddr . tcp dport { 209.43.40.0/28 . 21, 209.43.40.7 . 21000-21050 } accept"
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.15 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.16 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 21025 : accept
        client 10.1.0.5 40000 -> 209.43.40.8 21025 : drop
    """,
    ),
    (
        "a negated concatenation",
        "nft",
        nft_forwarding(
            "ct state established accept\nip daddr . tcp dport != { 209.43.40.7 . 21 } accept"
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 22 : accept
        client fd00:1::5 40000 -> 2001:db8:2b::7 22 : drop
    """,
    ),
    (
        "no tracking in nft",
        "nft",
        nft_forwarding(
            "ct state untracked accept\nct state established accept\ntcp dport 22 accept",
            more="""\tchain early {
\t\ttype filter hook prerouting priority raw;
\t\ttcp dport 21 notrack
\t\ttcp sport 21 notrack
\t}
""",
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 22 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 23 : drop
    """,
    ),
    (
        "notrack after tracking does nothing",
        "nft",
        nft_forwarding(
            "ct state untracked reject\nct state established,new accept",
            more="""\tchain early {
\t\ttype filter hook prerouting priority mangle;
\t\ttcp dport 21 notrack
\t}
""",
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
    """,
    ),
    (
        "the state before tracking is invalid, in nft",
        "nft",
        nft_forwarding(
            "accept",
            policy="accept",
            more="""\tchain early {
\t\ttype filter hook prerouting priority -250;
\t\ttcp dport 21 ct state new drop
\t\ttcp dport 22 ct state invalid drop
\t\ttcp dport 23 ct direction original drop
\t}
""",
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 22 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 23 : accept
    """,
    ),
    (
        "G5d in nft",
        "nft",
        nft_forwarding(
            "ct state established accept\nct original ip daddr 198.51.100.5 meta l4proto tcp ct original proto-dst 2100 accept",
            owner="ip filter",
        )
        + "table ip nat {\n\tchain pre {\n\t\ttype nat hook prerouting priority dstnat;\n\t\tip daddr 198.51.100.5 tcp dport 2100 dnat to 10.1.2.9:21\n\t}\n}\n",
        """
        server 209.43.40.7 40000 -> 198.51.100.5 2100 : accept
        server 209.43.40.7 40001 -> 10.1.2.9 21 : drop
    """,
    ),
    (
        "H1 in nft",
        "nft",
        nft_forwarding("ct state established accept\ntcp dport 21000 accept", owner="ip filter")
        + "table ip nat {\n\tchain pre {\n\t\ttype nat hook prerouting priority dstnat;\n\t\tip daddr 198.51.100.5 tcp dport 31000-31050 dnat to 10.1.2.9:21000-21050\n\t}\n}\n",
        """
        server 209.43.40.7 40000 -> 198.51.100.5 31000 : accept
        server 209.43.40.8 40000 -> 198.51.100.5 31005 : accept
    """,
    ),
    (
        "a map of ports to addresses",
        "nft",
        nft_forwarding(
            "ct state established accept\nip daddr 10.1.2.9 tcp dport { 21, 21005 } accept",
            owner="ip filter",
        )
        + "table ip nat {\n\tchain pre {\n\t\ttype nat hook prerouting priority dstnat;\n\t\tip daddr 198.51.100.5 dnat to tcp dport map { 21 : 10.1.2.9, 990 : 10.1.2.10, 21000-21050 : 10.1.2.9 }\n\t}\n}\n",
        """
        server 209.43.40.7 40000 -> 198.51.100.5 21 : accept
        server 209.43.40.7 40000 -> 198.51.100.5 990 : drop
        server 209.43.40.7 40000 -> 198.51.100.5 21005 : accept
        server 209.43.40.7 40000 -> 198.51.100.5 21006 : drop
        server 209.43.40.7 40000 -> 198.51.100.5 80 : reject
    """,
    ),
    (
        "ct status dnat",
        "nft",
        nft_forwarding("ct status dnat accept", owner="ip filter")
        + "table ip nat {\n\tchain pre {\n\t\ttype nat hook prerouting priority dstnat;\n\t\tip daddr 198.51.100.5 tcp dport 21 dnat to 10.1.2.9\n\t}\n}\n",
        """
        server 209.43.40.7 40000 -> 198.51.100.5 21 : accept
        server 209.43.40.7 40001 -> 10.1.2.9 21 : drop
    """,
    ),
    (
        "K1 to K3 in nft",
        "nft",
        nft_forwarding(
            "tcp dport 21 reject with tcp reset\ntcp dport 22 reject\ntcp dport 990 reject with icmpx type admin-prohibited"
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : reject
        client 10.1.0.5 40000 -> 209.43.40.7 22 : reject
        client fd00:1::5 40000 -> 2001:db8:2b::7 22 : reject
        client fd00:1::5 40000 -> 2001:db8:2b::7 990 : reject
        client fd00:1::5 40000 -> 2001:db8:2b::7 991 : drop
    """,
    ),
    (
        "ways to write a state",
        "nft",
        nft_forwarding("""
        tcp dport 21 ct state != new drop
        tcp sport 21 ct state != { established, related } drop
        tcp dport 22 ct state & (established | new) == 0 accept
        tcp dport 22 ct state ! new accept
        tcp sport 22 ct state { established } accept
        tcp dport 21 accept
        tcp sport 21 accept"""),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 22 : drop
    """,
    ),
    (
        "ways to write flags",
        "nft",
        nft_forwarding("""
        tcp dport 21 tcp flags & (fin | syn | rst | ack) == syn accept
        tcp sport 21 tcp flags & (syn | ack) == (syn | ack) accept
        tcp dport 21 tcp flags { ack, ack | psh, ack | fin } accept
        tcp sport 21 tcp flags & ack != 0 accept
        tcp dport 22 tcp flags syn accept
        tcp sport 22 tcp flags syn accept"""),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 22 : drop
    """,
    ),
    (
        "interfaces in nft",
        "nft",
        nft_forwarding(
            'ct state established accept\niifname "eth1" oifname "eth0" tcp dport 21 accept\niifname != "eth*" accept\niifname vmap { "eth1" : jump out }\niif eth0 tcp dport 23 accept',
            more="\tchain out {\n\t\ttcp dport 22 accept\n\t}\n",
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        server 209.43.40.7 40000 -> 10.1.0.5 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 22 : accept
        server 209.43.40.7 40000 -> 10.1.0.5 22 : drop
        server 209.43.40.7 40000 -> 10.1.0.5 23 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 23 : drop
    """,
    ),
    (
        "marks between chains",
        "nft",
        nft_forwarding(
            "ct state established accept\nmeta mark & 0x3 == 0x3 accept\nmeta mark 0x1 reject",
            more="""\tchain marking {
\t\ttype filter hook prerouting priority mangle;
\t\ttcp dport { 21, 22 } meta mark set 0x1
\t\ttcp dport 21 meta mark set meta mark | 0x2
\t}
""",
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 22 : reject
        client 10.1.0.5 40000 -> 209.43.40.7 23 : drop
    """,
    ),
    (
        "masquerading in an inet table",
        "nft",
        'table inet nat {\n\tchain post {\n\t\ttype nat hook postrouting priority srcnat;\n\t\toifname "eth0" masquerade\n\t}\n}\n'
        + nft_forwarding(
            "ct state established accept\nip saddr 10.1.0.0/16 tcp dport 21 accept\nip6 saddr fd00:1::/64 tcp dport 21 accept"
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client fd00:1::5 40000 -> 2001:db8:2b::7 21 : accept
        client 192.168.1.5 40000 -> 209.43.40.7 21 : drop
    """,
    ),
    (
        "a way to reject of one family concerns that family only",
        "nft",
        nft_forwarding(
            "tcp dport 21 reject with icmpv6 type no-route\n"
            "tcp dport 22 reject with icmp type host-unreachable",
            policy="accept",
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client fd00:1::5 40000 -> 2001:db8:2b::7 21 : reject
        client 10.1.0.5 40000 -> 209.43.40.7 22 : reject
        client fd00:1::5 40000 -> 2001:db8:2b::7 22 : accept
    """,
    ),
    (
        "the router's output chain eats the rejection, in nft",
        "nft",
        nft_forwarding(
            "tcp dport 21 reject with tcp reset",
            more="\tchain output {\n\t\ttype filter hook output priority 0; policy drop;\n\t}\n",
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client fd00:1::5 40000 -> 2001:db8:2b::7 21 : drop
    """,
    ),
    (
        "none of several states",
        "nft",
        nft_forwarding(
            "tcp dport 21 ct state & (invalid | new) == 0 reject\n"
            "tcp dport 22 ct state ! invalid,new reject\n"
            "tcp dport 23 ct state ! untracked,established reject",
        ),
        """
        client 10.1.0.5 20 -> 209.43.40.7 21 : drop
        client 10.1.0.5 20 -> 209.43.40.7 22 : drop
        client 10.1.0.5 20 -> 209.43.40.7 23 : reject
    """,
    ),
    (
        "of two chains with one priority the later one runs first",
        "nft",
        nft_forwarding("tcp dport 21 reject", policy="accept")
        + nft_forwarding("tcp dport 21 drop", policy="accept", owner="inet later"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
    """,
    ),
    (
        "a chain at the priority of translation that was made before it runs after it",
        "nft",
        _AT_SRCNAT + _SNAT,
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 22 : drop
    """,
    ),
    (
        "a chain at the priority of translation that was made after it runs before it",
        "nft",
        _SNAT + _AT_SRCNAT,
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 22 : accept
    """,
    ),
    (
        "a connection is assured from the third packet of its handshake on",
        "nft",
        nft_forwarding(
            "tcp dport 21 tcp flags ack / syn,ack ct status assured accept\n"
            "tcp dport 22 tcp flags syn,ack / syn,ack ct status assured drop\n"
            "tcp dport 23 ct status assured drop\n"
            "tcp dport 21 tcp flags syn / syn,ack accept\n"
            "tcp dport { 22, 23 } accept\n"
            "tcp sport { 21, 22, 23 } accept"
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 22 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 23 : drop
    """,
    ),
]
