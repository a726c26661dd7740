"""What the tasks of contracts do on its day, in one customer's calendar after the other's: each once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Enterprise
from billing.models import Charge
from inventory.models import Service
from orders.contracts.rules import add_months, warning_due
from orders.contracts.services.beginning import begin_contracts
from orders.contracts.tasks import follow_contracts, warn_of_ends
from orders.models import Disconnect, EndWarning, Order, OrderCharge, OrderItem
from portal.actors import system
from portal.models import Event
from tests import make
from tests.faces import as_staff, inside
from tests.orders.conftest import steps_of
from tests.orders.contracts.conftest import TODAY, change, days_later, everything, kinds, now, order_of
from tests.orders.contracts.test_contracts import begun, finish
from tests.orders.contracts.test_disconnects import STOPS, confirmed


def twice(task):
    for _ in range(2):
        with as_staff():
            task()


def test_the_task_ends_what_is_due_today_once(ask, alice, acme, wave):
    confirmed(ask, alice, wave)
    twice(follow_contracts)
    assert (now(wave).status, order_of(wave).status) == ("ending", "submitted")
    with inside(acme):
        Disconnect.objects.update(stops_on=TODAY, cancel_by_on=TODAY)
    twice(follow_contracts)
    assert (now(wave).status, order_of(wave).status) == ("terminated", "completed")
    assert (kinds(wave).count("service.terminated"), kinds(wave).count("order.completed")) == (1, 1)
    with inside(acme):
        assert Charge.objects.get().ends_on == TODAY and OrderCharge.objects.count() == 1


def test_the_task_warns_of_an_end_once_and_one_customers_broken_books_hold_nobody_up(
    acme, acme_main, borealis, borealis_main, caplog
):
    for account in (borealis_main, acme_main):
        make.service(account, contract_ends_on=TODAY + timedelta(days=60))
    with inside(borealis):
        Enterprise.objects.update(time_zone="Nowhere/Lost")
    twice(warn_of_ends)
    assert f"enterprise {borealis.pk} wait for the next time" in caplog.text
    with as_staff():
        assert list(EndWarning.objects.values_list("enterprise_id", "days")) == [(acme.pk, 60)]
        assert list(Event.objects.filter(kind="contract.ending").values_list("enterprise_id", flat=True)) == [acme.pk]
    with inside(borealis):
        Enterprise.objects.update(time_zone="America/Santiago")
    twice(warn_of_ends)
    with as_staff():
        assert EndWarning.objects.filter(enterprise_id=borealis.pk).count() == 1


def test_what_cannot_be_done_waits_and_what_comes_after_it_is_done(ask, alice, acme, acme_main, wave, caplog):
    second = make.service(acme_main)
    for each in (wave, second):
        confirmed(ask, alice, each)
    change(wave, status="terminated")
    assert days_later(42) == 1
    assert f"The disconnect of order {order_of(wave).pk} waits for the next time." in caplog.text
    assert (order_of(wave).status, order_of(second).status) == ("submitted", "completed")
    assert (now(second).status, kinds(wave).count("order.completed")) == ("terminated", 1)
    change(wave, status="ending")
    assert days_later(42) == 1
    assert order_of(wave).status == "completed"


@pytest.mark.parametrize(("status", "days"), [("submitted", 39), ("returned", 42), ("cancelling", 42)])
def test_a_disconnect_waits_for_its_day_and_for_what_is_asked_of_its_order(ask, alice, acme, wave, status, days):
    confirmed(ask, alice, wave)
    with inside(acme):
        Order.objects.update(status=status)
    before = everything(acme)
    assert days_later(days) == 0
    assert everything(acme) == before
    with inside(acme):
        Order.objects.update(status="in_progress")
    assert days_later(42) == 1
    assert (now(wave).status, now(wave).ended_on) == ("terminated", STOPS)


def test_steps_that_were_not_begun_are_done_with_the_day(ask, alice, acme, wave):
    confirmed(ask, alice, wave)
    order = order_of(wave)
    begun(order)
    with inside(acme):
        order.milestones.create(enterprise=acme, order=order, position=2, kind="disconnected", status="planned")
    assert days_later(42) == 1
    steps = steps_of(order)
    assert [each.status for each in steps] == ["completed", "completed"]
    assert len({each.completed_at for each in steps}) == 1


@pytest.mark.parametrize("what", ["change", "renew"])
def test_what_the_task_did_at_acceptance_is_not_done_again_with_the_last_step(
    ask, say, client_of, alice, carol, acme, wave, what
):
    wish = {"bandwidth": "20 Gbps"} if what == "change" else {"term_months": "24", "covers": "service"}
    assert ask(alice, wave, what, **wish).status_code == 302
    order = order_of(wave)
    if what == "change":
        price = {"monthly": "3900.00", "one_time": "200.00"}
        say(carol, order, "change-price", **price)
        say(alice, order, "agree", **price)
    begun(order)
    make.turned_up(order, make.card_of(carol), decision="accepted", decided_at=timezone.now())
    assert (days_later(0), days_later(0)) == (1, 0)
    before, charges = service_of(acme), charges_of(acme)
    assert finish(client_of, carol, order).status_code == 302
    assert order_of(wave).status == "completed"
    assert (service_of(acme), charges_of(acme)) == (before, charges)
    assert sum(kind in {"change.applied", "renewal.applied"} for kind in kinds(wave)) == 1


def service_of(acme):
    with inside(acme):
        return Service.objects.values().get()


def charges_of(acme):
    with inside(acme):
        return [list(Charge.objects.order_by("pk").values()), list(OrderCharge.objects.order_by("pk").values())]


def test_a_renewal_that_the_customer_concludes_is_written_by_the_task(ask, client_of, alice, acme, wave):
    assert ask(alice, wave, "renew", term_months="24", covers="service").status_code == 302
    order = order_of(wave)
    begun(order)
    browser, here = client_of(alice), f"/e/204817/orders/{order.number}/"
    seen = {"seen": fingerprint_of(order)}
    before = everything(acme)
    assert browser.post(f"{here}confirm/", seen).status_code == 409  # it is ours to confirm
    assert everything(acme) == before
    with inside(acme):
        order.milestones.update(owner="customer")
    assert browser.post(f"{here}confirm/", seen).status_code == 302
    assert (order_of(wave).status, now(wave).term_months) == ("completed", 36)
    assert (days_later(0), days_later(0)) == (1, 0)
    assert (now(wave).contract_ends_on, now(wave).term_months) == (add_months(wave.contract_ends_on, 24), 24)


def fingerprint_of(order):
    from orders.planning.selectors import fingerprint

    with inside(order.enterprise):
        return fingerprint(Order.objects.select_related("product").get(pk=order.pk))


# --- the contracts of new services ------------------------------------------------------------------


def delivered(account, services, **fields):
    """A new order that is done, with an item for each of the services."""
    made = make.order(
        account, type="new", status="completed", completed_on=TODAY, submitted_at=timezone.now(), milestones=0,
        **{"term_months": 36, **fields},
    )  # fmt: skip
    here = {"enterprise": account.enterprise, "order": made, "product": made.product}
    with inside(account.enterprise):
        for place, (service, once) in enumerate(services, start=1):
            OrderItem.objects.create(**here, position=place, service=service, monthly=100, one_time=once)
    return made


def test_what_of_a_new_order_is_in_use_begins_once(acme, acme_main):
    plain, under_contract, gone, billed = (
        make.service(acme_main, status=status, **fields)
        for status, fields in (
            ("active", {}), ("active", {"contract_ends_on": TODAY, "term_months": 12}), ("terminated", {}),
            ("active", {}),
        )
    )  # fmt: skip
    make.charge(acme_main, "70.00", service=billed)
    order = delivered(acme_main, [(plain, 50), (under_contract, 0), (gone, 10), (billed, 20)], one_time=80)
    assert (days_later(0), days_later(0)) == (1, 0)
    ends = add_months(TODAY, 36)
    assert [now(each).contract_ends_on for each in (plain, under_contract, gone, billed)] == [ends, TODAY, None, ends]
    with inside(acme):
        costs = Charge.objects.filter(starts_on=TODAY).order_by("pk")
        assert list(costs.values_list("service_id", "amount")) == [(plain.pk, 100), (under_contract.pk, 100)]
        assert [(each.service_id, each.amount) for each in OrderCharge.objects.all()] == [(plain.pk, Decimal(50))]
        numbers = Event.objects.get(kind="contract.begun").facts["services"]
    assert numbers == [plain.number, under_contract.number, billed.number]
    before = everything(acme)
    with inside(acme):
        assert begin_contracts(order.pk, actor=system(acme.pk), at=timezone.now()) is False
    assert everything(acme) == before


def test_where_nothing_of_a_new_order_is_in_use_nothing_begins(acme, acme_main):
    gone = make.service(acme_main, status="terminated")
    delivered(acme_main, [(gone, 10)])
    assert (days_later(0), days_later(0)) == (0, 0)
    with inside(acme):
        assert not Charge.objects.exists() and not OrderCharge.objects.exists()
        assert not Event.objects.filter(kind="contract.begun").exists()
        assert Order.objects.get().begun_at is not None
    assert now(gone).contract_ends_on is None


def test_month_to_month_nothing_is_said_of_an_end():
    assert warning_due(None, today=TODAY, days=[90, 60, 31]) is None
    assert warning_due(TODAY + timedelta(days=31), today=TODAY, days=[90, 60, 31]) == 31
    assert warning_due(TODAY - timedelta(days=1), today=TODAY, days=[90, 60, 31]) is None
