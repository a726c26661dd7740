"""What a customer's own order costs: by the list, or told later; no cell of a price is ever empty."""

from decimal import Decimal

import pytest

from inventory.models import ProductPrice
from orders.models import Order, OrderItem
from tests.faces import as_staff, inside
from tests.orders.placing.conftest import all_of, latest, signed, typed

NEW = "/e/204817/orders/new/?product=wave-10g"


@pytest.fixture
def listed(wave):
    with as_staff():
        row = {"product": wave, "currency": "USD"}
        ProductPrice.objects.create(**row, bandwidth="10 Gbps", monthly="2850.00", one_time="0.00")
        ProductPrice.objects.create(**row, bandwidth="100 Gbps", monthly="9100.00", one_time="2000.00")
        ProductPrice.objects.create(product=wave, currency="BRL", bandwidth="10 Gbps", monthly="15000.00")


def items(enterprise):
    with inside(enterprise):
        return list(OrderItem.objects.order_by("position").values_list("monthly", "one_time", "is_priced"))


def test_the_entry_shows_the_list_and_the_order_keeps_what_the_customer_will_pay(
    listed, acme, acme_main, wave, denver, alice, client_of
):
    browser = client_of(alice)
    entry = browser.get(NEW).text
    assert "$2,850.00 a month" in entry and "$2,000.00 once" in entry and "15,000" not in entry
    sent = typed(acme_main, wave, denver, **{"item-0-bandwidth": "10gbps", "item-0-quantity": "2"})
    assert browser.post(NEW, sent).status_code == 302
    order = latest(acme)
    assert (order.monthly, order.one_time, items(acme)) == (Decimal(5700), 0, [(Decimal(5700), Decimal(0), True)])
    page = browser.get(f"/e/204817/orders/{order.number}/").text
    assert "$5,700.00" in page and "No charge" in page and "Price follows" not in page
    with as_staff():
        ProductPrice.objects.update(monthly="1.00")
    again = typed(
        acme_main, wave, denver, seen="0", title="Mine", **{"item-0-bandwidth": "10gbps", "item-0-quantity": "2"}
    )
    assert browser.post(f"/e/204817/orders/{order.number}/edit/", again).status_code == 302
    assert latest(acme).monthly == Decimal(5700)
    other = typed(acme_main, wave, denver, seen="1", **{"item-0-bandwidth": "100 Gbps"})
    assert browser.post(f"/e/204817/orders/{order.number}/edit/", other).status_code == 302
    assert items(acme) == [(Decimal(1), Decimal(2000), True)]


def test_without_a_list_price_the_price_follows_and_staff_name_it(
    listed, acme, acme_main, wave, denver, alice, carol, client_of
):
    browser = client_of(alice)
    assert browser.post(NEW, typed(acme_main, wave, denver, **{"item-0-bandwidth": "7 Gbps"})).status_code == 302
    order = latest(acme)
    url = f"/e/204817/orders/{order.number}/"
    assert items(acme) == [(0, 0, False)]
    assert browser.get(url).text.count("Price follows") == 2
    assert browser.post(f"{url}submit/", signed(order)).status_code == 302
    assert "Nobody has named the price yet" in client_of(carol).get(url).text
    assert client_of(carol).post(f"{url}return/", {"reason": "Here is the price."}).status_code == 302
    prices = {"item-0-bandwidth": "7 Gbps", "item-0-monthly": "2100.00", "item-0-one_time": "0"}
    priced = typed(acme_main, wave, denver, seen=str(latest(acme).revision), **prices)
    assert client_of(carol).post(f"{url}edit/", priced).status_code == 302
    assert items(acme) == [(Decimal(2100), 0, True)]
    words = typed(
        acme_main, wave, denver, seen=str(latest(acme).revision), title="Ours", **{"item-0-bandwidth": "7 Gbps"}
    )
    assert browser.post(f"{url}edit/", words).status_code == 302
    assert items(acme) == [(Decimal(2100), 0, True)] and "No charge" in browser.get(url).text


def test_a_customer_cannot_name_a_price(listed, acme, acme_main, wave, denver, alice, client_of):
    before = all_of(acme)
    assert not before["Order"]
    prices = {"item-0-monthly": "1.00", "item-0-one_time": "0", "item-0-bandwidth": "10 Gbps"}
    assert client_of(alice).post(NEW, typed(acme_main, wave, denver, **prices)).status_code == 302
    assert items(acme) == [(Decimal(2850), 0, True)]


def test_a_price_for_the_whole_order_is_told_of_each_of_its_items(acme, acme_main, wave, denver, alice, client_of):
    sent = typed(acme_main, wave, denver, items="2", **{"item-1-product": wave.code, "item-1-quantity": "1"})
    assert client_of(alice).post(NEW, sent).status_code == 302
    order = latest(acme)
    with as_staff(), inside(acme):
        Order.objects.filter(pk=order.pk).update(monthly="4100.00")  # as an accepted quote does
    page = client_of(alice).get(f"/e/204817/orders/{order.number}/").text
    assert page.count("in the total") == 4 and "Price follows" not in page
