"""How a month is billed and how much of a line can be disputed: pure computations.

Spans of days are [from, to): the last day named is the first one no longer billed.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date, timedelta
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
    return [line for charge in charges for line in lines_of(charge, period_on, currency=currency)]


def lines_of(charge: Billable, period_on: date, *, billed: Set[date] = frozenset(), currency: str) -> list[Billed]:
    """What one charge comes to in a month beyond the days ``billed`` already; a line for each span of days."""
    if not charge.is_recurring:
        once = _once(charge, period_on, currency)
        return [] if once is None or billed else [once]
    from_on, to_on = span_in(charge, period_on, next_month(period_on))
    left = spans(days_of(from_on, to_on) - billed) if billed else [(from_on, to_on)][: from_on < to_on]
    return [_recurring(charge, first, end, currency) for first, end in left]


def span_in(charge: Billable, from_on: date, to_on: date) -> tuple[date, date]:
    """The charge's days among [from_on, to_on); none where they run backwards."""
    return max(charge.starts_on, from_on), min(charge.ends_on or to_on, to_on)


def days_of(from_on: date, to_on: date) -> set[date]:
    """The days [from_on, to_on)."""
    return {from_on + timedelta(days=n) for n in range((to_on - from_on).days)}


def spans(days: Iterable[date]) -> list[tuple[date, date]]:
    """Days as spans [from, to) of consecutive ones, each within one month."""
    found: list[tuple[date, date]] = []
    for day in sorted(days):
        first = found.pop()[0] if found and found[-1][1] == day and day.day > 1 else day
        found.append((first, day + timedelta(days=1)))
    return found


def _recurring(charge: Billable, from_on: date, to_on: date, currency: str) -> Billed:
    amount = prorated(charge.amount, from_on, to_on, currency=currency)
    return Billed(charge.key, from_on, to_on, (to_on - from_on).days, days_in(month_of(from_on)), amount)


def _once(charge: Billable, period_on: date, currency: str) -> Billed | None:
    """A one-time charge belongs to the month it starts in, whole."""
    if month_of(charge.starts_on) != period_on:
        return None
    on = charge.starts_on
    return Billed(charge.key, on, on, 0, 0, rounded(charge.amount, currency))


def is_settled(
    charge: Billable, billed: tuple[date, date, int] | None, *, closed: Iterable[date], period_on: date
) -> bool:
    """Whether a charge's days before a month stand on invoices, each once, and no others.

    ``billed`` is the first day, the end and the count of those that do; ``closed`` are the months that were billed
    before. Where it says no, that is to be looked at day by day.
    """
    first_on = min(closed, default=period_on)
    if not charge.is_recurring:
        return billed is not None or month_of(charge.starts_on) not in closed
    from_on, to_on = span_in(charge, first_on, period_on)
    return billed is None if from_on >= to_on else billed == (from_on, to_on, (to_on - from_on).days)


def given_back(rate: Decimal, days: Iterable[tuple[date, date]], *, credited: Decimal, currency: str) -> list[Billed]:
    """What spans of a billed line come to when they are given back: less than nothing, and so an amount below zero.

    ``credited`` of the line was given back before; it counts first.
    """
    found = []
    for from_on, to_on in days:
        amount = prorated(rate, from_on, to_on, currency=currency)
        before = min(credited, max(amount, ZERO))
        credited -= before
        found.append(Billed(0, from_on, to_on, (to_on - from_on).days, days_in(month_of(from_on)), before - amount))
    return found


# What of an invoice is about the months before it: days billed late, and days given back.
LATE, RETURNED = "late", "returned"


@dataclass(frozen=True)
class Change:
    """What one charge came to in a month and in the month before: zero where it was not billed.

    ``part`` is LATE or RETURNED for what is about months before that.
    """

    service: str
    text: str
    part: str
    before: Decimal
    after: Decimal

    @property
    def by(self) -> Decimal:
        return self.after - self.before

    @property
    def kind(self) -> str:
        """new, gone, more or less; of months before: late or returned, and once for what came the month before."""
        if not self.before:
            return self.part or "new"
        if not self.after:
            return "once" if self.part else "gone"
        return "more" if self.by > 0 else "less"


@dataclass(frozen=True)
class Comparison:
    """Two months of one account: what differs, in the order of the invoice, and how much stayed."""

    changes: list[Change]
    unchanged: int
    unchanged_sum: Decimal
    by: Decimal


Part = tuple[str, str, str]  # a charge by its service and its text, and which part of it


def compared(now: Iterable[tuple[Part, Decimal]], before: Iterable[tuple[Part, Decimal]]) -> Comparison:
    """Each part of a charge beside what it came to the month before."""
    present, past = _summed(now), _summed(before)
    every = [Change(*key, past.get(key, ZERO), present.get(key, ZERO)) for key in {**present, **past}]
    same = [each for each in every if not each.by]
    total = sum((each.by for each in every), ZERO)
    return Comparison([each for each in every if each.by], len(same), sum((each.after for each in same), ZERO), total)


def _summed(rows: Iterable[tuple[Part, Decimal]]) -> dict[Part, Decimal]:
    # One charge can stand in parts where its price changed within the month.
    found: dict[Part, Decimal] = {}
    for key, amount in rows:
        found[key] = found.get(key, ZERO) + amount
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
