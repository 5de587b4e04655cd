"""The ``pasvaudit`` command: the same from cargo, pip and npx."""

import signal
import sys

from ._pasvaudit import run


def main() -> None:
    """Run the command with the arguments of this process."""
    # Python's own handler would wait until the command has returned.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(run(["pasvaudit", *sys.argv[1:]]))


if __name__ == "__main__":
    main()
