"""What the journal tells of shared views; nobody is written to."""

from django.utils.translation import gettext_lazy as _

from portal.notices import EventKind, register


def register_kinds() -> None:
    register(
        EventKind("view.shared", story=_("%(actor)s shared the view “%(view)s” of a list")),
        EventKind("view.unshared", story=_("%(actor)s no longer shares the view “%(view)s” of a list"), tone="gray"),
        EventKind("view.removed", story=_("%(actor)s removed the shared view “%(view)s” of a list"), tone="gray"),
    )
