"""From JSON to the dataclasses that describe it."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable
from typing import Any

Reader = Callable[..., Any]


@functools.cache
def reader(kind: Any) -> Reader:
    """What makes a value of this type from its JSON. A field more or less is an error."""
    if dataclasses.is_dataclass(kind):
        return _object(typing.cast(type, kind))
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        item = reader(arguments[0])
        return lambda values: tuple(map(item, values))
    if origin in (typing.Union, types.UnionType):
        some = reader(next(one for one in arguments if one is not types.NoneType))
        return lambda value: None if value is None else some(value)
    if kind is int:
        # Counts beyond what every JSON reader holds exactly are strings of digits.
        return int
    return lambda value: value


def _object(kind: type) -> Reader:
    hints = typing.get_type_hints(kind)
    readers = {name: reader(hint) for name, hint in hints.items() if not name.startswith("_")}

    def read(value: dict[str, Any], **others: Any) -> Any:
        return kind(**others, **{name: readers[name](given) for name, given in value.items()})

    return read
