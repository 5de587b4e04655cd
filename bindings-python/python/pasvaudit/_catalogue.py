"""The providers of the catalogue."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from . import _pasvaudit


@dataclass(frozen=True)
class Provider:
    """A provider of the catalogue: what is known of an FTP service or server."""

    id: str
    """The name for options."""
    name: str
    """The name for people."""
    _json: str

    def to_json(self) -> str:
        """Its spec, as its file holds it."""
        return self._json

    def to_dict(self) -> dict[str, Any]:
        """Its spec as a dictionary. A fact that is left out is not known."""
        spec: dict[str, Any] = json.loads(self._json)
        return spec

    def __repr__(self) -> str:
        return f"<Provider {self.id}: {self.name}>"


Choice: TypeAlias = "str | os.PathLike[str] | Provider | Mapping[str, Any]"
"""A provider: its id, a file with its spec, a :class:`Provider`, or the spec itself."""


def providers() -> list[Provider]:
    """Every provider of the catalogue, ascending by id."""
    return [_provider(spec) for spec in _pasvaudit.providers()]


def provider(id: str) -> Provider:
    """The provider of the catalogue with this id.

    :raises PasvauditError: If there is none; the message proposes what looks like it.
    """
    return _provider(_pasvaudit.provider(id))


def _provider(spec: str) -> Provider:
    facts = json.loads(spec)
    return Provider(facts["id"], facts["name"], spec)
