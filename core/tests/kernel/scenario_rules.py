"""The named rule sets: name, dialect, text, expected fates."""

from __future__ import annotations

CLIENT, SERVER, VIP = "10.1.0.5", "209.43.40.7", "198.51.100.5"


def _filter(rules: str, policy: str = "DROP", before: str = "", output: str = "") -> str:
    """An iptables rule set whose filter table has those rules for forwarded packets."""
    appended = "".join(f"-A FORWARD {line.strip()}\n" for line in rules.strip().splitlines())
    appended = appended.replace("-A FORWARD -A ", "-A ").replace("-A FORWARD :", ":")
    chains = "".join(f"{line}\n" for line in appended.splitlines() if line.startswith(":"))
    rest = "".join(f"{line}\n" for line in appended.splitlines() if not line.startswith(":"))
    return (
        f"{before.strip()}\n*filter\n:INPUT ACCEPT [0:0]\n:FORWARD {policy} [0:0]\n:OUTPUT ACCEPT [0:0]\n"
        f"{chains}{rest}{output}COMMIT\n"
    ).lstrip()


def _table(name: str, rules: str, chains: str = "PREROUTING OUTPUT") -> str:
    """Another table of an iptables rule set."""
    heads = "".join(f":{chain} ACCEPT [0:0]\n" for chain in chains.split())
    return (
        f"*{name}\n{heads}"
        + "".join(f"{line.strip()}\n" for line in rules.strip().splitlines())
        + "COMMIT"
    )


def _nat(rules: str) -> str:
    return _table("nat", rules, "PREROUTING INPUT OUTPUT POSTROUTING")


def _forward(
    rules: str,
    policy: str = "drop",
    table: str = "inet filter",
    priority: str = "filter",
    more: str = "",
) -> str:
    """An nft table with one base chain for forwarded packets."""
    body = "".join(f"\t\t{line.strip()}\n" for line in rules.strip().splitlines())
    return (
        f"table {table} {{\n{more}\tchain forward {{\n"
        f"\t\ttype filter hook forward priority {priority}; policy {policy};\n{body}\t}}\n}}\n"
    )


_CONTROL_OPEN = "-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n-p tcp --dport 21 -m conntrack --ctstate NEW -j ACCEPT"
_DNAT = "-A PREROUTING -d 198.51.100.5 -p tcp --dport {} -j DNAT --to-destination 10.1.2.9{}"
_STATEFUL = "-m conntrack --ctstate ESTABLISHED -j ACCEPT\n"

# From the server's point of view what is inside is served: the openers are outside.
IPTABLES = [
    (
        "E1 control is open, passive data is not",
        "iptables",
        _filter(_CONTROL_OPEN),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40001 -> 209.43.40.7 21005 : drop
        server 209.43.40.7 20 -> 10.1.0.5 40000 : drop
    """,
    ),
    (
        "E1 the same for IPv6",
        "ip6tables",
        _filter(_CONTROL_OPEN),
        """
        client fd00:1::5 40000 -> 2001:db8:2b::7 21 : accept
        client fd00:1::5 40001 -> 2001:db8:2b::7 21005 : drop
    """,
    ),
    (
        "the reply has no rule",
        "iptables",
        _filter("-p tcp --dport 21 -j ACCEPT"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 21 -> 209.43.40.7 21 : accept
    """,
    ),
    (
        "the handshake's third packet has no rule",
        "iptables",
        _filter("-p tcp --tcp-flags SYN SYN -j ACCEPT"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
    """,
    ),
    (
        "SYN and SYN-ACK pass, the data does not",
        "iptables",
        _filter("""
        -p tcp --tcp-flags PSH PSH -j DROP
        -p tcp -j ACCEPT"""),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
    """,
    ),
    (
        "only the other end may not send data",
        "iptables",
        _filter("""
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
        _filter("-p tcp --dport 21 -j ACCEPT\n-p tcp --sport 21 -j ACCEPT"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        server 209.43.40.7 21 -> 10.1.0.5 40000 : accept
        server 209.43.40.7 20 -> 10.1.0.5 40001 : drop
    """,
    ),
    (
        "a rule for ACK only lets nobody begin",
        "iptables",
        _filter("! --syn -p tcp -j ACCEPT".replace("! --syn -p tcp", "-p tcp ! --syn")),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
    """,
    ),
    (
        "F6 established only",
        "iptables",
        _filter("-m conntrack --ctstate ESTABLISHED -j ACCEPT\n-p tcp --dport 21 -j ACCEPT"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40001 -> 209.43.40.7 21005 : drop
    """,
    ),
    (
        "F7 new only for the range, no helper",
        "iptables",
        _filter(_STATEFUL + "-p tcp --dport 21000:21050 -m conntrack --ctstate NEW -j ACCEPT"),
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
        _filter(_STATEFUL + "-p tcp --dport 21 -m conntrack --ctstate NEW -j ACCEPT\n-j REJECT"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40001 -> 209.43.40.7 21005 : reject
    """,
    ),
    (
        "G3 the helper test never holds for the control connection",
        "iptables",
        _filter(
            _STATEFUL + "-p tcp --dport 21 -m helper --helper ftp -j ACCEPT",
            before=_table("raw", "-A PREROUTING -p tcp --dport 21 -j CT --helper ftp"),
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
    """,
    ),
    (
        "G5b a helper does no harm",
        "iptables",
        _filter(
            _CONTROL_OPEN,
            before=_table("raw", "-A PREROUTING -p tcp --dport 21 -j CT --helper ftp"),
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
    """,
    ),
    (
        "G5c the forward chain sees the new destination",
        "iptables",
        _filter(
            _STATEFUL + "-d 198.51.100.5 -p tcp --dport 21 -j ACCEPT",
            before=_nat(_DNAT.format(21, "")),
        ),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 21 : drop
    """,
    ),
    (
        "G5c put right",
        "iptables",
        _filter(
            _STATEFUL + "-d 10.1.2.9 -p tcp --dport 21 -j ACCEPT", before=_nat(_DNAT.format(21, ""))
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
        _filter(
            _STATEFUL
            + "-p tcp -m conntrack --ctorigdst 198.51.100.5 --ctorigdstport 2100 -j ACCEPT",
            before=_nat(_DNAT.format(2100, ":21")),
        ),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 2100 : accept
        server 209.43.40.7 40001 -> 10.1.2.9 21 : drop
    """,
    ),
    (
        "H1 a range of ports is no offset: always the first",
        "iptables",
        _filter(
            _STATEFUL + "-p tcp --dport 21000 -j ACCEPT",
            before=_nat(_DNAT.format("31000:31050", ":21000-21050")),
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
        _filter(
            _STATEFUL + "-p tcp --dport 21005 -j ACCEPT",
            before=_nat(_DNAT.format("31000:31050", ":21000-21050")),
        ),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 31005 : drop
    """,
    ),
    (
        "H2 a base port makes it an offset",
        "iptables",
        _filter(
            _STATEFUL + "-p tcp --dport 21005 -j ACCEPT",
            before=_nat(_DNAT.format("31000:31050", ":21000-21050/31000")),
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
        _filter(
            _STATEFUL + "-p tcp --dport 21005 -j ACCEPT",
            before=_nat(_DNAT.format("21000:21050", "")),
        ),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 21005 : accept
        server 209.43.40.7 40001 -> 198.51.100.5 21006 : drop
    """,
    ),
    (
        "H4 a port within the range is kept",
        "iptables",
        _filter(
            _STATEFUL + "-p tcp --dport 21005 -j ACCEPT",
            before=_nat(_DNAT.format("21000:21050", ":21000-21050")),
        ),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 21005 : accept
        server 209.43.40.7 40001 -> 198.51.100.5 21006 : drop
    """,
    ),
    (
        "E13c the range is not translated: the router itself refuses",
        "iptables",
        _filter(_STATEFUL + "-j ACCEPT", before=_nat(_DNAT.format(21, ""))),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 21 : accept
        server 209.43.40.7 40001 -> 198.51.100.5 21005 : reject
    """,
    ),
    (
        "K1 to K3 the ways to reject",
        "iptables",
        _filter("""
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
        _filter("""
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
        _filter("", policy="ACCEPT"),
        """
        client 10.1.0.5 40000 -> 198.51.100.5 21 : reject
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
    """,
    ),
    (
        "the input chain drops what is for the router",
        "iptables",
        _filter("-A INPUT -p tcp --dport 21 -j DROP", policy="ACCEPT"),
        """
        client 10.1.0.5 40000 -> 198.51.100.5 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
    """,
    ),
    (
        "the SYN-ACK is rejected",
        "iptables",
        _filter("-p tcp --dport 21 -j ACCEPT\n-p tcp --sport 21 -j REJECT --reject-with tcp-reset"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : reject
    """,
    ),
    (
        "a return in a called chain goes on after the jump",
        "iptables",
        _filter("""
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
        _filter("""
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
        _filter("""
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
        _filter("-p tcp --dport 21 -j RETURN\n-p tcp -j ACCEPT"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 22 : accept
    """,
    ),
    (
        "no tracking both ways, and a rule for it",
        "iptables",
        _filter(
            "-m conntrack --ctstate UNTRACKED -j ACCEPT",
            before=_table(
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
        _filter(
            _CONTROL_OPEN,
            before=_table(
                "raw",
                "-A PREROUTING -p tcp --dport 21 -j CT --notrack\n-A PREROUTING -p tcp --sport 21 -j CT --notrack",
            ),
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
    """,
    ),
    (
        "replies alone are tracked, and picked up as new and translated",
        "iptables",
        _filter(
            "",
            policy="ACCEPT",
            before=_table("raw", "-A PREROUTING -i eth1 -p tcp --dport 21 -j CT --notrack")
            + "\n"
            + _nat("-A POSTROUTING -p tcp --sport 21 -j SNAT --to-source 203.0.113.99"),
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 22 : accept
    """,
    ),
    (
        "the state before tracking is invalid",
        "iptables",
        _filter(
            "",
            policy="ACCEPT",
            before=_table(
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
        _filter("-j ACCEPT", before=_table("raw", "-A PREROUTING -p tcp --dport 21 -j DROP")),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 22 : accept
    """,
    ),
    (
        "replies are dropped on the way out",
        "iptables",
        _filter(
            "",
            policy="ACCEPT",
            before=_table(
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
        _filter(
            "-m mark --mark 0x1 -j ACCEPT\n-p tcp --sport 21 -m mark --mark 0 -j ACCEPT",
            before=_table(
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
        _filter(
            _STATEFUL + "-m mark --mark 0x3 -j ACCEPT\n-m mark --mark 0x4/0x4 -j REJECT",
            before=_table(
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
        _filter(
            _STATEFUL
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
        _filter("-p tcp -m multiport --ports 21,21000:21050 -j ACCEPT"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 21025 -> 209.43.40.7 80 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 21051 : drop
    """,
    ),
    (
        "a negated list of ports",
        "iptables",
        _filter(_STATEFUL + "-p tcp -m multiport ! --dports 21,990 -j REJECT\n-j ACCEPT"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 22 : reject
    """,
    ),
    (
        "a range of all ports",
        "iptables",
        _filter("-p tcp --dport 0:65535 -s 10.1.0.0/16 -j ACCEPT\n-p tcp --sport 21 -j ACCEPT"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 22 : drop
    """,
    ),
    # It cannot match, but iptables 1.8.9 (nf_tables) leaves the test out, and others do not.
    (
        "no port of all",
        "iptables",
        _filter("-p tcp ! --dport 0:65535 -j DROP", policy="ACCEPT"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : ?
    """,
    ),
    (
        "a range of addresses",
        "iptables",
        _filter(
            _STATEFUL
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
        _filter(
            "-m conntrack --ctstate INVALID -j DROP\n-p tcp ! --syn -m conntrack --ctstate NEW -j DROP\n"
            + _CONTROL_OPEN
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
    """,
    ),
    (
        "the filter sees the old source, before masquerading",
        "iptables",
        _filter(
            _STATEFUL
            + "-s 10.1.0.0/16 -o eth0 -p tcp --dport 21 -j ACCEPT\n-s 198.51.100.1 -j REJECT",
            before=_nat("-A POSTROUTING -o eth0 -j MASQUERADE"),
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 192.168.1.5 40000 -> 209.43.40.7 21 : drop
    """,
    ),
    (
        "plain tests of the replies to a masqueraded connection",
        "iptables",
        _filter(
            "-s 10.1.0.0/16 -p tcp --dport 21 -j ACCEPT\n-d 10.1.0.0/16 -p tcp --sport 21 -j ACCEPT",
            before=_nat("-A POSTROUTING -o eth0 -j MASQUERADE"),
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 192.168.1.5 40000 -> 209.43.40.7 21 : drop
    """,
    ),
    (
        "the replies of a translated server have its real address",
        "iptables",
        _filter(
            "-d 10.1.2.9 -p tcp --dport 2121 -j ACCEPT\n-s 10.1.2.9 -p tcp --sport 2121 -j ACCEPT",
            before=_nat(_DNAT.format(21, ":2121")),
        ),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 21 : accept
    """,
    ),
    (
        "after the translation is undone the old address stands there",
        "iptables",
        _filter(
            "",
            policy="ACCEPT",
            before=_table(
                "mangle",
                "-A POSTROUTING -p tcp -s 10.1.2.9 --sport 21 -j DROP",
                "PREROUTING INPUT FORWARD OUTPUT POSTROUTING",
            )
            + "\n"
            + _nat(_DNAT.format(2100, ":21")),
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
        _filter(
            "-m conntrack --ctstate DNAT -j ACCEPT", before=_nat(_DNAT.format("21000:21050", ""))
        ),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 21005 : accept
        server 209.43.40.7 40001 -> 10.1.2.9 21005 : drop
    """,
    ),
    (
        "redirected to the router, whose input chain drops it",
        "iptables",
        _filter(
            "-A INPUT -p tcp --dport 2121 -j DROP",
            policy="ACCEPT",
            before=_nat("-A PREROUTING -i eth1 -p tcp --dport 21 -j REDIRECT --to-ports 2121"),
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 22 : accept
    """,
    ),
    (
        "a network is translated to another one",
        "iptables",
        _filter(
            _STATEFUL + "-d 10.1.2.7 -j ACCEPT",
            before=_nat("-A PREROUTING -d 203.0.113.0/24 -j NETMAP --to 10.1.2.0/24"),
        ),
        """
        server 209.43.40.7 40000 -> 203.0.113.7 21 : accept
        server 209.43.40.7 40000 -> 203.0.113.8 21 : drop
    """,
    ),
    (
        "the first translation that matches counts",
        "iptables",
        _filter(
            _STATEFUL + "-d 10.1.2.9 -j ACCEPT",
            before=_nat(
                _DNAT.format(21, "")
                + "\n"
                + _DNAT.format("20:990", "").replace("10.1.2.9", "10.1.2.10")
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
        _filter(
            _STATEFUL + "-d 10.1.2.9 -j ACCEPT",
            before=_nat("-A PREROUTING -s 209.43.40.8 -j ACCEPT\n" + _DNAT.format(21, "")),
        ),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 21 : accept
        server 209.43.40.8 40000 -> 198.51.100.5 21 : reject
    """,
    ),
    (
        "tests of the direction",
        "iptables",
        _filter(
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
        _filter("-p tcp --dport 21 -j REJECT", output="-A OUTPUT -p icmp -j DROP\n"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
    """,
    ),
]

NFT = [
    (
        "E1 in nft, both families",
        "nft",
        _forward("ct state established,related accept\ntcp dport 21 ct state new accept"),
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
        _forward("ct state established accept\ntcp dport 21 accept", table="ip filter"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 22 : drop
        client fd00:1::5 40000 -> 2001:db8:2b::7 22 : accept
    """,
    ),
    (
        "F4c the helper test never holds for the control connection",
        "nft",
        _forward('ct state established accept\ntcp dport 21 ct helper "ftp" accept'),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
    """,
    ),
    (
        "F5 a later chain drops the range",
        "nft",
        _forward("ct state established,related accept\ntcp dport { 21, 21000-21050 } accept")
        + _forward("tcp dport 21000-21050 drop", policy="accept", table="ip later", priority="10"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 21005 : drop
        client fd00:1::5 40000 -> 2001:db8:2b::7 21005 : accept
    """,
    ),
    (
        "F5b a later chain's policy is drop",
        "nft",
        _forward("accept") + _forward("tcp dport 21 accept", table="inet later", priority="10"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 21 -> 209.43.40.7 21 : accept
    """,
    ),
    (
        "a drop in an earlier chain is final",
        "nft",
        _forward("accept", policy="accept")
        + _forward("tcp dport 21 drop", policy="accept", table="inet early", priority="-10"),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 22 : accept
    """,
    ),
    (
        "an accept of iptables is no accept of another table",
        "nft",
        _forward("tcp dport 21 accept\ntcp sport 21 accept", table="ip filter")
        + _forward(
            "ct state established accept\ntcp dport { 21, 990 } accept",
            table="inet fw",
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
        _forward(
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
        _forward(
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
        _forward(
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
        _forward(
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
        _forward(
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
        _forward(
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
        _forward(
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
        _forward(
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
        _forward(
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
        _forward(
            "ct state established accept\nct original ip daddr 198.51.100.5 meta l4proto tcp ct original proto-dst 2100 accept",
            table="ip filter",
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
        _forward("ct state established accept\ntcp dport 21000 accept", table="ip filter")
        + "table ip nat {\n\tchain pre {\n\t\ttype nat hook prerouting priority dstnat;\n\t\tip daddr 198.51.100.5 tcp dport 31000-31050 dnat to 10.1.2.9:21000-21050\n\t}\n}\n",
        """
        server 209.43.40.7 40000 -> 198.51.100.5 31000 : accept
        server 209.43.40.8 40000 -> 198.51.100.5 31005 : accept
    """,
    ),
    (
        "a map of ports to addresses",
        "nft",
        _forward(
            "ct state established accept\nip daddr 10.1.2.9 tcp dport { 21, 21005 } accept",
            table="ip filter",
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
        _forward("ct status dnat accept", table="ip filter")
        + "table ip nat {\n\tchain pre {\n\t\ttype nat hook prerouting priority dstnat;\n\t\tip daddr 198.51.100.5 tcp dport 21 dnat to 10.1.2.9\n\t}\n}\n",
        """
        server 209.43.40.7 40000 -> 198.51.100.5 21 : accept
        server 209.43.40.7 40001 -> 10.1.2.9 21 : drop
    """,
    ),
    (
        "K1 to K3 in nft",
        "nft",
        _forward(
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
        _forward("""
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
        _forward("""
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
        _forward(
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
        _forward(
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
        + _forward(
            "ct state established accept\nip saddr 10.1.0.0/16 tcp dport 21 accept\nip6 saddr fd00:1::/64 tcp dport 21 accept"
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client fd00:1::5 40000 -> 2001:db8:2b::7 21 : accept
        client 192.168.1.5 40000 -> 209.43.40.7 21 : drop
    """,
    ),
]

ALL = IPTABLES + NFT
