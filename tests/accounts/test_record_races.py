"""Two at the same moment, with real threads: one wins, the other is told, and nothing is half written."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from accounts.companies import services
from accounts.models import Account, CustomerNumber
from portal.actors import Actor, ActorKind
from portal.errors import Refused
from portal.models import Event
from portal.tenancy import tenant_scope
from tests.faces import as_app, as_staff, inside

pytestmark = pytest.mark.django_db(transaction=True)


def both(work, *given):
    """What comes of each, both begun at once."""
    barrier = Barrier(len(given))

    def one(each):
        try:
            barrier.wait(10)
            return work(*each)
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(given)) as pool:
        return sorted(type(each).__name__ for each in pool.map(one, given))


def customer(enterprise, name):
    return Actor(ActorKind.CUSTOMER, name, enterprise_id=enterprise.pk, permissions={"account.change": None})


def staff(enterprise):
    return Actor(ActorKind.STAFF, "Hanna Doyle", enterprise_id=enterprise.pk)


def test_of_two_who_save_an_account_at_once_one_is_told(acme, acme_main):
    def change(name):
        with as_app(), tenant_scope(acme.pk):
            return services.change_account(
                acme_main.pk, {"alias": name}, seen=0, actor=customer(acme, name), at=timezone.now()
            )

    assert both(change, ("Alice",), ("Amy",)) == ["Account", "Edited"]
    with inside(acme):
        account, event = Account.objects.get(), Event.objects.get(kind="account.changed")
    assert (account.alias, account.revision) == (event.actor_name, 1)


def test_a_number_asked_for_by_two_enterprises_at_once_becomes_ones(acme, borealis):
    def add(enterprise):
        with as_staff(), tenant_scope(enterprise.pk):
            return services.add_number("C-7", "", actor=staff(enterprise), at=timezone.now())

    assert both(add, (acme,), (borealis,)) == ["CustomerNumber", "NumberTaken"]
    with as_staff():
        assert CustomerNumber.objects.count() == 1


def test_two_files_with_one_number_in_common_are_not_mixed(acme, borealis):
    rows = {"name": "N", "currency": "USD", "country": "US"}

    def load(enterprise, *numbers):
        with as_staff(), tenant_scope(enterprise.pk):
            made = services.add_accounts(
                [{**rows, "number": each} for each in numbers], actor=staff(enterprise), at=timezone.now()
            )
        return made[0]

    assert both(load, (acme, "5-X", "5-Z"), (borealis, "5-Y", "5-Z")) == ["Account", "NumberTaken"]
    with as_staff():
        owners = {each.enterprise_id for each in Account.objects.filter(number__in=["5-X", "5-Y", "5-Z"])}
        assert len(owners) == 1 and Account.objects.count() == 2


def test_two_groups_of_one_name_are_one(acme, acme_main):
    def add(name):
        with as_app(), tenant_scope(acme.pk):
            return services.make_group("West", [acme_main.pk], actor=customer(acme, name), at=timezone.now())

    assert both(add, ("Alice",), ("Amy",)) == ["AccountGroup", "Refused"]
