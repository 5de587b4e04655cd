"""The questions about rule sets, in the types that Python programs hold."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from . import _pasvaudit
from ._answers import Diagnosis, Difference, Explanation, Report
from ._catalogue import Choice
from ._given import (
    Network,
    Rules,
    answer,
    asking,
    choice_of,
    file_of,
    given_rules,
    reading,
    text_of,
)
from ._pasvaudit import Firewall
from ._types import Dialect, End, Placement


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
    text, name = text_of(rules)
    options = reading(dialect, file or name, ipset, also, attached, local, kernel, lenient)
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
    given, name = given_rules(rules)
    options = {
        **reading(dialect, file or name, ipset, also, attached, local, kernel, lenient),
        **asking(provider, client, server, at, inside, outside, advertise, via),
        "max_rules": max_rules,
        "idle": idle,
        "config": file_of(config) if isinstance(config, os.PathLike) else config,
    }
    return answer(Report, _pasvaudit.audit(given, json.dumps(options, default=str)))


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
        **asking(provider, client, server, at, inside, outside, None, ()),
        "max_rules": max_rules,
    }
    return answer(Report, _pasvaudit.allow(json.dumps(options, default=str)))


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
    (given_old, old_name), (given, name) = given_rules(old), given_rules(new)
    reading_old = {**({"file": old_name} if old_name else {}), **(before or {})}
    options = {
        **reading(dialect, file or name, ipset, also, attached, local, kernel, lenient),
        **asking(provider, client, server, at, inside, outside, advertise, via),
        "before": reading_old or None,
    }
    compared = _pasvaudit.diff(given_old, given, json.dumps(options, default=str))
    return answer(Difference, compared)


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
    given, name = given_rules(rules)
    options = {
        **reading(dialect, file or name, ipset, also, attached, local, kernel, lenient),
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
    return answer(Explanation, explained)


def symptom(text: Rules, *, provider: Choice | None = None) -> Diagnosis:
    """Name the likely causes of what you see: a sentence, an error message, a client's log.

    :param text: The text, a path to it, or an open file.
    :param provider: The provider, whose own facts are quoted.
    :raises PasvauditError: If there is no text, or no such provider.
    """
    options = {"provider": None if provider is None else choice_of(provider)}
    asked = _pasvaudit.symptom(text_of(text)[0], json.dumps(options, default=str))
    return answer(Diagnosis, asked)
