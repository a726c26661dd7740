"""Orders of Acme's that cost something once, and the bills that follow."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Account
from billing.models import InvoiceLine
from billing.rules import next_month
from orders.activating.services import set_not_ready, watch_not_ready
from orders.models import NotReady, Order, OrderCharge
from portal import documents
from portal.actors import system
from tests import make
from tests.faces import as_staff, inside
from tests.orders.activating.conftest import eve, line, noon, page, post, ready  # noqa: F401 - fixtures

TODAY = make.today()


@pytest.fixture(autouse=True)
def papers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Printing takes seconds, and is tried elsewhere."""
    monkeypatch.setattr(documents, "render", lambda *_, **__: b"%PDF-1.7 paper")


def owed(order: Order) -> list[tuple[str, str, Decimal]]:
    """What the order costs once: for what, how it stands, and how much."""
    with inside(order.enterprise):
        return list(OrderCharge.objects.filter(order=order).order_by("pk").values_list("reason", "state", "amount"))


def charge_of(order: Order, **which: Any) -> OrderCharge:
    with inside(order.enterprise):
        return OrderCharge.objects.select_related("order", "enterprise").get(order=order, **which)


def month(of: date = TODAY) -> date:
    return of.replace(day=1)


def billed(account: Account, of: date, at: datetime | None = None) -> list[InvoiceLine]:
    """Issue the account's invoice of a month; its lines, none where there is nothing to bill."""
    from billing import services

    with as_staff():
        found = services.issue_invoice(account.enterprise_id, account.pk, period_on=of, at=at or timezone.now())
    if found is None:
        return []
    with inside(account.enterprise):
        return list(InvoiceLine.objects.filter(invoice=found).select_related("invoice").order_by("position"))


def bills(account: Account) -> list[list[tuple[str, Decimal]]]:
    """What the invoices of this month and of the next two say of one-time charges."""
    months = [month(), next_month(month()), next_month(next_month(month()))]
    found = [billed(account, each) for each in months]
    return [[(each.text, each.amount) for each in lines if each.kind == "one_time"] for lines in found]


def ran_out(order: Order) -> NotReady:
    """Held for a customer who is not ready, until the day after the last; the second time nothing more comes of it."""
    with as_staff(), inside(order.enterprise):
        found = set_not_ready(
            order.pk, reason="silent", actor=system(order.enterprise_id), at=timezone.now()
        )  # fmt: skip
        late = noon((found.last_on - TODAY).days + 1)
        watch_not_ready(order.enterprise_id, found.pk, at=late)
        watch_not_ready(order.enterprise_id, found.pk, at=late)
    return found
