"""What is told of requests for access, and to whom."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import selectors
from accounts.joining.selectors import say
from accounts.models import AccessRequest, Membership, Registration
from accounts.notices import to_member
from accounts.permissions import Permission
from portal.errors import Text
from portal.models import Event
from portal.notices import EventKind, Recipient, register


def _request(event: Event) -> AccessRequest:
    rows = AccessRequest.objects.filter(enterprise_id=event.enterprise_id).select_related("membership__user")
    return rows.get(pk=event.subject_id)


def _deciders(event: Event) -> Iterable[Recipient]:
    """Who gives rights to others and holds this one, but not who asked."""
    request = _request(event)
    people = selectors.list_people_with(event.enterprise_id, Permission.USER_ADMIN, None)
    others = [member for member, user in people if member.pk != request.membership_id and user.is_active]
    deciding = [each for each in others if request.permission in selectors.get_permissions(each)]
    for member in selectors.who_want(deciding, wants="people"):
        yield to_member(member, reason=_("You decide what your colleagues may do."))
    for team in selectors.list_mailboxes_with(event.enterprise_id, Permission.USER_ADMIN, None):
        reason = _("Your team decides what colleagues may do.")
        yield Recipient(team.email, team.name, team.language, team.time_zone, reason)


def _asker(event: Event) -> Iterable[Recipient]:
    request = _request(event)
    member = request.membership
    is_here = member.status == Membership.Status.ACTIVE and member.user.is_active
    if is_here and not event.facts.get("is_told"):
        yield to_member(member, reason=_("You asked for this."))


def _context(event: Event) -> dict[str, Any]:
    request = _request(event)
    return {"request": request, "member": request.membership, "code": request.permission}


def _said(facts: dict[str, Any]) -> dict[str, Any]:
    return {"what": say(facts.get("permission", ""))}


def _applicant(event: Event) -> Iterable[Recipient]:
    made = Registration.objects.get(enterprise_id=event.enterprise_id, pk=event.subject_id)
    reason = _("You, or somebody else, registered with this address.")
    yield Recipient(made.email, made.name, made.language, reason=reason)


def _registration(event: Event) -> dict[str, Any]:
    return {"number": event.facts["number"], "administrators": event.facts["administrators"]}


def register_kinds() -> None:
    _register_registrations()
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


def _register_registrations() -> None:
    """The house's, which the applicant is told of; and what the account's enterprise reads in its journal."""
    told: dict[str, Text] = {
        "taken": _("%(email)s registered for account %(number)s, which has people already"),
        "closed": _("%(email)s registered for account %(number)s, where self-registration is off"),
        "misfit": _("%(email)s registered for account %(number)s and did not prove it"),
    }
    for name, story in told.items():
        kind = EventKind(f"registration.{name}", story=story, recipients=_applicant, context=_registration, tone="gray")
        register(kind)
    register(
        EventKind(
            "registration.invited",
            story=_("%(email)s registered for account %(number)s, and has the link"),
            tone="green",
        ),
        EventKind(
            "registration.failed",
            story=_("Somebody registered for account %(account)s and could not prove that it is theirs"),
            tone="amber",
        ),
        EventKind(
            "registration.turned_away",
            story=_("%(email)s proved account %(account)s, and was sent to your administrators"),
            tone="amber",
        ),
    )
