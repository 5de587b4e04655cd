"""One rule set against the kernel: what the kernel does, what pasvaudit says, and where they differ."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from netns import Driver
from oracle import Answer, Oracle, OracleError, shown
from probe import STEPS, Connection, Outcome, Prober
from ruleset import RuleSet, listed, load

_QUIET = 0.012
_QUIET_AGAIN = 0.25
# So many disagreements of one rule set are tried again; the rest are of the same kinds.
_AGAIN = 12
_AGAIN_PER_KIND = 2
# What no rule set says, and so nobody can decide: what answers where the router itself is the new
# destination, which address a range or masquerading gives, and where conntrack sees only some packets of
# a connection, who speaks first and whether anybody sends more than the windows that it knows of allow
# (docs/concepts.md, "What stays undecided").
UNDECIDABLE = (
    "address translation to the router itself",
    "translation makes unknown",
    "which of several addresses it translates to",
    "which end speaks first and how much it says",
)
# The steps in which each kind of packet is sent.
_STEPS = {
    "syn": (0,),
    "syn-ack": (1,),
    "opener-data": (2, 3, 4, 8),
    "peer-data": (5, 6, 7),
}


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A connection of which pasvaudit was certain, and wrong."""

    connection: Connection
    kernel: Outcome
    answer: Answer

    @property
    def manner(self) -> bool:
        """Whether both say that it fails, and differ only in how or where."""
        return self.kernel.fate != "accept" and self.answer.fate != "accept"

    def __str__(self) -> str:
        what = self.kernel.fate
        if self.kernel.stopped < len(STEPS):
            what += f" at the {STEPS[self.kernel.stopped].name}"
        detail = " ".join(filter(None, (self.kernel.refusal, self.kernel.note)))
        said = self.answer.fate + (f" at {self.answer.packet}" if self.answer.packet else "")
        return (
            f"{shown(self.connection)}\n    kernel: {what}{f' ({detail})' if detail else ''}\n"
            f"    we say: {said}, by {self.answer.by}"
        )


@dataclass(slots=True)
class Result:
    """What came of one rule set."""

    tuples: int = 0
    # Nobody can tell whether it passes.
    undecided: int = 0
    # It fails, and nobody can tell whether it is dropped or refused.
    manner_open: int = 0
    # Undecided though all that it depends on is modelled.
    undue: list[str] = field(default_factory=list)
    fates: Counter[str] = field(default_factory=Counter)
    conditions: Counter[str] = field(default_factory=Counter)
    disagreements: list[Disagreement] = field(default_factory=list)
    # Disagreements that did not repeat.
    passing: int = 0
    # Those of which the listing that we were asked about is not what was loaded.
    lost: int = 0
    refused: str = ""
    # What pasvaudit was asked about.
    text: str = ""
    unanswered: str = ""
    seconds: dict[str, float] = field(default_factory=dict)


def agrees(answer: Answer, outcome: Outcome) -> bool:
    """Whether what is said of a connection is what happened to it, at the latest to which packet."""
    if not answer.certain:
        return answer.may_accept or outcome.fate != "accept"
    if answer.fate != outcome.fate or outcome.fate == "accept":
        return answer.fate == outcome.fate
    # An earlier packet may be stopped too, by what nobody can decide.
    steps = _STEPS.get(answer.packet, (0,))
    return outcome.stopped in steps or outcome.stopped < min(steps)


@dataclass(frozen=True, slots=True)
class Observed:
    """What a router did, and the rules that it says it has."""

    outcomes: list[Outcome]
    text: str


def observe(
    driver: Driver, rules: RuleSet, connections: Sequence[Connection], quiet: float, together: bool
) -> Observed | str:
    """What a fresh router with those rules does; the complaint if they cannot be loaded."""
    with driver.router(rules.inside, rules.outside) as router:
        complaint = load(rules, router)
        if complaint:
            return complaint
        text = listed(rules, router)
        prober = Prober(router)
        if together:
            return Observed(prober.probe(connections, quiet), text)
        return Observed([prober.probe([one], quiet)[0] for one in connections], text)


def attempt(
    driver: Driver, oracle: Oracle | None, rules: RuleSet, connections: Sequence[Connection]
) -> Result:
    """Tries the connections on the kernel and on the oracle, and compares."""
    result = Result()
    started = time.monotonic()
    observed = observe(driver, rules, connections, _QUIET, together=True)
    result.seconds["kernel"] = time.monotonic() - started
    if isinstance(observed, str):
        result.refused = observed
        return result
    outcomes, result.text = observed.outcomes, observed.text
    result.tuples = len(connections)
    result.fates.update(outcome.fate for outcome in outcomes)
    if oracle is None:
        return result
    started = time.monotonic()
    try:
        answers = oracle.ask(rules, observed.text, connections)
    except OracleError as error:
        result.unanswered = str(error)
        return result
    result.seconds["oracle"] = time.monotonic() - started
    doubtful = []
    for connection, outcome, answer in zip(connections, outcomes, answers, strict=True):
        if not answer.certain and not answer.may_accept:
            result.manner_open += 1
        elif not answer.certain:
            result.undecided += 1
            reasons = set(answer.conditions) or {"no reason given"}
            result.conditions.update(reasons)
            if not any(known in reason for reason in reasons for known in UNDECIDABLE):
                result.undue.append(f"{shown(connection)}: {', '.join(sorted(reasons))}")
        if not agrees(answer, outcome):
            doubtful.append((connection, outcome, answer))
    started = time.monotonic()
    _settle(driver, rules, doubtful, result)
    result.seconds["again"] = time.monotonic() - started
    return result


def _settle(
    driver: Driver,
    rules: RuleSet,
    doubtful: list[tuple[Connection, Outcome, Answer]],
    result: Result,
) -> None:
    """Tries disagreements again, one by one and with patience."""
    # A few of each kind.
    kinds: Counter[tuple[str, ...]] = Counter()
    chosen: list[tuple[Connection, Outcome, Answer]] = []
    for one in doubtful:
        kind = (one[1].fate, str(one[1].stopped), one[2].fate, one[2].packet, one[2].by)
        kinds[kind] += 1
        if kinds[kind] <= _AGAIN_PER_KIND and len(chosen) < _AGAIN:
            chosen.append(one)
    if not chosen:
        return
    left = []
    for connection, _, answer in chosen:
        # Each in a router of its own: what translates may give two connections the same tuple.
        observed = observe(driver, rules, [connection], _QUIET_AGAIN, together=False)
        if isinstance(observed, str):
            raise OracleError(f"a rule set that was loaded before is refused now: {observed}")
        [outcome] = observed.outcomes
        if agrees(answer, outcome):
            result.passing += 1
        else:
            left.append(Disagreement(connection, outcome, answer))
    result.disagreements += [one for one in left if not _is_lost(driver, rules, result, one)]


def _is_lost(driver: Driver, rules: RuleSet, result: Result, one: Disagreement) -> bool:
    """Whether the tool listed other rules than it had loaded, and the answer is right for those.

    `nft list` leaves out `meta protocol ip6` before `reject with tcp reset`, for instance.
    """
    if rules.form == "file":
        return False
    again = replace(rules, text=result.text, loaded_as=rules.form)
    observed = observe(driver, again, [one.connection], _QUIET_AGAIN, together=False)
    lost = not isinstance(observed, str) and agrees(one.answer, observed.outcomes[0])
    result.lost += lost
    return lost
