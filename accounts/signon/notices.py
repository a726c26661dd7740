"""What is told of a customer's sign-on, on its page."""

from django.utils.translation import gettext_lazy as _

from portal.notices import EventKind, register


def register_kinds() -> None:
    register(
        EventKind("sign_on.saved", story=_("%(actor)s set the sign-on up: %(issuer)s")),
        EventKind("sign_on.required", story=_("%(actor)s made the sign-on the only way in"), tone="amber"),
        EventKind("sign_on.released", story=_("%(actor)s let people in by their passwords too"), tone="amber"),
        EventKind("sign_on.domain_added", story=_("%(actor)s named the domain %(domain)s")),
        EventKind("sign_on.domain_proven", story=_("%(actor)s proved the domain %(domain)s"), tone="green"),
        EventKind("sign_on.domain_removed", story=_("%(actor)s took the domain %(domain)s away"), tone="gray"),
        EventKind("sign_on.linked", story=_("%(person)s signed on for the first time"), tone="green"),
        EventKind("sign_on.forgotten", story=_("%(actor)s ended the link of %(person)s"), tone="amber"),
        EventKind("sign_on.joined", story=_("%(person)s is new here, by the sign-on"), tone="green"),
    )
