"""Two scripted peers on plain sockets, for what well-behaved programs never say."""

from __future__ import annotations

import errno
import socket
from contextlib import ExitStack

from .model import CLIENT, SERVER, Script
from .sessions import SECONDS
from .world import World


class Hang(Exception):
    """Something that was said did not arrive."""


class Dialogue:
    """A control connection whose two ends say what they are told to say."""

    def __init__(self, world: World, script: Script) -> None:
        self.world = world
        self.dial = script.dial["ipv4"]
        self._stack = ExitStack()
        self._listener = self.listen("server", SERVER["ipv4"], 21)

    def listen(self, end: str, address: str, port: int) -> socket.socket:
        host = self.world.server if end == "server" else self.world.client
        listener = self._stack.enter_context(host.socket("ipv4"))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen()
        listener.settimeout(SECONDS)
        return listener

    def open(self) -> None:
        """Connect, and say nothing yet."""
        self.client = self._stack.enter_context(self.world.client.socket("ipv4"))
        self.client.settimeout(SECONDS)
        self.client.connect((self.dial, 21))
        self.server = self._stack.enter_context(self._listener.accept()[0])
        self.server.settimeout(SECONDS)
        for end in (self.client, self.server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def greet(self) -> None:
        """Connect, and say the first line in each direction, which the helper does not parse."""
        self.open()
        self.server_says("220 ready\r\n")
        self.client_says("USER joe\r\n")
        self.server_says("230 welcome\r\n")

    def client_says(self, text: str) -> None:
        _say(self.client, self.server, text)

    def server_says(self, text: str) -> None:
        _say(self.server, self.client, text)

    def passive(self, port: int, address: str | None = None) -> str:
        """The client connects to this port, where the server listens."""
        listener = self.listen("server", SERVER["ipv4"], port)
        return self.connect("client", address or self.dial, port, listener)

    def active(self, port: int, source: int = 0) -> str:
        """The server connects to this port, where the client listens."""
        listener = self.listen("client", CLIENT["ipv4"], port)
        return self.connect("server", CLIENT["ipv4"], port, listener, source)

    def connect(
        self,
        end: str,
        address: str,
        port: int,
        listener: socket.socket | None = None,
        source: int = 0,
    ) -> str:
        """One end opens a data connection and sends a line over it."""
        host = self.world.client if end == "client" else self.world.server
        data = self._stack.enter_context(host.socket("ipv4"))
        data.settimeout(SECONDS)
        if source:
            data.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            data.bind((SERVER["ipv4"], source))
        try:
            data.connect((address, port))
            if listener is None:
                return "works"
            accepted = self._stack.enter_context(listener.accept()[0])
            accepted.settimeout(SECONDS)
            _say(data, accepted, "data\r\n")
            _say(accepted, data, "data\r\n")
        except TimeoutError:
            return "data timeout"
        except ConnectionRefusedError:
            return "data refused"
        except OSError as error:
            if error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH):
                return "data unreachable"
            raise
        return "works"

    def close(self) -> None:
        self._stack.close()


def _say(speaker: socket.socket, hearer: socket.socket, text: str) -> None:
    """Send a text as one segment, and wait until all of it arrives."""
    speaker.sendall(text.encode())
    heard = b""
    while len(heard) < len(text):
        try:
            part = hearer.recv(4096)
        except TimeoutError:
            raise Hang(text) from None
        if not part:
            raise Hang(text)
        heard += part


def run(world: World, script: Script) -> str:
    """What comes of a script: the outcome that it reports, or that it hangs."""
    dialogue = Dialogue(world, script)
    world.load(script.at, script.dialect, script.rules)
    try:
        return script.talk(dialogue)
    except Hang:
        return "hangs"
    except TimeoutError:
        return "control timeout"
    finally:
        dialogue.close()
