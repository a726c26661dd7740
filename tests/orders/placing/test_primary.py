"""The primary site of an order of a product that begins with several: named by whoever writes it, one at most."""

import json

import pytest

from inventory.models import Product
from orders.models import Authorisation, OrderItem
from tests import make
from tests.faces import as_staff, inside
from tests.orders.placing.conftest import A_DAY, all_of, latest, signed, typed

NEW = "/e/204817/orders/new/?product=ip-vpn"


@pytest.fixture
def vpn():
    with as_staff():
        return Product.objects.create(code="ip-vpn", name="IP VPN Site", family="ip", sites_to_begin=2)


@pytest.fixture
def two(acme, acme_main, vpn, denver):
    """Two sites as they would be typed, the second being the primary."""
    reno = make.site(acme, "Reno", code="RNO-1", name="Reno hub")
    more = {"product": vpn.code, "quantity": "1", "a_site": reno.code, "is_primary": "on"}
    sent = typed(acme_main, vpn, denver, items="2", **{f"item-1-{name}": value for name, value in more.items()})
    return {name: value for name, value in sent.items() if not name.startswith("item-0-z_")}


def primaries(order):
    with inside(order.enterprise):
        return list(OrderItem.objects.filter(order=order).order_by("position").values_list("is_primary", flat=True))


def test_the_primary_site_is_named_where_the_order_is_written_and_stays_with_it(acme, two, alice, carol, client_of):
    browser = client_of(alice)
    assert "This is the primary site" in browser.get(NEW).text
    assert "billing begins once 2 sites are up" in browser.get("/e/204817/orders/new/").text
    more = browser.post(NEW, {**two, "more": "1"}).text
    assert 'name="item-1-is_primary"' in more and more.count("checked") == 1
    assert browser.post(NEW, two).status_code == 302
    order = latest(acme)
    assert primaries(order) == [False, True]
    here = f"/e/204817/orders/{order.number}/"
    assert "primary site" in browser.get(here).text and "checked" in browser.get(f"{here}edit/").text
    changed = {**two, "item-0-is_primary": "on", "item-1-is_primary": "", "item-0-quantity": "2"}
    assert browser.post(f"{here}edit/", changed).status_code == 302 and primaries(order) == [True, False]
    prices = {f"item-{n}-{name}": "100" for n in (0, 1) for name in ("monthly", "one_time")}
    order = latest(acme)
    assert client_of(carol).post(f"{here}edit/", {**changed, **prices, "seen": "1"}).status_code == 302
    assert browser.post(f"{here}submit/", signed(latest(acme))).status_code == 302
    with inside(acme):
        said = Authorisation.objects.get(order=order).content["items"]
    assert [each.get("is_primary") for each in said] == [True, None]
    # An item of two is two of one: the first is the primary.
    taken = client_of(carol).post(f"{here}take/", {"care_manager": make.card_of(carol).email})
    assert taken.status_code == 302 and primaries(order) == [True, False, False]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"item-0-is_primary": "on"}, "An order has one primary site at most."),
        ({"item-1-product": "wave-10g"}, "This product begins with its first site"),
    ],
)
def test_one_at_most_and_of_such_a_product_alone(acme, wave, two, alice, client_of, changes, words):
    before = all_of(acme)
    answer = client_of(alice).post(NEW, {**two, **changes})
    assert answer.status_code == 422 and words in answer.text and "Ring at the gate" in answer.text
    assert all_of(acme) == before


def test_a_usual_product_does_not_ask_for_it(draft, alice, client_of):
    for path in ("new/?product=wave-10g", f"{draft.number}/edit/"):
        assert "primary site" not in client_of(alice).get(f"/e/204817/orders/{path}").text


def test_programs_name_it_too(acme, acme_main, vpn, wave, denver, alice, client_of):
    def send(*items):
        body = {"account": "5-KTR2P", "requested_on": A_DAY.isoformat(), "items": list(items)}
        place = "/api/v1/e/204817/orders/drafts/"
        return client_of(alice).post(place, json.dumps(body), content_type="application/json")

    site = {"product": "ip-vpn", "a_site": "DEN-1"}
    before = all_of(acme)
    for wrong, pointer in (
        ([{**site, "is_primary": True}, {**site, "is_primary": True}], "/items/1/is_primary"),
        ([{**site, "product": "wave-10g", "is_primary": True}], "/items/0/is_primary"),
    ):
        answer = send(*wrong)
        assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, [pointer])
    assert all_of(acme) == before
    made = send(site, {**site, "is_primary": True}).json()
    assert [(each["is_primary"], each["up_on"], each["up_by"]) for each in made["items"]] == [
        (False, None, ""), (True, None, ""),
    ]  # fmt: skip
    rows = client_of(alice).get("/api/v1/e/204817/services/products/").json()["results"]
    assert {each["code"]: each["sites_to_begin"] for each in rows} == {"ip-vpn": 2, "wave-10g": 1}
