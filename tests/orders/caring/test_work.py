"""The care manager's workbench: what is due, and many orders at once."""

import threading
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format

from orders import services
from orders.activating.services import set_not_ready
from orders.caring.lists import portfolio
from orders.caring.services import complete_together
from orders.models import Milestone, NotReady, Order, OrderStatus
from portal.errors import Refused
from portal.models import Event, Todo
from tests import make
from tests.billing import builders
from tests.faces import as_staff, inside
from tests.orders.activating.conftest import booking, slot

TODAY = make.today()


@pytest.fixture
def eve(db):
    return make.staff("Eve Lindqvist", "activation_engineer")


@pytest.fixture
def colleague(db):
    return make.staff("Cleo Colleague", "care_manager")


def bench(browser, due=""):
    answer = browser.get(f"/orders/mine/?due={due}")
    assert answer.status_code == 200
    return answer.text


def test_each_tab_has_the_orders_that_are_due_so_and_their_count(client_of, do, carol, alice, acme_main):
    card = make.card_of(carol)
    quiet = make.order(acme_main, care_manager=card)
    slipping = make.order(acme_main, care_manager=card, expected_on=TODAY + timedelta(days=30))
    held = make.order(acme_main, care_manager=card, status=OrderStatus.HELD)
    asked = make.order(acme_main, care_manager=card)
    moment = timezone.now() + timedelta(hours=2)
    do(carol, quiet, "messages", text="Soon.", update_by=f"{moment:%Y-%m-%dT%H:%M}")
    for text in ("When?", "Hello?"):
        do(alice, asked, "messages", text=text)
    do(alice, held, "messages", text="Once")
    do(alice, slipping, "escalate", reason="We wait too long")
    browser, everything = client_of(carol), (quiet, slipping, held, asked)
    wanted = {
        "promises": [quiet], "slipping": [slipping], "held": [held], "asked": [asked], "unread": [held, asked],
        "escalated": [slipping],
    }  # fmt: skip
    for due, orders in wanted.items():
        page = bench(browser, due).split('id="list"')[1]
        assert {each.number for each in everything if each.number in page} == {each.number for each in orders}, due
    whole = bench(browser)
    assert "2 unanswered" in whole and "update by" in whole
    assert browser.get("/orders/mine/export.csv?due=asked").content.decode().count("ORD-") == 1


def test_what_nobody_told_the_customer_anything_about_for_a_week_is_silent(client_of, carol, acme_main, do):
    card = make.card_of(carol)
    silent, told = (make.order(acme_main, care_manager=card) for _ in range(2))
    young = make.order(acme_main, care_manager=card, placed_on=TODAY)
    do(carol, told, "messages", text="All is well.")
    page = bench(client_of(carol), "silent").split('id="list"')[1]
    assert silent.number in page and told.number not in page and young.number not in page


def test_the_queries_do_not_grow_with_the_orders(client_of, carol, acme_main):
    card, browser = make.card_of(carol), client_of(carol)
    make.order(acme_main, care_manager=card)
    bench(browser)
    with CaptureQueriesContext(
        connection,
    ) as few:
        bench(browser)
    for _ in range(12):
        make.order(acme_main, care_manager=card)
    with CaptureQueriesContext(connection) as many:
        bench(browser)
    assert len(many) == len(few)


def orders_at_design(account, carol, count=3):
    steps = [{"kind": "design"}, {"kind": "build"}]
    return [make.order(account, care_manager=make.card_of(carol), milestones=steps) for _ in range(count)]


def send(browser, orders, what, **data):
    rows = " ".join(str(each.pk) for each in orders)
    return browser.post("/orders/together/", {"what": what, "rows": rows, **data})


def test_a_milestone_is_completed_on_many_orders_with_an_event_each(client_of, carol, acme_main, borealis_main):
    ours, theirs = orders_at_design(acme_main, carol), orders_at_design(borealis_main, carol, 1)
    browser = client_of(carol)
    page = browser.get("/orders/together/?" + "&".join(f"row={each.pk}" for each in ours + theirs)).text
    assert "4 orders together" in page and "Design complete (4)" in page
    assert send(browser, ours + theirs, "complete", kind="design").status_code == 302
    with as_staff():
        assert set(Milestone.objects.values_list("kind", "status")) == {
            ("design", "completed"),
            ("build", "in_progress"),
        }
        done = Event.objects.filter(kind="milestone.completed")
        assert done.count() == 4 and Todo.objects.filter(event__in=done).count() == 4
        assert done[0].facts["following"]["step"] == "build"
    again = send(browser, ours + theirs, "complete", kind="design")
    assert again.status_code == 422
    with as_staff():
        assert Event.objects.filter(kind="milestone.completed").count() == 4


def test_those_on_hold_go_on_and_wait_for_nobody_any_more(client_of, carol, acme, acme_main):
    orders = orders_at_design(acme_main, carol)
    with as_staff(), inside(acme):
        for each in orders[:2]:
            set_not_ready(each.pk, reason="silent", actor=builders.staff(carol, acme), at=timezone.now())
    with CaptureQueriesContext(connection) as few, as_staff(), inside(acme):
        services.complete_kind([orders[0].pk], "design", actor=builders.staff(carol, acme), at=timezone.now())
    with inside(acme):
        one, two = NotReady.objects.order_by("pk")
        assert (one.outcome, one.ended_by, two.outcome) == ("met", "Carol Okafor", "open")
    assert send(client_of(carol), orders[1:], "complete", kind="design").status_code == 302
    with as_staff():
        assert set(Order.objects.values_list("status", flat=True)) == {"in_progress"}
        assert not NotReady.objects.filter(outcome="open").exists()
    more = orders_at_design(acme_main, carol, 6)
    with as_staff(), inside(acme):
        for each in more:
            set_not_ready(each.pk, reason="silent", actor=builders.staff(carol, acme), at=timezone.now())
    keys = [each.pk for each in more]
    with CaptureQueriesContext(connection) as many, as_staff(), inside(acme):
        services.complete_kind(keys, "design", actor=builders.staff(carol, acme), at=timezone.now())
    assert len(many) == len(few)


def test_an_activation_is_not_completed_from_a_list(client_of, carol, acme_main):
    order = make.order(acme_main, care_manager=make.card_of(carol), milestones=[{"kind": "activation"}])
    answer = send(client_of(carol), [order], "complete", kind="activation")
    assert "Complete a milestone" not in answer.text
    with as_staff():
        assert Milestone.objects.get().status == "in_progress"


def test_nor_by_who_goes_past_the_list(carol, acme, acme_main):
    order = make.order(acme_main, milestones=[{"kind": "activation"}, {"kind": "design", "status": "in_progress"}])
    actor = builders.staff(carol)
    with as_staff():
        with pytest.raises(Refused, match="completed on each order by itself"):
            complete_together([order], "activation", actor=actor, at=timezone.now())
        assert not Event.objects.filter(kind="milestone.completed").exists()
        assert complete_together([order], "design", actor=actor, at=timezone.now()) == (1, [])
    with inside(acme):
        assert dict(Milestone.objects.values_list("kind", "status")) == {
            "activation": "in_progress", "design": "completed",
        }  # fmt: skip


def test_the_same_words_stand_on_each_order(client_of, carol, alice, acme_main, deliver):
    orders = orders_at_design(acme_main, carol, 2)
    assert send(client_of(carol), orders, "tell", text="").status_code == 422
    assert send(client_of(carol), orders, "tell", text="The mast is up.").status_code == 302
    told = [each for each in deliver() if each.kind == "order.message_sent" and each.recipient == alice.email]
    assert len(told) == 2


def test_orders_are_handed_over_and_the_customer_is_told_once(client_of, carol, alice, colleague, acme_main, deliver):
    orders = orders_at_design(acme_main, carol, 3)
    browser = client_of(carol)
    assert send(browser, orders, "hand", who=colleague.email, words="Cleo knows Reno.").status_code == 302
    with as_staff():
        assert set(Order.objects.values_list("care_manager__name", flat=True)) == {"Cleo Colleague"}
        assert Event.objects.filter(kind="order.handed_over").count() == 3
    mails = [each for each in deliver() if each.kind == "order.handed_over"]
    assert sorted(each.recipient for each in mails) == sorted([alice.email, colleague.email])
    assert all(each.number in mails[0].body_text for each in orders) and "Cleo knows Reno." in mails[0].body_text
    assert send(browser, orders, "hand", who=colleague.email, words="").status_code == 422


@pytest.mark.django_db(transaction=True)
def test_two_care_managers_at_the_same_milestone_complete_it_once(acme, acme_main, carol, colleague):
    orders, results = orders_at_design(acme_main, carol, 2), []
    keys = [each.pk for each in orders]

    def complete(person):
        with inside(acme):
            actor = builders.staff(person, acme)
            results.append(services.complete_kind(keys, "design", actor=actor, at=timezone.now())[0])
        connection.close()

    threads = [threading.Thread(target=complete, args=(each,)) for each in (carol, colleague)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(results) == [0, 2]
    with as_staff():
        assert Event.objects.filter(kind="milestone.completed").count() == 2


def test_the_calendar_has_the_activations_and_is_taken_along(client_of, carol, acme_main):
    day = TODAY + timedelta(days=3)
    order = make.order(
        acme_main, title="Ring; of, Reno " + "x" * 80, care_manager=make.card_of(carol),
        milestones=[{"kind": "activation", "expected_on": day}],
    )  # fmt: skip
    make.order(acme_main, milestones=[{"kind": "design", "expected_on": day}])
    browser = client_of(carol)
    assert order.number in browser.get("/orders/activations/").text
    file = browser.get("/orders/activations/activations.ics")
    text = file.content.decode()
    assert file["Content-Type"].startswith("text/calendar") and text.count("BEGIN:VEVENT") == 1
    assert f"DTSTART;VALUE=DATE:{day:%Y%m%d}\r\n" in text and "Ring\\; of\\, Reno" in text
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75


def test_a_week_of_the_calendar_has_the_calls_at_their_time(client_of, do, alice, carol, eve, acme_main):
    monday = TODAY + timedelta(days=14 - TODAY.weekday())
    order = make.order(acme_main, milestones=[{"kind": "activation", "owner": "customer"}])
    starts = datetime.combine(monday + timedelta(days=1), time(17, 30), UTC)
    times = slot(eve, starts_at=starts, ends_at=starts + timedelta(hours=1))
    assert do(alice, order, "activation", **booking(times)).status_code == 302
    browser = client_of(carol)

    def week(query):
        return browser.get(f"/orders/activations/?{query}").text.split('id="list"')[0]

    page = week(f"week={monday + timedelta(days=3):%Y-%m-%d}")
    assert order.number in page and "Eve Lindqvist" in page and "no time yet" not in page
    assert order.number not in week(f"week={monday:%Y-%m-%d}&manager=Zoe")
    assert order.number not in week("week=2020-02-30") and order.number not in week("week=0001-01-01")
    text = browser.get("/orders/activations/activations.ics").content.decode()
    assert f"DTSTART:{starts:%Y%m%dT%H%M%SZ}\r\n" in text


def test_the_workbench_counts_the_days_of_a_customer_who_is_not_ready(client_of, do, carol, acme_main):
    card = make.card_of(carol)
    held = make.order(acme_main, care_manager=card, expected_on=TODAY + timedelta(days=9), committed_on=TODAY)
    make.order(acme_main, care_manager=card, status=OrderStatus.HELD)
    assert do(carol, held, "not-ready", reason="cannot_test", note="No router").status_code == 302
    with as_staff():
        last = NotReady.objects.get().last_on
    page = bench(client_of(carol), "held")
    assert f"days left, until {date_format(last)}" in page and page.count("customer not ready") == 2


_FILES = ("customers", "awaited", "ending")


def test_a_long_portfolio_says_how_much_of_it_is_shown_and_its_files_have_all(client_of, acme, acme_main, monkeypatch):
    monkeypatch.setattr(portfolio, "PAGE_ROWS", 2)
    director = make.staff("Dan Director", "account_director")
    make.team(acme, director, "account_director")
    for _ in range(3):
        make.order(acme_main, status=OrderStatus.DRAFT, milestones=0, expected_on=None)
        make.service(acme_main, contract_ends_on=TODAY + timedelta(days=60))
    page = client_of(director).get("/orders/portfolio/").text
    assert page.count("2 of 3") == 2 and page.count("/orders/portfolio/") >= 3
    for each, many in zip(_FILES, (1, 3, 3), strict=True):
        assert client_of(director).get(f"/orders/portfolio/{each}.csv").content.decode().count("\r\n") == many + 1


def test_the_account_director_sees_the_portfolio(client_of, acme, acme_main, carol):
    director = make.staff("Dan Director", "account_director")
    assert "My portfolio" not in client_of(director).get("/").text
    make.team(acme, director, "account_director")
    make.order(acme_main, expected_on=TODAY + timedelta(days=40))
    draft = make.order(acme_main, status=OrderStatus.DRAFT, milestones=0, expected_on=None)
    ending = make.service(acme_main, contract_ends_on=TODAY + timedelta(days=60))
    later = make.service(acme_main, contract_ends_on=TODAY + timedelta(days=200))
    page = client_of(director).get("/").text
    assert "My portfolio" in page and "Acme Freight" in page and draft.number in page
    assert ending.number in page and later.number not in page and "/orders/portfolio/" in page
    whole = client_of(director).get("/orders/portfolio/").text
    assert "Acme Freight" in whole and draft.number in whole and ending.number in whole
    files = {each: client_of(director).get(f"/orders/portfolio/{each}.csv").content.decode() for each in _FILES}
    assert "Acme Freight" in files["customers"] and draft.number in files["awaited"]
    assert ending.number in files["ending"] and later.number not in files["ending"]
    assert [each.count("\r\n") for each in files.values()] == [2, 2, 2]
    assert client_of(carol).get("/orders/portfolio/awaited.csv").content.decode().count("\r\n") == 1
    assert "Nothing is under way at your customers" in client_of(carol).get("/orders/portfolio/").text
    assert "My portfolio" not in client_of(carol).get("/").text


def test_the_kept_promises_of_a_time_stand_on_a_page(client_of, do, carol, acme_main):
    order = make.order(acme_main, care_manager=make.card_of(carol))
    moment = timezone.now() + timedelta(hours=2)
    do(carol, order, "messages", text="Soon.", update_by=f"{moment:%Y-%m-%dT%H:%M}")
    do(carol, order, "messages", text="Here.")
    until = TODAY + timedelta(days=2)
    page = client_of(carol).get(f"/orders/promises/?to={until:%Y-%m-%d}").text
    assert "100 %" in page and "Carol Okafor" in page
    assert "No promise was due then" in client_of(carol).get("/orders/promises/?from=2020-01-01&to=2020-02-28").text
