"""What orders compute from dates and words alone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from portal.moving import Along, Shared, Way

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
    """A milestone that orders of a type have: its kind, whose move it is, and when, as a share of the whole time."""

    kind: str
    owner: str
    share: float


_ACKNOWLEDGED = StepPlan("acknowledged", "carrier", 0.0)
_DETAILS = StepPlan("technical_details", "customer", 0.1)
_CONFIRMED = StepPlan("details_confirmed", "customer", 0.2)
_DESIGN = StepPlan("design", "carrier", 0.35)
_BUILD = StepPlan("build", "carrier", 0.7)
_READY = StepPlan("ready_to_test", "carrier", 0.85)
_ACTIVATION = StepPlan("activation", "customer", 1.0)
_ACCEPTANCE = StepPlan("acceptance", "customer", 1.0)
# The steps of each type of order, the touchpoints of the delivery handbooks among them.
STEPS: dict[str, tuple[StepPlan, ...]] = {
    "new": (_ACKNOWLEDGED, _DETAILS, _CONFIRMED, _DESIGN, _BUILD, _READY, _ACTIVATION, _ACCEPTANCE),
    "trial": (_ACKNOWLEDGED, _DETAILS, _DESIGN, _ACTIVATION, _ACCEPTANCE),
    "change": (_ACKNOWLEDGED, _CONFIRMED, _DESIGN, _ACTIVATION, _ACCEPTANCE),
    "transfer": (_ACKNOWLEDGED, StepPlan("first_bill", "carrier", 1.0)),
    "renewal": (_ACKNOWLEDGED, StepPlan("details_confirmed", "carrier", 1.0)),
    "disconnect": (_ACKNOWLEDGED, StepPlan("disconnected", "carrier", 1.0)),
}


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
}
