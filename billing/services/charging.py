"""What concluded orders make of the charges of a service: ended, begun at another price, or on another account.

A charge that was billed is never rewritten: it ends, and another one begins. Where a month is billed already, the next
invoice bills its days, or gives them back.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from accounts.models import Account
from billing.models import Charge, ChargeKind
from inventory.models import Service
from orders.services import MonthlyCharge
from portal.actors import Actor
from portal.tenancy import of_enterprise


def start(service: Service, *, monthly: Decimal, on: date, actor: Actor) -> bool:
    """Let a service cost so much a month from a day on; one that has charges keeps those, and False is answered."""
    if of_enterprise(Charge.objects, actor).filter(service=service).exists():
        return False
    if monthly:
        _begin(service, service.account, text=service.product.name, amount=monthly, on=on)
    return True


def stop(service: Service, *, on: date, actor: Actor) -> None:
    """Let all monthly charges of a service end with the day before."""
    for charge in _running(service, on, actor):
        _end(charge, on)


def reprice(service: Service, *, monthly: Decimal, on: date, actor: Actor) -> None:
    """Let a service cost so much a month from a day on: one charge in place of those there are."""
    before = list(_running(service, on, actor))
    if sum((each.amount for each in before), Decimal(0)) == monthly:
        return
    text = before[0].text if before else service.product.name
    for charge in before:
        _end(charge, on)
    if monthly:
        _begin(service, service.account, text=text, amount=monthly, on=on)


def move(service: Service, *, account: Account, on: date, actor: Actor) -> None:
    """Let another account pay for a service from a day on. What was billed stays with the account that had it."""
    for charge in list(_running(service, on, actor).exclude(account=account)):
        _end(charge, on)
        _begin(service, account, text=charge.text, amount=charge.amount, on=on)


def charges(service: Service, *, on: date, actor: Actor) -> list[MonthlyCharge]:
    """What a service costs a month from a day on."""
    return [
        MonthlyCharge(each.text, each.amount, max(each.starts_on, on), each.ends_on)
        for each in _running(service, on, actor)
    ]


def carry_on(service: Service, charges: Sequence[MonthlyCharge], *, on: date, actor: Actor) -> None:
    """Let a service that came from another enterprise cost what it cost there, from a day on."""
    if of_enterprise(Charge.objects, actor).filter(service=service).exists():
        return
    for each in charges:
        _begin(service, service.account, text=each.text, amount=each.amount, on=each.starts_on, until=each.ends_on)


def _running(service: Service, on: date, actor: Actor) -> QuerySet[Charge]:
    """The monthly charges that would be billed on the day, or later."""
    rows = of_enterprise(Charge.objects, actor).filter(service=service, kind=ChargeKind.RECURRING)
    return rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on)).order_by("pk").select_for_update(of=("self",))


def _end(charge: Charge, on: date) -> None:
    # One that has not begun yet is for no day at all.
    charge.ends_on = max(on, charge.starts_on)
    charge.save(update_fields=["ends_on"])


def _begin(
    service: Service, account: Account, *, text: str, amount: Decimal, on: date, until: date | None = None
) -> None:
    place = Charge.objects.filter(enterprise_id=service.enterprise_id, service=service).count() + 1
    code = f"{service.number}/{on:%Y%m%d}-{place}"[:60]
    Charge.objects.create(
        enterprise_id=service.enterprise_id, code=code, account=account, service=service,
        kind=ChargeKind.RECURRING, text=text, amount=amount, starts_on=on, ends_on=until, is_begun_here=True,
    )  # fmt: skip
