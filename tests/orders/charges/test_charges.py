"""What an order says that it costs is on the next bill, once, in words that name the order; or it says why not."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from billing.models import InvoiceLine
from orders.contracts import services as contracts
from orders.models import ChargeReason, Disconnect, Order, OrderCharge
from orders.planning.services import settle_expedite
from orders.services import owe
from portal.actors import system
from tests import make
from tests.faces import as_staff, inside
from tests.orders.charges.conftest import TODAY, billed, bills, charge_of, month, owed, ran_out
from tests.orders.conftest import now

NRC = Decimal("1500.00")


def test_a_customer_not_ready_to_the_end_pays_the_cancellation_once_and_finds_why(line, page, alice, client_of):
    make.charge(line.account, "100.00")
    billed(line.account, month())
    ran_out(line)
    assert owed(line) == [("installation", "spared", NRC), ("not_ready", "owed", NRC)]
    seen = page(alice, line).text
    assert "nothing was delivered" in seen and "On the next bill" in seen
    words = f"Cancellation, customer not ready (CNR), order {line.number}"
    # This month is billed already; the next bill has it, and no other.
    assert bills(line.account) == [[], [(words, NRC)], []]
    with inside(line.enterprise):
        found = InvoiceLine.objects.select_related("invoice").get(order_charge__isnull=False)
    invoice = client_of(alice).get(f"/e/204817/billing/invoices/{found.invoice.number}/").text
    assert invoice.count(words) >= 2 and "new on this invoice" in invoice
    assert f'/e/204817/orders/{line.number}/#charges">' in invoice
    assert f"{found.invoice.number}</a>" in page(alice, line).text


def test_what_was_agreed_to_late_is_billed_and_what_was_asked_in_time_or_taken_back_is_not(
    line, post, page, alice, carol
):
    with as_staff(), inside(line.enterprise):
        Order.objects.filter(pk=line.pk).update(free_until_on=TODAY - timedelta(days=1), status="in_progress")
    assert post(alice, line, "cancel", agreed="400.00").status_code == 302
    assert post(alice, line, "take-back").status_code == 302
    assert owed(line) == [("cancellation", "spared", Decimal(400))]
    assert "it was taken back" in page(alice, line).text
    assert post(alice, line, "cancel", agreed="400.00").status_code == 302
    assert post(carol, line, "decide", is_done="yes", decision="").status_code == 302
    assert owed(line)[1:] == [("installation", "spared", NRC), ("cancellation", "owed", Decimal(400))]
    assert post(carol, line, "decide", is_done="yes", decision="").status_code == 404
    assert bills(line.account) == [[(f"Cancellation, order {line.number}", Decimal(400))], [], []]


def test_cancelled_in_time_costs_nothing_and_says_so(line, post, page, alice):
    with as_staff(), inside(line.enterprise):
        Order.objects.filter(pk=line.pk).update(free_until_on=TODAY + timedelta(days=9), status="in_progress")
    assert post(alice, line, "cancel", agreed="0").status_code == 302
    assert [each[:2] for each in owed(line)] == [("installation", "spared"), ("cancellation", "spared")]
    assert "before the point of no return" in page(alice, line).text
    assert bills(line.account) == [[], [], []]


@pytest.mark.parametrize("late", [0, 1])
def test_an_expedite_is_charged_where_its_date_was_met_and_else_says_why_not(line, page, alice, late):
    with as_staff(), inside(line.enterprise):
        wish = {"choice": "expedite", "wanted_on": TODAY, "days": 4, "fee": 1200, "currency": "USD", "status": "agreed"}
        line.choices.create(enterprise=line.enterprise, chosen_by="Ana", chosen_at=timezone.now(), **wish)
        order = Order.objects.select_related("account").get(pk=line.pk)
        for _ in "twice":
            settle_expedite(order, system(line.enterprise_id), TODAY + timedelta(days=late), timezone.now())
    assert owed(line) == [("expedite", "spared" if late else "owed", Decimal(1200))]
    assert ("the date was not met" in page(alice, line).text) is bool(late)
    assert bills(line.account)[0] == ([] if late else [(f"Expedite, order {line.number}", Decimal(1200))])


def test_a_disconnect_bills_its_early_termination_on_its_day_and_nothing_where_it_is_taken_back(acme_main, alice, post):
    stops = TODAY + timedelta(days=40)
    service = make.service(acme_main, status="ending", ended_on=stops)
    order = make.order(acme_main, type="disconnect", service=service, one_time=Decimal("6412.50"), milestones=0)
    about = {"service": service, "stops_on": stops, "cancel_by_on": stops - timedelta(days=6), "was": "active"}
    with as_staff(), inside(acme_main.enterprise):
        Disconnect.objects.create(enterprise=acme_main.enterprise, order=order, reason="price", fee="6412.50", **about)
    other = make.order(acme_main, type="disconnect", service=make.service(acme_main, status="ending"), milestones=0)
    about |= {"service": other.service}
    with as_staff(), inside(acme_main.enterprise):
        Disconnect.objects.create(enterprise=acme_main.enterprise, order=other, reason="price", fee="50.00", **about)
    assert post(alice, other, "keep").status_code == 302
    assert owed(other) == [("early_end", "spared", Decimal("50.00"))]
    with as_staff():
        assert contracts.follow(at=timezone.now() + timedelta(days=42)) == 1
        assert contracts.follow(at=timezone.now() + timedelta(days=42)) == 0
    found = charge_of(order)
    assert (found.reason, found.state, found.amount, found.day) == ("early_end", "owed", Decimal("6412.50"), stops)
    lines = billed(acme_main, month(stops))
    assert [(each.text, each.service_number) for each in lines] == [
        (f"Early termination, order {order.number}", service.number)
    ]


def test_a_charge_is_waived_with_the_reason_until_it_is_billed(line, post, page, alice, carol):
    ran_out(line)
    found = charge_of(line, reason="not_ready")
    place = f"charges/{found.pk}/waive"
    assert post(carol, line, place, words="").status_code == 409
    assert charge_of(line, reason="not_ready").state == "owed"
    assert post(alice, line, place, words="Please").status_code == 404
    assert post(carol, line, place, words="A storm closed the site").status_code == 302
    assert "A storm closed the site" in page(alice, line).text
    assert post(carol, line, place, words="A storm closed the site").status_code == 409
    assert bills(line.account) == [[], [], []]


def test_a_waiver_is_mailed_with_the_amount_in_its_currency_and_the_reason(line, post, carol, alice, deliver):
    with as_staff(), inside(line.enterprise):
        order = Order.objects.select_related("account").get(pk=line.pk)
        owe(order, ChargeReason.EXPEDITE, Decimal("1200.50"), ref=1, currency="BRL", at=timezone.now())
    deliver()
    assert post(carol, line, f"charges/{charge_of(line, ref=1).pk}/waive", words="A storm closed it").status_code == 302
    (mail,) = [each for each in deliver() if each.kind == "order.charge_waived" and each.recipient == alice.email]
    assert "BRL\xa01,200.50 waived" in mail.subject.replace("R$", "BRL\xa0")
    assert "A storm closed it" in mail.body_text and "Expedite" in mail.body_text and line.number in mail.body_text


def test_the_api_shows_what_an_order_costs_once_and_waives_it(line, post, client_of, carol, alice):
    with as_staff(), inside(line.enterprise):
        order = Order.objects.select_related("account").get(pk=line.pk)
        owe(order, ChargeReason.EXPEDITE, Decimal("1200.00"), ref=1, at=timezone.now())
        owe(order, ChargeReason.OTHER, Decimal(0), ref=2, at=timezone.now())
    whole = f"/api/v1/e/204817/orders/{line.number}/"
    place = f"{whole}charges/{charge_of(line, ref=1).pk}/waive/"
    sent = {"words": "A storm closed it"}
    assert client_of(alice).post(place, sent, content_type="application/json").status_code in (404, 405)
    staff = client_of(carol)
    assert staff.post(place, {"words": "No"}, content_type="application/json").status_code == 422
    assert charge_of(line, ref=1).state == "owed"
    assert staff.post(place.replace("waive", "wave"), sent, content_type="application/json").status_code == 404
    answer = staff.post(place, sent, content_type="application/json")
    assert answer.status_code == 200 and (answer.json()["status"], answer.json()["words"]) == ("waived", sent["words"])
    assert staff.post(place, sent, content_type="application/json").status_code == 409
    for who in (alice, carol):
        rows = client_of(who).get(whole).json()["charges"]
        assert [(each["reason"], each["status"], each["amount"]["value"], each["why"]) for each in rows] == [
            ("expedite", "waived", "1200.00", ""), ("other", "spared", "0.00", "none_agreed"),
        ]  # fmt: skip


def test_what_is_billed_cannot_be_waived_and_foreign_money_is_billed_by_hand(line, post, page, carol):
    with as_staff(), inside(line.enterprise):
        order = Order.objects.select_related("account").get(pk=line.pk)
        owe(order, ChargeReason.OTHER, Decimal("10.005"), ref=1, at=timezone.now())
        owe(order, ChargeReason.OTHER, Decimal(200), ref=2, currency="BRL", at=timezone.now())
    assert bills(line.account)[0] == [(f"Another change, asked for late, order {line.number}", Decimal("10.01"))]
    assert post(carol, line, f"charges/{charge_of(line, ref=1).pk}/waive", words="Goodwill").status_code == 409
    assert [each[1] for each in owed(line)] == ["billed", "owed"]
    assert "billed by hand" in page(carol, line).text


@pytest.mark.django_db(transaction=True)
def test_of_two_runs_and_two_acts_at_once_one_charge_and_one_line_come(acme, acme_main):
    order = make.order(acme_main, one_time=NRC, milestones=0)
    gate, faults = threading.Barrier(2), []

    def act() -> None:
        try:
            gate.wait(10)
            with as_staff(), inside(acme):
                found = Order.objects.select_related("account").get(pk=order.pk)
                owe(found, ChargeReason.NOT_READY, NRC, ref=7, at=timezone.now())
            gate.wait(10)
            billed(acme_main, month())
        except Exception as fault:  # told below: a thread's fault is nobody's else
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=act) for _ in "ab"]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert not faults
    with inside(acme):
        assert (OrderCharge.objects.count(), InvoiceLine.objects.count()) == (1, 1)
        assert OrderCharge.objects.get().state == "billed"
    assert now(order).one_time == NRC
