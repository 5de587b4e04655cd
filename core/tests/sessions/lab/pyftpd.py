"""pyftpdlib as the server: plain and explicit TLS on one port, implicit TLS on another."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pyftpdlib.authorizers import DummyAuthorizer  # type: ignore[import-untyped]
from pyftpdlib.handlers import TLS_FTPHandler  # type: ignore[import-untyped]
from pyftpdlib.ioloop import IOLoop  # type: ignore[import-untyped]
from pyftpdlib.servers import FTPServer  # type: ignore[import-untyped]

from .model import SERVER, Scenario
from .namespaces import Namespace

logging.getLogger("pyftpdlib").disabled = True
# Longer than one retransmitted SYN takes (1 s), shorter than clients wait.
DATA_SECONDS = 2.3
ROUND = "round"
"""The user whom the server offers the edges of its range by turns."""


class _Authorizer(DummyAuthorizer):  # type: ignore[misc]
    """Lets everybody in who is called after the passive port to use, such as `p21005`; and who is
    offered one port after the other."""

    def __init__(self, directory: Path, low: int, high: int) -> None:
        super().__init__()
        users = (ROUND, *(f"p{port}" for port in range(low, high + 1)))
        for user in users:
            self.add_user(user, "secret", str(directory), perm="elradfmw")


class _Passive(TLS_FTPHandler.passive_dtp):  # type: ignore[misc]
    timeout = DATA_SECONDS


class _Active(TLS_FTPHandler.active_dtp):  # type: ignore[misc]
    timeout = DATA_SECONDS

    def bind(self, address: tuple[str, int]) -> None:
        port = self.cmd_channel.source_port
        if port is not None:
            self.set_reuse_addr()
            address = (address[0], port)
        super().bind(address)

    def handle_connect(self) -> None:
        super().handle_connect()
        # The socket is the data channel's now. Closed once more from here, later, its number may be
        # that of another session's socket.
        self._closed = True


class _Handler(TLS_FTPHandler):  # type: ignore[misc]
    passive_dtp = _Passive
    active_dtp = _Active
    banner = "ready"
    use_sendfile = False
    source_port: int | None = None
    shift = 0
    edges: Iterator[int]

    def on_login(self, username: str) -> None:
        if username != ROUND:
            self.passive_ports = [int(username[1:]) - self.shift]

    def _make_epasv(self, extmode: bool = False) -> None:
        if self.username == ROUND:
            self.passive_ports = [next(self.edges) - self.shift]
        super()._make_epasv(extmode)

    def respond(self, text: str, *args: Any, **kwargs: Any) -> None:
        if self.shift and text.startswith("227"):
            before, inside, after = text.replace(")", "(").split("(")
            *address, high, low = inside.split(",")
            port = int(high) * 256 + int(low) + self.shift
            text = f"{before}({','.join(address)},{port // 256},{port % 256}){after}"
        elif self.shift and text.startswith("229"):
            before, _, _, port_text, _ = text.split("|")
            text = f"{before}|||{int(port_text) + self.shift}|)"
        super().respond(text, *args, **kwargs)


class _Implicit(_Handler):
    """Speaks TLS from the first byte."""

    def handle(self) -> None:
        self.secure_connection(self.ssl_context)

    def handle_ssl_established(self) -> None:
        super().handle()


class PyFtpd:
    """A server in a thread of its own, until `stop()`."""

    def __init__(
        self, scenario: Scenario, host: Namespace, directory: Path, certificate: Path
    ) -> None:
        server = scenario.server
        low, high = scenario.announced_range()
        facts = {
            "authorizer": _Authorizer(directory, low, high),
            "certfile": str(certificate),
            "edges": itertools.cycle(scenario.edges()),
            "source_port": server.source_port,
            "shift": server.announces_shifted,
            "masquerade_address": server.announces,
            "permit_foreign_addresses": server.foreign_addresses,
        }
        self._stopped = threading.Event()
        self._ready = threading.Event()
        self._error: BaseException | None = None

        def serve() -> None:
            loop = IOLoop()
            try:
                host.enter()
                for family in SERVER:
                    for port, kind in ((server.control, _Handler), (server.implicit, _Implicit)):
                        handler = type("Handler", (kind,), dict(facts))
                        FTPServer((SERVER[family], port), handler, ioloop=loop)
            except BaseException as error:  # noqa: BLE001
                self._error = error
                self._stopped.set()
            self._ready.set()
            while not self._stopped.is_set():
                loop.loop(timeout=0.05, blocking=False)
            loop.close()

        self._thread = threading.Thread(target=serve, daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._error:
            raise self._error

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()
