"""A rule set under test, and how it gets into the kernel."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field

from netns import LOCAL_V4, LOCAL_V6, Router

# How pasvaudit gets to see a rule set: the file that was loaded, or what the tool lists afterwards.
FORMS = {
    "iptables": ("file", "list"),
    "ip6tables": ("file", "list"),
    "nft": ("file", "list", "json"),
}
_LISTERS = {
    "iptables": ["iptables-save"],
    "ip6tables": ["ip6tables-save"],
    "nft": ["nft", "list", "ruleset"],
}
_LOADERS = {
    "iptables": ["iptables-restore"],
    "ip6tables": ["ip6tables-restore"],
    "nft": ["nft", "-f", "-"],
    "json": ["nft", "-j", "-f", "-"],
}


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The text of a rule set with the names of the router's links."""

    dialect: str
    text: str
    inside: str = "eth1"
    outside: str = "eth0"
    form: str = "file"
    # What the text is: a file for the tool, or what it listed.
    loaded_as: str = "file"
    # What the text is made of, so that a reader of a disagreement knows where to look.
    features: tuple[str, ...] = field(default=())

    @property
    def families(self) -> tuple[bool, ...]:
        """The families to ask about: False is IPv4, True is IPv6."""
        if self.dialect == "iptables":
            return (False,)
        if self.dialect == "ip6tables":
            return (True,)
        v4 = "table ip " in self.text
        v6 = "table ip6 " in self.text
        return (False, True) if "table inet " in self.text or v4 == v6 else (v6,)

    @property
    def local(self) -> tuple[str, ...]:
        """The router's own addresses."""
        return LOCAL_V4 + LOCAL_V6

    @property
    def suffix(self) -> str:
        """The ending of a file with this text."""
        return {"iptables": ".rules", "ip6tables": ".rules6", "nft": ".nft"}[self.dialect]


def listed(rules: RuleSet, router: Router) -> str:
    """The text that pasvaudit is asked about, once the rule set is loaded."""
    if rules.form == "file":
        return rules.text
    command = _LISTERS[rules.dialect]
    if rules.form == "json":
        command = ["nft", "-j", *command[1:]]
    return router.run(command).stdout


def load(rules: RuleSet, router: Router) -> str:
    """Loads the rule set; returns the tool's complaint if it refuses."""
    try:
        done = router.run(_LOADERS["json" if rules.loaded_as == "json" else rules.dialect], rules.text)
    except subprocess.TimeoutExpired:
        return "the tool does not come to an end"
    return (done.stderr.strip() or f"exit code {done.returncode}") if done.returncode else ""
