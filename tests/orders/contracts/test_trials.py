"""Trials at their edges: who may begin another, and what a trial finds when it begins and when it ends."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inventory.models import Service
from orders.contracts.services.trials import follow_trial
from orders.models import Order, Trial
from portal.actors import system
from tests import make
from tests.faces import inside
from tests.orders.contracts.conftest import TODAY, days_later, everything, now
from tests.orders.contracts.test_contracts import begun, finish


@pytest.fixture
def wish(client_of, alice, acme_main):
    """Ask for a trial, as the form sends it."""
    make.product("dia", "Dedicated Internet Access", "ip")

    def send(**changes):
        form = {"product": "dia", "account": acme_main.number, "days": "20", **changes}
        return client_of(alice).post("/e/204817/orders/trials/new/", form)

    return send


def test_a_trial_for_a_day_that_has_passed_is_refused(wish, acme):
    before = everything(acme)
    answer = wish(requested_on=f"{TODAY - timedelta(days=1)}")
    assert answer.status_code == 422 and "This day has passed." in answer.text
    assert everything(acme) == before
    assert wish(requested_on=f"{TODAY + timedelta(days=1)}").status_code == 302


def test_of_so_many_trials_at_once_the_next_is_refused(wish, say, alice, acme):
    make.agreed(acme, "contract.trials_open", 1)
    assert wish().status_code == 302
    before = everything(acme)
    answer = wish()
    assert answer.status_code == 422 and "1 trials at once are agreed, and so many are under way." in answer.text
    assert everything(acme) == before
    with inside(acme):
        Order.objects.update(status="cancelled")
    assert wish().status_code == 302


def trial_of(account, service, **fields):
    """A trial that is activated, as it is found on its way."""
    order = make.order(account, type="trial", service=service, milestones=0, **fields)
    with inside(account.enterprise):
        Trial.objects.create(enterprise=account.enterprise, order=order, days=20)
    return order


def found(acme):
    with inside(acme):
        return Trial.objects.get()


def test_the_days_of_a_trial_count_from_its_conclusion_also_where_its_service_is_in_use(
    client_of, carol, acme, acme_main
):
    service = make.service(acme_main, started_on=TODAY - timedelta(days=3))
    order = trial_of(acme_main, service)
    begun(order)
    finish(client_of, carol, order)
    assert found(acme).ends_on == TODAY + timedelta(days=20)
    assert (now(service).status, now(service).started_on) == ("active", TODAY - timedelta(days=3))


def test_an_order_for_a_trial_of_which_nothing_is_agreed_begins_nothing(client_of, carol, acme, acme_main):
    order = make.order(acme_main, type="trial", milestones=0)
    begun(order)
    assert finish(client_of, carol, order).status_code == 302
    with inside(acme):
        assert Order.objects.get().status == "completed"
        assert not Service.objects.exists() and not Trial.objects.exists()


@pytest.mark.parametrize("status", ["active", "terminated", None])
def test_a_trial_is_over_on_its_day_whatever_its_service_is_by_then(acme, acme_main, status):
    service = make.service(acme_main, status=status, ended_on=TODAY) if status else None
    trial_of(acme_main, service, status="completed", completed_on=TODAY)
    with inside(acme):
        Trial.objects.update(ends_on=TODAY + timedelta(days=5))
    assert (days_later(4), days_later(6)) == (1, 1)  # spoken of, and ended
    assert found(acme).became == "ended"
    if status == "active":
        assert (now(service).status, now(service).ended_on) == ("terminated", TODAY + timedelta(days=5))
    if status == "terminated":
        assert now(service).ended_on == TODAY


def test_a_trial_that_was_kept_while_the_task_came_to_it_goes_on(say, alice, acme, acme_main):
    service = make.service(acme_main)
    order = trial_of(acme_main, service, status="completed", completed_on=TODAY)
    with inside(acme):
        Trial.objects.update(ends_on=TODAY + timedelta(days=5))
    assert say(alice, order, "trial", answer="keep", term_months="12").status_code == 302
    before = everything(acme)
    with inside(acme):
        at = timezone.now() + timedelta(days=6)
        assert follow_trial(order.pk, actor=system(acme.pk), at=at) is False
    assert everything(acme) == before and now(service).status == "active"
