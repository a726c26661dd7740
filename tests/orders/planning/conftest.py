"""An order of Acme's that the carrier has taken, with a product that asks two questions."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import Account, User
from inventory.models import Product, ProductQuestion
from orders import services
from orders.models import Order
from portal.actors import system
from tests import make
from tests.faces import as_staff, inside

TODAY = make.today()


@pytest.fixture
def product(db: None) -> Product:
    """Thirty business days, ten at least; it asks for a connector and a rack."""
    with as_staff():
        made = Product.objects.create(
            code="wave-10g", name="Wavelength 10 Gbps", family="wavelength", interval_days=30, shortest_days=10
        )
        asked: dict[str, Any] = {"product": made}
        ProductQuestion.objects.create(
            **asked, key="connector", kind="choice", words="Which connector?", choices=["LC", "SC"], position=1
        )
        ProductQuestion.objects.create(**asked, key="rack", words="Room and rack", least=3, most=40, position=2)
        return made


@pytest.fixture
def taken(acme_main: Account, product: Product, carol: User) -> Order:
    """Acknowledged today, nothing committed to."""
    from django.utils import timezone

    order = make.order(
        acme_main, number="ORD-2026-00391", product=product, status="submitted", milestones=0, committed_on=None,
        expected_on=None, requested_on=None, placed_on=TODAY,
    )  # fmt: skip
    with inside(acme_main.enterprise):
        done = services.acknowledge_order(
            order.pk, care_manager_id=make.card_of(carol).pk, actor=system(acme_main.enterprise_id), at=timezone.now()
        )
    done.enterprise = acme_main.enterprise
    return done


@pytest.fixture
def send(client_of: Callable[[User], Any]) -> Callable[..., Any]:
    """Post to a page of an order as somebody."""

    def post(person: User, order: Order, what: str, /, **data: Any) -> Any:
        return client_of(person).post(f"/e/{order.enterprise.public_id}/orders/{order.number}/{what}/", data)

    return post


def business_day(days: int) -> date:
    """A weekday far from holidays' doubt: the first one from so many days on that people work at."""
    from portal.calendars import BusinessHours

    return BusinessHours().add_business_days(TODAY + timedelta(days=days - 1), 1)
