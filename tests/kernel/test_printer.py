"""The pipe to the printer: what breaks on it is said, and nothing of the printer is left."""

import os
import signal
import sys

import pytest

from portal.documents.press import Press, PrinterGone

# Says that it is ready, and hears nothing more.
DEAF = """
import os, struct, time
os.close(0)
os.write(1, struct.pack(">Q", 1) + b"R")
time.sleep(60)
"""
# Answers whatever it is given with the same word.
ANSWERS = """
import struct, sys
def say(word):
    sys.stdout.buffer.write(struct.pack(">Q", len(word)) + word)
    sys.stdout.buffer.flush()
say(b"R")
while head := sys.stdin.buffer.read(8):
    sys.stdin.buffer.read(struct.unpack(">Q", head)[0])
    say(b"Printed")
"""


def print_with(press):
    return press.print("<p>", {}, seconds=1, megabytes=600)


def test_a_printer_that_hears_nothing_more_is_said_and_ended():
    deaf = Press((sys.executable, "-c", DEAF))
    with pytest.raises(PrinterGone, match="Broken pipe"):
        print_with(deaf)
    assert deaf._process is None


def test_a_printer_whose_end_somebody_else_has_noticed_is_closed_and_replaced():
    """As where the system reaps the children of a process by itself."""
    press = Press((sys.executable, "-c", ANSWERS))
    assert print_with(press) == b"Printed"
    first = press._process.pid
    os.kill(first, signal.SIGKILL)
    os.waitpid(first, 0)
    press.close()
    assert press._process is None
    assert print_with(press) == b"Printed" and press._process.pid != first
    press.close()
