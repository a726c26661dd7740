"""What of coming in a carrier could set otherwise."""

from django.utils.translation import gettext_lazy as _

from portal.kinds import Whole
from portal.terms import Term

ASKS = "people.access_requests_daily"

PROOF_MONTHS = "people.registration_proof_months"
FROM, ABOUT = "people.registrations_from_one", "people.registrations_about_one"

TERMS = (
    Term(
        PROOF_MONTHS,
        4,
        "months",
        _("How old at most an invoice may be that proves an account to be one's own at registration."),
        _("The field's custom: the last four months"),
        kind=Whole(1, 24),
        title=_("Proof at registration"),
    ),
    Term(
        FROM,
        20,
        "",
        _("How many registrations one network address may send in an hour."),
        _("Own choice: more than an office needs, and no flood"),
        kind=Whole(1, 10_000),
        title=_("Registrations from one network address"),
        scopes=(),
        is_internal=True,
    ),
    Term(
        ABOUT,
        5,
        "",
        _("How many registrations an hour may name one account, and how many one mail address."),
        _("Own choice: a few slips of the hand, and no guessing of proofs"),
        kind=Whole(1, 1000),
        title=_("Registrations for one account"),
        scopes=(),
        is_internal=True,
    ),
    Term(
        ASKS,
        10,
        "requests",
        _("How many requests for access one person can make in a day."),
        _("Own choice: more than a new colleague needs, and no flood of mails to administrators"),
        kind=Whole(1, 100),
        title=_("Requests for access in a day"),
    ),
)
