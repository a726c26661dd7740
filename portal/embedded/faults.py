"""What stops the set-up: one sentence for the person, one exit code for the shell."""

import os
import re
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


def reason(log: Path) -> str:
    """What a person needs of the log of a failed command: for an exception what it says, not where it was raised."""
    text = log.read_text(errors="replace") if log.exists() else ""
    _, is_traceback, last = text.rpartition("Traceback (most recent call last):\n")
    lines = last.splitlines()
    # The places are indented; what was raised is not.
    said = next((lines[i:] for i, line in enumerate(lines) if line and not line[0].isspace()), [])
    if not is_traceback or not said:
        return f"The end of {log}:\n{tail(log)}"
    # The class without the module that it comes from.
    said[0] = re.sub(r"^[\w.]+\.(?=\w+:)", "", said[0])
    indented = [f"    {line.strip()}" for line in said if line.strip()]
    return "\n".join(["It said:", *indented, f"The whole is in {log}."])


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
