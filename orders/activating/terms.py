"""What of customers not ready, activations and acceptance a carrier could set otherwise."""

from django.utils.translation import gettext_lazy as _

from orders.models import NotReadyThen
from portal.errors import Text
from portal.kinds import Choice, Percent, Whole
from portal.terms import Term

AREAS: dict[str, Text] = {"order": _("Orders")}

SILENCE_DAYS, NOT_READY_DAYS, LEAST_DAYS = "order.cnr_silence_days", "order.cnr_days", "order.cnr_least_days"
DLR_DAYS = "order.cnr_dlr_days"
THEN, CHARGE_PERCENT = "order.cnr_then", "order.cnr_charge_percent"
WARN_DAYS, LAST_WARN_DAYS = "order.cnr_warn_days", "order.cnr_last_warn_days"
NEW_DATE_DAYS, NEW_DATE_NOTICE = "order.cnr_new_date_days", "order.cnr_new_date_notice_days"
NOT_READY = (
    NOT_READY_DAYS, LEAST_DAYS, THEN, CHARGE_PERCENT, WARN_DAYS, LAST_WARN_DAYS, NEW_DATE_DAYS, NEW_DATE_NOTICE,
)  # fmt: skip
CHANGE_HOURS = "order.activation_change_hours"
ACCEPT_DAYS, ACCEPT_COUNT, REMIND_DAYS = "order.accept_days", "order.accept_count", "order.accept_remind_days"
CLOSES_NA, CLOSES_LATAM = "order.closes_at_na", "order.closes_at_latam"
CALENDAR, BUSINESS = "calendar", "business"
ACCEPTANCE, FIRST_BILL = "acceptance", "first_bill"

_WHOLESALE = _("Wholesale practice for customers not ready")
_OWN = _("Own choice")
_CLOSES = Choice({ACCEPTANCE: _("when the service is accepted"), FIRST_BILL: _("with the first invoice")})
_HANDBOOKS = _("Readiness handbooks of the region")

_OF_NOT_READY = (
    Term(
        SILENCE_DAYS,
        5,
        "days",
        _("Days past the date of a step that is the customer's after which the order waits as customer not ready."),
        _OWN,
        kind=Whole(0, 90),
        title=_("Silence before customer not ready"),
    ),
    Term(
        DLR_DAYS,
        0,
        "days",
        _("Days past its date after which an order waits as customer not ready for a design layout record (DLR)."),
        _("The delivery handbooks: a design layout record that is late makes the customer not ready"),
        kind=Whole(0, 90),
        title=_("Late design layout record before customer not ready"),
    ),
    Term(
        NOT_READY_DAYS,
        30,
        "days",
        _("Calendar days from the original due date on which an order can wait for its customer to be ready."),
        _WHOLESALE,
        kind=Whole(1, 365),
        title=_("Customer not ready: longest"),
    ),
    Term(
        LEAST_DAYS,
        10,
        "days",
        _("How many days a customer has at least from the day on which the order is set to customer not ready."),
        _("Own choice: nobody is to hear of a last day that is over"),
        kind=Whole(0, 90),
        title=_("Customer not ready: shortest"),
    ),
    Term(
        THEN,
        NotReadyThen.CANCEL.value,
        "",
        _("What comes of an order on the day after its last one; without a service to bill it is cancelled."),
        _WHOLESALE,
        kind=Choice({each.value: each.label for each in NotReadyThen}),
        title=_("Customer not ready: what follows"),
        by_segment={"wholesale": NotReadyThen.BILL.value},
    ),
    Term(
        CHARGE_PERCENT,
        "100",
        "",
        _("Share of an order's one-time charge that is billed where it is cancelled for a customer not ready."),
        _("Own choice: the work is done by then"),
        kind=Percent(),
        title=_("Customer not ready: charge"),
    ),
    Term(
        WARN_DAYS,
        10,
        "days",
        _("How many days before the last one the customer is warned for the first time."),
        _OWN,
        kind=Whole(1, 90),
        title=_("Customer not ready: first warning"),
    ),
    Term(
        LAST_WARN_DAYS,
        3,
        "days",
        _("How many days before the last one the customer is warned once more."),
        _OWN,
        kind=Whole(1, 90),
        title=_("Customer not ready: last warning"),
    ),
    Term(
        NEW_DATE_DAYS,
        60,
        "days",
        _("Within how many days from now a new date must be that ends customer not ready."),
        _WHOLESALE,
        kind=Whole(1, 365),
        title=_("Customer not ready: new date within"),
    ),
    Term(
        NEW_DATE_NOTICE,
        3,
        "business days",
        _("How many business days ahead a new date must be that ends customer not ready."),
        _WHOLESALE,
        kind=Whole(0, 30),
        title=_("Customer not ready: new date from"),
    ),
)
_OF_ACCEPTANCE = (
    Term(
        CHANGE_HOURS,
        24,
        "hours",
        _("Until how long before an activation call the customer may move it; later it counts as customer not ready."),
        _("Handbooks of managed activations"),
        kind=Whole(0, 24 * 14),
        title=_("Activation call: changes until"),
    ),
    Term(
        ACCEPT_DAYS,
        5,
        "days",
        _("Days after the connection notice on which a service counts as accepted where the customer says nothing."),
        _("Carriers' service agreements: silence accepts on the fifth day after the notice"),
        kind=Whole(1, 90),
        title=_("Silence accepts after"),
    ),
    Term(
        ACCEPT_COUNT,
        CALENDAR,
        "",
        _("Which days are counted until silence accepts."),
        _OWN,
        kind=Choice({CALENDAR: _("calendar days"), BUSINESS: _("business days")}),
        title=_("Silence accepts: days counted"),
    ),
    Term(
        REMIND_DAYS,
        2,
        "days",
        _("How many days before silence accepts the customer is reminded, once."),
        _OWN,
        kind=Whole(1, 30),
        title=_("Reminder of the acceptance"),
    ),
    Term(
        CLOSES_NA,
        ACCEPTANCE,
        "",
        _("When an order of a customer in North America closes."),
        _HANDBOOKS,
        kind=_CLOSES,
        title=_("Orders close, North America"),
    ),
    Term(
        CLOSES_LATAM,
        FIRST_BILL,
        "",
        _("When an order of a customer in Latin America closes."),
        _HANDBOOKS,
        kind=_CLOSES,
        title=_("Orders close, Latin America"),
    ),
)
TERMS = (*_OF_NOT_READY, *_OF_ACCEPTANCE)
