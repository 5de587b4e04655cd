"""Runs the cases that every language runs: the same questions must give the same bytes."""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pasvaudit
import pytest

from .conftest import CORE, case

NAMES = sorted(path.stem for path in (CORE / "cases").iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_case(name: str) -> None:
    asked = case(name)
    ask: Callable[..., Any] = getattr(pasvaudit, asked["ask"])
    if "error" in asked["expect"]:
        with pytest.raises(pasvaudit.PasvauditError) as raised:
            ask(*asked["given"], **asked["options"])
        error = raised.value
        found = {"code": error.code, "line": error.line, "column": error.column}
        assert found == asked["expect"]["error"]
        assert str(error) == answer(f"{name}.txt")
    else:
        found = ask(*asked["given"], **asked["options"])
        assert found.to_json() == answer(f"{name}.json")
        assert found.to_dict() == json.loads(found.to_json())
        assert fields(found) == counted(found.to_dict())


def answer(name: str) -> str:
    return (CORE / "answers" / name).read_bytes().decode()


def fields(value: Any) -> Any:
    """What a typed answer holds, as the JSON that it stands for."""
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
        return {name: fields(getattr(value, name)) for name in names if name != "_rendering"}
    return [fields(one) for one in value] if isinstance(value, tuple) else value


def counted(value: Any) -> Any:
    """JSON with every count as a number."""
    if isinstance(value, dict):
        counts = {"needed", "open", "undecided", "more", "pairs", "still_undecided"}
        number = {name: int(one) for name, one in value.items() if name in counts}
        return {name: counted(one) for name, one in value.items()} | number
    return [counted(one) for one in value] if isinstance(value, list) else value


def test_every_case_is_found() -> None:
    assert len(NAMES) >= 30
