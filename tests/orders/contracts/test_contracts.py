"""Renewals, changes, transfers and trials, from the page to what billing sees."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest

from billing.models import Charge
from inventory.models import Service
from orders.contracts import services
from orders.contracts.rules import add_months
from orders.models import EndWarning, Order, OrderedService, Transfer, Trial
from portal.models import Event
from tests import make
from tests.faces import as_staff, inside
from tests.orders.conftest import steps_of
from tests.orders.contracts.conftest import TODAY, change, days_later, kinds, now, order_of, orders_of


def finish(client_of, person, order):
    """The care manager completes what the order has left."""
    browser = client_of(person)
    for step in steps_of(order):
        answer = browser.post(f"/e/204817/orders/milestones/{step.pk}/complete/")
        assert answer.status_code in (302, 409)
    return answer


def begun(order):
    """The order is taken, with one step left."""
    with inside(order.enterprise):
        Order.objects.filter(pk=order.pk).update(status="in_progress")
        order.milestones.create(
            enterprise=order.enterprise, order=order, position=1, kind="details_confirmed", status="in_progress"
        )


# --- renewals -------------------------------------------------------------------------------------


def test_one_renewal_covers_all_of_a_master_contract(ask, client_of, alice, carol, acme_main, wave):
    change(wave, msa_number="MSA-7")
    other, busy = (make.service(acme_main, msa_number="MSA-7") for _ in range(2))
    make.order(acme_main, type="change", service=busy)
    page = client_of(alice).get(f"/e/204817/orders/services/{wave.pk}/renew/").content.decode()
    assert "MSA-7: 2 services" in page and "month to month" in page
    assert ask(alice, wave, "renew", term_months="24", covers="msa").status_code == 302
    order = order_of(wave, type="renewal")
    assert ask(alice, other, "renew", term_months="24", covers="service").status_code == 422
    begun(order)
    finish(client_of, carol, order)
    assert order_of(wave, pk=order.pk).status == "completed"
    assert (now(wave).contract_ends_on, now(wave).term_months) == (add_months(wave.contract_ends_on, 24), 24)
    # Its term was over, so the new one begins with the renewal.
    assert now(other).contract_ends_on > TODAY + timedelta(days=700)
    assert (now(busy).term_months, kinds(wave).count("renewal.applied")) == (0, 2)


@pytest.mark.parametrize(("days", "stage"), [(89, 90), (60, 60), (31, 31), (5, 31), (91, None)])
def test_the_end_of_contracts_is_told_once_for_each_day_ahead(acme, acme_main, alice, carol, deliver, days, stage):
    director = make.staff("Diego Ruiz", "account_director")
    make.team(acme, director, "account_director")
    for _ in range(2):
        make.service(acme_main, contract_ends_on=TODAY + timedelta(days=days))
    at = datetime.combine(TODAY, time(18), UTC)
    for _ in range(2):
        with as_staff():
            services.warn_of_ends(at=at)
    with inside(acme):
        found = list(Event.objects.filter(kind="contract.ending"))
        assert EndWarning.objects.count() == (2 if stage else 0)
    assert [event.facts["days"] for event in found] == ([stage] if stage else [])
    told = {notice.recipient for notice in deliver() if notice.kind == "contract.ending"}
    assert told == ({alice.email, "diego@northvane.example"} if stage else set())


# --- changes --------------------------------------------------------------------------------------


def test_a_change_waits_for_its_price_and_then_the_service_and_its_bill_are_another(
    ask, say, client_of, alice, carol, wave
):
    assert ask(alice, wave, "change", bandwidth="10 Gbps").status_code == 422
    assert ask(alice, wave, "change", bandwidth="20 Gbps", note="Two ports").status_code == 302
    order = order_of(wave)
    begun(order)
    step = steps_of(order)[0]
    complete = f"/e/204817/orders/milestones/{step.pk}/complete/"
    assert client_of(carol).post(complete).status_code == 409
    assert (now(wave).bandwidth, steps_of(order)[0].status) == ("10 Gbps", "in_progress")
    assert say(carol, order, "change-price", monthly="3900.00", one_time="200").status_code == 302
    assert say(alice, order, "agree", monthly="3000.00", one_time="200").status_code == 409
    page = client_of(alice).get(f"/e/204817/orders/{order.number}/").content.decode()
    assert "$3,900.00 a month" in page
    assert say(alice, order, "agree", monthly="3900.00", one_time="200").status_code == 302
    assert client_of(carol).post(complete).status_code == 302
    assert (now(wave).bandwidth, now(wave).monthly) == ("20 Gbps", Decimal("3900.00"))
    with inside(wave.enterprise):
        old, new = Charge.objects.order_by("pk")
        facts = Event.objects.get(kind="change.applied").facts["changes"]
    assert (old.ends_on, new.starts_on, new.amount) == (new.starts_on, order_of(wave).completed_on, Decimal("3900.00"))
    assert facts["bandwidth"] == ["10 Gbps", "20 Gbps"]


# --- transfers ------------------------------------------------------------------------------------


@pytest.fixture
def ines(acme, acme_branch):
    """She may change services of the branch, and of nothing else."""
    person = make.user("ines@acme.example")
    member = make.member(acme, person, "Ines Prado")
    make.grant(member, "service.change", acme_branch)
    return person


def test_a_transfer_takes_two_people_and_moves_what_is_billed(ask, client_of, alice, ines, acme_branch, wave, deliver):
    assert ask(alice, wave, "transfer", target=acme_branch.number, effective_on=str(TODAY)).status_code == 302
    order = order_of(wave)
    url = f"/e/204817/orders/transfers/{order.number}/"
    assert client_of(alice).post(url, {"answer": "yes"}).status_code == 409
    assert days_later(2) == 0
    assert ines.email in {notice.recipient for notice in deliver()}
    shown = client_of(ines).get(url).text
    assert "is to agree" in shown and "Your move: agree to the transfer" in shown
    assert client_of(ines).post(url, {"answer": "yes"}).status_code == 302
    assert (days_later(2), days_later(2)) == (1, 0)
    assert now(wave).account_id == acme_branch.pk
    with inside(wave.enterprise):
        old, new = Charge.objects.order_by("pk")
    assert (old.ends_on, new.starts_on, new.account_id) == (TODAY, TODAY, acme_branch.pk)
    assert old.account_id == wave.account_id


def test_a_transfer_to_another_enterprises_account_is_refused(ask, alice, borealis_main, wave):
    answer = ask(alice, wave, "transfer", target=borealis_main.number, effective_on=str(TODAY))
    assert answer.status_code == 422 and "No account of this enterprise" in answer.content.decode()
    assert (orders_of(wave), now(wave).account_id) == (0, wave.account_id)


def test_a_transfer_is_given_up_by_a_side_or_when_nobody_answers(ask, client_of, alice, ines, acme_branch, wave):
    form = {"target": acme_branch.number, "effective_on": str(TODAY)}
    assert ask(alice, wave, "transfer", **form).status_code == 302
    first = order_of(wave)
    assert client_of(ines).post(f"/e/204817/orders/transfers/{first.number}/", {"answer": "no"}).status_code == 302
    assert order_of(wave, pk=first.pk).status == "cancelled"
    assert ask(alice, wave, "transfer", **form).status_code == 302
    assert days_later(33) == 1
    with inside(wave.enterprise):
        assert set(Order.objects.values_list("status", flat=True)) == {"cancelled"}
        assert Transfer.objects.count() == 2
    assert now(wave).account_id == wave.account_id


# --- trials ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kept", [True, False])
def test_a_trial_is_spoken_of_in_time_and_then_kept_or_ended(
    client_of, say, alice, carol, acme, acme_main, deliver, kept
):
    make.product("dia", "Dedicated Internet Access", "ip")
    form = {"product": "dia", "account": acme_main.number, "days": "20"}
    browser = client_of(alice)
    assert browser.post("/e/204817/orders/trials/new/", {**form, "days": "90"}).status_code == 422
    assert browser.post("/e/204817/orders/trials/new/", form).status_code == 302
    with inside(acme):
        order = Order.objects.select_related("enterprise").get()
    begun(order)
    finish(client_of, carol, order)
    with inside(acme):
        trial, service = Trial.objects.get(), Service.objects.select_related("enterprise").get()
    assert (service.status, trial.ends_on) == ("active", service.started_on + timedelta(days=20))
    assert days_later(5) == 0
    assert (days_later(14), days_later(14)) == (1, 0)
    assert "trial.ending" in {notice.kind for notice in deliver()}
    if kept:
        assert say(alice, order, "trial", answer="keep", term_months="36").status_code == 302
        assert days_later(22) == 0
        with inside(acme):
            number = Order.objects.get(type="new", service=service).number
        page = browser.get(f"/e/204817/orders/{order.number}/").text
        assert f"/orders/{number}/" in page and "named on that order" in page
    else:
        assert days_later(22) == 1
    assert now(service).status == ("active" if kept else "terminated")


def test_a_services_page_offers_what_can_be_asked_and_says_when_it_ends(client_of, alice, wave):
    page = client_of(alice).get(f"/e/204817/services/{wave.pk}/").content.decode()
    assert all(f"/orders/services/{wave.pk}/{what}/" in page for what in ("change", "renew", "transfer", "disconnect"))
    change(wave, status="ending", ended_on=TODAY + timedelta(days=9))
    page = client_of(alice).get(f"/e/204817/services/{wave.pk}/").content.decode()
    assert "is being disconnected" in page and "/disconnect/" not in page
    with inside(wave.enterprise):
        assert not OrderedService.objects.exists()
