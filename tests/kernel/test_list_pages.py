"""Every list of the portal, by whatever address: filters, days, chips, heads, parts for htmx, files, empty states."""

import base64
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from urllib.parse import parse_qsl, urlencode

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership, StaffVisit, Team
from billing.lists import INVOICES
from billing.models import Invoice, Posting
from billing.selectors import list_invoices
from orders.lists import ORDERS
from orders.models import Answer, Order
from portal import listing, looks, ownlists
from portal.listing.declared import LISTINGS
from tests import make
from tests.billing import builders
from tests.faces import face_settings, inside

ORDER_PAGE = "/e/204817/orders/"
TODAY = date.today()
CUSTOMERS = ["orders", "invoices", "disputes", "visits", "downloads", "people", "teams", "access-requests", "api-keys"]
CUSTOMERS += ["access-review"]
CUSTOMERS += ["moves", "takeovers", "services"]
# Whoever looks at them is a colleague with a role, and stands in the journal; a customer of the test's lacks most of
# a team, and who looks at its people is one of them.
NEVER_EMPTY = {"terms", "customers", "staff", "staff_roles", "team_gaps", "people", "journal"}
EVERYWHERE = {**LISTINGS, "downloads": ownlists.DOWNLOAD_LIST}


@pytest.fixture
def owen(acme):
    person = make.staff("Owen Admin", "platform_admin")
    make.team(acme, person, "care_manager")
    return person


@pytest.fixture
def full(acme, acme_main, alice, dora, owen, deliver):
    """Something in every list."""
    make.order(acme_main, care_manager=make.card_of(owen)), make.charge(acme_main)
    make.described(make.service(acme_main))
    make.order(acme_main, committed_on=None, expected_on=None, care_manager=make.card_of(owen))
    make.order(acme_main, status="submitted", milestones=0)
    _answered(make.order(acme_main, milestones=0))
    make.order(acme_main, care_manager=make.card_of(owen), milestones=[{"kind": "activation"}])
    builders.start(dora)
    builders.dispute(alice, builders.issue(acme_main))
    visit(acme, owen)
    make.absence(dora)
    make.contact(acme, "desk@acme.example", wants_orders=True)
    make.group(acme, "West", acme_main)
    make.api_key(acme, alice)
    make.registration("new@acme.example")
    with inside(acme):
        Team.objects.create(enterprise=acme, name="NOC")
        member = Membership.objects.select_related("enterprise").get(user=alice)
        Posting.objects.create(enterprise=acme, invoice=Invoice.objects.get(), made_at=builders.ISSUED_AT)
        looks.note(builders.staff(owen, acme), acme_main, "page", label="5-1", at=builders.ISSUED_AT)
    make.access_request(member, "order.view")
    make.member(acme, make.user("second@acme.example"), "Second Person")
    make.review(acme)
    make.move(acme, make.house())
    make.takeover(make.service(acme_main), make.account(make.house(), "The carrier's own"))
    deliver()


def _answered(order):
    with inside(order.enterprise):
        at = builders.ISSUED_AT
        Answer.objects.create(
            enterprise=order.enterprise, order=order, key="rack", value="4", answered_by="Ana", answered_at=at
        )


def visit(acme, person, at=datetime(2026, 3, 2, 5, tzinfo=UTC), reason="A call"):
    card = make.card_of(person)
    with inside(acme):
        return StaffVisit.objects.create(
            enterprise=acme, card=card, reason=reason, started_at=at, until_at=at + timedelta(hours=1)
        )


def address(name):
    found = EVERYWHERE[name]
    face = "customer" if name in CUSTOMERS else "staff"
    return reverse(found.url, args=["204817"] if found.is_inside else [], urlconf=face_settings(face)["ROOT_URLCONF"])


def text(answer) -> str:
    assert answer.status_code == 200, answer
    return unescape(answer.content.decode())


def chips(page: str) -> list[str]:
    found = re.findall(r'<a class="chip" href="([^"]*)"><span>(.*?)</span>', page)
    return [re.sub("<[^>]+>", "", words) for _url, words in found]


# --- every list ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(EVERYWHERE))
def test_every_list_is_declared_and_shown_alike(name, full, alice, owen, client_of):
    browser = client_of(alice if name in CUSTOMERS else owen)
    page = text(browser.get(address(name)))
    assert page.count('<section class="card list" id="list"') == 1 and "<h1>" in page
    assert ('<table class="table card-table cards-on-phone' in page) == (name != "downloads")
    part = text(browser.get(address(name), headers={"HX-Request": "true", "HX-Target": "list"}))
    assert "<html" not in part and 'hx-swap-oob="innerHTML:#announce"' in part
    if EVERYWHERE[name].export:
        form = re.search(r'<form method="post" action="([^"]*export\.csv[^"]*)"', page)
        answer = browser.get(form[1])
        assert answer.status_code == 200 and answer["Content-Type"].startswith("text/csv")
        assert len(answer.content.decode().splitlines()) >= 2


@pytest.mark.parametrize("name", sorted(set(EVERYWHERE) - NEVER_EMPTY))
def test_every_list_says_what_will_fill_it(name, acme, alice, owen, client_of):
    page = text(client_of(alice if name in CUSTOMERS else owen).get(address(name)))
    words = EVERYWHERE[name].nothing
    assert str(words.title) in page and words.told in page and "<table" not in page and "export.csv" not in page


@pytest.mark.parametrize("name", sorted(name for name in EVERYWHERE if EVERYWHERE[name].page.filters))
def test_every_list_offers_a_way_out_of_a_filter_that_nothing_answers(name, full, alice, owen, client_of):
    found = EVERYWHERE[name]
    free = [each for each in found.page.filters if not getattr(each, "choices", ())]
    names = [free[0].names[0]] if free else ["state"]
    value = "nothing at all" if free and len(free[0].names) == 1 else "2199-01-01" if free else "expired"
    page = text(client_of(alice if name in CUSTOMERS else owen).get(f"{address(name)}?{urlencode({names[0]: value})}"))
    assert str(found.none_found.title) in page and f'href="{address(name)}">Show all' in page


@pytest.mark.parametrize("face", ["customer", "staff"])
def test_no_address_of_any_list_breaks_it(face, full, alice, owen, client_of):
    """Whatever stands in it: known words, days, numbers, places, and none of them."""
    browser = client_of(alice if face == "customer" else owen)
    names = sorted(name for name in EVERYWHERE if (name in CUSTOMERS) == (face == "customer"))
    junk = st.sampled_from(
        [
            "",
            "x",
            "0",
            "9" * 30,
            "-1",
            "2026-09-30",
            "2026-13-01",
            "0001-01-01",
            "9999-12-31",
            "é' OR 1=1 --",
            "%00",
            "🙂",
        ]
    ) | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def attempt(data):
        name = data.draw(st.sampled_from(names))
        page = EVERYWHERE[name].page
        known = [word for each in page.filters for word in each.names]
        values = junk | st.sampled_from(
            [code for each in page.filters for code, _ in getattr(each, "choices", ())] or [""]
        )
        params = data.draw(st.dictionaries(st.sampled_from([*known, "view", "nonsense"]), values, max_size=4))
        params |= data.draw(st.sampled_from([{}, {"sort": "nonsense"}, *({"sort": s.key} for s in page.sorts)]))
        params |= data.draw(
            st.just({}) | st.dictionaries(st.sampled_from(["before", "after"]), junk | _places(), max_size=2)
        )
        for headers in ({}, {"HX-Request": "true", "HX-Target": "list"}):
            answer = browser.get(f"{address(name)}?{urlencode(params)}", headers=headers)
            assert answer.status_code in {200, 302, 404}, (name, params)

    attempt()


def _places():
    values = st.sampled_from(
        ["2026-01-01", "2026-01-01T00:00:00+00:00", "ORD-1", "12.50", 7, None, "NaN", "1e400", ["x"]]
    )
    pairs = st.tuples(values, st.sampled_from([0, 1, -1, 2**70, "x"]))
    return pairs.map(lambda pair: base64.urlsafe_b64encode(json.dumps(pair).encode()).decode())


# --- paging ----------------------------------------------------------------------------------


@pytest.mark.parametrize("sort", [each.key for each in ORDERS.sorts])
def test_each_order_is_met_once_on_the_way_on_and_back_also_without_a_date(acme, acme_main, sort):
    for n in range(11):
        make.order(acme_main, milestones=0, committed_on=None if n % 3 == 0 else TODAY + timedelta(days=n % 2))
    with inside(acme):
        _walk(replace(ORDERS, page_size=3), Order.objects.filter(enterprise=acme), sort, 11)


@pytest.mark.parametrize("sort", [each.key for each in INVOICES.sorts])
def test_each_invoice_is_met_once_on_the_way_on_and_back(acme, acme_main, alice, sort):
    make.charge(acme_main)
    for month in range(1, 8):
        builders.issue(acme_main, date(2026, month, 1))
    with inside(acme):
        actor = builders.customer(alice, acme)
        assert Invoice.objects.filter(enterprise=acme).count() == 7
        _walk(replace(INVOICES, page_size=2), list_invoices(actor), sort, 7)


def _walk(page, rows, sort, total):
    seen, shown = [], page.show(rows, {"sort": sort})
    seen.append([row.pk for row in shown.rows])
    while shown.next_url:
        shown = page.show(rows, _params(shown.next_url))
        seen.append([row.pk for row in shown.rows])
    met = [pk for each in seen for pk in each]
    assert len(met) == len(set(met)) == total
    back = []
    while shown.previous_url:
        shown = page.show(rows, _params(shown.previous_url))
        back.append([row.pk for row in shown.rows])
    assert back[::-1] == seen[:-1]


def _params(url):
    return dict(parse_qsl(url.lstrip("?")))


# --- filters and heads -------------------------------------------------------------------------


@pytest.fixture
def three(acme_main):
    days = (date(2026, 9, 1), date(2026, 9, 30), date(2026, 10, 1))
    return [make.order(acme_main, placed_on=each, committed_on=None if n == 1 else each) for n, each in enumerate(days)]


@pytest.mark.parametrize(
    "query, expected, chip",
    [
        ("placed_from=2026-09-01&placed_to=2026-09-30", [0, 1], "Placed: 1 Sep 2026 – 30 Sep 2026"),
        ("placed_from=2026-09-30", [1, 2], "Placed: from 30 Sep 2026"),
        ("placed_to=2026-09-29", [0], "Placed: up to 29 Sep 2026"),
        ("placed_from=2026-09-30&placed_to=2026-09-30", [1], "Placed: 30 Sep 2026"),
        ("committed_from=2026-09-02", [2], "Committed: from 2 Sep 2026"),
        ("committed_to=2026-12-31", [0, 2], "Committed: up to 31 Dec 2026"),
        ("status=open", [0, 1, 2], "State: All under way"),
    ],
)
def test_days_narrow_the_list_and_stand_above_it(three, alice, client_of, query, expected, chip):
    page = text(client_of(alice).get(f"{ORDER_PAGE}?{query}"))
    assert [n for n, order in enumerate(three) if f">{order.number}<" in page] == expected
    assert chips(page) == [chip]


@pytest.mark.parametrize(
    "query, fault",
    [
        ({"placed_from": "2026-02-30"}, "This is no day of the calendar"),
        ({"placed_from": '"><script>'}, "This is no day of the calendar"),
        ({"placed_from": "0001-01-01"}, "This is no day of the calendar"),
        ({"placed_from": "2026-09-30", "placed_to": "2026-09-01"}, "This day is before the first one"),
    ],
)
def test_days_that_cannot_be_are_said_beside_what_was_typed(three, alice, client_of, query, fault):
    browser = client_of(alice)
    answer = browser.get(f"{ORDER_PAGE}?{urlencode(query)}")
    page = text(answer)
    assert fault in page and 'aria-invalid="true"' in page and chips(page) == []
    assert all(f'value="{value}"' in page for value in query.values()) and b"<script>&" not in answer.content
    assert b'"><script>' not in answer.content
    assert all(f">{order.number}<" in page for order in three), "what is wrong narrows nothing"


def test_a_moment_belongs_to_the_day_where_the_reader_is(acme, alice, owen, client_of):
    visit(acme, owen)  # 2 March 05:00 in Greenwich, 1 March 22:00 in Denver
    browser = client_of(alice)
    assert "A call" in text(browser.get("/e/204817/visits/?from_from=2026-03-01&from_to=2026-03-01"))
    assert "A call" not in text(browser.get("/e/204817/visits/?from_from=2026-03-02"))


def test_a_chip_takes_its_filter_away_and_leaves_the_others(three, alice, client_of):
    browser = client_of(alice)
    page = browser.get(f"{ORDER_PAGE}?status=open&family=wavelength&sort=number&placed_from=2026-09-02").text
    ways = re.findall(r'<a class="chip" href="([^"]*)"', page)
    assert [unescape(way) for way in ways] == [
        "?family=wavelength&placed_from=2026-09-02&sort=number",
        "?status=open&placed_from=2026-09-02&sort=number",
        "?status=open&family=wavelength&sort=number",
    ]
    assert "Filter (3 on)" in page


def test_heads_sort_and_turn_round(three, alice, client_of):
    browser = client_of(alice)
    page = browser.get(f"{ORDER_PAGE}?sort=number").text
    head = next(each for each in re.findall(r"<th scope=\"col\".*?</th>", page) if ">Order<" in each)
    assert 'aria-sort="ascending"' in head and 'href="?sort=number-down"' in head
    page = browser.get(f"{ORDER_PAGE}?sort=number-down").text
    assert 'aria-sort="descending"' in page and page.count("aria-sort") == 1
    at = [page.index(f">{order.number}<") for order in three]
    assert at == sorted(at, reverse=True)


def test_htmx_gets_the_list_alone_says_how_many_and_keeps_a_clean_address(three, alice, client_of):
    headers = {"HX-Request": "true", "HX-Target": "list"}
    answer = client_of(alice).get(f"{ORDER_PAGE}?status=open&family=&account=&q=", headers=headers)
    part = text(answer)
    assert answer["HX-Push-Url"] == f"{ORDER_PAGE}?status=open"
    assert part.lstrip().startswith('<section class="card list"') and "3 rows" in part
    answer = client_of(alice).get(f"{ORDER_PAGE}?q=none", headers=headers)
    assert "Nothing answers to that." in text(answer)


def test_a_list_that_asks_for_itself_again_is_no_other_place_and_is_not_announced(three, alice, client_of):
    headers = {"HX-Request": "true", "HX-Target": "list", "HX-Trigger": "list"}
    answer = client_of(alice).get(f"{ORDER_PAGE}?status=open", headers=headers)
    part = text(answer)
    assert part.lstrip().startswith('<section class="card list"') and three[0].number in part
    assert "HX-Push-Url" not in answer and "#announce" not in part


def test_ten_thousand_rows_are_counted_to_a_cap_and_paged(acme, acme_main, alice, client_of):
    first = make.order(acme_main, milestones=0)
    columns = [field.attname for field in Order._meta.concrete_fields if field.attname not in {"id", "number"}]
    values = {name: getattr(first, name) for name in columns}
    with inside(acme):
        copies = [Order(**values, number=f"ORD-2020-{n:05d}") for n in range(1, 10_000)]
        Order.objects.bulk_create(copies, batch_size=2_000)
    page = text(client_of(alice).get(f"{ORDER_PAGE}?sort=committed"))
    assert "1,000+ in all" in page and page.count('name="row"') == 50 and 'rel="next"' in page


def test_a_long_name_is_whole_in_its_cell_and_never_markup(acme_main, alice, client_of):
    title = "Wave <i>" + "x" * 150
    make.order(acme_main, title=title)
    answer = client_of(alice).get(ORDER_PAGE)
    assert title in text(answer) and b"<i>" not in answer.content


def test_who_lacks_the_permission_is_told_whom_to_ask(acme, alice, client_of):
    idle = make.user("idle@acme.example")
    make.member(acme, idle, "Ida Idle")
    answer = client_of(idle).get(ORDER_PAGE)
    assert answer.status_code == 403 and "Alice Moreau" in answer.content.decode()


def test_a_long_list_across_customers_is_to_be_narrowed(full, owen, client_of, monkeypatch):
    from portal import views

    answer = views.exports.answer
    monkeypatch.setattr(views.exports, "answer", lambda *a, **k: answer(*a, **k, most=0))
    for method in ("get", "post"):
        said = getattr(client_of(owen), method)("/notices/export.csv")
        if method == "post":
            assert said.status_code == 405
        else:
            assert said.status_code == 409 and "Narrow the list" in said.text and "Prepare the file" not in said.text


def test_each_name_belongs_to_one_list():
    with pytest.raises(ValueError, match="registered twice"):
        listing.register(ownlists.NOTICE_LIST)
    assert listing.find("nothing", None) is None
