"""The scenarios of the lab."""

from __future__ import annotations

from lab.model import Scenario, Script

from . import active, dialogues, families, forward, helpers, hosts, matrix, translation

SCENARIOS: list[Scenario] = [
    *helpers.SCENARIOS,
    *forward.SCENARIOS,
    *translation.SCENARIOS,
    *active.SCENARIOS,
    *families.SCENARIOS,
    *hosts.SCENARIOS,
    *matrix.scenarios(),
]
SCRIPTS: list[Script] = dialogues.SCRIPTS
