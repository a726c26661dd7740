"""A service is given up: with notice, at a price that is shown, and taken back in time."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError

from accounts.models import Membership
from billing.models import Charge
from orders.contracts.rules import months_left
from orders.models import Disconnect, Order, OrderCharge
from tests import make
from tests.faces import inside
from tests.orders.contracts.conftest import (
    TODAY,
    change,
    days_later,
    disconnecting,
    kinds,
    now,
    order_of,
    orders_of,
)
from tests.orders.test_races import at_once

STOPS = TODAY + timedelta(days=40)


def confirmed(ask, person, service, **changes):
    """Look at the estimate of the day, and send it."""
    first = ask(person, service, "disconnect", **disconnecting(**changes))
    assert first.status_code == 422, first.status_code
    seen = first.context["form"].data["seen"]
    return ask(person, service, "disconnect", **disconnecting(**changes), seen=seen)


def test_the_estimate_is_shown_with_its_working_before_it_is_sent(ask, client_of, alice, wave):
    page = client_of(alice).get(f"/e/204817/orders/services/{wave.pk}/disconnect/").content.decode()
    months = months_left(TODAY + timedelta(days=30), wave.contract_ends_on)
    assert f"{months} months × $2,850.00 × 75 %" in page and "30 calendar days" in page
    # For another day it is another thing, so it is shown again and nothing is written yet.
    assert ask(alice, wave, "disconnect", **disconnecting(), seen="2020-01-01 0.00").status_code == 422
    assert (orders_of(wave), now(wave).status) == (0, "active")


def test_a_service_goes_through_its_disconnect_to_its_end_and_is_billed_until_then(ask, alice, wave, deliver):
    answer = confirmed(ask, alice, wave)
    order = order_of(wave)
    assert (answer.status_code, answer.url) == (302, f"/e/204817/orders/{order.number}/")
    assert (now(wave).status, now(wave).ended_on) == ("ending", STOPS)
    with inside(wave.enterprise):
        asked = Disconnect.objects.get()
    months = months_left(STOPS, wave.contract_ends_on)
    assert (asked.months_left, asked.fee) == (months, Decimal("2850.00") * months * 75 / 100)
    assert asked.cancel_by_on == STOPS - timedelta(days=6)
    assert "disconnect.asked" in {notice.kind for notice in deliver()}
    assert days_later(38) == 0
    assert (days_later(42), days_later(42)) == (1, 0)
    assert (now(wave).status, now(wave).ended_on, order_of(wave).status) == ("terminated", STOPS, "completed")
    with inside(wave.enterprise):
        assert Charge.objects.get().ends_on == STOPS
    told = kinds(wave)
    assert told.count("service.terminated") == told.count("order.completed") == 1


def test_it_is_taken_back_in_time_and_not_after(ask, say, alice, wave):
    confirmed(ask, alice, wave)
    order = order_of(wave)
    with inside(wave.enterprise):
        Disconnect.objects.update(cancel_by_on=TODAY - timedelta(days=2))
    assert say(alice, order, "keep").status_code == 409
    assert (now(wave).status, order_of(wave).status) == ("ending", "submitted")
    with inside(wave.enterprise):
        Disconnect.objects.update(cancel_by_on=TODAY + timedelta(days=2))
    assert say(alice, order, "keep").status_code == 302
    assert (now(wave).status, now(wave).ended_on, order_of(wave).status) == ("active", None, "cancelled")
    assert days_later(60) == 0
    assert now(wave).status == "active"


def test_its_page_says_when_it_stops_and_offers_to_keep_it_to_whoever_may_and_in_time(
    ask, client_of, acme, acme_main, alice, wave
):
    confirmed(ask, alice, wave)
    viewer = make.user("vera@acme.example")
    make.grant(make.member(acme, viewer, "Vera Viewer"), "order.view", acme_main)
    place = f"/e/204817/orders/{order_of(wave).number}/"
    page = client_of(alice).get(place).text
    assert "Billing stops on" in page and "Early termination, estimated" in page and f"{place}keep/" in page
    seen = client_of(viewer).get(place).text
    assert "A colleague who may have services disconnected" in seen and f"{place}keep/" not in seen
    with inside(wave.enterprise):
        Disconnect.objects.update(cancel_by_on=TODAY - timedelta(days=2))
    late = client_of(alice).get(place).text
    assert "The last day to take it back has passed." in late and f"{place}keep/" not in late


@pytest.mark.parametrize("has_term", [True, False])
def test_taken_back_it_is_noted_what_is_not_charged_where_it_would_have_been(ask, say, alice, wave, has_term):
    if not has_term:
        change(wave, contract_ends_on=None)
    confirmed(ask, alice, wave)
    assert say(alice, order_of(wave), "keep").status_code == 302
    with inside(wave.enterprise):
        found = list(OrderCharge.objects.values_list("reason", "state", "why"))
    assert found == ([("early_end", "spared", "taken_back")] if has_term else [])
    assert now(wave).status == "active"


def test_an_order_to_disconnect_of_which_nothing_more_is_known_is_cancelled(say, alice, acme_main, wave):
    """As one that was loaded without its further file."""
    order = make.order(acme_main, type="disconnect", service=wave)
    assert say(alice, order, "cancel", words="We keep it", agreed="0").status_code == 302
    assert (order_of(wave).status, now(wave).status) == ("cancelled", "active")


@pytest.mark.parametrize(
    ("says", "fields"),
    [
        ("notice", {}),
        ("disconnected already", {"status": "ending", "ended_on": STOPS}),
        ("is disconnected", {"status": "terminated", "ended_on": TODAY}),
        ("under way", {}),
    ],
)
def test_what_cannot_be_is_refused_in_words(ask, alice, acme_main, wave, says, fields):
    on = STOPS
    if says == "notice":
        on = TODAY + timedelta(days=3)
    elif says == "under way":
        make.order(acme_main, type="change", service=wave)
    else:
        change(wave, **fields)
    before = (orders_of(wave), now(wave).status)
    answer = confirmed_or_refused(ask, alice, wave, on)
    assert answer.status_code == 422 and says in answer.content.decode()
    assert (orders_of(wave), now(wave).status) == before


def confirmed_or_refused(ask, person, service, on):
    first = ask(person, service, "disconnect", **disconnecting(on))
    return ask(person, service, "disconnect", **disconnecting(on), seen=first.context["form"].data["seen"])


def test_nothing_is_charged_on_the_last_day_of_the_term_or_after():
    assert months_left(STOPS, STOPS) == months_left(STOPS, STOPS - timedelta(days=1)) == months_left(STOPS, None) == 0
    assert months_left(STOPS, STOPS + timedelta(days=1)) == 1


def test_only_who_may_disconnect_on_the_account_finds_the_form(ask, client_of, alan, acme_branch, wave, carol):
    branch = make.service(acme_branch)
    assert ask(alan, branch, "disconnect", **disconnecting()).status_code == 403
    with inside(wave.enterprise):
        member = Membership.objects.select_related("enterprise").get(user=alan)
    for permission in ("disconnect.request", "service.view"):
        make.grant(member, permission, acme_branch)
    assert ask(alan, wave, "disconnect", **disconnecting()).status_code == 404
    assert confirmed(ask, alan, branch).status_code == 302
    # The carrier's people enter it for the customer.
    assert confirmed(ask, carol, wave).status_code == 302
    assert (now(wave).status, now(branch).status) == ("ending", "ending")


@pytest.fixture
def browsers(transactional_db, acme, acme_main, carol, client_of):
    both = client_of(carol), client_of(carol)
    for browser in both:
        assert browser.get("/e/204817/").status_code == 200
    return both


def test_of_two_requests_at_once_one_is_written(browsers, wave):
    url, stops = f"/e/204817/orders/services/{wave.pk}/disconnect/", disconnecting()
    seen = browsers[0].post(url, stops).context["form"].data["seen"]
    renewal = {"term_months": "12", "covers": "service"}
    codes = at_once(
        lambda: browsers[0].post(url, {**stops, "seen": seen}),
        lambda: browsers[1].post(f"/e/204817/orders/services/{wave.pk}/renew/", renewal),
    )
    assert sorted(codes) == [302, 422]
    with inside(wave.enterprise):
        assert Order.objects.count() == 1


def test_the_database_itself_keeps_one_open_order_of_a_service(acme_main, wave):
    make.order(acme_main, type="change", service=wave)
    with pytest.raises(IntegrityError, match="one_of_service"):
        make.order(acme_main, type="disconnect", service=wave)


def test_the_api_says_what_it_would_come_to_and_takes_it_back(client_of, alice, wave):
    client = client_of(alice)
    url = f"/api/v1/e/204817/orders/services/{wave.pk}/disconnect/"
    found = client.get(url).json()
    assert found["earliest_on"] == str(make.today() + timedelta(days=30))
    answer = client.post(
        url, disconnecting(), content_type="application/json", headers={"Idempotency-Key": "disconnect-0001"}
    )
    assert answer.status_code == 201, answer.content
    assert (answer.json()["type"], now(wave).status) == ("disconnect", "ending")
    keep = f"/api/v1/e/204817/orders/{answer.json()['number']}/keep/"
    assert (
        client.post(keep, {}, content_type="application/json", headers={"Idempotency-Key": "keep-0001"}).status_code
        == 200
    )
    assert now(wave).status == "active"
