"""An order as it is written, signed, priced and checked over HTTP."""

from datetime import date
from typing import Any

import pytest

from accounts.models import Account, Enterprise, User
from inventory.models import Product, Site
from orders.models import Authorisation, Order, OrderItem, Quote
from orders.rules import WorkDays
from portal.models import Event, Todo
from tests import make
from tests.faces import as_staff, inside

# A working day everywhere, far enough ahead.
A_DAY = WorkDays.of({"US"}).add_business_days(date.today(), 40)


@pytest.fixture
def wave() -> Product:
    return make.product()


@pytest.fixture
def icb() -> Product:
    with as_staff():
        return Product.objects.create(code="dark-fiber", name="Dark fiber", family="wavelength", is_icb=True)


@pytest.fixture
def denver(acme: Enterprise) -> Site:
    return make.site(acme, "Denver", code="DEN-1", name="Denver HQ", street="910 15th St")


def typed(account: Account, product: Product, site: Site, /, **changes: Any) -> dict[str, Any]:
    """An order of one item, as it would be typed."""
    return {
        "account": account.number,
        "requested_on": f"{A_DAY:%Y-%m-%d}",
        "term_months": "36",
        "customer_reference": "4500-7788",
        "title": "",
        "project": "New plant",
        "project_reference": "CAPEX-12",
        "notes": "Ring at the gate",
        "seen": "0",
        "items": "1",
        "item-0-product": product.code,
        "item-0-bandwidth": "10 Gbps",
        "item-0-quantity": "1",
        "item-0-a_site": site.code,
        "item-0-z_street": "2 Main St",
        "item-0-z_city": "Reno",
        "item-0-z_country": "US",
        **changes,
    }


def signed(order: Order, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Alice Moreau", "title": "Network manager", "signature": "alice  moreau", "agrees": "on",
        "seen": str(order.revision), **changes,
    }  # fmt: skip


def latest(owner: Enterprise) -> Order:
    with inside(owner):
        return Order.objects.select_related("project", "service", "account", "enterprise").latest("pk")


def all_of(owner: Enterprise) -> dict[str, Any]:
    """Everything that placing could change, to be compared."""
    with inside(owner):
        tables = (Order, OrderItem, Quote, Authorisation, Site)
        found: dict[str, Any] = {each.__name__: list(each.objects.order_by("pk").values()) for each in tables}
        events = Event.objects.filter(kind__startswith="order.")
        return found | {"events": events.count(), "todos": Todo.objects.filter(event__in=events).count()}


@pytest.fixture
def draft(acme: Enterprise, acme_main: Account, wave: Product, denver: Site, alice: User, client_of: Any) -> Order:
    """Alice's order of a wave from Denver to Reno, kept as a draft."""
    answer = client_of(alice).post("/e/204817/orders/new/?product=wave-10g", typed(acme_main, wave, denver))
    assert answer.status_code == 302, answer.text
    return latest(acme)


@pytest.fixture
def submitted(draft: Order, acme: Enterprise, alice: User, client_of: Any) -> Order:
    answer = client_of(alice).post(f"/e/204817/orders/{draft.number}/submit/", signed(draft))
    assert answer.status_code == 302, answer.text
    return latest(acme)
