"""What `pasvaudit` says about a scenario, mode by mode and port by port."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .model import CLIENT, ROUTER_INSIDE, ROUTER_OUTSIDE, SERVER, VIP, Mode, Scenario, ports
from .world import EPHEMERAL, interfaces

try:
    import pasvaudit
except ImportError:
    pasvaudit = None  # type: ignore[assignment]

# The code that a rule set gets whose dialect the module does not read.
UNREAD = "unknown-dialect"
DATA_FLOW = ("passive-data", "active-data")
LENGTH = {"ipv4": 32, "ipv6": 128}


@dataclass(frozen=True)
class Pending:
    """Why the module cannot be asked yet."""

    why: str


@dataclass(frozen=True)
class Refused:
    """The module cannot answer a question that it should be able to answer."""

    why: str


@dataclass(frozen=True)
class Audit:
    """A report."""

    modes: Mapping[Mode, Mapping[str, Any]]
    not_offered: str
    source_port: int | None
    """Where the server sends active data from; any port for `None`."""

    def verdict(self, mode: Mode) -> str:
        """The verdict of a mode, in the report's words."""
        return str(self.modes[mode]["verdict"]) if mode in self.modes else "not offered"

    def of_port(self, mode: Mode, port: int) -> str:
        """Whether a session with this data port works: `works`, `blocked` or `undecided`."""
        verdict = self.verdict(mode)
        if verdict != "partly":
            return verdict
        answers = {"works"}
        for gap in self.modes[mode]["gaps"]:
            if gap["more"]:
                return "undecided"
            for box in gap["space"]:
                low, high = ports(box["dport"])
                if gap["flow"] in DATA_FLOW and not low <= port <= high:
                    continue
                first, last = ports(box["sport"])
                used = EPHEMERAL
                if gap["opener"] == "server" and self.source_port:
                    used = (self.source_port, self.source_port)
                if last < used[0] or used[1] < first:
                    continue
                sure = not gap["undecided"] and first <= used[0] and used[1] <= last
                answers.add("blocked" if sure else "undecided")
        return next(one for one in ("blocked", "undecided", "works") if one in answers)


def module_version() -> str | None:
    """Where the module is, or nothing."""
    return None if pasvaudit is None else str(Path(pasvaudit.__file__).parent)


def provider(scenario: Scenario) -> dict[str, Any]:
    """The server of a scenario as a provider spec, as its clients see it."""
    server = scenario.server
    families = sorted({mode.family for mode in scenario.modes()})
    control = scenario.dial_control or server.control
    plain = [one for one in ("plain", "explicit-tls") if one in scenario.protections]
    endpoints: list[dict[str, Any]] = []
    if plain:
        endpoints.append({"port": control, "protections": plain})
    if "implicit-tls" in scenario.protections:
        endpoints.append({"port": server.implicit, "protections": ["implicit-tls"]})
    low, high = scenario.announced_range()
    active: dict[str, Any] = {"supported": True, "source": "ephemeral"}
    if server.source_port:
        active = {
            "supported": True,
            "source": "fixed",
            "source_ports": [
                {"control": one["port"], "source": server.source_port} for one in endpoints
            ],
        }
    return {
        "id": "lab",
        "name": "the server of the lab",
        "networks": [f"{scenario.dial[family]}/{LENGTH[family]}" for family in families],
        "networks_complete": True,
        "ipv6": "ipv6" in families,
        "control": endpoints,
        "passive": {"supported": True, "ranges": [f"{low}-{high}"]},
        "active": active,
    }


def ask(scenario: Scenario) -> Audit | Pending | Refused:
    """Ask the module."""
    if pasvaudit is None:
        return Pending("there is no module `pasvaudit`")
    known = inspect.signature(pasvaudit.audit).parameters
    families = sorted({mode.family for mode in scenario.modes()})
    inside, outside = interfaces(scenario.at)
    asked: dict[str, Any] = {
        "provider": provider(scenario),
        "client": [CLIENT[family] for family in families],
        "at": scenario.at,
        "inside": inside,
        "outside": outside,
        "dialect": scenario.dialect,
        "local": [address for family in families for address in local(scenario, family)],
    }
    if scenario.server.announces:
        if "advertise" not in known:
            return Pending("the module has no option `advertise`")
        asked["advertise"] = scenario.server.announces
    try:
        report = pasvaudit.audit(scenario.rules, **asked)
    except pasvaudit.PasvauditError as error:
        if error.code == UNREAD:
            return Pending(f"the module does not read {scenario.dialect}")
        return Refused(str(error))
    except Exception as error:  # noqa: BLE001
        # A module that breaks must not hide what the kernel did.
        return Refused(f"{type(error).__name__}: {error}")
    return of_report(json.loads(json.dumps(report.to_dict())), scenario.server.source_port)


def of_report(answer: Mapping[str, Any], source_port: int | None) -> Audit:
    """A report about one provider."""
    (judged,) = answer["providers"]
    return Audit(
        {Mode(one["protection"], one["data"], one["family"]): one for one in judged["modes"]},
        json.dumps(judged.get("not_offered", [])),
        source_port,
    )


def local(scenario: Scenario, family: str) -> list[str]:
    """The addresses of the device on which the firewall stands."""
    return {
        "client-host": [CLIENT[family]],
        "server-host": [SERVER[family]],
    }.get(scenario.at, [ROUTER_INSIDE[family], ROUTER_OUTSIDE[family], VIP[family]])
