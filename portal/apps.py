from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        from django.db.backends.signals import connection_created

        from portal import checks  # noqa: F401 - registers the system checks
        from portal.counters import watch_queries

        connection_created.connect(watch_queries, dispatch_uid="portal.counters")
