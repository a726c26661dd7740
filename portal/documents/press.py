"""The worker's side of printing: keeps one printer as its child, and ends it when it misbehaves."""

import atexit
import base64
import json
import logging
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from portal.documents import printer
from portal.documents.printer import LENGTH

log = logging.getLogger(__name__)

PROGRAM = Path(printer.__file__)
# What a program needs to find its fonts and libraries; nothing of the portal's own.
PASSED_ON = ("HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME")
PASSED_ON_ALL_OF = "FONTCONFIG_"
START_SECONDS = 60  # importing WeasyPrint on a busy machine
GRACE_SECONDS = 10  # beyond the document's own limit, which the printer itself keeps


class PrinterGone(Exception):
    """The printer ended or fell silent; the next document gets another one."""


class Press:
    """One printer, started when the first document comes and ended with its owner. One document at a time."""

    def __init__(self, python: tuple[str, ...] = (sys.executable, "-I")) -> None:
        self._python = python
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        atexit.register(self.close)

    def print(self, html: str, assets: Mapping[str, tuple[str, bytes]], *, seconds: int, megabytes: int) -> bytes:
        """The printer's answer: a byte that says how it went, then the PDF or words.

        Raises PrinterGone where there is no answer, after ending the printer.
        """
        order = {
            "html": html,
            "assets": {url: (kind, base64.b64encode(content).decode()) for url, (kind, content) in assets.items()},
            "seconds": seconds,
            "megabytes": megabytes,
        }
        with self._lock:
            is_clean = False
            try:
                process, greeting = self._running()
                if greeting[:1] == printer.UNAVAILABLE:
                    return greeting
                answer = self._ask(process, json.dumps(order).encode(), seconds + GRACE_SECONDS)
                is_clean = True
                return answer
            except OSError as error:
                raise PrinterGone(str(error)) from error
            finally:
                # Also when a worker's own limit interrupts: an answer that comes later must meet no other question.
                if not is_clean:
                    self._end()

    def close(self) -> None:
        """End the printer; the next document starts another."""
        with self._lock:
            self._end()

    def _running(self) -> tuple[subprocess.Popen[bytes], bytes]:
        # After a fork of the owner the printer is still the parent's, and not ours to talk to.
        if self._process is not None and self._owner == os.getpid() and self._process.poll() is None:
            return self._process, printer.READY
        self._process, self._owner = self._start(), os.getpid()
        return self._process, self._receive(self._process, START_SECONDS)

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {
            name: value for name, value in os.environ.items() if name in PASSED_ON or name.startswith(PASSED_ON_ALL_OF)
        }
        return subprocess.Popen(  # noqa: S603 - our own program, by its path
            [*self._python, str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            cwd="/",
            close_fds=True,
            start_new_session=True,
        )

    def _ask(self, process: subprocess.Popen[bytes], order: bytes, patience: float) -> bytes:
        assert process.stdin is not None
        printer.write_message(process.stdin, order)  # type: ignore[arg-type]
        return self._receive(process, patience)

    @staticmethod
    def _receive(process: subprocess.Popen[bytes], patience: float) -> bytes:
        assert process.stdout is not None
        until, source = time.monotonic() + patience, process.stdout.fileno()

        def take(size: int) -> bytes:
            parts: list[bytes] = []
            while size:
                if not select.select([source], [], [], max(0.0, until - time.monotonic()))[0]:
                    raise PrinterGone("No answer in time.")
                part = os.read(source, min(size, 2**20))
                if not part:
                    raise PrinterGone("It ended without an answer.")
                parts.append(part)
                size -= len(part)
            return b"".join(parts)

        return take(LENGTH.unpack(take(LENGTH.size))[0])

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        for stream in filter(None, (process.stdin, process.stdout)):
            try:
                stream.close()
            except OSError:
                log.debug("The printer's end of the pipe was closed already.")
        try:
            # Its whole session: a document it was printing too.
            os.killpg(process.pid, 9)
        except ProcessLookupError:
            log.debug("The printer had ended already.")
        process.wait()
