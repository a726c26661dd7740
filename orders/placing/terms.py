"""The numbers of placing orders that a carrier could set otherwise."""

from django.utils.translation import gettext_lazy as _

from portal.errors import Text
from portal.kinds import Whole
from portal.terms import Term

QUOTE_DAYS = "order.quote_days"
MOST_ITEMS = "order.items"
AREAS: dict[str, Text] = {"order": _("Orders")}
TERMS = (
    Term(
        QUOTE_DAYS,
        30,
        "days",
        _("How long a quote holds, unless those who price it say otherwise."),
        _("Usual in carriers' quotes"),
        kind=Whole(1, 365),
        title=_("A quote holds"),
    ),
    Term(
        MOST_ITEMS,
        20,
        "",
        _("How many items one order may have."),
        _("The portal's own limit: what one page shows and one person signs"),
        kind=Whole(1, 100),
        title=_("Items of an order"),
    ),
)
