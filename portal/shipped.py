"""The kernel's own terms: the API, search, the files that people send, and long lists made into files."""

from django.utils.translation import gettext_lazy as _

from portal.errors import Text
from portal.kinds import Whole
from portal.terms import Term

AREAS: dict[str, Text] = {
    "api": _("API"),
    "files": _("Files"),
    "exports": _("Downloads"),
    "drafts": _("Drafts"),
    "search": _("Search"),
}

_ASVS = _("OWASP ASVS 5.2.1 and 5.2.4 ask for limits; the figures are our own choice")

TERMS = (
    Term(
        "api.requests_per_minute",
        600,
        "calls",
        _("How many calls of the API one caller may make in a minute."),
        _("Own choice: ten a second carries a synchronisation, and no flood"),
        title=_("Calls in a minute"),
    ),
    Term(
        "search.per_minute",
        120,
        "searches",
        _("How often one person may search in a minute; each pause in typing is one search."),
        _("Own choice: two a second are more than a hand types, and no flood"),
        kind=Whole(10, 6000),
        title=_("Searches in a minute"),
    ),
    Term(
        "drafts.keep_days",
        30,
        "days",
        _("How long what somebody typed and did not send is kept for them."),
        _("Own choice: a month outlasts a holiday"),
        title=_("Keeping a draft"),
    ),
    Term(
        "files.megabytes",
        20,
        "MB",
        _("How large one file may be."),
        _ASVS,
        # More would not pass the server's own limit for a request.
        kind=Whole(1, 20),
        title=_("Size of a file"),
    ),
    Term(
        "files.at_once",
        5,
        "files",
        _("How many files can be sent with one form."),
        _ASVS,
        kind=Whole(1, 5),
        title=_("Files at once"),
    ),
    Term(
        "files.person_daily_files",
        100,
        "files",
        _("How many files one person can send in 24 hours."),
        _ASVS,
        title=_("A person's files in a day"),
    ),
    Term(
        "files.person_daily_megabytes",
        500,
        "MB",
        _("How much one person can send in 24 hours."),
        _ASVS,
        kind=Whole(0),
        title=_("A person's megabytes in a day"),
    ),
    Term(
        "files.enterprise_files",
        20_000,
        "files",
        _("How many files are kept for one enterprise in all."),
        _ASVS,
        title=_("An enterprise's files"),
    ),
    Term(
        "files.enterprise_megabytes",
        20_000,
        "MB",
        _("How much is kept for one enterprise in all."),
        _ASVS,
        kind=Whole(0),
        title=_("An enterprise's megabytes"),
    ),
    Term(
        "exports.at_once",
        3,
        "files",
        _("How many long lists are made into files for one person at a time."),
        _("Own choice: enough for a month's end, too few to hold up others"),
        kind=Whole(1, 20),
        title=_("Files under way"),
    ),
    Term(
        "exports.most_rows",
        500_000,
        "rows",
        _("The longest list that is made into one file."),
        _("Own choice: half of what a spreadsheet can open, and made within minutes"),
        kind=Whole(1, 1_000_000),
        title=_("Longest list"),
    ),
    Term(
        "exports.kept_days",
        7,
        "days",
        _("How long a file made in the background can be downloaded."),
        _("Own choice: a week's holiday; the list can be taken again at any time"),
        kind=Whole(1, 365),
        title=_("Keeping a download"),
    ),
)
