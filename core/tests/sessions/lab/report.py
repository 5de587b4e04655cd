"""What the program prints."""

from __future__ import annotations

from collections import Counter

from .runner import Outcome


class Summary:
    """Counts, and says what is not as it should be."""

    def __init__(self, verbose: bool) -> None:
        self._verbose = verbose
        self._count: Counter[str] = Counter()
        self._pending: Counter[str] = Counter()

    def add(self, outcome: Outcome) -> None:
        count = self._count
        count["scenarios"] += 1
        count["sessions"] += outcome.sessions
        count["again"] += outcome.again
        count["contradictions"] += len(outcome.contradictions)
        count["compared"] += outcome.compared
        count["wrong"] += len(outcome.wrong)
        count["undecided"] += len(outcome.undecided)
        count["policies"] += len(outcome.policies)
        if outcome.pending:
            self._pending[outcome.pending] += 1
        bad = outcome.contradictions or outcome.wrong
        count["failed"] += bool(bad)
        state = "FAILED" if bad else "ok"
        if outcome.pending:
            state += ", audit pending"
        elif outcome.undecided:
            state += f", {len(outcome.undecided)} of {outcome.compared} undecided"
        print(f"{outcome.name}: {outcome.sessions} sessions {state}")
        for line in outcome.results if self._verbose else ():
            print(f"    {line}")
        for title, lines in (
            ("KERNEL AGAINST REFERENCE", outcome.contradictions),
            ("AUDIT AGAINST KERNEL", outcome.wrong),
            ("policy of a program", outcome.policies),
            ("undecided", outcome.undecided if self._verbose else []),
        ):
            for line in lines:
                print(f"    {title}: {line}")
        if outcome.undecided and not self._verbose:
            modes = dict.fromkeys(line.rpartition(" port ")[0] for line in outcome.undecided)
            print(f"    undecided: {', '.join(modes)}")

    def failed(self, name: str, error: Exception) -> None:
        self._count["scenarios"] += 1
        self._count["failed"] += 1
        print(f"{name}: FAILED TO RUN: {type(error).__name__}: {error}")

    def close(self, seconds: float) -> None:
        count = self._count
        print(
            f"\n{count['sessions']} sessions in {seconds:.0f} s, {count['again']} tried twice;"
            f" kernel against reference: {count['contradictions']} contradictions;"
            f" audit against kernel: {count['compared']} compared, {count['wrong']} wrong,"
            f" {count['undecided']} undecided, {count['policies']} stopped by policies of programs"
        )
        for why, number in self._pending.items():
            print(f"audit pending for {number} scenarios: {why}")
        print(f"{count['scenarios'] - count['failed']} passed, {count['failed']} failed")

    def exit_code(self) -> int:
        return 1 if self._count["failed"] else 0
