"""What no page and no program sends is refused by the services themselves, and nothing is written."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Account
from inventory.models import Product
from orders.models import Order
from orders.placing import services
from orders.placing.services import Line, Price, Wish
from portal.errors import Refused
from portal.tenancy import tenant_scope
from tests import make
from tests.billing import builders
from tests.faces import as_app, as_staff, inside
from tests.orders.placing.conftest import all_of, latest


@pytest.fixture
def as_alice(acme, alice):
    """Do something as Alice, in a transaction of its own."""

    def run(service, *args, by=alice, **kwargs):
        actor = builders.customer(by, acme)
        with as_app(), tenant_scope(acme.pk):
            return service(*args, actor=actor, at=timezone.now(), **kwargs)

    return run


@pytest.fixture
def as_carol(acme, carol):
    def run(service, *args, **kwargs):
        actor = builders.staff(carol, acme)
        with as_staff(), tenant_scope(acme.pk):
            return service(*args, actor=actor, at=timezone.now(), **kwargs)

    return run


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], "Choose at least one product."),
        (["ip-vpn", "ip-vpn"], "An order has one primary site at most."),
        (["wave-10g"], "This product begins with its first site"),
    ],
)
def test_items_that_cannot_stand_together_are_no_order(acme, acme_main, wave, as_alice, lines, words):
    with as_staff():
        vpn = Product.objects.create(code="ip-vpn", name="IP VPN Site", family="ip", sites_to_begin=2)
    products = {each.code: each for each in (wave, vpn)}
    before = all_of(acme)
    with pytest.raises(Refused, match=re.escape(words)):
        as_alice(services.draft_order, Wish(acme_main, [Line(products[each], is_primary=True) for each in lines]))
    assert all_of(acme) == before
    assert as_alice(services.draft_order, Wish(acme_main, [Line(wave)])).status == "draft"


def test_nothing_is_ordered_for_an_account_that_was_closed_meanwhile_or_is_out_of_reach(
    acme, acme_main, wave, alan, as_alice
):
    wish, before = Wish(acme_main, [Line(wave)]), all_of(acme)
    with pytest.raises(Account.DoesNotExist):
        as_alice(services.draft_order, wish, by=alan)
    with inside(acme):
        Account.objects.filter(pk=acme_main.pk).update(status="closed")
        closed = Account.objects.get(pk=acme_main.pk)
    with pytest.raises(Refused, match="The account 5-KTR2P is closed") as refusal:
        as_alice(services.draft_order, replace(wish, account=closed))
    assert refusal.value.field == "account" and all_of(acme) == before


def test_a_draft_that_a_colleague_keeps_private_meanwhile_is_not_there_any_more(draft, acme, alice, as_alice, as_carol):
    with inside(acme):
        Order.objects.filter(pk=draft.pk).update(private_to=alice.pk)
    before = all_of(acme)
    with pytest.raises(Order.DoesNotExist):
        as_carol(services.withdraw_order, draft.pk)
    assert all_of(acme) == before
    assert as_alice(services.withdraw_order, draft.pk).status == "cancelled"


def test_an_order_is_not_turned_down_without_a_reason(submitted, acme, as_carol):
    before = all_of(acme)
    with pytest.raises(Refused, match="Say why") as refusal:
        as_carol(services.reject_order, submitted.pk, reason=" ")
    assert refusal.value.field == "reason" and all_of(acme) == before
    assert as_carol(services.reject_order, submitted.pk, reason="No fiber").status == "rejected"


@pytest.mark.parametrize("below", ["monthly", "one_time"])
def test_a_price_is_not_below_zero(acme, acme_main, icb, below):
    director = make.staff("Dan Reyes", "account_director")
    make.team(acme, director, "account_director")
    order = make.order(acme_main, status="pricing", product=icb, milestones=0, expected_on=None, committed_on=None)
    price = Price(Decimal(1), Decimal(1), 36, date(2099, 1, 1))
    actor, before = builders.staff(director, acme), all_of(acme)

    def say(said):
        with as_staff(), tenant_scope(acme.pk):
            return services.price_order(order.pk, said, actor=actor, at=timezone.now())

    with pytest.raises(Refused, match="A price is not below zero") as refusal:
        say(replace(price, **{below: Decimal("-0.01")}))
    assert refusal.value.field == below and all_of(acme) == before
    assert say(price).status == "proposed" and latest(acme).status == "pricing"
