"""The hourly watch and the printing, as the worker runs them: run twice, they have done it once."""

from datetime import timedelta

import pytest

from orders.activating.tasks import print_notice, watch_readiness
from orders.models import Milestone, NotReady, OrderCharge, OrderedService, TurnUp
from portal import documents
from portal.models import StoredFile
from tests import make
from tests.faces import as_staff, inside
from tests.orders.activating.conftest import PASSED, TODAY, holds, told, turn_ups
from tests.orders.activating.test_not_ready import WHY, kinds
from tests.orders.conftest import now

WEEK = timedelta(days=7)
PRINTED = documents.render


def watch_twice():
    with as_staff():
        watch_readiness()
        watch_readiness()


def late(order):
    """The customer's step is past its date by a week."""
    with inside(order.enterprise):
        Milestone.objects.filter(order=order, status="in_progress").update(expected_on=TODAY - WEEK)


def until(order, day):
    """The day on which the hold's time is over."""
    with inside(order.enterprise):
        NotReady.objects.filter(order=order).update(due_on=TODAY - 5 * WEEK, last_on=day)


def accept_by(order, day):
    with inside(order.enterprise):
        TurnUp.objects.filter(order=order).update(accept_by_on=day)


def papers_of(order):
    with inside(order.enterprise):
        return list(StoredFile.objects.filter(subject_type="orders.turnup").values_list("name", flat=True))


@pytest.fixture
def signed_off(ready, eve, post):
    """Turned up; its connection notice is not printed yet."""
    assert post(eve, ready, "test", **PASSED).status_code == 302
    assert post(eve, ready, "sign-off").status_code == 302
    return ready


def test_a_step_past_its_days_holds_the_order_once(line):
    late(line)
    watch_twice()
    [found] = holds(line)
    assert (now(line).status, found.reason, found.set_by) == ("held", "cannot_test", "Portal")
    assert kinds(line) == ["order.not_ready"]


def test_a_hold_is_warned_of_once_and_its_end_carried_out_once(line, carol, post):
    assert post(carol, line, "not-ready", **WHY).status_code == 302
    until(line, TODAY + timedelta(days=3))
    watch_twice()
    assert kinds(line) == ["order.not_ready", "order.not_ready_warned"]
    until(line, TODAY - timedelta(days=1))
    watch_twice()
    assert kinds(line)[2:] == ["order.not_ready_cancelled"]
    assert (now(line).status, [each.outcome for each in holds(line)]) == ("cancelled", ["cancelled"])
    with inside(line.enterprise):
        assert OrderCharge.objects.filter(reason="not_ready").count() == 1


def test_a_connection_notice_that_was_lost_is_printed_and_told_once(signed_off):
    watch_twice()
    [found] = turn_ups(signed_off)
    assert found.noticed_at and found.decision == "waiting"
    assert papers_of(signed_off) == [f"{signed_off.number}-connection-notice.pdf"]
    assert kinds(signed_off).count("order.connection_notice") == 1


def test_silence_is_reminded_of_once_and_then_accepts_once(delivered):
    accept_by(delivered, TODAY + timedelta(days=1))
    watch_twice()
    assert kinds(delivered).count("order.acceptance_reminded") == 1 and now(delivered).status == "in_progress"
    accept_by(delivered, TODAY - timedelta(days=1))
    watch_twice()
    assert (now(delivered).status, [each.decision for each in turn_ups(delivered)]) == ("completed", ["silent"])
    assert [kinds(delivered).count(f"order.{each}") for each in ("accepted_by_silence", "completed")] == [1, 1]


def test_the_hint_after_a_sign_off_prints_and_tells_once(signed_off):
    [found] = turn_ups(signed_off)
    for _ in range(2):
        with as_staff():
            print_notice(enterprise_id=signed_off.enterprise_id, pk=found.pk)
    assert len(papers_of(signed_off)) == 1 and kinds(signed_off).count("order.connection_notice") == 1


def test_a_notice_that_cannot_be_printed_is_told_without_its_document(
    signed_off, alice, deliver, page, settings, monkeypatch
):
    monkeypatch.setattr(documents, "render", PRINTED)
    settings.PDF_MEGABYTES = 100
    watch_twice()
    assert turn_ups(signed_off)[0].noticed_at and papers_of(signed_off) == []
    assert [each.kind for each in deliver() if each.recipient == alice.email].count("order.connection_notice") == 1
    assert page(alice, signed_off, "connection-notice.pdf").status_code == 404


def test_of_two_who_print_a_notice_at_once_one_tells_it(signed_off, monkeypatch):
    def overtaken(*_, **__):
        monkeypatch.setattr(documents, "render", lambda *_, **__: b"%PDF-1.7 first")
        told()
        return b"%PDF-1.7 second"

    monkeypatch.setattr(documents, "render", overtaken)
    told()
    assert len(papers_of(signed_off)) == 1 and kinds(signed_off).count("order.connection_notice") == 1


def test_who_accepts_before_the_notice_is_printed_still_gets_it(signed_off, alice, post, page):
    assert post(alice, signed_off, "accept").status_code == 302
    [found] = turn_ups(signed_off)
    with as_staff():
        print_notice(enterprise_id=signed_off.enterprise_id, pk=found.pk)
    assert (now(signed_off).status, turn_ups(signed_off)[0].decision) == ("completed", "accepted")
    assert page(alice, signed_off, "connection-notice.pdf").status_code == 200


def test_an_order_that_cannot_be_concluded_holds_up_no_other(acme_main, eve):
    """A change whose price nobody has agreed to, and one whose silence is over as well."""
    service = make.service(acme_main)
    steps = [{"kind": "acceptance", "owner": "customer"}]
    change = make.order(acme_main, type="change", service=service, milestones=steps)
    with inside(acme_main.enterprise):
        OrderedService.objects.create(enterprise=acme_main.enterprise, order=change, service=service)
    other = make.order(acme_main, service=make.service(acme_main, status="pending"), milestones=steps)
    for each in (change, other):
        make.turned_up(each, make.card_of(eve), accept_by_on=TODAY - timedelta(days=1))
    watch_twice()
    assert ([each.decision for each in turn_ups(change)], now(change).status) == (["waiting"], "in_progress")
    assert ([each.decision for each in turn_ups(other)], now(other).status) == (["silent"], "completed")
    assert kinds(change).count("order.accepted_by_silence") == 1
