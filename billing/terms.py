"""The numbers and windows of billing and disputes that a carrier could set otherwise."""

from django.utils.translation import gettext_lazy as _

from portal.errors import Text
from portal.kinds import Hours, Whole
from portal.terms import Term

AREAS: dict[str, Text] = {"billing": _("Billing"), "dispute": _("Disputes")}

_CLAUSES = _("Usual in carriers' service agreements")
_WORKDAYS = {"time_zone": "America/Chicago", "country": "US", "weekdays": [0, 1, 2, 3, 4]}

TERMS = (
    Term(
        "billing.payment_days",
        30,
        "days",
        _("Days from an invoice's date to its due date."),
        _CLAUSES,
        kind=Whole(0, 365),
        title=_("Time to pay"),
    ),
    Term(
        "billing.live_hours",
        {**_WORKDAYS, "windows": [["07:00", "19:00"]]},
        "",
        _("When the billing analysts work: the hours that count towards an answer."),
        _("North American readiness handbook: live hours of the billing desks"),
        kind=Hours(),
        title=_("Hours of the billing desk"),
        by_segment={"wholesale": {**_WORKDAYS, "windows": [["08:00", "17:00"]]}},
    ),
    Term(
        "billing.pdf_wait_minutes",
        60,
        "minutes",
        _("How long a ready bill waits for its PDF before its people are told without."),
        _("Own choice: an hour late is better than not at all"),
        kind=Whole(0, 24 * 60),
        title=_("Waiting for a PDF"),
        is_internal=True,
    ),
    Term(
        "billing.mail_pdf_kilobytes",
        5000,
        "kB",
        _("How large an invoice's PDF may be that is sent by mail; a larger one is fetched by its link."),
        _("Own choice: many mail servers take no more than 10 MB, which a mail needs half of to carry a file"),
        kind=Whole(0, 20_000),
        title=_("An invoice by mail"),
    ),
    Term(
        "dispute.window_days",
        90,
        "days",
        _("Days from an invoice's date to the last day to dispute it."),
        _CLAUSES,
        kind=Whole(0, 3650),
        title=_("Time to dispute"),
    ),
    Term(
        "dispute.answer_business_hours",
        48,
        "business hours",
        _("Working hours of the billing analysts within which a dispute is answered."),
        _("North American readiness handbook: billing mail is acknowledged within 48 business hours"),
        kind=Whole(1, 2000),
        title=_("Answer to a dispute"),
    ),
)
