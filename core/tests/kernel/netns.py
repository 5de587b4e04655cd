"""Network namespaces: a router between two links, whose far ends are ours to write frames to.

    near end (socket 0) -- inside link -- ROUTER -- outside link -- near end (socket 1)

A namespace lives as long as a file descriptor of this process refers to it, so nothing can be left
behind, however the process ends. Nothing outside these namespaces is touched.
"""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)

# What the router is: the addresses of its links, and one more that is public (the VIP).
LOCAL_V4 = ("10.1.255.1", "198.51.100.1", "198.51.100.5")
LOCAL_V6 = ("fd01::ff:1", "2001:db8:ff::1", "2001:db8:ff::5")
_MAC_NEAR = (bytes.fromhex("020000000010"), bytes.fromhex("020000000011"))
_MAC_ROUTER = (bytes.fromhex("020000000020"), bytes.fromhex("020000000021"))
# Destination and source MAC address of the frames that we write to each link.
LINKS = tuple(router + near for router, near in zip(_MAC_ROUTER, _MAC_NEAR))


class LabError(Exception):
    """The lab itself does not work here."""


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise LabError(f"{what}: {os.strerror(number)}")


def _new_namespace() -> int:
    _check(_libc.unshare(_CLONE_NEWNET), "cannot create a network namespace")
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY)


@contextlib.contextmanager
def _entered(inner: int, outer: int) -> Iterator[None]:
    _check(_libc.setns(inner, _CLONE_NEWNET), "cannot enter a network namespace")
    try:
        yield
    finally:
        _check(_libc.setns(outer, _CLONE_NEWNET), "cannot leave a network namespace")


def _ip(commands: str, family: str = "-4") -> None:
    done = subprocess.run(
        ["ip", family, "-batch", "-"], input=commands, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise LabError(f"ip: {done.stderr.strip()}")


def _sysctl(**values: int) -> None:
    for name, value in values.items():
        path = "/proc/sys/net/" + name.replace("__", "/")
        try:
            with open(path, "w", encoding="ascii") as file:
                file.write(str(value))
        except (FileNotFoundError, PermissionError):
            continue


def _mac(raw: bytes) -> str:
    return raw.hex(":")


@dataclass
class Driver:
    """The namespace that this process lives in, from which it writes frames to routers."""

    home: int = field(default_factory=_new_namespace)
    names: Iterator[int] = field(default_factory=itertools.count)

    @contextlib.contextmanager
    def router(self, inside: str, outside: str) -> Iterator[Router]:
        """A fresh router with those names for its links."""
        inner = _new_namespace()
        _check(_libc.setns(self.home, _CLONE_NEWNET), "cannot leave a network namespace")
        router = Router(self, inner, inside, outside)
        try:
            router._wire()
            yield router
        finally:
            router._close()


@dataclass
class Router:
    """A router and the two sockets at the far ends of its links: inside, outside."""

    driver: Driver
    namespace: int
    inside: str
    outside: str
    sockets: list[socket.socket] = field(default_factory=list)

    def run(self, command: list[str], text: str = "") -> subprocess.CompletedProcess[str]:
        """Runs a command in the router's namespace."""
        with _entered(self.namespace, self.driver.home):
            return subprocess.run(
                command, input=text, capture_output=True, text=True, check=False, timeout=120
            )

    def _wire(self) -> None:
        there = f"/proc/{os.getpid()}/fd/{self.namespace}"
        # Never the names of an earlier router: its links go in the background.
        near = [f"w{next(self.driver.names)}" for _ in range(2)]
        _ip(
            f"link add {near[0]} type veth peer name {self.inside} netns {there}\n"
            f"link add {near[1]} type veth peer name {self.outside} netns {there}\n"
        )
        for name, mac in zip(near, _MAC_NEAR):
            _sysctl(**{f"ipv6__conf__{name}__disable_ipv6": 1})
            _ip(f"link set {name} address {_mac(mac)} up\n")
        with _entered(self.namespace, self.driver.home):
            self._configure()
        for link in near:
            end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0003))
            self.sockets.append(end)
            end.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
            end.setsockopt(socket.SOL_SOCKET, 32, 64 << 20)  # SO_SNDBUFFORCE
            end.setsockopt(263, 23, 1)  # SOL_PACKET, PACKET_IGNORE_OUTGOING
            end.bind((link, 0))
            end.setblocking(False)

    def _configure(self) -> None:
        a, b = self.inside, self.outside
        _sysctl(
            ipv4__ip_forward=1,
            ipv4__conf__all__rp_filter=0,
            ipv4__conf__default__rp_filter=0,
            ipv4__conf__all__send_redirects=0,
            ipv4__conf__default__send_redirects=0,
            # An error that is not sent because of its rate would look like a drop.
            ipv4__icmp_ratemask=0,
            ipv4__icmp_msgs_per_sec=1000000,
            ipv4__icmp_msgs_burst=1000000,
            ipv6__icmp__ratelimit=0,
            ipv6__conf__all__forwarding=1,
            ipv6__conf__default__accept_dad=0,
            ipv6__conf__default__dad_transmits=0,
            ipv6__conf__default__accept_ra=0,
        )
        for name in (a, b):
            for option in ("rp_filter", "send_redirects"):
                with open(
                    f"/proc/sys/net/ipv4/conf/{name}/{option}", "w", encoding="ascii"
                ) as file:
                    file.write("0")
            with open(f"/proc/sys/net/ipv6/conf/{name}/accept_dad", "w", encoding="ascii") as file:
                file.write("0")
        private = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
        _ip(
            "link set lo up\n"
            f"link set {a} address {_mac(_MAC_ROUTER[0])} up\n"
            f"link set {b} address {_mac(_MAC_ROUTER[1])} up\n"
            f"addr add {LOCAL_V4[0]}/30 dev {a}\n"
            f"addr add {LOCAL_V4[1]}/30 dev {b}\n"
            f"addr add {LOCAL_V4[2]}/32 dev {b}\n"
            f"neigh add 10.1.255.2 lladdr {_mac(_MAC_NEAR[0])} dev {a} nud permanent\n"
            f"neigh add 198.51.100.2 lladdr {_mac(_MAC_NEAR[1])} dev {b} nud permanent\n"
            # What is forwarded leaves by the other link, wherever it goes to.
            "route add default via 198.51.100.2 table 101\n"
            "route add default via 10.1.255.2 table 102\n"
            f"rule add iif {a} lookup 101 pref 10\n"
            f"rule add iif {b} lookup 102 pref 11\n"
            # What the router itself sends: private addresses are inside.
            "route add default via 198.51.100.2\n"
            + "".join(f"route add {net} via 10.1.255.2\n" for net in private)
        )
        _ip(
            f"addr add {LOCAL_V6[0]}/126 dev {a} nodad\n"
            f"addr add {LOCAL_V6[1]}/126 dev {b} nodad\n"
            f"addr add {LOCAL_V6[2]}/128 dev {b} nodad\n"
            f"neigh add fd01::ff:2 lladdr {_mac(_MAC_NEAR[0])} dev {a} nud permanent\n"
            f"neigh add 2001:db8:ff::2 lladdr {_mac(_MAC_NEAR[1])} dev {b} nud permanent\n"
            f"route add default via 2001:db8:ff::2 dev {b} table 101\n"
            f"route add default via fd01::ff:2 dev {a} table 102\n"
            f"rule add iif {a} lookup 101 pref 10\n"
            f"rule add iif {b} lookup 102 pref 11\n"
            f"route add default via 2001:db8:ff::2 dev {b}\n"
            f"route add fc00::/7 via fd01::ff:2 dev {a}\n",
            "-6",
        )

    def _close(self) -> None:
        for end in self.sockets:
            end.close()
        # The last reference to the router; with it go its ends of the links, and so ours.
        os.close(self.namespace)
