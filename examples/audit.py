"""Prints what a rule set lacks for FTP."""

from pathlib import Path

import pasvaudit

rules = Path("examples/rules/router.rules")
report = pasvaudit.audit(rules, provider="smartfile", inside="eth1", outside="eth0")
for finding in report.findings:
    print(f"{finding.code}: {finding.message}")
