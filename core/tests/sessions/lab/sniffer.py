"""tcpdump on one of the hosts."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path
from types import TracebackType

from .namespaces import Namespace


class Sniffer:
    """Everything that passes a host's link, in a file, until the end of the `with`."""

    def __init__(self, host: Namespace, file: Path) -> None:
        self.file = file
        command = ["tcpdump", "-i", "eth0", "-w", str(file), "--immediate-mode", "-U", "-Z", "root"]
        self._process = host.call(
            lambda: subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
            )
        )
        assert self._process.stderr
        # It says so when it has begun to listen.
        said = ""
        while "listening on" not in said:
            said = self._process.stderr.readline()
            if not said:
                raise RuntimeError("tcpdump did not begin to listen")

    def __enter__(self) -> Sniffer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.communicate()
