"""What of access reviews a carrier could set otherwise."""

from django.utils.translation import gettext_lazy as _

from portal.kinds import Choice, Whole
from portal.terms import Term

EVERY, WITHIN, REMIND = "people.review_days", "people.review_due_days", "people.review_remind_days"
LATE, TELL, CLOSE = "people.review_late", "tell", "close"

TERMS = (
    Term(
        EVERY,
        180,
        "days",
        _("How long after an access review began the next one begins."),
        _("Own choice: twice a year, as auditors usually ask"),
        kind=Whole(30, 3650),
        title=_("Access reviews: how often"),
    ),
    Term(
        WITHIN,
        30,
        "days",
        _("How long administrators have to confirm who has what."),
        _("Own choice: longer than most holidays"),
        kind=Whole(1, 365),
        title=_("Access reviews: time to answer"),
    ),
    Term(
        REMIND,
        7,
        "days",
        _("How often administrators are reminded by mail while somebody is still to be confirmed."),
        _("Own choice: once a week"),
        kind=Whole(1, 90),
        title=_("Access reviews: reminders"),
    ),
    Term(
        LATE,
        TELL,
        "",
        _("What happens to people whom nobody has confirmed in time. System administrators are never closed out."),
        _("Own choice: nobody loses access because a colleague was away"),
        kind=Choice(
            {
                TELL: _("they keep what they have, and the carrier sees that it is late"),
                CLOSE: _("they are closed out until an administrator lets them in again"),
            }
        ),
        title=_("Access reviews: when late"),
    ),
)
