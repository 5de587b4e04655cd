"""What `pasvaudit probe` sees through a real firewall, and what `pasvaudit capture` makes of the packets."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from . import audit
from .command import Command
from .model import Mode, Scenario, works
from .pyftpd import ROUND, PyFtpd
from .sniffer import sniffing
from .vsftpd import Vsftpd
from .world import World

# Longer than the server waits for data connections before it says so.
SECONDS = "2.6"
ENOUGH = 5
"""So many attempts that all work let a probe say that the range is open."""
PROBED = {
    "timed-out": {"timeout"},
    "silent": {"timeout"},
    "refused": {"refused"},
    "unreachable": {"unreachable"},
}
CAPTURED = {
    "syn-unanswered": {"timeout"},
    "handshake-stopped": {"timeout"},
    "refused": {"refused"},
    # ICMP port unreachable is what clients call refused.
    "unreachable": {"unreachable", "refused"},
}


@dataclass(frozen=True)
class Case:
    """A scenario, and the findings that have to come of it."""

    scenario: Scenario
    findings: frozenset[str]
    """Of the probe."""
    at_client: frozenset[str]
    at_server: frozenset[str]
    """Of captures there, which do not have what was dropped before."""


@dataclass
class Evidence:
    """What came out of it."""

    name: str
    samples: int = 0
    """Data connections that were tried."""
    transfers: int = 0
    """The same in captures."""
    undecided: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)


def run_case(case: Case, command: Path, certificate: Path) -> Evidence:
    """Probe, and capture meanwhile."""
    kinds: dict[str, type[PyFtpd | Vsftpd]] = {"pyftpdlib": PyFtpd, "vsftpd": Vsftpd}
    scenario = case.scenario
    found = Evidence(scenario.name)
    with (
        World(scenario.client_routes, scenario.server_routes) as world,
        TemporaryDirectory() as at,
    ):
        directory = Path(at)
        directory.chmod(0o755)
        served = directory / "served"
        served.mkdir()
        for key, value in scenario.sysctl.items():
            world.device(scenario.at).set(key, value)
        server = kinds[scenario.server.software](scenario, world.server, served, certificate)
        try:
            world.load(scenario.at, scenario.dialect, scenario.rules)
            ask = Command(command, directory, scenario)
            near, far = directory / "client.pcap", directory / "server.pcap"
            with sniffing(world.client, near), sniffing(world.server, far):
                heard = ask.listen(world.client, "eth0")
                probe = ask.observed(world.client, "probe", *_how(scenario))
                live = heard()
        finally:
            server.stop()
        said = audit.of_report(
            json.loads(ask("audit", "--format", "json")), scenario.server.source_port
        )
        _probed(found, scenario, said, probe)
        _findings(found, "the probe", probe, case.findings)
        for who, place, report, findings in (
            ("tcpdump", "client", ask.observed(None, "capture", str(near)), case.at_client),
            ("live", "client", live, case.at_client),
            ("tcpdump", "server", ask.observed(None, "capture", str(far)), case.at_server),
        ):
            _captured(found, scenario, place, report, probe)
            _findings(found, f"the capture at the {place} ({who})", report, findings)
    return found


def _how(scenario: Scenario) -> Iterator[str]:
    """The options of the probe."""
    for family in sorted({mode.family for mode in scenario.modes()}):
        yield from ("--host", scenario.dial[family])
    for protection in scenario.protections:
        yield from ("--protection", protection)
    if scenario.server.software == "vsftpd":
        yield "--anonymous"
    else:
        yield from ("--user", ROUND, "--password-env", "PASSWORD", "--insecure")
    yield from ("--timeout", SECONDS, "--retries", "0")
    spans = [one for mode in scenario.modes() for one in scenario.expected(mode)]
    some_work = any(works(outcome) for _, outcome in spans)
    edges = len(scenario.edges())
    yield from ("--samples", str(-(-ENOUGH // edges) * edges if some_work else 2))
    low, high = scenario.client_ports
    if any(not mode.passive for mode in scenario.modes()):
        yield from ("--active", f"{low}-{high}")


def _probed(found: Evidence, scenario: Scenario, said: audit.Audit, probe: Any) -> None:
    """Is it what the reference expects, and what the audit predicts?"""
    probed = {(one["protection"], one["family"]) for one in probe["sessions"]}
    for mode in scenario.modes():
        if (mode.protection, mode.family) not in probed:
            found.wrong.append(f"{mode}: there was no session")
    for session in probe["sessions"]:
        name = f"{session['protection']} {session['family']}"
        found.seen.append(f"{name}: {session['outcome']} {session['message']}")
        tried = {
            Mode(session["protection"], one["data"], session["family"]): one
            for one in session["modes"]
        }
        for mode in scenario.modes():
            if (mode.protection, mode.family) != (session["protection"], session["family"]):
                continue
            expected = {outcome for _, outcome in scenario.expected(mode)}
            verdict = said.verdict(mode)
            if all(outcome.startswith("control") for outcome in expected):
                got = {f"control {word}" for word in PROBED.get(session["outcome"], ())}
                if not got & expected:
                    found.wrong.append(f"{mode}: expected {expected}, probe {session['outcome']}")
                if verdict != session["verdict"]:
                    found.wrong.append(f"{mode}: audit {verdict}, probe {session['verdict']}")
                continue
            if mode not in tried:
                found.wrong.append(f"{mode}: was not tried: {session['message']}")
                continue
            _mode(found, scenario, said, mode, tried[mode])
        _predicted(found, f"{name} control", session)


def _mode(found: Evidence, scenario: Scenario, said: audit.Audit, mode: Mode, tried: Any) -> None:
    verdict = _of_tried(said, mode, tried)
    if verdict == "undecided":
        found.undecided.append(f"{mode}: probe {tried['verdict']}")
    elif verdict != tried["verdict"]:
        found.wrong.append(f"{mode}: audit {verdict}, probe {tried['verdict']}: {tried['message']}")
    _predicted(found, str(mode), tried)
    for sample in tried["samples"]:
        found.samples += 1
        if sample["announced"] is None:
            found.wrong.append(f"{mode}: {sample['outcome']} {sample['message']}")
            continue
        port = int(sample["announced"].rpartition(":")[2])
        what = f"{mode} port {port}"
        outcome = sample["outcome"]
        found.seen.append(f"{what}: {outcome} {sample['message']}")
        if not _is(scenario.expected_of(mode, port), outcome, PROBED, mode.passive):
            found.wrong.append(
                f"{what}: expected {scenario.expected_of(mode, port)}, the probe {outcome}"
            )
        answer = said.of_port(mode, port)
        if answer == "undecided":
            found.undecided.append(f"{what}: probe {outcome}")
        elif (answer == "works") != (outcome == "works"):
            found.wrong.append(f"{what}: audit {answer}, probe {outcome} {sample['message']}")
        _predicted(found, what, sample)


def _of_tried(said: audit.Audit, mode: Mode, tried: Any) -> str:
    """What the audit says of the ports that were tried."""
    announced = [one["announced"] for one in tried["samples"] if one["announced"]]
    answers = {said.of_port(mode, int(one.rpartition(":")[2])) for one in announced}
    return answers.pop() if len(answers) == 1 else "partly"


def _is(expected: str, outcome: str, words: dict[str, set[str]], exactly: bool) -> bool:
    """Of connections that the server opens, the client sees only whether they come."""
    # Probes resume TLS sessions, as the clients of the lab cannot.
    expected = "works" if expected == "data policy: TLS session reuse" else expected
    if works(expected) or outcome == "works" or not exactly:
        return works(expected) == (outcome == "works")
    return expected.removeprefix("data ") in words.get(outcome, ())


def _predicted(found: Evidence, what: str, observed: Any) -> None:
    """What the probe itself says of rules and observation."""
    predicted = observed["predicted"]
    if predicted and predicted["agrees"] is False:
        found.wrong.append(f"{what}: the probe says {predicted['message']}")


def _captured(found: Evidence, scenario: Scenario, place: str, report: Any, probe: Any) -> None:
    """Is every transfer told, and as it was?"""
    # Of the others TLS hides which they were.
    tried = _readable(probe, "modes", lambda mode: [mode["data"]] * len(mode["samples"]))
    told = _readable(report, "transfers", lambda transfer: [transfer["mode"]])
    if tried != told:
        found.wrong.append(f"{place}: the probe tried {dict(tried)}, the capture tells {dict(told)}")
    for session in report["sessions"]:
        name = f"{place}: {session['protection']} {session['family']}"
        found.seen.append(f"{name}: {session['control']} {session['message']}")
        if session["control"] == "works" and session["vantage"] != place:
            found.wrong.append(f"{name}: taken at {session['vantage']}")
        for transfer in session["transfers"]:
            found.transfers += 1
            outcome = transfer["outcome"]
            what = f"{name} {transfer['mode']} {transfer['announced']}"
            found.seen.append(f"{what}: {outcome} {transfer['message']}")
            decided = transfer["decided"]
            if decided and decided["agrees"] is False:
                found.wrong.append(f"{what}: the capture says {decided['message']}")
            if transfer["mode"] is None or transfer["announced"] is None:
                continue
            mode = Mode(session["protection"], transfer["mode"], session["family"])
            port = int(transfer["announced"].rpartition(":")[2])
            expected = scenario.expected_of(mode, port)
            # Where the SYN was stopped on its way there is nothing to be seen, and who is refused at the
            # server says no more to the client than that.
            exactly = mode.passive and place == "client" and scenario.at != "client-host"
            if not _is(expected, outcome, CAPTURED, exactly):
                found.wrong.append(f"{what}: expected {expected}, the capture {outcome}")


def _readable(report: Any, what: str, modes: Callable[[Any], list[str]]) -> Counter[str]:
    """How many data connections of sessions in the clear there are, by their modes."""
    sessions = [one for one in report["sessions"] if one["protection"] == "plain"]
    return Counter(mode for one in sessions for part in one[what] for mode in modes(part))


def _findings(found: Evidence, who: str, report: Any, expected: frozenset[str]) -> None:
    # The certificate of the lab is nobody's.
    codes = {one["code"] for one in report["findings"]} - {"FTP-C4"}
    found.seen.append(f"{who}: {' '.join(sorted(codes))}")
    if codes != expected:
        told = "; ".join(f"{one['code']} {one['message']}" for one in report["findings"])
        found.wrong.append(f"{who}: expected {sorted(expected)}, found {sorted(codes)}: {told}")
