"""Keep programs alive: restart what dies, with back-off, and end everything in order."""

# Every command here is a list of our own making; no shell reads it.
# ruff: noqa: S603

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from portal.embedded.faults import Fault, tail
from portal.embedded.home import CHECKOUT
from portal.supervisor.programs import Program

QUICK = 10.0  # seconds: who dies sooner after its start is not likely to do better the next time
GIVE_UP = 5  # quick deaths in a row
_LONGEST_PAUSE = 8.0  # seconds
_PR_SET_PDEATHSIG = 1


def say(line: str) -> None:
    """A line for the person; a closed terminal must not bring the portal down."""
    with contextlib.suppress(OSError):
        print(line, flush=True)


def _die_with_parent() -> None:
    """Should the supervisor be killed, its children end too (Linux; elsewhere they are found by their lock)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def launch(program: Program, log: Path) -> subprocess.Popen[bytes]:
    """Start the program with its output in the log."""
    with log.open("ab") as output:
        return subprocess.Popen(
            program.command,
            env=dict(program.environment),
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # A session of its own: Ctrl-C reaches the supervisor alone, which then ends all in order.
            start_new_session=True,
            preexec_fn=_die_with_parent,
            **program.popen,
        )


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the process and its descendants in its session."""
    # Nothing left is no failure; macOS answers EPERM for a process that has ended.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Child:
    """One program, and its process when it has one."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self._deaths = 0
        self._started = 0.0
        self._due = 0.0

    def tick(self, now: float) -> None:
        """Start it when it is due; notice its death. Raises Fault when it will not live."""
        if self.process is None:
            if now >= self._due:
                self.process = launch(self.program, self.log)
                self._started = now
        elif (code := self.process.poll()) is not None:
            self._died(code, now)

    def _died(self, code: int, now: float) -> None:
        self.kill()
        self._deaths = self._deaths + 1 if now - self._started < QUICK else 1
        name = self.program.name
        if self._deaths >= GIVE_UP:
            raise Fault(f"{name} died {GIVE_UP} times at once. The end of {self.log}:\n{tail(self.log)}")
        pause = min(2.0 ** (self._deaths - 1), _LONGEST_PAUSE)
        say(f"{name}: died ({_how(code)}); starting it again in {pause:.0f} s. Its log: {self.log}")
        self._due = now + pause

    def ask_to_end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.program.stop_signal)

    def kill(self) -> None:
        """End the process and whatever it left of its own in its session."""
        if self.process is not None:
            end_group(self.process)
            self.process = None

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def end(children: Sequence[Child], clock: Callable[[], float] = time.monotonic) -> None:
    """Ask all at once to end, wait as long as the most patient may take, then kill what is left."""
    for child in children:
        child.ask_to_end()
    until = clock() + max((child.program.patience for child in children), default=0.0)
    while not all(child.has_ended() for child in children) and clock() < until:
        time.sleep(0.02)
    for child in children:
        child.kill()
