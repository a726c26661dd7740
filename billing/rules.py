"""How a month is billed and how much of a line can be disputed: pure computations.

Spans of days are [from, to): the last day named is the first one no longer billed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.money import ZERO, rounded, share
from portal.moving import Along, Way


def month_of(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


def next_month(period_on: date) -> date:
    """The first day of the month after the one that begins on ``period_on``."""
    is_december = period_on.month == 12
    return date(period_on.year + is_december, 1 if is_december else period_on.month + 1, 1)


def days_in(period_on: date) -> int:
    return (next_month(period_on) - period_on).days


def prorated(price: Decimal, from_on: date, to_on: date, *, currency: str) -> Decimal:
    """The share of a monthly price for the days [from_on, to_on) of one calendar month.

    What is due up to a day is price × days ÷ days of the month, rounded half up; a share is the
    difference of two such sums. So the shares of a month's parts add up to its price to the
    cent, however it is cut, and a share can differ by one unit from its own rounded fraction.
    Raises ValueError where the days are not in one month or run backwards.
    """
    month = month_of(from_on)
    if not from_on <= to_on <= next_month(month):
        raise ValueError(f"[{from_on}, {to_on}) is not within one month.")
    return share(price, (from_on - month).days, (to_on - month).days, of=days_in(month), currency=currency)


@dataclass(frozen=True)
class Billable:
    """A charge as the rules need it: an amount a month over [starts_on, ends_on), or once."""

    key: int
    is_recurring: bool
    amount: Decimal
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True)
class Billed:
    """What one charge comes to in one month, with all that is needed to compute it again."""

    key: int
    from_on: date
    to_on: date
    days: int
    days_of_month: int
    amount: Decimal


def lines_for_month(charges: Iterable[Billable], period_on: date, *, currency: str) -> list[Billed]:
    """What the charges come to in the month that begins on ``period_on``; those of no day are left out."""
    found = (_recurring(c, period_on, currency) if c.is_recurring else _once(c, period_on, currency) for c in charges)
    return [billed for billed in found if billed is not None]


def _recurring(charge: Billable, period_on: date, currency: str) -> Billed | None:
    end_on = next_month(period_on)
    from_on = max(charge.starts_on, period_on)
    to_on = min(charge.ends_on or end_on, end_on)
    if from_on >= to_on:
        return None
    amount = prorated(charge.amount, from_on, to_on, currency=currency)
    return Billed(charge.key, from_on, to_on, (to_on - from_on).days, days_in(period_on), amount)


def _once(charge: Billable, period_on: date, currency: str) -> Billed | None:
    """A one-time charge belongs to the month it starts in, whole."""
    if month_of(charge.starts_on) != period_on:
        return None
    on = charge.starts_on
    return Billed(charge.key, on, on, 0, 0, rounded(charge.amount, currency))


@dataclass(frozen=True)
class Change:
    """What one charge came to in a month and in the month before: zero where it was not billed."""

    service: str
    text: str
    before: Decimal
    after: Decimal

    @property
    def by(self) -> Decimal:
        return self.after - self.before

    @property
    def kind(self) -> str:
        """new, gone, more or less."""
        if not self.before:
            return "new"
        return "gone" if not self.after else "more" if self.by > 0 else "less"


@dataclass(frozen=True)
class Comparison:
    """Two months of one account: what differs, in the order of the invoice, and how much stayed."""

    changes: list[Change]
    unchanged: int
    unchanged_sum: Decimal
    by: Decimal


def compared(now: Iterable[tuple[str, str, Decimal]], before: Iterable[tuple[str, str, Decimal]]) -> Comparison:
    """Each charge, known by its service and its text, beside what it came to the month before."""
    present, past = _summed(now), _summed(before)
    every = [Change(*key, past.get(key, ZERO), present.get(key, ZERO)) for key in {**present, **past}]
    same = [each for each in every if not each.by]
    total = sum((each.by for each in every), ZERO)
    return Comparison([each for each in every if each.by], len(same), sum((each.after for each in same), ZERO), total)


def _summed(rows: Iterable[tuple[str, str, Decimal]]) -> dict[tuple[str, str], Decimal]:
    # One charge can stand in parts where its price changed within the month.
    found: dict[tuple[str, str], Decimal] = {}
    for service, text, amount in rows:
        found[service, text] = found.get((service, text), ZERO) + amount
    return found


def disputable(amount: Decimal, *, credited: Decimal, in_dispute: Decimal) -> Decimal:
    """How much of a line can still be disputed: never below zero, and nothing of a credit."""
    return max(ZERO, amount - credited - in_dispute)


def outcome_of(amount: Decimal, credited: Decimal) -> str:
    """The decision's name by what was given back of the disputed amount: denied, partly or upheld."""
    if credited == 0:
        return "denied"
    return "upheld" if credited == amount else "partly"


def invoice_number(issuer: str, year: int, value: int) -> str:
    """INV-2026-000123; a further legal entity's carries its code, because its series begins anew."""
    return "-".join(part for part in ("INV", issuer, str(year), f"{value:06d}") if part)


def credit_number(issuer: str, year: int, value: int) -> str:
    """CRN-2026-00042, and for a further legal entity with its code."""
    return "-".join(part for part in ("CRN", issuer, str(year), f"{value:05d}") if part)


# How its tables move from one enterprise to another. An issued invoice stays what it is, and to whom it was
# addressed; only the wall around it changes.
_ACCOUNT = Along("accounts_account", "account_id")
WAYS: dict[str, Way] = {
    "billing_charge": _ACCOUNT,
    "billing_invoice": _ACCOUNT,
    "billing_invoiceline": Along("billing_invoice", "invoice_id"),
    "billing_dispute": _ACCOUNT,
    "billing_disputedline": Along("billing_dispute", "dispute_id"),
    "billing_credit": _ACCOUNT,
    "billing_posting": Along("billing_invoice", "invoice_id"),
}
