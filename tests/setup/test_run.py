"""`make run` from end to end: an empty state folder, both faces answering, Ctrl-C, and what is left."""

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
from pathlib import Path

import pytest

from portal.embedded import home

_KEPT = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH")


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="demarc-run-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def test_it_serves_both_faces_refuses_a_second_start_and_ends_in_order(folder: Path) -> None:
    ports = _free_ports()
    environ = {name: os.environ[name] for name in _KEPT if name in os.environ} | {
        "DEMARC_HOME": str(folder),
        "DEMO": "0",
        "CUSTOMER_PORT": str(ports[0]),
        "STAFF_PORT": str(ports[1]),
    }
    portal = _start(environ)
    try:
        _wait_for(portal, "Ctrl-C stops everything.")
        for port in ports:
            with urllib.request.urlopen(f"http://localhost:{port}/healthz", timeout=5) as answer:
                assert answer.status == 200
        second = _start(environ)
        assert "already runs" in second.communicate(timeout=20)[0]
        assert second.returncode == 1
    finally:
        begun = time.monotonic()
        portal.send_signal(signal.SIGINT)
        said = portal.communicate(timeout=30)[0]
    assert portal.returncode == 0
    assert time.monotonic() - begun < 15
    assert "Traceback" not in said
    assert not _left_running(folder)
    assert (folder / "secrets.env").stat().st_mode & 0o777 == 0o600
    assert (folder / "pg" / "data" / "PG_VERSION").exists()


def _start(environ: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "portal.supervisor"],
        cwd=home.CHECKOUT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _wait_for(process: subprocess.Popen[str], last: str) -> None:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if last in line:
            return
    pytest.fail("".join(said))


def _free_ports() -> list[int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        return [one.getsockname()[1], two.getsockname()[1]]


def _left_running(folder: Path) -> list[str]:
    """Processes that have the state folder on their command line."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in command:
            found.append(command.decode(errors="replace"))
    return found
