"""Reminders, letters and the estimate, as the worker runs them: run twice, they have done it once."""

import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from orders.models import Letter, Milestone, Order, Pace
from orders.planning import services
from orders.planning.tasks import count_pace, look_at_plans, make_letter
from portal import documents
from portal.models import Event, StoredFile
from tests import make
from tests.faces import as_staff, inside
from tests.orders.conftest import state_of, steps_of
from tests.orders.planning.conftest import TODAY, business_day

PRINTED = documents.render


@pytest.fixture(autouse=True)
def papers(monkeypatch):
    """Printing takes seconds, and is tried elsewhere."""
    monkeypatch.setattr(documents, "render", lambda *_, **__: b"%PDF-1.7 letter")


def look():
    with as_staff():
        look_at_plans()


def kinds(order):
    with inside(order.enterprise):
        found = Event.objects.filter(subject_id=order.pk, kind__startswith="order.").order_by("pk")
        return [each for each in found.values_list("kind", flat=True) if each != "order.acknowledged"]


def letters(order):
    with inside(order.enterprise):
        return Letter.objects.filter(order=order).count(), StoredFile.objects.filter(
            subject_type="orders.letter"
        ).count()


def due(order, kind, **fields):
    """A step of the order is due tomorrow, or on the business day after."""
    with as_staff(), inside(order.enterprise):
        rows = Milestone.objects.filter(order=order, kind=kind)
        rows.update(expected_on=business_day(1), **fields)
        return rows.get().pk


@contextmanager
def busy(order):
    """Somebody else works at the order; whoever needs it meanwhile soon gives up."""
    holds, leave = threading.Event(), threading.Event()

    def hold():
        try:
            with inside(order.enterprise):
                Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
                holds.set()
                leave.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert holds.wait(10)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        yield
    finally:
        leave.set()
        thread.join(30)
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")


def test_what_the_customer_owes_is_asked_for_again_once(taken, alice, deliver):
    due(taken, "technical_details")
    look(), look()
    assert kinds(taken) == ["order.asked_again", "order.letter_made"]
    assert [each.kind for each in deliver() if each.recipient == alice.email].count("order.asked_again") == 1


@pytest.mark.parametrize("fields", [{"owner": "carrier"}, {"status": "completed", "completed_at": timezone.now()}])
def test_what_is_the_carriers_or_done_is_not_asked_for(taken, fields):
    pk = due(taken, "technical_details", **fields)
    look()
    with as_staff():
        assert not services.remind(taken.enterprise_id, pk, at=timezone.now())
    assert kinds(taken) == ["order.letter_made"]


def test_an_order_that_is_not_under_way_is_reminded_of_nothing(taken):
    pk = due(taken, "technical_details")
    with as_staff(), inside(taken.enterprise):
        Order.objects.filter(pk=taken.pk).update(status="submitted")
    before = state_of(taken.enterprise)
    look()
    with as_staff():
        assert not services.remind(taken.enterprise_id, pk, at=timezone.now())
        assert not services.remind(taken.enterprise_id, 0, at=timezone.now())
        make_letter(enterprise_id=taken.enterprise_id, pk=taken.pk)
    assert (state_of(taken.enterprise), letters(taken)) == (before, (0, 0))


def test_a_letter_is_printed_once_whoever_asks_for_it(taken):
    for _ in range(2):
        with as_staff():
            make_letter(enterprise_id=taken.enterprise_id, pk=taken.pk)
        look()
    assert (letters(taken), kinds(taken)) == ((1, 1), ["order.letter_made"])


def test_a_letter_that_cannot_be_printed_waits_for_the_next_time(taken, settings, monkeypatch):
    monkeypatch.setattr(documents, "render", PRINTED)
    settings.PDF_MEGABYTES = 100
    before = state_of(taken.enterprise)
    look()
    assert (letters(taken), state_of(taken.enterprise)) == ((0, 0), before)
    settings.PDF_MEGABYTES = 1024
    look()
    assert (letters(taken), kinds(taken)) == ((1, 1), ["order.letter_made"])


def test_of_two_who_print_a_letter_at_once_one_keeps_it(taken, monkeypatch):
    def overtaken(*_, **__):
        monkeypatch.setattr(documents, "render", lambda *_, **__: b"%PDF-1.7 first")
        make_letter(enterprise_id=taken.enterprise_id, pk=taken.pk)
        return b"%PDF-1.7 second"

    monkeypatch.setattr(documents, "render", overtaken)
    with as_staff():
        make_letter(enterprise_id=taken.enterprise_id, pk=taken.pk)
    assert (letters(taken), kinds(taken)) == ((1, 1), ["order.letter_made"])


def test_an_order_at_which_somebody_works_holds_up_no_other(transactional_db, taken, acme_main):
    due(taken, "technical_details")
    steps = [{"kind": "acknowledged"}, {"kind": "site_visit", "expected_on": business_day(1)}]
    other = make.order(acme_main, milestones=steps, care_manager=taken.care_manager)
    with busy(taken):
        look()
    assert (kinds(taken), kinds(other)) == ([], ["order.visit_reminded", "order.letter_made"])
    look()
    assert kinds(taken) == ["order.asked_again", "order.letter_made"] and len(kinds(other)) == 2


def test_the_pace_is_counted_anew_and_not_twice(acme_main, product):
    for days in range(20):
        made = {"status": "completed", "milestones": 0, "product": product, "completed_on": TODAY}
        make.order(acme_main, placed_on=TODAY - timedelta(days=30 + days), **made)
    with as_staff():
        count_pace()
        count_pace()
        assert [(each.region, each.alike) for each in Pace.objects.all()] == [("na", 20)]


def test_the_reminder_of_a_visit_completes_the_orders_own_step_for_it(taken):
    due(taken, "site_visit")
    look(), look()
    done = {each.kind for each in steps_of(taken) if each.status == "completed"}
    assert done == {"acknowledged", "reminder"} and kinds(taken).count("order.visit_reminded") == 1
