"""Plain forwarding: what is open, what is closed, and how it is refused."""

from __future__ import annotations

from lab.model import Scenario, Server

from .rules import (
    BOTH,
    CONTROL,
    ESTABLISHED,
    HELPER,
    NFT_BOTH,
    NFT_CONTROL,
    NFT_RANGE,
    RANGE,
    chain,
    forward,
    iptables,
    nft,
)

TIMES_OUT = "data timeout"
OPEN = {"passive": "works", "active": TIMES_OUT}


def refusal(how: str, outcome: str, source: str) -> Scenario:
    """The range is refused in some way."""
    return Scenario(
        f"K-{how}",
        source,
        iptables(ESTABLISHED, CONTROL, f"-p tcp -j REJECT --reject-with {how}"),
        "iptables",
        {"passive": outcome, "active": "data refused"},
        curl=how == "tcp-reset",
    )


SCENARIOS = [
    Scenario(
        "K1-nft-reject-reset",
        "10 K1",
        nft(forward(NFT_BOTH, NFT_CONTROL, "meta l4proto tcp reject with tcp reset")),
        "nftables",
        {"": "data refused"},
    ),
    Scenario(
        "K2-nft-reject",
        "10 K2",
        nft(forward(NFT_BOTH, NFT_CONTROL, "reject")),
        "nftables",
        {"": "data refused"},
    ),
    Scenario(
        "K3-nft-reject-prohibited",
        "10 K3",
        nft(forward(NFT_BOTH, NFT_CONTROL, "reject with icmp type admin-prohibited")),
        "nftables",
        {"passive": "data unreachable", "active": "data refused"},
    ),
    refusal("tcp-reset", "data refused", "10 K1"),
    refusal("icmp-port-unreachable", "data refused", "10 K2"),
    refusal("icmp-admin-prohibited", "data unreachable", "10 K3"),
    refusal("icmp-host-unreachable", "data unreachable", "1.8"),
    refusal("icmp-net-unreachable", "data unreachable", "1.8"),
    Scenario(
        "control-dropped", "1.8", iptables(ESTABLISHED, RANGE), "iptables", {"": "control timeout"}
    ),
    Scenario(
        "control-rejected",
        "1.8",
        iptables(ESTABLISHED, RANGE, "-p tcp -j REJECT --reject-with tcp-reset"),
        "iptables",
        {"": "control refused"},
    ),
    Scenario(
        "control-prohibited",
        "1.8",
        iptables(ESTABLISHED, RANGE, "-j REJECT --reject-with icmp-admin-prohibited"),
        "iptables",
        {"": "control unreachable"},
    ),
    Scenario(
        "range-open", "2.1", iptables(ESTABLISHED, CONTROL, RANGE), "iptables", OPEN, curl=True
    ),
    Scenario(
        "range-half-open",
        "0 rule 2; FTP-D2",
        iptables(
            ESTABLISHED,
            CONTROL,
            "-p tcp --dport 21000:21024 -m conntrack --ctstate NEW -j ACCEPT",
        ),
        "iptables",
        {
            "passive": {"21000-21024": "works", "21025-21050": TIMES_OUT},
            "active": TIMES_OUT,
        },
        curl=True,
    ),
    Scenario(
        "range-one-port-missing",
        "0 rule 2; FTP-D2",
        iptables(
            ESTABLISHED,
            CONTROL,
            "-p tcp --dport 21025 -j REJECT --reject-with icmp-admin-prohibited",
            RANGE,
        ),
        "iptables",
        {
            "passive": {
                "21000-21024": "works",
                "21025": "data unreachable",
                "21026-21050": "works",
            },
            "active": TIMES_OUT,
        },
        data=("pasv", "port"),
    ),
    Scenario(
        "range-off-by-one",
        "FTP-D2",
        iptables(
            ESTABLISHED,
            CONTROL,
            "-p tcp --dport 21001:21050 -m conntrack --ctstate NEW -j ACCEPT",
        ),
        "iptables",
        {"passive": {"21000": TIMES_OUT, "21001-21050": "works"}, "active": TIMES_OUT},
        data=("epsv", "eprt"),
    ),
    Scenario(
        "range-for-other-server",
        "FTP-C2",
        iptables(
            ESTABLISHED,
            CONTROL,
            "-d 203.0.113.99 -p tcp --dport 21000:21050 -m conntrack --ctstate NEW -j ACCEPT",
        ),
        "iptables",
        {"": TIMES_OUT},
    ),
    Scenario(
        "no-established",
        "0 rule 1; FTP-D7",
        iptables(CONTROL, RANGE),
        "iptables",
        {"": "control timeout"},
    ),
    Scenario(
        "answers-dropped",
        "0 rule 1; FTP-D7",
        iptables(
            "-s 192.168.1.0/24 -m conntrack --ctstate ESTABLISHED -j ACCEPT",
            CONTROL,
            RANGE,
        ),
        "iptables",
        {"": "control timeout"},
    ),
    Scenario(
        "data-answers-dropped",
        "0 rule 1; FTP-D7",
        iptables(
            "-p tcp -m multiport --ports 21,990 -m conntrack --ctstate ESTABLISHED -j ACCEPT",
            CONTROL,
            "-p tcp --dport 21000:21050 -j ACCEPT",
        ),
        "iptables",
        {"": TIMES_OUT},
    ),
    Scenario(
        "third-packet-dropped",
        "client-symptoms pitfall 5",
        iptables(
            "-s 203.0.113.0/24 -m conntrack --ctstate ESTABLISHED -j ACCEPT",
            "-p tcp -m multiport --ports 21,990 -j ACCEPT",
            RANGE,
        ),
        "iptables",
        {"": TIMES_OUT},
    ),
    Scenario(
        "stateless",
        "0 rule 1",
        iptables(
            "-d 203.0.113.10 -p tcp -m multiport --dports 21,990,21000:21050 -j ACCEPT",
            "-s 203.0.113.10 -p tcp -m multiport --sports 21,990,21000:21050 ! --syn -j ACCEPT",
        ),
        "iptables",
        OPEN,
    ),
    Scenario(
        "notrack-stateless",
        "2.2: no state, no helper; stateless rules see everything",
        iptables(
            "-d 203.0.113.10 -p tcp -m multiport --dports 21,990,21000:21050 -j ACCEPT",
            "-s 203.0.113.10 -p tcp -m multiport --sports 21,990,21000:21050 -j ACCEPT",
            raw=["-A PREROUTING -p tcp -j CT --notrack"],
        ),
        "iptables",
        OPEN,
    ),
    Scenario(
        "notrack-data-of-stateful",
        "2.2",
        iptables(
            ESTABLISHED,
            CONTROL,
            RANGE,
            raw=["-A PREROUTING -p tcp --dport 21000:21050 -j NOTRACK"],
        ),
        "iptables",
        {"": TIMES_OUT},
    ),
    Scenario(
        "notrack-untracked-accepted",
        "2.1",
        iptables(
            "-m conntrack --ctstate ESTABLISHED,UNTRACKED -j ACCEPT",
            CONTROL,
            raw=[
                "-A PREROUTING -p tcp --dport 21000:21050 -j NOTRACK",
                "-A PREROUTING -p tcp --sport 21000:21050 -j NOTRACK",
            ],
        ),
        "iptables",
        OPEN,
    ),
    Scenario(
        "invalid-dropped-first",
        "2.1 INVALID",
        iptables("-m conntrack --ctstate INVALID -j DROP", BOTH, CONTROL, RANGE, raw=[HELPER]),
        "iptables",
        {"passive": "works", "plain active": "works", "active": TIMES_OUT},
    ),
    Scenario(
        "mangle-drops-range",
        "3.1: a drop in any table is final",
        iptables(
            ESTABLISHED,
            CONTROL,
            RANGE,
            mangle=["-A PREROUTING -p tcp --dport 21040:21050 -j DROP"],
        ),
        "iptables",
        {"passive": {"21000-21039": "works", "21040-21050": TIMES_OUT}, "active": TIMES_OUT},
    ),
    Scenario(
        "mark-decides",
        "3.3 mark",
        iptables(
            ESTABLISHED,
            CONTROL,
            "-m mark --mark 0x7 -j ACCEPT",
            mangle=["-A PREROUTING -p tcp --dport 21000:21050 -j MARK --set-mark 0x7"],
        ),
        "iptables",
        OPEN,
    ),
    Scenario(
        "user-chains-return",
        "3.2",
        iptables(
            ":ftp - [0:0]",
            ":lan - [0:0]",
            "-A FORWARD -j lan",
            "-A lan -s 192.168.1.0/24 -p tcp -g ftp",
            "-A lan -m conntrack --ctstate ESTABLISHED -j ACCEPT",
            "-A ftp -m conntrack --ctstate ESTABLISHED -j ACCEPT",
            "-A ftp -p tcp -m multiport --dports 21,990 -j ACCEPT",
            "-A ftp -p tcp --dport 21000:21019 -j RETURN",
            "-A ftp -p tcp --dport 21000:21050 -j ACCEPT",
        ),
        "iptables",
        {"passive": {"21000-21019": TIMES_OUT, "21020-21050": "works"}, "active": TIMES_OUT},
    ),
    Scenario(
        "interface-wrong-way",
        "3.3 -i, -o",
        iptables(
            ESTABLISHED,
            "-i c0 -o s0 -p tcp -m multiport --dports 21,990 -j ACCEPT",
            "-i s0 -o c0 -p tcp --dport 21000:21050 -j ACCEPT",
        ),
        "iptables",
        {"": TIMES_OUT},
    ),
    Scenario(
        "implicit-only",
        "1.3",
        iptables(
            ESTABLISHED,
            "-p tcp -m multiport --dports 990,21000:21050 -m conntrack --ctstate NEW -j ACCEPT",
        ),
        "iptables",
        {"implicit-tls passive": "works", "implicit-tls": TIMES_OUT, "": "control timeout"},
        curl=True,
    ),
    Scenario(
        "explicit-only-port",
        "1.3",
        iptables(
            ESTABLISHED,
            "-p tcp -m multiport --dports 21,21000:21050 -m conntrack --ctstate NEW -j ACCEPT",
        ),
        "iptables",
        {"implicit-tls": "control timeout", "passive": "works", "": TIMES_OUT},
    ),
    Scenario(
        "accept-in-one-table-drop-in-other",
        "10 F5; 4",
        nft(
            chain("early", "forward -5", NFT_BOTH, NFT_CONTROL, NFT_RANGE, policy="drop"),
            name="early",
        )
        + nft(
            forward(NFT_BOTH, NFT_CONTROL, "tcp dport 21000-21009 accept"),
            name="late",
        ),
        "nftables",
        {"passive": {"21000-21009": "works", "21010-21050": TIMES_OUT}, "active": TIMES_OUT},
    ),
    Scenario(
        "nft-verdict-map",
        "4 vmap",
        nft(
            forward(
                "ct state vmap { established : accept, related : accept, invalid : drop }",
                "tcp dport vmap { 21 : accept, 990 : accept,"
                " 21000-21029 : accept, 21030-21050 : drop }",
            ),
        ),
        "nftables",
        {"passive": {"21000-21029": "works", "21030-21050": TIMES_OUT}, "active": TIMES_OUT},
    ),
    Scenario(
        "nft-concatenated-set",
        "4 sets",
        nft(
            "    set ftp {\n"
            "        type ipv4_addr . inet_service\n"
            "        flags interval\n"
            "        elements = { 203.0.113.0/24 . 21, 203.0.113.10 . 990,"
            " 203.0.113.8-203.0.113.11 . 21000-21050 }\n"
            "    }",
            forward("ct state established accept", "ip daddr . tcp dport @ftp accept"),
        ),
        "nftables",
        OPEN,
    ),
    Scenario(
        "rate-limited",
        "3.4 limit",
        iptables(
            ESTABLISHED,
            CONTROL,
            "-p tcp --dport 21000:21050 -m conntrack --ctstate NEW"
            " -m limit --limit 100/sec --limit-burst 1000 -j ACCEPT",
        ),
        "iptables",
        OPEN,
        undecided="-m limit lets this many through, and another number not",
    ),
    Scenario(
        "vsftpd-range-open",
        "1.5; 2.1",
        iptables(ESTABLISHED, CONTROL, RANGE),
        "iptables",
        OPEN,
        server=Server("vsftpd", source_port=20),
        curl=True,
    ),
    Scenario(
        "vsftpd-TLS-session-reuse",
        "1.6; client-symptoms 21",
        iptables(ESTABLISHED, CONTROL, RANGE),
        "iptables",
        {"plain": "works", "tls": "data policy: TLS session reuse"},
        server=Server("vsftpd", tls_reuse=True),
        data=("pasv",),
    ),
]
