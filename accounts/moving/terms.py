"""What of moves a carrier could set otherwise."""

from django.utils.translation import gettext_lazy as _

from portal.kinds import Whole
from portal.terms import Term

CODE_DAYS = "people.account_code_days"
ASKS = "people.account_moves_daily"
NOTICE = "people.account_move_days"
LAPSE = "people.account_move_lapse_days"

TERMS = (
    Term(
        CODE_DAYS,
        14,
        "days",
        _("How long an authentication code proves an account."),
        _("Own choice: time for a letter and a reminder"),
        kind=Whole(1, 90),
        title=_("An authentication code counts"),
        is_internal=True,
    ),
    Term(
        ASKS,
        10,
        "requests",
        _("How many moves of accounts one enterprise can ask for in a day."),
        _("Own choice: more than anybody needs, too few to try account numbers out"),
        kind=Whole(1, 100),
        title=_("Moves asked for in a day"),
    ),
    Term(
        NOTICE,
        1,
        "days",
        _("How many days ahead at least a move of accounts is asked for."),
        _("Own choice: who gives accounts away can still download what they need"),
        kind=Whole(0, 90),
        title=_("Notice before accounts move"),
    ),
    Term(
        LAPSE,
        30,
        "days",
        _("How long after its day a move of accounts that not all have agreed to is given up."),
        _("Own choice: a month to answer, as with invitations that nobody takes up"),
        kind=Whole(0, 365),
        title=_("A move that nobody answers"),
    ),
)
