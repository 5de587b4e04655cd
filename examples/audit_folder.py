"""Audits every dump in a folder: one line for each, the worst exit code of all.

    python examples/audit_folder.py examples/rules --provider smartfile --inside eth1 --outside eth0

Exit codes as those of the command: 0 all work, 1 a gap, 3 undecided, 2 a dump that cannot be read.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pasvaudit

WORST_FIRST = [2, 1, 3, 0]


def judge(dump: Path, provider: str, inside: str | None, outside: str | None) -> int:
    """Print how a dump fares, and give its exit code."""
    try:
        report = pasvaudit.audit(dump, provider=provider, inside=inside, outside=outside)
    except pasvaudit.PasvauditError as error:
        print(f"unreadable {error}".splitlines()[0])
        return 2
    first = next((f for f in report.findings if f.severity != "info"), None)
    why = f": {first.code}, {first.help}" if first else ""
    print(f"{report.verdict:<10} {dump.name}{why}")
    return report.exit_code


def main() -> int:
    parser = argparse.ArgumentParser(description="Audits every *.rules in a folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--provider", default="smartfile")
    parser.add_argument("--inside")
    parser.add_argument("--outside")
    asked = parser.parse_args()
    dumps = sorted(asked.folder.glob("*.rules"))
    if not dumps:
        parser.error(f"no *.rules in {asked.folder}")
    codes = [judge(dump, asked.provider, asked.inside, asked.outside) for dump in dumps]
    return min(codes, key=WORST_FIRST.index)


if __name__ == "__main__":
    sys.exit(main())
