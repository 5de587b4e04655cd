"""Asks the command about a scenario."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import audit
from .model import CLIENT, Scenario
from .namespaces import Namespace
from .world import interfaces


class Command:
    """The command, with the rule set of a scenario and where it stands."""

    def __init__(self, command: Path, directory: Path, scenario: Scenario) -> None:
        self._command = str(command.resolve())
        self._rules = directory / "rules"
        self._rules.write_text(scenario.rules, encoding="ascii")
        self._provider = directory / "own.json"
        self._provider.write_text(json.dumps(audit.provider(scenario)), encoding="ascii")
        families = sorted({mode.family for mode in scenario.modes()})
        inside, outside = interfaces(scenario.at)
        self._standing = [
            *("--dialect", scenario.dialect, "--at", scenario.at, "--outside", outside),
        ]
        if inside:
            self._standing += ["--inside", inside]
        self._about = [
            *("--provider", str(self._provider)),
            *(word for family in families for word in ("--client", CLIENT[family])),
            *(("--advertise", scenario.server.announces) if scenario.server.announces else ()),
        ]
        for family in families:
            for address in audit.local(scenario, family):
                self._standing += ["--local", address]

    def __call__(self, action: str, *more: str) -> str:
        """What `audit` or `fix` say."""
        return self._run(None, action, str(self._rules), *self._about, *self._standing, *more)

    def observed(self, host: Namespace | None, *words: str) -> Any:
        """What `probe` or `capture` say, run in a namespace, with the rule set beside it."""
        return json.loads(self._run(host, *words, *self._beside()))

    def _beside(self) -> list[str]:
        known = ["--provider", str(self._provider), "--rules", str(self._rules)]
        return [*known, *self._standing, "--format", "json"]

    def listen(self, host: Namespace, interface: str) -> Callable[[], Any]:
        """Begins `capture --live`; what is given back ends it and says what it has seen."""
        words = ["capture", "--live", interface, *self._beside()]
        process = host.call(
            lambda: subprocess.Popen([self._command, *words], stdout=subprocess.PIPE, text=True)
        )
        while not _listens(process.pid, host):
            if process.poll() is not None:
                raise RuntimeError("capture --live did not begin to listen")
            time.sleep(0.01)

        def end() -> Any:
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate()
            return json.loads(said)

        return end

    def _run(self, host: Namespace | None, *words: str) -> str:
        def work() -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [self._command, *words],
                env={"PASSWORD": "secret"},
                capture_output=True,
                text=True,
                check=False,
            )

        done = host.call(work) if host else work()
        if done.returncode == 2:
            raise RuntimeError(done.stderr)
        return done.stdout


def _listens(process: int, host: Namespace) -> bool:
    """Whether a process has a packet socket."""

    def known() -> set[str]:
        lines = Path("/proc/thread-self/net/packet").read_text(encoding="ascii").splitlines()
        return {line.split()[-1] for line in lines[1:]}

    open_files = Path(f"/proc/{process}/fd")
    links = []
    for file in open_files.iterdir():
        with contextlib.suppress(OSError):
            links.append(os.readlink(file))
    return not {f"socket:[{inode}]" for inode in host.call(known)}.isdisjoint(links)
