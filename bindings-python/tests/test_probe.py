"""Real connections, to a server of FTP on loopback."""

import _thread
import json
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pasvaudit
import pytest

LISTING = b"-rw-r--r-- 1 ftp ftp 5 Jan 1 00:00 hello\r\n"


def obey(control: socket.socket) -> None:
    """A session in which everything works."""
    listener: socket.socket | None = None
    control.sendall(b"220 obedient\r\n")
    for line in control.makefile("rb"):
        verb = line.split()[0].upper()
        if verb == b"USER":
            control.sendall(b"230 in\r\n")
        elif verb == b"EPSV":
            listener = socket.create_server(("127.0.0.1", 0))
            port = listener.getsockname()[1]
            control.sendall(f"229 here (|||{port}|)\r\n".encode())
        elif verb == b"LIST" and listener:
            control.sendall(b"150 now\r\n")
            with listener, listener.accept()[0] as data:
                data.sendall(LISTING)
            control.sendall(b"226 done\r\n")
        elif verb == b"QUIT":
            return
        else:
            control.sendall(b"502 no\r\n")


@contextmanager
def server(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    control, _ = listener.accept()
                except OSError:
                    return
                with control:
                    try:
                        serve(control)
                    except OSError:
                        pass

        threading.Thread(target=accept, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def test_a_probe_says_what_comes_about() -> None:
    events: list[dict[str, str]] = []
    with server(obey) as host:
        report = pasvaudit.probe(
            host=host, protection="plain", anonymous=True, progress=events.append
        )
    assert report.ok, report
    assert report.connections == 6
    (session,) = report.sessions
    assert (session.greeting, session.login) == ("obedient", "works")
    modes = {mode.data: mode for mode in session.modes}
    assert (modes["epsv"].tried, modes["epsv"].worked, modes["epsv"].at_least) == (5, 5, 54)
    assert {sample.bytes for sample in modes["epsv"].samples} == {len(LISTING)}
    # The server has no PASV, which is no fault.
    assert modes["pasv"].verdict == "undecided"
    assert json.loads(report.to_json())["verdict"] == "works"
    assert repr(report) == "<ProbeReport works: 1 sessions, 6 connections>"
    assert {event["step"] for event in events} == {"connect", "session", "data", "done"}
    assert {event["server"] for event in events} == {host}


def test_a_password_is_not_shown() -> None:
    with server(obey) as host:
        report = pasvaudit.probe(
            host=host, protection="plain", user="carol", password="Tr0ub4dor&3", samples=1
        )
    assert report.sessions[0].login == "works"
    for text in (report.to_json(), str(report), repr(report)):
        assert "Tr0ub4dor&3" not in text
    with pytest.raises(pasvaudit.PasvauditError) as refused:
        pasvaudit.probe(host=host, password="Tr0ub4dor&3")
    assert "Tr0ub4dor&3" not in str(refused.value)


def test_ctrl_c_ends_a_probe() -> None:
    """The server says nothing, and an hour would be waited for it."""

    def silent(control: socket.socket) -> None:
        _thread.interrupt_main()
        control.recv(1)

    # Who runs the tests in the background may have turned Ctrl-C off for them.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with server(silent) as host, pytest.raises(KeyboardInterrupt):
            pasvaudit.probe(host=host, protection="plain", timeout=3600)
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_exception_of_the_listener_ends_a_probe() -> None:
    class Enough(Exception):
        pass

    def listen(event: dict[str, str]) -> None:
        raise Enough

    def silent(control: socket.socket) -> None:
        control.recv(1)

    with server(silent) as host, pytest.raises(Enough):
        pasvaudit.probe(host=host, protection="plain", timeout=3600, progress=listen)


def test_rules_stand_beside_what_is_seen() -> None:
    rules = "*filter\n:OUTPUT DROP [0:0]\n-A OUTPUT -p tcp -m tcp --dport 1 -j ACCEPT\nCOMMIT\n"
    with server(obey) as host:
        report = pasvaudit.probe(
            host=host, protection="plain", rules=rules, at="client-host", file="rules.v4"
        )
    predicted = report.sessions[0].predicted
    assert predicted is not None
    assert (predicted.verdict, predicted.agrees) == ("blocked", False)
    assert report.rule_set is not None and report.rule_set.file == "rules.v4"


def test_what_cannot_be_asked_is_refused() -> None:
    for options in ({}, {"host": "ftp://a"}, {"host": "127.0.0.1:1", "at": "client-host"}):
        with pytest.raises(pasvaudit.PasvauditError) as refused:
            pasvaudit.probe(**options)  # type: ignore[arg-type]
        assert refused.value.code == "bad-option"


def test_an_interface_that_is_not_there_is_refused() -> None:
    with pytest.raises(pasvaudit.PasvauditError) as refused:
        pasvaudit.live("no such interface", seconds=1)
    assert refused.value.code == "bad-option"
    assert "lo" in str(refused.value)
