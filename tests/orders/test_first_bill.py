"""An order that stays open for its first invoice."""

import pytest

from billing.models import Invoice
from orders.models import Order
from tests import make
from tests.billing import builders
from tests.faces import inside
from tests.orders.conftest import now, steps_of


@pytest.mark.parametrize(
    ("status", "then"), [("in_progress", ("completed", "completed")), ("cancelled", ("cancelled", "in_progress"))]
)
def test_the_invoice_closes_what_waits_for_it_and_nothing_that_was_called_off(acme, acme_main, status, then):
    service = make.service(acme_main)
    make.charge(acme_main, "100.00", service=service)
    order = make.order(
        acme_main, service=service, status=status, milestones=[{"kind": "first_bill", "status": "in_progress"}]
    )
    builders.issue(acme_main)
    assert (now(order).status, steps_of(order)[0].status) == then
    with inside(acme):
        assert Invoice.objects.count() == 1 and Order.objects.count() == 1
