"""The order's page, the list, the work list, the home cards and the CSV file."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.selectors import get_customer_actor
from orders import selectors
from orders.models import Order
from tests import make
from tests.faces import as_staff, inside
from tests.orders.conftest import delay, steps_of

TODAY = date.today()


def text(answer) -> str:
    assert answer.status_code == 200, answer
    return answer.content.decode()


# --- the order's page ------------------------------------------------------------------------


def test_the_page_says_what_where_when_and_whom_to_call(act, wave, carol, alice, client_of):
    page = text(client_of(alice).get(f"/e/204817/orders/{wave.number}/"))
    for words in (
        "Wave 10 Gbps, Denver to Reno",
        "In progress",
        "New service",
        "5-KTR2P",
        "4500-7721",
        "Ana Moreau",
        "You asked for (CRD)",
        "We committed to (CCD)",
        "We now expect",
        "On time",
        "Carol Okafor",
        "Message Carol",
        "+1 303 555 0142",
        "Local loop tested, Reno side",
        "third party",
        "0 of 3",
        "$2,850.00",
        "$0.00",
    ):
        assert words in page, words
    sent = re.findall(r'<form method=.*?action="([^"]*)"', page.split("<main")[1].split("</main")[0])
    # Nothing of the order is theirs to change; that they follow it is.
    assert "Why it moved" not in page and {each.split("/")[3] for each in sent} == {"following"}


def test_a_late_order_says_by_how_much_and_why(act, wave, carol, alice, client_of):
    far = wave.committed_on + timedelta(days=4)
    act(carol, wave, steps_of(wave)[1], "delay", **delay(expected_on=f"{far:%Y-%m-%d}"))
    page = text(client_of(alice).get(f"/e/204817/orders/{wave.number}/"))
    assert "4 days late" in page and "Why it moved" in page
    assert "Sierra Loop Co. failed the end-to-end test" in page


@pytest.mark.parametrize(
    "fields, words",
    [
        ({"expected_on": TODAY - timedelta(days=2)}, "a new date is owed"),
        ({"expected_on": None}, "not yet known"),
        ({"requested_on": None}, "no date"),
        ({"committed_on": None}, "not yet"),
        ({"care_manager": None}, "No care manager is named yet"),
        ({"milestones": 0}, "The steps are not planned yet"),
        ({"term_months": 36}, "36 months"),
        ({"status": "pending"}, "Waiting for you"),
        (
            {"status": "completed", "completed_on": TODAY, "committed_on": TODAY - timedelta(days=1)},
            "1 day late",
        ),
        ({"status": "cancelled"}, "Cancelled"),
    ],
)
def test_what_is_missing_or_late_is_worded(acme_main, alice, client_of, fields, words):
    order = make.order(acme_main, **fields)
    assert words in text(client_of(alice).get(f"/e/204817/orders/{order.number}/"))


def test_places_and_service_stand_at_the_side(acme, acme_main, alice, client_of):
    a_end, z_end = make.site(acme, "Denver", street="910 15th St"), make.site(acme, "Reno", name="Plant 2")
    service = make.service(acme_main, bandwidth="10 Gbps", number="WV-10G-003318")
    order = make.order(acme_main, a_site=a_end, z_site=z_end, service=service)
    page = text(client_of(alice).get(f"/e/204817/orders/{order.number}/"))
    for words in ("Denver, 910 15th St", "Reno", "Plant 2", "10 Gbps", "WV-10G-003318"):
        assert words in page


def test_staff_see_the_same_page_with_their_tools(wave, carol, client_of):
    page = text(client_of(carol).get(f"/e/204817/orders/{wave.number}/"))
    assert page.count('/complete/"') == 2  # action and hx-post of the one under way
    assert page.count("Move the date") == 3 and page.count("Write a note") == 3
    assert "What they are buying" in page and "Message Carol" not in page


def test_staff_who_may_only_look_have_no_tools(acme, wave, erin, client_of):
    make.team(acme, erin, "service_manager")
    page = text(client_of(erin).get(f"/e/204817/orders/{wave.number}/"))
    assert "Move the date" not in page and "Complete it now" not in page


def test_states_are_worded_for_who_reads(acme_main, carol, alice, client_of):
    order = make.order(acme_main, status="pending", milestones=[{"owner": "customer"}])
    ours = text(client_of(carol).get(f"/e/204817/orders/{order.number}/"))
    theirs = text(client_of(alice).get(f"/e/204817/orders/{order.number}/"))
    assert "Waiting for the customer" in ours and "Waiting for you" not in ours
    assert "Waiting for you" in theirs


@pytest.mark.parametrize("path", ["", "{number}/", "export.csv"])
def test_who_may_see_no_orders_is_told_so(acme, wave, client_of, path):
    idle = make.user("idle@acme.example")
    make.member(acme, idle, "Ida Idle")
    assert client_of(idle).get(f"/e/204817/orders/{path.format(number=wave.number)}").status_code == 403


def test_not_yours_is_not_there(wave, alan, bob, alice, client_of, borealis):
    assert client_of(alan).get(f"/e/204817/orders/{wave.number}/").status_code == 404
    assert client_of(bob).get(f"/e/204817/orders/{wave.number}/").status_code == 404
    assert client_of(bob).get(f"/e/{borealis.public_id}/orders/{wave.number}/").status_code == 404
    assert client_of(alice).get("/e/204817/orders/ORD-2026-99999/").status_code == 404


# --- the list --------------------------------------------------------------------------------


def numbers_on(page: str, orders: list[Order]) -> list[str]:
    """Which of the orders the page lists, in the page's order."""
    places = {order.number: page.find(f">{order.number}<") for order in orders}
    return sorted((number for number, place in places.items() if place >= 0), key=lambda number: places[number])


@pytest.fixture
def several(acme_main, acme_branch):
    internet = make.product("dia-1g", "Dedicated internet 1 Gbps", "ip")
    return [
        make.order(acme_main, number="ORD-2026-10001", placed_on=TODAY - timedelta(days=3)),
        make.order(
            acme_branch, number="ORD-2026-10002", placed_on=TODAY - timedelta(days=1), product=internet, milestones=0
        ),
        make.order(
            acme_main,
            number="ORD-2026-10003",
            placed_on=TODAY - timedelta(days=2),
            status="cancelled",
            customer_reference="4500 7721",
        ),
    ]


@pytest.mark.parametrize(
    "query, expected",
    [
        ("", [2, 3, 1]),
        ("?sort=oldest", [1, 3, 2]),
        ("?sort=number", [1, 2, 3]),
        ("?sort=nonsense&status=nonsense", [2, 3, 1]),
        ("?status=open", [2, 1]),
        ("?status=cancelled", [3]),
        ("?family=ip", [2]),
        ("?account=5-ktr3q", [2]),
        ("?q=ord202610001", [1]),
        ("?q=4500++7721", [3]),
        ("?q=ORD-2026-1000", []),
        ("?status=open&family=wavelength", [1]),
    ],
)
def test_the_list_is_narrowed_and_ordered(several, alice, client_of, query, expected):
    page = text(client_of(alice).get(f"/e/204817/orders/{query}"))
    assert numbers_on(page, several) == [f"ORD-2026-1000{n}" for n in expected]


def test_an_account_scoped_person_lists_only_that_account(several, alan, client_of):
    page = text(client_of(alan).get("/e/204817/orders/"))
    assert numbers_on(page, several) == ["ORD-2026-10002"]
    assert "1 in all" in page


def test_an_empty_list_says_why(acme, alice, client_of):
    page = text(client_of(alice).get("/e/204817/orders/"))
    assert "No orders yet" in page and "export.csv" not in page
    page = text(client_of(alice).get("/e/204817/orders/?q=nothing"))
    assert "No order answers to that" in page and "Show all" in page


def test_pages_follow_one_another_without_loss(acme_main, alice, client_of, monkeypatch):
    orders = [make.order(acme_main, milestones=0, placed_on=TODAY - timedelta(days=n // 3)) for n in range(60)]
    browser = client_of(alice)
    first = text(browser.get("/e/204817/orders/"))
    onward = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = text(browser.get(f"/e/204817/orders/{onward}"))
    seen = numbers_on(first, orders) + numbers_on(second, orders)
    assert len(seen) == len(set(seen)) == 60
    back = second.split('rel="prev" href="')[1].split('"')[0].replace("&amp;", "&")
    assert numbers_on(text(browser.get(f"/e/204817/orders/{back}")), orders) == numbers_on(first, orders)


def queries(browser, url: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert browser.get(url).status_code == 200
    return len(caught)


@pytest.mark.parametrize("path", ["e/204817/orders/", "e/204817/orders/export.csv", "e/204817/"])
def test_twenty_rows_cost_the_queries_of_ten(acme_main, alice, client_of, path):
    browser = client_of(alice)
    ten = [make.order(acme_main) for _ in range(10)]
    browser.get(f"/{path}")
    before = queries(browser, f"/{path}")
    ten += [make.order(acme_main) for _ in range(10)]
    assert queries(browser, f"/{path}") == before


def test_the_work_list_costs_the_same_for_ten_and_twenty(acme_main, borealis_main, carol, client_of):
    browser, card = client_of(carol), make.card_of(carol)
    for _ in range(5):
        make.order(acme_main, care_manager=card), make.order(borealis_main, care_manager=card)
    before = queries(browser, "/orders/mine/")
    for _ in range(5):
        make.order(acme_main, care_manager=card), make.order(borealis_main, care_manager=card)
    assert queries(browser, "/orders/mine/") == before


def test_a_longer_order_costs_the_same(act, acme_main, alice, carol, client_of):
    short, long = make.order(acme_main, milestones=2), make.order(acme_main, milestones=10)
    for step in steps_of(long):
        act(carol, long, step, "delay", **delay(expected_on=f"{TODAY + timedelta(days=90):%Y-%m-%d}"))
    browser = client_of(alice)
    browser.get("/e/204817/")
    assert queries(browser, f"/e/204817/orders/{short.number}/") == queries(browser, f"/e/204817/orders/{long.number}/")


# --- work list and home ----------------------------------------------------------------------


def test_a_care_manager_sees_their_open_orders_of_all_customers(acme_main, borealis_main, carol, erin, client_of):
    card = make.card_of(carol)
    due = [TODAY + timedelta(days=n) for n in (9, 3, 5)]
    mine = [
        make.order(acme_main, care_manager=card, expected_on=due[0]),
        make.order(borealis_main, care_manager=card, expected_on=due[1]),
        make.order(acme_main, care_manager=card, expected_on=None),
        make.order(acme_main, care_manager=card, expected_on=due[2]),
    ]
    others = [make.order(acme_main), make.order(acme_main, care_manager=card, status="completed", milestones=0)]
    browser = client_of(carol)
    page = text(browser.get("/orders/mine/"))
    wanted = [mine[n].number for n in (1, 3, 0, 2)]
    assert numbers_on(page, mine + others) == wanted
    assert f"/e/{borealis_main.enterprise.public_id}/orders/{mine[1].number}/" in page
    assert numbers_on(text(browser.get("/")), mine + others) == wanted
    assert numbers_on(text(client_of(erin).get("/orders/mine/")), mine + others) == []
    assert "No order is yours now" in text(client_of(erin).get("/orders/mine/"))


def test_customers_have_no_work_list(alice, client_of):
    assert client_of(alice).get("/orders/mine/").status_code == 404


def test_home_shows_what_is_under_way_and_due_first(acme_main, acme_branch, alice, alan, client_of):
    orders = [
        make.order(acme_main, expected_on=TODAY + timedelta(days=9 - n), committed_on=TODAY + timedelta(days=5))
        for n in range(6)
    ]
    done = make.order(acme_main, status="completed", milestones=0)
    branch = make.order(acme_branch, expected_on=TODAY, committed_on=None)
    page = text(client_of(alice).get("/e/204817/"))
    assert "Orders under way" in page and "All 7" in page and "?status=open" in page
    due_first = [branch.number, *(order.number for order in reversed(orders))][:5]
    assert numbers_on(page, [*orders, done, branch]) == due_first
    for words in ("1 day late", "on time", "no date yet"):
        assert words in page
    assert numbers_on(text(client_of(alan).get("/e/204817/")), [*orders, done, branch]) == [branch.number]


def test_home_without_orders_has_no_such_card(acme, alice, client_of):
    assert "Orders under way" not in text(client_of(alice).get("/e/204817/"))


# --- the file --------------------------------------------------------------------------------


def rows_of(answer) -> list[dict[str, str]]:
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_file_holds_what_the_list_shows(several, alice, alan, client_of):
    found = rows_of(client_of(alice).get("/e/204817/orders/export.csv?status=open"))
    assert [row["Order"] for row in found] == ["ORD-2026-10002", "ORD-2026-10001"]
    assert found[1]["Monthly (MRC)"] == "2850.00" and found[1]["Currency"] == "USD"
    assert found[1]["Placed"] == (TODAY - timedelta(days=3)).isoformat()
    assert found[1]["Next milestone"] == "Order acknowledged" and found[0]["Next milestone"] == ""
    assert [row["Order"] for row in rows_of(client_of(alan).get("/e/204817/orders/export.csv"))] == ["ORD-2026-10002"]


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", " =1+1"])
def test_no_cell_runs_as_a_formula(acme_main, alice, client_of, evil):
    make.order(acme_main, title=evil, customer_reference=evil)
    row = rows_of(client_of(alice).get("/e/204817/orders/export.csv"))[0]
    assert row["What"] == row["Your reference (PO)"] == f"'{evil}"


def test_too_many_for_one_file_is_refused_with_the_way_out(several, alice, client_of, monkeypatch):
    monkeypatch.setattr("orders.lists.EXPORT_CAP", 2)
    answer = client_of(alice).get("/e/204817/orders/export.csv")
    assert answer.status_code == 409
    assert "Narrow the list by its filters" in answer.content.decode()
    assert len(rows_of(client_of(alice).get("/e/204817/orders/export.csv?status=open"))) == 2


# --- the filter, with the wall open ----------------------------------------------------------


def test_staff_inside_list_only_the_customer_they_are_in(wave, borealis_main, carol, client_of):
    theirs = make.order(borealis_main)
    page = text(client_of(carol).get("/e/204817/orders/"))
    assert numbers_on(page, [wave, theirs]) == [wave.number]


@pytest.mark.parametrize("who", ["alan", "alice"])
def test_the_filters_hold_where_the_wall_is_open(request, wave, borealis_main, who):
    theirs = make.order(borealis_main)
    person = request.getfixturevalue(who)
    with inside(wave.enterprise):
        actor = get_customer_actor(User.objects.get(pk=person.pk), wave.enterprise)
    seen = [wave] if who == "alice" else []  # Alan's account is the other one
    with as_staff():  # outside any enterprise the wall shows staff everything
        assert Order.objects.count() == 2
        assert list(selectors.list_orders(actor)) == seen
        assert [order for order in (wave, theirs) if selectors.get_order(actor, order.number)] == seen
        firsts = {order: order.milestones.first() for order in (wave, theirs)}
        assert [order for order, step in firsts.items() if selectors.get_milestone(actor, step.pk)] == seen
        assert selectors.list_milestones(actor, theirs).count() == 0


def test_the_count_of_who_sees_some_accounts_goes_along_these_and_so_ends_at_the_cap(acme_main, alan, alice, client_of):
    counts = {}
    for person in (alan, alice):
        with CaptureQueriesContext(connection) as asked:
            assert client_of(person).get("/e/204817/orders/").status_code == 200
        [counts[person]] = [
            each["sql"] for each in asked if each["sql"].startswith('SELECT COUNT(*) FROM (SELECT "orders_order"')
        ]
    assert 'ORDER BY "orders_order"."account_id"' in counts[alan]
    assert 'ORDER BY "orders_order"."placed_on"' in counts[alice]
