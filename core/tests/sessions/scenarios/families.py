"""IPv6, alone and beside IPv4."""

from __future__ import annotations

from lab.model import SERVER, VIP, Scenario, Server

from .rules import (
    BOTH,
    CONTROL,
    ESTABLISHED,
    HELPER,
    NFT_BOTH,
    NFT_CONTROL,
    NFT_RANGE,
    RANGE,
    forward,
    helper,
    iptables,
    nft,
)

TIMES_OUT = "data timeout"
DUAL = ("ipv4", "ipv6")
LENIENT = Server(foreign_addresses=True)

SCENARIOS = [
    Scenario(
        "I1-I2-I3-inet-helper",
        "10 I1, I2, I3",
        nft(helper(), forward(NFT_BOTH, NFT_CONTROL)),
        "nftables",
        {"plain": "works", "tls": TIMES_OUT},
        families=DUAL,
        protections=("plain", "explicit-tls"),
        curl=True,
    ),
    Scenario(
        "ip-helper-is-for-ipv4",
        "2.2: a helper in a table of family ip covers IPv4 only",
        nft(helper(), family="ip", name="four") + nft(forward(NFT_BOTH, NFT_CONTROL)),
        "nftables",
        {"plain ipv4": "works", "": TIMES_OUT},
        families=DUAL,
        protections=("plain", "explicit-tls"),
    ),
    Scenario(
        "ipv4-closed-ipv6-open",
        "3.2; FTP-6",
        nft(
            forward(NFT_BOTH, NFT_CONTROL, "meta nfproto ipv6 tcp dport 21000-21050 accept"),
        ),
        "nftables",
        {"ipv6 passive": "works", "": TIMES_OUT},
        families=DUAL,
        protections=("plain", "implicit-tls"),
    ),
    Scenario(
        "inet-range-open",
        "4",
        nft(forward(NFT_BOTH, NFT_CONTROL, NFT_RANGE)),
        "nftables",
        {"passive": "works", "": TIMES_OUT},
        families=DUAL,
    ),
    Scenario(
        "ip6tables-range-open",
        "3.2",
        iptables(ESTABLISHED, CONTROL, RANGE),
        "ip6tables",
        {"passive": "works", "": TIMES_OUT},
        curl=True,
    ),
    Scenario(
        "ip6tables-helper",
        "10 I1, I2",
        iptables(BOTH, CONTROL, raw=[HELPER]),
        "ip6tables",
        {"plain": "works", "": TIMES_OUT},
    ),
    Scenario(
        "ip6tables-half-open",
        "0 rule 2",
        iptables(
            ESTABLISHED,
            CONTROL,
            "-d 2001:db8:2::/64 -p tcp --dport 21000:21019 -j ACCEPT",
            "-p tcp -j REJECT --reject-with icmp6-adm-prohibited",
        ),
        "ip6tables",
        {
            "passive": {"21000-21019": "works", "21020-21050": "data unreachable"},
            "active": "data refused",
        },
    ),
    Scenario(
        "ip6tables-masquerade-helper",
        "10 E10, I2",
        iptables(BOTH, CONTROL, raw=[HELPER], nat=["-A POSTROUTING -o s0 -j MASQUERADE"]),
        "ip6tables",
        {"plain": "works", "tls active": "data refused", "": TIMES_OUT},
        server=LENIENT,
        server_routes="link",
    ),
    Scenario(
        "ip6tables-masquerade-helper-strict-server",
        # The kernel writes the address with all its zeros, and pyftpdlib compares texts.
        "10 E10, I2; K nf_nat_ftp_fmt_cmd",
        iptables(BOTH, CONTROL, raw=[HELPER], nat=["-A POSTROUTING -o s0 -j MASQUERADE"]),
        "ip6tables",
        {"plain passive": "works", "active": "data policy: same address", "": TIMES_OUT},
        server_routes="link",
    ),
    Scenario(
        "ip6tables-dnat-helper",
        "10 E12b, E13c",
        iptables(
            BOTH,
            CONTROL,
            raw=[HELPER],
            nat=[
                f"-A PREROUTING -d {VIP['ipv6']} -p tcp -m multiport --dports 21,990"
                f" -j DNAT --to-destination {SERVER['ipv6']}"
            ],
        ),
        "ip6tables",
        {"plain": "works", "passive": "data refused", "active": TIMES_OUT},
        at="server-gateway",
        server=LENIENT,
        dial=VIP,
        client_routes="vip",
    ),
    Scenario(
        "ip6tables-dnat-range",
        "10 H3; 8.16",
        iptables(
            ESTABLISHED,
            CONTROL,
            RANGE,
            nat=[
                f"-A PREROUTING -d {VIP['ipv6']} -p tcp -m multiport --dports 21,990,21000:21050"
                f" -j DNAT --to-destination {SERVER['ipv6']}"
            ],
        ),
        "ip6tables",
        {"passive": "works", "active": TIMES_OUT},
        at="server-gateway",
        dial=VIP,
        client_routes="vip",
    ),
    Scenario(
        "ip6tables-reset",
        "10 K1",
        iptables(ESTABLISHED, CONTROL, "-p tcp -j REJECT --reject-with tcp-reset"),
        "ip6tables",
        {"": "data refused"},
    ),
]
