"""What the customers' database role can make of orders, steps and answers where somebody goes past the services."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from orders.models import Answer, Milestone, Order
from portal.tenancy import tenant_scope
from tests import make
from tests.faces import as_app, inside

TODAY = date.today()


@pytest.fixture
def order(acme, acme_main):
    """Under way: an answer that the engineer sent back, and one step each of both sides."""
    made = make.order(
        acme_main,
        milestones=[
            {"kind": "design", "status": "completed", "completed_at": timezone.now()},
            {"kind": "build", "owner": "carrier", "status": "in_progress"},
            {"kind": "details_confirmed", "owner": "customer"},
        ],
    )
    with inside(acme):
        Answer.objects.create(
            enterprise=acme, order=made, key="rack", value="4", answered_by="Ana", answered_at=timezone.now(),
            status="returned", reason="Which room?", reviewed_by="Ira Solis", reviewed_at=timezone.now(),
        )  # fmt: skip
    return made


def write(order, table, changes, where="true"):
    """As the customers' side, straight into the table."""
    with as_app(), tenant_scope(order.enterprise_id), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {changes} WHERE {where}")
        return cursor.rowcount


def rows(order):
    with inside(order.enterprise):
        return [list(each.objects.order_by("pk").values()) for each in (Order, Milestone, Answer)]


REFUSED = [
    ("orders_answer", "status = 'accepted', reason = '', reviewed_by = ''", "true"),
    ("orders_answer", "status = 'given'", "true"),  # with what the engineer said still there
    ("orders_answer", "status = 'given', reason = '', reviewed_by = 'Ira Solis', reviewed_at = NULL", "true"),
    ("orders_milestone", "status = 'completed', completed_at = now()", "kind = 'build'"),
    ("orders_milestone", "status = 'skipped'", "kind = 'details_confirmed'"),
    ("orders_milestone", "status = 'in_progress', completed_at = NULL", "kind = 'design'"),
    ("orders_milestone", "owner = 'customer'", "kind = 'design'"),
    ("orders_milestone", "owner = 'third_party'", "kind = 'build'"),
    ("orders_milestone", "expected_on = '2020-01-01'", "kind = 'build'"),
    ("orders_order", "status = 'completed'", "true"),
    ("orders_order", "status = 'submitted'", "true"),
    ("orders_order", "completed_on = '2026-01-01'", "true"),
    ("orders_order", "expected_on = NULL", "true"),
]


@pytest.mark.parametrize(("table", "changes", "where"), REFUSED)
def test_what_only_the_carrier_decides_cannot_be_written(order, table, changes, where):
    before = rows(order)
    with pytest.raises(IntegrityError), transaction.atomic():
        write(order, table, changes, where)
    assert rows(order) == before


def test_what_a_customer_does_can_be_written(order):
    given = "status = 'given', reason = '', reviewed_by = '', reviewed_at = NULL, value = '\"5\"'"
    assert write(order, "orders_answer", given) == 1
    step = "kind = 'details_confirmed'"
    assert write(order, "orders_milestone", f"expected_on = '{TODAY + timedelta(days=9)}'", step) == 1
    assert write(order, "orders_milestone", "status = 'in_progress'", step) == 1
    assert write(order, "orders_milestone", "status = 'completed', completed_at = now()", step) == 1
    assert write(order, "orders_order", "status = 'cancelling'") == 1
    assert write(order, "orders_order", "status = 'in_progress'") == 1
    with inside(order.enterprise):
        Milestone.objects.filter(kind="build").update(status="completed", completed_at=timezone.now())
    assert write(order, "orders_order", "status = 'completed'") == 1
    assert write(order, "orders_order", f"completed_on = '{TODAY}'") == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        write(order, "orders_order", "completed_on = '2026-01-01'")


@pytest.mark.parametrize("status", ["completed", "cancelled", "rejected"])
def test_a_closed_order_stays_closed(order, status):
    with inside(order.enterprise):
        Order.objects.update(status=status)
    for changes in ("status = 'in_progress'", "status = 'cancelled', expected_on = '2030-01-01'"):
        with pytest.raises(IntegrityError), transaction.atomic():
            write(order, "orders_order", changes)


@pytest.mark.parametrize(
    ("status", "target"),
    [("submitted", "acknowledged"), ("submitted", "rejected"), ("draft", "acknowledged"), ("cancelling", "cancelled"),
     ("pricing", "draft"), ("held", "completed")],
)  # fmt: skip
def test_the_carriers_moves_are_not_the_customers(order, status, target):
    with inside(order.enterprise):
        Order.objects.update(status=status)
    with pytest.raises(IntegrityError), transaction.atomic():
        write(order, "orders_order", f"status = '{target}'")
    with inside(order.enterprise):
        assert Order.objects.get().status == status
