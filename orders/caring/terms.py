"""How often one may escalate, how long an order may be silent, how far ahead an update is promised."""

from django.utils.translation import gettext_lazy as _

from portal.errors import Text
from portal.kinds import Whole
from portal.terms import Term

ESCALATION_MINUTES = "order.escalation_minutes"
SILENT_DAYS = "order.silent_days"
PROMISE_DAYS = "order.promise_days"
CONTRACT_DAYS = "order.contract_notice_days"
AREAS: dict[str, Text] = {"order": _("Orders")}

TERMS = (
    Term(
        ESCALATION_MINUTES,
        60,
        "minutes",
        _("How long a customer waits after escalating an order before escalating it again."),
        _("The field's custom: at most once an hour"),
        kind=Whole(0, 7 * 24 * 60),
        title=_("Escalating an order again"),
    ),
    Term(
        SILENT_DAYS,
        7,
        "days",
        _("After how many days without a word to the customer an order counts as silent."),
        _("Own choice: the care manager writes at least once a week"),
        kind=Whole(1, 90),
        title=_("Silent orders"),
        is_internal=True,
    ),
    Term(
        PROMISE_DAYS,
        30,
        "days",
        _("How far ahead the next update on an order can be promised."),
        _("Own choice: what is later is no update but a date"),
        kind=Whole(1, 365),
        title=_("Promising an update"),
        is_internal=True,
    ),
    Term(
        CONTRACT_DAYS,
        90,
        "days",
        _("How long before its end a contract stands on the account director's home."),
        _("The field's custom: renewals are spoken of three months ahead"),
        kind=Whole(1, 365),
        title=_("Contracts that end"),
        is_internal=True,
    ),
)
