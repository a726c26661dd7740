"""Care managers complete, move and annotate milestones; whoever may not, changes nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import StaffRole
from accounts.selectors import get_staff_actor
from inventory.models import Service
from inventory.services import activate_service
from orders import services
from orders.models import Order
from portal.errors import Refused
from portal.models import Event
from tests import make
from tests.faces import FaceClient, as_staff, inside
from tests.orders.conftest import IN_TEN_DAYS, delay, now, state_of, steps_of

ACTS = {"complete": {}, "delay": delay(), "annotate": {"note": "The loop is being tested"}}


def kinds(order: Order) -> list[str]:
    with inside(order.enterprise):
        return list(Event.objects.exclude(kind__startswith="enterprise.").order_by("pk").values_list("kind", flat=True))


def test_completing_starts_the_next_and_is_told(act, wave, carol):
    first = steps_of(wave)[0]
    answer = act(carol, wave, first, "complete")
    assert answer.status_code == 302
    assert answer.url == f"/e/204817/orders/ORD-2026-00388/#milestone-{first.pk}"
    done, started, later = steps_of(wave)
    assert (done.status, started.status, later.status) == ("completed", "in_progress", "planned")
    assert done.completed_at is not None
    with inside(wave.enterprise):
        event = Event.objects.get(kind="milestone.completed")
    assert (event.actor_name, event.story_id, event.account_id) == ("Carol Okafor", wave.pk, wave.account_id)
    assert event.facts["milestone"] == "Design complete"
    assert event.facts["following"]["milestone"] == "Local loop tested, Reno side"
    assert now(wave).status == "in_progress"


@pytest.mark.parametrize(
    "before, after",
    [
        ("submitted", "acknowledged"),
        ("acknowledged", "in_progress"),
        ("pending", "in_progress"),
        ("held", "in_progress"),
    ],
)
def test_completing_brings_the_order_on(act, acme_main, carol, before, after):
    order = make.order(acme_main, status=before)
    act(carol, order, steps_of(order)[0], "complete")
    assert now(order).status == after


@pytest.mark.parametrize("before", ["submitted", "acknowledged", "in_progress", "pending", "held"])
def test_the_last_milestone_completes_the_order_and_starts_the_service(act, acme, acme_main, carol, before):
    service = make.service(acme_main, status="pending")
    order = make.order(acme_main, status=before, milestones=1, service=service)
    act(carol, order, steps_of(order)[0], "complete")
    closed = now(order)
    today = timezone.localdate(timezone=ZoneInfo(acme.time_zone))
    assert (closed.status, closed.completed_on) == ("completed", today)
    assert (closed.service.status, closed.service.started_on) == ("active", today)
    assert kinds(order) == ["milestone.completed", "service.activated", "order.completed"]


def test_the_day_of_completion_is_the_customers(acme, acme_main, carol):
    order = make.order(acme_main, milestones=1)
    with as_staff():
        actor = replace(get_staff_actor(carol), enterprise_id=acme.pk)
    with inside(acme):
        late_on_the_30th = datetime(2026, 10, 1, 2, 30, tzinfo=UTC)
        services.complete_milestone(order.milestones.get().pk, actor=actor, at=late_on_the_30th)
        assert str(Order.objects.get().completed_on) == "2026-09-30"


def test_a_completed_order_says_so(act, wave, carol, alice, client_of):
    for step in steps_of(wave):
        act(carol, wave, step, "complete")
    page = client_of(alice).get(f"/e/204817/orders/{wave.number}/").content.decode()
    assert "Order completed" in page and "3 of 3" in page


@pytest.mark.parametrize("kind", ["change", "renewal", "disconnect", "transfer"])
def test_other_orders_leave_the_service_as_it_is(act, acme_main, carol, kind):
    service = make.service(acme_main, status="pending")
    order = make.order(acme_main, type=kind, milestones=1, service=service)
    act(carol, order, steps_of(order)[0], "complete")
    assert now(order).status == "completed"
    with inside(order.enterprise):
        assert Service.objects.get().status == "pending"


def test_a_service_already_active_stays_as_it_began(act, acme_main, carol):
    began = timezone.localdate() - timedelta(days=90)
    service = make.service(acme_main, status="active", started_on=began)
    order = make.order(acme_main, milestones=1, service=service)
    act(carol, order, steps_of(order)[0], "complete")
    closed = now(order)
    assert (closed.status, closed.service.started_on) == ("completed", began)


def test_skipped_milestones_count_as_closed(act, acme_main, carol):
    order = make.order(acme_main, milestones=[{}, {"status": "skipped"}])
    act(carol, order, steps_of(order)[0], "complete")
    assert now(order).status == "completed"


def test_a_move_is_kept_with_its_reason_and_takes_the_order_along(act, wave, carol):
    _, loop, _ = steps_of(wave)
    far = wave.expected_on + timedelta(days=4)
    answer = act(carol, wave, loop, "delay", **delay(expected_on=f"{far:%Y-%m-%d}"))
    assert answer.status_code == 302
    moved = steps_of(wave)[1]
    assert (moved.expected_on, moved.planned_on, moved.owner) == (far, loop.planned_on, "third_party")
    assert now(wave).expected_on == far
    assert now(wave).committed_on == wave.committed_on
    with inside(wave.enterprise):
        facts = Event.objects.get(kind="milestone.delayed").facts
    assert facts["before"] == loop.expected_on.isoformat()
    assert facts["after"] == facts["order_after"] == far.isoformat()
    assert facts["order_before"] == wave.expected_on.isoformat()
    assert facts["reason"] == "Sierra Loop Co. failed the end-to-end test"


def test_a_move_before_the_orders_date_leaves_it(act, wave, carol):
    act(carol, wave, steps_of(wave)[0], "delay", **delay())
    assert steps_of(wave)[0].expected_on == IN_TEN_DAYS
    assert now(wave).expected_on == wave.expected_on


def test_a_mistyped_year_can_be_taken_back(act, wave, carol):
    loop = steps_of(wave)[1]
    wrong = IN_TEN_DAYS + timedelta(days=365)
    act(carol, wave, loop, "delay", **delay(expected_on=f"{wrong:%Y-%m-%d}"))
    assert now(wave).expected_on == wrong
    act(carol, wave, loop, "delay", **delay(reason="The year was mistyped"))
    assert now(wave).expected_on == wave.committed_on


def test_a_note_stands_on_the_milestone(act, wave, carol, alice, client_of):
    first = steps_of(wave)[0]
    answer = act(carol, wave, first, "annotate", note="  Answered by <b>Ana</b>\nRack R14 ")
    assert answer.status_code == 302
    assert steps_of(wave)[0].note == "Answered by <b>Ana</b>\nRack R14"
    assert kinds(wave) == ["milestone.noted"]
    page = client_of(alice).get(f"/e/204817/orders/{wave.number}/").content.decode()
    assert "Answered by &lt;b&gt;Ana&lt;/b&gt;" in page


def test_a_done_milestone_still_takes_a_note(act, wave, carol):
    first = steps_of(wave)[0]
    act(carol, wave, first, "complete")
    assert act(carol, wave, first, "annotate", note="Letter sent").status_code == 302
    assert steps_of(wave)[0].note == "Letter sent"


# --- refused, and nothing changed ------------------------------------------------------------


@pytest.fixture
def unchanged(acme, borealis, carol, client_of, wave):
    """What is written in the test's body must be what was there before it."""
    client_of(carol).get("/e/204817/")  # her visit is journalled before
    before = state_of(acme), state_of(borealis)
    yield
    assert (state_of(acme), state_of(borealis)) == before


@pytest.mark.parametrize("htmx", [False, True])
def test_a_planned_milestone_cannot_be_completed(act, wave, carol, unchanged, htmx):
    answer = act(carol, wave, steps_of(wave)[1], "complete", htmx=htmx)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "This has changed since the page was loaded" in page
    assert ("<html" in page) != htmx


def test_a_completed_milestone_neither_completes_again_nor_moves(act, wave, carol, acme):
    first = steps_of(wave)[0]
    act(carol, wave, first, "complete")
    before = state_of(acme)
    assert act(carol, wave, first, "complete").status_code == 409
    moved = act(carol, wave, first, "delay", **delay())
    assert moved.status_code == 409
    assert "can no longer move" in moved.content.decode()
    assert state_of(acme) == before


@pytest.mark.parametrize("status", ["cancelled", "completed"])
@pytest.mark.parametrize("what", ["complete", "delay"])
def test_a_closed_order_stays_as_it_is(act, acme, acme_main, carol, status, what):
    order = make.order(acme_main, status=status)
    before = state_of(acme)
    answer = act(carol, order, steps_of(order)[0], what, **ACTS[what])
    assert answer.status_code == 409
    assert "This order is closed" in answer.content.decode()
    assert state_of(acme) == before


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"expected_on": "2020-02-29"}, "This date has passed"),
        ({"expected_on": "2027-02-30"}, "Enter a valid date"),
        ({"expected_on": ""}, "This field is required"),
        ({"reason": "   "}, "This field is required"),
        ({"reason": "late"}, "Say it in a few words"),
        ({"owner": "nobody"}, "Select a valid choice"),
    ],
)
def test_what_is_typed_wrongly_comes_back_with_its_error(act, wave, carol, unchanged, wrong, words, htmx):
    typed = delay(**wrong)
    answer = act(carol, wave, steps_of(wave)[0], "delay", htmx=htmx, **typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert f'value="{typed["expected_on"]}"' in page or not typed["expected_on"]
    assert typed["reason"].strip() in page
    assert ("<html" in page) != htmx


def test_the_date_it_has_already_is_refused(act, wave, carol, unchanged):
    first = steps_of(wave)[0]
    answer = act(carol, wave, first, "delay", **delay(expected_on=f"{first.expected_on:%Y-%m-%d}"))
    assert answer.status_code == 422
    assert "expected on this day already" in answer.content.decode()


def test_the_service_finds_only_what_is_its_actors(acme, borealis, wave, carol, unchanged):
    """With the wall open: inside Acme's scope, for somebody who acts in Borealis."""
    with as_staff():
        actor = replace(get_staff_actor(carol), enterprise_id=borealis.pk)
    first, circuit = steps_of(wave)[0], make.service(wave.account, status="pending")
    with inside(acme):
        with pytest.raises(Order.DoesNotExist):
            services.complete_milestone(first.pk, actor=actor, at=timezone.now())
        with pytest.raises(Service.DoesNotExist):
            activate_service(circuit.pk, actor=actor, on=IN_TEN_DAYS, at=timezone.now())


def test_the_service_itself_wants_a_reason(acme, wave, carol, unchanged):
    """Whoever calls it: the form is not the only door."""
    with as_staff():
        actor = replace(get_staff_actor(carol), enterprise_id=acme.pk)
    move = {"expected_on": IN_TEN_DAYS, "owner": "carrier", "reason": " \n"}
    with inside(acme), pytest.raises(Refused) as refused:
        services.delay_milestone(steps_of(wave)[0].pk, actor=actor, at=timezone.now(), **move)
    assert refused.value.field == "reason"


@pytest.mark.parametrize("note", ["", "  \n ", "x" * 1001])
def test_a_note_says_something_and_not_too_much(act, wave, carol, unchanged, note):
    answer = act(carol, wave, steps_of(wave)[0], "annotate", note=note)
    assert answer.status_code == 422
    assert note.strip() in answer.content.decode()


def test_the_same_note_is_not_told_twice(act, wave, carol, acme):
    first = steps_of(wave)[0]
    act(carol, wave, first, "annotate", note="Crew on site")
    before = state_of(acme)
    answer = act(carol, wave, first, "annotate", note="Crew on site ")
    assert answer.status_code == 422
    assert "stands there already" in answer.content.decode()
    assert state_of(acme) == before


@pytest.mark.parametrize("what", ACTS)
def test_another_enterprises_milestone_is_not_there(act, wave, carol, borealis, borealis_main, what):
    make.team(borealis, carol, "care_manager")  # she may open it, but not from Acme's pages
    foreign = steps_of(make.order(borealis_main))[0]
    before = state_of(borealis)
    assert act(carol, wave, foreign, what, **ACTS[what]).status_code == 404
    assert state_of(borealis) == before


@pytest.mark.parametrize("what", ACTS)
def test_customers_have_no_such_tools(act, wave, alice, unchanged, what):
    assert act(alice, wave, steps_of(wave)[0], what, **ACTS[what]).status_code == 404


@pytest.mark.parametrize("what", ACTS)
def test_a_role_without_the_permission_is_told_so(act, wave, acme, erin, dora, what):
    for person in (erin, dora):
        make.team(acme, person, "service_manager")
        before = state_of(acme)
        assert act(person, wave, steps_of(wave)[0], what, **ACTS[what]).status_code == 403
        assert state_of(acme) == before


@pytest.mark.parametrize("what", ACTS)
def test_each_tool_asks_for_its_own_permission(act, wave, acme, erin, what):
    needed = "milestone.complete" if what == "complete" else "milestone.change"
    make.team(acme, erin, "service_manager")
    with as_staff():
        StaffRole.objects.filter(code="technician").update(permissions=["enterprise.open", "order.view", needed])
    for each, data in ACTS.items():
        is_allowed = (each == "complete") == (what == "complete")
        assert (act(erin, wave, steps_of(wave)[0], each, **data).status_code == 403) != is_allowed


@pytest.mark.parametrize("what", ACTS)
def test_reading_an_act_does_nothing(wave, carol, client_of, unchanged, what):
    step = steps_of(wave)[0]
    assert client_of(carol).get(f"/e/204817/orders/milestones/{step.pk}/{what}/").status_code == 405


@pytest.mark.parametrize("what", ACTS)
def test_a_form_from_elsewhere_is_refused(wave, carol, unchanged, what):
    browser = FaceClient("staff", enforce_csrf_checks=True).sign_in(carol)
    step = steps_of(wave)[0]
    assert browser.post(f"/e/204817/orders/milestones/{step.pk}/{what}/", ACTS[what]).status_code == 403


# --- htmx gets the page's own parts ----------------------------------------------------------


def test_htmx_gets_the_milestone_and_what_moved_with_it(act, wave, carol):
    first, second, third = steps_of(wave)
    page = act(carol, wave, first, "complete", htmx=True).content.decode()
    assert f'<li class="track-item" id="milestone-{first.pk}" data-state="done">' in page
    assert f'id="milestone-{second.pk}" data-state="now" aria-current="step" hx-swap-oob="true"' in page
    assert f"milestone-{third.pk}" not in page
    for part in (f"order-status-{wave.pk}", "order-dates", "order-closed", "order-story"):
        assert f'id="{part}"' in page
    assert "1 of 3" in page and "Completed. The customer" in page
    assert "<html" not in page


def test_an_order_that_has_steps_keeps_them_when_it_is_taken(client_of, acme_main, carol):
    order = make.order(acme_main, status="submitted", milestones=2)
    before = [(each.kind, each.expected_on) for each in steps_of(order)]
    taken = client_of(carol).post(f"/e/204817/orders/{order.number}/take/", {"care_manager": carol.email})
    assert taken.status_code == 302 and now(order).status == "acknowledged"
    assert [(each.kind, each.expected_on) for each in steps_of(order)] == before
