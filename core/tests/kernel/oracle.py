"""What pasvaudit says: the whole space in disjoint parts, in which connections are looked up."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, NamedTuple

from probe import INSIDE, Connection
from ruleset import RuleSet

_TIMEOUT = 120
_DIALECTS = {
    ("nft", "file"): "nftables",
    ("nft", "list"): "nftables",
    ("nft", "json"): "nftables-json",
}


class Answer(NamedTuple):
    """What is said of one connection."""

    fate: str
    certain: bool
    may_accept: bool
    packet: str
    by: str
    # Why it is not certain.
    conditions: tuple[str, ...] = ()


class Box(NamedTuple):
    """Bounds of addresses and ports, both ends included."""

    src: tuple[int, int]
    sport: tuple[int, int]
    dst: tuple[int, int]
    dport: tuple[int, int]


class OracleError(Exception):
    """pasvaudit refused the question, or gave an answer that is no partition."""


@dataclass(frozen=True, slots=True)
class Oracle:
    """The `pasvaudit` command."""

    command: Path

    def ask(self, rules: RuleSet, text: str, connections: Sequence[Connection]) -> list[Answer]:
        """An answer for each connection about the text; a question per direction and family."""
        answers: list[Answer | None] = [None] * len(connections)
        with tempfile.TemporaryDirectory(prefix="pasvaudit-lab-") as folder:
            file = Path(folder) / f"rules{rules.suffix}"
            file.write_text(text, encoding="utf-8")
            for opener in (0, 1):
                for v6 in (False, True):
                    indices = [
                        i for i, c in enumerate(connections) if c.opener == opener and c.v6 == v6
                    ]
                    if indices:
                        part = [connections[i] for i in indices]
                        for i, answer in zip(indices, self._direction(rules, file, part)):
                            answers[i] = answer
        return [answer for answer in answers if answer is not None]

    def _direction(
        self, rules: RuleSet, file: Path, connections: Sequence[Connection]
    ) -> list[Answer]:
        opener, v6 = connections[0].opener, connections[0].v6
        every = "::/0" if v6 else "0.0.0.0/0"
        whole = self._explain(rules, file, opener, ["--src", every, "--dst", every])
        parts = [(_answer(part), [_box(box) for box in part["space"]]) for part in whole]
        hidden = any(part.get("more", 0) for part in whole)
        answers = []
        for connection in connections:
            found = list(_containing(parts, connection))
            if not found and hidden:
                found = self._single(rules, file, connection)
            if len(found) != 1:
                raise OracleError(f"{shown(connection)} is in {len(found)} parts of the answer")
            answers.append(found[0])
        return answers

    def _single(self, rules: RuleSet, file: Path, one: Connection) -> list[Answer]:
        src, dst = _address(one.src, one.v6), _address(one.dst, one.v6)
        bits = 128 if one.v6 else 32
        where = ["--src", f"{src}/{bits}", "--sport", str(one.sport)]
        where += ["--dst", f"{dst}/{bits}", "--dport", str(one.dport)]
        return [_answer(part) for part in self._explain(rules, file, one.opener, where)]

    def _explain(
        self, rules: RuleSet, file: Path, opener: int, where: list[str]
    ) -> list[dict[str, Any]]:
        dialect = _DIALECTS.get((rules.dialect, rules.form), rules.dialect)
        command = [str(self.command), "explain", str(file), "--dialect", dialect]
        command += ["--at", "client-gateway", "--from", "client" if opener == INSIDE else "server"]
        command += ["--inside", rules.inside, "--outside", rules.outside, "--format", "json"]
        for address in rules.local:
            command += ["--local", address]
        try:
            done = subprocess.run(
                command + where, capture_output=True, text=True, check=False, timeout=_TIMEOUT
            )
        except subprocess.TimeoutExpired as error:
            raise OracleError(f"no answer within {_TIMEOUT} s") from error
        if done.returncode not in (0, 1, 3):
            raise OracleError(done.stderr.strip().replace(str(file), "the rules"))
        parts: list[dict[str, Any]] = json.loads(done.stdout)["parts"]
        listing = file.read_text(encoding="utf-8") if rules.form == "json" else ""
        for condition in (one for part in parts for one in part.get("conditions", ())):
            condition["text"] = _whole(str(condition.get("text")), listing)
        return parts


def _answer(part: dict[str, Any]) -> Answer:
    by = part["by"] or {}
    return Answer(
        part["fate"],
        part["certain"],
        part.get("may_accept", True),
        part.get("packet") or "",
        f"line {by.get('line')}: {by.get('text')}" if by else "nothing",
        tuple(_condition(c) for c in part.get("conditions", ())),
    )


def _whole(text: str, listing: str) -> str:
    """A rule of a JSON listing of which only the beginning is given."""
    start = listing.find(text)
    return listing[start : listing.find('{"rule"', start + 1)] if start >= 0 else text


def _condition(condition: dict[str, Any]) -> str:
    """What is open. Of a translation also whether it is to the router, for that is no rule's to say."""
    what = str(condition.get("what"))
    if what == "address translation" and "redirect" in str(condition.get("text")).lower():
        return f"{what} to the router itself"
    return what


def _addresses(text: str) -> tuple[int, int]:
    if "/" in text:
        net = ip_network(text)
        return int(net.network_address), int(net.broadcast_address)
    first, _, last = text.partition("-")
    return int(ip_address(first)), int(ip_address(last or first))


def _ports(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last or first)


def _box(box: dict[str, str]) -> Box:
    return Box(
        _addresses(box["src"]), _ports(box["sport"]), _addresses(box["dst"]), _ports(box["dport"])
    )


def _containing(parts: Iterable[tuple[Answer, list[Box]]], one: Connection) -> Iterable[Answer]:
    src, sport, dst, dport = one.src, one.sport, one.dst, one.dport
    for answer, boxes in parts:
        for a, b, c, d in boxes:
            if (
                d[0] <= dport <= d[1]
                and c[0] <= dst <= c[1]
                and a[0] <= src <= a[1]
                and b[0] <= sport <= b[1]
            ):
                yield answer


def _address(number: int, v6: bool) -> str:
    return str(ip_address(number.to_bytes(16 if v6 else 4, "big")))


def shown(one: Connection) -> str:
    """The connection in words."""
    src, dst = _address(one.src, one.v6), _address(one.dst, one.v6)
    who = "client" if one.opener == INSIDE else "server"
    return f"{who} {src} port {one.sport} -> {dst} port {one.dport}"
