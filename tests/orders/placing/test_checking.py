"""An order is signed, priced where it must be, and taken, returned or turned down by the carrier."""

import hashlib
import json
from datetime import date, timedelta

import pytest

from inventory.models import Service, Site
from orders.models import Authorisation, OrderItem, Quote
from orders.placing.services import print_authorisation
from tests import make
from tests.faces import as_staff, inside
from tests.orders.conftest import now, steps_of
from tests.orders.placing.conftest import A_DAY, all_of, latest, signed, typed

HERE = "/e/204817/orders/"


@pytest.fixture
def say(client_of):
    """Send a step of an order as somebody."""

    def post(person, order, what, **data):
        return client_of(person).post(f"{HERE}{order.number}/{what}/", data)

    return post


# --- signed -------------------------------------------------------------------------------------------------


def test_a_signed_order_is_submitted_with_the_hash_of_what_was_signed(submitted, acme, alice, carol, client_of):
    assert (submitted.status, submitted.placed_by, submitted.private_to) == ("submitted", "Alice Moreau", None)
    with inside(acme):
        paper = Authorisation.objects.get(order=submitted)
    said = json.dumps(paper.content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert paper.sha256 == hashlib.sha256(said.encode()).hexdigest()
    assert (paper.title, paper.address, paper.content["items"][0]["quantity"]) == ("Network manager", "127.0.0.1", 1)
    page = client_of(alice).get(f"{HERE}{submitted.number}/").text
    assert paper.sha256 in page and "Sign and submit" not in page and "Withdraw it" in page
    pdf = f"{HERE}{submitted.number}/authorisation.pdf"
    assert "is being made" in client_of(alice).get(pdf).text
    with as_staff():
        assert print_authorisation(acme.pk, paper.pk) and not print_authorisation(acme.pk, paper.pk)
    answer = client_of(carol).get(pdf)
    assert answer.status_code == 200 and b"".join(answer).startswith(b"%PDF")


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"signature": "Somebody else"}, "that is the signature"),
        ({"agrees": ""}, "This field is required"),
        ({"seen": "7"}, "A colleague has changed this order"),
    ],
)
def test_what_is_not_signed_properly_stays_a_draft(draft, acme, alice, say, changes, words):
    before = all_of(acme)
    answer = say(alice, draft, "submit", **signed(draft, **changes))
    assert answer.status_code == 422 and words in answer.text and "Network manager" in answer.text
    assert all_of(acme) == before


def test_a_second_order_on_a_service_is_refused_and_one_that_ends_too(draft, acme, acme_main, alice, say):
    service = make.service(acme_main)
    with inside(acme):
        OrderItem.objects.filter(order=draft).update(service=service, action="modify")
    other = make.order(acme_main, service=service)
    before = all_of(acme)
    answer = say(alice, draft, "submit", **signed(draft))
    assert answer.status_code == 422 and f"{other.number} about {service.number} is still under way" in answer.text
    assert all_of(acme) == before
    with inside(acme):
        Service.objects.filter(pk=service.pk).update(status="ending")
    assert "is being disconnected already" in say(alice, draft, "submit", **signed(draft)).text
    with inside(acme):
        Service.objects.filter(pk=service.pk).update(status="active")
        type(other).objects.filter(pk=other.pk).update(status="completed", completed_on=date.today())
    assert say(alice, draft, "submit", **signed(draft)).status_code == 302


def test_an_order_is_signed_once_with_its_day_and_with_something_in_it(
    draft, acme, acme_main, wave, denver, alice, say, client_of
):
    empty = make.order(acme_main, status="draft", milestones=0, requested_on=A_DAY)
    edit = f"{HERE}{draft.number}/edit/"
    assert client_of(alice).post(edit, typed(acme_main, wave, denver, requested_on="")).status_code == 302
    before = all_of(acme)
    for order, words in ((draft, "no requested date (CRD) yet"), (empty, "The order has no item yet.")):
        answer = say(alice, order, "submit", **signed(now(order)))
        assert answer.status_code == 422 and words in answer.text
    assert all_of(acme) == before
    assert client_of(alice).post(edit, typed(acme_main, wave, denver, seen="1")).status_code == 302
    assert say(alice, draft, "submit", **signed(now(draft))).status_code == 302
    before = all_of(acme)
    again = say(alice, draft, "submit", **signed(now(draft)))
    assert again.status_code == 422 and all_of(acme) == before


# --- priced case by case ----------------------------------------------------------------------------------------


@pytest.fixture
def sellers(acme):
    director, engineer = make.staff("Dan Reyes", "account_director"), make.staff("Sue Engel", "sales_engineer")
    make.team(acme, director, "account_director"), make.team(acme, engineer, "sales_engineer")
    return director, engineer


@pytest.fixture
def fiber(acme, acme_main, icb, denver, alice, client_of, say):
    """A draft of dark fiber, whose price Alice has asked for."""
    browser = client_of(alice)
    assert browser.post(f"{HERE}new/?product=dark-fiber", typed(acme_main, icb, denver)).status_code == 302
    order = latest(acme)
    early = say(alice, order, "submit", **signed(order))
    assert early.status_code == 422 and "no price is accepted yet" in early.text
    assert say(alice, order, "ask-price", seen="0").status_code == 302
    return latest(acme)


PRICE = {"monthly": "4100.00", "one_time": "12000.00", "term_months": "60", "words": "By the northern route"}
PRICE["valid_until_on"] = f"{date.today() + timedelta(days=30):%Y-%m-%d}"


def test_two_names_stand_on_a_quote_before_the_customer_sees_it(fiber, acme, alice, carol, sellers, say, client_of):
    director, engineer = sellers
    assert fiber.status == "pricing"
    assert all(fiber.number in client_of(each).get("/").text for each in sellers)
    assert say(carol, fiber, "price", **PRICE).status_code == 422  # has neither seat
    assert say(director, fiber, "price", **PRICE).status_code == 302 and latest(acme).status == "pricing"
    assert say(engineer, fiber, "price", **{**PRICE, "monthly": "4200.00"}).status_code == 302
    assert latest(acme).status == "pricing"  # another price: the director must agree to it
    assert say(director, fiber, "price", **{**PRICE, "monthly": "4200.00"}).status_code == 302
    with inside(acme):
        quote = Quote.objects.get(status="offered")
        assert (quote.version, quote.director, quote.engineer) == (2, "Dan Reyes", "Sue Engel")
    page = client_of(alice).get(f"{HERE}{fiber.number}/").text
    assert (
        "Your move: answer the price" in page
        and "$4,200.00" in page
        and "Sue Engel" in page
        and "By the northern route" in page
    )
    assert say(alice, fiber, "quote", version="2", answer="accept", words="").status_code == 302
    order = latest(acme)
    assert (order.status, str(order.monthly), order.term_months) == ("draft", "4200.00", 60)
    assert say(alice, fiber, "submit", **signed(order)).status_code == 302 and latest(acme).status == "submitted"


@pytest.fixture
def quoted(fiber, acme, sellers, say):
    for each in sellers:
        assert say(each, fiber, "price", **PRICE).status_code == 302
    return latest(acme)


def test_an_expired_quote_says_so_and_is_not_accepted(quoted, acme, alice, say, client_of):
    with inside(acme):
        Quote.objects.update(valid_until_on=date.today() - timedelta(days=2))
    assert "This quote has expired" in client_of(alice).get(f"{HERE}{quoted.number}/").text
    before = all_of(acme)
    answer = say(alice, quoted, "quote", version="1", answer="accept")
    assert answer.status_code == 409 and "This quote expired on" in answer.text and all_of(acme) == before
    assert say(alice, quoted, "ask-price", seen=str(quoted.revision)).status_code == 302
    assert latest(acme).status == "pricing"


def test_who_may_only_accept_quotes_does_so_and_nothing_else(quoted, acme, acme_main, say):
    boss = make.user("boss@acme.example")
    member = make.member(acme, boss, "Bea Boss")
    make.grant(member, "order.view", acme_main)
    before = all_of(acme)
    assert say(boss, quoted, "quote", version="1", answer="accept").status_code == 404
    assert all_of(acme) == before
    make.grant(member, "order.approve_only", acme_main)
    assert say(boss, quoted, "submit", **signed(quoted)).status_code == 403
    assert say(boss, quoted, "quote", version="1", answer="decline", words="Too dear").status_code == 302
    with inside(acme):
        assert (Quote.objects.get().status, Quote.objects.get().answered_by) == ("declined", "Bea Boss")


def test_a_price_holds_no_more_for_another_order(quoted, acme, acme_main, icb, denver, alice, say, client_of):
    assert say(alice, quoted, "quote", version="1", answer="accept").status_code == 302
    order = latest(acme)
    browser, url = client_of(alice), f"{HERE}{order.number}/edit/"
    words = typed(acme_main, icb, denver, term_months="60", title="New words", seen=str(order.revision))
    assert browser.post(url, words).status_code == 302
    assert str(latest(acme).monthly) == "4100.00"
    more = {**words, "item-0-quantity": "2", "seen": str(latest(acme).revision)}
    assert browser.post(url, more).status_code == 302
    with inside(acme):
        assert Quote.objects.get().status == "withdrawn"
    assert say(alice, order, "submit", **signed(latest(acme))).status_code == 422


def test_a_price_is_asked_for_only_where_one_is_wanting(draft, acme, alice, say):
    before = all_of(acme)
    answer = say(alice, draft, "ask-price", seen="0")
    assert answer.status_code == 409 and "Nothing in this order is priced case by case." in answer.text
    assert all_of(acme) == before


def test_a_price_is_given_while_it_is_asked_for_and_until_a_day_to_come(fiber, acme, sellers, say):
    director, engineer = sellers
    before = all_of(acme)
    late = say(director, fiber, "price", **{**PRICE, "valid_until_on": f"{date.today() - timedelta(days=2)}"})
    assert late.status_code == 422 and "This day has passed, so nobody could accept it." in late.text
    assert all_of(acme) == before
    for each in sellers:
        assert say(each, fiber, "price", **PRICE).status_code == 302
    before = all_of(acme)
    assert say(engineer, fiber, "price", **PRICE).status_code == 422 and all_of(acme) == before


def test_the_second_seat_is_shown_what_the_first_proposed(fiber, sellers, say, client_of):
    director, engineer = sellers
    assert say(director, fiber, "price", **PRICE).status_code == 302
    page = client_of(engineer).get(f"{HERE}{fiber.number}/").text
    assert 'value="4100.00"' in page and 'value="60"' in page and "By the northern route</textarea>" in page


def test_another_quote_than_the_one_that_stands_is_not_answered(quoted, acme, alice, say):
    before = all_of(acme)
    assert say(alice, quoted, "quote", version="2", answer="accept").status_code == 409
    assert all_of(acme) == before
    assert say(alice, quoted, "quote", version="1", answer="accept").status_code == 302
    before = all_of(acme)
    assert say(alice, quoted, "quote", version="1", answer="decline").status_code == 409
    assert all_of(acme) == before


def test_a_quote_for_two_items_is_the_orders_and_divided_among_none(
    acme, acme_main, icb, denver, alice, sellers, say, client_of
):
    two = typed(acme_main, icb, denver, items="2", **{"item-1-product": icb.code, "item-1-quantity": "1"})
    assert client_of(alice).post(f"{HERE}new/?product=dark-fiber", two).status_code == 302
    order = latest(acme)
    assert say(alice, order, "ask-price", seen="0").status_code == 302
    for each in sellers:
        assert say(each, order, "price", **PRICE).status_code == 302
    assert say(alice, order, "quote", version="1", answer="accept").status_code == 302
    assert str(latest(acme).monthly) == "4100.00"
    with inside(acme):
        assert list(OrderItem.objects.values_list("monthly", "is_priced")) == [(0, False)] * 2


# --- checked ---------------------------------------------------------------------------------------------------


def test_the_inbox_leads_to_the_order_and_taking_it_brings_sites_services_and_steps(
    submitted, acme, acme_main, carol, client_of, say
):
    browser = client_of(carol)
    assert submitted.number in browser.get("/orders/inbox/").text
    assert submitted.number in browser.get("/orders/inbox/export.csv").text
    with inside(acme):
        OrderItem.objects.update(quantity=2, monthly="100.01")
    page = browser.get(f"{HERE}{submitted.number}/").text
    mail = make.card_of(carol).email
    assert mail in page and "Accept the order" in page and "Turn it down" in page and "Withdraw it" not in page
    assert say(carol, submitted, "take", care_manager=mail).status_code == 302
    order = latest(acme)
    with inside(acme):
        items = list(OrderItem.objects.select_related("service", "z_site").order_by("position"))
        assert [str(each.monthly) for each in items] == ["50.01", "50.00"]
        assert {each.service.status for each in items} == {"pending"} and len({each.service_id for each in items}) == 2
        assert Site.objects.get(city="Reno").pk == items[0].z_site_id == items[1].z_site_id
    assert (order.status, order.care_manager_id) == ("acknowledged", make.card_of(carol).pk)
    assert order.service_id == items[0].service_id and steps_of(order)
    assert submitted.number not in browser.get("/orders/inbox/").text
    again = say(carol, submitted, "take", care_manager=mail)
    assert again.status_code == 409 and "is with Carol Okafor already" in again.text


def test_a_returned_order_says_why_and_comes_back_corrected(
    submitted, acme, acme_main, wave, denver, alice, carol, say, client_of, deliver
):
    before = all_of(acme)
    assert say(carol, submitted, "return", reason="").status_code == 422 and all_of(acme) == before
    answer = say(carol, submitted, "return", item_1="Which cage?", requested_on="Too soon")
    assert answer.status_code == 302
    order = latest(acme)
    assert order.status == "returned"
    page = client_of(alice).get(f"{HERE}{order.number}/").text
    assert "Your move: correct the order" in page and "Item 1: Which cage?" in page and "Too soon" in page
    assert any("Which cage?" in each.body_text for each in deliver() if each.kind == "order.returned")
    corrected = typed(acme_main, wave, denver, seen=str(order.revision), notes="Cage 12")
    assert client_of(alice).post(f"{HERE}{order.number}/edit/", corrected).status_code == 302
    assert say(alice, order, "submit", **signed(latest(acme))).status_code == 302
    with inside(acme):
        assert Authorisation.objects.filter(order=order).count() == 2 and latest(acme).remarks == []


def test_an_order_is_given_to_somebody_who_works_here(submitted, acme, carol, say):
    before = all_of(acme)
    answer = say(carol, submitted, "take", care_manager="nobody@northvane.example")
    assert answer.status_code == 422 and all_of(acme) == before
    assert say(carol, submitted, "take", care_manager=make.card_of(carol).email).status_code == 302


def test_an_order_that_is_turned_down_ends_with_its_reason(submitted, acme, alice, carol, say, client_of):
    before = all_of(acme)
    assert say(carol, submitted, "reject", reason="").status_code == 422 and all_of(acme) == before
    assert say(carol, submitted, "reject", reason="No fiber in that street").status_code == 302
    assert latest(acme).status == "rejected"
    assert "No fiber in that street" in client_of(alice).get(f"{HERE}{submitted.number}/").text


def test_another_enterprises_people_find_nothing(submitted, acme, borealis, bob, erin, client_of, say):
    before = all_of(acme)
    for what in ("edit", "submit", "withdraw", "quote", "ask-price"):
        assert client_of(bob).post(f"/e/305120/orders/{submitted.number}/{what}/", {}).status_code == 404
    make.team(acme, erin, "technician")
    assert say(erin, submitted, "take", care_manager="x").status_code == 403
    assert all_of(acme) == before
