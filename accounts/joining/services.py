"""Asking for access, taking it back and declining it. Granting is a change of rights, which settles the request."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import selectors, services
from accounts.joining import selectors as asked
from accounts.joining import terms as names
from accounts.models import AccessRequest, AccessStatus, Membership
from portal import events, registries, terms
from portal.actors import Actor
from portal.errors import Refused
from portal.tenancy import of_enterprise

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Wish:
    """What somebody asks for: a permission, on which accounts or groups in their words, and what they need it for."""

    permission: str
    places: str = ""
    why: str = ""


@transaction.atomic
def ask(wish: Wish, *, actor: Actor, at: datetime) -> AccessRequest:
    """Ask those who decide for a permission. What waits already is asked for once; the newer words count.

    Raises Refused for what there is not, for what the person holds on all accounts, and beyond
    ``people.access_requests_daily``.
    """
    if wish.permission not in registries.permissions():
        raise Refused(_("There is no such permission."), field="permission")
    assert actor.person_id is not None
    # Held until the end: the same asked twice at the same moment is one request too.
    member = services.lock_member(actor.person_id, actor=actor)
    if selectors.get_permissions(member).get(wish.permission, frozenset()) is None:
        raise Refused(_("You may do this by now. Go back to the page and load it again."), field="permission")
    found = selectors.get_asked(actor, wish.permission)
    if found:
        return _said_again(found, wish, actor=actor, at=at)
    _check_pace(member, actor, at)
    request = AccessRequest.objects.create(
        enterprise_id=member.enterprise_id,
        membership=member,
        permission=wish.permission,
        places=wish.places.strip(),
        why=wish.why.strip(),
        asked_at=at,
    )
    events.record(
        "access.asked",
        subject=request,
        actor=actor,
        at=at,
        person=member.name,
        permission=wish.permission,
        reason=request.why,
    )
    return request


def _said_again(request: AccessRequest, wish: Wish, *, actor: Actor, at: datetime) -> AccessRequest:
    """Other words for what waits already; nobody gets a second mail."""
    before = request.places, request.why
    request.places, request.why = wish.places.strip() or request.places, wish.why.strip() or request.why
    if before != (request.places, request.why):
        request.save(update_fields=["places", "why"])
        person, code = actor.name, request.permission
        events.record(
            "access.asked_again",
            subject=request,
            actor=actor,
            at=at,
            person=person,
            permission=code,
            reason=request.why,
        )
    return request


def _check_pace(member: Membership, actor: Actor, at: datetime) -> None:
    most = terms.value(names.ASKS, on=at.date(), of=selectors.get_enterprise(services.enterprise_of(actor)))
    rows = of_enterprise(AccessRequest.objects, actor).filter(membership=member, asked_at__gt=at - _DAY)
    if rows.count() >= most:
        raise Refused(_("You have asked for a lot today. Write to your administrators, or ask again tomorrow."))


@transaction.atomic
def decline(pk: int, *, answer: str, actor: Actor, at: datetime) -> AccessRequest:
    """Say no, with a word that the asker reads. Raises Refused for one's own, and for what is decided."""
    request = _locked(pk, actor)
    if not asked.may_decide(actor, request):
        raise Refused(_("This request is somebody else's to decide."))
    services.decide(request, AccessStatus.DECLINED, actor=actor, at=at, answer=answer.strip())
    return request


@transaction.atomic
def withdraw(pk: int, *, actor: Actor, at: datetime) -> AccessRequest:
    """Take one's own request back before it is decided."""
    request = _locked(pk, actor)
    if request.membership_id != actor.person_id:
        raise Refused(_("Only who asked can take a request back."))
    services.decide(request, AccessStatus.WITHDRAWN, actor=actor, at=at)
    return request


def _locked(pk: int, actor: Actor) -> AccessRequest:
    rows = selectors.list_access_requests(actor).select_for_update(of=("self",))
    return rows.get(pk=pk)
