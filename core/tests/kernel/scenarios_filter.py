"""Named rule sets of iptables without translations."""

from __future__ import annotations

from scenario_parts import CONTROL_OPEN, STATEFUL, Named, forwarding, table

FILTER: list[Named] = [
    (
        "E1 control is open, passive data is not",
        "iptables",
        forwarding(CONTROL_OPEN),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40001 -> 209.43.40.7 21005 : drop
        server 209.43.40.7 20 -> 10.1.0.5 40000 : drop
    """,
    ),
    (
        "E1 the same for IPv6",
        "ip6tables",
        forwarding(CONTROL_OPEN),
        """
        client fd00:1::5 40000 -> 2001:db8:2b::7 21 : accept
        client fd00:1::5 40001 -> 2001:db8:2b::7 21005 : drop
    """,
    ),
    (
        "the reply has no rule",
        "iptables",
        forwarding("-p tcp --dport 21 -j ACCEPT"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 21 -> 209.43.40.7 21 : accept
    """,
    ),
    (
        "the handshake's third packet has no rule",
        "iptables",
        forwarding("-p tcp --tcp-flags SYN SYN -j ACCEPT"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
    """,
    ),
    (
        "SYN and SYN-ACK pass, the data does not",
        "iptables",
        forwarding("""
        -p tcp --tcp-flags PSH PSH -j DROP
        -p tcp -j ACCEPT"""),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
    """,
    ),
    (
        "only the other end may not send data",
        "iptables",
        forwarding("""
        -s 209.43.40.0/24 -p tcp --tcp-flags PSH,SYN PSH -j DROP
        -p tcp -j ACCEPT"""),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 40000 -> 203.0.113.9 21 : accept
    """,
    ),
    (
        "plain tests both ways",
        "iptables",
        forwarding("-p tcp --dport 21 -j ACCEPT\n-p tcp --sport 21 -j ACCEPT"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        server 209.43.40.7 21 -> 10.1.0.5 40000 : accept
        server 209.43.40.7 20 -> 10.1.0.5 40001 : drop
    """,
    ),
    (
        "a rule for ACK only lets nobody begin",
        "iptables",
        forwarding("! --syn -p tcp -j ACCEPT".replace("! --syn -p tcp", "-p tcp ! --syn")),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
    """,
    ),
    (
        "F6 established only",
        "iptables",
        forwarding("-m conntrack --ctstate ESTABLISHED -j ACCEPT\n-p tcp --dport 21 -j ACCEPT"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40001 -> 209.43.40.7 21005 : drop
    """,
    ),
    (
        "F7 new only for the range, no helper",
        "iptables",
        forwarding(STATEFUL + "-p tcp --dport 21000:21050 -m conntrack --ctstate NEW -j ACCEPT"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21000 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 21050 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 20999 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 21051 : drop
    """,
    ),
    (
        "F7d a reject at the end",
        "iptables",
        forwarding(STATEFUL + "-p tcp --dport 21 -m conntrack --ctstate NEW -j ACCEPT\n-j REJECT"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40001 -> 209.43.40.7 21005 : reject
    """,
    ),
    (
        "G3 the helper test never holds for the control connection",
        "iptables",
        forwarding(
            STATEFUL + "-p tcp --dport 21 -m helper --helper ftp -j ACCEPT",
            before=table("raw", "-A PREROUTING -p tcp --dport 21 -j CT --helper ftp"),
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
    """,
    ),
    (
        "G5b a helper does no harm",
        "iptables",
        forwarding(
            CONTROL_OPEN,
            before=table("raw", "-A PREROUTING -p tcp --dport 21 -j CT --helper ftp"),
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
    """,
    ),
    (
        "K1 to K3 the ways to reject",
        "iptables",
        forwarding("""
        -p tcp --dport 21 -j REJECT --reject-with tcp-reset
        -p tcp --dport 22 -j REJECT
        -p tcp --dport 990 -j REJECT --reject-with icmp-admin-prohibited"""),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : reject
        client 10.1.0.5 40000 -> 209.43.40.7 22 : reject
        client 10.1.0.5 40000 -> 209.43.40.7 990 : reject
        client 10.1.0.5 40000 -> 209.43.40.7 991 : drop
    """,
    ),
    (
        "K1 to K3 for IPv6",
        "ip6tables",
        forwarding("""
        -p tcp --dport 21 -j REJECT --reject-with tcp-reset
        -p tcp --dport 22 -j REJECT
        -p tcp --dport 990 -j REJECT --reject-with icmp6-adm-prohibited"""),
        """
        client fd00:1::5 40000 -> 2001:db8:2b::7 21 : reject
        client fd00:1::5 40000 -> 2001:db8:2b::7 22 : reject
        client fd00:1::5 40000 -> 2001:db8:2b::7 990 : reject
        client fd00:1::5 40000 -> 2001:db8:2b::7 991 : drop
    """,
    ),
    (
        "K4 nobody listens on the router",
        "iptables",
        forwarding("", policy="ACCEPT"),
        """
        client 10.1.0.5 40000 -> 198.51.100.5 21 : reject
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
    """,
    ),
    (
        "the input chain drops what is for the router",
        "iptables",
        forwarding("-A INPUT -p tcp --dport 21 -j DROP", policy="ACCEPT"),
        """
        client 10.1.0.5 40000 -> 198.51.100.5 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
    """,
    ),
    (
        "the SYN-ACK is rejected",
        "iptables",
        forwarding(
            "-p tcp --dport 21 -j ACCEPT\n-p tcp --sport 21 -j REJECT --reject-with tcp-reset"
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : reject
    """,
    ),
    (
        "a return in a called chain goes on after the jump",
        "iptables",
        forwarding("""
        :ftp - [0:0]
        -p tcp -j ftp
        -p tcp --dport 22 -j ACCEPT
        -p tcp --sport 22 -j ACCEPT
        -A ftp -p tcp --dport 22 -j RETURN
        -A ftp -p tcp --dport 22 -j DROP
        -A ftp -p tcp --sport 23 -j ACCEPT
        -A ftp -p tcp --dport 23 -j ACCEPT"""),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 22 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 23 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 24 : drop
    """,
    ),
    (
        "a return after goto in a built-in chain is its policy",
        "iptables",
        forwarding("""
        :ftp - [0:0]
        -p tcp -g ftp
        -p tcp -j ACCEPT
        -A ftp -p tcp --dport 21 -j RETURN"""),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 22 : drop
    """,
    ),
    (
        "a return after goto goes on where the first jump was",
        "iptables",
        forwarding("""
        :a - [0:0]
        :b - [0:0]
        -p tcp -j a
        -p tcp -j ACCEPT
        -A a -p tcp -g b
        -A a -p tcp -j DROP
        -A b -p tcp --dport 21 -j RETURN
        -A b -p tcp --dport 22 -j DROP"""),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 22 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 23 : accept
    """,
    ),
    (
        "a return in a built-in chain is its policy",
        "iptables",
        forwarding("-p tcp --dport 21 -j RETURN\n-p tcp -j ACCEPT"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 22 : accept
    """,
    ),
    (
        "no tracking both ways, and a rule for it",
        "iptables",
        forwarding(
            "-m conntrack --ctstate UNTRACKED -j ACCEPT",
            before=table(
                "raw",
                "-A PREROUTING -p tcp --dport 21 -j CT --notrack\n-A PREROUTING -p tcp --sport 21 -j NOTRACK",
            ),
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 22 : drop
    """,
    ),
    (
        "no tracking, and rules for states that it has not",
        "iptables",
        forwarding(
            CONTROL_OPEN,
            before=table(
                "raw",
                "-A PREROUTING -p tcp --dport 21 -j CT --notrack\n-A PREROUTING -p tcp --sport 21 -j CT --notrack",
            ),
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
    """,
    ),
    (
        "the state before tracking is invalid",
        "iptables",
        forwarding(
            "",
            policy="ACCEPT",
            before=table(
                "raw",
                "-A PREROUTING -p tcp --dport 21 -m conntrack --ctstate NEW -j DROP\n-A PREROUTING -p tcp --dport 22 -m conntrack --ctstate INVALID -j DROP",
            ),
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 22 : drop
    """,
    ),
    (
        "a drop in the raw table is final",
        "iptables",
        forwarding("-j ACCEPT", before=table("raw", "-A PREROUTING -p tcp --dport 21 -j DROP")),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 22 : accept
    """,
    ),
    (
        "replies are dropped on the way out",
        "iptables",
        forwarding(
            "",
            policy="ACCEPT",
            before=table(
                "mangle",
                "-A POSTROUTING -o eth1 -p tcp --sport 21 -j DROP",
                "PREROUTING INPUT FORWARD OUTPUT POSTROUTING",
            ),
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 22 : accept
        server 209.43.40.7 21 -> 10.1.0.5 40001 : drop
    """,
    ),
    (
        "a mark is carried from table to table, but not to the next packet",
        "iptables",
        forwarding(
            "-m mark --mark 0x1 -j ACCEPT\n-p tcp --sport 21 -m mark --mark 0 -j ACCEPT",
            before=table(
                "mangle",
                "-A PREROUTING -p tcp --dport 21 -j MARK --set-mark 0x1",
                "PREROUTING INPUT FORWARD OUTPUT POSTROUTING",
            ),
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 22 : drop
    """,
    ),
    (
        "bits of a mark",
        "iptables",
        forwarding(
            STATEFUL + "-m mark --mark 0x3 -j ACCEPT\n-m mark --mark 0x4/0x4 -j REJECT",
            before=table(
                "mangle",
                """
        -A PREROUTING -p tcp --dport 21 -j MARK --set-mark 0xff
        -A PREROUTING -p tcp --dport 21 -j MARK --and-mark 0x3
        -A PREROUTING -p tcp --dport 22 -j MARK --or-mark 0x5
        -A PREROUTING -p tcp --dport 23 -j MARK --set-xmark 0x3/0x0""",
                "PREROUTING INPUT FORWARD OUTPUT POSTROUTING",
            ),
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 22 : reject
        client 10.1.0.5 40000 -> 209.43.40.7 23 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 24 : drop
    """,
    ),
    (
        "wildcards of interfaces",
        "iptables",
        forwarding(
            STATEFUL
            + "-i eth+ ! -o eth1+ -p tcp --dport 21 -j ACCEPT\n-i + -p tcp --dport 22 -j ACCEPT\n! -i eth+ -p tcp --dport 23 -j ACCEPT"
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        server 209.43.40.7 40000 -> 10.1.0.5 21 : drop
        server 209.43.40.7 40000 -> 10.1.0.5 22 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 23 : drop
    """,
    ),
    (
        "multiport of either side",
        "iptables",
        forwarding("-p tcp -m multiport --ports 21,21000:21050 -j ACCEPT"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 21025 -> 209.43.40.7 80 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 21051 : drop
    """,
    ),
    (
        "a negated list of ports",
        "iptables",
        forwarding(STATEFUL + "-p tcp -m multiport ! --dports 21,990 -j REJECT\n-j ACCEPT"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 22 : reject
    """,
    ),
    (
        "a range of all ports",
        "iptables",
        forwarding("-p tcp --dport 0:65535 -s 10.1.0.0/16 -j ACCEPT\n-p tcp --sport 21 -j ACCEPT"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 22 : drop
    """,
    ),
    # It cannot match, but iptables 1.8.9 (nf_tables) leaves the test out, and others do not.
    (
        "no port of all",
        "iptables",
        forwarding("-p tcp ! --dport 0:65535 -j DROP", policy="ACCEPT"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : ?
    """,
    ),
    (
        "a range of addresses",
        "iptables",
        forwarding(
            STATEFUL
            + "-m iprange --src-range 10.1.0.5-10.1.0.9 ! --dst-range 209.43.40.8-209.43.40.255 -j ACCEPT"
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.9 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.10 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.8 21 : drop
    """,
    ),
    (
        "an invalid packet is dropped first, which does no harm",
        "iptables",
        forwarding(
            "-m conntrack --ctstate INVALID -j DROP\n-p tcp ! --syn -m conntrack --ctstate NEW -j DROP\n"
            + CONTROL_OPEN
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
    """,
    ),
    (
        "tests of the direction",
        "iptables",
        forwarding(
            "-m conntrack --ctstate ESTABLISHED --ctdir REPLY -j ACCEPT\n-i eth1 -p tcp --dport 21 -j ACCEPT"
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        server 209.43.40.7 40000 -> 10.1.0.5 21 : drop
    """,
    ),
    (
        "the router's output chain eats the rejection",
        "iptables",
        forwarding("-p tcp --dport 21 -j REJECT", output="-A OUTPUT -p icmp -j DROP\n"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
    """,
    ),
]
