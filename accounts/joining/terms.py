"""What of coming in a carrier could set otherwise."""

from django.utils.translation import gettext_lazy as _

from portal.kinds import Whole
from portal.terms import Term

ASKS = "people.access_requests_daily"

PROOF_MONTHS = "people.registration_proof_months"

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
        ASKS,
        10,
        "requests",
        _("How many requests for access one person can make in a day."),
        _("Own choice: more than a new colleague needs, and no flood of mails to administrators"),
        kind=Whole(1, 100),
        title=_("Requests for access in a day"),
    ),
)
