"""The lines of an account's charges: a month, and what months before it lack or have too much.

A service may commence, end or change its price in a month that is billed already. What an invoice should have billed is
compared with what invoices bill, day by day; only days are made good, at the price of then, and no line is rewritten.
The account's row is the lock, so that no two invoices make up for the same day.
"""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from accounts.models import Account
from billing import rules
from billing.models import Charge, ChargeKind, Invoice, InvoiceLine, LineKind, Outcome
from billing.selectors import runs
from portal.actors import Actor
from portal.money import ZERO
from portal.tenancy import of_enterprise


def charge_lines(account: Account, period_on: date, actor: Actor) -> list[InvoiceLine]:
    """What the account's charges come to on the invoice of a month, whose account is locked; not saved yet."""
    charges = list(runs.list_charges(actor, account, before=rules.next_month(period_on)))
    closed, first_on = runs.closed_months(actor, account, before=period_on)
    billed = runs.list_billed_days(actor, account)
    months = {charge.pk: _owed_months(charge, closed, first_on) for charge in charges}
    unsettled = [
        each.pk
        for each in charges
        if not rules.is_settled(_billable(each), billed.get(each.pk), closed=months[each.pk], period_on=period_on)
    ]
    standing = _standing(actor, unsettled)
    found: list[InvoiceLine] = []
    for charge in charges:
        lines = standing.get(charge.pk, [])
        found += [back for line in lines for back in _returned(charge, line, account.currency)]
        past = months[charge.pk] if charge.pk in unsettled else []
        found += _owed(charge, [*past, period_on], lines, account.currency)
    return found


def _billable(charge: Charge) -> rules.Billable:
    is_recurring = charge.kind == ChargeKind.RECURRING
    return rules.Billable(charge.pk, is_recurring, charge.amount, charge.starts_on, charge.ends_on)


def _owed_months(charge: Charge, closed: list[date], first_on: date | None) -> list[date]:
    """The billed months of which the charge is owed here; what was loaded was billed elsewhere before."""
    if charge.is_begun_here:
        return closed
    return [month for month in closed if first_on and month >= first_on]


def _standing(actor: Actor, charges: Collection[int]) -> dict[int | None, list[InvoiceLine]]:
    """The lines that bill charges, by these. Their invoices are locked: a dispute of a line comes before or after."""
    if not charges:
        return {}
    rows = runs.list_billed_lines(actor, charges)
    invoices = of_enterprise(Invoice.objects, actor).filter(pk__in=rows.order_by().values("invoice")).order_by("pk")
    list(invoices.select_for_update(of=("self",), no_key=True))
    found: dict[int | None, list[InvoiceLine]] = {}
    for line in rows:
        found.setdefault(line.charge_id, []).append(line)
    return found


def _days(line: InvoiceLine) -> set[date]:
    """The days that a line bills and none has given back; of a one-time charge its day."""
    from_on, to_on = line.span
    given = (rules.days_of(*each.span) for each in line.given_back_by.all())
    return rules.days_of(from_on, to_on).difference(*given) if line.days else {from_on}


def _owed(charge: Charge, months: list[date], lines: list[InvoiceLine], currency: str) -> list[InvoiceLine]:
    """The charge's days in these months that no line bills yet."""
    billed = {day for line in lines for day in _days(line)}
    parts = (rules.lines_of(_billable(charge), each, billed=billed, currency=currency) for each in months)
    return [_line(charge, each, LineKind(charge.kind), charge.amount) for part in parts for each in part]


def _returned(charge: Charge, line: InvoiceLine, currency: str) -> list[InvoiceLine]:
    """What a line bills beyond the charge's days. It waits while the line is contested, or in another currency."""
    if not line.days or line.invoice.currency != currency:
        return []
    if any(each.outcome == Outcome.OPEN for each in line.disputes.all()):
        return []
    over = {day for day in _days(line) if day < charge.starts_on or (charge.ends_on and day >= charge.ends_on)}
    if not over:
        return []
    back = rules.given_back(line.rate, rules.spans(over), credited=_credited(line, currency), currency=currency)
    return [_line(charge, each, LineKind.RETURNED, line.rate, gives_back=line) for each in back]


def _credited(line: InvoiceLine, currency: str) -> Decimal:
    """What disputes gave back of a line, and no days given back have counted yet."""
    credited = sum((each.credited for each in line.disputes.all()), ZERO)
    for each in line.given_back_by.all():
        credited -= rules.prorated(line.rate, *each.span, currency=currency) + each.amount
    return credited


def _line(
    charge: Charge, billed: rules.Billed, kind: LineKind, rate: Decimal, *, gives_back: InvoiceLine | None = None
) -> InvoiceLine:
    return InvoiceLine(
        enterprise_id=charge.enterprise_id,
        kind=kind,
        charge=charge,
        gives_back=gives_back,
        service_number=charge.service.number if charge.service else "",
        text=gives_back.text if gives_back else charge.text,
        from_on=billed.from_on,
        to_on=billed.to_on,
        days=billed.days,
        days_of_month=billed.days_of_month,
        rate=rate,
        amount=billed.amount,
    )
