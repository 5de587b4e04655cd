"""What programs hold, as the core takes it, and its answers as they are given back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path
from typing import IO, Any, TypeAlias, TypeVar

from . import _pasvaudit
from ._catalogue import Choice, Provider
from ._pasvaudit import Firewall
from ._typed import reader
from ._types import Dialect, Placement

T = TypeVar("T")

Rules: TypeAlias = "str | bytes | bytearray | os.PathLike[str] | IO[str] | IO[bytes]"
"""A rule set: its text, a path to it, or an open file."""
Network: TypeAlias = "str | IPv4Network | IPv6Network | IPv4Address | IPv6Address | Any"
"""An address or a CIDR block, as text or as anything whose text is one, such as those of netaddr."""


def answer(kind: type[T], asked: _pasvaudit.Answer) -> T:
    """An answer in its type."""
    # A class can be hashed, which mypy does not believe of type[T].
    hashable: Any = kind
    typed: T = reader(hashable)(json.loads(asked.to_json()), _rendering=asked)
    return typed


def given_rules(rules: Rules | Firewall) -> tuple[Firewall | bytes, str | None]:
    return (rules, None) if isinstance(rules, Firewall) else text_of(rules)


def text_of(rules: Rules) -> tuple[bytes, str | None]:
    """The bytes of a rule set, and the name of its file."""
    if isinstance(rules, str):
        # A lone surrogate is no text; the core says so.
        return rules.encode(errors="surrogatepass"), None
    if isinstance(rules, (bytes, bytearray)):
        return bytes(rules), None
    if isinstance(rules, os.PathLike):
        return Path(rules).read_bytes(), os.fspath(rules)
    text, _ = text_of(rules.read())
    name = getattr(rules, "name", None)
    return text, name if isinstance(name, str) else None


def reading(
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
        "ipset": listed(ipset) or None,
        "also": dict(also) if also else None,
        "attached": listed(attached) or None,
        "local": [str(one) for one in listed(local)] or None,
        "kernel": kernel,
        "lenient": lenient or None,
    }


def asking(
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
        "provider": None if provider is None else [choice_of(one) for one in listed(provider)],
        "client": None if client is None else [str(one) for one in listed(client)],
        "server": None if server is None else [str(one) for one in listed(server)],
        "at": at,
        "inside": inside,
        "outside": outside,
        "advertise": None if advertise is None else str(advertise),
        "via": [_via(one) for one in via] or None,
    }


def _via(firewall: Mapping[str, Any]) -> dict[str, Any]:
    text, name = text_of(firewall["rules"])
    return {"file": name, **firewall, "rules": text.decode(errors="surrogateescape")}


def choice_of(choice: Choice) -> str | Mapping[str, Any]:
    if isinstance(choice, Provider):
        return choice.to_json()
    return file_of(choice) if isinstance(choice, os.PathLike) else choice


def file_of(path: os.PathLike[str]) -> Mapping[str, Any]:
    """The text of a file, with its name for errors."""
    return {"json": Path(path).read_text(encoding="utf-8"), "file": os.fspath(path)}


def listed(things: Any) -> list[Any]:
    """The members of a list; of anything else, itself: a network iterates over its addresses."""
    return list(things) if isinstance(things, (list, tuple, Iterator)) else [things]
