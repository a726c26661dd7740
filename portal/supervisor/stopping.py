"""Ctrl-C and its kin, turned into a question that the supervisor asks when it suits."""

import signal
import time
from types import FrameType


class Stopped(Exception):
    """The person asked to stop while something was still being prepared."""


class Stop:
    """Whether someone asked us to stop; a second Ctrl-C changes nothing."""

    def __init__(self) -> None:
        self.is_asked = False
        # SIGINT by name: a shell's background job begins with it ignored.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.is_asked = True

    def nap(self, seconds: float) -> None:
        """Sleep, but no longer than until someone asks: a signal does not end time.sleep."""
        until = time.monotonic() + seconds
        while not self.is_asked and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.05))

    def check(self) -> None:
        if self.is_asked:
            raise Stopped
