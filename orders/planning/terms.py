"""The numbers of planning that a carrier could set otherwise."""

from django.utils.translation import gettext_lazy as _

from portal.errors import Text
from portal.kinds import Hours, Sum, Whole
from portal.terms import Term

AREAS: dict[str, Text] = {"order": _("Orders")}

WORKING_DAYS = "order.working_days"
EXPEDITE_DAY = "order.expedite_day_fee"
CHANGES = {
    "due_date": "order.change_due_date_fee",
    "other": "order.change_other_fee",
    "cancel": "order.cancel_fee",
}
VISIT_FIRST, VISIT_LAST, ASK_DAYS = "order.visit_reminder_first", "order.visit_reminder_last", "order.ask_reminder_days"
ALIKE, LOOK_BACK = "order.estimate_alike", "order.estimate_months"

_CHANGE_SOURCE = _("A carrier's published order charges: 50, 200 and 400 by kind of change")
TERMS = (
    Term(
        WORKING_DAYS,
        {"time_zone": "America/Chicago", "country": "US", "weekdays": [0, 1, 2, 3, 4], "windows": [["08:00", "17:00"]]},
        "",
        _("On which days orders are worked at: intervals and reminders are counted in them."),
        _("Own choice: the weekdays of the carrier's country without its holidays"),
        kind=Hours(),
        title=_("Working days of delivery"),
    ),
    Term(
        EXPEDITE_DAY,
        {"amount": "300.00", "currency": "USD"},
        "",
        _("What an expedite costs for each business day improved on the standard interval; only if the date is met."),
        _("Wholesale price list: a flat 300 USD a day, charged only if the date is met"),
        kind=Sum(),
        title=_("Expedite, a day"),
    ),
    Term(
        CHANGES["due_date"],
        {"amount": "50.00", "currency": "USD"},
        "",
        _("What another date costs after the point of no return."),
        _CHANGE_SOURCE,
        kind=Sum(),
        title=_("Another date, late"),
    ),
    Term(
        CHANGES["other"],
        {"amount": "200.00", "currency": "USD"},
        "",
        _("What another change of an order costs after the point of no return."),
        _CHANGE_SOURCE,
        kind=Sum(),
        title=_("Another change, late"),
    ),
    Term(
        CHANGES["cancel"],
        {"amount": "400.00", "currency": "USD"},
        "",
        _("What cancelling an order costs after the point of no return."),
        _CHANGE_SOURCE,
        kind=Sum(),
        title=_("Cancelling, late"),
    ),
    Term(
        VISIT_FIRST,
        5,
        "business days",
        _("How many business days before a visit to a site the customer is reminded first."),
        _("The delivery handbooks' installation reminder"),
        kind=Whole(1, 30),
        title=_("First reminder of a visit"),
    ),
    Term(
        VISIT_LAST,
        1,
        "business days",
        _("How many business days before a visit to a site the customer is reminded again."),
        _("The delivery handbooks' installation reminder"),
        kind=Whole(1, 30),
        title=_("Last reminder of a visit"),
    ),
    Term(
        ASK_DAYS,
        2,
        "business days",
        _("How many business days before it is due the customer is reminded of a step that is theirs."),
        _("Own choice: a working day to find out, and one to answer"),
        kind=Whole(1, 30),
        title=_("Reminder of what the customer owes"),
    ),
    Term(
        ALIKE,
        20,
        "",
        _("From how many completed orders alike on an estimate of the delivery time is told."),
        _("Own choice: fewer say nothing, and could tell of a single customer"),
        kind=Whole(5, 1000),
        title=_("Orders behind an estimate"),
        scopes=(),
        is_internal=True,
    ),
    Term(
        LOOK_BACK,
        24,
        "months",
        _("How far back completed orders count for the estimate of the delivery time."),
        _("Own choice: two years, so that a slow season does not rule alone"),
        kind=Whole(3, 120),
        title=_("How far back the estimate looks"),
        scopes=(),
        is_internal=True,
    ),
)
