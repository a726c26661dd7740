"""The plan of an order over HTTP: its steps, answers, capacity, dates, wishes and changes."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Enterprise
from orders.models import (
    Answer,
    DeliveryChoice,
    Letter,
    Milestone,
    MilestoneTemplate,
    Order,
    Pace,
    Reservation,
    Supplement,
)
from orders.planning import selectors, services
from orders.planning.tasks import count_pace, look_at_plans, make_letter
from orders.rules import WorkDays
from portal.calendars import BusinessHours
from portal.models import Event, StoredFile
from tests import make
from tests.faces import as_staff, inside
from tests.orders.conftest import now, state_of, steps_of
from tests.orders.planning.conftest import TODAY, business_day


def seen_on(answer) -> str:
    return re.search(r'name="seen" value="([^"]*)"', answer.content.decode())[1]


def answered(send, client_of, order, person, **data):
    page = client_of(person).get(f"/e/204817/orders/{order.number}/details/")
    given = {"answer-connector": "LC", "answer-rack": "Suite 210, rack 4", "seen": seen_on(page), **data}
    return send(person, order, "details", **given)


def reserved(send, client_of, order, alice, carol, until=None):
    assert answered(send, client_of, order, alice).status_code == 302
    page = client_of(carol).get(f"/e/204817/orders/{order.number}/review/")
    assert send(carol, order, "review", seen=seen_on(page), connector="", rack="").status_code == 302
    until = until or TODAY + timedelta(days=300)
    return send(carol, order, "reserve", what="10G wave", place="Denver-Reno", until_on=f"{until}")


def refuses(answer, before, order, *words):
    """It said no, in these words, and nothing changed."""
    assert answer.status_code in {409, 422}, answer
    page = answer.content.decode()
    assert all(each in page for each in words), page[page.find("<main") :]
    assert state_of(order.enterprise) == before


# --- steps -----------------------------------------------------------------------------------------


def test_an_acknowledged_order_has_its_touchpoints_planned_and_says_whose_move_it_is(taken, alice, client_of):
    kinds = [step.kind for step in steps_of(taken)]
    assert {
        "technical_details", "details_confirmed", "delivery_date", "reminder", "activation_planned",
        "connection_notice", "acceptance", "first_bill",
    } <= set(kinds)  # fmt: skip
    first, second = steps_of(taken)[:2]
    assert (first.status, second.status, second.owner) == ("completed", "in_progress", "customer")
    page = client_of(alice).get(f"/e/204817/orders/{taken.number}/").content.decode()
    assert "Your move:" in page and f"/orders/{taken.number}/details/" in page


def test_steps_that_staff_set_for_a_product_bind_its_orders_and_others_keep_the_shipped(
    acme_main, product, carol, client_of
):
    staff = client_of(carol)
    rows = [("acknowledged", "carrier", "share", 0), ("design", "permit", "due", -2)]
    data = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0"}
    for n, (kind, owner, basis, amount) in enumerate(rows):
        data |= {f"form-{n}-kind": kind, f"form-{n}-owner": owner, f"form-{n}-basis": basis, f"form-{n}-amount": amount}
        data[f"form-{n}-action"] = "Wait for the city"
    place = f"/orders/steps/?type=new&family=&product={product.code}"
    wrong = staff.post(place, {**data, "form-0-kind": "design"})
    assert wrong.status_code == 409 and "Order acknowledged" in wrong.content.decode()
    with as_staff():
        assert not MilestoneTemplate.objects.exists()
    assert staff.post(place, data).status_code == 302
    due = business_day(40)
    order = make.order(acme_main, product=product, milestones=0, requested_on=due, committed_on=None, expected_on=None)
    from orders import services as orders

    with inside(acme_main.enterprise):
        orders.lay_steps(order, orders.plan_for(order), at=timezone.now())
    step = steps_of(order)[1]
    assert (step.owner, step.action) == ("permit", "Wait for the city")
    assert TODAY < step.expected_on < due
    assert staff.post(place, {**data, "clear": "1"}).status_code == 302
    with inside(acme_main.enterprise):
        assert len(orders.plan_for(order)) > 5


# --- the letter ---------------------------------------------------------------------------------------


def test_the_letter_of_acknowledgement_is_written_once_and_only_its_people_have_it(
    taken, acme, alice, bob, client_of, deliver, mailoutbox
):
    page = f"/e/204817/orders/{taken.number}/letter/"
    assert client_of(alice).get(page).status_code == 409
    with as_staff():
        make_letter(enterprise_id=acme.pk, pk=taken.pk)
        make_letter(enterprise_id=acme.pk, pk=taken.pk)
    answer = client_of(alice).get(page)
    assert answer["Content-Type"] == "application/pdf"
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    with inside(acme):
        assert Letter.objects.count() == StoredFile.objects.count() == 1
    assert client_of(bob).get(page).status_code == 404
    deliver()
    mail = next(each for each in mailoutbox if "acknowledged" in each.subject)
    assert f"/orders/{taken.number}/letter/" in mail.body and "Carol Okafor" in mail.body


# --- technical answers -------------------------------------------------------------------------------


def test_answers_are_checked_kept_as_typed_reviewed_and_sent_back(send, client_of, taken, acme, alice, carol):
    before = state_of(acme)
    wrong = answered(send, client_of, taken, alice, **{"answer-rack": "x"})
    refuses(wrong, before, taken, "Write from 3 to 40 characters.", 'value="x"')
    stale = answered(send, client_of, taken, alice, seen="0" * 16)
    refuses(stale, before, taken, "Somebody else has answered", "Suite 210, rack 4")
    assert answered(send, client_of, taken, alice).status_code == 302
    with inside(acme):
        assert {each.key: each.value for each in Answer.objects.all()} == {
            "connector": "LC",
            "rack": "Suite 210, rack 4",
        }
    assert steps_of(taken)[1].owner == "carrier"
    assert f"/orders/{taken.number}/review/" in client_of(carol).get("/").text
    page = client_of(carol).get("/orders/reviews/").content.decode()
    assert taken.number in page and "Acme" in page
    review = client_of(carol).get(f"/e/204817/orders/{taken.number}/review/")
    assert "Answered: Suite 210, rack 4." in review.text
    seen = seen_on(review)
    assert send(carol, taken, "review", seen=seen, connector="", rack="No such rack").status_code == 302
    for person, whose in ((alice, "Your move:"), (carol, "The customer's move:")):
        page = client_of(person).get(f"/e/204817/orders/{taken.number}/").text
        assert whose in page and "our engineer sent 1 technical answer back" in page and "No such rack" in page
    assert steps_of(taken)[1].owner == "customer"
    page = client_of(alice).get(f"/e/204817/orders/{taken.number}/details/").content.decode()
    assert "No such rack" in page
    assert answered(send, client_of, taken, alice, **{"answer-rack": "<b>Suite</b> 211"}).status_code == 302
    page = client_of(carol).get(f"/e/204817/orders/{taken.number}/review/").text
    assert "Answered: &lt;b&gt;Suite&lt;/b&gt; 211." in page and "<b>Suite" not in page


def test_what_is_typed_into_the_questions_is_kept_as_a_draft(client_of, taken, alice):
    url = f"/e/204817/drafts/?form=technical-details&about={taken.pk}"
    assert client_of(alice).post(url, {"answer-rack": "Suite 2", "other": "x"}).status_code == 200
    page = client_of(alice).get(f"/e/204817/orders/{taken.number}/details/").content.decode()
    assert 'value="Suite 2"' in page


def test_details_are_confirmed_as_they_were_seen(send, client_of, taken, acme, alice, carol):
    reserved(send, client_of, taken, alice, carol)
    seen = seen_on(client_of(alice).get(f"/e/204817/orders/{taken.number}/plan/"))
    before = state_of(acme)
    refuses(send(alice, taken, "confirm", seen="stale"), before, taken, "has changed since")
    assert send(alice, taken, "confirm", seen=seen).status_code == 302
    step = next(each for each in steps_of(taken) if each.kind == "details_confirmed")
    assert step.status == "completed"


# --- dates ---------------------------------------------------------------------------------------------


def test_no_date_is_committed_to_before_capacity_and_each_move_of_it_is_told(
    send, client_of, taken, acme, alice, carol, deliver, mailoutbox
):
    first, later = business_day(45), business_day(50)
    before = state_of(acme)
    refuses(send(carol, taken, "commit", committed_on=f"{first}"), before, taken, "No capacity is reserved")
    refuses(send(carol, taken, "reserve", what="x", place="y", until_on=f"{later}"), before, taken, "not all accepted")
    assert reserved(send, client_of, taken, alice, carol, until=later).status_code == 302
    with inside(acme):
        assert Reservation.objects.get().what == "10G wave"
    assert send(carol, taken, "commit", committed_on=f"{first}").status_code == 302
    before = state_of(acme)
    refuses(send(carol, taken, "commit", committed_on=f"{later}", reason=""), before, taken, "customer reads")
    beyond = later + timedelta(days=1)
    refuses(send(carol, taken, "commit", committed_on=f"{beyond}", reason="Permit is late"), before, taken, "until")
    assert send(carol, taken, "commit", committed_on=f"{later}", reason="Permit is late").status_code == 302
    order = now(taken)
    assert (order.committed_on, order.expected_on) == (later, later) and order.free_until_on < later
    page = client_of(alice).get(f"/e/204817/orders/{taken.number}/").content.decode()
    assert "Why it moved" in page and "Permit is late" in page and f"+{(later - first).days}" in page
    deliver()
    assert sum("commit" in mail.subject for mail in mailoutbox) >= 2


def test_an_expedite_shows_its_fee_is_agreed_to_and_charged_only_if_met(
    send, client_of, taken, acme, alice, carol, product
):
    from portal.calendars import BusinessHours

    usual, wanted = (BusinessHours().add_business_days(TODAY, n) for n in (30, 26))
    before = state_of(acme)
    page = send(alice, taken, "expedite", wanted_on=f"{wanted}")
    assert page.status_code == 200 and "$1,200.00" in page.content.decode() and state_of(acme) == before
    refuses(send(alice, taken, "expedite", wanted_on=f"{wanted}", agreed="1.00"), before, taken, "fee has changed")
    soon = BusinessHours().add_business_days(TODAY, 3)
    refuses(send(alice, taken, "expedite", wanted_on=f"{soon}"), before, taken, "earliest day that can be had")
    refuses(send(alice, taken, "expedite", wanted_on=f"{usual}"), before, taken, "costs nothing")
    assert send(alice, taken, "expedite", wanted_on=f"{wanted}", agreed="1200.00").status_code == 302
    reserved(send, client_of, taken, alice, carol)
    assert send(carol, taken, "commit", committed_on=f"{wanted}").status_code == 302
    with inside(acme):
        wish = DeliveryChoice.objects.get()
        assert (wish.status, wish.days, wish.fee) == ("agreed", 4, Decimal(1200))
        from portal.actors import system

        order = Order.objects.select_related("account").get(pk=taken.pk)
    with as_staff(), inside(acme):
        services.settle_expedite(order, system(acme.pk), wanted + timedelta(days=1), timezone.now())
        assert DeliveryChoice.objects.get().status == "missed" and order.one_time == taken.one_time


def test_a_product_that_cannot_be_expedited_says_so_and_a_refusal_names_another_day(
    send, taken, acme, alice, carol, product, client_of
):
    wanted = business_day(35)
    from orders.planning.services import price_expedite

    with inside(acme):
        fee = price_expedite(Order.objects.select_related("product").get(pk=taken.pk), wanted, at=timezone.now()).fee
    assert send(alice, taken, "expedite", wanted_on=f"{wanted}", agreed=f"{fee}").status_code == 302
    answer = send(carol, taken, "refuse-expedite", reason="No splice crew", alternative_on=f"{business_day(40)}")
    assert answer.status_code == 302
    assert "No splice crew" in client_of(alice).get(f"/e/204817/orders/{taken.number}/plan/").content.decode()
    with as_staff():
        product.shortest_days = None
        product.save()
    refuses(send(alice, taken, "expedite", wanted_on=f"{wanted}"), state_of(acme), taken, "cannot be expedited")


# --- changes -------------------------------------------------------------------------------------------


def spent(order):
    """The build has begun: the point of no return is past."""
    with as_staff(), inside(order.enterprise):
        Milestone.objects.filter(order=order, kind="build").update(status="in_progress")


def test_cancelling_is_free_and_at_once_before_the_point_of_no_return(send, taken, acme, alice):
    assert send(alice, taken, "cancel", words="Plans changed", agreed="0").status_code == 302
    assert now(taken).status == "cancelled"
    before = state_of(acme)
    refuses(send(alice, taken, "cancel", agreed="0"), before, taken, "not under way")


def test_past_it_the_charge_is_shown_agreed_to_and_the_carrier_answers(send, taken, acme, alice, carol, client_of):
    spent(taken)
    page = client_of(alice).get(f"/e/204817/orders/{taken.number}/plan/").content.decode()
    assert "$400.00" in page and "point of no return" in page
    before = state_of(acme)
    refuses(send(alice, taken, "cancel", agreed="0"), before, taken, "not the one that was shown to you")
    assert send(alice, taken, "cancel", agreed="400.00").status_code == 302
    assert now(taken).status == "cancelling"
    before = state_of(acme)
    again = send(alice, taken, "supplement", kind="other", words="More ports", agreed_other="200.00")
    refuses(again, before, taken, "waits for an answer already")
    assert send(alice, taken, "take-back").status_code == 302
    assert now(taken).status == "acknowledged"
    assert send(alice, taken, "cancel", agreed="400.00").status_code == 302
    assert send(carol, taken, "decide", is_done="yes", decision="").status_code == 302
    order = now(taken)
    assert (order.status, order.one_time) == ("cancelled", taken.one_time + 400)


@pytest.mark.parametrize(
    "day, words",
    [
        (TODAY - timedelta(days=3), "has passed"),
        (TODAY + timedelta(days=(5 - TODAY.weekday()) % 7 + 7), "Nobody works"),
    ],
)
def test_another_date_that_cannot_be_is_refused(send, taken, acme, alice, day, words):
    refuses(
        send(alice, taken, "supplement", kind="due_date", wanted_on=f"{day}", agreed_due_date="0"),
        state_of(acme),
        taken,
        words,
    )


def test_a_holiday_of_the_customers_country_is_no_day_to_ask_for(send, taken, acme, alice):
    day = next(
        day
        for day in (TODAY + timedelta(days=n) for n in range(10, 400))
        if BusinessHours().is_business_day(day) and not BusinessHours.weekdays_of("BR").is_business_day(day)
    )
    with as_staff(), inside(acme):
        Enterprise.objects.update(country="BR")
    following = date_format(WorkDays.of({"BR"}, BusinessHours()).first_from(day))
    ask = {"kind": "due_date", "wanted_on": f"{day}", "agreed_due_date": "0"}
    refuses(send(alice, taken, "supplement", **ask), state_of(acme), taken, f"The next business day is {following}")
    assert WorkDays.of({"US"}).add_business_days(day, 0) == day


def test_another_date_is_answered_by_a_new_commitment(send, client_of, taken, acme, alice, carol):
    reserved(send, client_of, taken, alice, carol)
    assert send(carol, taken, "commit", committed_on=f"{business_day(45)}").status_code == 302
    later = business_day(60)
    assert (
        send(alice, taken, "supplement", kind="due_date", wanted_on=f"{later}", agreed_due_date="0").status_code == 302
    )
    assert now(taken).requested_on == later
    assert send(carol, taken, "commit", committed_on=f"{later}", reason="As you asked").status_code == 302
    with inside(acme):
        assert Supplement.objects.get().status == "done"


# --- reminders and the estimate --------------------------------------------------------------------------


def test_a_visit_is_reminded_of_once_for_each_time_and_anew_when_it_moves(taken, acme, deliver, mailoutbox):
    def visit_in(days):
        with as_staff(), inside(acme):
            rows = Milestone.objects.filter(order=taken, kind="site_visit")
            rows.update(expected_on=BusinessHours().add_business_days(TODAY, days))

    def told():
        with as_staff():
            look_at_plans()
        with inside(acme):
            return Event.objects.filter(kind="order.visit_reminded").count()

    visit_in(9)
    assert told() == 0
    visit_in(5)
    assert told() == 1 and told() == 1
    visit_in(4)
    assert told() == 2 and told() == 2
    visit_in(1)
    assert told() == 3 and told() == 3


def test_the_estimate_is_of_all_customers_and_only_where_enough_are_alike(
    acme_main, borealis_main, product, taken, alice, client_of
):
    def finished(count, on, days):
        for _ in range(count):
            made = {"status": "completed", "milestones": 0, "product": product, "completed_on": TODAY}
            make.order(on, placed_on=TODAY - timedelta(days=days), **made)

    page = f"/e/204817/orders/{taken.number}/plan/"
    other = make.account(make.enterprise("Corvid Foods"))
    finished(10, acme_main, 30)
    finished(30, borealis_main, 90)  # of another region
    finished(9, other, 50)
    with as_staff():
        count_pace()
        assert [each.region for each in Pace.objects.all()] == ["latam"]
    assert "Too few orders like this one" in client_of(alice).get(page).content.decode()
    finished(1, other, 50)
    with as_staff():
        count_pace()
        found = selectors.estimate_for(product.pk, "na")
    assert (found.alike, found.half_days, found.most_days) == (20, 40, 50)
    assert "within 40 days" in client_of(alice).get(page).content.decode()


# --- the API -----------------------------------------------------------------------------------------


def test_the_api_does_the_same_and_says_what_is_wrong_beside_the_field(client_of, taken, acme, alice, bob):
    api = f"/api/v1/e/204817/orders/{taken.number}/"
    wrong = {"answers": {"connector": "XX", "rack": "Suite 9"}}
    browser = client_of(alice)
    before = state_of(acme)
    answer = browser.post(
        f"{api}details/", wrong, content_type="application/json", headers={"Idempotency-Key": "a" * 20}
    )
    assert answer.status_code == 422 and "connector" in answer.content.decode() and state_of(acme) == before
    right = {"answers": {"connector": "SC", "rack": "Suite 9"}}
    answer = browser.post(
        f"{api}details/", right, content_type="application/json", headers={"Idempotency-Key": "b" * 20}
    )
    assert answer.status_code == 200, answer.content
    plan = browser.get(f"{api}plan/").json()
    assert [each["value"] for each in plan["answers"]] == ["SC", "Suite 9"] and plan["is_free"]
    assert client_of(bob).get(f"{api}plan/").status_code == 404
