"""One policy in every dialect: the answers are the same but for what is quoted of the rules."""

import json
from typing import Any

import pasvaudit
import pytest

from .conftest import CORE

FOLDER = CORE / "dialects"
#: What quotes rules, says where they stand, is made of them, or counts them.
QUOTED = {"by", "chain", "commands", "dialect", "fixes", "line", "message", "rules"}


def load(folder: str, name: str) -> Any:
    return json.loads((FOLDER / folder / f"{name}.json").read_text("utf-8"))


def rules(value: Any) -> dict[str, list[str]]:
    """Rules that stand in the case, or those of the one that it names."""
    found: dict[str, list[str]] = load("cases", value)["rules"] if isinstance(value, str) else value
    return found


CASES = {path.stem: load("cases", path.stem) for path in sorted((FOLDER / "cases").iterdir())}
ASKED = [(name, dialect) for name, case in CASES.items() for dialect in rules(case["rules"])]


@pytest.mark.parametrize(("name", "dialect"), ASKED)
def test_dialect(name: str, dialect: str) -> None:
    case = CASES[name]
    texts = [rules(case[key])[dialect] for key in ("old", "rules") if key in case]
    given = ["".join(f"{line}\n" for line in lines) for lines in texts]
    found = getattr(pasvaudit, case["ask"])(*given, **case["options"]).to_dict()
    expected = load("answers", name)
    for place, value in case.get("differs", {}).get(dialect, {"is": {}})["is"].items():
        put(expected, place, value)
    assert unquoted(found) == expected


def unquoted(value: Any) -> Any:
    """An answer without what quotes rules."""
    if isinstance(value, dict):
        return {key: unquoted(one) for key, one in value.items() if key not in QUOTED}
    return [unquoted(one) for one in value] if isinstance(value, list) else value


def put(answer: Any, place: str, value: Any) -> None:
    """Puts a value where a JSON pointer says."""
    *way, last = place.split("/")[1:]
    for step in way:
        answer = answer[int(step) if isinstance(answer, list) else step]
    answer[int(last) if isinstance(answer, list) else last] = value
