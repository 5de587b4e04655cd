"""Rules on the hosts themselves."""

from __future__ import annotations

from lab.model import Scenario, Server

from .rules import host_iptables

TIMES_OUT = "data timeout"
EST = "-m conntrack --ctstate ESTABLISHED -j ACCEPT"

SCENARIOS = [
    Scenario(
        "server-host-input-rejects",
        "3.1",
        host_iptables(
            "-A INPUT -i lo -j ACCEPT",
            f"-A INPUT {EST}",
            f"-A OUTPUT {EST}",
            "-A OUTPUT -m conntrack --ctstate RELATED -j ACCEPT",
            "-A INPUT -p tcp -m multiport --dports 21,990,21000:21024 -j ACCEPT",
            "-A INPUT -p tcp -j REJECT --reject-with tcp-reset",
            "-A OUTPUT -p tcp --tcp-flags RST RST -j ACCEPT",
        ),
        "iptables",
        {
            "passive": {"21000-21024": "works", "21025-21050": "data refused"},
            "active": TIMES_OUT,
        },
        at="server-host",
    ),
    Scenario(
        "server-host-active-from-20",
        "1.5",
        host_iptables(
            f"-A INPUT {EST}",
            f"-A OUTPUT {EST}",
            "-A INPUT -p tcp -m multiport --dports 21,990 -j ACCEPT",
            "-A OUTPUT -p tcp --sport 20 -j ACCEPT",
        ),
        "iptables",
        {"active": "works", "passive": TIMES_OUT},
        at="server-host",
        server=Server(source_port=20),
    ),
    Scenario(
        "client-host-no-way-in",
        "0",
        host_iptables(
            f"-A INPUT {EST}",
            "-A OUTPUT -j ACCEPT",
        ),
        "iptables",
        {"passive": "works", "active": TIMES_OUT},
        at="client-host",
        curl=True,
    ),
    Scenario(
        "client-host-output-rejects",
        "client-symptoms 12: with lo accepted it is refused at once",
        host_iptables(
            "-A INPUT -i lo -j ACCEPT",
            f"-A INPUT {EST}",
            "-A INPUT -p icmp -j ACCEPT",
            "-A OUTPUT -o lo -j ACCEPT",
            f"-A OUTPUT {EST}",
            "-A OUTPUT -p tcp -m multiport --dports 21,990 -j ACCEPT",
            "-A OUTPUT -p tcp -j REJECT --reject-with tcp-reset",
        ),
        "iptables",
        {"passive": "data refused", "active": TIMES_OUT},
        at="client-host",
    ),
    Scenario(
        "server-host-redirect",
        "3.1: INPUT sees the redirected port",
        host_iptables(
            f"-A INPUT {EST}",
            f"-A OUTPUT {EST}",
            "-A INPUT -p tcp -m multiport --dports 2121,21000:21050 -j ACCEPT",
            nat=["-A PREROUTING -p tcp --dport 21 -j REDIRECT --to-ports 2121"],
        ),
        "iptables",
        {"passive": "works", "active": TIMES_OUT},
        at="server-host",
        server=Server(control=2121),
        dial_control=21,
        protections=("plain", "explicit-tls"),
    ),
    Scenario(
        "server-host-helper-in-PREROUTING",
        "2.2",
        host_iptables(
            "-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
            f"-A OUTPUT {EST}",
            "-A INPUT -p tcp -m multiport --dports 21,990 -j ACCEPT",
            raw=["-A PREROUTING -p tcp --dport 21 -j CT --helper ftp"],
        ),
        "iptables",
        {"plain passive": "works", "": TIMES_OUT},
        at="server-host",
    ),
    Scenario(
        "client-host-helper-in-OUTPUT",
        "2.2",
        host_iptables(
            "-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
            f"-A OUTPUT {EST}",
            "-A OUTPUT -p tcp -m multiport --dports 21,990 -j ACCEPT",
            raw=["-A OUTPUT -p tcp --dport 21 -j CT --helper ftp"],
        ),
        "iptables",
        {"plain active": "works", "": TIMES_OUT},
        at="client-host",
    ),
]
