"""Active mode: rules about the source port of the server and the ports of the client."""

from __future__ import annotations

from lab.model import Scenario, Server

from .rules import CONTROL, ESTABLISHED, iptables

TIMES_OUT = "data timeout"
UNPRIVILEGED = "-s 203.0.113.10 -p tcp --dport 1024:65535 -m conntrack --ctstate NEW -j ACCEPT"
FROM_20 = UNPRIVILEGED.replace("--dport", "--sport 20 --dport")

SCENARIOS = [
    Scenario(
        "active-from-20-server-uses-20",
        "1.5",
        iptables(ESTABLISHED, CONTROL, FROM_20),
        "iptables",
        {"passive": TIMES_OUT, "active": "works"},
        server=Server(source_port=20),
    ),
    Scenario(
        "active-from-20-server-uses-any",
        "1.5; client-symptoms 5",
        iptables(ESTABLISHED, CONTROL, FROM_20),
        "iptables",
        {"": TIMES_OUT},
    ),
    Scenario(
        "active-from-20-vsftpd",
        "1.5; client-symptoms 5",
        iptables(ESTABLISHED, CONTROL, FROM_20),
        "iptables",
        {"passive": TIMES_OUT, "active": "works"},
        server=Server("vsftpd", source_port=20),
        curl=True,
    ),
    Scenario(
        "active-open",
        "1.5",
        iptables(ESTABLISHED, CONTROL, UNPRIVILEGED),
        "iptables",
        {"passive": TIMES_OUT, "active": "works"},
        curl=True,
    ),
    Scenario(
        "active-some-client-ports",
        "0 rule 2",
        iptables(
            ESTABLISHED,
            CONTROL,
            "-s 203.0.113.10 -p tcp --dport 40000:49999 -m conntrack --ctstate NEW -j ACCEPT",
        ),
        "iptables",
        {
            "passive": TIMES_OUT,
            "active": {"40000-49999": "works", "30000-39999": TIMES_OUT},
        },
    ),
    Scenario(
        "active-989-for-implicit",
        "1.1: the port before the control port",
        iptables(
            ESTABLISHED,
            CONTROL,
            "-s 203.0.113.10 -p tcp --sport 989 -m conntrack --ctstate NEW -j ACCEPT",
        ),
        "iptables",
        {"": TIMES_OUT},
        server=Server(source_port=20),
    ),
]
