"""How long people may wait, and be away."""

from django.utils.translation import gettext_lazy as _

from portal.kinds import Whole
from portal.terms import Term

TERMS = (
    Term(
        "people.invitation_days",
        7,
        "days",
        _("How long an invitation can be accepted."),
        _("Own choice: a week holds most absences"),
        kind=Whole(1, 90),
        title=_("Invitations"),
    ),
    Term(
        "people.idle_days",
        180,
        "days",
        _("After how long without a visit somebody is closed out."),
        _("The field's custom: six months"),
        kind=Whole(30, 3650),
        title=_("People who are not here: closed out"),
    ),
    Term(
        "people.idle_warn_days",
        14,
        "days",
        _("How long before that they are warned by mail."),
        _("Own choice: longer than most holidays"),
        kind=Whole(1, 29),
        title=_("People who are not here: warned"),
    ),
    Term(
        "people.idle_remove_days",
        365,
        "days",
        _("After how long without a visit somebody who is closed out is removed."),
        _("The field's custom: six months after they were closed out"),
        kind=Whole(31, 3650),
        title=_("People who are not here: removed"),
    ),
)
