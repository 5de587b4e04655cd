from typing import final

__all__ = ["Answer", "Firewall", "allow", "audit", "capture", "diff", "explain", "live", "probe", "provider", "providers", "run", "symptom"]

@final
class Answer:
    """
    What came out of a question, not yet put into words.
    """
    def fix(self, /, form: str) -> str:
        """
        The fix of a report in one of its forms, as JSON.
        """
    def fixed_rule_set(self, /) -> str | None:
        """
        The rule set with the fixes of a report in it, if there are any.
        """
    def to_form(self, /, form: str) -> str:
        """
        A report or a difference in one of its other forms.
        """
    def to_json(self, /) -> str:
        """
        As JSON.
        """
    def to_text(self, /, colours: bool) -> str:
        """
        For a person.
        """

@final
class Firewall:
    """
    A rule set that was read, by `parse()`: it can be asked about again and again, from any thread.
    """
    def __getnewargs__(self, /) -> tuple[bytes, str]:
        """
        What it is made from, for pickle.
        """
    def __new__(cls, /, rules: "bytes", options: "str" = "{}") -> Firewall: ...
    def __repr__(self, /) -> str: ...
    @property
    def dialect(self, /) -> str:
        """
        The dialect that it was written in, never `auto`.
        """
    @property
    def families(self, /) -> list[str]:
        """
        The IP families that it governs, of `ipv4` and `ipv6`; it says nothing about the other.
        """
    @property
    def file(self, /) -> str | None:
        """
        The name of the file that it was read from, if one was given.
        """
    @property
    def text(self, /) -> str:
        """
        The rule set as it was read.
        """

def allow(options: "str") -> "Answer":
    """
    Says what has to be permitted, with these options, a JSON object.
    """

def audit(rules: "Firewall | bytes", options: "str") -> "Answer":
    """
    Audits rules with these options, a JSON object.
    """

def capture(captured: "bytes | str", rules: "Firewall | bytes | None", options: "str") -> "Answer":
    """
    Reads a capture with these options, a JSON object.
    """

def diff(old: "Firewall | bytes", new: "Firewall | bytes", options: "str") -> "Answer":
    """
    Says what has changed between two rule sets, with these options, a JSON object.
    """

def explain(rules: "Firewall | bytes", options: "str") -> "Answer":
    """
    Explains what becomes of packets or connections, with these options, a JSON object.
    """

def live(interface: "str", rules: "Firewall | bytes | None", options: "str") -> "Answer":
    """
    Listens to an interface with these options, a JSON object.
    """

def probe(rules: "Firewall | bytes | None", options: "str", progress: "object") -> "Answer":
    """
    Tries connections with these options, a JSON object. `progress` is called with what happens, as JSON.
    """

def provider(id: str) -> str:
    """
    The provider of the catalogue with this id, as JSON.
    """

def providers() -> list[str]:
    """
    Every provider of the catalogue, as JSON.
    """

def run(arguments: "list[str]") -> "int":
    """
    Runs the command with its arguments, the first of which is its name, and gives the exit code.
    """

def symptom(text: "bytes", options: "str") -> "Answer":
    """
    Names the likely causes of what somebody sees, with these options, a JSON object.
    """
