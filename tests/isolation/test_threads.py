"""Two enterprises on the same connections: threads that take turns get each its own, and nothing of the other."""

import http.client
import os
import pathlib
import re
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest
from django.db import connection

from tests import make
from tests.faces import FaceClient
from tests.isolation.conftest import AUDIT

ROOT = pathlib.Path(__file__).parents[2]
REQUESTS = 10_000 if AUDIT else 600
THREADS = 2
ORDERS = {"acme": 7, "borealis": 3}


@pytest.fixture
def enterprises(transactional_db, acme, acme_main, borealis, borealis_main, alice, bob):
    """For each: the number in its address, its orders' numbers, a page that is another's, and a signed-in cookie."""
    orders = {
        name: [make.order(on, title=f"Only of {name}").number for _ in range(ORDERS[name])]
        for name, on in (("acme", acme_main), ("borealis", borealis_main))
    }
    people = {"acme": (acme, alice, "borealis"), "borealis": (borealis, bob, "acme")}
    return {
        name: {
            "public_id": enterprise.public_id,
            "orders": set(orders[name]),
            "foreign": orders[other][0],
            "cookie": _cookie(person),
        }
        for name, (enterprise, person, other) in people.items()
    }


def _cookie(person):
    return f"customer-session={FaceClient('customer').sign_in(person).cookies['customer-session'].value}"


@contextmanager
def serving(static):
    """granian as in production: its own role, few threads, connections that are kept."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = connection.settings_dict
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{'' if place['HOST'].startswith('/') else place['HOST']}/{place['NAME']}"
        + (f"?host={place['HOST']}" if place["HOST"].startswith("/") else ""),
        "PORTAL_ROLE": "portal_app", "FACE": "customer", "CUSTOMER_URL": f"http://127.0.0.1:{port}",
        "CONN_MAX_AGE": "600", "LOG_LEVEL": "ERROR", "PYTHONWARNINGS": "ignore", "DEBUG": "0",
        "STATIC_ROOT": str(static),
    }  # fmt: skip
    command = [
        os.path.join(os.path.dirname(sys.executable), "granian"), "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--workers", "1", "--blocking-threads", str(THREADS), "portal.wsgi:application",
    ]  # fmt: skip
    gather = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(gather, env=environment, cwd=ROOT, check=True)
    server = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _until_ready(port, server)
        yield port
    finally:
        server.terminate()
        server.communicate(timeout=20)


def _until_ready(port, server):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert server.poll() is None, server.stderr.read().decode()
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=5).request("GET", "/healthz")
            return
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise AssertionError("granian does not answer")


class Caller(threading.Thread):
    """Asks for one enterprise's page and then the other's, over and over, on one connection."""

    def __init__(self, port, enterprises, first, times):
        super().__init__()
        self.port, self.enterprises, self.first, self.times = port, enterprises, first, times
        self.faults, self.right = [], 0

    def run(self):
        browser = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        names = list(self.enterprises)
        for turn in range(self.times):
            mine = self.enterprises[names[(turn + self.first) % 2]]
            try:
                fault = self.list(browser, mine) if turn % 5 else self.foreign(browser, mine)
            except Exception as error:
                fault = repr(error)
            self.faults += [fault] if fault else []
            self.right += not fault

    def list(self, browser, mine):
        status, text = self.get(browser, mine, "")
        seen = set(re.findall(r"ORD-\d{4}-\d{5}", text)) - {"ORD-2026-00417"}
        return None if (status, seen) == (200, mine["orders"]) else f"{status}: {seen ^ mine['orders']}"

    def foreign(self, browser, mine):
        """An answer of 404 leaves the connection to the next as clean as any other."""
        status, text = self.get(browser, mine, f"{mine['foreign']}/")
        return None if status == 404 and "Only of" not in text else f"{status} for {mine['foreign']}"

    @staticmethod
    def get(browser, mine, thing):
        address = f"/e/{mine['public_id']}/orders/{thing}"
        browser.request("GET", address, headers={"Cookie": mine["cookie"]})
        answer = browser.getresponse()
        return answer.status, answer.read().decode()


def test_two_threads_taking_turns_see_each_enterprise_as_it_is(enterprises, tmp_path):
    with serving(tmp_path / "static") as port:
        callers = [Caller(port, enterprises, first, REQUESTS // THREADS) for first in range(THREADS)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = 'portal_app' AND datname = current_database()"
            )
            kept = cursor.fetchone()[0]
    assert [fault for caller in callers for fault in caller.faults][:5] == []
    assert sum(caller.right for caller in callers) == REQUESTS
    # Each thread's own, and the one by which the process made sure of its role.
    assert 1 <= kept <= THREADS + 1
