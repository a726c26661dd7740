"""What the journal tells of following; nobody is written to."""

from django.utils.translation import gettext_lazy as _

from portal.notices import EventKind, register


def register_kinds() -> None:
    register(
        EventKind("following.added", story=_("%(follower)s follows %(thing)s")),
        EventKind("following.ended", story=_("%(follower)s no longer follows %(thing)s"), tone="gray"),
        EventKind("following.muted", story=_("%(follower)s wants to hear no more of %(thing)s"), tone="gray"),
        EventKind("following.heard", story=_("%(follower)s wants to hear of %(thing)s again")),
        EventKind("following.handed_over", story=_("%(heir)s follows what %(follower)s followed: %(things)s")),
        EventKind("following.left", story=_("%(follower)s follows nothing any more: %(things)s"), tone="gray"),
    )
