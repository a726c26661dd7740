"""Two at the same thing at the same moment: a notice, a list's columns, a file whose time is over."""

import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from orders.lists import ORDER_LIST, ORDERS_EXPORT
from portal import delivery, exports
from portal.exports import making
from portal.listing import services
from portal.models import Export, ListView, Notice, StoredFile
from portal.tenancy import tenant_scope
from tests import make
from tests.billing import builders
from tests.faces import as_app, as_staff, inside


@pytest.fixture
def notice(transactional_db, acme, acme_main, alice, deliver):
    make.charge(acme_main)
    builders.dispute(alice, builders.issue(acme_main))
    return deliver()[0]


def test_two_who_send_again_at_once_make_two_copies(notice, acme):
    gate, faults = threading.Barrier(2), []

    def again():
        try:
            with as_app(), tenant_scope(acme.pk):
                gate.wait(10)
                delivery.send_again(notice, now=timezone.now())
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=again) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == []
    with inside(acme):
        assert sorted(Notice.objects.filter(recipient=notice.recipient).values_list("copy", flat=True)) == [0, 1, 2]


@contextmanager
def held_up(number, work):
    """Begin the work that many times; what happens here comes before what each of them waits for."""
    sessions, faults = [], []

    def run():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                sessions.append(cursor.fetchone()[0])
            work()
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(number)]
    with transaction.atomic():
        yield
        for thread in threads:
            thread.start()
        wait_until_all_wait(sessions, number)
    for thread in threads:
        thread.join(30)
    assert faults == []


def wait_until_all_wait(sessions, number):
    until = time.monotonic() + 30
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND pid = ANY(%s)", [sessions])
            if cursor.fetchone()[0] == number:
                return
            assert time.monotonic() < until
            time.sleep(0.01)


def test_columns_chosen_in_two_tabs_at_once_are_those_of_the_later(transactional_db, acme, alice):
    actor = builders.customer(alice, acme)

    def choose(*columns):
        with as_app(), tenant_scope(acme.pk):
            services.choose_columns(ORDER_LIST, columns, actor=actor, at=timezone.now())

    with held_up(1, lambda: choose("state")):
        choose("placed")
    with inside(acme):
        assert [each.columns for each in ListView.objects.filter(person_id=alice.pk)] == [["state"]]


def test_a_file_whose_time_is_over_is_removed_once_by_two_who_clean(transactional_db, acme, acme_main, alice):
    make.order(acme_main)
    with as_app():
        with tenant_scope(acme.pk):
            asked = exports.ask(ORDERS_EXPORT, "", actor=builders.customer(alice, acme), at=timezone.now())
        assert exports.make(acme.pk, asked.pk, now=timezone.now())
    later = timezone.now() + timedelta(days=60)

    def clean():
        with as_staff():
            making.expire(later)

    with held_up(2, clean), inside(acme):
        Export.objects.select_for_update().get(pk=asked.pk)
    with inside(acme):
        found = Export.objects.get()
        assert (found.state, found.file_id) == ("expired", None) and not StoredFile.objects.exists()
    assert default_storage.listdir(f"files/{acme.pk}")[1] == []
