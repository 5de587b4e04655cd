"""Broken rule sets through which real sessions fail, and after the fix do not."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from . import audit, broken
from .command import Command
from .model import Mode, Scenario, works
from .model import ports as ports_of
from .pyftpd import PyFtpd
from .runner import run_sessions
from .sessions import Result, Session
from .world import LOADERS, World

ADDERS = {
    "iptables": ("iptables-restore", "--noflush"),
    "ip6tables": ("ip6tables-restore", "--noflush"),
    "nftables": ("nft", "-f", "-"),
}
PROTECTIONS = ("plain", "explicit-tls")
MOST_PORTS = 8


@dataclass
class Trial:
    """What came out of one broken rule set."""

    name: str
    how: str
    sessions: int = 0
    """How many were tried after the fix."""
    failed_before: int = 0
    words: str = ""
    """What the command says where it has no rule."""
    wrong: str = ""


def run_trial(seed: int, command: Path, certificate: Path) -> Trial:
    """The first broken rule set of this seed, before and after its fix."""
    dice = random.Random(seed)
    with TemporaryDirectory() as at:
        directory = Path(at)
        while True:
            rules = broken.working(dice)
            for _ in range(dice.randint(1, 3)):
                broken.break_once(rules, dice)
            scenario = Scenario(
                f"seed {seed}",
                "random",
                rules.text(),
                rules.dialect,
                {"": "works"},
                rules.at,
                rules.server,
                PROTECTIONS,
                ("pasv", "epsv"),
            )
            ask = Command(command, directory, scenario)
            report = json.loads(ask("audit", "--format", "json"))
            said = audit.of_report(report, None)
            tried = _sessions(scenario, report)
            # Where only source ports are stopped that no program of the lab takes, nothing is seen.
            stopped = [one for one in tried if said.of_port(one.mode, one.port) == "blocked"]
            if stopped:
                break
        added = dice.random() < 0.5
        how = "added while it runs" if added else "loaded as a whole"
        trial = Trial(f"seed {seed}: {rules.dialect} at {rules.at}", how)
        fix = json.loads(ask("fix", "--format", "json"))
        whole = ask("fix", "--whole")
        if not fix["proved"]:
            trial.words = fix["text"]
            trial.wrong = "" if trial.words.strip() else "there are neither rules nor words"
        (directory / "served").mkdir()
        with World() as world:
            server = PyFtpd(scenario, world.server, directory / "served", certificate)
            try:
                world.load(rules.at, rules.dialect, scenario.rules)
                before = run_sessions(world, stopped)
                trial.failed_before = sum(not works(one.outcome) for one in before)
                passed = [one for one in before if works(one.outcome)]
                if passed:
                    trial.wrong = f"works though the audit says blocked: {_told(passed)}"
                if added and fix["proved"]:
                    world.device(rules.at).run(*ADDERS[rules.dialect], text=fix["text"])
                    trial.wrong = trial.wrong or _after(world, tried, trial)
            finally:
                server.stop()
        if fix["proved"] and not added:
            with World() as world:
                server = PyFtpd(scenario, world.server, directory / "served", certificate)
                try:
                    world.device(rules.at).run(*LOADERS[rules.dialect], text=whole)
                    trial.wrong = trial.wrong or _after(world, tried, trial)
                finally:
                    server.stop()
        if trial.wrong:
            trial.wrong += f"\n{scenario.rules}\n{fix['text']}"
        return trial


def _after(world: World, tried: list[Session], trial: Trial) -> str:
    """What does not work, tried twice: a busy machine makes sessions fail."""
    trial.sessions += len(tried)
    failed = [one for one in run_sessions(world, tried) if not works(one.outcome)]
    failed = run_sessions(world, [one.session for one in failed])
    failed = [one for one in failed if not works(one.outcome)]
    return f"fails after the fix: {_told(failed)}" if failed else ""


def _sessions(scenario: Scenario, report: Any) -> list[Session]:
    """Both protections and data modes, at the edges of the passive range and of what is missing."""
    low, high = scenario.server.passive
    edges = {low, (low + high) // 2, high}
    for mode in report["providers"][0]["modes"]:
        for gap in mode["gaps"] if mode["required"] else ():
            for box in gap["space"]:
                edges.update(ports_of(box["dport"]))
    among = set(range(low, high + 1))
    ports = sorted(edges & among)[:MOST_PORTS]
    modes = [mode for mode in scenario.modes() if _spoken(mode)]
    return [
        Session(
            mode,
            scenario.dial[mode.family],
            scenario.server.control,
            port,
            f"p{port}",
            "",
            "curl" if (index + turn) % 4 == 0 else "ftplib",
        )
        for index, port in enumerate(ports)
        for turn, mode in enumerate(modes)
    ]


def _spoken(mode: Mode) -> bool:
    return mode.family == "ipv4" or mode.data == "epsv"


def _told(results: list[Result]) -> str:
    return "; ".join(
        f"{one.session.mode} port {one.session.port} {one.outcome} {one.detail}" for one in results
    )
