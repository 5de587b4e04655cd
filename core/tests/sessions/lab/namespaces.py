"""Network namespaces without names: they end with the process, however it ends."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)
T = TypeVar("T")


class Namespace:
    """A network namespace, held open by a descriptor."""

    def __init__(self) -> None:
        self._fd = in_thread(_new)

    @property
    def path(self) -> str:
        """Where `ip link ... netns` finds it."""
        return f"/proc/{os.getpid()}/fd/{self._fd}"

    def enter(self) -> None:
        """Move the calling thread here; sockets and processes that it makes live here."""
        if LIBC.setns(self._fd, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")

    def call(self, work: Callable[[], T]) -> T:
        def entered() -> T:
            self.enter()
            return work()

        return in_thread(entered)

    def run(self, *command: str, text: str | None = None) -> str:
        """Run a command here; what it prints."""
        done = self.call(
            lambda: subprocess.run(
                command, input=text, capture_output=True, text=True, timeout=60, check=False
            )
        )
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def spawn(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        return self.call(
            lambda: subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )

    def set(self, key: str, value: str) -> None:
        """Set a sysctl here."""

        def write() -> None:
            with open("/proc/sys/" + key.replace(".", "/"), "w", encoding="ascii") as file:
                file.write(value)

        self.call(write)

    def socket(self, family: str) -> socket.socket:
        """A TCP socket that lives here, whoever uses it."""
        kind = socket.AF_INET if family == "ipv4" else socket.AF_INET6
        return self.call(lambda: socket.socket(kind, socket.SOCK_STREAM))

    def close(self) -> None:
        os.close(self._fd)


def in_thread(work: Callable[[], T]) -> T:
    """The result of work that changes the namespace of its thread."""
    results: list[T] = []
    errors: list[BaseException] = []

    def body() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def _new() -> int:
    if LIBC.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    return os.open(f"/proc/self/task/{threading.get_native_id()}/ns/net", os.O_RDONLY)
