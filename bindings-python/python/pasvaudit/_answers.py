"""Answers: what they hold, and their other forms."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from . import _types
from ._typed import reader


class Rendering(Protocol):
    """An answer that can still be put into words."""

    def to_json(self) -> str: ...
    def to_text(self, colours: bool) -> str: ...
    def to_form(self, form: str) -> str: ...
    def fix(self, form: str) -> str: ...
    def fixed_rule_set(self) -> str | None: ...


@dataclass(frozen=True)
class Rendered:
    """An answer in all its words: what a pickle keeps of it."""

    json: str
    plain: str
    coloured: str
    forms: dict[str, str]
    fixes: dict[str, str]
    fixed: str | None

    def to_json(self) -> str:
        return self.json

    def to_text(self, colours: bool) -> str:
        return self.coloured if colours else self.plain

    def to_form(self, form: str) -> str:
        return self.forms[form]

    def fix(self, form: str) -> str:
        return self.fixes[form]

    def fixed_rule_set(self) -> str | None:
        return self.fixed


@dataclass(frozen=True)
class Answer:
    """The forms that every answer has."""

    _forms: ClassVar[tuple[str, ...]] = ()
    _fix_forms: ClassVar[tuple[str, ...]] = ()

    _rendering: Rendering = field(repr=False, compare=False)

    def to_json(self) -> str:
        """The answer as JSON: the same bytes in every language."""
        return self._rendering.to_json()

    def to_dict(self) -> dict[str, Any]:
        """The answer as the object that its JSON is."""
        answer: dict[str, Any] = json.loads(self.to_json())
        return answer

    def to_text(self, *, colours: bool = False) -> str:
        """The answer for a person, with terminal colours if asked."""
        return self._rendering.to_text(colours)

    def __str__(self) -> str:
        return self.to_text()

    def _fixed(self) -> str | None:
        return None

    def __getstate__(self) -> dict[str, Any]:
        forms = {form: self._rendering.to_form(form) for form in self._forms}
        fixes = {form: self._rendering.fix(form) for form in self._fix_forms}
        texts = self.to_json(), self.to_text(), self.to_text(colours=True)
        words = Rendered(*texts, forms, fixes, self._fixed())
        return {**self.__dict__, "_rendering": words}


@dataclass(frozen=True)
class Reviewed(Answer):
    """The forms for a pull request, which a report and a difference have."""

    _forms: ClassVar[tuple[str, ...]] = ("markdown", "github")

    def to_markdown(self) -> str:
        """The answer as Markdown that fits a comment on a pull request."""
        return self._rendering.to_form("markdown")

    def to_github(self) -> str:
        """The answer as workflow commands of GitHub Actions, which annotate lines."""
        return self._rendering.to_form("github")


@dataclass(frozen=True, repr=False)
class Report(_types.Report, Reviewed):
    """What an audit found."""

    _forms = ("markdown", "html", "sarif", "junit", "github")
    _fix_forms = ("own", "iptables", "ip6tables", "nftables", "words")

    def fix(self, form: _types.FixForm = "own") -> _types.FixText:
        """What is missing as rules to add.

        :param form: ``own`` for the dialect of the rule set, with the places where the rules go;
            another dialect; or ``words``, a request to those who look after the firewall.
        """
        text: _types.FixText = reader(_types.FixText)(json.loads(self._rendering.fix(form)))
        return text

    @property
    def fixed_rule_set(self) -> str | None:
        """The rule set with all fixes in it and everything else as it was, if there are any."""
        return self._fixed()

    def _fixed(self) -> str | None:
        return self._rendering.fixed_rule_set()

    def to_html(self) -> str:
        """The report as one HTML page that needs nothing else."""
        return self._rendering.to_form("html")

    def to_sarif(self) -> str:
        """The findings as SARIF 2.1.0, for code scanning."""
        return self._rendering.to_form("sarif")

    def to_junit(self) -> str:
        """The report as JUnit XML, with a test case per session mode."""
        return self._rendering.to_form("junit")

    @property
    def ok(self) -> bool:
        """Whether every required mode works."""
        return self.verdict == "works"

    @property
    def gaps(self) -> tuple[_types.Gap, ...]:
        """Every gap of every mode."""
        modes = (mode for provider in self.providers for mode in provider.modes)
        return tuple(gap for mode in modes for gap in mode.gaps)

    def __repr__(self) -> str:
        fares = ", ".join(f"{provider.id} {provider.verdict}" for provider in self.providers)
        return f"<Report {self.verdict}: {fares}; {len(self.gaps)} gaps>"


@dataclass(frozen=True, repr=False)
class Difference(_types.Difference, Reviewed):
    """How the same question is answered by two rule sets."""

    @property
    def ok(self) -> bool:
        """Whether nothing that is required was lost, or may have been."""
        return self.exit_code == 0

    @property
    def changes(self) -> tuple[_types.Change, ...]:
        """Every change of every mode."""
        modes = (mode for provider in self.providers for mode in provider.modes)
        return tuple(change for mode in modes for change in mode.changes)

    def __repr__(self) -> str:
        fares = ", ".join(f"{provider.id} {provider.verdict}" for provider in self.providers)
        return f"<Difference {self.verdict}: {fares}; {len(self.changes)} changes>"


@dataclass(frozen=True)
class Explanation(_types.Explanation, Answer):
    """The decision about the asked space, part by part."""


@dataclass(frozen=True)
class Diagnosis(_types.Diagnosis, Answer):
    """What a text about FTP points to, cause by cause."""


@dataclass(frozen=True, repr=False)
class CaptureReport(_types.CaptureReport, Answer):
    """What a capture shows of FTP."""

    @property
    def ok(self) -> bool:
        """Whether everything in the capture worked."""
        return self.verdict == "works"

    def __repr__(self) -> str:
        totals = self.totals
        return (
            f"<CaptureReport {self.verdict}: {totals.sessions} sessions, "
            f"{totals.transfers} transfers, {totals.transfers_failed} failed>"
        )


@dataclass(frozen=True, repr=False)
class ProbeReport(_types.ProbeReport, Answer):
    """What a probe saw."""

    @property
    def ok(self) -> bool:
        """Whether everything that was tried works."""
        return self.verdict == "works"

    def __repr__(self) -> str:
        return (
            f"<ProbeReport {self.verdict}: {len(self.sessions)} sessions, "
            f"{self.connections} connections>"
        )
