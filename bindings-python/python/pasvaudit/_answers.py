"""What audits and explanations find, as typed values: the JSON of the core, field by field."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

Placement: TypeAlias = Literal["client-host", "client-gateway", "server-gateway", "server-host"]
"""Where a firewall stands."""
Family: TypeAlias = Literal["ipv4", "ipv6"]
"""An IP family."""
End: TypeAlias = Literal["client", "server"]
"""An end of a session."""
Protection: TypeAlias = Literal["plain", "explicit-tls", "implicit-tls"]
"""How a control connection is protected."""
DataMode: TypeAlias = Literal["pasv", "epsv", "port", "eprt"]
"""How a data connection is arranged."""
FlowKind: TypeAlias = Literal["control", "passive-data", "active-data"]
"""What a connection is for."""
Packet: TypeAlias = Literal["syn", "syn-ack", "opener-data", "peer-data"]
"""A packet of a connection: the SYN, the SYN-ACK, and what either end sends after them."""
Verdict: TypeAlias = Literal["works", "partly", "blocked", "undecided"]
"""Whether it works: all of it; not all of it; none of it; or nothing surely fails and not everything surely works."""


@dataclass(frozen=True)
class Box:
    """TCP headers: every combination of these addresses and ports."""

    src: str
    """Source addresses: one CIDR block or ``first-last``."""
    sport: str
    """Source ports: ``n`` or ``first-last``."""
    dst: str
    """Destination addresses: one CIDR block or ``first-last``."""
    dport: str
    """Destination ports: ``n`` or ``first-last``."""


@dataclass(frozen=True)
class By:
    """What decides about a packet."""

    kind: Literal["rule", "policy"]
    """A rule, or what happens where no rule decides."""
    line: int | None
    """The line in the rule set, if there is one."""
    text: str
    """Its text."""
    chain: str
    """The chain, as ``table/CHAIN``."""


@dataclass(frozen=True)
class Condition:
    """Something that a verdict depends on and that is not modelled."""

    line: int | None
    """The line in the rule set, if it is one."""
    text: str
    """Its text."""
    what: str
    """What is not modelled there."""
    decided_by: str | None
    """What would decide it if it were given along, for instance ``--inside``."""


@dataclass(frozen=True)
class Gap:
    """A part of a needed connection that is not surely let through."""

    flow: FlowKind
    """The connection."""
    opener: End
    """The end that opens it."""
    space: tuple[Box, ...]
    """Its headers, as the opener sends them: disjoint boxes."""
    more: int
    """How many more boxes there are."""
    by: By
    """What stops it."""
    fate: Literal["drop", "reject"]
    """What is done to it."""
    packet: Packet
    """The packet of the connection that is stopped."""
    undecided: bool
    """Whether it may pass all the same."""
    conditions: tuple[Condition, ...]
    """What that depends on."""


@dataclass(frozen=True)
class Share:
    """A part of a whole."""

    needed: int
    """How many there are."""
    open: int
    """How many of them are wholly open."""


@dataclass(frozen=True)
class FlowReport:
    """How one of a mode's connections fares.

    Counted are the pairs of a server address and a server port; for active data, of a client
    address and a client port.
    """

    kind: FlowKind
    """What the connection is for."""
    verdict: Verdict
    """Whether it works."""
    needed: int
    """How many pairs are needed."""
    open: int
    """How many of them are open, whatever the conditions that are not modelled."""
    undecided: int
    """How many of them may be open."""
    ports: Share
    """The target ports, and how many of them are open at every target address."""
    addresses: Share
    """The target addresses, and how many of them are open at every target port."""


@dataclass(frozen=True)
class ModeReport:
    """How a session mode fares."""

    protection: Protection
    """How the control connection is protected."""
    data: DataMode
    """How the data connection is arranged."""
    family: Family
    """The IP family."""
    required: bool
    """Whether the overall verdict needs it to work."""
    verdict: Verdict
    """Whether it works."""
    flows: tuple[FlowReport, ...]
    """Its connections."""
    gaps: tuple[Gap, ...]
    """What is missing."""
    works_for: tuple[str, ...] | None
    """Where nobody named the clients: those for which the mode works, as CIDR blocks or
    ``first-last``. Counts and gaps are about them, or, where there are none, about those that get
    furthest."""
    notes: tuple[str, ...]
    """What else bears on the verdict, in words."""


@dataclass(frozen=True)
class NotOffered:
    """A session mode without flows."""

    protection: Protection
    """How the control connection would be protected."""
    data: DataMode
    """How the data connection would be arranged."""
    family: Family
    """The IP family."""
    why: str
    """Why there are none."""


@dataclass(frozen=True)
class ProviderReport:
    """How a provider fares."""

    id: str
    """The provider's id."""
    name: str
    """Its name for people."""
    verdict: Verdict
    """Whether every required mode works."""
    modes: tuple[ModeReport, ...]
    """The session modes that could be decided about."""
    not_offered: tuple[NotOffered, ...]
    """The session modes that do not exist at this provider, or of which too little is known."""


@dataclass(frozen=True)
class RuleSet:
    """The rule set that was audited."""

    file: str | None
    """The file, if it has a name."""
    dialect: str
    """Its dialect."""
    at: Placement
    """Where it was taken to stand."""
    at_because: str | None
    """Why there, if nobody said where."""


@dataclass(frozen=True)
class Finding:
    """Something worth knowing."""

    code: str
    """The stable code."""
    severity: Literal["error", "warning", "info"]
    """How much it matters."""
    message: str
    """What is the case."""
    help: str
    """What to do."""
    line: int | None
    """The line in the rule set that it is about, if it is about one."""


@dataclass(frozen=True)
class Fix:
    """A change to the rule set that closes gaps."""

    dialect: str
    """The dialect of the text."""
    text: str
    """The rules to add."""
    insert_before: By
    """The rule or policy before which they belong."""
    proved: bool
    """Whether the rule set with the change was read and audited again."""


@dataclass(frozen=True)
class UnmodelledLine:
    """A line of the rule set that is not fully modelled."""

    line: int
    """The line."""
    text: str
    """Its text."""
    what: str
    """What in it is not modelled."""


@dataclass(frozen=True)
class ExplainedPart:
    """A part of the asked space that fares alike."""

    fate: Literal["accept", "drop", "reject"]
    """What becomes of it; where it is not certain, the worst that may happen."""
    certain: bool
    """Whether nothing that is not modelled can change the fate."""
    may_accept: bool
    """Whether it may be accepted after all."""
    by: By
    """What decides."""
    packet: Packet
    """The packet of the connection that it befalls."""
    conditions: tuple[Condition, ...]
    """What the fate depends on, if it is not certain."""
    space: tuple[Box, ...]
    """The part, as disjoint boxes; addresses are as the opener sends them."""
    more: int
    """How many more boxes there are."""


class Rendering(Protocol):
    """An answer that can still be put into words."""

    def to_json(self) -> str: ...
    def to_text(self, colours: bool) -> str: ...


@dataclass(frozen=True)
class Rendered:
    """An answer in all its words: what a pickle keeps of it."""

    json: str
    plain: str
    coloured: str

    def to_json(self) -> str:
        return self.json

    def to_text(self, colours: bool) -> str:
        return self.coloured if colours else self.plain


@dataclass(frozen=True)
class Answer:
    """The forms that every answer has."""

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

    def __getstate__(self) -> dict[str, Any]:
        words = Rendered(self.to_json(), self.to_text(), self.to_text(colours=True))
        return {**self.__dict__, "_rendering": words}


@dataclass(frozen=True)
class Report(Answer):
    """What an audit found."""

    schema_version: int
    """The version of the report's form."""
    verdict: Verdict
    """Whether every required mode of every provider works."""
    rule_set: RuleSet
    """The rule set that was audited."""
    clients: tuple[str, ...] | None
    """The clients that the question was about, as CIDR blocks; ``None`` if nobody named them, and
    then each mode says for which clients it works."""
    providers: tuple[ProviderReport, ...]
    """The providers, in the order in which they were named."""
    findings: tuple[Finding, ...]
    """What is worth knowing, the worst first."""
    fixes: tuple[Fix, ...]
    """Changes to the rule set that close the gaps."""
    unmodelled: tuple[UnmodelledLine, ...]
    """What in the rule set is not modelled and could concern TCP, in the order of the text."""

    @property
    def ok(self) -> bool:
        """Whether every required mode works."""
        return self.verdict == "works"

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Every gap of every mode."""
        modes = (mode for provider in self.providers for mode in provider.modes)
        return tuple(gap for mode in modes for gap in mode.gaps)

    def __repr__(self) -> str:
        fares = ", ".join(f"{provider.id} {provider.verdict}" for provider in self.providers)
        return f"<Report {self.verdict}: {fares}; {len(self.gaps)} gaps>"


@dataclass(frozen=True)
class Explanation(Answer):
    """The decision about the asked space, part by part."""

    parts: tuple[ExplainedPart, ...]
    """Disjoint parts that cover the question."""
