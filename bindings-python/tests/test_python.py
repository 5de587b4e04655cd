"""What only Python has: its types for rules, addresses and providers, pickles, threads, the command."""

import copy
import io
import json
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import netaddr  # type: ignore[import-untyped]
import pasvaudit
import pytest

from .conftest import case

PARTLY = case("first-port-missing")
RULES: str = PARTLY["rules"]
CLIENT = "10.1.0.0/16"
EXAMPLES = Path(__file__).parents[2] / "examples"


def audit(rules: Any = RULES, **options: Any) -> pasvaudit.Report:
    return pasvaudit.audit(rules, **{**PARTLY["options"], **options})


def test_an_answer_is_a_value() -> None:
    report = audit()
    for same in (audit(), copy.deepcopy(report), pickle.loads(pickle.dumps(report))):
        assert same == report
        assert hash(same) == hash(report)
        assert same.to_json() == report.to_json()
        assert same.to_text(colours=True) == report.to_text(colours=True)
    assert report != audit(client="10.2.0.0/16")
    assert not report.ok
    assert {gap.space[0].dport for gap in report.gaps if gap.flow == "passive-data"} == {"21000"}
    assert repr(report).startswith("<Report partly: smartfile partly")
    assert str(report).startswith("partly: FTP to SmartFile")
    with pytest.raises(AttributeError):
        report.verdict = "works"  # type: ignore[misc]


def test_rule_sets_are_compared(tmp_path: Path) -> None:
    asked = case("diff-port-lost")
    old, new = asked["given"]
    options = {name: value for name, value in asked["options"].items() if name != "before"}
    path = tmp_path / "old.v4"
    path.write_text(old)
    difference = pasvaudit.diff(path, new, **options)
    assert (difference.old.file, difference.new.file) == (str(path), "new.v4")
    assert not difference.ok
    assert {change.kind for change in difference.changes} == {"lost"}
    lost = difference.changes[0]
    assert (lost.space[0].dport, lost.before.status, lost.now.status) == ("21050", "open", "blocked")
    assert lost.before.by is not None and lost.before.by.line == 6
    assert repr(difference).startswith("<Difference worse: smartfile worse; ")
    assert str(difference).startswith("worse: FTP to SmartFile")
    read = pasvaudit.diff(pasvaudit.parse(path), new, **options)
    again = pickle.loads(pickle.dumps(difference))
    for same in (read, pasvaudit.diff(old, new, before={"file": str(path)}, **options), again):
        assert same == difference
        assert same.to_markdown() == difference.to_markdown()
        assert same.to_github() == difference.to_github()
    back = pasvaudit.diff(pasvaudit.parse(new), pasvaudit.parse(path), client=CLIENT)
    assert back.ok
    with pytest.raises(pasvaudit.PasvauditError, match="was done before"):
        pasvaudit.diff(pasvaudit.parse(new), pasvaudit.parse(path), lenient=True)


@pytest.mark.parametrize("as_rules", [str.encode, lambda text: bytearray(text.encode())])
def test_rules_are_text_or_bytes(as_rules: Callable[[str], Any]) -> None:
    assert audit(as_rules(RULES)) == audit()
    assert audit(io.StringIO(RULES)) == audit()
    assert audit(io.BytesIO(RULES.encode())) == audit()


def test_files_give_their_names(tmp_path: Path) -> None:
    path = tmp_path / "rules.v4"
    path.write_text(RULES)
    assert audit(path).rule_set.file == str(path)
    assert audit(path, file="other").rule_set.file == "other"
    with path.open() as file:
        assert audit(file).rule_set.file == str(path)
    path.write_text(RULES.replace("21001:21050", "70000"))
    with pytest.raises(pasvaudit.PasvauditError, match="70000") as raised:
        audit(path)
    assert (raised.value.file, raised.value.line) == (str(path), 6)
    assert "70000" in str(raised.value.text)
    again = pickle.loads(pickle.dumps(raised.value))
    assert vars(again) == vars(raised.value)


@pytest.mark.parametrize("kind", [ip_network, netaddr.IPNetwork])
def test_networks_come_in_many_types(kind: Callable[[str], Any]) -> None:
    assert audit(client=kind(CLIENT)) == audit(client=[kind(CLIENT)]) == audit(client=CLIENT)
    assert audit(client=(kind("10.1.0.0/17"), "10.1.128.0/17")).ok is False
    assert audit(server=ip_address("209.43.40.7")).providers[0].modes[0].flows[0].needed == 1


def test_providers_come_in_many_types(tmp_path: Path) -> None:
    smartfile = pasvaudit.provider("smartfile")
    assert smartfile in pasvaudit.providers()
    path = tmp_path / "own.json"
    path.write_text(smartfile.to_json())
    for choice in (smartfile, smartfile.to_dict(), path, [path], smartfile.to_json()):
        assert audit(provider=choice) == audit()
    path.write_text('{\n"id": 7}')
    with pytest.raises(pasvaudit.PasvauditError) as raised:
        audit(provider=path)
    assert (raised.value.code, raised.value.file, raised.value.line) == (
        "bad-provider",
        str(path),
        2,
    )
    with pytest.raises(pasvaudit.PasvauditError, match="smartfile"):
        pasvaudit.provider("smartfle")


def test_a_list_that_came_out_empty_is_refused() -> None:
    for name in ("client", "server", "provider"):
        with pytest.raises(pasvaudit.PasvauditError, match=name):
            audit(**{name: []})


def test_rules_are_read_once() -> None:
    firewall = pasvaudit.parse(RULES, file="rules.v4")
    assert (firewall.dialect, firewall.families, firewall.file) == (
        "iptables",
        ["ipv4"],
        "rules.v4",
    )
    assert audit(firewall) == audit(file="rules.v4")
    again = pickle.loads(pickle.dumps(firewall))
    assert (again.text, again.file) == (RULES, "rules.v4")
    assert audit(again) == audit(firewall)
    with pytest.raises(pasvaudit.PasvauditError, match="lenient"):
        audit(firewall, lenient=True)


@pytest.fixture(scope="module")
def large() -> str:
    """Enough rules that every question about them takes a while."""
    lines = RULES.splitlines(keepends=True)
    rules = (f"-A FORWARD -s 10.1.{n >> 8}.{n & 255} -p tcp --dport 21000:21050 -j ACCEPT\n"
             for n in range(1000))
    return "".join([*lines[:4], *rules, *lines[4:]])


@pytest.mark.parametrize("question", ["parse", "audit", "explain"])
def test_other_threads_run_meanwhile(large: str, question: str) -> None:
    firewall = pasvaudit.parse(large)
    ask: Callable[[], object] = {
        "parse": lambda: pasvaudit.parse(large),
        "audit": lambda: audit(firewall),
        "explain": lambda: pasvaudit.explain(firewall, at="client-gateway", dst="209.43.40.0/24"),
    }[question]
    begun, done = [], []

    def work() -> None:
        begun.append(True)
        ask()
        done.append(True)

    interval = sys.getswitchinterval()
    # Python itself does not take the interpreter away from the worker before this has passed.
    sys.setswitchinterval(0.5)
    try:
        worker = threading.Thread(target=work)
        worker.start()
        while not begun:
            pass
        ran_meanwhile = not done
        worker.join()
    finally:
        sys.setswitchinterval(interval)
    assert ran_meanwhile


@pytest.mark.parametrize(
    "name", ["exact-allowance", "first-port-missing", "rate-limited", "error-bad-port"]
)
def test_the_command(name: str) -> None:
    asked = case(name)
    command = [sys.executable, "-m", "pasvaudit", "audit", "-", "--provider", "smartfile"]
    options = ["--client", CLIENT, "--at", "client-gateway", "--format", "json"]
    run = subprocess.run(
        command + options, input=asked["rules"], capture_output=True, text=True, check=False
    )
    assert run.returncode == asked["expect"].get("exit", 2)
    if run.returncode == 2:
        assert run.stderr.startswith("pasvaudit: <stdin>:6:27: ")
    else:
        report = pasvaudit.audit(asked["rules"], file="<stdin>", **asked["options"])
        assert run.stdout == report.to_json() + "\n"
        assert json.loads(run.stdout) == report.to_dict()


def test_findings_are_silenced_by_a_file_its_text_or_what_it_holds(tmp_path: Path) -> None:
    config = {"findings": {"FTP-A1": {"severity": "off", "reason": "passive only"}}}
    path = tmp_path / "pasvaudit.json"
    path.write_text(json.dumps(config))
    for given in (path, json.dumps(config), config):
        report = audit(config=given)
        assert "FTP-A1" not in [finding.code for finding in report.findings]
        [silenced] = report.silenced
        assert (silenced.code, silenced.reason, silenced.count) == ("FTP-A1", "passive only", 1)
        assert report.verdict == audit().verdict
    path.write_text("{}\n]")
    with pytest.raises(pasvaudit.PasvauditError) as refused:
        audit(config=path)
    assert (refused.value.code, refused.value.file, refused.value.line) == ("bad-config", str(path), 2)


def test_a_symptom_has_causes(tmp_path: Path) -> None:
    diagnosis = pasvaudit.symptom("login works but listing hangs", provider="smartfile")
    assert diagnosis.known
    cause = diagnosis.causes[0]
    assert (cause.id, cause.findings) == ("data-dropped", ("FTP-D1", "FTP-D4"))
    assert any("21000-21050" in fact for fact in cause.at_provider)
    assert str(diagnosis).startswith("1. A firewall drops the data connections")
    log = tmp_path / "client.log"
    log.write_bytes(b"\xff\x00500 Illegal PORT command.\r\n")
    assert pasvaudit.symptom(log).causes[0].id == "active-behind-nat"
    assert pasvaudit.symptom("\ud800 530 Login incorrect").causes[0].id == "login-refused"
    assert not pasvaudit.symptom("it rains").known
    with pytest.raises(pasvaudit.PasvauditError) as raised:
        pasvaudit.symptom("  ")
    assert raised.value.code == "empty-input"


def test_a_capture_is_read_from_a_path_bytes_and_a_file() -> None:
    path = EXAMPLES / "captures/one-port-closed.pcap"
    report = pasvaudit.capture(path)
    assert (report.ok, report.verdict, report.capture.file) == (False, "partly", str(path))
    outcomes = [transfer.outcome for transfer in report.sessions[0].transfers]
    assert outcomes == ["works", "unreachable", "works"]
    with path.open("rb") as file:
        assert pasvaudit.capture(file) == report
    assert pasvaudit.capture(path.read_bytes(), name=str(path)).to_json() == report.to_json()
    assert pickle.loads(pickle.dumps(report)).to_text() == report.to_text()

    rules = EXAMPLES / "rules/router.rules"
    compared = pasvaudit.capture(path, rules=rules, inside="eth1", outside="eth0")
    decided = compared.sessions[0].transfers[1].decided
    assert decided is not None
    assert (decided.fate, decided.agrees, decided.by.line) == ("reject", True, 21)


def test_what_is_no_capture_is_refused() -> None:
    with pytest.raises(pasvaudit.PasvauditError) as raised:
        pasvaudit.capture(b"*filter\n:FORWARD DROP [0:0]\nCOMMIT\n")
    assert raised.value.code == "not-a-capture"
    with pytest.raises(pasvaudit.PasvauditError, match="about a rule set"):
        pasvaudit.capture(b"", at="client-gateway")
