"""Resets by an administrator: a colleague chooses a new password, or sets a lost second factor up anew.

One sign-in opens many enterprises. What touches it is done at once only where it is this enterprise's alone.
"""

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import selectors, services
from accounts.models import Membership, MembershipStatus, StaffCard, User
from portal import events
from portal.actors import Actor
from portal.errors import Refused
from portal.tenancy import tenant_scope


@transaction.atomic
def reset_password(member_id: int, *, actor: Actor, at: datetime) -> Membership:
    """Mail a colleague a link by which they choose a new password.

    Where they sign in for this enterprise alone, the old one opens nothing from now on and their sessions end.
    Raises Refused for oneself, for who is not active, and for an administrator where one is none oneself.
    """
    member = _colleague(member_id, actor=actor)
    if _is_ours_alone(member):
        _close_sign_in(member.user)
    events.record("person.password_reset", subject=member, actor=actor, at=at, **_said(member))
    return member


@transaction.atomic
def reset_factor(member_id: int, *, actor: Actor, at: datetime) -> Membership:
    """Take away a colleague's second factor, their password and their sessions; they get a link to begin anew.

    The password goes too, so that whoever stole it cannot set up a factor first. They and the other administrators
    are told. Raises Refused as ``reset_password`` does, for who has no factor, and where the sign-in is not this
    enterprise's alone: then the carrier looks at who they are.
    """
    member = _colleague(member_id, actor=actor)
    _require_factor(member)
    if not _is_ours_alone(member):
        raise Refused(
            _("This second factor is not yours to take away."),
            way_out=_("Ask %(name)s to call us. We make sure who they are, and do it.") % {"name": member.name},
        )
    _take_factors(member.user)
    _tell(member, actor=actor, at=at)
    return member


@transaction.atomic
def reset_factor_for_customer(enterprise_id: int, email: str, *, grounds: str, actor: Actor, at: datetime) -> None:
    """The carrier's people do it, outside any enterprise, for whom no administrator there can: their last one, and
    who signs in for several companies. ``grounds`` are how they know who it is.

    Each of the person's enterprises reads it in its journal. Raises Refused for who is not there, for who has no
    factor, and where administrators of their own can do it.
    """
    with tenant_scope(enterprise_id):
        members = Membership.objects.filter(enterprise_id=enterprise_id, status=MembershipStatus.ACTIVE)
        member = members.filter(user__email=email.strip().lower()).select_related("user").first()
        if member is None:
            raise Refused(_("Nobody who is active here has this address."), field="email")
        _require_factor(member, field="email")
        others = members.filter(is_administrator=True).exclude(pk=member.pk).order_by("name")
        names = list(others.values_list("name", flat=True)[:3])
    if _is_colleague_of_ours(member.user):
        raise Refused(_("This is one of our own people."), field="email")
    if names and _is_ours_alone(member):
        raise Refused(_("Their own administrators do this: %(names)s.") % {"names": ", ".join(names)}, field="email")
    member.user = User.objects.select_for_update().get(pk=member.user_id)
    _take_factors(member.user)
    for place, _number, _name in selectors.list_enterprises_of(member.user):
        with tenant_scope(place):
            here = Membership.objects.select_related("user").get(enterprise_id=place, user=member.user)
            _tell(here, actor=actor, at=at, grounds=grounds, has_link=place == enterprise_id)


def _colleague(member_id: int, *, actor: Actor) -> Membership:
    member = services.lock_member(member_id, actor=actor)
    member.user = User.objects.select_for_update().get(pk=member.user_id)
    if member.pk == actor.person_id:
        raise Refused(_("Your own password and second factor you change in your profile."))
    if member.status != MembershipStatus.ACTIVE:
        raise Refused(_("%(name)s is not active.") % {"name": member.name})
    if member.is_administrator and not services.is_administrator(actor):
        raise Refused(_("Only a system administrator decides about another one."))
    return member


def _is_ours_alone(member: Membership) -> bool:
    """Whether the sign-in opens nothing but this enterprise: no other one's data, and not the carrier's."""
    places = {place for place, _number, _name in selectors.list_enterprises_of(member.user)}
    return places == {member.enterprise_id} and not _is_colleague_of_ours(member.user)


def _is_colleague_of_ours(user: User) -> bool:
    return StaffCard.objects.filter(email=user.email).exists()


def _require_factor(member: Membership, *, field: str = "") -> None:
    if not Authenticator.objects.filter(user_id=member.user_id).exists():
        raise Refused(_("%(name)s has no second factor.") % {"name": member.name}, field=field)


def _take_factors(user: User) -> None:
    Authenticator.objects.filter(user_id=user.pk).delete()
    _close_sign_in(user)


def _close_sign_in(user: User) -> None:
    user.set_unusable_password()
    user.save(update_fields=["password"])
    for session in UserSession.objects.filter(user_id=user.pk):
        session.end()


def _tell(member: Membership, *, actor: Actor, at: datetime, grounds: str = "", has_link: bool = True) -> None:
    events.record("person.factor_reset", subject=member, actor=actor, at=at, reason=grounds, **_said(member))
    if has_link:
        events.record("person.password_reset", subject=member, actor=actor, at=at, **_said(member), is_anew=True)


def _said(member: Membership) -> dict[str, Any]:
    return {"person": member.name, "email": member.user.email}
