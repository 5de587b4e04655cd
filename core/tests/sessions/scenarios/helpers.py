"""The FTP helper of connection tracking: where it is assigned, and what its connections may do."""

from __future__ import annotations

from lab.model import Scenario, Server

from .rules import (
    BOTH,
    CONTROL,
    HELPER,
    NFT_BOTH,
    NFT_CONTROL,
    NFT_HELPER,
    NFT_HELPER_OBJECT,
    NFT_RANGE,
    RANGE,
    chain,
    forward,
    helper,
    iptables,
    nft,
)

TIMES_OUT = "data timeout"
HELPS = {"plain": "works", "tls": TIMES_OUT}
HELPS_NOT = {"": TIMES_OUT}
CLASSIC = forward(NFT_BOTH, NFT_CONTROL)
STRICT_NFT = 'ct state related ct helper "ftp" tcp dport {ports} ip daddr 203.0.113.10 accept'
STRICT = (
    "-m conntrack --ctstate RELATED -m helper --helper ftp -p tcp --dport {ports}"
    " -d 203.0.113.10 -j ACCEPT"
)
EST = "-m conntrack --ctstate ESTABLISHED -j ACCEPT"

SCENARIOS = [
    Scenario("E1", "10 E1, E3c", nft(CLASSIC), "nftables", HELPS_NOT),
    Scenario(
        "E2-E3b-E3e",
        "10 E2, E2b, E3b, E3e, E15",
        nft(helper(), CLASSIC),
        "nftables",
        HELPS,
        curl=True,
    ),
    Scenario(
        "E3-source-port-20",
        "10 E3; 2.4",
        nft(helper(), CLASSIC),
        "nftables",
        HELPS,
        server=Server(source_port=20),
    ),
    Scenario(
        "E17-helper-on-2121",
        "10 E17; 2.2",
        nft(
            helper('tcp dport 2121 ct helper set "ftp-standard"'),
            forward(NFT_BOTH, "tcp dport 2121 ct state new accept"),
        ),
        "nftables",
        HELPS,
        server=Server(control=2121),
        protections=("plain", "explicit-tls"),
    ),
    Scenario(
        "F1-helper-before-tracking",
        "10 F1; 2.2",
        nft(helper(priority="raw"), CLASSIC),
        "nftables",
        HELPS_NOT,
    ),
    Scenario(
        "F1b-helper-at-mangle", "10 F1b", nft(helper(priority="mangle"), CLASSIC), "nftables", HELPS
    ),
    Scenario(
        "F2-helper-in-forward",
        "10 F2",
        nft(NFT_HELPER_OBJECT, forward(NFT_HELPER, NFT_BOTH, NFT_CONTROL)),
        "nftables",
        HELPS,
    ),
    Scenario(
        "F3-helper-after-accept",
        "10 F3",
        nft(NFT_HELPER_OBJECT, forward(NFT_BOTH, NFT_CONTROL, NFT_HELPER)),
        "nftables",
        HELPS_NOT,
    ),
    Scenario(
        "F4-F4b-strict",
        "10 F4, F4b; 2.6",
        nft(
            helper(),
            forward(
                "ct state established accept",
                STRICT_NFT.format(ports="21000-21030"),
                NFT_CONTROL,
            ),
        ),
        "nftables",
        {
            "plain passive": {"21000-21030": "works", "21031-21050": TIMES_OUT},
            "": TIMES_OUT,
        },
    ),
    Scenario(
        "F4c-helper-match-on-control",
        "10 F4c; 2.6",
        nft(
            helper(),
            forward("ct state established,related accept", 'tcp dport 21 ct helper "ftp" accept'),
        ),
        "nftables",
        {"": "control timeout"},
    ),
    Scenario(
        "F5-later-chain-drops-range",
        "10 F5; 4",
        nft(
            helper(),
            CLASSIC,
            chain("later", "forward 10", "tcp dport 21000-21050 drop"),
        ),
        "nftables",
        {"plain active": "works", "": TIMES_OUT},
    ),
    Scenario(
        "F5b-later-chain-policy-drop",
        "10 F5b; 4",
        nft(
            helper(),
            CLASSIC,
            chain(
                "later",
                "forward 10",
                "ct state established accept",
                "tcp dport { 21, 990 } accept",
                policy="drop",
            ),
        ),
        "nftables",
        HELPS_NOT,
    ),
    Scenario(
        "F6-established-only",
        "10 F6; 2.1",
        nft(helper(), forward("ct state established accept", NFT_CONTROL)),
        "nftables",
        HELPS_NOT,
    ),
    Scenario(
        "F7-new-range-no-helper",
        "10 F7",
        nft(forward("ct state established accept", NFT_CONTROL, NFT_RANGE)),
        "nftables",
        {"passive": "works", "active": TIMES_OUT},
    ),
    Scenario(
        "F7b-new-range-with-helper",
        "10 F7b; 2.1 one-second trap",
        nft(helper(), forward("ct state established accept", NFT_CONTROL, NFT_RANGE)),
        "nftables",
        {"plain passive": "works, delayed", "passive": "works", "active": TIMES_OUT},
        curl=True,
    ),
    Scenario(
        "F7c-new-related-range",
        "10 F7c",
        nft(
            helper(),
            forward(
                "ct state established accept",
                NFT_CONTROL,
                "tcp dport 21000-21050 ct state new,related accept",
            ),
        ),
        "nftables",
        {"passive": "works", "active": TIMES_OUT},
    ),
    Scenario(
        "F7d-new-range-with-helper-rejects",
        "10 F7d",
        nft(helper(), forward("ct state established accept", NFT_CONTROL, NFT_RANGE, "reject")),
        "nftables",
        {"plain passive": "data refused", "passive": "works", "active": "data refused"},
    ),
    Scenario(
        "F7b-iptables",
        "2.1 one-second trap",
        iptables(EST, CONTROL, RANGE, raw=[HELPER]),
        "iptables",
        {"plain passive": "works, delayed", "passive": "works", "active": TIMES_OUT},
    ),
    Scenario(
        "F7d-iptables",
        "2.1 one-second trap",
        iptables(EST, CONTROL, RANGE, "-p tcp -j REJECT --reject-with tcp-reset", raw=[HELPER]),
        "iptables",
        {"plain passive": "data refused", "passive": "works", "active": "data refused"},
    ),
    Scenario("G1-raw-CT", "10 G1", iptables(BOTH, CONTROL, raw=[HELPER]), "iptables", HELPS),
    Scenario(
        "G2-strict",
        "10 G2; 2.6",
        iptables(EST, STRICT.format(ports="21000:21050"), CONTROL, raw=[HELPER]),
        "iptables",
        {"plain passive": "works", "": TIMES_OUT},
    ),
    Scenario(
        "G2-strict-half",
        "10 G2, F4b",
        iptables(EST, STRICT.format(ports="21000:21030"), CONTROL, raw=[HELPER]),
        "iptables",
        {"plain passive": {"21000-21030": "works", "21031-21050": TIMES_OUT}, "": TIMES_OUT},
    ),
    Scenario(
        "G3-helper-match-alone",
        "10 G3; 2.6",
        iptables(
            "-m helper --helper ftp -j ACCEPT",
            "-p tcp -m multiport --dports 21,990 -j ACCEPT",
            "-p tcp -m multiport --sports 21,990 -m conntrack --ctstate ESTABLISHED -j ACCEPT",
            raw=[HELPER],
        ),
        "iptables",
        HELPS,
    ),
    Scenario(
        "G3-helper-match-control",
        "10 F4c, 2.6",
        iptables(BOTH, "-p tcp --dport 21 -m helper --helper ftp -j ACCEPT", raw=[HELPER]),
        "iptables",
        {"": "control timeout"},
    ),
    Scenario(
        "G3-helper-name-longer",
        "2.6: helper `ftp` matches --helper ftp-2121",
        iptables(
            EST,
            "-m conntrack --ctstate RELATED -m helper --helper ftp-2121 -j ACCEPT",
            CONTROL,
            raw=[HELPER],
        ),
        "iptables",
        HELPS,
    ),
    Scenario(
        "G3-helper-name-other",
        "2.6",
        iptables(
            EST,
            "-m conntrack --ctstate RELATED -m helper --helper tftp -j ACCEPT",
            CONTROL,
            raw=[HELPER],
        ),
        "iptables",
        HELPS_NOT,
    ),
    Scenario(
        "G4-CT-on-syn-only",
        "10 G4; 2.2",
        iptables(BOTH, CONTROL, raw=["-A PREROUTING -p tcp --dport 21 --syn -j CT --helper ftp"]),
        "iptables",
        HELPS,
    ),
    Scenario(
        "notrack-before-helper",
        "2.2: no connection, no state, no helper",
        iptables(BOTH, CONTROL, raw=["-A PREROUTING -p tcp -j CT --notrack", HELPER]),
        "iptables",
        {"": "control timeout"},
    ),
    Scenario(
        "helper-on-wrong-port",
        "2.2; 1.4",
        iptables(BOTH, CONTROL, raw=["-A PREROUTING -p tcp --dport 2121 -j CT --helper ftp"]),
        "iptables",
        HELPS_NOT,
    ),
    Scenario(
        "helper-on-990",
        "1.3: no helper reads implicit TLS",
        iptables(BOTH, CONTROL, raw=["-A PREROUTING -p tcp --dport 990 -j CT --helper ftp"]),
        "iptables",
        HELPS_NOT,
    ),
    Scenario(
        "helper-for-other-client",
        "2.2",
        iptables(
            BOTH,
            CONTROL,
            raw=["-A PREROUTING -s 192.168.1.99 -p tcp --dport 21 -j CT --helper ftp"],
        ),
        "iptables",
        HELPS_NOT,
    ),
    Scenario(
        "helper-in-wrong-raw-chain",
        "2.2: raw OUTPUT is for connections of the box itself",
        iptables(BOTH, CONTROL, raw=["-A OUTPUT -p tcp --dport 21 -j CT --helper ftp"]),
        "iptables",
        HELPS_NOT,
    ),
    Scenario(
        "RELATED-to-server-only",
        "2.1; client-symptoms 8",
        iptables(
            EST, "-s 192.168.1.0/24 -m conntrack --ctstate RELATED -j ACCEPT", CONTROL, raw=[HELPER]
        ),
        "iptables",
        {"plain passive": "works", "": TIMES_OUT},
    ),
    Scenario(
        "RELATED-to-client-only",
        "2.1; client-symptoms 8",
        iptables(
            EST, "-s 203.0.113.0/24 -m conntrack --ctstate RELATED -j ACCEPT", CONTROL, raw=[HELPER]
        ),
        "iptables",
        {"plain active": "works", "": TIMES_OUT},
    ),
    Scenario(
        "vsftpd-helper",
        "10 E2, E3; 1.5",
        nft(helper(), CLASSIC),
        "nftables",
        HELPS,
        server=Server("vsftpd", source_port=20),
        curl=True,
    ),
]
