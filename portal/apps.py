from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        from portal import checks, exports, files  # noqa: F401 - the first registers the system checks
        from portal.exports import notices

        _declare_terms()
        _declare_export_terms()
        notices.register_kinds()
        files.register_holder("portal.export", exports.may_download)


def _declare_terms() -> None:
    from portal.terms import Term, declare

    declare(
        Term(
            "api.requests_per_minute",
            600,
            "calls",
            _("How many calls of the API one caller may make in a minute."),
            "Own choice: ten a second carries a synchronisation, and no flood",
        ),
        Term(
            "files.limits",
            {
                "megabytes": 20,
                "at_once": 5,
                "person_daily_files": 100,
                "person_daily_megabytes": 500,
                "enterprise_files": 20_000,
                "enterprise_megabytes": 20_000,
            },
            "MB and numbers of files",
            _("How large files may be, how many at once, in 24 hours and in all."),
            "OWASP ASVS 5.2.1 and 5.2.4 ask for limits; the figures are our own choice",
        ),
    )


def _declare_export_terms() -> None:
    from portal.terms import Term, declare

    declare(
        Term(
            "exports.at_once",
            3,
            "files",
            _("How many long lists are made into files for one person at a time."),
            "Own choice: enough for a month's end, too few to hold up others",
        ),
        Term(
            "exports.most_rows",
            500_000,
            "rows",
            _("The longest list that is made into one file."),
            "Own choice: half of what a spreadsheet can open, and made within minutes",
        ),
        Term(
            "exports.kept_days",
            7,
            "days",
            _("How long a file made in the background can be downloaded."),
            "Own choice: a week's holiday; the list can be taken again at any time",
        ),
    )
