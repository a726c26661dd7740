"""The processes that are measured: servers, and programs that measure themselves and answer in JSON."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode


def environment(database: str, role: str, face: str = "customer", **more: str) -> dict[str, str]:
    """The variables of a process on one of the bench's databases."""
    url = os.environ["DATABASE_URL"].replace("/demarc?", f"/{database}?")
    return {**os.environ, "DATABASE_URL": url, "PORTAL_ROLE": role, "FACE": face, "LOG_LEVEL": "ERROR", **more}


def ask(module: str, variables: dict[str, str], *arguments: str) -> Any:
    """Run a program of the bench in a process of its own; returns what it answers."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, env=variables, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"{module} failed.")
    return json.loads(done.stdout.splitlines()[-1])


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@dataclass
class Server:
    """A granian with one worker, and one open connection to it."""

    port: int
    cookie: str
    line: http.client.HTTPConnection

    def get(self, path: str) -> tuple[float, http.client.HTTPResponse, bytes]:
        """Milliseconds until the whole answer was there, the answer and its body, compressed as sent."""
        return self._ask("GET", path, {"Cookie": self.cookie})

    def post(self, path: str, fields: dict[str, str]) -> tuple[float, http.client.HTTPResponse, bytes]:
        """The same for a form."""
        token = "x" * 32
        face = self.cookie.partition("-")[0]
        headers = {"Cookie": f"{self.cookie}; {face}-csrf={token}", "Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, headers, urlencode({**fields, "csrfmiddlewaretoken": token}))

    def _ask(
        self, method: str, path: str, headers: dict[str, str], body: str | None = None
    ) -> tuple[float, http.client.HTTPResponse, bytes]:
        started = time.perf_counter()
        self.line.request(method, path, body, headers={**headers, "Accept-Encoding": "gzip, br"})
        answer = self.line.getresponse()
        content = answer.read()
        elapsed = (time.perf_counter() - started) * 1000
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}.")
        return elapsed, answer, content


@contextmanager
def serving(application: str, variables: dict[str, str], session: str) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--workers", "1", "--host",
               "127.0.0.1", "--port", str(port), "--blocking-threads", "2", application]  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    urls = {"CUSTOMER_URL": address, "STAFF_URL": address}
    process = subprocess.Popen(command, env={**variables, **urls}, stdout=subprocess.DEVNULL)
    try:
        _wait(port)
        cookie = f"{variables['FACE']}-session={session}"
        yield Server(port, cookie, http.client.HTTPConnection("127.0.0.1", port, timeout=30))
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"Nothing answers on port {port}.")
