"""tcpdump on one of the hosts."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .namespaces import Namespace


@contextmanager
def sniffing(host: Namespace, file: Path) -> Iterator[None]:
    """Everything that passes a host's link meanwhile goes into a file."""
    command = ["tcpdump", "-i", "eth0", "-w", str(file), "--immediate-mode", "-U", "-Z", "root"]
    process = host.call(
        lambda: subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
    )
    assert process.stderr
    # It says so when it has begun to listen.
    said = " "
    while said and "listening on" not in said:
        said = process.stderr.readline()
    if not said:
        raise RuntimeError("tcpdump did not begin to listen")
    try:
        yield
    finally:
        process.terminate()
        process.communicate()
