"""What of API keys a carrier could set otherwise."""

from django.utils.translation import gettext_lazy as _

from portal.kinds import Choice, Whole
from portal.terms import Term

APPROVAL, CUSTOMER, CARRIER = "api.key_approval", "customer", "carrier"
CALLS = "api.key_calls_per_minute"
DAYS_MOST, DAYS_LEAST, DAYS_USUAL = "api.key_days_most", "api.key_days_least", "api.key_days_usual"
OVERLAP_HOURS = "api.key_overlap_hours"
WARN_DAYS, LAST_WARN_DAYS = "api.key_warn_days", "api.key_last_warn_days"
HANDOVER_DAYS = "api.key_handover_days"

_OWN = _("Own choice: a year, the longest that auditors accept without a question")

TERMS = (
    Term(
        APPROVAL,
        CUSTOMER,
        "",
        _("Who approves a request for an API key."),
        _("Own choice: what a customer's programs may see is the customer's to say"),
        kind=Choice({CUSTOMER: _("the customer's administrators"), CARRIER: _("the carrier")}),
        title=_("Approval of API keys"),
    ),
    Term(
        CALLS,
        600,
        "calls",
        _("How many calls one API key may make in a minute."),
        _("Own choice: ten a second carries a synchronisation, and no flood"),
        title=_("Calls of a key in a minute"),
        scopes=(),
    ),
    Term(
        DAYS_MOST,
        365,
        "days",
        _("The longest that an API key is good for."),
        _OWN,
        kind=Whole(1, 3650),
        title=_("Longest life of a key"),
    ),
    Term(
        DAYS_LEAST,
        1,
        "days",
        _("The shortest that an API key is asked for."),
        _("Own choice: a test of one day is a good reason too"),
        kind=Whole(1, 365),
        title=_("Shortest life of a key"),
    ),
    Term(
        DAYS_USUAL,
        180,
        "days",
        _("How long a key is good for, unless another day is chosen."),
        _("Own choice: twice a year somebody looks whether the program is still needed"),
        kind=Whole(1, 3650),
        title=_("Usual life of a key"),
    ),
    Term(
        OVERLAP_HOURS,
        72,
        "hours",
        _("How long at most the old secret of a key works beside the new one after a reset."),
        _("Own choice: over a weekend"),
        kind=Whole(1, 24 * 30),
        title=_("Overlap after a reset"),
    ),
    Term(
        WARN_DAYS,
        30,
        "days",
        _("How long before its end a key's owner and contact are warned for the first time."),
        _("Own choice: a new key takes an approval and a change in a program"),
        kind=Whole(1, 365),
        title=_("First warning of a key's end"),
    ),
    Term(
        LAST_WARN_DAYS,
        7,
        "days",
        _("How long before its end a key's owner and contact are warned once more."),
        _("Own choice: a working week"),
        kind=Whole(1, 365),
        title=_("Last warning of a key's end"),
    ),
    Term(
        HANDOVER_DAYS,
        7,
        "days",
        _("How long the secret of a key that was handed over goes on working, since who left may know it."),
        _("Own choice: long enough to reset it, and short enough to matter"),
        kind=Whole(0, 90),
        title=_("A secret after a handover"),
    ),
)
