"""Real FTP servers and clients through a real Linux firewall, against the reference and the audit.

python3 core/tests/sessions/run.py [--only NAME] [--must-run] [--list]
python3 core/tests/sessions/run.py --fixes 50 --command target/release/pasvaudit [--seed N]
python3 core/tests/sessions/run.py --evidence --command target/release/pasvaudit [--only NAME]
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

TOOLS = ("ip", "nft", "iptables-restore", "ip6tables-restore", "curl", "vsftpd", "tcpdump")


def missing() -> list[str]:
    """What the lab needs and this machine does not have."""
    lacks = [tool for tool in TOOLS if shutil.which(tool) is None]
    if sys.platform != "linux" or os.geteuid() != 0:
        return ["root on Linux"]
    for module, package in (("pyftpdlib", "pyftpdlib"), ("OpenSSL", "pyopenssl")):
        try:
            __import__(module)
        except ImportError:
            lacks.append(f"the Python package {package}")
    if not lacks:
        lacks += _kernel_lacks()
    return lacks


def _kernel_lacks() -> list[str]:
    from lab.namespaces import Namespace
    from scenarios.rules import HELPER, helper, iptables, nft

    try:
        host = Namespace()
    except OSError as error:
        return [f"network namespaces ({error})"]
    lacks = []
    for what, command, text in (
        ("CT --helper ftp", ("iptables-restore",), iptables(raw=[HELPER])),
        ("ct helper", ("nft", "-f", "-"), nft(helper())),
    ):
        try:
            host.run(*command, text=text)
        except RuntimeError as error:
            lacks.append(f"the kernel's {what} ({error})")
    host.close()
    return lacks


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", metavar="NAME", help="those called like this")
    parser.add_argument("--must-run", action="store_true", help="fail where the lab cannot run")
    parser.add_argument("--list", action="store_true", help="what there is, and its source")
    parser.add_argument("--verbose", action="store_true", help="every session")
    parser.add_argument("--jobs", type=int, default=6, help="scenarios side by side")
    parser.add_argument("--fixes", type=int, metavar="N", help="random broken rule sets to repair")
    parser.add_argument("--evidence", action="store_true", help="probes, and captures of them")
    parser.add_argument("--seed", type=int, default=1, help="where their seeds begin")
    parser.add_argument("--command", type=Path, default=Path("target/release/pasvaudit"))
    options = parser.parse_args()

    lacks = missing()
    if lacks and not options.list:
        print(f"SKIPPED: NOT ONE SESSION WAS TRIED. This machine lacks {'; '.join(lacks)}.")
        return 1 if options.must_run else 0

    if options.fixes:
        return repair(options)
    if options.evidence:
        return evidence(options)

    from lab.model import Scenario, Script
    from scenarios import SCENARIOS, SCRIPTS

    every: list[Scenario | Script] = [*SCENARIOS, *SCRIPTS]
    wanted = [
        one for one in every if not options.only or any(name in one.name for name in options.only)
    ]
    if len({one.name for one in every}) != len(every):
        print("two scenarios have the same name")
        return 2
    if options.list:
        for one in wanted:
            print(f"{one.name:45} {one.source}")
        print(f"{len(wanted)} scenarios")
        return 0
    if not wanted:
        print(f"no scenario is called like {options.only}")
        return 2

    from lab import audit
    from lab.certificate import make
    from lab.report import Summary
    from lab.runner import Outcome, run_scenario, run_script

    where = audit.module_version() or "none, so the kernel is compared with the reference only"
    print(f"module pasvaudit: {where}")
    begun = time.monotonic()
    summary = Summary(options.verbose)
    with TemporaryDirectory() as directory, ThreadPoolExecutor(options.jobs) as pool:
        # Servers that are not root read their files there.
        Path(directory).chmod(0o755)
        certificate = make(Path(directory))

        def work(one: Scenario | Script) -> Callable[[], Outcome]:
            if isinstance(one, Scenario):
                return lambda: run_scenario(one, certificate)
            return lambda: run_script(one)

        for one, running in [(one, pool.submit(work(one))) for one in wanted]:
            try:
                summary.add(running.result())
            except Exception as error:  # noqa: BLE001
                summary.failed(one.name, error)
    summary.close(time.monotonic() - begun)
    return summary.exit_code()


def repair(options: argparse.Namespace) -> int:
    """Broken rule sets: sessions fail, and after the fix they work."""
    from lab.certificate import make
    from lab.fixes import Trial, run_trial

    begun = time.monotonic()
    trials: list[Trial] = []
    failed = 0
    with TemporaryDirectory() as directory, ThreadPoolExecutor(options.jobs) as pool:
        Path(directory).chmod(0o755)
        certificate = make(Path(directory))
        seeds = range(options.seed, options.seed + options.fixes)
        running = [pool.submit(run_trial, seed, options.command, certificate) for seed in seeds]
        for seed, one in zip(seeds, running, strict=True):
            try:
                trial = one.result()
            except Exception as error:  # noqa: BLE001
                print(f"seed {seed}: FAILED TO RUN: {type(error).__name__}: {error}")
                failed += 1
                continue
            trials.append(trial)
            failed += bool(trial.wrong)
            if trial.wrong:
                print(f"{trial.name}: FAILED: {trial.how}: {trial.wrong}")
            elif trial.words:
                print(f"{trial.name}: no rule: {trial.words.strip()}")
            elif options.verbose:
                print(f"{trial.name}: {trial.failed_before} stopped, {trial.sessions} work: {trial.how}")
    repaired = [trial for trial in trials if not trial.words and not trial.wrong]
    whole = sum(trial.how == "loaded as a whole" for trial in repaired)
    print(
        f"{len(trials)} broken rule sets in {time.monotonic() - begun:.0f} s: {len(repaired)} repaired, {whole}"
        f" of them as a whole and {len(repaired) - whole} while they ran;"
        f" {sum(trial.failed_before for trial in trials)} sessions stopped before,"
        f" {sum(trial.sessions for trial in repaired)} work after;"
        f" {sum(bool(trial.words) for trial in trials)} have no fix but words; {failed} failed"
    )
    return 1 if failed else 0


def evidence(options: argparse.Namespace) -> int:
    """Probes through the firewalls, and captures of them."""
    from lab.certificate import make
    from lab.evidence import Evidence, run_case
    from scenarios.evidence import CASES

    begun = time.monotonic()
    wanted = [
        one
        for one in CASES
        if not options.only or any(name in one.scenario.name for name in options.only)
    ]
    if not wanted:
        print(f"no scenario is called like {options.only}")
        return 2
    done: list[Evidence] = []
    failed = again = 0
    with TemporaryDirectory() as directory, ThreadPoolExecutor(options.jobs) as pool:
        Path(directory).chmod(0o755)
        certificate = make(Path(directory))
        running = [pool.submit(run_case, one, options.command, certificate) for one in wanted]
        for case, future in zip(wanted, running, strict=True):
            try:
                one = future.result()
                if one.wrong:
                    # A busy machine can make connections fail. Rules decide the same each time.
                    again += 1
                    one = run_case(case, options.command, certificate)
            except Exception as error:  # noqa: BLE001
                print(f"{case.scenario.name}: FAILED TO RUN: {type(error).__name__}: {error}")
                failed += 1
                continue
            done.append(one)
            failed += bool(one.wrong)
            print(
                f"{one.name}: {one.samples} connections, {one.transfers} transfers in captures,"
                f" {len(one.undecided)} undecided, {'FAILED' if one.wrong else 'ok'}"
            )
            for line in one.seen if options.verbose else ():
                print(f"    {line}")
            for line in one.wrong:
                print(f"    {line}")
    print(
        f"{len(wanted)} scenarios probed and captured in {time.monotonic() - begun:.0f} s:"
        f" {sum(one.samples for one in done)} data connections,"
        f" {sum(one.transfers for one in done)} transfers in captures,"
        f" {sum(len(one.undecided) for one in done)} undecided, {again} tried twice; {failed} failed"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
