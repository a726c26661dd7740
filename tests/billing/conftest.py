"""An invoice of this month, as the pages show it to people today."""

from datetime import date, datetime

import pytest
from django.utils import timezone

from accounts.models import Account, Enterprise
from billing.models import Invoice
from tests import make
from tests.billing import builders as b


@pytest.fixture
def now() -> datetime:
    return timezone.now().replace(microsecond=0)


@pytest.fixture
def month(now: datetime) -> date:
    return now.date().replace(day=1)


@pytest.fixture
def invoice(acme: Enterprise, acme_main: Account, month: date, now: datetime) -> Invoice:
    make.charge(acme_main, "287.25", service=make.service(acme_main, number="ET-500-00871"), text="Ethernet 500 Mbps")
    make.charge(acme_main, "2850.00", text="=SUM(A1) Wave")
    return b.issue(acme_main, month, now)
