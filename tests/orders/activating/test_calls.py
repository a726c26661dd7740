"""Activation calls: offered, booked by one alone, moved in time, called off, and missed."""

from datetime import timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from orders.activating import services
from orders.models import ActivationCall, ActivationSlot
from portal.actors import system
from portal.errors import Refused
from portal.tenancy import tenant_scope
from tests import make
from tests.faces import as_app, as_staff, inside
from tests.orders.activating.conftest import booking, calls, holds, slot, weekday
from tests.orders.conftest import now, state_of, steps_of

STEPS = [{"kind": "activation", "owner": "customer"}]


def taken(one) -> bool:
    with as_staff():
        return ActivationSlot.objects.get(pk=one.pk).taken_at is not None


def test_an_engineer_offers_many_times_at_once_and_takes_some_back(eve, client_of):
    browser = client_of(eve)
    monday = weekday(7)
    form = {"day": f"{monday}", "until": f"{monday + timedelta(days=7)}", "first": "09:00", "count": 3, "minutes": 60}
    assert browser.post("/activations/", {**form, "bridge": "+1 303 555 0199"}).status_code == 302
    with as_staff():
        mine = list(ActivationSlot.objects.order_by("starts_at"))
    assert len(mine) == 18
    assert browser.post("/activations/", {**form, "bridge": "+1 303 555 0199"}).status_code == 422
    assert browser.post("/activations/close/", {"slot": [mine[0].pk, mine[1].pk, "x"]}).status_code == 302
    shown = browser.get("/activations/")
    assert shown.text.count('name="slot"') == 16


def test_times_are_offered_for_three_months_at_most_and_not_backwards(eve, client_of):
    browser, day = client_of(eve), weekday(7)
    form = {"day": f"{day}", "first": "09:00", "count": 3, "minutes": 60, "bridge": "+1 303 555 0199"}
    for days in (-1, 93):
        answer = browser.post("/activations/", {**form, "until": f"{day + timedelta(days=days)}"})
        assert answer.status_code == 422 and "Choose a day after the first, at most three months on." in answer.text
    with as_staff():
        assert not ActivationSlot.objects.exists()


def test_the_customer_picks_a_time_and_both_sides_hear_of_it(ready, alice, eve, post, page, deliver):
    one = slot(eve)
    assert eve.email.split("@")[0] == "eve"
    shown = page(alice, ready, "activation/").text
    assert "Eve Lindqvist" in shown and "MST" in shown
    assert post(alice, ready, "activation", **booking(one)).status_code == 302
    [call] = calls(ready)
    assert (call.status, call.contact_name, call.bridge, taken(one)) == ("booked", "Walt Quinn", one.bridge, True)
    assert steps_of(ready)[0].owner == "carrier"
    mails = {each.recipient: each.body_text for each in deliver()}
    assert one.bridge in mails[alice.email] and {eve.email, "carol@northvane.example"} <= set(mails)
    assert "Walt Quinn" in page(alice, ready).text


def test_another_time_frees_the_first_until_a_day_ahead(ready, alice, carol, eve, post, client_of):
    near, far = slot(eve, hours=20), slot(eve, hours=90)
    post(alice, ready, "activation", **booking(far))
    assert post(alice, ready, "activation", **booking(near)).status_code == 302
    assert [each.status for each in calls(ready)] == ["moved", "booked"] and not taken(far)
    home = client_of(eve).get("/").text
    assert "My next calls" in home and ready.title in home
    assert client_of(eve).get("/activations/?day=2026-02-30").status_code == 200
    before = timezone.localdate() - timedelta(days=3)
    assert "The next one is" in client_of(eve).get(f"/activations/?day={before:%Y-%m-%d}").text
    before = state_of(ready.enterprise)
    answer = post(alice, ready, "activation", **booking(far))
    assert answer.status_code == 422 and "too near to be moved" in answer.text
    assert state_of(ready.enterprise) == before and not taken(far)
    assert post(carol, ready, "activation", **booking(far)).status_code == 302


def test_a_call_given_back_too_late_holds_the_order(ready, alice, eve, post):
    near = slot(eve, hours=20)
    post(alice, ready, "activation", **booking(near))
    assert post(alice, ready, "activation/call-off").status_code == 302
    assert [each.reason for each in holds(ready)] == ["late_change"] and not taken(near)
    assert now(ready).status == "held"


def test_nobody_came_makes_the_order_wait_but_not_before_the_call(ready, alice, eve, post):
    one = slot(eve)
    post(alice, ready, "activation", **booking(one))
    assert post(eve, ready, "activation/no-show").status_code == 409
    with inside(ready.enterprise):
        ActivationCall.objects.update(starts_at=timezone.now() - timedelta(hours=1))
    assert post(eve, ready, "activation/no-show").status_code == 302
    assert ([each.reason for each in holds(ready)], calls(ready)[0].status) == (["no_show"], "no_show")


def test_a_time_for_others_or_of_somebody_elses_order_is_not_booked(ready, alice, bob, eve, post):
    wrong, good = slot(eve, families=["voice"]), slot(eve, hours=99)
    before = state_of(ready.enterprise)
    assert post(alice, ready, "activation", **booking(wrong)).status_code == 422
    assert post(bob, ready, "activation", **booking(good)).status_code == 404
    assert post(alice, ready, "activation", **booking(good, contact_name="")).status_code == 422
    assert state_of(ready.enterprise) == before and not taken(wrong) and not taken(good)


def test_no_time_is_booked_for_an_order_on_hold_or_already_turned_up(delivered, alice, carol, eve, post):
    one, held = slot(eve), make.order(delivered.account, milestones=STEPS)
    assert post(carol, held, "not-ready", reason="cannot_test", note="The room is locked.").status_code == 302
    before = state_of(delivered.enterprise)
    for order, words in ((held, "The order is on hold."), (delivered, "has no activation to be booked now")):
        answer = post(alice, order, "activation", **booking(one))
        assert answer.status_code == 409 and words in answer.text
    assert state_of(delivered.enterprise) == before and not taken(one)


def test_the_order_is_expected_no_earlier_than_its_call(ready, alice, eve, post):
    before = now(ready).expected_on
    assert post(alice, ready, "activation", **booking(slot(eve, hours=72))).status_code == 302
    assert now(ready).expected_on == before
    far = slot(eve, hours=30 * 24)
    assert post(alice, ready, "activation", **booking(far)).status_code == 302
    day = timezone.localdate(far.starts_at, ZoneInfo("America/Chicago"))
    assert (now(ready).expected_on, steps_of(ready)[0].expected_on) == (day, day)


@pytest.mark.django_db(transaction=True)
def test_of_two_customers_at_one_time_one_gets_it(ready, borealis, borealis_main, eve):
    other = make.order(borealis_main, milestones=[{"kind": "activation", "owner": "customer"}])
    one, both, won, lost = slot(eve), Barrier(2), [], []

    def book(order) -> None:
        try:
            both.wait()
            with as_app(), tenant_scope(order.enterprise_id):
                actor = system(order.enterprise_id)
                words = {"contact_name": "Walt", "contact_phone": "1"}
                won.append(services.book_call(order.pk, one.pk, **words, actor=actor, at=timezone.now()))
        except Refused as refusal:
            lost.append(refusal.field)
        finally:
            connection.close()

    threads = [Thread(target=book, args=[each]) for each in (ready, other)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (len(won), lost) == (1, ["slot"])
    assert len(calls(ready)) + len(calls(other)) == 1 and taken(one)
