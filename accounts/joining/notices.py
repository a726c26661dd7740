"""What is told of requests for access, and to whom."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import selectors
from accounts.joining.selectors import say
from accounts.models import AccessRequest, Membership
from accounts.permissions import Permission
from portal.errors import Text
from portal.models import Event
from portal.notices import EventKind, Recipient, register


def _request(event: Event) -> AccessRequest:
    rows = AccessRequest.objects.filter(enterprise_id=event.enterprise_id).select_related("membership__user")
    return rows.get(pk=event.subject_id)


def _person(member: Membership, reason: Text) -> Recipient:
    user = member.user
    return Recipient(user.email, member.name, user.language, user.time_zone, reason)


def _deciders(event: Event) -> Iterable[Recipient]:
    """Who gives rights to others and holds this one, but not who asked."""
    request = _request(event)
    for member, user in selectors.list_people_with(event.enterprise_id, Permission.USER_ADMIN, None):
        holds = request.permission in selectors.get_permissions(member)
        if holds and member.pk != request.membership_id and user.is_active:
            yield _person(member, _("You decide what your colleagues may do."))


def _asker(event: Event) -> Iterable[Recipient]:
    request = _request(event)
    member = request.membership
    is_here = member.status == Membership.Status.ACTIVE and member.user.is_active
    if is_here and not event.facts.get("is_told"):
        yield _person(member, _("You asked for this."))


def _context(event: Event) -> dict[str, Any]:
    request = _request(event)
    return {"request": request, "member": request.membership, "code": request.permission}


def _said(facts: dict[str, Any]) -> dict[str, Any]:
    return {"what": say(facts.get("permission", ""))}


def register_kinds() -> None:
    register(
        EventKind(
            "access.asked",
            story=_("%(person)s asked for: %(what)s"),
            recipients=_deciders,
            context=_context,
            words=_said,
            tone="amber",
        ),
        EventKind("access.asked_again", story=_("%(person)s said more about it: %(what)s"), words=_said, tone="gray"),
        EventKind(
            "access.granted",
            story=_("%(actor)s granted %(person)s: %(what)s"),
            recipients=_asker,
            context=_context,
            words=_said,
            tone="green",
        ),
        EventKind(
            "access.declined",
            story=_("%(actor)s declined what %(person)s asked for: %(what)s"),
            recipients=_asker,
            context=_context,
            words=_said,
            tone="red",
        ),
        EventKind(
            "access.withdrawn",
            story=_("%(person)s no longer asks for: %(what)s"),
            words=_said,
            tone="gray",
        ),
    )
