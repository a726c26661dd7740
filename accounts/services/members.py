"""The life of a membership: invited, pending, active, inactive, removed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import selectors
from accounts.models import MEMBERSHIP_FLOW, Enterprise, Membership, MembershipStatus, ReviewAnswer, User
from accounts.rules import Rights
from accounts.services.reviews import settle_review
from accounts.services.rights import (
    check_not_last,
    end_spans,
    enterprise_of,
    is_administrator,
    lock_administrators,
    lock_member,
    remember_before,
    set_rights,
)
from portal import events, locator, terms
from portal.actors import Actor
from portal.errors import Refused, Text
from portal.tenancy import of_enterprise

# (from, to or None, actor, at)
Giving = Callable[[Membership, Membership | None, Actor, datetime], None]


@dataclass(frozen=True)
class Left:
    """One thing that somebody leaves: what it is called, and its page in the enterprise."""

    label: str
    page: str = ""  # the name of a route, which takes the key
    pk: int = 0


@dataclass(frozen=True)
class HandOver:
    """A kind of thing that goes to whoever takes over; ``without`` says what becomes of it where nobody does.

    ``gives`` says whether it can go to somebody at all.
    """

    title: Text
    without: Text
    find: Callable[[Membership], list[Left]]
    act: Giving
    gives: bool = True


# What of a leaver's others may rely on; apps and parts add to it.
HAND_OVERS: list[HandOver] = []


def list_left(member: Membership) -> list[tuple[HandOver, list[Left]]]:
    """What somebody would leave now, by kind; kinds of which there is nothing are left out."""
    found = ((each, each.find(member)) for each in HAND_OVERS)
    return [(each, things) for each, things in found if things]


class Closing(Protocol):
    """A service that closes the enterprise to somebody."""

    def __call__(self, member_id: int, *, actor: Actor, at: datetime, why: str) -> Membership: ...


_SALT = "invitation"
_PENDING = MembershipStatus.PENDING
# Why somebody is pending: by themselves, and not by a person who invited them.
_REGISTERED = "registered"


@dataclass(frozen=True)
class Invited:
    """Whom an administrator invites: how the mail finds and calls them."""

    email: str
    name: str
    title: str = ""
    language: str = ""


@transaction.atomic
def invite(invited: Invited, rights: Rights, *, actor: Actor, at: datetime, grounds: str = "") -> Membership:
    """Bring somebody into the actor's enterprise: pending, with their rights ready, until they accept by mail.

    The same whether the portal knows their address or not, so that nobody learns who has a sign-in. Raises Refused
    for an address that is none, for somebody who is here already, and for rights that the actor may not give.
    """
    email = clean_email(invited.email)
    # Held until the end: the same person invited twice at the same moment is here once.
    enterprise = Enterprise.objects.select_for_update(no_key=True).get(pk=enterprise_of(actor))
    user = _sign_in(email, language=invited.language or enterprise.language, time_zone=enterprise.time_zone)
    member = of_enterprise(Membership.objects, actor).select_for_update(of=("self",)).filter(user=user).first()
    if member and member.status != MembershipStatus.REMOVED:
        raise Refused(_("%(email)s is here already.") % {"email": email}, field="email")
    member = _back(member, at=at) if member else Membership(enterprise_id=enterprise.pk, user=user, status=_PENDING)
    member.name, member.title, member.joined_at = invited.name, invited.title, None
    member.save(update_fields=["name", "title", "joined_at"] if member.pk else None)
    locator.remember([locator.row(locator.PERSON, str(user.pk), enterprise_id=enterprise.pk, target_id=member.pk)])
    set_rights(member.pk, rights, seen=selectors.get_rights(member).fingerprint, actor=actor, at=at, grounds=grounds)
    return _send_invitation(member, enterprise, actor=actor, at=at)


@transaction.atomic
def invite_many(wanted: Sequence[tuple[Invited, Rights]], *, actor: Actor, at: datetime) -> list[Membership]:
    """Several at once, all or none. A refusal names in ``within`` which of them, from 0."""
    found = []
    for place, (invited, rights) in enumerate(wanted):
        try:
            found.append(invite(invited, rights, actor=actor, at=at))
        except Refused as refusal:
            refusal.field, refusal.within = refusal.field or "email", str(place)
            raise
    return found


class Claimed(Refused):
    """Somebody is here already, or is about to be."""


@transaction.atomic
def claim(invited: Invited, *, actor: Actor, at: datetime) -> Membership:
    """Let somebody become the first administrator of an enterprise that nobody is in: pending, until they accept.

    Several may hold a link; the first who accepts it is in, and voids the others, so that who never does is in
    nobody's way. Raises Claimed where there is anybody, or somebody was invited by a person.
    """
    enterprise = Enterprise.objects.select_for_update().get(pk=enterprise_of(actor))
    here = of_enterprise(Membership.objects, actor).select_for_update(of=("self",))
    gone = here.filter(status=_PENDING, invited_until__lte=at)
    others = here.filter(status=_PENDING, why=_REGISTERED)
    free = [*gone.values_list("pk", flat=True), *others.values_list("pk", flat=True)]
    if here.exclude(status=MembershipStatus.REMOVED).exclude(pk__in=free).exists():
        raise Claimed(_("Somebody is here already."))
    _void(gone, at=at)
    user = _sign_in(clean_email(invited.email), language=invited.language, time_zone=enterprise.time_zone)
    member = here.filter(user=user).first()
    if member and member.status == MembershipStatus.REMOVED:
        member = _back(member, at=at)
    member = member or Membership(enterprise_id=enterprise.pk, user=user, status=_PENDING)
    member.name, member.joined_at, member.is_administrator, member.why = invited.name, None, True, _REGISTERED
    member.save(update_fields=["name", "joined_at", "is_administrator", "why"] if member.pk else None)
    locator.remember([locator.row(locator.PERSON, str(user.pk), enterprise_id=enterprise.pk, target_id=member.pk)])
    return _send_invitation(member, enterprise, kind="person.registered", actor=actor, at=at)


def _void(pending: QuerySet[Membership], *, at: datetime) -> None:
    """Links by which nobody came in end."""
    for each in pending:
        _move(each, MembershipStatus.REMOVED, at=at)
        each.is_administrator = False
        each.save(update_fields=["is_administrator"])


def _back(member: Membership, *, at: datetime) -> Membership:
    """Somebody who was here before and was removed."""
    _move(member, MembershipStatus.PENDING, at=at)
    return member


def clean_email(email: str) -> str:
    """In small letters. Raises Refused for what is no address."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise Refused(_("This is not a mail address."), field="email") from error
    return email


def _sign_in(email: str, *, language: str, time_zone: str) -> User:
    """The sign-in of an address; a new one opens nothing until its owner has chosen a password."""
    made = User(email=email, time_zone=time_zone, password=make_password(None))
    made.language = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    # The same work for an address that has one: whoever measures the answer learns nothing of who signs in elsewhere.
    User.objects.bulk_create([made], ignore_conflicts=True)
    return User.objects.get(email=email)


@transaction.atomic
def invite_again(member_id: int, *, actor: Actor, at: datetime) -> Membership:
    """A new link by mail; the ones before are void."""
    member = lock_member(member_id, actor=actor)
    if member.status != MembershipStatus.PENDING:
        raise Refused(_("%(name)s has accepted already.") % {"name": member.name})
    return _send_invitation(member, selectors.get_enterprise(member.enterprise_id), actor=actor, at=at)


def _send_invitation(
    member: Membership, enterprise: Enterprise, *, kind: str = "person.invited", actor: Actor, at: datetime
) -> Membership:
    today = at.astimezone(ZoneInfo(enterprise.time_zone)).date()
    days = terms.value("people.invitation_days", on=today, of=enterprise)
    member.invited_at, member.invited_until = at, at + timedelta(days=days)
    member.invitations += 1
    member.save(update_fields=["invited_at", "invited_until", "invitations"])
    events.record(kind, subject=member, actor=actor, at=at, person=member.name, until=member.invited_until)
    return member


@transaction.atomic
def accept_invitation(member_id: int, number: int, *, user: User, actor: Actor, at: datetime) -> Membership:
    """The invited person joins; asked in the scope of the enterprise.

    Raises Refused for an invitation that was used, taken back, replaced by a newer one or has run out, and for
    somebody else's.
    """
    here = of_enterprise(Membership.objects, actor)
    if here.filter(pk=member_id, why=_REGISTERED).exists():
        # Of two who registered and come in at once the second finds their link void.
        Enterprise.objects.select_for_update().get(pk=enterprise_of(actor))
        _void_others(member_id, actor=actor, at=at)
    member = here.select_for_update(of=("self",)).get(pk=member_id)
    check_invitation(member, number, at=at)
    if member.user_id != user.pk:
        raise Refused(_("This invitation is for another address. Sign in with the one it was sent to."))
    member.joined_at, member.seen_on = at, at.date()
    member.save(update_fields=["joined_at", "seen_on"])
    _move(member, MembershipStatus.ACTIVE, at=at)
    events.record("person.joined", subject=member, actor=actor, at=at, person=member.name)
    return member


def _void_others(member_id: int, *, actor: Actor, at: datetime) -> None:
    """The links of all others who registered, while this one's is good."""
    here = of_enterprise(Membership.objects, actor).select_for_update(of=("self",)).filter(status=_PENDING)
    if here.filter(pk=member_id).exists():
        _void(here.filter(why=_REGISTERED).exclude(pk=member_id), at=at)


def check_invitation(member: Membership, number: int, *, at: datetime) -> None:
    """Raises Refused, saying why, for an invitation that opens nothing any more."""
    if member.status in {MembershipStatus.ACTIVE, MembershipStatus.INACTIVE} and member.invitations == number:
        raise Refused(_("This invitation was used already. Sign in instead."))
    if member.status != MembershipStatus.PENDING or member.invitations != number:
        raise Refused(_("This invitation is not good any more. Look for a newer mail, or ask for another one."))
    if member.invited_until is None or member.invited_until <= at:
        raise Refused(_("This invitation has run out. Ask for a new one."))


@transaction.atomic
def deactivate(member_id: int, *, actor: Actor, at: datetime, why: str = "") -> Membership:
    """Close the enterprise to somebody, from their next request on; what they hold is kept for when they are back.

    Raises Refused for the last system administrator, and where who is no administrator closes out one.
    """
    administrators = lock_administrators(actor)
    member = lock_member(member_id, actor=actor)
    if member.status != MembershipStatus.ACTIVE:
        raise Refused(_("%(name)s is not active.") % {"name": member.name})
    _check_may_close(member, administrators, actor=actor)
    settle_review(member, ReviewAnswer.ENDED, actor=actor, at=at)
    _move(member, MembershipStatus.INACTIVE, at=at, why=why)
    events.record("person.deactivated", subject=member, actor=actor, at=at, person=member.name, why=why)
    return member


@transaction.atomic
def reactivate(member_id: int, *, actor: Actor, at: datetime) -> Membership:
    """Let somebody in again, with what they held."""
    lock_administrators(actor)
    member = lock_member(member_id, actor=actor)
    if member.status != MembershipStatus.INACTIVE:
        raise Refused(_("%(name)s is not inactive.") % {"name": member.name})
    _check_rank(member, actor=actor)
    member.seen_on, member.warned_at = at.date(), None
    member.save(update_fields=["seen_on", "warned_at"])
    _move(member, MembershipStatus.ACTIVE, at=at)
    events.record("person.reactivated", subject=member, actor=actor, at=at, person=member.name)
    return member


@transaction.atomic
def remove(member_id: int, *, heir_id: int | None = None, actor: Actor, at: datetime, why: str = "") -> Membership:
    """Take somebody out of the enterprise: their rights end, and what they leave goes to the heir, if one is named.

    Their name stays in the journal. Raises Refused as ``deactivate`` does, and for an heir who is not active.
    """
    administrators = lock_administrators(actor)
    member = lock_member(member_id, actor=actor)
    if member.status == MembershipStatus.ACTIVE:
        _check_may_close(member, administrators, actor=actor)
    else:
        _check_rank(member, actor=actor)
    heir = _heir(heir_id, member, actor=actor)
    # Before all of it ends: the review keeps what they had.
    settle_review(member, ReviewAnswer.ENDED, actor=actor, at=at)
    end_spans(member, actor=actor, at=at)
    for hand_over in HAND_OVERS:
        hand_over.act(member, heir, actor, at)
    _move(member, MembershipStatus.REMOVED, at=at, why=why)
    member.is_administrator = False
    member.save(update_fields=["is_administrator"])
    heir_name = heir.name if heir else ""
    events.record("person.removed", subject=member, actor=actor, at=at, person=member.name, why=why, heir=heir_name)
    return member


def _heir(heir_id: int | None, member: Membership, *, actor: Actor) -> Membership | None:
    if heir_id is None:
        return None
    rows = of_enterprise(Membership.objects, actor).filter(status=MembershipStatus.ACTIVE).exclude(pk=member.pk)
    heir = rows.filter(pk=heir_id).first()
    if heir is None:
        raise Refused(_("Choose somebody who is active here."), field="heir")
    return heir


def _check_may_close(member: Membership, administrators: list[int], *, actor: Actor) -> None:
    if member.is_administrator:
        check_not_last(member, administrators)
    _check_rank(member, actor=actor)


def _check_rank(member: Membership, *, actor: Actor) -> None:
    """Only an administrator decides about an administrator."""
    is_theirs = actor.is_staff or actor.kind == "system" or member.pk == actor.person_id
    if not member.is_administrator or is_theirs:
        return
    if not is_administrator(actor):
        raise Refused(_("Only a system administrator decides about another one."))


def _move(member: Membership, status: MembershipStatus, *, at: datetime, why: str = "") -> None:
    MEMBERSHIP_FLOW.require(member.status, status)
    remember_before(member, at=at)
    member.status, member.why = status, why
    member.save(update_fields=["status", "why"])


@transaction.atomic
def change_details(member_id: int, *, name: str, title: str, phone: str, actor: Actor, at: datetime) -> Membership:
    """What the enterprise says of one of its people. Raises Refused without a name."""
    member = lock_member(member_id, actor=actor)
    before = {"name": member.name, "title": member.title, "phone": member.phone}
    after = {"name": " ".join(name.split()), "title": " ".join(title.split()), "phone": " ".join(phone.split())}
    if not after["name"]:
        raise Refused(_("A person needs a name."), field="name")
    if before == after:
        return member
    member.name, member.title, member.phone = after.values()
    member.save(update_fields=list(after))
    changed = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    events.record("person.changed", subject=member, actor=actor, at=at, person=member.name, changed=changed)
    return member


def invitation_token(member: Membership) -> str:
    """What stands in the invitation's link: only the mail has it, and nothing of it is stored."""
    return signing.dumps([member.enterprise_id, member.pk, member.invitations], salt=_SALT)


def read_invitation(token: str) -> tuple[int, int, int] | None:
    """Enterprise, membership and number of an invitation, to be looked at inside; None for what we did not write."""
    try:
        enterprise_id, member_id, number = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError):
        return None
    return enterprise_id, member_id, number
