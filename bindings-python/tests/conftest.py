"""The cases that every language runs, in ``core/tests``."""

import json
from pathlib import Path
from typing import Any

CORE = Path(__file__).parents[2] / "core" / "tests"


def case(name: str) -> dict[str, Any]:
    """A case, with the texts that it gives and its options under their names in Python."""
    found: dict[str, Any] = json.loads((CORE / "cases" / f"{name}.json").read_text("utf-8"))
    lines = [found[key] for key in ("old", "text", "rules") if key in found]
    # What is asked about, where it is asked about texts.
    found["given"] = ["".join(f"{line}\n" for line in text) for text in lines]
    found["rules"] = found["given"][-1] if lines else ""
    names = {"from": "from_", "in": "in_"}
    found["options"] = {names.get(key, key): value for key, value in found["options"].items()}
    return found
