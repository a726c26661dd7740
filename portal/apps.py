from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        from django.db.backends.signals import connection_created

        from portal import checks  # noqa: F401 - registers the system checks
        from portal.terms import Term, declare

        declare(
            Term(
                "api.requests_per_minute",
                600,
                "calls",
                _("How many calls of the API one caller may make in a minute."),
                "Own choice: ten a second carries a synchronisation, and no flood",
            )
        )
        from portal.counters import watch_queries

        connection_created.connect(watch_queries, dispatch_uid="portal.counters")
