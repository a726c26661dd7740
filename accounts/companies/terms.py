"""The numbers of this part that a carrier could set otherwise."""

from django.utils.translation import gettext_lazy as _

from portal.errors import Text
from portal.kinds import Whole
from portal.terms import Term

AREAS: dict[str, Text] = {"account": _("Accounts")}
TERMS = (
    Term(
        "account.delivery_cycles",
        2,
        "",
        _("Within how many billing cycles another way of delivering invoices takes effect."),
        _("The carriers' help pages: within two billing cycles"),
        kind=Whole(1, 12),
        title=_("Billing cycles until another delivery holds"),
    ),
    Term(
        "account.bulk_rows",
        100,
        "",
        _("How many accounts one file may bring."),
        _("The carriers' help pages: at most 100 accounts an upload"),
        kind=Whole(1, 1000),
        title=_("Rows of a file of accounts"),
        is_internal=True,
    ),
    Term(
        "account.bulk_kilobytes",
        1000,
        "",
        _("How large a file of accounts may be, in kilobytes."),
        _("The carriers' help pages: at most 1 MB a file"),
        kind=Whole(1, 2400),
        title=_("Size of a file of accounts"),
        is_internal=True,
    ),
)
