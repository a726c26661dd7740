"""What activation computes from dates, numbers and words alone."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from portal import money

# What silence at a step of the customer's means; a step that is not here is not waited for so.
WHY = {
    "technical_details": "silent",
    "details_confirmed": "silent",
    "ready_to_test": "cannot_test",
    "activation_planned": "silent",
    "activation": "silent",
}


def why(kind: str, *, is_dlr_missing: bool) -> str:
    """Why an order waits whose step of the customer's is past its date; "" for a step that is not waited for so."""
    return "late_dlr" if kind == "technical_details" and is_dlr_missing else WHY.get(kind, "")


def last_day(due_on: date, today: date, *, days: int, least: int) -> date:
    """The last day on which customer not ready can be cleared: so many days from the original due date.

    Who hears of it late still has the least number of days.
    """
    return max(due_on + timedelta(days=days), today + timedelta(days=least))


def warning(left: int, warned: int | None, at_days: Iterable[int]) -> int | None:
    """Of the days before the last one on which to warn, the nearest that has come and was not yet warned of."""
    due = [days for days in at_days if left <= days and (warned is None or days < warned)]
    return min(due, default=None)


def charge_of(one_time: Decimal, *, percent: Decimal, currency: str) -> Decimal:
    """What a cancellation costs: a share of what the order would have cost once."""
    return money.rounded(one_time * percent / 100, currency)


def met_on(days: Sequence[date | None], *, needed: int, primary: int | None = None) -> date | None:
    """The day on which enough sites were up, the primary one among them; None before it.

    ``days`` are those on which each site was up, None where it is not; ``primary`` is a place among them.
    """
    up = sorted(day for day in days if day)
    if len(up) < needed:
        return None
    enough = up[needed - 1]
    if primary is None:
        return enough
    first = days[primary]
    return max(enough, first) if first else None


# What an engineer looks at beside what is measured; words stand in the form.
CHECKS = ("link", "labels", "addresses", "routing", "failover", "monitoring")
MEASURED = ("loss_percent", "delay_ms", "jitter_ms", "throughput_mbps", "light_dbm")
