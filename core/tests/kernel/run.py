"""Compares pasvaudit with the Linux kernel: `python3 run.py --rule-sets 100 --seed 1`. See README.md."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import shutil
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import generate_iptables
import generate_nft
from candidates import candidates
from netns import Driver, LabError
from oracle import Answer, Oracle, OracleError, shown
from ruleset import FORMS, RuleSet
from scenarios import Scenario, scenarios
from trial import Result, attempt, observe

ROOT = Path(__file__).resolve().parents[3]
_TOOLS = ("ip", "iptables-restore", "ip6tables-restore", "nft")
# A rule set that its tool refuses is replaced, so many times.
_REPLACEMENTS = 20


@dataclass(slots=True)
class Totals:
    """What came of all rule sets."""

    results: int = 0
    tuples: int = 0
    undecided: int = 0
    with_undecided: int = 0
    manner_open: int = 0
    undue: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    unanswered: Counter[str] = field(default_factory=Counter)
    fates: Counter[str] = field(default_factory=Counter)
    conditions: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    disagreements: int = 0
    disagreeing: int = 0
    manner: int = 0
    passing: int = 0
    lost: int = 0

    def add(self, result: Result) -> None:
        """Counts one rule set that was loaded."""
        self.results += 1
        self.tuples += result.tuples
        self.undecided += result.undecided
        self.manner_open += result.manner_open
        self.undue += result.undue
        self.with_undecided += bool(result.undecided)
        self.fates.update(result.fates)
        self.conditions.update(result.conditions)
        self.seconds.update(result.seconds)
        self.disagreements += len(result.disagreements)
        self.manner += sum(one.manner for one in result.disagreements)
        self.disagreeing += bool(result.disagreements)
        self.passing += result.passing
        self.lost += result.lost
        if result.unanswered:
            self.unanswered[result.unanswered.splitlines()[0][:150]] += 1


def rule_set(rng: random.Random, dialect: str, unmodelled: bool) -> RuleSet:
    """A random rule set: half nft, half iptables of which a quarter is IPv6, unless one is named."""
    if dialect == "all":
        dialect = rng.choice(
            ("nft", "nft", "nft", "nft", "iptables", "iptables", "iptables", "ip6tables")
        )
    if dialect == "nft":
        return generate_nft.generate(rng, unmodelled)
    return generate_iptables.generate(rng, dialect, unmodelled)


@dataclass(frozen=True, slots=True)
class Job:
    """One rule set to try: everything follows from its seed."""

    seed: int
    dialect: str
    unmodelled: bool
    tuples: int
    to_router: bool
    form: str
    oracle: Oracle | None


_driver: list[Driver] = []


def work(job: Job) -> tuple[Job, RuleSet, Result, list[str]]:
    """Tries one rule set, in a process that lives in a namespace of its own."""
    if not _driver:
        _driver.append(Driver())
    rng = random.Random(job.seed)
    refused: list[str] = []
    while True:
        rules = rule_set(rng, job.dialect, job.unmodelled)
        form = job.form if job.form in FORMS[rules.dialect] else rng.choice(FORMS[rules.dialect])
        rules = replace(rules, form=form)
        connections = candidates(rng, rules.text, rules.families, job.tuples, job.to_router)
        result = attempt(_driver[0], job.oracle, rules, connections)
        if not result.refused:
            return job, rules, result, refused
        refused.append(result.refused)
        if len(refused) > _REPLACEMENTS:
            raise LabError(f"seed {job.seed}: {result.refused}")


def missing(command: Path) -> str:
    """Why the lab cannot run here; empty if it can."""
    if os.geteuid() != 0:
        return "it needs root"
    absent = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if absent:
        return f"{', '.join(absent)} not installed"
    if not command.exists():
        return f"{command} is not built: cargo build -p pasvaudit --features cli"
    try:
        process = multiprocessing.get_context("fork").Process(target=Driver)
        process.start()
        process.join()
    except OSError as error:
        return str(error)
    return "" if process.exitcode == 0 else "network namespaces cannot be created"


def save(folder: Path, job: Job, rules: RuleSet, result: Result) -> None:
    """Writes a rule set and its disagreements where a person finds them."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{rules.dialect}-{job.seed}"
    (folder / f"{name}{rules.suffix}").write_text(rules.text, encoding="utf-8")
    if rules.form != "file":
        (folder / f"{name}.{rules.form}").write_text(result.text, encoding="utf-8")
    lines = [
        f"inside {rules.inside}, outside {rules.outside}, read as {rules.form}; {' '.join(rules.features)}",
        *map(str, result.disagreements),
        *(f"undue: {one}" for one in result.undue),
    ]
    if result.unanswered:
        lines.append(result.unanswered)
    (folder / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def report(totals: Totals, seconds: float) -> None:
    """Prints what the whole run came to."""
    share = 100 * totals.undecided / totals.tuples if totals.tuples else 0.0
    print(f"\nrule sets      {totals.results}  ({60 * totals.results / seconds:.0f} per minute)")
    print(f"connections    {totals.tuples}  (kernel: {dict(totals.fates)})")
    print(
        f"undecided      {totals.undecided}  ({share:.2f} %), in {totals.with_undecided} rule sets"
    )
    for condition, count in totals.conditions.most_common(12):
        print(f"                 {count:7}  {condition}")
    print(f"manner open    {totals.manner_open}  (they fail; dropped or refused)")
    print(f"UNDUE          {len(totals.undue)}  undecided though nothing undecidable is about")
    for one in totals.undue[:8]:
        print(f"                 {one}")
    print(f"refused        {sum(totals.refused.values())} rule sets by their tool, and replaced")
    for complaint, count in totals.refused.most_common(8):
        print(f"                 {count:7}  {complaint}")
    print(f"unanswered     {sum(totals.unanswered.values())} rule sets")
    for complaint, count in totals.unanswered.most_common(20):
        print(f"                 {count:7}  {complaint}")
    print(f"not listed     {totals.lost} differences between what was loaded and what the tool lists")
    print(f"not repeated   {totals.passing} differences that a second try did not show")
    print(
        f"seconds        { {k: round(v, 1) for k, v in totals.seconds.items()} }, {seconds:.0f} in all"
    )
    print(
        f"DISAGREEMENTS  {totals.disagreements}, in {totals.disagreeing} rule sets; "
        f"{totals.manner} only in how it fails"
    )


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rule-sets", type=int, default=50, metavar="N")
    parser.add_argument("--seed", type=int, help="of the first rule set; random if not given")
    parser.add_argument("--dialect", choices=("all", "iptables", "ip6tables", "nft"), default="all")
    parser.add_argument(
        "--form",
        choices=("any", "file", "list", "json"),
        default="any",
        help="what pasvaudit reads: the file that was loaded, or what the tool lists",
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--tuples", type=int, default=2000, help="connections per rule set")
    parser.add_argument(
        "--unmodelled", action="store_true", help="also tests that nobody can decide"
    )
    parser.add_argument("--not-to-router", action="store_true", help="none to its own addresses")
    parser.add_argument(
        "--scenarios", action="store_true", help="the named rule sets, not random ones"
    )
    parser.add_argument("--kernel-only", action="store_true", help="do not ask pasvaudit")
    parser.add_argument("--must-run", action="store_true", help="fail where the lab cannot run")
    parser.add_argument("--command", type=Path, default=ROOT / "target/debug/pasvaudit")
    parser.add_argument("--save", type=Path, default=ROOT / "target/kernel-lab", metavar="FOLDER")
    return parser.parse_args()


def random_rule_sets(options: argparse.Namespace) -> int:
    """Tries that many random rule sets; the exit code."""
    seed = options.seed if options.seed is not None else random.randrange(1_000_000)
    print(f"seeds {seed} to {seed + options.rule_sets - 1}, dialect {options.dialect}", flush=True)
    oracle = None if options.kernel_only else Oracle(options.command.resolve())
    jobs = [
        Job(
            seed + i,
            options.dialect,
            options.unmodelled,
            options.tuples,
            not options.not_to_router,
            options.form,
            oracle,
        )
        for i in range(options.rule_sets)
    ]
    totals = Totals()
    started = time.monotonic()
    with multiprocessing.get_context("fork").Pool(options.jobs, maxtasksperchild=200) as pool:
        for job, rules, result, refused in pool.imap_unordered(work, jobs):
            totals.add(result)
            totals.refused.update(" ".join(complaint.split())[:150] for complaint in refused)
            if result.disagreements or result.unanswered or result.undue:
                save(options.save, job, rules, result)
            if result.disagreements:
                print(f"\n-- {rules.dialect}, seed {job.seed}, saved in {options.save}")
                for one in result.disagreements:
                    print(f"  {one}", flush=True)
    report(totals, time.monotonic() - started)
    undue = bool(totals.undue) and not options.unmodelled
    return 1 if totals.disagreements or totals.unanswered or undue else 0


def named_rule_sets(options: argparse.Namespace) -> int:
    """Tries the scenarios: their fates are known beforehand, to the kernel and to pasvaudit."""
    oracle = None if options.kernel_only else Oracle(options.command.resolve())
    driver = Driver()
    counts: Counter[str] = Counter()
    for scenario in scenarios():
        if options.dialect not in ("all", scenario.rules.dialect):
            continue
        counts["scenarios"] += 1
        problems = judge(driver, oracle, scenario, counts)
        if problems:
            print(
                f"\n-- {scenario.name}\n{scenario.rules.text}  " + "\n  ".join(problems), flush=True
            )
    print("\n" + ", ".join(f"{count} {what}" for what, count in counts.items()))
    return 1 if counts["wrong in the kernel"] or counts["wrong with us"] else 0


def judge(
    driver: Driver, oracle: Oracle | None, scenario: Scenario, counts: Counter[str]
) -> list[str]:
    """What is not as the scenario says."""
    observed = observe(driver, scenario.rules, scenario.connections, 0.25, together=False)
    if isinstance(observed, str):
        counts["wrong in the kernel"] += 1
        return [f"refused: {observed}"]
    outcomes = observed.outcomes
    answers: list[Answer | None] = [None] * len(outcomes)
    problems = []
    if oracle is not None:
        try:
            answers = list(oracle.ask(scenario.rules, observed.text, scenario.connections))
        except OracleError as error:
            counts["wrong with us"] += 1
            problems.append(f"no answer: {error}")
    for connection, fate, outcome, answer in zip(
        scenario.connections, scenario.fates, outcomes, answers
    ):
        counts["connections"] += 1
        if fate not in ("?", outcome.fate):
            counts["wrong in the kernel"] += 1
            problems.append(f"{shown(connection)}: {fate} expected, the kernel: {outcome}")
        if answer is None:
            continue
        if not answer.certain:
            counts["undecided"] += fate != "?"
        if (
            answer.certain
            and answer.fate != fate
            or not answer.certain
            and not answer.may_accept
            and fate == "accept"
        ):
            counts["wrong with us"] += 1
            problems.append(
                f"{shown(connection)}: {fate} expected, we say {answer.fate}, by {answer.by}"
            )
    return problems


def main() -> int:
    """The exit code."""
    options = arguments()
    why = missing(options.command)
    if why:
        print(f"kernel lab SKIPPED: {why}", file=sys.stderr)
        return 1 if options.must_run else 0
    return named_rule_sets(options) if options.scenarios else random_rule_sets(options)


if __name__ == "__main__":
    sys.exit(main())
