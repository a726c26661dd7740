"""A service under contract, and what is asked of it over HTTP."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Account, User
from inventory.models import Service
from orders.contracts import services
from orders.models import Order
from portal.models import Event
from portal.tenancy import tenant_scope
from tests import make
from tests.faces import as_staff, inside

TODAY = make.today()


@pytest.fixture
def wave(acme_main: Account) -> Service:
    """Ten months of its 36 are left, give or take the day; it is billed at 2,850 a month."""
    made = make.service(
        acme_main, number="WV-10G-003318", monthly=Decimal("2850.00"), term_months=36, bandwidth="10 Gbps",
        started_on=TODAY - timedelta(days=800), contract_ends_on=TODAY + timedelta(days=330),
    )  # fmt: skip
    make.charge(acme_main, "2850.00", service=made)
    return made


@pytest.fixture
def ask(client_of: Callable[[User], Any]) -> Callable[..., Any]:
    """Send the form of a service's page."""

    def post(person: User, service: Service, what: str, **data: Any) -> Any:
        place = service.enterprise.public_id
        return client_of(person).post(f"/e/{place}/orders/services/{service.pk}/{what}/", data)

    return post


@pytest.fixture
def say(client_of: Callable[[User], Any]) -> Callable[..., Any]:
    """Say something to an order from its page."""

    def post(person: User, order: Order, what: str, **data: Any) -> Any:
        return client_of(person).post(f"/e/{order.enterprise.public_id}/orders/{order.number}/{what}/", data)

    return post


def disconnecting(on: date | None = None, **changes: Any) -> dict[str, Any]:
    return {"stops_on": f"{on or TODAY + timedelta(days=40)}", "reason": "not_needed", **changes}


def order_of(service: Service, **which: Any) -> Order:
    with inside(service.enterprise):
        return Order.objects.select_related("enterprise").get(**(which or {"service": service}))


def orders_of(service: Service) -> int:
    with inside(service.enterprise):
        return Order.objects.count()


def now(service: Service) -> Service:
    with inside(service.enterprise):
        return Service.objects.select_related("account").get(pk=service.pk)


def kinds(service: Service) -> list[str]:
    with inside(service.enterprise):
        found = Event.objects.exclude(kind__startswith="enterprise.").order_by("pk")
        return list(found.values_list("kind", flat=True))


def days_later(days: int) -> int:
    """What the tasks do so many days from now."""
    from django.utils import timezone

    with as_staff():
        return services.follow(at=timezone.now() + timedelta(days=days))


def change(service: Service, **fields: Any) -> None:
    """The books say otherwise."""
    with as_staff(), tenant_scope(service.enterprise_id):
        Service.objects.filter(pk=service.pk).update(**fields)
