"""Accounts that change enterprise after a service went from one of them to the other within it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account
from accounts.moving.services import mover
from billing.models import Charge
from inventory.models import Service
from orders.contracts import services
from orders.models import Order, OrderItem, Transfer
from tests import make
from tests.faces import as_staff, connected_as, inside


@pytest.fixture
def given(transactional_db, client_of, alice, acme, acme_branch, wave, deliver):
    """Acme's wave, delivered and billed on its main account, went to the branch."""
    make.order(wave.account, service=wave, milestones=0, status="completed", completed_on=wave.started_on)
    person = make.user("ines@acme.example")
    make.grant(make.member(acme, person, "Ines Prado"), "service.change", acme_branch)
    ask = {"target": acme_branch.number, "effective_on": f"{make.today()}"}
    assert client_of(alice).post(f"/e/204817/orders/services/{wave.pk}/transfer/", ask).status_code == 302
    with inside(acme):
        number = Transfer.objects.get().order.number
    assert client_of(person).post(f"/e/204817/orders/transfers/{number}/", {"answer": "yes"}).status_code == 302
    with as_staff():
        assert services.follow(at=timezone.now() + timedelta(days=1)) == 1
    deliver()
    return wave


def move(source, target, account):
    with connected_as("portal_owner"):
        mover.move([account.pk], source=source, target=target, reference="MV-1", at=timezone.now())


def seen(owner):
    """The services of an enterprise, and what of its orders and charges name which of them."""
    with inside(owner):
        found = Service.objects.order_by("pk").values_list("number", "status", "account__number")
        named = [Order.objects.exclude(service=None).values_list("service__number", flat=True)]
        named += [OrderItem.objects.values_list("service__number", flat=True)]
        named += [Charge.objects.values_list("service__number", flat=True)]
        return list(found), [sorted(map(str, each)) for each in named]


@pytest.mark.parametrize("which", ["the giver's", "the receiver's"])
def test_either_account_moves_and_what_stays_names_a_former_service(
    which, given, acme, borealis, acme_main, acme_branch, deliver
):
    gone = acme_main if which == "the giver's" else acme_branch
    move(acme, borealis, gone)
    number = given.number
    ours, theirs = seen(acme), seen(borealis)
    live, former = (number, "active", acme_branch.number), (number, "terminated", acme_main.number)
    is_giver = gone == acme_main
    assert (ours[0], theirs[0]) == (([live], [former]) if is_giver else ([former], [live]))
    with inside(borealis if is_giver else acme):
        transfer = Transfer.objects.select_related("order").get()
        target = Account.ever.get(pk=transfer.target_id)
        assert (target.number, target.is_former) == (acme_branch.number, True)
        # The new order of before and the transfer stay with the giver, and what it was billed for.
        assert Order.objects.filter(service__number=number).count() == 2
        assert Charge.objects.get().service.status == "terminated"
    deliver()
    move(borealis, acme, gone)
    numbers = {each[0] for each in seen(acme)[0]}
    assert number in numbers and seen(borealis)[0] == []
    with inside(acme):
        assert Service.objects.filter(number=number, status="active").count() == 1
        assert Account.objects.filter(number=gone.number).count() == 1
