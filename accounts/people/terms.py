"""How long people may wait, and be away."""

from django.utils.translation import gettext_lazy as _

from portal.kinds import Whole
from portal.terms import Term

TERMS = (
    Term(
        "people.bulk_rows",
        100,
        "rows",
        _("How many people one file may invite."),
        _("The field's custom"),
        kind=Whole(1, 1000),
        title=_("People from a file: rows"),
        is_internal=True,
    ),
    Term(
        "people.bulk_kilobytes",
        1000,
        "kilobytes",
        _("How large a file of people may be."),
        _("The field's custom: one megabyte"),
        kind=Whole(1, 10_000),
        title=_("People from a file: size"),
        is_internal=True,
    ),
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
