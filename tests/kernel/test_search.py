"""One search over all that people quote: through the apps' own selectors, so within everybody's reach."""

import pytest

from accounts.models import Membership
from accounts.selectors import get_customer_actor
from portal import registries
from portal.actors import Actor, ActorKind
from portal.tenancy import tenant_scope
from tests import make
from tests.billing import builders
from tests.faces import as_app, inside


@pytest.fixture
def things(acme, acme_main, alice):
    order = make.order(acme_main, number="ORD-2026-00417", customer_reference="PO 77/12")
    make.charge(acme_main)
    invoice = builders.issue(acme_main)
    return order, invoice, builders.dispute(alice, invoice)


def found(person, enterprise, text):
    with as_app(), tenant_scope(enterprise.pk):
        actor = get_customer_actor(person, enterprise)
        return [(str(hit.what), hit.label, hit.url_name) for hit in registries.search(actor, text)]


@pytest.mark.parametrize("typed", ["ORD-2026-00417", "ord 2026 417", "ord202600417", "  PO 77/12 ", "po 77/12"])
def test_an_order_is_found_however_its_number_is_spelled(things, acme, alice, typed):
    assert found(alice, acme, typed) == [("Order", "ORD-2026-00417", "orders:order")]


def test_invoices_and_disputes_are_found_by_number(things, acme, alice):
    _, invoice, dispute = things
    assert found(alice, acme, invoice.number.lower()) == [("Invoice", invoice.number, "billing:invoice")]
    assert found(alice, acme, f" {dispute.number} ") == [("Dispute", dispute.number, "billing:dispute")]


@pytest.mark.parametrize("typed", ["", "  ", "---", "ORD", "no such thing", "%", "x" * 500, "a\0b"])
def test_what_names_nothing_finds_nothing(things, acme, alice, typed):
    assert found(alice, acme, typed) == []


def test_nobody_finds_what_they_may_not_see(things, acme, borealis, alan, bob):
    order, invoice, dispute = things
    for each in (order, invoice, dispute):
        assert found(bob, borealis, each.number) == []
        # Alan may see orders and bills, of the branch's account alone.
        assert found(alan, acme, each.number) == []
    idle = make.user("idle@acme.example")
    make.member(acme, idle, "Ida Idle")
    with inside(acme):
        assert Membership.objects.filter(user=idle).exists()
    assert found(idle, acme, order.number) == []


@pytest.mark.parametrize("kind", [ActorKind.STAFF, ActorKind.CUSTOMER])
def test_outside_any_enterprise_nothing_is_found(things, kind):
    nobody = Actor(kind=kind, name="Carol", permissions={"order.view": None})
    assert registries.search(nobody, "ORD-2026-00417") == []
    assert bool(registries.searches(nobody)) is (kind == ActorKind.STAFF)
