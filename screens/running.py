"""The whole portal as `make run` starts it: embedded servers, both faces, workers, relay and the demo carrier.

Nothing is replaced, and all of it is thrown away afterwards.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from portal.embedded.home import prepare
from portal.supervisor.configuration import read
from portal.supervisor.programs import environment
from portal.supervisor.servers import Servers

ROOT = Path(__file__).parents[1]
START_SECONDS = 180
_OURS = ("DATABASE_", "VALKEY_", "PORTAL_", "DEMARC_")
_ALSO_OURS = ("SECRET_KEY", "EMAIL_URL", "FILES_DIR", "STATIC_ROOT", "CUSTOMER_URL", "STAFF_URL", "DEMO", "FACE")


@dataclass(frozen=True)
class Portal:
    """Where the running portal is."""

    customer: str
    staff: str
    home: Path
    environment: dict[str, str]
    # Where each address fails on purpose: in_trouble says so.
    trouble: str = ""

    def code(self, email: str) -> str:
        """The person's second factor, as `make code` gives it."""
        command = [sys.executable, "-m", "portal.supervisor", "manage", "code", email]
        out = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True)
        return out.stdout.strip().split()[-1]

    def said(self) -> str:
        """The last of what its processes wrote, for whoever looks at a failure afterwards."""
        log = _log_of(self.home)
        return log.read_text()[-5000:] if log.exists() else ""

    def process(self, role: str, face: str) -> dict[str, str]:
        """The variables of one of its processes."""
        run = read(self.environment, prepare(self.home))
        servers = Servers(run)
        addresses = {"database_url": servers.database_url, "valkey_url": servers.valkey_url}
        # Its own surroundings, and not the folders and keys of the tests that started it.
        return environment(run, **addresses, role=role, face=face, surrounding=self.environment)

    def fill(self, step: str, *arguments: str) -> dict[str, Any]:
        """One step of what people have done in it: screens.filling says which there are."""
        face = "customer" if step == "contest" else "staff"
        role = "portal_app" if face == "customer" else "portal_staff"
        command = [sys.executable, "-m", "screens.filling", step, *arguments]
        out = subprocess.run(
            command, cwd=ROOT, env=self.process(role, face), stdout=subprocess.PIPE, text=True, check=True
        )
        return json.loads(out.stdout.splitlines()[-1])  # type: ignore[no-any-return]


@contextmanager
def running() -> Iterator[Portal]:
    shelf = os.environ.get("DEMARC_HOME") or "/var/lib/demarc"
    home = Path(tempfile.mkdtemp(prefix="journey-", dir=shelf))
    # The servers' own user must come through.
    home.chmod(0o755)
    customer, staff = _free_port(), _free_port()
    variables = {k: v for k, v in os.environ.items() if not k.startswith(_OURS) and k not in _ALSO_OURS}
    variables |= {"DEMARC_HOME": str(home), "CUSTOMER_PORT": str(customer), "STAFF_PORT": str(staff)}
    variables |= {"TOTP_TOLERANCE": "1"}  # a browser may be slower than the clock's step
    log = _log_of(home)
    with log.open("w") as output:
        process = _popen("portal.supervisor", variables, output=output)
        found = Portal(f"http://localhost:{customer}", f"http://localhost:{staff}", home, variables)
        try:
            _wait(found, process, log)
            yield found
        finally:
            _end(process, signal.SIGINT)
            log.unlink()
            shutil.rmtree(home, ignore_errors=True)


@contextmanager
def in_trouble(portal: Portal) -> Iterator[Portal]:
    """The same with a third face beside it, on which each address fails in a way of its own."""
    port = _free_port()
    address = f"http://localhost:{port}"
    variables = portal.process("portal_app", "customer")
    variables |= {"DJANGO_SETTINGS_MODULE": "screens.trouble_settings", "CUSTOMER_URL": address, "LOG_LEVEL": "ERROR"}
    options = ["--interface", "wsgi", "--no-ws", "--host", "127.0.0.1", "--port", str(port), "portal.wsgi:application"]
    process = _popen("granian", variables, *options, output=subprocess.DEVNULL)
    try:
        until = time.monotonic() + START_SECONDS
        while not _answers(address):
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError("The face that fails on purpose did not even start.")
            time.sleep(0.2)
        yield replace(portal, trouble=address)
    finally:
        _end(process, signal.SIGTERM)


def _log_of(home: Path) -> Path:
    return home.with_name(f"{home.name}.log")


def _popen(module: str, variables: dict[str, str], *options: str, output: object) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", module, *options]
    return subprocess.Popen(command, cwd=ROOT, env=variables, stdout=output, stderr=output)  # type: ignore[call-overload,no-any-return]


def _end(process: "subprocess.Popen[bytes]", how: signal.Signals) -> None:
    process.send_signal(how)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(portal: Portal, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if "Ctrl-C stops everything" in log.read_text() and _answers(portal.customer) and _answers(portal.staff):
            return
        time.sleep(0.5)
    raise AssertionError(f"The portal did not start:\n{log.read_text()[-3000:]}")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
