"""What is asked of a service and cannot be: it is refused in words, and nothing is written."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Account, Membership
from billing.models import Charge
from orders.contracts import services
from orders.models import Order, OrderCharge, OrderedService
from portal.tenancy import tenant_scope
from tests import make
from tests.billing import builders
from tests.faces import as_app, inside
from tests.kernel.test_api import said
from tests.orders.contracts.conftest import TODAY, change, everything, now, order_of, orders_of
from tests.orders.contracts.test_contracts import begun, finish

YESTERDAY = f"{TODAY - timedelta(days=1)}"
RIGHT = {
    "change": {"bandwidth": "20 Gbps"},
    "renew": {"term_months": "60", "covers": "service"},
    "transfer": {"target": "5-KTR3Q", "effective_on": f"{TODAY}"},
}


@pytest.mark.parametrize(
    ("what", "wrong", "words"),
    [
        ("change", {"requested_on": YESTERDAY}, "This day has passed."),
        ("renew", {"term_months": "61"}, "Choose from 1 to 60 months."),
        ("transfer", {"effective_on": YESTERDAY}, "This day has passed."),
        ("transfer", {"target": "5-KTR2P"}, "The service is on this account already."),
        ("transfer", {"target": "5-PESOS"}, "This account is billed in another currency."),
    ],
)
def test_a_wrong_wish_is_refused_on_its_form_and_the_right_one_is_taken(
    ask, alice, acme, acme_branch, wave, what, wrong, words
):
    make.account(acme, number="5-PESOS", currency="CLP")
    before = everything(acme)
    answer = ask(alice, wave, what, **{**RIGHT[what], **wrong})
    assert answer.status_code == 422 and words in answer.text
    assert everything(acme) == before
    assert ask(alice, wave, what, **RIGHT[what]).status_code == 302
    assert orders_of(wave) == 1


@pytest.mark.parametrize("what", ["change", "renew"])
def test_nothing_is_ordered_for_a_closed_account(ask, alice, acme, acme_main, wave, what):
    with inside(acme):
        Account.objects.filter(pk=acme_main.pk).update(status="closed")
    before = everything(acme)
    answer = ask(alice, wave, what, **RIGHT[what])
    assert answer.status_code == 422 and "The account 5-KTR2P is closed" in answer.text
    assert everything(acme) == before
    with inside(acme):
        Account.objects.filter(pk=acme_main.pk).update(status="active")
    assert ask(alice, wave, what, **RIGHT[what]).status_code == 302


def test_where_all_of_an_account_is_busy_nothing_of_it_is_renewed(ask, alice, acme, acme_main, wave):
    make.order(acme_main, type="change", service=wave)
    before = everything(acme)
    answer = ask(alice, wave, "renew", term_months="24", covers="account")
    assert answer.status_code == 422 and "Choose at least one service." in answer.text
    assert everything(acme) == before
    free = make.service(acme_main)
    assert ask(alice, wave, "renew", term_months="24", covers="account").status_code == 302
    with inside(acme):
        assert OrderedService.objects.get().service_id == free.pk


def test_a_second_location_is_given_up_or_another_is_chosen_and_not_both(ask, say, client_of, alice, carol, acme, wave):
    reno, elko = make.site(acme, "Reno"), make.site(acme, "Elko")
    change(wave, z_site=reno)
    before = everything(acme)
    answer = ask(alice, wave, "change", gives_up_z="on", z_site=elko.pk)
    assert answer.status_code == 422 and "Either give the second location up, or choose another." in answer.text
    assert everything(acme) == before
    assert ask(alice, wave, "change", gives_up_z="on").status_code == 302
    with inside(acme):
        line = OrderedService.objects.get()
    assert (line.gives_up_z, line.z_site_id) == (True, None)
    order = order_of(wave)
    assert say(carol, order, "change-price", **PRICE).status_code == 302
    assert say(alice, order, "agree", **PRICE).status_code == 302
    begun(order)
    assert (finish(client_of, carol, order).status_code, now(wave).z_site_id) == (302, None)


def test_a_program_gives_up_no_second_location_where_there_is_one_alone(client_of, alice, acme, wave):
    url, wanted = f"/api/v1/e/204817/orders/services/{wave.pk}/change/", {"gives_up_z": True}
    before = everything(acme)
    fault = said(client_of(alice).post(url, wanted, content_type="application/json"), 422, "invalid")
    assert fault["errors"][0]["pointer"] == "/gives_up_z"
    assert "one location alone" in fault["errors"][0]["detail"]
    assert everything(acme) == before
    change(wave, z_site=make.site(acme, "Reno"))
    assert client_of(alice).post(url, wanted, content_type="application/json").status_code == 201


@pytest.mark.parametrize("what", ["change", "disconnect", "trials/new"])
def test_a_note_has_an_end_on_the_page_and_for_programs(client_of, alice, acme, acme_main, wave, what):
    make.product("dia", "Dedicated Internet Access", "ip")
    path = what if "/" in what else f"services/{wave.pk}/{what}"
    body = {
        "change": {"bandwidth": "20 Gbps"},
        "disconnect": {"stops_on": f"{TODAY + timedelta(days=40)}", "reason": "not_needed"},
        "trials/new": {"product": "dia", "account": acme_main.number, "days": 20},
    }[what]
    browser, before = client_of(alice), everything(acme)
    page = browser.post(f"/e/204817/orders/{path}/", {**body, "note": "x" * 2001})
    assert page.status_code == 422 and "at most 2000 characters" in page.text
    url = f"/api/v1/e/204817/orders/{path}/"
    long = browser.post(url, {**body, "note": "x" * 2001}, content_type="application/json")
    assert said(long, 422, "invalid")["errors"][0]["pointer"] == "/note"
    assert everything(acme) == before
    assert browser.post(url, {**body, "note": "x" * 2000}, content_type="application/json").status_code == 201


# --- the price of a change ------------------------------------------------------------------------


@pytest.fixture
def priced(ask, say, alice, carol, wave):
    """A change to 20 Gbps for 3,900 a month, not agreed to yet; returns its order."""
    assert ask(alice, wave, "change", bandwidth="20 Gbps").status_code == 302
    order = order_of(wave)
    assert say(carol, order, "change-price", **PRICE).status_code == 302
    return order


PRICE = {"monthly": "3900.00", "one_time": "0.00"}


def test_a_price_is_named_in_what_the_currency_has(ask, say, alice, carol, acme):
    pesos = make.service(make.account(acme, number="5-PESOS", currency="CLP"), bandwidth="1 Gbps")
    assert ask(alice, pesos, "change", bandwidth="20 Gbps").status_code == 302
    order, before = order_of(pesos), everything(acme)
    for wrong in ({"monthly": "3900.50", "one_time": "0"}, {"monthly": "3900", "one_time": "0.50"}):
        answer = say(carol, order, "change-price", **wrong)
        assert answer.status_code == 409 and "Type an amount in the account&#x27;s currency" in answer.text
        assert everything(acme) == before
    assert say(carol, order, "change-price", monthly="3900", one_time="0").status_code == 302


def test_a_price_that_is_agreed_stays_and_is_agreed_once(say, alice, carol, acme, priced):
    assert say(alice, priced, "agree", **PRICE).status_code == 302
    before = everything(acme)
    again, dearer = say(alice, priced, "agree", **PRICE), say(carol, priced, "change-price", **PRICE)
    assert again.status_code == 409 and "The price is agreed already." in again.text
    assert dearer.status_code == 409 and "The customer has agreed to the price already." in dearer.text
    assert everything(acme) == before


def test_of_a_cancelled_change_no_price_is_named_or_agreed(say, alice, carol, acme, priced):
    with inside(acme):
        Order.objects.update(status="cancelled")
    before = everything(acme)
    for answer in (say(carol, priced, "change-price", **PRICE), say(alice, priced, "agree", **PRICE)):
        assert answer.status_code == 409 and "This order is closed." in answer.text
    assert everything(acme) == before


@pytest.mark.parametrize("right", ["order.approve_only", "service.change"])
def test_either_right_on_the_account_agrees_whatever_is_held_on_another(
    say, alan, acme, acme_branch, acme_main, priced, wave, right
):
    with inside(acme):
        member = Membership.objects.select_related("enterprise").get(user=alan)
    other = {"order.approve_only": "service.change", "service.change": "order.approve_only"}[right]
    make.grant(member, "order.view", acme_main)
    make.grant(member, other, acme_branch)
    before = everything(acme)
    assert say(alan, priced, "agree", **PRICE).status_code == 404
    actor, named = builders.customer(alan, acme), {name: Decimal(value) for name, value in PRICE.items()}
    with as_app(), tenant_scope(acme.pk), pytest.raises(Order.DoesNotExist):
        services.agree_to_price(priced.pk, **named, actor=actor, at=timezone.now())
    assert everything(acme) == before
    make.grant(member, right, acme_main)
    assert say(alan, priced, "agree", **PRICE).status_code == 302
    with inside(acme):
        assert OrderedService.objects.get().agreed_by == "Alan Tran"


def test_a_change_that_costs_nothing_once_owes_nothing(say, alice, carol, client_of, acme, priced, wave):
    assert say(alice, priced, "agree", **PRICE).status_code == 302
    begun(priced)
    assert finish(client_of, carol, priced).status_code == 302
    assert (now(wave).bandwidth, now(wave).monthly) == ("20 Gbps", Decimal("3900.00"))
    with inside(acme):
        assert not OrderCharge.objects.exists()
        assert Charge.objects.count() == 2
