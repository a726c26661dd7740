"""Orders are written as drafts, changed, and thrown away."""

from datetime import date, timedelta

import pytest

from orders.models import OrderItem
from tests import make
from tests.faces import inside
from tests.orders.placing.conftest import A_DAY, all_of, latest, typed

NEW = "/e/204817/orders/new/?product=wave-10g"


def test_the_catalogue_leads_to_the_order_and_it_is_kept_as_a_draft(draft, acme, alice, client_of):
    browser = client_of(alice)
    assert "Wavelength 10 Gbps" in browser.get("/e/204817/orders/new/").text
    assert "A end: one of your sites" in browser.get(NEW).text
    assert (draft.status, draft.title) == ("draft", "Wavelength 10 Gbps, Denver–Reno")
    assert (draft.customer_reference, draft.term_months, draft.requested_on) == ("4500-7788", 36, A_DAY)
    assert (draft.project.name, draft.project.reference) == ("New plant", "CAPEX-12")
    with inside(acme):
        item = OrderItem.objects.select_related("a_site").get(order=draft)
        assert (item.action, item.bandwidth, item.a_site.city, item.z_new["city"]) == (
            "add",
            "10 Gbps",
            "Denver",
            "Reno",
        )
    page = browser.get(f"/e/204817/orders/{draft.number}/").text
    for words in ("nothing is ordered yet", "Sign and submit", "2 Main St", "New plant", "Ring at the gate"):
        assert words in page, words


def test_the_list_shows_the_orders_of_a_project(draft, acme_main, alice, client_of):
    make.order(acme_main, number="ORD-2026-00388")
    page = client_of(alice).get("/e/204817/orders/?project=New plant").text
    assert draft.number in page and "ORD-2026-00388" not in page


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"requested_on": f"{date.today() - timedelta(days=3):%Y-%m-%d}"}, "The requested day has passed"),
        ({"requested_on": f"{date.today().year + 1}-12-25"}, "Nobody works on the requested day where it is delivered"),
        ({"item-0-z_country": ""}, "A new site needs its street, city and country."),
        ({"item-0-product": ""}, "This field is required"),
        ({"account": "no such"}, "Nothing here is called"),
    ],
)
def test_what_cannot_be_delivered_so_comes_back_as_it_was_typed(
    acme, acme_main, wave, denver, alice, client_of, changes, words
):
    before = all_of(acme)
    answer = client_of(alice).post(NEW, typed(acme_main, wave, denver, **changes))
    assert answer.status_code == 422 and words in answer.text
    assert "Ring at the gate" in answer.text and all_of(acme) == before


def test_an_order_has_no_more_items_than_its_customers_term_says(acme, acme_main, wave, denver, alice, client_of):
    make.agreed(acme, "order.items", 1)
    two = typed(acme_main, wave, denver, items="2", **{"item-1-product": wave.code, "item-1-quantity": "1"})
    before = all_of(acme)
    answer = client_of(alice).post(NEW, two)
    assert answer.status_code == 422 and "An order has at most 1 items." in answer.text
    assert all_of(acme) == before
    assert client_of(alice).post(NEW, {**two, "items": "1"}).status_code == 302


def test_a_projects_reference_is_the_last_one_that_was_said(draft, acme, acme_main, wave, denver, alice, client_of):
    for said, kept in (("CAPEX-13", "CAPEX-13"), ("", "CAPEX-13")):
        assert client_of(alice).post(NEW, typed(acme_main, wave, denver, project_reference=said)).status_code == 302
        assert (latest(acme).project_id, latest(acme).project.reference) == (draft.project_id, kept)


def test_items_come_and_go_without_being_judged(acme, acme_main, wave, denver, alice, client_of):
    browser = client_of(alice)
    more = browser.post(NEW, typed(acme_main, wave, denver, more="1", title="Two"))
    assert more.status_code == 200 and 'name="item-1-product"' in more.text and 'value="Two"' in more.text
    less = browser.post(NEW, typed(acme_main, wave, denver, items="2", without="0", **{"item-1-bandwidth": "1 Gbps"}))
    assert 'name="item-1-product"' not in less.text and 'value="1 Gbps"' in less.text
    assert not all_of(acme)["Order"]


def test_what_a_colleague_changed_meanwhile_is_not_written_over(draft, acme, acme_main, wave, denver, alice, client_of):
    browser, url = client_of(alice), f"/e/204817/orders/{draft.number}/edit/"
    assert browser.post(url, typed(acme_main, wave, denver, title="Mine")).status_code == 302
    before = all_of(acme)
    answer = browser.post(url, typed(acme_main, wave, denver, title="Theirs"))
    assert answer.status_code == 422 and "A colleague has changed this order" in answer.text
    assert 'value="Theirs"' in answer.text and all_of(acme) == before
    assert latest(acme).title == "Mine"


def test_a_draft_is_there_for_those_who_order_and_a_private_one_for_its_writer(
    draft, acme, acme_main, wave, denver, alice, carol, client_of
):
    reader = make.user("reader@acme.example")
    make.grant(make.member(acme, reader, "Rita Reader"), "order.view", acme_main)
    page = f"/e/204817/orders/{draft.number}/"
    assert [client_of(each).get(page).status_code for each in (alice, carol, reader)] == [200, 200, 404]
    answer = client_of(alice).post(f"{page}edit/", typed(acme_main, wave, denver, is_private="on"))
    assert answer.status_code == 302
    assert [client_of(each).get(page).status_code for each in (alice, carol)] == [200, 404]


def test_a_draft_is_thrown_away_and_stands_among_the_cancelled(draft, acme, alice, client_of):
    browser, url = client_of(alice), f"/e/204817/orders/{draft.number}/withdraw/"
    assert browser.post(url).status_code == 302 and latest(acme).status == "cancelled"
    before = all_of(acme)
    assert browser.post(url).status_code == 409 and all_of(acme) == before


def test_who_may_only_look_cannot_order(acme, acme_branch, draft, alan, client_of):
    assert client_of(alan).get("/e/204817/orders/new/").status_code == 403


def test_an_account_beyond_reach_is_not_known(acme, acme_main, acme_branch, wave, denver, alan, client_of):
    with inside(acme):
        make.grant(
            alan.memberships.get() if hasattr(alan, "memberships") else _member(alan), "order.create", acme_branch
        )
    answer = client_of(alan).post(NEW, typed(acme_main, wave, denver))
    assert answer.status_code == 422 and not all_of(acme)["Order"]


def _member(person):
    from accounts.models import Membership

    return Membership.objects.get(user=person)


def test_staff_enter_orders_for_customers_with_prices(acme, acme_main, wave, denver, carol, client_of):
    prices = {"item-0-monthly": "2850.00", "item-0-one_time": "500"}
    assert "A end: one of their sites" in client_of(carol).get(NEW).text
    assert client_of(carol).post(NEW, typed(acme_main, wave, denver, **prices)).status_code == 302
    order = latest(acme)
    assert (str(order.monthly), str(order.one_time), order.placed_by) == ("2850.00", "500.00", "Carol Okafor")
