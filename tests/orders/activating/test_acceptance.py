"""Tests and the sign-off, the connection notice, acceptance, refusal, silence, and how an order closes."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string

from billing.models import Invoice
from inventory.models import Product
from orders.activating import selectors, services
from orders.contracts import services as contracts
from orders.models import Order, OrderedService, OrderItem, TurnUp
from orders.rules import WorkDays
from orders.services import write_items
from portal.calendars import BusinessHours
from portal.documents import frame
from portal.models import Event, StoredFile
from portal.tenancy import tenant_scope
from tests import make
from tests.billing import builders
from tests.faces import as_staff, inside
from tests.orders.activating.conftest import PASSED, TODAY, booking, calls, noon, slot, told, turn_ups, weekday
from tests.orders.conftest import now, state_of, steps_of


def watch(days: int) -> None:
    with as_staff():
        for enterprise_id, pk in selectors.list_awaited():
            with tenant_scope(enterprise_id):
                services.watch_turn_up(enterprise_id, pk, at=noon(days))


def test_a_test_that_did_not_pass_ends_the_call_and_is_not_signed_off(ready, alice, eve, post, page):
    post(alice, ready, "activation", **booking(slot(eve)))
    assert post(eve, ready, "test", result="failed").status_code == 422
    assert post(eve, ready, "test", result="failed", note="No light from the A side.").status_code == 302
    assert [each.status for each in calls(ready)] == ["failed"]
    before = state_of(ready.enterprise)
    assert post(eve, ready, "sign-off").status_code == 409
    assert state_of(ready.enterprise) == before
    assert "No light from the A side." in page(eve, ready, "test/").text


def test_figures_that_cannot_be_measured_come_back_as_they_were_typed(ready, eve, post):
    before = state_of(ready.enterprise)
    answer = post(eve, ready, "test", **{**PASSED, "loss_percent": "101", "delay_ms": "-12.4"})
    assert answer.status_code == 422 and 'value="-12.4"' in answer.text
    assert "A share of a hundred, from 0 to 100." in answer.text and "This cannot be below zero." in answer.text
    assert state_of(ready.enterprise) == before


def test_what_was_accepted_is_not_refused_afterwards(delivered, alice, post):
    assert post(alice, delivered, "accept").status_code == 302
    before = state_of(delivered.enterprise)
    answer = post(alice, delivered, "refuse", reason="Half of the packets are lost.")
    assert answer.status_code == 409 and "does not wait to be accepted any more" in answer.text
    assert state_of(delivered.enterprise) == before


def test_an_order_on_hold_is_neither_tested_nor_signed_off_until_it_is_released(ready, alice, carol, eve, post):
    assert post(eve, ready, "test", result="passed").status_code == 302
    assert post(carol, ready, "not-ready", reason="cannot_test", note="The room is locked.").status_code == 302
    before = state_of(ready.enterprise)
    for what, sent in (("test", {"result": "passed"}), ("sign-off", {})):
        assert post(eve, ready, what, **sent).status_code == 409
    assert state_of(ready.enterprise) == before
    assert post(alice, ready, "ready", new_on=f"{weekday(14)}").status_code == 302
    assert post(eve, ready, "sign-off").status_code == 302


def test_the_sign_off_sends_the_connection_notice_with_what_the_service_is(delivered, alice, page, deliver):
    [found] = turn_ups(delivered)
    assert (found.decision, found.accept_by_on) == ("waiting", TODAY + timedelta(days=5))
    assert found.notice["identifiers"] == [["service", "WV-10G-004418"], ["circuit", "IPX/004418/DEN/RNO"]]
    assert ["delay_ms", "12.40"] in [[k, f"{float(v):.2f}"] for k, v in found.notice["measured"]]
    assert [each.status for each in steps_of(delivered)] == ["completed", "in_progress"]
    mails = [each for each in deliver() if each.recipient == alice.email and each.kind == "order.connection_notice"]
    assert len(mails) == 1 and "Silence accepts it" in mails[0].body_text
    shown = page(alice, delivered)
    assert "Your move: accept the service" in shown.text and "-4.20" in shown.text
    paper = page(alice, delivered, "connection-notice.pdf")
    assert b"".join(paper.streaming_content) == b"%PDF-1.7 notice"


def test_the_notice_of_each_family_names_all_its_services_and_has_no_empty_row(
    acme_main, carol, eve, alice, post, page
):
    named = {
        "cdn": {"access_group": "88687", "scid": "BBBN56789", "network": "img.acme.example"},
        "voice": {"btn": "303-555-0100"}, "ip": {},
    }  # fmt: skip
    steps = [{"kind": "activation", "owner": "customer"}, {"kind": "acceptance", "owner": "customer"}]
    for family, known in named.items():
        with as_staff():
            product = Product.objects.create(code=f"p-{family}", name=family, family=family)
        logs = "JSON to s3://logs.acme.example" if family == "cdn" else ""
        first, second = (
            make.service(acme_main, status="pending", product=product, log_delivery=each, bandwidth="")
            for each in (logs, "")
        )
        for kind, value in known.items():
            make.identifier(first, value, kind=kind)
        order = make.order(
            acme_main, product=product, service=first, milestones=steps, care_manager=make.card_of(carol)
        )
        with as_staff(), inside(acme_main.enterprise):
            items = [OrderItem(action="add", product=product, service=each) for each in (first, second)]
            write_items(order, items)
        assert post(eve, order, "test", **PASSED).status_code == 302
        assert post(eve, order, "sign-off").status_code == 302
        told()
        shown = page(alice, order).text
        with inside(acme_main.enterprise):
            context = selectors.document_of(TurnUp.objects.select_related("order__account", "service").get(order=order))
            paper = render_to_string("documents/connection_notice.html", {**frame("letter"), **context})
        for text in (shown, paper):
            assert all(each in text for each in (first.number, second.number, *known.values(), logs))
            assert ("/88687/BBBN56789/img.acme.example" in text) is (family == "cdn")
        assert not re.search(r"<d[dt][^>]*>\s*</d[dt]>|<tr>\s*</tr>", paper)


def test_acceptance_closes_the_order_and_the_service_starts_on_the_day_it_was_ready(delivered, alice, post):
    assert post(alice, delivered, "accept").status_code == 302
    order = now(delivered)
    [found] = turn_ups(delivered)
    assert (order.status, found.decision, found.decided_by) == ("completed", "accepted", "Alice Moreau")
    assert (order.service.status, order.service.started_on) == ("active", found.ready_on)
    assert post(alice, delivered, "accept").status_code == 409


def test_a_refusal_brings_it_back_to_test_and_tells_the_engineer_and_care_manager(
    delivered, alice, eve, carol, post, page, deliver
):
    assert post(alice, delivered, "refuse", reason="short").status_code == 422
    shot = SimpleUploadedFile("loss.txt", b"52 % lost", "text/plain")
    assert post(alice, delivered, "refuse", reason="Half of the packets are lost.", uploads=shot).status_code == 302
    order = now(delivered)
    assert (order.status, order.service.status) == ("in_progress", "pending")
    for person in (alice, eve):
        shown = page(person, delivered).text
        assert "loss.txt" in shown and "refusal of the service" in shown and "connection notice ·" in shown
    told = {each.recipient for each in deliver() if each.kind == "order.refused"}
    assert {alice.email, carol.email} <= told
    assert "Half of the packets are lost." in page(eve, delivered).text
    assert post(alice, delivered, "activation", **booking(slot(eve))).status_code == 302
    assert post(eve, delivered, "test", **PASSED).status_code == 302
    assert post(eve, delivered, "sign-off").status_code == 302
    assert [each.decision for each in turn_ups(delivered)] == ["refused", "waiting"]
    assert post(alice, delivered, "accept").status_code == 302
    assert now(delivered).status == "completed"


def test_what_is_signed_off_is_not_tested_again_until_it_is_refused(delivered, alice, eve, post):
    before = state_of(delivered.enterprise)
    answer = post(eve, delivered, "test", **PASSED)
    assert answer.status_code == 409 and "nothing to be tested now" in answer.text
    assert state_of(delivered.enterprise) == before
    assert post(alice, delivered, "refuse", reason="Half of the packets are lost.").status_code == 302
    assert post(eve, delivered, "test", **PASSED).status_code == 302


def test_what_is_signed_off_is_not_signed_off_again(delivered, eve, post):
    before = state_of(delivered.enterprise)
    answer = post(eve, delivered, "sign-off")
    assert answer.status_code == 409 and "signed off already" in answer.text
    assert state_of(delivered.enterprise) == before


def test_nothing_is_signed_off_while_steps_before_the_activation_are_open(acme_main, carol, eve, post, act):
    service = make.service(acme_main, status="pending")
    steps = [{"kind": "design"}, {"kind": "activation", "owner": "customer"}]
    order = make.order(acme_main, service=service, milestones=steps)
    assert post(eve, order, "test", **PASSED).status_code == 302
    before = state_of(order.enterprise)
    answer = post(eve, order, "sign-off")
    assert answer.status_code == 409 and "Steps before the activation are still open." in answer.text
    assert state_of(order.enterprise) == before and turn_ups(order) == []
    assert act(carol, order, steps_of(order)[0], "complete").status_code == 302
    assert post(eve, order, "sign-off").status_code == 302


def test_the_carriers_further_steps_do_not_ask_the_customer_again(acme_main, alice, carol, eve, post, act):
    steps = [{"kind": "activation", "owner": "customer"}, {"kind": "build"}, {"kind": "acceptance"}]
    order = make.order(acme_main, service=make.service(acme_main, status="pending"), milestones=steps)
    assert post(eve, order, "test", **PASSED).status_code == 302
    assert post(eve, order, "sign-off").status_code == 302
    assert post(alice, order, "accept").status_code == 302
    assert [each.status for each in steps_of(order)] == ["completed", "in_progress", "completed"]
    assert (now(order).status, now(order).service.status) == ("in_progress", "active")
    assert act(carol, order, steps_of(order)[1], "complete").status_code == 302
    assert now(order).status == "completed"


def test_a_term_counts_the_days_of_silence_as_business_days(ready, eve, post):
    make.agreed(ready.enterprise, "order.accept_count", "business")
    post(eve, ready, "test", **PASSED)
    assert post(eve, ready, "sign-off").status_code == 302
    assert turn_ups(ready)[0].accept_by_on == WorkDays.of({"US"}, BusinessHours()).add_business_days(TODAY, 5)


def test_a_cancelled_order_is_not_accepted_by_silence(delivered, alice, carol, post):
    with inside(delivered.enterprise):
        Order.objects.filter(pk=delivered.pk).update(free_until_on=TODAY - timedelta(days=1))
    assert post(alice, delivered, "cancel", agreed="400.00").status_code == 302
    assert post(carol, delivered, "decide", is_done="yes", decision="").status_code == 302
    before = state_of(delivered.enterprise)
    watch(30)
    assert state_of(delivered.enterprise) == before
    assert (now(delivered).status, turn_ups(delivered)[0].decision) == ("cancelled", "waiting")


def test_files_of_a_test_and_a_refusal_are_for_whoever_sees_the_order(
    ready, alice, alan, bob, carol, eve, post, page, client_of
):
    trace, shot = (SimpleUploadedFile(f"{name}.txt", b"52 % lost", "text/plain") for name in ("trace", "shot"))
    assert post(eve, ready, "test", **PASSED, uploads=trace).status_code == 302
    assert post(eve, ready, "sign-off").status_code == 302
    assert post(alice, ready, "refuse", reason="Half of the packets are lost.", uploads=shot).status_code == 302
    with inside(ready.enterprise):
        files = {each.name: each.pk for each in StoredFile.objects.all()}
    assert set(files) == {"trace.txt", "shot.txt"}
    shown = re.sub(r"<[^>]+>|\s", " ", page(alice, ready).text)
    assert re.search(r"trace\.txt.*\btest\b", shown) and "refusal of the service" in shown
    for pk in files.values():
        url = f"/e/204817/files/{pk}/"
        assert [client_of(each).get(url).status_code for each in (alice, carol, eve, alan, bob)] == [200] * 3 + [
            404
        ] * 2
        assert client_of(bob).get(f"/e/305120/files/{pk}/").status_code == 404


def test_only_who_may_accept_accepts_or_refuses(delivered, alan, bob, carol, acme, post):
    reader = make.user("reader@acme.example")
    make.grant(make.member(acme, reader, "Rea Der"), "order.view")
    before = state_of(acme)
    for what, form in (("accept", {}), ("refuse", {"reason": "Half of the packets are lost."})):
        assert [post(each, delivered, what, **form).status_code for each in (reader, bob, carol)] == [403, 404, 404]
    assert state_of(acme) == before


def test_silence_is_reminded_once_and_accepts_after_the_fifth_day(delivered, alice, deliver):
    for days in (1, 3, 4, 5):
        watch(days)
    assert now(delivered).status == "in_progress"
    watch(6)
    watch(6)
    assert ([each.decision for each in turn_ups(delivered)], now(delivered).status) == (["silent"], "completed")
    kinds = [each.kind for each in deliver() if each.recipient == alice.email]
    assert (kinds.count("order.acceptance_reminded"), kinds.count("order.accepted_by_silence")) == (1, 1)


def test_silence_never_accepts_what_was_not_told(ready, eve, post):
    post(eve, ready, "test", **PASSED)
    post(eve, ready, "sign-off")
    watch(30)
    assert [each.decision for each in turn_ups(ready)] == ["waiting"]


@pytest.fixture
def latin(borealis, borealis_main, eve):
    make.team(borealis, eve, "activation_engineer")
    service = make.service(borealis_main, status="pending")
    return make.order(borealis_main, service=service, milestones=[{"kind": "activation"}, {"kind": "acceptance"}])


def test_in_latin_america_the_order_stays_open_until_its_first_invoice(latin, borealis_main, bob, eve, dora, post):
    post(eve, latin, "test", **PASSED)
    assert post(eve, latin, "sign-off").status_code == 302
    assert post(bob, latin, "accept").status_code == 302
    order = now(latin)
    assert (order.status, order.service.status) == ("in_progress", "active")
    assert [each.kind for each in steps_of(latin)][-1] == "first_bill"
    make.charge(borealis_main, "100.00", service=order.service)
    builders.start(dora)
    builders.issue(borealis_main)
    with inside(latin.enterprise):
        assert Invoice.objects.count() == 1
        assert Event.objects.filter(kind="order.completed").count() == 1
    assert now(latin).status == "completed"


def test_an_acceptance_that_was_completed_by_hand_is_not_completed_again(latin, bob, carol, eve, post, act):
    make.team(latin.enterprise, carol, "care_manager")
    post(eve, latin, "test", **PASSED)
    assert post(eve, latin, "sign-off").status_code == 302
    assert act(carol, latin, steps_of(latin)[1], "complete").status_code == 302
    assert post(bob, latin, "accept").status_code == 302
    assert [each.status for each in steps_of(latin)] == ["completed", "completed", "in_progress"]
    assert (now(latin).status, now(latin).service.status) == ("in_progress", "active")
    assert [each.decision for each in turn_ups(latin)] == ["accepted"]


def test_a_change_that_was_accepted_is_in_use_before_its_first_invoice(borealis, borealis_main, bob, eve, post):
    make.team(borealis, eve, "activation_engineer")
    service = make.service(borealis_main, bandwidth="10 Gbps", started_on=TODAY - timedelta(days=90))
    steps = [{"kind": "activation"}, {"kind": "acceptance"}]
    order = make.order(borealis_main, type="change", service=service, milestones=steps)
    with inside(borealis):
        line = {"bandwidth": "20 Gbps", "agreed_at": noon(-9), "agreed_by": "Bob Fuentes"}
        OrderedService.objects.create(enterprise=borealis, order=order, service=service, **line)
    post(eve, order, "test", **PASSED)
    assert post(eve, order, "sign-off").status_code == 302
    assert post(bob, order, "accept").status_code == 302
    with as_staff():
        assert [contracts.follow(at=noon(0)) for _ in range(2)] == [1, 0]
    assert (now(order).status, now(order).service.bandwidth) == ("in_progress", "20 Gbps")


def test_a_program_reads_and_accepts_what_people_do_on_the_page(delivered, alice, client_of):
    browser, here = client_of(alice), f"/api/v1/e/204817/orders/{delivered.number}"
    shown = browser.get(f"{here}/activation/").json()
    assert (shown["turn_up"]["decision"], shown["not_ready"], shown["slots"]) == ("waiting", None, [])
    answer = browser.post(f"{here}/accept/", "{}", content_type="application/json", headers={"Idempotency-Key": "a-1"})
    assert (answer.status_code, answer.json()["turn_up"]["decision"]) == (200, "accepted")
