"""The sites of a VPN: marked as up one by one; with enough of them, the primary among them, billing begins."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, User
from inventory.models import Product
from orders.models import Order, OrderItem
from orders.services import write_items
from portal.models import Event
from portal.tenancy import tenant_scope
from tests import make
from tests.faces import as_app, as_staff, inside
from tests.kernel.test_api import said
from tests.orders.activating.conftest import PASSED, TODAY, told, turn_ups
from tests.orders.conftest import now, state_of

CITIES = ("Denver", "Reno", "Omaha")
STEPS = [{"kind": "activation", "owner": "customer"}, {"kind": "acceptance", "owner": "customer"}]


@pytest.fixture
def vpn_product() -> Product:
    with as_staff():
        return Product.objects.create(code="ip-vpn", name="IP VPN Site", family="ip", sites_to_begin=2)


@pytest.fixture
def order_of(acme_main: Account, carol: User, vpn_product: Product) -> Callable[..., Order]:
    """An order of sites, ready to be activated; ``primary`` is the position of the primary one."""

    def write(*cities: str, primary: int = 0, product: Product = vpn_product, **fields: Any) -> Order:
        services = [make.service(acme_main, status="pending", product=product) for _ in cities]
        order = make.order(
            acme_main, product=product, service=services[0], care_manager=make.card_of(carol),
            **{"milestones": STEPS, **fields},
        )  # fmt: skip
        sites = [make.site(acme_main.enterprise, city, name=city) for city in cities]
        with as_staff(), inside(acme_main.enterprise):
            items = [
                OrderItem(product=product, service=service, a_site=site, is_primary=place == primary)
                for place, (service, site) in enumerate(zip(services, sites, strict=True), start=1)
            ]
            write_items(order, items)
        return order

    return write


@pytest.fixture
def vpn(order_of: Callable[..., Order], eve: User, post: Callable[..., Any]) -> Order:
    """Denver, the primary, Reno and Omaha; tested, and nothing is up."""
    order = order_of(*CITIES, primary=1)
    assert post(eve, order, "test", **PASSED).status_code == 302
    return order


@pytest.fixture
def up(post: Callable[..., Any], eve: User) -> Callable[..., Any]:
    """Mark a site as up since so many days ago."""

    def mark(order: Order, position: int, *, ago: int = 0, by: User = eve) -> Any:
        day = f"{TODAY - timedelta(days=ago):%Y-%m-%d}"
        return post(by, order, "sites/up", position=position, up_on=day)

    return mark


def items(order: Order) -> list[dict[str, Any]]:
    with inside(order.enterprise):
        return list(OrderItem.objects.filter(order=order).order_by("position").values())


def all_of(order: Order) -> Any:
    return state_of(order.enterprise), items(order), len(turn_ups(order))


def kinds(order: Order) -> list[str]:
    with inside(order.enterprise):
        return list(Event.objects.filter(kind__startswith="order.site").order_by("pk").values_list("kind", flat=True))


def test_a_vpn_is_not_signed_off_before_two_sites_are_up_and_is_told_why(vpn, eve, alice, up, post, page):
    assert up(vpn, 1).status_code == 302
    before = all_of(vpn)
    answer = post(eve, vpn, "sign-off")
    assert answer.status_code == 409 and "Billing begins once 2 sites are up. Up so far: 1." in answer.text
    assert "Mark the sites that are up on the order" in answer.text
    assert all_of(vpn) == before
    shown = page(eve, vpn, "test/").text
    assert "Up so far: 1." in shown and "Sign the turn-up off" not in shown
    shown = page(alice, vpn).text
    assert "Billing begins once 2 sites are up. Up so far: 1." in shown and "Denver is up since" in shown
    assert shown.count("not up yet") == 2 and "Mark as up" not in shown and "Not up after all" not in shown


def test_with_enough_sites_up_the_engineer_is_offered_the_sign_off(vpn, eve, up, page):
    up(vpn, 1), up(vpn, 2)
    shown = page(eve, vpn, "test/").text
    assert "Sign the turn-up off" in shown and "Billing begins once" not in shown


def test_two_other_sites_do_not_do_without_the_primary(vpn, eve, alice, up, post, page):
    assert [up(vpn, each).status_code for each in (2, 3)] == [302, 302]
    before = all_of(vpn)
    answer = post(eve, vpn, "sign-off")
    words = "Billing begins once 2 sites are up; the primary site, Denver, is not up yet."
    assert answer.status_code == 409 and words in answer.text
    assert all_of(vpn) == before and words in page(alice, vpn).text


@pytest.mark.parametrize(
    ("days", "primary", "since"),
    [({1: 3, 2: 9}, 1, 3), ({1: 9, 3: 4}, 1, 4), ({1: 9, 2: 6, 3: 2}, 1, 6), ({1: 1, 2: 6, 3: 5}, 1, 1),
     ({2: 6, 3: 5}, 0, 5)],
)  # fmt: skip
def test_billing_begins_with_the_day_on_which_two_sites_the_primary_among_them_were_up(
    order_of, eve, alice, up, post, page, days, primary, since
):
    order = order_of(*CITIES, primary=primary)
    post(eve, order, "test", **PASSED)
    for position, ago in days.items():
        assert up(order, position, ago=ago).status_code == 302
    assert "Enough sites are up since" in page(alice, order).text
    assert post(eve, order, "sign-off").status_code == 302
    [found] = turn_ups(order)
    day = TODAY - timedelta(days=since)
    assert (found.ready_on, now(order).commenced_on) == (day, day)
    told()
    assert post(alice, order, "accept").status_code == 302
    with inside(order.enterprise):
        begun = {each.service.started_on for each in OrderItem.objects.filter(order=order).select_related("service")}
    assert begun == {day}


def test_a_customer_late_at_a_further_site_does_not_stop_it(vpn, carol, eve, up, post):
    hold = {"reason": "cannot_test", "note": "Nobody opens the room in Omaha."}
    assert up(vpn, 1, ago=2).status_code == 302
    assert post(carol, vpn, "not-ready", **hold).status_code == 302
    before = all_of(vpn)
    assert post(eve, vpn, "sign-off").status_code == 409
    assert all_of(vpn) == before
    assert up(vpn, 2, ago=1).status_code == 302
    assert post(eve, vpn, "sign-off").status_code == 302
    assert (now(vpn).status, now(vpn).commenced_on) == ("in_progress", TODAY - timedelta(days=1))
    with inside(vpn.enterprise):
        assert [each.outcome for each in vpn.not_readies.all()] == ["met"]


def test_a_mark_is_told_and_can_be_taken_back_until_the_sign_off(vpn, eve, alice, up, post, page):
    up(vpn, 1), up(vpn, 2)
    assert [each["up_by"] for each in items(vpn)] == ["Eve Lindqvist", "Eve Lindqvist", ""]
    assert "Not up after all" in page(eve, vpn).text
    assert post(eve, vpn, "sites/take-back", position=2).status_code == 302
    assert (items(vpn)[1]["up_on"], items(vpn)[1]["up_by"]) == (None, "")
    assert kinds(vpn) == ["order.site_up", "order.site_up", "order.site_taken_back"]
    assert "Reno is not up after all" in page(alice, vpn).text
    before = all_of(vpn)
    assert post(eve, vpn, "sites/take-back", position=2).status_code == 409
    assert post(eve, vpn, "sign-off").status_code == 409
    assert all_of(vpn) == before
    assert up(vpn, 3).status_code == 302 and post(eve, vpn, "sign-off").status_code == 302
    before = all_of(vpn)
    answer = post(eve, vpn, "sites/take-back", position=3)
    assert answer.status_code == 409 and "The order is signed off" in answer.text and all_of(vpn) == before
    assert "Not up after all" not in page(eve, vpn).text
    # A further site may still come up: billing stands as it is.
    assert up(vpn, 2).status_code == 302 and len(turn_ups(vpn)) == 1


def test_what_was_refused_is_charged_from_when_it_was_tested_again(vpn, eve, alice, up, post, page):
    up(vpn, 1, ago=9), up(vpn, 2, ago=8)
    assert post(eve, vpn, "sign-off").status_code == 302
    told()
    assert post(alice, vpn, "refuse", reason="Half of the packets are lost.").status_code == 302
    assert "once the service is tested and signed off again" in page(alice, vpn).text
    assert post(eve, vpn, "test", **PASSED).status_code == 302 and post(eve, vpn, "sign-off").status_code == 302
    assert now(vpn).commenced_on == TODAY


@pytest.mark.parametrize("ago", [-1, 31, "gestern", ""])
def test_a_day_to_come_or_before_the_order_comes_back_as_it_was_typed(vpn, eve, post, ago):
    before = all_of(vpn)
    day = f"{TODAY - timedelta(days=ago):%Y-%m-%d}" if isinstance(ago, int) else ago
    answer = post(eve, vpn, "sites/up", position=2, up_on=day)
    assert answer.status_code == 422 and f'value="{day}"' in answer.text if day else answer.status_code == 422
    assert all_of(vpn) == before


@pytest.mark.parametrize("position", ["4", "0", "", "x", "99999999999999999999"])
def test_a_site_that_is_not_there_is_not_marked(vpn, eve, post, position):
    before = all_of(vpn)
    answer = post(eve, vpn, "sites/up", position=position, up_on=f"{TODAY:%Y-%m-%d}")
    assert answer.status_code in (302, 409)
    assert post(eve, vpn, "sites/take-back", position=position).status_code in (302, 409)
    assert all_of(vpn) == before


def test_a_site_is_marked_once_and_only_while_the_order_is_under_way(vpn, order_of, eve, up):
    assert up(vpn, 1, ago=3).status_code == 302
    written = order_of(*CITIES, status="submitted", milestones=0)
    closed = order_of(*CITIES, status="cancelled", milestones=0)
    before = all_of(vpn)
    for order in (vpn, written, closed):
        assert up(order, 1).status_code == 409
    assert all_of(vpn) == before and [each["up_on"] for each in items(closed)] == [None] * 3


def test_an_order_of_one_site_and_one_of_another_product_know_nothing_of_it(
    order_of, eve, alice, up, post, page, client_of
):
    single = order_of("Denver", primary=1)
    usual = order_of(*CITIES, product=make.product())
    for order in (single, usual):
        before = all_of(order)
        assert up(order, 1).status_code == 409 and all_of(order) == before
        for person in (alice, eve):
            shown = page(person, order).text
            assert "sites-title" not in shown and "not up yet" not in shown
        assert client_of(alice).get(f"/api/v1/e/204817/orders/{order.number}/activation/").json()["sites"] is None
        assert post(eve, order, "test", **PASSED).status_code == 302
        assert post(eve, order, "sign-off").status_code == 302
        assert now(order).commenced_on == TODAY


def test_of_fewer_sites_than_the_product_says_all_are_up(order_of, vpn_product, eve, up, post):
    with as_staff():
        Product.objects.filter(pk=vpn_product.pk).update(sites_to_begin=5)
    order = order_of("Denver", "Reno")
    post(eve, order, "test", **PASSED)
    up(order, 1, ago=4)
    assert post(eve, order, "sign-off").status_code == 409
    up(order, 2, ago=2)
    assert post(eve, order, "sign-off").status_code == 302
    assert now(order).commenced_on == TODAY - timedelta(days=2)


def test_the_customers_page_of_a_usual_order_asks_the_database_no_more(order_of, alice, client_of):
    usual = order_of(*CITIES, product=make.product())
    browser = client_of(alice)
    browser.get(f"/e/204817/orders/{usual.number}/")
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(f"/e/204817/orders/{usual.number}/").status_code == 200
    assert sum('FROM "orders_orderitem"' in each["sql"] for each in asked.captured_queries) == 1


def test_only_the_carriers_engineers_mark_sites(vpn, alice, up, post, acme):
    reader = make.staff("Rita Reader", "billing_analyst")
    make.team(acme, reader, "billing_analyst")
    before = all_of(vpn)
    for person in (alice, reader):
        assert up(vpn, 1, by=person).status_code in (403, 404)
        assert post(person, vpn, "sites/take-back", position=1).status_code in (403, 404)
    assert all_of(vpn) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE orders_orderitem SET up_on = now(), up_by = 'Mallory'",
        "UPDATE orders_orderitem SET is_primary = false",
        "DELETE FROM orders_orderitem WHERE up_on IS NOT NULL",
        "DELETE FROM orders_orderitem WHERE is_primary",
        "INSERT INTO orders_orderitem (enterprise_id, order_id, position, action, product_id, a_new, z_new, bandwidth,"
        " quantity, monthly, one_time, up_on, up_by) SELECT enterprise_id, order_id, 9, action, product_id, a_new,"
        " z_new, bandwidth, quantity, monthly, one_time, now(), 'Mallory' FROM orders_orderitem LIMIT 1",
    ],
)
def test_the_customers_role_cannot_set_a_site_up_or_do_away_with_the_primary(vpn, up, statement):
    up(vpn, 2)
    before = items(vpn)
    refused = pytest.raises((IntegrityError, ProgrammingError))
    with refused, transaction.atomic(), as_app(), tenant_scope(vpn.enterprise_id), connection.cursor() as cursor:
        cursor.execute(statement)
    assert items(vpn) == before


def test_sites_are_marked_and_read_over_the_api(vpn, alice, eve, client_of):
    place = f"/api/v1/e/204817/orders/{vpn.number}/"

    def send(person, what, body):
        return client_of(person).post(f"{place}{what}/", json.dumps(body), content_type="application/json")

    sites = client_of(alice).get(f"{place}activation/").json()["sites"]
    assert (sites["needed"], sites["up"], sites["met_on"]) == (2, 0, None)
    assert [each["is_primary"] for each in sites["sites"]] == [True, False, False]
    before = all_of(vpn)
    fault = said(send(eve, "sites/up", {"position": 1, "up_on": f"{TODAY + timedelta(days=1)}"}), 422, "invalid")
    assert [each["pointer"] for each in fault["errors"]] == ["/up_on"]
    said(send(eve, "sites/up", {"position": 7, "up_on": f"{TODAY}"}), 409, "refused")
    said(send(eve, "sites/take-back", {"position": 1}), 409, "refused")
    assert send(alice, "sites/up", {"position": 1, "up_on": f"{TODAY}"}).status_code in (403, 404)
    assert all_of(vpn) == before
    for position in (1, 3):
        answer = send(eve, "sites/up", {"position": position, "up_on": f"{TODAY - timedelta(days=position)}"})
    assert answer.json()["sites"]["met_on"] == f"{TODAY - timedelta(days=1)}"
    held = client_of(alice).get(f"{place}contents/").json()["items"]
    assert [(each["is_primary"], each["up_on"], each["up_by"]) for each in held] == [
        (True, f"{TODAY - timedelta(days=1)}", "Eve Lindqvist"), (False, None, ""),
        (False, f"{TODAY - timedelta(days=3)}", "Eve Lindqvist"),
    ]  # fmt: skip
    assert send(eve, "sites/take-back", {"position": 3}).json()["sites"]["met_on"] is None
