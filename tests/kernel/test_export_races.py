"""What kills and doubled tasks do to a file in the background: nothing."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from orders.lists import ORDERS_EXPORT
from portal import exports
from portal.exports import making
from portal.models import Event, Export, StoredFile
from portal.tenancy import tenant_scope
from tests import make
from tests.billing import builders as b
from tests.faces import as_app, inside

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def export(acme, acme_main, alice):
    for _ in range(12):
        make.order(acme_main, milestones=1)
    actor = b.customer(alice, acme)
    with as_app(), tenant_scope(acme.pk):
        return exports.ask(ORDERS_EXPORT, "", actor=actor, at=timezone.now())


def once(enterprise):
    """One file of twelve rows, told once, and nothing else on the storage."""
    with inside(enterprise):
        found, stored = Export.objects.get(), StoredFile.objects.get()
        assert (found.state, found.rows_done, found.file_id) == ("done", 12, stored.pk)
        assert Event.objects.filter(kind="export.ready").count() == 1
    assert default_storage.listdir(f"files/{enterprise.pk}")[1] == [stored.key.rpartition("/")[2]]


def test_eight_workers_at_once_make_it_once(acme, export):
    def work(_):
        try:
            with as_app():
                return exports.make(acme.pk, export.pk, now=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(work, range(8))) == [False] * 7 + [True]
    once(acme)


def test_eight_clicks_at_once_ask_once(acme, acme_main, alice):
    actor = b.customer(alice, acme)

    def click(_):
        try:
            with as_app(), tenant_scope(acme.pk):
                return exports.ask(ORDERS_EXPORT, "status=open", actor=actor, at=timezone.now()).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(click, range(8)))) == 1
    with inside(acme):
        assert Export.objects.count() == Event.objects.filter(kind="export.asked").count() == 1


# Reads two rows, says so, and then waits to be killed.
HALFWAY = """
import sys, django
django.setup()
from django.utils import timezone
from portal import exports
from portal.exports import making
making.BATCH = 2
real = making._renew
def renew(*args, **kwargs):
    real(*args, **kwargs)
    renew.batches += 1
    if renew.batches == 3:
        print("halfway", flush=True)
        sys.stdin.read()
renew.batches = 0
making._renew = renew
exports.make(int(sys.argv[1]), int(sys.argv[2]), now=timezone.now())
"""


def sessions(name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [name])
        return cursor.fetchone()[0]


def wait_for_the_end_of_session(name):
    """The database lets go of a dead process's rows when it has noticed, which on a busy machine is a little later."""
    until = time.monotonic() + 30
    while sessions(name):
        assert time.monotonic() < until, name
        time.sleep(0.01)


def test_a_killed_workers_file_is_made_by_the_next_one(acme, export, monkeypatch):
    monkeypatch.setattr(making, "BATCH", 5)
    settings = connection.settings_dict
    environment = os.environ | {
        "PORTAL_ROLE": "portal_app",
        "FACE": "customer",
        "PGAPPNAME": "halfway",
        "DATABASE_URL": f"postgresql:///{settings['NAME']}?host={settings['HOST']}&port={settings['PORT'] or 5432}",
    }
    worker = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", HALFWAY, str(acme.pk), str(export.pk)],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    with worker:
        assert worker.stdout.readline() == b"halfway\n"
        with inside(acme):
            found = Export.objects.get()
            assert (found.state, found.attempts, found.rows_done, found.rows_total) == ("working", 1, 4, 12)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    wait_for_the_end_of_session("halfway")
    with as_app():
        assert exports.make(acme.pk, export.pk, now=timezone.now()) is False  # the lease holds yet
        later = timezone.now() + making.LEASE + timedelta(seconds=1)
        assert exports.make(acme.pk, export.pk, now=later) is True
    once(acme)
