"""The cases that every language runs, in ``core/tests``."""

import json
from pathlib import Path
from typing import Any

CORE = Path(__file__).parents[2] / "core" / "tests"


def case(name: str) -> dict[str, Any]:
    """A case, with what it gives as one text and its options under their names in Python."""
    found: dict[str, Any] = json.loads((CORE / "cases" / f"{name}.json").read_text("utf-8"))
    lines = found.get("text") or found.get("rules")
    found["rules"] = "".join(f"{line}\n" for line in lines or [])
    # What is asked about, where it is asked about a text.
    found["given"] = [found["rules"]] if lines else []
    names = {"from": "from_", "in": "in_"}
    found["options"] = {names.get(key, key): value for key, value in found["options"].items()}
    return found
