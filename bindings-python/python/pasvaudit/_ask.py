"""The questions, in the types that Python programs hold."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path
from typing import IO, Any, Literal, TypeAlias

from . import _pasvaudit
from ._answers import CaptureReport, Diagnosis, Difference, Explanation, ProbeReport, Report
from ._pasvaudit import Firewall
from ._typed import reader
from ._types import Dialect, End, Placement, Protection

Rules: TypeAlias = "str | bytes | bytearray | os.PathLike[str] | IO[str] | IO[bytes]"
"""A rule set: its text, a path to it, or an open file."""
Network: TypeAlias = "str | IPv4Network | IPv6Network | IPv4Address | IPv6Address | Any"
"""An address or a CIDR block, as text or as anything whose text is one, such as those of netaddr."""


@dataclass(frozen=True)
class Provider:
    """A provider of the catalogue: what is known of an FTP service or server."""

    id: str
    """The name for options."""
    name: str
    """The name for people."""
    _json: str

    def to_json(self) -> str:
        """Its spec, as its file holds it."""
        return self._json

    def to_dict(self) -> dict[str, Any]:
        """Its spec as a dictionary. A fact that is left out is not known."""
        spec: dict[str, Any] = json.loads(self._json)
        return spec

    def __repr__(self) -> str:
        return f"<Provider {self.id}: {self.name}>"


Choice: TypeAlias = "str | os.PathLike[str] | Provider | Mapping[str, Any]"
"""A provider: its id, a file with its spec, a :class:`Provider`, or the spec itself."""


def parse(
    rules: Rules,
    *,
    dialect: Dialect | None = None,
    file: str | None = None,
    ipset: str | Sequence[str] = (),
    also: Mapping[str, str] | None = None,
    attached: str | Sequence[str] = (),
    local: Network | Sequence[Network] = (),
    kernel: str | None = None,
    lenient: bool = False,
) -> Firewall:
    """Read a rule set, to ask about it more than once.

    :param rules: Its text, a path to it, or an open file.
    :param dialect: The dialect; found out from the text if left out.
    :param file: The name of the file, for errors and reports; a path or an open file has its own.
    :param ipset: Outputs of ``ipset save``: what is in the sets that rules name.
    :param also: The texts of other files that the rule set needs, by the names by which it calls
        them.
    :param attached: What of the rule set applies, by its ids or names, where it holds more.
    :param local: Addresses of the device itself: single ones or blocks.
    :param kernel: The version of Linux, if it is older than 6.0.
    :param lenient: Whether lines that cannot be read make what they touch undecided instead of
        being refused.
    :raises PasvauditError: For the first line that cannot be read, with its place.
    """
    text, name = _text(rules)
    options = _reading(dialect, file or name, ipset, also, attached, local, kernel, lenient)
    return Firewall(text, json.dumps(options))


def audit(
    rules: Rules | Firewall,
    *,
    provider: Choice | Sequence[Choice] | None = None,
    client: Network | Sequence[Network] | None = None,
    server: Network | Sequence[Network] | None = None,
    at: Placement | None = None,
    inside: str | None = None,
    outside: str | None = None,
    advertise: Network | None = None,
    via: Sequence[Mapping[str, Any]] = (),
    max_rules: int | None = None,
    idle: int | None = None,
    config: str | os.PathLike[str] | Mapping[str, Any] | None = None,
    dialect: Dialect | None = None,
    file: str | None = None,
    ipset: str | Sequence[str] = (),
    also: Mapping[str, str] | None = None,
    attached: str | Sequence[str] = (),
    local: Network | Sequence[Network] = (),
    kernel: str | None = None,
    lenient: bool = False,
) -> Report:
    """Say which FTP sessions the rules let through, what is missing and which rule is to blame.

    The parameters of :func:`parse` are for rules that were not read yet.

    :param provider: The providers; SmartFile and Files.com if left out.
    :param client: The networks of the clients; if left out, the report says for which clients each
        mode works.
    :param server: The networks of the servers, instead of where the provider says.
    :param at: Where the firewall stands; chosen by its rules if left out.
    :param inside: The interface towards the end that the firewall protects.
    :param outside: The interface towards the rest of the world; the only one of a host.
    :param advertise: The address that the server names in its replies to PASV, if it is not the one
        that it has.
    :param via: Other firewalls that the connections pass: for each a mapping with ``rules`` and
        ``at``, and if need be ``inside``, ``outside`` and the parameters of :func:`parse`.
    :param max_rules: The most rules that fixes may add, even if they open more than is needed.
    :param idle: After how many seconds something on the path forgets an idle TCP connection.
    :param config: What was decided about findings: a file, its text, or what it holds.
    :raises PasvauditError: For rules that cannot be read and questions that cannot be asked.
    """
    given, name = _given(rules)
    options = {
        **_reading(dialect, file or name, ipset, also, attached, local, kernel, lenient),
        **_asking(provider, client, server, at, inside, outside, advertise, via),
        "max_rules": max_rules,
        "idle": idle,
        "config": _file(config) if isinstance(config, os.PathLike) else config,
    }
    return _report(_pasvaudit.audit(given, json.dumps(options, default=str)))


def allow(
    *,
    to: Dialect,
    provider: Choice | Sequence[Choice] | None = None,
    client: Network | Sequence[Network] | None = None,
    server: Network | Sequence[Network] | None = None,
    at: Placement | None = None,
    inside: str | None = None,
    outside: str | None = None,
    max_rules: int | None = None,
) -> Report:
    """Say what has to be permitted, without a rule set.

    It is the report on a firewall that lets nothing through, so that :meth:`Report.fix` is all that
    is needed and :attr:`Report.fixed_rule_set` a firewall that lets nothing else through.

    :param to: The dialect of the rules.
    :param at: Where the firewall stands; at a client gateway if left out.
    :raises PasvauditError: For questions that cannot be asked.

    The other parameters are those of :func:`audit`.
    """
    options = {
        "to": to,
        **_asking(provider, client, server, at, inside, outside, None, ()),
        "max_rules": max_rules,
    }
    return _report(_pasvaudit.allow(json.dumps(options, default=str)))


def _report(audited: _pasvaudit.Answer) -> Report:
    report: Report = reader(Report)(json.loads(audited.to_json()), _rendering=audited)
    return report


def diff(
    old: Rules | Firewall,
    new: Rules | Firewall,
    *,
    provider: Choice | Sequence[Choice] | None = None,
    client: Network | Sequence[Network] | None = None,
    server: Network | Sequence[Network] | None = None,
    at: Placement | None = None,
    inside: str | None = None,
    outside: str | None = None,
    advertise: Network | None = None,
    via: Sequence[Mapping[str, Any]] = (),
    dialect: Dialect | None = None,
    file: str | None = None,
    ipset: str | Sequence[str] = (),
    also: Mapping[str, str] | None = None,
    attached: str | Sequence[str] = (),
    local: Network | Sequence[Network] = (),
    kernel: str | None = None,
    lenient: bool = False,
    before: Mapping[str, Any] | None = None,
) -> Difference:
    """Say which sessions and connections one rule set lets through and the other does not.

    The parameters are those of :func:`audit`, for both rule sets; ``file`` is the name of the new one.

    :param old: The rules as they were, in any dialect.
    :param new: The rules as they are now, in any dialect.
    :param before: Those parameters of :func:`parse` that are different for the old rules, by name.
    :raises PasvauditError: For rules that cannot be read and questions that cannot be asked.
    """
    (given_old, old_name), (given, name) = _given(old), _given(new)
    reading_old = {**({"file": old_name} if old_name else {}), **(before or {})}
    options = {
        **_reading(dialect, file or name, ipset, also, attached, local, kernel, lenient),
        **_asking(provider, client, server, at, inside, outside, advertise, via),
        "before": reading_old or None,
    }
    compared = _pasvaudit.diff(given_old, given, json.dumps(options, default=str))
    difference: Difference = reader(Difference)(
        json.loads(compared.to_json()), _rendering=compared
    )
    return difference


def explain(
    rules: Rules | Firewall,
    *,
    hook: Literal["forward", "input", "output"] | None = None,
    state: Literal["new", "established", "related", "untracked", "none"] | None = None,
    at: Placement | None = None,
    from_: End | None = None,
    src: Network | None = None,
    sport: str | int | None = None,
    dst: Network | None = None,
    dport: str | int | None = None,
    in_: str | None = None,
    out: str | None = None,
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
) -> Explanation:
    """Say what becomes of the packets or connections that you name, and by which rule.

    With ``hook``, single packets there; with ``at``, whole TCP connections through a device that
    stands there. The parameters of :func:`parse` are for rules that were not read yet.

    :param hook: For single packets, the hook.
    :param state: For single packets, the state of their connection; ``new`` if left out.
    :param at: For connections, where the firewall stands.
    :param from_: For connections, the end that opens them; ``client`` if left out.
    :param src: Source addresses: one address or CIDR block.
    :param sport: Source ports: ``1024``, ``"1024"`` or ``"1024-65535"``.
    :param dst: Destination addresses: one address or CIDR block.
    :param dport: Destination ports.
    :param in_: For single packets, the incoming interface.
    :param out: For single packets, the outgoing interface.
    :param inside: For connections, the interface towards the end that the firewall protects.
    :param outside: For connections, the interface towards the rest of the world.
    :raises PasvauditError: For rules that cannot be read and questions that cannot be asked.
    """
    given, name = _given(rules)
    options = {
        **_reading(dialect, file or name, ipset, also, attached, local, kernel, lenient),
        "hook": hook,
        "state": state,
        "at": at,
        "from": from_,
        "src": None if src is None else str(src),
        "sport": sport,
        "dst": None if dst is None else str(dst),
        "dport": dport,
        "in": in_,
        "out": out,
        "inside": inside,
        "outside": outside,
    }
    explained = _pasvaudit.explain(given, json.dumps(options))
    answer: Explanation = reader(Explanation)(
        json.loads(explained.to_json()), _rendering=explained
    )
    return answer


def symptom(text: Rules, *, provider: Choice | None = None) -> Diagnosis:
    """Name the likely causes of what you see: a sentence, an error message, a client's log.

    :param text: The text, a path to it, or an open file.
    :param provider: The provider, whose own facts are quoted.
    :raises PasvauditError: If there is no text, or no such provider.
    """
    options = {"provider": None if provider is None else _choice(provider)}
    asked = _pasvaudit.symptom(_text(text)[0], json.dumps(options, default=str))
    diagnosis: Diagnosis = reader(Diagnosis)(json.loads(asked.to_json()), _rendering=asked)
    return diagnosis


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
    given, rules_name = (None, None) if rules is None else _given(rules)
    options = {
        **_reading(dialect, file or rules_name, ipset, also, attached, local, kernel, lenient),
        **_listening(at, inside, outside, provider, port, tls_port),
        "name": name,
    }
    asked = _pasvaudit.capture(captured, given, json.dumps(options, default=str))
    report: CaptureReport = reader(CaptureReport)(json.loads(asked.to_json()), _rendering=asked)
    return report


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
    given, rules_name = (None, None) if rules is None else _given(rules)
    options = {
        **_reading(dialect, file or rules_name, ipset, also, attached, local, kernel, lenient),
        **_listening(at, inside, outside, provider, port, tls_port),
        "seconds": seconds,
    }
    asked = _pasvaudit.live(interface, given, json.dumps(options, default=str))
    report: CaptureReport = reader(CaptureReport)(json.loads(asked.to_json()), _rendering=asked)
    return report


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
        "provider": None if provider is None else [_choice(one) for one in _list(provider)],
        "port": _list(port) or None,
        "tls_port": _list(tls_port) or None,
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
    given, rules_name = (None, None) if rules is None else _given(rules)
    options = {
        **_reading(dialect, file or rules_name, ipset, also, attached, local, kernel, lenient),
        "host": None if host is None else _list(host),
        "provider": None if provider is None else _choice(provider),
        "protection": None if protection is None else _list(protection),
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
        "ca": [_pem(one) for one in _list(ca)] or None,
        "max_connections": max_connections,
        "at": at,
        "inside": inside,
        "outside": outside,
    }
    told = None if progress is None else lambda event: progress(json.loads(event))
    asked = _pasvaudit.probe(given, json.dumps(options, default=str), told)
    report: ProbeReport = reader(ProbeReport)(json.loads(asked.to_json()), _rendering=asked)
    return report


def _pem(authority: str | os.PathLike[str]) -> str:
    if isinstance(authority, os.PathLike):
        return Path(authority).read_text(encoding="utf-8")
    return authority


def providers() -> list[Provider]:
    """Every provider of the catalogue, ascending by id."""
    return [_provider(spec) for spec in _pasvaudit.providers()]


def provider(id: str) -> Provider:
    """The provider of the catalogue with this id.

    :raises PasvauditError: If there is none; the message proposes what looks like it.
    """
    return _provider(_pasvaudit.provider(id))


def _provider(spec: str) -> Provider:
    facts = json.loads(spec)
    return Provider(facts["id"], facts["name"], spec)


def _given(rules: Rules | Firewall) -> tuple[Firewall | bytes, str | None]:
    return (rules, None) if isinstance(rules, Firewall) else _text(rules)


def _text(rules: Rules) -> tuple[bytes, str | None]:
    """The bytes of a rule set, and the name of its file."""
    if isinstance(rules, str):
        # A lone surrogate is no text; the core says so.
        return rules.encode(errors="surrogatepass"), None
    if isinstance(rules, (bytes, bytearray)):
        return bytes(rules), None
    if isinstance(rules, os.PathLike):
        return Path(rules).read_bytes(), os.fspath(rules)
    text, _ = _text(rules.read())
    name = getattr(rules, "name", None)
    return text, name if isinstance(name, str) else None


def _reading(
    dialect: Dialect | None,
    file: str | None,
    ipset: str | Sequence[str],
    also: Mapping[str, str] | None,
    attached: str | Sequence[str],
    local: Network | Sequence[Network],
    kernel: str | None,
    lenient: bool,
) -> dict[str, Any]:
    """The options for reading that were given: no others, as a Firewall takes none."""
    return {
        "dialect": dialect,
        "file": file,
        "ipset": _list(ipset) or None,
        "also": dict(also) if also else None,
        "attached": _list(attached) or None,
        "local": [str(one) for one in _list(local)] or None,
        "kernel": kernel,
        "lenient": lenient or None,
    }


def _asking(
    provider: Choice | Sequence[Choice] | None,
    client: Network | Sequence[Network] | None,
    server: Network | Sequence[Network] | None,
    at: Placement | None,
    inside: str | None,
    outside: str | None,
    advertise: Network | None,
    via: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    return {
        "provider": None if provider is None else [_choice(one) for one in _list(provider)],
        "client": None if client is None else [str(one) for one in _list(client)],
        "server": None if server is None else [str(one) for one in _list(server)],
        "at": at,
        "inside": inside,
        "outside": outside,
        "advertise": None if advertise is None else str(advertise),
        "via": [_via(one) for one in via] or None,
    }


def _via(firewall: Mapping[str, Any]) -> dict[str, Any]:
    text, name = _text(firewall["rules"])
    return {"file": name, **firewall, "rules": text.decode(errors="surrogateescape")}


def _choice(choice: Choice) -> str | Mapping[str, Any]:
    if isinstance(choice, Provider):
        return choice.to_json()
    return _file(choice) if isinstance(choice, os.PathLike) else choice


def _file(path: os.PathLike[str]) -> Mapping[str, Any]:
    """The text of a file, with its name for errors."""
    return {"json": Path(path).read_text(encoding="utf-8"), "file": os.fspath(path)}


def _list(things: Any) -> list[Any]:
    """The members of a list; of anything else, itself: a network iterates over its addresses."""
    return list(things) if isinstance(things, (list, tuple, Iterator)) else [things]
