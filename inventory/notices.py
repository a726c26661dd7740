"""What is told of services."""

from django.utils.translation import gettext_lazy as _

from portal.notices import EventKind, register


def register_kinds() -> None:
    # Silent: the order that brings a service tells of it.
    register(EventKind("service.activated", story=_("Service %(service)s is active from %(on)s"), tone="green"))
