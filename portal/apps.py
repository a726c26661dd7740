from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        from portal import checks  # noqa: F401 - registers the system checks

        _declare_terms()


def _declare_terms() -> None:
    from portal.terms import Term, declare

    declare(
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
