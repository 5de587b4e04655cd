"""Address translation at the server's and at the client's gateway."""

from __future__ import annotations

from lab.model import PROTECTIONS, ROUTER_OUTSIDE, SERVER, VIP, Expected, Scenario, Server

from .rules import (
    BOTH,
    CONTROL,
    ESTABLISHED,
    HELPER,
    NFT_BOTH,
    NFT_CONTROL,
    RANGE,
    chain,
    forward,
    helper,
    iptables,
    nft,
)

TIMES_OUT = "data timeout"
REFUSED = "data refused"
UNREACHABLE = "data unreachable"
FOREIGN = "data policy: same address"
V, S = VIP["ipv4"], SERVER["ipv4"]
PUBLIC = Server(announces=V)
ASSIGN = 'ct helper set "ftp-standard"'
TO_VIP = f"-A PREROUTING -d {V} -p tcp"
DNAT_CONTROL = f"{TO_VIP} -m multiport --dports 21,990 -j DNAT --to-destination {S}"
DNAT_RANGE = f"{TO_VIP} --dport 21000:21050 -j DNAT --to-destination {S}"
SOURCE_TO_VIP = f"-A POSTROUTING -s {S} -o c0 -j SNAT --to-source {V}"
MASQUERADE = "-A POSTROUTING -o s0 -j MASQUERADE"


def behind(
    name: str,
    source: str,
    rules: str,
    expect: Expected,
    server: Server | None = None,
    dial_control: int | None = None,
    protections: tuple[str, ...] = PROTECTIONS,
    curl: bool = False,
) -> Scenario:
    """A server behind the router, which clients know by the router's public address."""
    return Scenario(
        name,
        source,
        rules,
        "iptables",
        expect,
        at="server-gateway",
        server=server or Server(),
        dial=VIP,
        client_routes="vip",
        dial_control=dial_control,
        protections=protections,
        curl=curl,
    )


def masqueraded(
    name: str,
    source: str,
    rules: str,
    expect: Expected,
    server: Server | None = None,
    dial_control: int | None = None,
    protections: tuple[str, ...] = PROTECTIONS,
    curl: bool = False,
) -> Scenario:
    """Clients behind the router, whom servers know by the router's outside address."""
    return Scenario(
        name,
        source,
        rules,
        "iptables",
        expect,
        server=server or Server(),
        server_routes="link",
        dial_control=dial_control,
        protections=protections,
        curl=curl,
    )


def shifted(name: str, source: str, target: str, expect: Expected) -> Scenario:
    """The public range 31000-31050 goes to the server's 21000-21050."""
    return behind(
        name,
        source,
        iptables(
            ESTABLISHED,
            CONTROL,
            RANGE,
            nat=[
                DNAT_CONTROL,
                f"{TO_VIP} --dport 31000:31050 -j DNAT --to-destination {target}",
            ],
        ),
        expect,
        Server(announces=V, announces_shifted=10000),
    )


SCENARIOS = [
    masqueraded(
        "E10-masquerade-helper",
        "10 E10; 2.5",
        iptables(BOTH, CONTROL, raw=[HELPER], nat=[MASQUERADE]),
        {"plain": "works", "tls passive": TIMES_OUT, "tls active": FOREIGN},
        curl=True,
    ),
    masqueraded(
        "E11-masquerade-no-helper",
        "10 E11; 8.5",
        iptables(BOTH, CONTROL, nat=[MASQUERADE]),
        {"passive": TIMES_OUT, "active": FOREIGN},
    ),
    masqueraded(
        "E11-masquerade-server-not-strict",
        "10 E11; 8.5: the server connects to an address that it has no way to",
        iptables(BOTH, CONTROL, nat=[MASQUERADE]),
        {"passive": TIMES_OUT, "active": REFUSED},
        Server(foreign_addresses=True),
    ),
    masqueraded(
        "masquerade-range-open",
        "8.5; 2.5",
        iptables(ESTABLISHED, CONTROL, RANGE, nat=[MASQUERADE]),
        {"passive": "works", "active": FOREIGN},
        curl=True,
    ),
    masqueraded(
        "snat-helper-source-port-20",
        "10 E10; 2.4",
        iptables(
            BOTH,
            CONTROL,
            raw=[HELPER],
            nat=[f"-A POSTROUTING -o s0 -j SNAT --to-source {ROUTER_OUTSIDE['ipv4']}"],
        ),
        {"plain": "works", "tls passive": TIMES_OUT, "tls active": FOREIGN},
        Server(source_port=20),
    ),
    masqueraded(
        "masquerade-helper-other-port",
        "8.5: port is not that of the helper",
        iptables(
            BOTH,
            "-p tcp --dport 2121 -j ACCEPT",
            raw=[HELPER],
            nat=[MASQUERADE],
        ),
        {"passive": TIMES_OUT, "active": FOREIGN},
        Server(control=2121),
        protections=("plain", "explicit-tls"),
    ),
    masqueraded(
        "masquerade-vsftpd",
        "1.6; client-symptoms 9",
        iptables(ESTABLISHED, CONTROL, RANGE, nat=[MASQUERADE]),
        {"passive": "works", "active": FOREIGN},
        Server("vsftpd", source_port=20),
    ),
    behind(
        "E12-dnat-control-helper",
        "10 E12, E12b, E13c; 2.5",
        iptables(BOTH, CONTROL, raw=[HELPER], nat=[DNAT_CONTROL]),
        {
            "plain": "works",
            "tls pasv": UNREACHABLE,
            "tls epsv": REFUSED,
            "tls active": TIMES_OUT,
        },
        curl=True,
    ),
    behind(
        "E12c-dnat-control-no-helper",
        "10 E12c; 8.1, 8.7",
        iptables(BOTH, CONTROL, nat=[DNAT_CONTROL]),
        {"pasv": UNREACHABLE, "epsv": REFUSED, "active": TIMES_OUT},
    ),
    behind(
        "E13-double-fix",
        "10 E13; 2.5 double-fix trap",
        iptables(BOTH, CONTROL, raw=[HELPER], nat=[DNAT_CONTROL, DNAT_RANGE]),
        {"plain pasv": TIMES_OUT, "plain": "works", "tls": TIMES_OUT},
        PUBLIC,
    ),
    behind(
        "E13-no-double-fix",
        "2.5: the server's own address, and the range translated",
        iptables(BOTH, CONTROL, raw=[HELPER], nat=[DNAT_CONTROL, DNAT_RANGE]),
        {"plain": "works", "tls pasv": UNREACHABLE, "tls": TIMES_OUT},
    ),
    behind(
        "E13b-range-open",
        "10 E13b; 2.5",
        iptables(BOTH, CONTROL, RANGE, raw=[HELPER], nat=[DNAT_CONTROL, DNAT_RANGE]),
        {"passive": "works", "plain active": "works", "active": TIMES_OUT},
        PUBLIC,
        curl=True,
    ),
    behind(
        "E13c-range-not-translated",
        "10 E13c; 8.7",
        iptables(BOTH, CONTROL, RANGE, raw=[HELPER], nat=[DNAT_CONTROL]),
        {"plain pasv": REFUSED, "plain": "works", "passive": REFUSED, "active": TIMES_OUT},
        PUBLIC,
    ),
    behind(
        "masquerade-address-wrong",
        "8.1",
        iptables(ESTABLISHED, CONTROL, RANGE, nat=[DNAT_CONTROL, DNAT_RANGE]),
        {"pasv": UNREACHABLE, "epsv": "works", "active": TIMES_OUT},
    ),
    behind(
        "masquerade-address-right",
        "8.1; 2.5",
        iptables(ESTABLISHED, CONTROL, RANGE, nat=[DNAT_CONTROL, DNAT_RANGE]),
        {"passive": "works", "active": TIMES_OUT},
        PUBLIC,
        curl=True,
    ),
    behind(
        "dnat-half-of-the-range",
        "8.7; FTP-D2",
        iptables(
            ESTABLISHED,
            CONTROL,
            RANGE,
            nat=[
                DNAT_CONTROL,
                f"-A PREROUTING -d {V} -p tcp --dport 21000:21029 -j DNAT --to-destination {S}",
            ],
        ),
        {
            "passive": {"21000-21029": "works", "21030-21050": REFUSED},
            "active": TIMES_OUT,
        },
        PUBLIC,
    ),
    behind(
        "G5-CT-after-translation",
        "10 G5; 2.2",
        iptables(
            BOTH,
            CONTROL,
            raw=[f"-A PREROUTING -d {S} -p tcp --dport 21 -j CT --helper ftp"],
            nat=[DNAT_CONTROL],
        ),
        {"pasv": UNREACHABLE, "epsv": REFUSED, "active": TIMES_OUT},
    ),
    behind(
        "G5b-CT-before-translation",
        "10 G5b; 2.2",
        iptables(
            BOTH,
            CONTROL,
            raw=[f"-A PREROUTING -d {V} -p tcp --dport 21 -j CT --helper ftp"],
            nat=[DNAT_CONTROL],
        ),
        {"plain": "works", "pasv": UNREACHABLE, "epsv": REFUSED, "active": TIMES_OUT},
    ),
    behind(
        "G5c-filter-on-public-address",
        "10 G5c; 8.8",
        iptables(
            BOTH,
            f"-d {V} -p tcp -m multiport --dports 21,990,21000:21050 -j ACCEPT",
            nat=[DNAT_CONTROL, DNAT_RANGE],
        ),
        {"": "control timeout"},
        PUBLIC,
    ),
    behind(
        "G5d-ctorigdst",
        "10 G5d; 3.1",
        iptables(
            ESTABLISHED,
            f"-p tcp -m conntrack --ctorigdst {V} --ctorigdstport 2100 -j ACCEPT",
            f"-p tcp -m conntrack --ctorigdst {V} --ctorigdstport 21000:21050 -j ACCEPT",
            nat=[
                f"-A PREROUTING -d {V} -p tcp --dport 2100 -j DNAT --to-destination {S}:21",
                DNAT_RANGE,
            ],
        ),
        {"passive": "works", "active": TIMES_OUT},
        PUBLIC,
        dial_control=2100,
        protections=("plain", "explicit-tls"),
    ),
    shifted(
        "H1-shift-without-base",
        "10 H1; 3.6",
        f"{S}:21000-21050",
        {"passive": {"31001-31050": REFUSED}, "active": TIMES_OUT},
    ),
    shifted(
        "H2-shift-with-base",
        "10 H2; 3.6",
        f"{S}:21000-21050/31000",
        {"passive": "works", "active": TIMES_OUT},
    ),
    behind(
        "H3-same-range-no-port",
        "10 H3; 3.6",
        iptables(ESTABLISHED, CONTROL, RANGE, nat=[DNAT_CONTROL, DNAT_RANGE]),
        {"passive": "works", "active": TIMES_OUT},
        PUBLIC,
    ),
    behind(
        "H4-same-range-explicit",
        "10 H4; 3.6",
        iptables(ESTABLISHED, CONTROL, RANGE, nat=[DNAT_CONTROL, f"{DNAT_RANGE}:21000-21050"]),
        {"passive": "works", "active": TIMES_OUT},
        PUBLIC,
    ),
    behind(
        "dnat-to-one-port",
        "8.6",
        iptables(ESTABLISHED, CONTROL, RANGE, nat=[DNAT_CONTROL, f"{DNAT_RANGE}:20999"]),
        {"passive": TIMES_OUT, "active": TIMES_OUT},
        PUBLIC,
    ),
    behind(
        "dnat-state-accepted",
        "4: ct status dnat",
        iptables(
            ESTABLISHED,
            "-m conntrack --ctstate DNAT -j ACCEPT",
            nat=[DNAT_CONTROL, DNAT_RANGE],
        ),
        {"passive": "works", "active": TIMES_OUT},
        PUBLIC,
    ),
    behind(
        "dnat-state-accepts-what-helper-follows",
        "4: helper-followed data has status DNAT",
        iptables(
            ESTABLISHED,
            "-m conntrack --ctstate DNAT -j ACCEPT",
            raw=[HELPER],
            nat=[DNAT_CONTROL],
        ),
        {
            "plain passive": "works",
            "pasv": UNREACHABLE,
            "epsv": REFUSED,
            "tls active": TIMES_OUT,
            "active": TIMES_OUT,
        },
    ),
    behind(
        "snat-state-accepts-what-helper-follows",
        "2.5 nf_nat_follow_master; 2.1: the second SYN is new, and the router answers it",
        iptables(
            ESTABLISHED,
            CONTROL,
            "-m conntrack --ctstate SNAT -j ACCEPT",
            raw=[HELPER],
            nat=[DNAT_CONTROL],
        ),
        {
            "plain active": "works",
            "plain passive": REFUSED,
            "pasv": UNREACHABLE,
            "epsv": REFUSED,
            "active": TIMES_OUT,
        },
    ),
    masqueraded(
        "dnat-state-accepts-active-of-masqueraded",
        "2.4, 2.5: active data goes to the translated address",
        iptables(
            ESTABLISHED,
            CONTROL,
            "-m conntrack --ctstate DNAT -j ACCEPT",
            raw=[HELPER],
            nat=[MASQUERADE],
        ),
        {"plain active": "works", "active": FOREIGN, "passive": TIMES_OUT},
    ),
    masqueraded(
        "snat-state-accepts-passive-of-masqueraded",
        "2.5 nf_nat_follow_master; 2.1: the second SYN is new, and the router answers it",
        iptables(
            ESTABLISHED,
            CONTROL,
            "-m conntrack --ctstate SNAT -j ACCEPT",
            raw=[HELPER],
            nat=[MASQUERADE],
        ),
        {
            "plain passive": "works",
            "plain active": REFUSED,
            "active": FOREIGN,
            "passive": TIMES_OUT,
        },
    ),
    behind(
        "active-from-own-address",
        "3.1: FORWARD sees the source before its translation",
        iptables(
            ESTABLISHED,
            CONTROL,
            f"-s {S} -p tcp --dport 1024:65535 -m conntrack --ctstate NEW -j ACCEPT",
            nat=[DNAT_CONTROL, SOURCE_TO_VIP],
        ),
        {"active": "works", "pasv": UNREACHABLE, "epsv": REFUSED},
    ),
    behind(
        "active-from-public-address",
        "3.1: FORWARD sees the source before its translation",
        iptables(
            ESTABLISHED,
            CONTROL,
            f"-s {V} -p tcp --dport 1024:65535 -m conntrack --ctstate NEW -j ACCEPT",
            nat=[DNAT_CONTROL, SOURCE_TO_VIP],
        ),
        {"active": TIMES_OUT, "pasv": UNREACHABLE, "epsv": REFUSED},
    ),
    behind(
        "helped-active-from-own-address",
        "2.4, 3.1; 2.1: the second SYN is new, and the router answers it",
        iptables(
            ESTABLISHED,
            CONTROL,
            f"-s {S} -m conntrack --ctstate RELATED -j ACCEPT",
            raw=[HELPER],
            nat=[DNAT_CONTROL],
        ),
        {
            "plain active": "works",
            "plain passive": REFUSED,
            "pasv": UNREACHABLE,
            "epsv": REFUSED,
            "active": TIMES_OUT,
        },
    ),
    behind(
        "helped-active-from-public-address",
        "2.4, 3.1; 2.1: the second SYN is new, and the router answers it",
        iptables(
            ESTABLISHED,
            CONTROL,
            f"-s {V} -m conntrack --ctstate RELATED -j ACCEPT",
            raw=[HELPER],
            nat=[DNAT_CONTROL],
        ),
        {
            "plain passive": REFUSED,
            "plain": TIMES_OUT,
            "pasv": UNREACHABLE,
            "epsv": REFUSED,
            "active": TIMES_OUT,
        },
    ),
    behind(
        "netmap",
        "3.6 NETMAP",
        iptables(
            ESTABLISHED,
            CONTROL,
            RANGE,
            nat=[f"-A PREROUTING -d {V} -p tcp -j NETMAP --to {S}/32"],
        ),
        {"passive": "works", "active": TIMES_OUT},
        PUBLIC,
    ),
    Scenario(
        "nft-E13b",
        "10 E13b",
        nft(
            helper(),
            forward(NFT_BOTH, NFT_CONTROL, "tcp dport 21000-21050 ct state new accept"),
        )
        + nft(
            chain(
                "pre",
                "prerouting dstnat",
                f"ip daddr {V} tcp dport {{ 21, 990, 21000-21050 }} dnat to {S}",
                kind="nat",
            ),
            family="ip",
            name="translation",
        ),
        "nftables",
        {"passive": "works", "plain active": "works", "active": TIMES_OUT},
        at="server-gateway",
        server=PUBLIC,
        dial=VIP,
        client_routes="vip",
    ),
    Scenario(
        "L1-helper-by-original-port",
        "10 L1; 2.2",
        nft(
            helper(f"ct original protocol tcp ct original proto-dst 21 {ASSIGN}"),
            forward(NFT_BOTH, "tcp dport 2121 ct state new accept"),
            chain(
                "pre",
                "prerouting dstnat",
                f"ip daddr {V} tcp dport 21 dnat to {S}:2121",
                kind="nat",
            ),
            family="ip",
        ),
        "nftables",
        {
            "plain": "works",
            "pasv": UNREACHABLE,
            "epsv": REFUSED,
            "active": TIMES_OUT,
        },
        at="server-gateway",
        server=Server(control=2121),
        dial=VIP,
        dial_control=21,
        client_routes="vip",
        protections=("plain", "explicit-tls"),
    ),
    Scenario(
        "L2-helper-by-translated-port",
        "10 L2; 2.2",
        nft(
            helper(),
            forward(NFT_BOTH, "tcp dport 2121 ct state new accept"),
            chain(
                "pre",
                "prerouting dstnat",
                f"ip daddr {V} tcp dport 21 dnat to {S}:2121",
                kind="nat",
            ),
            family="ip",
        ),
        "nftables",
        {"pasv": UNREACHABLE, "epsv": REFUSED, "active": TIMES_OUT},
        at="server-gateway",
        server=Server(control=2121),
        dial=VIP,
        dial_control=21,
        client_routes="vip",
        protections=("plain", "explicit-tls"),
    ),
    Scenario(
        "nft-masquerade-helper",
        "10 E10",
        nft(
            helper(),
            forward(NFT_BOTH, NFT_CONTROL),
            chain("post", "postrouting srcnat", 'oifname "s0" masquerade', kind="nat"),
            family="ip",
        ),
        "nftables",
        {"plain": "works", "tls passive": TIMES_OUT, "tls active": FOREIGN},
        server_routes="link",
    ),
]
