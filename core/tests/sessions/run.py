"""Real FTP servers and clients through a real Linux firewall, against the reference and the audit.

python3 core/tests/sessions/run.py [--only NAME] [--must-run] [--list]
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

TOOLS = ("ip", "nft", "iptables-restore", "ip6tables-restore", "curl", "vsftpd")


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
    options = parser.parse_args()

    lacks = missing()
    if lacks and not options.list:
        print(f"SKIPPED: NOT ONE SESSION WAS TRIED. This machine lacks {'; '.join(lacks)}.")
        return 1 if options.must_run else 0

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


if __name__ == "__main__":
    sys.exit(main())
