"""What orders compute from dates and words alone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from portal.calendars import BusinessHours
from portal.moving import Along, Shared, Stays, Way

_NUMBER = re.compile(r"(ORD)-?(\d{4})-?(\d+)")


def order_date_after(
    current: date | None, *, before: date | None, after: date, others: Iterable[date | None], committed: date | None
) -> date | None:
    """The order's expected date once one of its milestones moves from ``before`` to ``after``.

    A milestone pushed past the order's date takes it along. One that had carried it and comes
    back brings it back too, to the latest of the open milestones (``others``), though never to
    before the date we committed to: only the care manager promises an earlier one. An order
    without a date is given none by a single milestone.
    """
    if current is None or after > current:
        return None if current is None else after
    if before is None or before < current:
        return current
    return max(day for day in (after, committed, *others) if day is not None)


def spellings(text: str) -> set[str]:
    """How a number or reference that somebody typed may stand in the books.

    Order numbers are found without their dashes, with blanks, and in any case.
    """
    typed = " ".join(text.split())
    compact = typed.replace(" ", "").upper()
    found = {typed, typed.upper(), compact}
    match = _NUMBER.fullmatch(compact)
    if match:
        prefix, year, place = match.groups()
        found.add(f"{prefix}-{year}-{place.zfill(5)}")
    return found


def step_state(status: str, expected_on: date | None, today: date) -> str:
    """How a milestone stands on the track: done, skipped, late, now or next."""
    if status in ("completed", "skipped"):
        return "done" if status == "completed" else "skipped"
    if expected_on is not None and expected_on < today:
        return "late"
    return "now" if status == "in_progress" else "next"


@dataclass(frozen=True)
class StepPlan:
    """A milestone that orders of a type have: its kind, whose move it is, and when.

    The day is a share of the whole time; or so many business days after the order was taken (basis
    "start") or from the day it is due ("due", below zero before it). ``said`` is what is done next, by language.
    """

    kind: str
    owner: str
    share: float = 0.0
    basis: str = "share"
    days: int = 0
    said: tuple[tuple[str, str], ...] = ()


_FAR = 3660  # days within which calendars that have a day in common have one


class Days(Protocol):
    """What tells business days: a calendar, or several at once."""

    def is_business_day(self, day: date) -> bool: ...
    def add_business_days(self, day: date, count: int) -> date: ...


@dataclass(frozen=True)
class WorkDays:
    """The days on which an order is worked at: business days of all of these calendars, its own and its countries'."""

    calendars: tuple[BusinessHours, ...]

    @classmethod
    def of(cls, countries: Iterable[str], *own: BusinessHours) -> "WorkDays":
        """With the calendars that are the carrier's own."""
        return cls((*own, *(BusinessHours.weekdays_of(each) for each in sorted(set(countries)))))

    def is_business_day(self, day: date) -> bool:
        return all(each.is_business_day(day) for each in self.calendars)

    def first_from(self, day: date) -> date:
        """The day itself, or the first after it on which people work."""
        return day if self.is_business_day(day) else self.add_business_days(day, 1)

    def add_business_days(self, day: date, count: int) -> date:
        """The ``count``-th business day after ``day``, or before it where ``count`` is negative; 0 gives the day.

        Raises ValueError where no such day is near.
        """
        step, left, passed = timedelta(days=1 if count > 0 else -1), abs(count), 0
        while left:
            day, passed = day + step, passed + 1
            if self.is_business_day(day):
                left, passed = left - 1, 0
            if passed > _FAR:
                raise ValueError("These calendars have no day in common.")
        return day


def day_of_step(step: StepPlan, hours: Days, *, start: date, due: date, length: int) -> date:
    """On which day a step is planned; ``length`` are the business days between, none is planned before the start.

    Only what is counted from the due day may fall behind it.
    """
    if step.basis == "due":
        return max(start, hours.add_business_days(due, step.days))
    count = step.days if step.basis == "start" else int(length * step.share + 0.5)
    # The last share is the due day itself, also where nobody works on it.
    return due if count >= length else hours.add_business_days(start, count)


def business_days_between(hours: Days, start: date, end: date) -> int:
    """How many business days come after ``start`` up to and with ``end``; below zero where it is earlier."""
    if end < start:
        return -business_days_between(hours, end, start)
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(hours.is_business_day(day) for day in days)


_ACKNOWLEDGED = StepPlan("acknowledged", "carrier")
_DETAILS = StepPlan("technical_details", "customer", 0.1)
_CONFIRMED = StepPlan("details_confirmed", "customer", 0.2)
_DATE = StepPlan("delivery_date", "carrier", 0.3)
_DESIGN = StepPlan("design", "carrier", 0.35)
_BUILD = StepPlan("build", "carrier", 0.7)
_REMINDER = StepPlan("reminder", "carrier", basis="due", days=-8)
_VISIT = StepPlan("site_visit", "carrier", basis="due", days=-3)
_READY = StepPlan("ready_to_test", "carrier", basis="due", days=-2)
_PLANNED = StepPlan("activation_planned", "customer", basis="due", days=-1)
_ACTIVATION = StepPlan("activation", "customer", 1.0)
_NOTICE = StepPlan("connection_notice", "carrier", 1.0)
_ACCEPTANCE = StepPlan("acceptance", "customer", basis="due", days=5)
_FIRST_BILL = StepPlan("first_bill", "carrier", basis="due", days=10)
# The steps of each type of order, the touchpoints of the delivery handbooks among them.
STEPS: dict[str, tuple[StepPlan, ...]] = {
    "new": (
        _ACKNOWLEDGED, _DETAILS, _CONFIRMED, _DATE, _DESIGN, _BUILD, _REMINDER, _VISIT, _READY, _PLANNED,
        _ACTIVATION, _NOTICE, _ACCEPTANCE, _FIRST_BILL,
    ),
    "trial": (_ACKNOWLEDGED, _DETAILS, _DATE, _DESIGN, _PLANNED, _ACTIVATION, _NOTICE, _ACCEPTANCE),
    "change": (
        _ACKNOWLEDGED, _DETAILS, _CONFIRMED, _DATE, _DESIGN, _PLANNED, _ACTIVATION, _NOTICE, _ACCEPTANCE, _FIRST_BILL,
    ),
    "transfer": (_ACKNOWLEDGED, StepPlan("first_bill", "carrier", 1.0)),
    "renewal": (_ACKNOWLEDGED, StepPlan("details_confirmed", "carrier", 1.0)),
    "disconnect": (_ACKNOWLEDGED, StepPlan("disconnected", "carrier", 1.0)),
}  # fmt: skip
# Of a new order for a service that is in use already, as one that was tried out and is kept.
KEPT_STEPS = (_ACKNOWLEDGED, _CONFIRMED)
# Orders whose service takes up capacity: no date is committed to before it is reserved.
TAKES_CAPACITY = frozenset({"new", "change", "trial"})
# Orders that an invoice can bring to their end; a transfer takes effect on its day alone.
END_BILLED = frozenset({"new", "change"})
# What costs money that does not come back: once one of them has begun, changing the order is no longer free.
SPENDING = frozenset({"permits", "build", "local_loop"})


def is_free(*, free_until: date | None, today: date, steps: Iterable[tuple[str, str]]) -> bool:
    """Whether an order can still be changed for nothing; ``steps`` are the kinds of its milestones with their states.

    Delivery handbooks: changes are accepted freely until the point of no return, where cost that
    cannot be recovered is incurred.
    """
    if any(kind in SPENDING and status in ("in_progress", "completed") for kind, status in steps):
        return False
    return free_until is None or today <= free_until


# How its tables move from one enterprise to another.
WAYS: dict[str, Way] = {
    "orders_orderproject": Shared("name"),
    "orders_order": Along("accounts_account", "account_id"),
    "orders_milestone": Along("orders_order", "order_id"),
    "orders_orderitem": Along("orders_order", "order_id"),
    "orders_quote": Along("orders_order", "order_id"),
    "orders_authorisation": Along("orders_order", "order_id"),
    "orders_orderedservice": Along("orders_order", "order_id"),
    "orders_disconnect": Along("orders_order", "order_id"),
    "orders_transfer": Along("orders_order", "order_id"),
    # Each side has for itself what was asked and said; an order that moves is not theirs any more.
    "orders_takeoverside": Stays("what was asked and said, each side has for itself"),
    "orders_trial": Along("orders_order", "order_id"),
    "orders_endwarning": Along("inventory_service", "service_id"),
    "orders_message": Along("orders_order", "order_id"),
    "orders_promise": Along("orders_order", "order_id"),
    "orders_escalation": Along("orders_order", "order_id"),
    "orders_internalnote": Along("orders_order", "order_id"),
    "orders_notready": Along("orders_order", "order_id"),
    "orders_activationcall": Along("orders_order", "order_id"),
    "orders_activationtest": Along("orders_order", "order_id"),
    "orders_turnup": Along("orders_order", "order_id"),
    "orders_answer": Along("orders_order", "order_id"),
    "orders_reservation": Along("orders_order", "order_id"),
    "orders_deliverychoice": Along("orders_order", "order_id"),
    "orders_supplement": Along("orders_order", "order_id"),
    "orders_letter": Along("orders_order", "order_id"),
    "orders_ordercharge": Along("orders_order", "order_id"),
}
