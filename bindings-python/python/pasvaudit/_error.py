from dataclasses import dataclass


@dataclass(eq=False)
class PasvauditError(ValueError):
    """A rule set that cannot be read, or a question that cannot be asked."""

    message: str
    """What is wrong, where, and what to do."""
    code: str
    """The stable name of the kind of error, such as ``bad-port``."""
    file: str | None = None
    """The file that was named, if any."""
    line: int | None = None
    """The line, from 1."""
    column: int | None = None
    """The column, from 1, in characters."""
    text: str | None = None
    """The text of the line, shortened where it is very long."""

    def __str__(self) -> str:
        return self.message
