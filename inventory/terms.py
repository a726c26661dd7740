"""The numbers of this app that a carrier could set otherwise."""

from django.utils.translation import gettext_lazy as _

from portal.errors import Text
from portal.kinds import Whole
from portal.terms import Term

MOST_AHEAD = 400  # days before the end of a term, beyond which nothing is soon
AREAS: dict[str, Text] = {"service": _("Services")}
TERMS = (
    Term(
        "service.bulk_rows",
        1000,
        "",
        _("How many services one file of customers' own names may hold."),
        _("The portal's own limit: what is read and written within a request"),
        kind=Whole(1, 2000),
        title=_("Rows of a file of service names"),
    ),
    Term(
        "service.bulk_kilobytes",
        1000,
        "",
        _("How large a file of customers' own names may be, in kilobytes."),
        _("The carriers' help pages: at most 1 MB a file"),
        kind=Whole(1, 2400),
        title=_("Size of a file of service names"),
    ),
    Term(
        "service.ending_days",
        90,
        "",
        _("How many days before the end of its term a service is shown as ending soon."),
        _("The carriers' renewal notices: 90, 60 and 31 days ahead"),
        kind=Whole(1, MOST_AHEAD),
        title=_("Days ahead that a contract's end is shown"),
    ),
)
