"""Runs scenarios against the kernel, and compares with the expectation and the audit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from . import audit, curl, dialogue, sessions
from .model import Ports, Scenario, Script, works
from .pyftpd import PyFtpd
from .sessions import Result, Session
from .vsftpd import Vsftpd
from .world import World

SAMPLES = {True: 2, False: 1}
"""How many ports are tried of each range of passive data, and of active data."""


@dataclass
class Outcome:
    """What came out of a scenario."""

    name: str
    sessions: int = 0
    again: int = 0
    """How many were tried once more."""
    contradictions: list[str] = field(default_factory=list)
    """Where the kernel does not do what the reference says."""
    wrong: list[str] = field(default_factory=list)
    """Where the audit does not say what the kernel does."""
    undecided: list[str] = field(default_factory=list)
    policies: list[str] = field(default_factory=list)
    """Where the audit is right about the network, and a program refuses all the same."""
    pending: str | None = None
    compared: int = 0
    results: list[str] = field(default_factory=list)


class _Spread:
    """Hands out the ports of a range from both ends, so that edges are tried first."""

    def __init__(self) -> None:
        self._given: dict[Ports, int] = {}

    def __call__(self, span: Ports, width: int) -> int:
        """The first of so many ports that nobody else gets, while there are any."""
        low, high = span
        size = (high - low + 1) // width
        count = self._given.get(span, 0)
        self._given[span] = count + 1
        half = count % size // 2
        return high + 1 - (half + 1) * width if count % 2 else low + half * width


def run_script(script: Script) -> Outcome:
    with World(script.client_routes, script.server_routes) as world:
        for key, value in script.sysctl.items():
            world.router.set(key, value)
        got = dialogue.run(world, script)
    outcome = Outcome(script.name, sessions=1, results=[f"script: {got}"])
    if got != script.expect:
        outcome.contradictions.append(f"expected {script.expect}, got {got}")
    return outcome


def run_scenario(scenario: Scenario, certificate: Path) -> Outcome:
    kinds: dict[str, type[PyFtpd | Vsftpd]] = {"pyftpdlib": PyFtpd, "vsftpd": Vsftpd}
    with World(scenario.client_routes, scenario.server_routes) as world, TemporaryDirectory() as at:
        for key, value in scenario.sysctl.items():
            world.device(scenario.at).set(key, value)
        server = kinds[scenario.server.software](scenario, world.server, Path(at), certificate)
        try:
            world.load(scenario.at, scenario.dialect, scenario.rules)
            tried = list(_sessions(scenario))
            results = run_sessions(world, [session for session, _ in tried])
            # A machine that is busy makes sessions fail that a firewall lets through. Rules decide
            # the same each time, so what fails for that reason is tried again, alone.
            again = [
                index
                for index, ((_, expected), result) in enumerate(zip(tried, results, strict=True))
                if not _same(expected, result)
            ]
            for index in again:
                (results[index],) = run_sessions(world, [tried[index][0]])
        finally:
            server.stop()
    outcome = Outcome(scenario.name, sessions=len(results), again=len(again))
    said = audit.ask(scenario)
    if isinstance(said, audit.Pending):
        outcome.pending = said.why
    elif isinstance(said, audit.Refused):
        outcome.wrong.append(f"the audit gives no answer: {said.why}")
    for (session, expected), result in zip(tried, results, strict=True):
        _judge(outcome, session, expected, result)
        if isinstance(said, audit.Audit):
            _compare(outcome, scenario, said, result)
    return outcome


def _sessions(scenario: Scenario) -> Iterator[tuple[Session, str]]:
    """What to try, and what must come out."""
    server = scenario.server
    spread = _Spread()
    anonymous = server.software == "vsftpd"
    span_of_range = scenario.announced_range()
    for mode in scenario.modes():
        control = server.implicit
        if mode.protection != "implicit-tls":
            control = scenario.dial_control or server.control
        for span, expected in scenario.expected(mode):
            for client in ("ftplib", "curl") if scenario.curl else ("ftplib",):
                if client == "curl" and curl.cannot(mode):
                    continue
                count = 1 if client == "curl" or anonymous else SAMPLES[mode.passive]
                for _ in range(min(count, span[1] - span[0] + 1)):
                    port = spread(span, 1 if mode.passive else curl.OWN_PORTS)
                    yield (
                        Session(
                            mode,
                            scenario.dial[mode.family],
                            control,
                            port,
                            "ftp"
                            if anonymous
                            else f"p{port if mode.passive else span_of_range[0]}",
                            "up/" if anonymous else "",
                            client,
                        ),
                        expected,
                    )


def run_sessions(world: World, wanted: list[Session]) -> list[Result]:
    """Run sessions side by side; those that need the same port one after the other."""
    results: dict[int, Result] = {}
    locks: dict[tuple[bool, int], threading.Lock] = {}
    for session in wanted:
        locks.setdefault((session.mode.passive, session.port), threading.Lock())
    programs: dict[str, Callable[[Session], Result]] = {"ftplib": sessions.run, "curl": curl.run}

    def one(index: int, session: Session) -> None:
        world.client.enter()
        with locks[session.mode.passive, session.port]:
            try:
                results[index] = programs[session.client](session)
            except Exception as error:  # noqa: BLE001
                results[index] = Result(session, "lab error", f"{type(error).__name__}: {error}")

    threads = [
        threading.Thread(target=one, args=(index, session)) for index, session in enumerate(wanted)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [results[index] for index in range(len(wanted))]


def _same(expected: str, result: Result) -> bool:
    """Whether it came out as expected; curl's words for a failure say too little to compare."""
    if result.session.client == "curl":
        return works(expected) == works(result.outcome) and result.outcome != "lab error"
    return result.outcome == expected or (expected == "works" and works(result.outcome))


def _judge(outcome: Outcome, session: Session, expected: str, result: Result) -> None:
    """Does the kernel do what the reference says?"""
    what = f"{session.mode} port {session.port} {session.client}"
    outcome.results.append(f"{what}: {result.outcome} {result.detail}".rstrip())
    if not _same(expected, result):
        outcome.contradictions.append(
            f"{what}: expected {expected}, got {result.outcome} ({result.detail})"
        )


def _compare(outcome: Outcome, scenario: Scenario, said: audit.Audit, result: Result) -> None:
    """Does the audit say what the kernel does?"""
    session = result.session
    answer = said.of_port(session.mode, session.port)
    what = f"{session.mode} port {session.port}"
    outcome.compared += 1
    if answer == "undecided":
        why = f" ({scenario.undecided})" if scenario.undecided else ""
        outcome.undecided.append(f"{what}: kernel {result.outcome}{why}")
    elif answer == "not offered":
        outcome.wrong.append(f"{what}: not offered: {said.not_offered}")
    elif (answer == "works") != works(result.outcome):
        message = f"{what}: the audit says {answer}, the kernel {result.outcome} ({result.detail})"
        if "policy:" in result.outcome:
            outcome.policies.append(f"{result.outcome.partition('policy: ')[2]}: {message}")
        elif scenario.beyond_audits() and answer == "blocked":
            outcome.policies.append(f"server {scenario.beyond_audits()}: {message}")
        else:
            outcome.wrong.append(message)
