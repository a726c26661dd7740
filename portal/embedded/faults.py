"""What stops the set-up: one sentence for the person, one exit code for the shell."""

import os
import sys
from collections.abc import Callable
from pathlib import Path


class Fault(Exception):
    """Something only the person can put right; shown as it stands, without a traceback."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log, indented for showing below a sentence."""
    try:
        # Logs are rotated at 10 MB, so that reading one whole is bearable.
        text = log.read_text(errors="replace").splitlines()
    except OSError:
        return "    (no log)"
    return "\n".join(f"    {line}" for line in text[-lines:]) or "    (empty log)"


def exit_with(main: Callable[[], int]) -> None:
    """Run a command line: what a person can put right ends as a sentence, never as a traceback."""
    # Root's mask may be private, and the servers' user must come through to the binaries.
    os.umask(0o022)
    try:
        sys.exit(main())
    except Fault as fault:
        print(fault, file=sys.stderr, flush=True)
        sys.exit(fault.code)
    except KeyboardInterrupt:
        sys.exit(130)
    except PermissionError as error:
        print(f"Permission denied: {error.filename}. Does it belong to another user?", file=sys.stderr)
        sys.exit(1)
