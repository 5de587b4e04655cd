"""Named rule sets of iptables with translations."""

from __future__ import annotations

from scenario_parts import DNAT, STATEFUL, Named, forwarding, table, translating

NAT: list[Named] = [
    (
        "G5c the forward chain sees the new destination",
        "iptables",
        forwarding(
            STATEFUL + "-d 198.51.100.5 -p tcp --dport 21 -j ACCEPT",
            before=translating(DNAT.format(21, "")),
        ),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 21 : drop
    """,
    ),
    (
        "G5c put right",
        "iptables",
        forwarding(
            STATEFUL + "-d 10.1.2.9 -p tcp --dport 21 -j ACCEPT",
            before=translating(DNAT.format(21, "")),
        ),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 21 : accept
        server 209.43.40.7 40001 -> 10.1.2.9 21 : accept
        server 209.43.40.7 40001 -> 10.1.2.8 21 : drop
    """,
    ),
    (
        "G5d the original destination and port",
        "iptables",
        forwarding(
            STATEFUL
            + "-p tcp -m conntrack --ctorigdst 198.51.100.5 --ctorigdstport 2100 -j ACCEPT",
            before=translating(DNAT.format(2100, ":21")),
        ),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 2100 : accept
        server 209.43.40.7 40001 -> 10.1.2.9 21 : drop
    """,
    ),
    (
        "H1 a range of ports is no offset: always the first",
        "iptables",
        forwarding(
            STATEFUL + "-p tcp --dport 21000 -j ACCEPT",
            before=translating(DNAT.format("31000:31050", ":21000-21050")),
        ),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 31000 : accept
        server 209.43.40.8 40001 -> 198.51.100.5 31005 : accept
        server 209.43.40.9 40002 -> 198.51.100.5 31050 : accept
    """,
    ),
    (
        "H1 never the port that was meant",
        "iptables",
        forwarding(
            STATEFUL + "-p tcp --dport 21005 -j ACCEPT",
            before=translating(DNAT.format("31000:31050", ":21000-21050")),
        ),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 31005 : drop
    """,
    ),
    (
        "H2 a base port makes it an offset",
        "iptables",
        forwarding(
            STATEFUL + "-p tcp --dport 21005 -j ACCEPT",
            before=translating(DNAT.format("31000:31050", ":21000-21050/31000")),
        ),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 31005 : accept
        server 209.43.40.7 40001 -> 198.51.100.5 31006 : drop
        server 209.43.40.7 40002 -> 198.51.100.5 31000 : drop
    """,
    ),
    (
        "H3 without ports the port is kept",
        "iptables",
        forwarding(
            STATEFUL + "-p tcp --dport 21005 -j ACCEPT",
            before=translating(DNAT.format("21000:21050", "")),
        ),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 21005 : accept
        server 209.43.40.7 40001 -> 198.51.100.5 21006 : drop
    """,
    ),
    (
        "H4 a port within the range is kept",
        "iptables",
        forwarding(
            STATEFUL + "-p tcp --dport 21005 -j ACCEPT",
            before=translating(DNAT.format("21000:21050", ":21000-21050")),
        ),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 21005 : accept
        server 209.43.40.7 40001 -> 198.51.100.5 21006 : drop
    """,
    ),
    (
        "E13c the range is not translated: the router itself refuses",
        "iptables",
        forwarding(STATEFUL + "-j ACCEPT", before=translating(DNAT.format(21, ""))),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 21 : accept
        server 209.43.40.7 40001 -> 198.51.100.5 21005 : reject
    """,
    ),
    (
        "replies alone are tracked, and picked up as new and translated",
        "iptables",
        forwarding(
            "",
            policy="ACCEPT",
            before=table("raw", "-A PREROUTING -i eth1 -p tcp --dport 21 -j CT --notrack")
            + "\n"
            + translating("-A POSTROUTING -p tcp --sport 21 -j SNAT --to-source 203.0.113.99"),
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 22 : accept
    """,
    ),
    (
        "the filter sees the old source, before masquerading",
        "iptables",
        forwarding(
            STATEFUL
            + "-s 10.1.0.0/16 -o eth0 -p tcp --dport 21 -j ACCEPT\n-s 198.51.100.1 -j REJECT",
            before=translating("-A POSTROUTING -o eth0 -j MASQUERADE"),
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 192.168.1.5 40000 -> 209.43.40.7 21 : drop
    """,
    ),
    (
        "plain tests of the replies to a masqueraded connection",
        "iptables",
        forwarding(
            "-s 10.1.0.0/16 -p tcp --dport 21 -j ACCEPT\n-d 10.1.0.0/16 -p tcp --sport 21 -j ACCEPT",
            before=translating("-A POSTROUTING -o eth0 -j MASQUERADE"),
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 192.168.1.5 40000 -> 209.43.40.7 21 : drop
    """,
    ),
    (
        "the replies of a translated server have its real address",
        "iptables",
        forwarding(
            "-d 10.1.2.9 -p tcp --dport 2121 -j ACCEPT\n-s 10.1.2.9 -p tcp --sport 2121 -j ACCEPT",
            before=translating(DNAT.format(21, ":2121")),
        ),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 21 : accept
    """,
    ),
    (
        "after the translation is undone the old address stands there",
        "iptables",
        forwarding(
            "",
            policy="ACCEPT",
            before=table(
                "mangle",
                "-A POSTROUTING -p tcp -s 10.1.2.9 --sport 21 -j DROP",
                "PREROUTING INPUT FORWARD OUTPUT POSTROUTING",
            )
            + "\n"
            + translating(DNAT.format(2100, ":21")),
        ),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 2100 : drop
        server 209.43.40.7 40001 -> 10.1.2.9 21 : drop
        server 209.43.40.7 40001 -> 10.1.2.9 22 : accept
    """,
    ),
    (
        "the state DNAT admits what was translated",
        "iptables",
        forwarding(
            "-m conntrack --ctstate DNAT -j ACCEPT",
            before=translating(DNAT.format("21000:21050", "")),
        ),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 21005 : accept
        server 209.43.40.7 40001 -> 10.1.2.9 21005 : drop
    """,
    ),
    (
        "redirected to the router, whose input chain drops it",
        "iptables",
        forwarding(
            "-A INPUT -p tcp --dport 2121 -j DROP",
            policy="ACCEPT",
            before=translating(
                "-A PREROUTING -i eth1 -p tcp --dport 21 -j REDIRECT --to-ports 2121"
            ),
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 22 : accept
    """,
    ),
    (
        "a network is translated to another one",
        "iptables",
        forwarding(
            STATEFUL + "-d 10.1.2.7 -j ACCEPT",
            before=translating("-A PREROUTING -d 203.0.113.0/24 -j NETMAP --to 10.1.2.0/24"),
        ),
        """
        server 209.43.40.7 40000 -> 203.0.113.7 21 : accept
        server 209.43.40.7 40000 -> 203.0.113.8 21 : drop
    """,
    ),
    (
        "the first translation that matches counts",
        "iptables",
        forwarding(
            STATEFUL + "-d 10.1.2.9 -j ACCEPT",
            before=translating(
                DNAT.format(21, "")
                + "\n"
                + DNAT.format("20:990", "").replace("10.1.2.9", "10.1.2.10")
            ),
        ),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 21 : accept
        server 209.43.40.7 40000 -> 198.51.100.5 990 : drop
    """,
    ),
    (
        "an accept in the nat table ends it without translation",
        "iptables",
        forwarding(
            STATEFUL + "-d 10.1.2.9 -j ACCEPT",
            before=translating("-A PREROUTING -s 209.43.40.8 -j ACCEPT\n" + DNAT.format(21, "")),
        ),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 21 : accept
        server 209.43.40.8 40000 -> 198.51.100.5 21 : reject
    """,
    ),
]
