"""The questions about what was seen: captures and real connections."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from . import _pasvaudit
from ._answers import CaptureReport, ProbeReport
from ._catalogue import Choice
from ._given import Network, Rules, answer, choice_of, given_rules, listed, reading
from ._pasvaudit import Firewall
from ._types import Dialect, Placement, Protection


def capture(
    capture: str | bytes | bytearray | os.PathLike[str] | IO[bytes],
    *,
    rules: Rules | Firewall | None = None,
    at: Placement | None = None,
    inside: str | None = None,
    outside: str | None = None,
    provider: Choice | Sequence[Choice] | None = None,
    port: int | Sequence[int] = (),
    tls_port: int | Sequence[int] = (),
    name: str | None = None,
    dialect: Dialect | None = None,
    file: str | None = None,
    ipset: str | Sequence[str] = (),
    also: Mapping[str, str] | None = None,
    attached: str | Sequence[str] = (),
    local: Network | Sequence[Network] = (),
    kernel: str | None = None,
    lenient: bool = False,
) -> CaptureReport:
    """Say what happened to the FTP sessions in a packet capture, and what explains it.

    :param capture: A path to it, which is the way for large ones; what is in it; or an open file.
    :param rules: A rule set to compare the connections with. The parameters of :func:`parse` are for
        it, if it was not read yet.
    :param at: Where the firewall with that rule set stands; chosen by its rules if left out.
    :param inside: Its interface towards the end that it protects.
    :param outside: Its interface towards the rest of the world.
    :param provider: Providers whose control ports are known then.
    :param port: Control ports besides 21 and 990, where nothing that was captured shows that they are.
    :param tls_port: The same for implicit TLS.
    :param name: The name of the capture, for errors and reports; a path or an open file has its own.
    :raises PasvauditError: For what is no capture, and for rules that cannot be read.
    """
    captured: bytes | str
    if isinstance(capture, (bytes, bytearray)):
        captured = bytes(capture)
    elif isinstance(capture, (str, os.PathLike)):
        captured = os.fspath(capture)
    else:
        captured, own = capture.read(), getattr(capture, "name", None)
        name = name or (own if isinstance(own, str) else None)
    given, rules_name = (None, None) if rules is None else given_rules(rules)
    options = {
        **reading(dialect, file or rules_name, ipset, also, attached, local, kernel, lenient),
        **_listening(at, inside, outside, provider, port, tls_port),
        "name": name,
    }
    asked = _pasvaudit.capture(captured, given, json.dumps(options, default=str))
    return answer(CaptureReport, asked)


def live(
    interface: str,
    *,
    seconds: float | None = None,
    rules: Rules | Firewall | None = None,
    at: Placement | None = None,
    inside: str | None = None,
    outside: str | None = None,
    provider: Choice | Sequence[Choice] | None = None,
    port: int | Sequence[int] = (),
    tls_port: int | Sequence[int] = (),
    dialect: Dialect | None = None,
    file: str | None = None,
    ipset: str | Sequence[str] = (),
    also: Mapping[str, str] | None = None,
    attached: str | Sequence[str] = (),
    local: Network | Sequence[Network] = (),
    kernel: str | None = None,
    lenient: bool = False,
) -> CaptureReport:
    """Listen to an interface, and say what happened to the FTP sessions that passed. It needs root.

    Ctrl-C ends it without an answer.

    :param interface: The interface of this machine, such as ``"eth0"``.
    :param seconds: After how many seconds it ends; never if left out.
    :param rules: As in :func:`capture`, like all that follow.
    :raises PasvauditError: Where there is no such interface, or this user may not listen.
    """
    given, rules_name = (None, None) if rules is None else given_rules(rules)
    options = {
        **reading(dialect, file or rules_name, ipset, also, attached, local, kernel, lenient),
        **_listening(at, inside, outside, provider, port, tls_port),
        "seconds": seconds,
    }
    asked = _pasvaudit.live(interface, given, json.dumps(options, default=str))
    return answer(CaptureReport, asked)


def _listening(
    at: Placement | None,
    inside: str | None,
    outside: str | None,
    provider: Choice | Sequence[Choice] | None,
    port: int | Sequence[int],
    tls_port: int | Sequence[int],
) -> dict[str, Any]:
    """What captures are asked, however they come."""
    return {
        "at": at,
        "inside": inside,
        "outside": outside,
        "provider": None if provider is None else [choice_of(one) for one in listed(provider)],
        "port": listed(port) or None,
        "tls_port": listed(tls_port) or None,
    }


def probe(
    *,
    host: str | Sequence[str] | None = None,
    provider: Choice | None = None,
    protection: Protection | Sequence[Protection] | None = None,
    user: str | None = None,
    password: str | None = None,
    anonymous: bool = False,
    source: Network | None = None,
    interface: str | None = None,
    ttl: int | None = None,
    keepalive: float | None = None,
    timeout: float | None = None,
    retries: int | None = None,
    pause: float | None = None,
    samples: int | None = None,
    active: str | int | None = None,
    insecure: bool = False,
    ca: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = (),
    max_connections: int | None = None,
    progress: Callable[[dict[str, str]], object] | None = None,
    rules: Rules | Firewall | None = None,
    at: Placement | None = None,
    inside: str | None = None,
    outside: str | None = None,
    dialect: Dialect | None = None,
    file: str | None = None,
    ipset: str | Sequence[str] = (),
    also: Mapping[str, str] | None = None,
    attached: str | Sequence[str] = (),
    local: Network | Sequence[Network] = (),
    kernel: str | None = None,
    lenient: bool = False,
) -> ProbeReport:
    """Open real connections to a server, and say which FTP sessions come about from here.

    Ctrl-C ends it, and so does whatever ``progress`` raises.

    :param host: The servers: names or addresses, with or without a port.
    :param provider: The provider that they are servers of; its own names if there is no host.
    :param protection: What to try; what the provider has, or what is usual, if left out. A password is
        sent in the clear only if ``plain`` is named.
    :param user: Who logs in.
    :param password: With which password. It is in no report, message or log.
    :param anonymous: Whether to log in as anonymous.
    :param source: The address of this machine to connect from.
    :param interface: The interface of this machine to connect by.
    :param ttl: The TTL of packets.
    :param keepalive: After how many idle seconds TCP asks whether the other side is still there; 60.
    :param timeout: How many seconds a connection, a reply or a listing may take; 60.
    :param retries: How many times more a control connection is tried; 3.
    :param pause: How many seconds are between; 10.
    :param samples: How many data connections are tried by each way; 5.
    :param active: Ports of this machine on which to try active mode, such as ``"50000-50100"``.
    :param insecure: Whether to send the password even where the certificate is not valid.
    :param ca: Authorities to trust besides: PEM files, or their text.
    :param max_connections: The most connections that are opened; 200.
    :param progress: Called with what happens: ``step``, ``server`` and ``message``.
    :param rules: A rule set whose predictions are to stand beside what is seen. The parameters of
        :func:`parse` are for it, if it was not read yet.
    :param at: Where the firewall with that rule set stands; chosen by its rules if left out.
    :param inside: Its interface towards the end that it protects.
    :param outside: Its interface towards the rest of the world.
    :raises PasvauditError: For questions that cannot be asked. What does not work is no error.
    """
    given, rules_name = (None, None) if rules is None else given_rules(rules)
    options = {
        **reading(dialect, file or rules_name, ipset, also, attached, local, kernel, lenient),
        "host": None if host is None else listed(host),
        "provider": None if provider is None else choice_of(provider),
        "protection": None if protection is None else listed(protection),
        "user": user,
        "password": password,
        "anonymous": anonymous,
        "source": None if source is None else str(source),
        "interface": interface,
        "ttl": ttl,
        "keepalive": keepalive,
        "timeout": timeout,
        "retries": retries,
        "pause": pause,
        "samples": samples,
        "active": active,
        "insecure": insecure,
        "ca": [_pem(one) for one in listed(ca)] or None,
        "max_connections": max_connections,
        "at": at,
        "inside": inside,
        "outside": outside,
    }
    told = None if progress is None else lambda event: progress(json.loads(event))
    asked = _pasvaudit.probe(given, json.dumps(options, default=str), told)
    return answer(ProbeReport, asked)


def _pem(authority: str | os.PathLike[str]) -> str:
    if isinstance(authority, os.PathLike):
        return Path(authority).read_text(encoding="utf-8")
    return authority
