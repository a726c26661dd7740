"""Customer not ready: by rule and by hand, with its countdown, its warnings, its end, and a new date."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from inventory.models import Product
from orders.activating import selectors, services
from orders.models import Order, OrderCharge
from portal.models import Event
from portal.tenancy import tenant_scope
from tests import make
from tests.faces import as_staff, inside
from tests.orders.activating.conftest import TODAY, holds, noon, weekday
from tests.orders.conftest import now, state_of, steps_of

WHY = {"reason": "cannot_test", "note": "Your router is not there yet."}


def watch(days: int) -> None:
    """What the task does, at noon of a day so many days from now."""
    with as_staff():
        at = noon(days)
        for enterprise_id, pk in selectors.list_silent(at.date()):
            with tenant_scope(enterprise_id):
                services.hold_if_silent(enterprise_id, pk, at=at)
        for enterprise_id, pk in selectors.list_running_out():
            with tenant_scope(enterprise_id):
                services.watch_not_ready(enterprise_id, pk, at=at)


def kinds(order) -> list[str]:
    with inside(order.enterprise):
        rows = Event.objects.filter(kind__startswith="order.").order_by("pk")
        return list(rows.values_list("kind", flat=True))


@pytest.fixture
def held(line, carol, post):
    assert post(carol, line, "not-ready", **WHY).status_code == 302
    return line


def test_a_silent_customer_is_set_as_not_ready_once_the_days_of_the_term_are_over(line):
    watch(7)
    assert now(line).status == "in_progress"
    watch(8)
    watch(8)
    [found] = holds(line)
    assert (now(line).status, found.reason, found.set_by) == ("held", "cannot_test", "Portal")
    assert found.last_on == TODAY + timedelta(days=32)
    assert kinds(line) == ["order.not_ready"]


@pytest.fixture
def owing(acme_main, carol):
    """A product that needs a design layout record, whose technical details are due in two days."""
    with as_staff():
        product = Product.objects.create(code="wave-dlr", name="Wave", family="wavelength", needs_dlr=True)
    step = {"kind": "technical_details", "owner": "customer", "expected_on": TODAY + timedelta(days=2)}
    card = make.card_of(carol)
    return make.order(acme_main, product=product, care_manager=card, milestones=[step, {"kind": "design"}])


def test_a_design_layout_record_that_is_not_uploaded_by_its_day_is_why_the_order_waits(owing, alice, page, deliver):
    assert "needs your design layout record (DLR)" in page(alice, owing, "details/").text
    watch(2)
    assert holds(owing) == []
    watch(3)
    watch(3)
    [found] = holds(owing)
    assert (now(owing).status, found.reason, found.set_by) == ("held", "late_dlr", "Portal")
    assert "Design layout record (DLR) is late" in page(alice, owing).text
    [mail] = [each for each in deliver() if each.recipient == alice.email]
    assert "Design layout record (DLR) is late" in mail.body_text


def test_answers_alone_leave_the_step_to_the_customer_and_the_upload_gives_it_to_us(owing, alice, client_of):
    url = f"/e/204817/orders/{owing.number}/details/"
    seen = client_of(alice).get(url).context["seen"]
    assert client_of(alice).post(url, {"seen": seen}).status_code == 302
    assert steps_of(owing)[0].owner == "customer"
    paper = SimpleUploadedFile("dlr.pdf", b"%PDF-1.7 layout", "application/pdf")
    assert client_of(alice).post(url, {"seen": seen, "uploads": paper}).status_code == 302
    assert steps_of(owing)[0].owner == "carrier"
    watch(30)
    assert (now(owing).status, holds(owing)) == ("in_progress", [])


def test_who_hears_late_still_has_the_least_days(line):
    watch(40)
    [found] = holds(line)
    assert found.last_on == TODAY + timedelta(days=50)


def test_the_care_manager_holds_an_order_and_the_customer_is_told_what_follows(held, alice, page, deliver):
    [found] = holds(held)
    assert (now(held).status, found.due_on, str(found.charge)) == ("held", TODAY + timedelta(days=2), "1500.00")
    [mail] = [each for each in deliver() if each.recipient == alice.email]
    assert mail.kind == "order.not_ready"
    assert "$1,500.00" in mail.body_text and WHY["note"] in mail.body_text
    shown = page(alice, held).text
    assert "Your move: tell us when you are ready" in shown and "data-clock" in shown and "$1,500.00" in shown


def test_only_a_care_manager_holds_an_order_and_not_twice(held, line, alice, carol, erin, post):
    before = state_of(line.enterprise)
    make.team(line.enterprise, erin, "technician")
    assert post(erin, held, "not-ready", **WHY).status_code == 403
    assert post(alice, held, "not-ready", **WHY).status_code == 404
    assert post(carol, held, "not-ready", **WHY).status_code == 409
    assert post(carol, held, "not-ready", reason="cannot_test", note="").status_code == 422
    assert state_of(line.enterprise) == before


def test_the_customer_clears_it_with_a_new_date(held, alice, post):
    day = weekday(14)
    assert post(alice, held, "ready", new_on=f"{day}").status_code == 302
    [found] = holds(held)
    assert (found.outcome, found.new_on, found.ended_by) == ("cleared", day, "Alice Moreau")
    order = now(held)
    assert (order.status, order.expected_on) == ("in_progress", day)
    assert {step.expected_on for step in steps_of(held)} == {day}
    watch(15)
    assert now(held).status == "in_progress"


@pytest.mark.parametrize(("days", "words"), [(0, "Choose a day from"), (75, "Choose a day from"), (-1, "business day")])
def test_a_new_date_too_near_too_far_or_on_a_sunday_is_refused_beside_its_field(held, alice, post, days, words):
    before = state_of(held.enterprise)
    day = weekday(14) - timedelta(days=1) if days < 0 else weekday(70) if days else TODAY
    answer = post(alice, held, "ready", new_on=f"{day}")
    assert answer.status_code == 422 and words in answer.text
    assert state_of(held.enterprise) == before


def test_what_does_not_wait_for_the_customer_is_not_cleared(line, alice, post):
    before = state_of(line.enterprise)
    answer = post(alice, line, "ready", new_on=f"{weekday(14)}")
    assert answer.status_code == 409 and "does not wait for the customer to be ready any more" in answer.text
    assert state_of(line.enterprise) == before


def test_another_customer_and_who_may_not_place_orders_clear_nothing(held, bob, acme, post, client_of):
    reader = make.user("reader@acme.example")
    make.grant(make.member(acme, reader, "Rea Der"), "order.view")
    before = state_of(acme)
    assert post(bob, held, "ready", new_on=f"{weekday(14)}").status_code == 404
    assert post(reader, held, "ready", new_on=f"{weekday(14)}").status_code == 403
    assert state_of(acme) == before


def test_warnings_come_twice_and_day_31_cancels_with_the_charge(held, alice, deliver):
    for days in (21, 22, 23, 29, 29, 32):
        watch(days)
    assert kinds(held) == ["order.not_ready", "order.not_ready_warned", "order.not_ready_warned"]
    watch(33)
    watch(33)
    assert now(held).status == "cancelled"
    assert kinds(held)[-1] == "order.not_ready_cancelled" and len(kinds(held)) == 4
    mails = [each for each in deliver() if each.recipient == alice.email]
    assert "$1,500.00" in mails[-1].body_text
    assert now(held).service.status == "pending"


def test_where_the_term_says_so_day_31_starts_billing_instead(line, carol, post):
    make.agreed(line.enterprise, "order.cnr_then", "bill")
    post(carol, line, "not-ready", **WHY)
    watch(33)
    watch(33)
    order = now(line)
    assert (order.status, order.commenced_on) == ("pending", TODAY + timedelta(days=33))
    assert (order.service.status, order.service.started_on) == ("active", order.commenced_on)
    assert [each.outcome for each in holds(line)] == ["billed"]
    assert kinds(line).count("order.not_ready_billed") == 1


def test_the_mail_says_that_billing_begins_or_that_it_costs_nothing(line, acme_main, alice, carol, post, deliver):
    free = make.order(acme_main, one_time=0, milestones=[{"kind": "activation", "owner": "customer"}])
    post(carol, free, "not-ready", **WHY)
    make.agreed(line.enterprise, "order.cnr_then", "bill")
    post(carol, line, "not-ready", **WHY)
    watch(60)
    mails = {(each.kind, each.body_text) for each in deliver() if each.recipient == alice.email}
    for kind, words in (
        ("order.not_ready", "the order is cancelled, at no charge."),
        ("order.not_ready", "billing starts, whether you are ready or not."),
        ("order.not_ready_cancelled", "You are charged nothing for it."),
    ):
        assert [told for told, body in mails if words in body] == [kind], words


def test_a_step_that_is_done_meanwhile_releases_the_order(held, carol, act):
    step = steps_of(held)[0]
    assert act(carol, held, step, "complete").status_code == 302
    assert [each.outcome for each in holds(held)] == ["met"]
    assert now(held).status == "in_progress"
    watch(40)
    assert len(holds(held)) == 2


def test_the_days_of_an_order_that_came_in_on_hold_begin_with_the_care_managers_word(line, carol, post):
    with inside(line.enterprise):
        Order.objects.filter(pk=line.pk).update(status="held")
    assert post(carol, line, "not-ready", **WHY).status_code == 302
    [found] = holds(line)
    assert (now(line).status, found.set_by, kinds(line)) == ("held", "Carol Okafor", ["order.not_ready"])


def test_an_order_that_is_cancelled_while_it_waits_costs_nothing_for_it(held, alice, post):
    assert post(alice, held, "cancel", agreed="0").status_code == 302
    watch(40)
    watch(40)
    assert (now(held).status, [each.outcome for each in holds(held)]) == ("cancelled", ["met"])
    with inside(held.enterprise):
        assert not OrderCharge.objects.filter(reason="not_ready").exists()
    assert not {"order.not_ready_warned", "order.not_ready_cancelled"} & set(kinds(held))


def test_a_step_that_is_done_before_its_turn_comes_holds_nothing(line, carol, act):
    step = steps_of(line)[0]
    assert act(carol, line, step, "complete").status_code == 302
    before = state_of(line.enterprise)
    with as_staff(), tenant_scope(line.enterprise_id):
        assert services.hold_if_silent(line.enterprise_id, step.pk, at=noon(40)) is None
    assert state_of(line.enterprise) == before and holds(line) == []
