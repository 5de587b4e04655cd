"""Named rule sets of which connection tracking sees only some packets of each connection."""

from __future__ import annotations

from scenario_parts import Named, forwarding, nft_forwarding, table, translating

_STATES = ("NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED")
_OPENERS = "--dport 21 --tcp-flags SYN,ACK ACK"
_OTHERS = "--sport 21 --tcp-flags SYN,ACK ACK"
_SYN = "--dport 21 --syn"
_SYN_ACK = "--sport 21 --tcp-flags SYN,ACK SYN,ACK"
_ACKS = "SYN,ACK,PSH,FIN ACK"
_DATA = "PSH PSH"
_FINS = "FIN FIN"


def _exempting(*packets: str) -> str:
    return table(
        "raw", "\n".join(f"-A PREROUTING -p tcp {packet} -j CT --notrack" for packet in packets)
    )


def _of(sender: str, flags: str) -> str:
    return f"{sender.split(' --tcp-flags', maxsplit=1)[0]} --tcp-flags {flags}"


def _states(name: str, exempt: tuple[str, ...], packets: str, states: str) -> tuple[Named, ...]:
    """A rule set for each state, which drops such packets if they have it; `states` are those they have."""
    return tuple(
        (
            f"{name}: {packets} {state.lower()}",
            "iptables",
            forwarding(
                f"-p tcp {packets} -m conntrack --ctstate {state} -j DROP",
                policy="ACCEPT",
                before=_exempting(*exempt),
            ),
            f"client 10.1.0.5 40000 -> 209.43.40.7 21 : "
            f"{'drop' if state in states.split() else 'accept'}",
        )
        for state in _STATES
    )


_MISSED_ANSWERS = ("no answer is tracked", ("--sport 21",))
_MISSED_OPENER = ("answers alone are tracked", ("--dport 21",))
_MISSED_SYN = ("all but the SYN is tracked", (_SYN,))
_MISSED_SYN_ACK = ("all but the SYN-ACK is tracked", (_SYN_ACK,))
_MISSED_HANDSHAKE = ("all but the handshake is tracked", (_SYN, _SYN_ACK))
_HANDSHAKE_AND_OPENER = ("the other end's packets are exempt after the handshake", (_OTHERS,))
_HANDSHAKE_AND_OTHER = ("the opener's packets are exempt after the handshake", (_OPENERS,))

HALF_TRACKED: tuple[Named, ...] = (
    *_states(*_MISSED_ANSWERS, _SYN, "NEW"),
    *_states(*_MISSED_ANSWERS, _OPENERS, "INVALID"),
    *_states(*_MISSED_ANSWERS, _OTHERS, "UNTRACKED"),
    *_states(*_MISSED_OPENER, _SYN_ACK, "INVALID"),
    *_states(*_MISSED_OPENER, _OPENERS, "UNTRACKED"),
    *_states(*_MISSED_OPENER, _OTHERS, "NEW"),
    *_states(*_MISSED_SYN, _SYN_ACK, "INVALID"),
    *_states(*_MISSED_SYN, _of(_OPENERS, _ACKS), "NEW ESTABLISHED"),
    *_states(*_MISSED_SYN, _OTHERS, "ESTABLISHED"),
    *_states(*_MISSED_SYN_ACK, _OPENERS, "INVALID"),
    *_states(*_MISSED_SYN_ACK, _of(_OTHERS, _ACKS), "ESTABLISHED"),
    *_states(*_MISSED_SYN_ACK, _of(_OTHERS, _DATA), "ESTABLISHED"),
    *_states(*_MISSED_SYN_ACK, _of(_OTHERS, _FINS), "INVALID"),
    *_states(*_MISSED_HANDSHAKE, _of(_OPENERS, _ACKS), "NEW ESTABLISHED"),
    *_states(*_MISSED_HANDSHAKE, _OTHERS, "ESTABLISHED"),
    *_states(*_HANDSHAKE_AND_OPENER, _of(_OPENERS, _ACKS), "ESTABLISHED INVALID"),
    *_states(*_HANDSHAKE_AND_OTHER, _of(_OTHERS, _ACKS), "INVALID"),
    (
        "a FIN begins no connection",
        "iptables",
        forwarding(
            "-p tcp --tcp-flags FIN FIN -m conntrack --ctstate INVALID -j DROP",
            policy="ACCEPT",
            before=_exempting("! --tcp-flags FIN FIN"),
        ),
        "client 10.1.0.5 40000 -> 209.43.40.7 21 : drop",
    ),
    (
        "who speaks first decides whether the opener's first line is new",
        "iptables",
        forwarding(
            "-p tcp --dport 21 --tcp-flags PSH PSH -m conntrack --ctstate NEW -j DROP",
            policy="ACCEPT",
            before=_exempting(_SYN),
        ),
        "client 10.1.0.5 40000 -> 209.43.40.7 21 : ?",
    ),
    (
        "answers that nobody tracks, and rules that drop what is invalid",
        "iptables",
        forwarding(
            "-m conntrack --ctstate INVALID -j DROP\n-p tcp -m multiport --ports 21,22 -j ACCEPT",
            before=_exempting("--sport 21"),
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 22 : accept
    """,
    ),
    (
        "translated to one of several addresses, with answers that nobody tracks",
        "iptables",
        forwarding(
            "-p tcp -m multiport --ports 21,22 -j ACCEPT",
            before="\n".join(
                (
                    _exempting("--sport 21"),
                    translating(
                        "-A PREROUTING -p tcp --dport 21:22 -j DNAT"
                        " --to-destination 209.43.40.100-209.43.40.110"
                    ),
                )
            ),
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.105 21 : ?
        client 10.1.0.5 40000 -> 209.43.40.7 22 : accept
    """,
    ),
    (
        "an answer that is stopped, whatever tracking misses after the handshake",
        "iptables",
        forwarding(
            "-p tcp --dport 21 -j ACCEPT",
            before="\n".join(
                (
                    table(
                        "raw",
                        "-A PREROUTING -p tcp --dport 2121 -j CT --helper ftp\n"
                        "-A PREROUTING -p tcp --dport 1024: --tcp-flags FIN FIN -j CT --notrack",
                    ),
                    translating("-A POSTROUTING -s 10.1.0.0/24 -j NETMAP --to 203.0.113.0/24"),
                )
            ),
        ),
        "client 10.1.0.5 40000 -> 209.43.40.7 21 : drop",
    ),
    (
        "answers alone, by the direction and the end that tracking takes for the opener",
        "iptables",
        forwarding(
            "-p tcp --sport 21 -m conntrack --ctdir ORIGINAL --ctorigsrc 209.43.40.7 -j ACCEPT\n"
            "-p tcp --sport 21 -m conntrack --ctstate INVALID -j ACCEPT\n"
            "-p tcp --dport 21 -m conntrack --ctstate UNTRACKED -j ACCEPT",
            before=_exempting("--dport 21"),
        ),
        "client 10.1.0.5 40000 -> 209.43.40.7 21 : accept",
    ),
    (
        "answers alone, noted by tracking as never answered",
        "nft",
        nft_forwarding(
            "ct status seen-reply drop\ntcp sport 21 ct status confirmed counter\n"
            "tcp sport 21 ct direction original accept\nct state invalid,untracked accept",
            more="\tchain early {\n\t\ttype filter hook prerouting priority raw;\n"
            "\t\ttcp dport 21 notrack\n\t}\n",
        ),
        "client 10.1.0.5 40000 -> 209.43.40.7 21 : accept",
    ),
    (
        "a connection that is picked up at its third packet",
        "nft",
        nft_forwarding(
            "ct state invalid,untracked accept\ntcp sport 21 ct state established accept\n"
            "tcp dport 21 ct state new,established accept",
            more="\tchain early {\n\t\ttype filter hook prerouting priority raw;\n"
            "\t\ttcp dport 21 tcp flags & (syn | ack) == syn notrack\n\t}\n",
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : accept
        client 10.1.0.5 40000 -> 209.43.40.7 22 : drop
    """,
    ),
    (
        "the answers to a translated connection are not translated back where they are exempt",
        "iptables",
        forwarding(
            "",
            policy="ACCEPT",
            before=_exempting("--sport 21")
            + "\n"
            + translating("-A PREROUTING -d 198.51.100.5 -p tcp -j DNAT --to-destination 10.1.2.9"),
        ),
        """
        server 209.43.40.7 40000 -> 198.51.100.5 21 : drop
        server 209.43.40.7 40000 -> 198.51.100.5 22 : accept
        server 209.43.40.7 40001 -> 10.1.2.9 21 : accept
    """,
    ),
    (
        "what the opener sends is not translated where its SYN was exempt, and then it is",
        "iptables",
        forwarding(
            "",
            policy="ACCEPT",
            before=_exempting(_SYN)
            + "\n"
            + translating("-A PREROUTING -d 209.43.40.7 -p tcp -j DNAT --to-destination 209.43.40.8"),
        ),
        """
        client 10.1.0.5 40000 -> 209.43.40.7 21 : drop
        client 10.1.0.5 40000 -> 209.43.40.7 22 : accept
        client 10.1.0.5 40001 -> 209.43.40.8 21 : accept
    """,
    ),
)
