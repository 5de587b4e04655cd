"""What the helper makes of peers that say what no well-behaved program says."""

from __future__ import annotations

from lab.dialogue import Dialogue
from lab.model import CLIENT, SERVER, VIP, Script

from .rules import HELPER, NFT_BOTH, NFT_CONTROL, forward, helper, iptables, nft

S = SERVER["ipv4"].replace(".", ",")
C = CLIENT["ipv4"].replace(".", ",")
HELPED = nft(helper(), forward(NFT_BOTH, NFT_CONTROL))
PASV = f"227 Entering Passive Mode ({S},82,13).\r\n"
"""Port 21005."""
PORT = f"PORT {C},156,64\r\n"
"""Port 40000."""


def _well_said(talk: Dialogue) -> str:
    talk.greet()
    talk.server_says(PASV)
    return talk.passive(21005)


def _port_from_20(talk: Dialogue) -> str:
    talk.greet()
    talk.client_says(PORT)
    return talk.active(40000, source=20)


def _port_first(talk: Dialogue) -> str:
    talk.open()
    talk.server_says("220 ready\r\n")
    talk.client_says(PORT)
    return talk.active(40000)


def _other_address(talk: Dialogue) -> str:
    talk.greet()
    talk.server_says("227 Entering Passive Mode (203,0,113,77,82,13).\r\n")
    return talk.passive(21005)


def _behind_another_reply(talk: Dialogue) -> str:
    talk.greet()
    talk.server_says("200 fine\r\n" + PASV)
    return talk.passive(21005)


def _no_parentheses(talk: Dialogue) -> str:
    talk.greet()
    talk.server_says("229 Entering Extended Passive Mode |||21005|\r\n")
    return talk.passive(21005)


def _other_family(talk: Dialogue) -> str:
    talk.greet()
    talk.client_says("EPRT |2|2001:db8:1::10|40000|\r\n")
    return talk.active(40000)


def _two_segments(talk: Dialogue) -> str:
    talk.greet()
    talk.server_says(PASV[:20])
    talk.server_says(PASV[20:])
    return talk.passive(21005)


def _letter_by_letter(talk: Dialogue) -> str:
    talk.greet()
    talk.client_says("P")
    talk.client_says("WD\r\n")
    return "works"


def _second_connection(talk: Dialogue) -> str:
    talk.greet()
    talk.server_says(PASV)
    first = talk.passive(21005)
    return first if first != "works" else talk.connect("client", talk.dial, 21005)


def _after_tls(talk: Dialogue) -> str:
    talk.greet()
    talk.client_says("AUTH TLS\r\n")
    talk.server_says("234 go on\r\n")
    talk.client_says("\x16\x03\x01\x02\x00opaque")
    talk.server_says("\x16\x03\x03\x00\x7aopaque")
    talk.server_says(PASV)
    return talk.passive(21005)


def _nobody_listens(talk: Dialogue) -> str:
    talk.greet()
    talk.server_says(PASV)
    return talk.connect("client", talk.dial, 21005)


def _newer_evicts_older(talk: Dialogue) -> str:
    talk.greet()
    talk.server_says(PASV)
    talk.server_says(PASV.replace("82,13", "82,15"))
    return f"{talk.passive(21005)}, then {talk.passive(21007)}"


def _forgotten(talk: Dialogue) -> str:
    """The tables are flushed; a line in each direction is heard before 227."""
    talk.greet()
    talk.world.forget_connections()
    talk.client_says("NOOP\r\n")
    talk.server_says("200 fine\r\n")
    talk.client_says("PASV\r\n")
    talk.server_says(PASV)
    return talk.passive(21005)


def _forgotten_pasv_first(talk: Dialogue) -> str:
    talk.greet()
    talk.world.forget_connections()
    talk.client_says("PASV\r\n")
    talk.server_says(PASV)
    return talk.passive(21005)


def _translated(talk: Dialogue) -> str:
    """The client hears the public address and port in the reply, of another length."""
    talk.greet()
    talk.client_says("NOOP\r\n")
    talk.server_says("200 fine\r\n")
    talk.server.sendall(PASV.encode())
    heard = talk.client.recv(4096).decode()
    if f"({VIP['ipv4'].replace('.', ',')},82,13)" not in heard:
        return f"hears {heard.strip()}"
    got = talk.passive(21005, VIP["ipv4"])
    talk.client_says("NOOP\r\n")
    talk.server_says("200 fine\r\n")
    return got


TRANSLATING = HELPED + (
    "table ip translation {\n    chain pre {\n"
    "        type nat hook prerouting priority dstnat; policy accept;\n"
    f"        ip daddr {VIP['ipv4']} tcp dport 21 dnat to {SERVER['ipv4']}\n"
    "    }\n}\n"
)
SYN_ONLY = nft(
    helper(),
    forward(NFT_BOTH, "tcp flags & (fin|syn|rst|ack) == syn tcp dport 21 ct state new accept"),
)

ANSWERED = (
    "-p tcp -m multiport --ports 21 -j ACCEPT",
    "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
)
ACKS = "--tcp-flags SYN,ACK,PSH,FIN ACK"


def _half_tracked(name: str, passive: str, active: str, *exempt: str) -> list[Script]:
    """PASV and PORT on a control connection of which these packets are exempt from tracking."""
    exempting = [f"-A PREROUTING -p tcp {packets} -j CT --notrack" for packets in exempt]
    rules = iptables(*ANSWERED, raw=[*exempting, HELPER])
    return [
        Script(f"{name}, {mode}", "2.3 no. 1 and 2", rules, talk, expect, dialect="iptables")
        for mode, talk, expect in (
            ("passive", _well_said, passive),
            ("active", _port_from_20, active),
        )
    ]


LOST = "data timeout"
HALF_TRACKED = [
    *_half_tracked("half-tracked: the server's", LOST, LOST, "--sport 21"),
    *_half_tracked("half-tracked: the client's", LOST, LOST, "--dport 21"),
    *_half_tracked("half-tracked: the SYN", "works", "works", "--dport 21 --syn"),
    *_half_tracked(
        "half-tracked: the SYN-ACK", "works", LOST, "--sport 21 --tcp-flags SYN,ACK SYN,ACK"
    ),
    *_half_tracked(
        "half-tracked: bare ACKs", "works", "works", f"--dport 21 {ACKS}", f"--sport 21 {ACKS}"
    ),
    *_half_tracked("half-tracked: client's lines", LOST, LOST, "--dport 21 --tcp-flags PSH PSH"),
    *_half_tracked("half-tracked: server's lines", LOST, LOST, "--sport 21 --tcp-flags PSH PSH"),
]

SCRIPTS = [
    *HALF_TRACKED,
    Script("E2-scripted", "10 E2", HELPED, _well_said, "works"),
    Script("E3-scripted", "10 E3", HELPED, _port_from_20, "works"),
    Script("E3d", "10 E3d; 2.3 no. 2", HELPED, _port_first, "data timeout"),
    Script("E4", "10 E4; 2.3 no. 5", HELPED, _other_address, "data timeout"),
    Script("E5", "10 E5; 2.3 no. 2", HELPED, _behind_another_reply, "data timeout"),
    Script("E6", "10 E6; 2.3 no. 4", HELPED, _no_parentheses, "hangs"),
    Script("E7", "10 E7; 2.3 no. 4", HELPED, _other_family, "hangs"),
    Script("E8", "10 E8; 2.3 no. 4", HELPED, _two_segments, "hangs"),
    Script("E8b", "10 E8b; 2.3 no. 4", HELPED, _letter_by_letter, "hangs"),
    Script("E9", "10 E9; 2.4", HELPED, _second_connection, "data timeout"),
    Script("E15", "10 E15; 2.3", HELPED, _after_tls, "data timeout"),
    Script(
        "E12-scripted",
        "10 E12; 2.5",
        TRANSLATING,
        _translated,
        "works",
        at="server-gateway",
        dial=VIP,
        client_routes="vip",
    ),
    Script("F8", "10 F8; 2.1", HELPED, _forgotten, "works"),
    Script("F8b", "10 F8b; 2.1", SYN_ONLY, _forgotten, "hangs"),
    Script("F8c", "10 F8c; 2.1", HELPED, _forgotten_pasv_first, "data timeout"),
    Script("K4", "10 K4", HELPED, _nobody_listens, "data refused"),
    Script("M1", "10 M1; 2.4", HELPED, _newer_evicts_older, "data timeout, then works"),
]
