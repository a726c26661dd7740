"""Dates and changes of an order: what is refused beside its field, what replaces what, and what costs nothing."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from orders.models import DeliveryChoice, Order, OrderCharge, Supplement
from orders.planning.services import settle_expedite
from portal.actors import system
from portal.calendars import BusinessHours
from portal.models import Event
from tests import make
from tests.faces import as_staff, inside
from tests.kernel.test_api import said
from tests.orders.conftest import now, state_of
from tests.orders.planning.conftest import TODAY, business_day
from tests.orders.planning.test_plan import refuses, reserved, spent

PAST = f"{TODAY - timedelta(days=3)}"


@pytest.fixture
def committed(send, client_of, taken, alice, carol):
    assert reserved(send, client_of, taken, alice, carol).status_code == 302
    assert send(carol, taken, "commit", committed_on=f"{business_day(45)}").status_code == 302
    return taken


def usual(days):
    """So many business days from today on."""
    return BusinessHours().add_business_days(TODAY, days)


def choices_of(order):
    with inside(order.enterprise):
        return [(each.choice, each.status) for each in DeliveryChoice.objects.filter(order=order).order_by("pk")]


def changes_of(order):
    with inside(order.enterprise):
        return [(each.kind, each.status) for each in Supplement.objects.filter(order=order).order_by("pk")]


def owed(order):
    with inside(order.enterprise):
        rows = OrderCharge.objects.filter(order=order).order_by("pk")
        return list(rows.values_list("reason", "state", "why", "amount", "currency"))


def wish(order, **fields):
    """An expedite that we agreed to."""
    about = {"choice": "expedite", "wanted_on": TODAY, "days": 4, "fee": 1200, "currency": "USD", "status": "agreed"}
    with as_staff(), inside(order.enterprise):
        order.choices.create(
            enterprise=order.enterprise, chosen_by="Ana", chosen_at=timezone.now(), **{**about, **fields}
        )


def settle(order):
    with as_staff(), inside(order.enterprise):
        found = Order.objects.select_related("account").get(pk=order.pk)
        settle_expedite(found, system(order.enterprise_id), TODAY, timezone.now())


# --- the day we commit to ---------------------------------------------------------------------------


def test_we_commit_to_no_day_that_has_passed_nor_twice_to_the_same(send, committed, carol):
    before = state_of(committed.enterprise)
    again = f"{now(committed).committed_on}"
    refuses(
        send(carol, committed, "commit", committed_on=PAST, reason="Late"), before, committed, "This date has passed."
    )
    refuses(
        send(carol, committed, "commit", committed_on=again, reason="Late"), before, committed, "to this day already."
    )


def test_what_takes_no_capacity_is_committed_to_without_any(send, acme_main, carol):
    order = make.order(acme_main, type="renewal", service=make.service(acme_main), committed_on=None)
    assert send(carol, order, "commit", committed_on=f"{business_day(20)}").status_code == 302
    assert now(order).committed_on == business_day(20)


# --- how the customer wants it ------------------------------------------------------------------------


def test_a_firm_date_names_its_day_and_is_replaced_by_what_is_wished_for_next(send, taken, alice):
    before = state_of(taken.enterprise)
    refuses(send(alice, taken, "delivery", choice="firm"), before, taken, "Choose the day.")
    day = business_day(60)
    assert send(alice, taken, "delivery", choice="firm", wanted_on=f"{day}").status_code == 302
    assert now(taken).requested_on == day
    assert send(alice, taken, "delivery", choice="earliest", wanted_on=f"{business_day(70)}").status_code == 302
    assert (choices_of(taken), now(taken).requested_on) == ([("firm", "replaced"), ("earliest", "chosen")], day)


def test_a_committed_order_is_wished_for_otherwise_by_a_change_alone(send, committed, alice):
    before = state_of(committed.enterprise)
    refuses(send(alice, committed, "delivery", choice="earliest"), before, committed, "committed to a date already")


def test_an_expedite_is_refused_where_it_is_asked_for_in_words_and_with_a_day_to_come(send, taken, alice, carol):
    no = {"reason": "No splice crew", "alternative_on": f"{business_day(40)}"}
    before = state_of(taken.enterprise)
    refuses(send(carol, taken, "refuse-expedite", **no), before, taken, "No expedite is asked for")
    wish(taken, status="asked")
    refuses(send(carol, taken, "refuse-expedite", reason="No"), before, taken, "Say it in a few words")
    refuses(send(carol, taken, "refuse-expedite", **{**no, "alternative_on": PAST}), before, taken, "date has passed")
    assert choices_of(taken) == [("expedite", "asked")]
    assert send(carol, taken, "refuse-expedite", **no).status_code == 302
    assert choices_of(taken) == [("expedite", "refused")]


def test_an_expedite_that_costs_nothing_is_met_without_a_charge(taken):
    wish(taken, fee=0)
    settle(taken)
    assert (choices_of(taken), owed(taken)) == ([("expedite", "met")], [])


def test_a_fee_in_another_currency_than_the_accounts_stands_for_itself(taken):
    wish(taken, currency="EUR")
    settle(taken)
    assert owed(taken) == [("expedite", "owed", "", Decimal(1200), "EUR")] and now(taken).one_time == taken.one_time


def test_an_agreed_expedite_of_an_order_that_is_cancelled_costs_nothing(send, taken, alice):
    wish(taken)
    assert send(alice, taken, "cancel", agreed="0").status_code == 302
    assert ("expedite", "spared", "not_delivered", Decimal(1200), "USD") in owed(taken)
    assert now(taken).one_time == taken.one_time


# --- changes ----------------------------------------------------------------------------------------------


def test_another_change_is_said_in_words_and_answered_in_words(send, taken, alice, carol):
    before = state_of(taken.enterprise)
    refuses(send(alice, taken, "supplement", kind="other", words="x"), before, taken, "what is to be changed")
    assert send(alice, taken, "supplement", kind="other", words="Two more ports").status_code == 302
    before = state_of(taken.enterprise)
    refuses(send(carol, taken, "decide", is_done="no", decision="No"), before, taken, "Say it in a few words")
    assert send(carol, taken, "decide", is_done="no", decision="No ports are left").status_code == 302
    assert (changes_of(taken), now(taken).status, owed(taken)) == ([("other", "declined")], "acknowledged", [])


def test_where_nothing_is_asked_for_nothing_is_answered_or_taken_back(send, taken, alice, carol):
    before = state_of(taken.enterprise)
    assert send(carol, taken, "decide", is_done="yes", decision="").status_code == 404
    assert send(alice, taken, "take-back").status_code == 404
    assert state_of(taken.enterprise) == before


def test_a_change_that_is_done_late_costs_what_was_agreed_and_cancels_nothing(send, taken, acme, alice, carol):
    spent(taken)
    change = {"kind": "other", "words": "Two more ports", "agreed_other": "200.00"}
    assert send(alice, taken, "supplement", **change).status_code == 302
    assert send(carol, taken, "decide", is_done="yes", decision="").status_code == 302
    assert (changes_of(taken), now(taken).status) == ([("other", "done")], "acknowledged")
    assert owed(taken) == [("other", "owed", "", Decimal(200), "USD")]
    with inside(acme):
        assert not Event.objects.filter(kind="order.cancelled").exists()


def test_the_page_and_the_mails_say_what_was_wished_for_and_what_became_of_it(
    send, client_of, taken, alice, carol, deliver
):
    assert send(alice, taken, "delivery", choice="earliest").status_code == 302
    with inside(taken.enterprise):
        taken.choices.update(status="replaced")
    wish(taken, status="asked", wanted_on=usual(26))
    assert send(carol, taken, "refuse-expedite", reason="No splice crew").status_code == 302
    assert send(alice, taken, "supplement", kind="other", words="Two more ports").status_code == 302
    assert send(carol, taken, "decide", is_done="yes", decision="").status_code == 302
    story = client_of(alice).get(f"/e/204817/orders/{taken.number}/").text
    assert "Delivery asked for: As early as you can (no date)" in story
    told = {each.kind: each.body_text for each in deliver() if each.recipient == alice.email}
    refused, done = (" ".join(told[f"order.{each}"].split()) for each in ("expedite_refused", "supplement_decided"))
    assert f"by {date_format(usual(26))}: No splice crew. Nothing is charged." in refused and "we can do" not in refused
    assert f"What you asked for is done: Another change, order {taken.number} (no charge)." in done


# --- programs -----------------------------------------------------------------------------------------------


@pytest.fixture
def call(client_of, taken, alice):
    """Something asked of the order over the API, by Alice."""

    def post(what, **body):
        path = f"/api/v1/e/204817/orders/{taken.number}/{what}/"
        return client_of(alice).post(path, json.dumps(body), content_type="application/json")

    return post


def test_a_program_learns_the_fee_of_an_expedite_by_the_refusal_that_names_it(call, taken):
    day, before = f"{usual(26)}", state_of(taken.enterprise)
    fault = said(call("expedite", wanted_on=day, agreed="0.00"), 422, "invalid")
    words = "The fee has changed since it was shown to you: it is $1,200.00 now."
    assert fault["errors"] == [{"pointer": "/wanted_on", "detail": words}]
    assert state_of(taken.enterprise) == before and choices_of(taken) == []
    [wished] = call("expedite", wanted_on=day, agreed="1200.00").json()["choices"]
    assert (wished["status"], wished["fee"]) == ("asked", {"value": "1200.00", "currency": "USD"})


def test_what_costs_nothing_is_told_in_the_accounts_currency(call):
    assert call("delivery", choice="earliest").json()["choices"][0]["fee"] == {"value": "0.00", "currency": "USD"}
    [asked] = call("supplement", kind="other", words="Two more ports", agreed="0").json()["supplements"]
    assert asked["charge"] == {"value": "0.00", "currency": "USD"}
    assert call("take-back").json()["supplements"][0]["status"] == "taken_back"
