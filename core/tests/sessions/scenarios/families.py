"""IPv6, alone and beside IPv4."""

from __future__ import annotations

from lab.model import Scenario

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
        "ip6tables-reset",
        "10 K1",
        iptables(ESTABLISHED, CONTROL, "-p tcp -j REJECT --reject-with tcp-reset"),
        "ip6tables",
        {"": "data refused"},
    ),
]
