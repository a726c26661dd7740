"""Two people at one order at the same moment."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from portal.models import Event
from tests import make
from tests.faces import facing, inside
from tests.isolation.worlds import the_owner
from tests.orders.conftest import now, steps_of


def at_once(*calls, face: str = "staff") -> list[int]:
    """Run the calls in threads that start together; returns their status codes."""
    gate, codes = threading.Barrier(len(calls)), [0] * len(calls)

    def run(place: int, call) -> None:
        try:
            gate.wait(10)
            codes[place] = call().status_code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, call)) for place, call in enumerate(calls)]
    # A client puts back the settings that it found: let both find the same.
    with facing(face):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    return codes


@contextmanager
def held(table: str, pk: int) -> Iterator[None]:
    """Somebody else has the row, and does not let go of it in time."""
    with the_owner() as other, connection.cursor() as cursor:
        other.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE", [pk])
        assert other.rowcount == 1
        cursor.execute("SET lock_timeout = '100ms'")
        try:
            yield
        finally:
            cursor.execute("RESET lock_timeout")


def kinds(order) -> list[str]:
    with inside(order.enterprise):
        found = Event.objects.exclude(kind__startswith="enterprise.").values_list("kind", flat=True)
        return sorted(found)


@pytest.fixture
def browsers(transactional_db, acme, acme_main, carol, client_of):
    """Two browsers of Carol's, which have opened the customer already."""
    both = client_of(carol), client_of(carol)
    for browser in both:
        assert browser.get("/e/204817/").status_code == 200
    return both


@pytest.mark.parametrize("attempt", range(3))
def test_the_two_last_milestones_complete_the_order_once(browsers, acme_main, attempt):
    service = make.service(acme_main, status="pending")
    order = make.order(acme_main, milestones=[{"status": "in_progress"}, {"status": "in_progress"}], service=service)
    urls = [f"/e/204817/orders/milestones/{step.pk}/complete/" for step in steps_of(order)]
    assert at_once(*(lambda b=b, u=u: b.post(u) for b, u in zip(browsers, urls, strict=True))) == [302, 302]
    assert now(order).status == "completed"
    assert [step.status for step in steps_of(order)] == ["completed", "completed"]
    assert kinds(order) == ["milestone.completed", "milestone.completed", "order.completed", "service.activated"]


@pytest.mark.parametrize("attempt", range(3))
def test_one_milestone_is_completed_by_one_of_two(browsers, acme_main, attempt):
    order = make.order(acme_main, milestones=2)
    url = f"/e/204817/orders/milestones/{steps_of(order)[0].pk}/complete/"
    assert sorted(at_once(*(lambda b=b: b.post(url) for b in browsers))) == [302, 409]
    assert kinds(order) == ["milestone.completed"]
    assert [step.status for step in steps_of(order)] == ["completed", "in_progress"]
