"""The network of a scenario: client -- router -- server, and the firewall on one of them."""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Mapping
from types import TracebackType

from .model import CLIENT, ROUTER_INSIDE, ROUTER_OUTSIDE, SERVER, VIP, Dialect, Placement
from .namespaces import Namespace

LOADERS: Mapping[str, tuple[str, ...]] = {
    "iptables": ("iptables-restore",),
    "ip6tables": ("ip6tables-restore",),
    "nftables": ("nft", "-f", "-"),
}
EPHEMERAL = (50000, 60999)
"""Where programs that ask for no port get one."""
LENGTH = {"ipv4": 24, "ipv6": 64}
ALONE = {"ipv4": 32, "ipv6": 128}
FAMILY_OPTION = {"ipv4": "-4", "ipv6": "-6"}
# An ICMP error that the rate limit eats would look like a dropped packet.
NO_RATE_LIMIT = {
    "net.ipv4.icmp_ratelimit": "0",
    "net.ipv4.icmp_msgs_per_sec": "1000000",
    "net.ipv4.icmp_msgs_burst": "1000000",
    "net.ipv6.icmp.ratelimit": "0",
}


class World:
    """Three fresh namespaces with their addresses and routes."""

    def __init__(self, client_routes: str = "all", server_routes: str = "all") -> None:
        self.client, self.router, self.server = Namespace(), Namespace(), Namespace()
        for host in (self.client, self.router, self.server):
            for key, value in NO_RATE_LIMIT.items():
                # Some of them are those of the whole machine on some kernels.
                with contextlib.suppress(OSError):
                    host.set(key, value)
            host.set("net.ipv6.conf.default.accept_dad", "0")
            # Apart from the ports that clients listen on for active data.
            host.set("net.ipv4.ip_local_port_range", f"{EPHEMERAL[0]} {EPHEMERAL[1]}")
        self.router.set("net.ipv4.ip_forward", "1")
        self.router.set("net.ipv6.conf.all.forwarding", "1")
        self._batch(
            self.router,
            "link set lo up",
            f"link add c0 type veth peer name eth0 netns {self.client.path}",
            f"link add s0 type veth peer name eth0 netns {self.server.path}",
            *_addresses("c0", ROUTER_INSIDE, LENGTH),
            *_addresses("s0", ROUTER_OUTSIDE, LENGTH),
            *_addresses("c0", VIP, ALONE),
            "link set c0 up",
            "link set s0 up",
        )
        for host, own, gateway, limited, target in (
            (self.client, CLIENT, ROUTER_INSIDE, client_routes == "vip", VIP),
            (self.server, SERVER, ROUTER_OUTSIDE, server_routes == "link", None),
        ):
            self._batch(
                host, "link set lo up", *_addresses("eth0", own, LENGTH), "link set eth0 up"
            )
            for family, option in FAMILY_OPTION.items():
                if not limited:
                    host.run("ip", option, "route", "add", "default", "via", gateway[family])
                elif target:
                    host.run("ip", option, "route", "add", target[family], "via", gateway[family])

    def device(self, at: Placement) -> Namespace:
        """Where the firewall stands."""
        return {"client-host": self.client, "server-host": self.server}.get(at, self.router)

    def load(self, at: Placement, dialect: Dialect, rules: str) -> None:
        self.device(at).run(*LOADERS[dialect], text=rules)

    def forget_connections(self) -> None:
        """Flush the router's connection tracking table (ctnetlink, IPCTNL_MSG_CT_DELETE)."""
        netlink_netfilter, ctnetlink_delete, request_with_answer = 12, (1 << 8) | 2, 5
        conversation = self.router.call(
            lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, netlink_netfilter)
        )
        with conversation:
            body = struct.pack("BBH", socket.AF_INET, 0, 0)
            header = (16 + len(body), ctnetlink_delete, request_with_answer, 1, 0)
            conversation.send(struct.pack("IHHII", *header) + body)
            answer = conversation.recv(4096)
        (error,) = struct.unpack_from("i", answer, 16)
        if error != 0:
            raise OSError(-error, "flush of the connection tracking table")

    @staticmethod
    def _batch(host: Namespace, *lines: str) -> None:
        host.run("ip", "-batch", "-", text="\n".join(lines) + "\n")

    def __enter__(self) -> World:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for host in (self.client, self.router, self.server):
            host.close()


def interfaces(at: Placement) -> tuple[str | None, str]:
    """The names of the links inside and outside of the firewall."""
    return {
        "client-gateway": ("c0", "s0"),
        "server-gateway": ("s0", "c0"),
        "client-host": (None, "eth0"),
        "server-host": (None, "eth0"),
    }[at]


def _addresses(link: str, addresses: Mapping[str, str], lengths: Mapping[str, int]) -> list[str]:
    return [
        f"addr add {address}/{lengths[family]} dev {link}{' nodad' if family == 'ipv6' else ''}"
        for family, address in addresses.items()
    ]
