"""Hiring, moving and letting go of the carrier's people, and deciding what their roles may do.

Whatever is done, somebody who works here can still hire and edit roles: all of this takes the lock
of all roles first, and looks after it has written.
"""

from collections.abc import Collection
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import IntegrityError, models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.models import StaffCard, StaffMember, StaffRole, User
from accounts.permissions import Permission
from accounts.services import hand_over, lock_staff, require_working
from accounts.staffing import selectors
from accounts.staffing.rules import Card, print_of, values_of
from portal import events, locator, registries, zones
from portal.actors import Actor
from portal.errors import Refused
from portal.tenancy import tenant_scope


class LastAdministrator(Refused):
    """Nobody would be left who can hire and edit roles."""

    message = _("Then nobody at the carrier could hire colleagues and edit roles any more.")
    way_out = _("Nothing was changed. First give somebody else a role that may do both.")


class RoleMoved(Refused):
    """Somebody else changed it since the page was loaded."""

    message = _("Somebody else has changed this since you opened the page.")
    way_out = _("Nothing was changed. Look at how it stands now, and decide anew.")


class BeyondReach(Refused):
    """Who may not edit roles gives nobody more than they have, and touches nobody who has more."""

    message = _("This role may do more than yours, so it takes somebody who may edit roles.")
    way_out = _("Nothing was changed. Ask a platform administrator.")


# --- hiring ------------------------------------------------------------------------------------------


@transaction.atomic
def hire(email: str, card: Card, *, role: str, language: str, actor: Actor, at: datetime) -> StaffMember:
    """Let somebody sign in to the staff portal, and mail them a link to choose a password.

    Who worked here before comes back to their card; who signs in as a customer keeps that sign-in.
    Raises Refused for an address of somebody who works here or of another's, and BeyondReach.
    """
    email = email.strip().lower()
    wanted = _role(role, actor)
    _require_sound(card)
    try:
        with transaction.atomic():
            user = _sign_in(email, language=language, time_zone=card.time_zone)
            member = _member(user, email, card, wanted)
    except IntegrityError as error:
        raise Refused(_("This address belongs to somebody else already."), field="email") from error
    facts = {"name": card.name, "role": wanted.name, "email": email}
    _record("staff.hired", member, actor=actor, at=at, **facts)
    _record("staff.invited", user, actor=actor, at=at, face="staff", **facts)
    return member


def _sign_in(email: str, *, language: str, time_zone: str) -> User:
    """The sign-in of this address, open: a new one, or the one there is."""
    owner = EmailAddress.objects.filter(email=email).select_related("user").first()
    if owner and owner.user.email != email:
        raise Refused(_("This address belongs to somebody else already."), field="email")
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User(email=email, language=language, time_zone=time_zone)
        user.set_unusable_password()
    user.is_active = True
    user.save()
    EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    return user


def _member(user: User, email: str, card: Card, role: StaffRole) -> StaffMember:
    former = (
        StaffMember.objects.filter(models.Q(user=user) | models.Q(card__email=email)).select_related("card").first()
    )
    if former and former.is_active:
        raise Refused(_("%(name)s works here already.") % {"name": former.card.name}, field="email")
    shown = former.card if former else StaffCard()
    for name, value in {**_fields(card), "email": email}.items():
        setattr(shown, name, value)
    shown.save()
    member = former or StaffMember(card=shown)
    member.user, member.role, member.is_active = user, role, True
    member.save()
    return member


@transaction.atomic
def invite_again(card_id: int, *, actor: Actor, at: datetime) -> None:
    """Mail the link once more; the earlier ones live no longer than they do. Raises Refused for who has left."""
    member = _locked(card_id, actor)
    facts = {"name": member.card.name, "role": member.role.name, "email": member.user.email}
    _record("staff.invited", member.user, actor=actor, at=at, face="staff", **facts)


# --- the card --------------------------------------------------------------------------------------------


@transaction.atomic
def change_card(card_id: int, card: Card, *, email: str, seen: str, actor: Actor, at: datetime) -> StaffCard:
    """Change what customers see of a colleague; another address is also the one they sign in with from now on.

    ``seen`` is ``print_of`` the card as the page showed it. Raises RoleMoved, BeyondReach, and
    Refused for an address of somebody else's.
    """
    member = _locked(card_id, actor)
    _require_sound(card)
    shown = member.card
    if print_of(shown) != seen:
        raise RoleMoved
    before = values_of(shown)
    for name, value in _fields(card).items():
        setattr(shown, name, value)
    email = email.strip().lower()
    if email != shown.email:
        _change_address(member, email)
    after = values_of(shown)
    changed = {name: {"before": before[name], "after": after[name]} for name in after if before[name] != after[name]}
    if changed:
        shown.save()
        _record("staff.card_changed", member, actor=actor, at=at, name=shown.name, changed=changed)
    return shown


def _change_address(member: StaffMember, email: str) -> None:
    taken = EmailAddress.objects.filter(email=email).exclude(user=member.user).exists()
    if taken or User.objects.filter(email=email).exclude(pk=member.user_id).exists():
        raise Refused(_("This address belongs to somebody else already."), field="email")
    EmailAddress.objects.filter(user=member.user).delete()
    EmailAddress.objects.create(user=member.user, email=email, verified=True, primary=True)
    member.card.email = member.user.email = email
    member.user.save(update_fields=["email"])
    _end_sessions(member.user)


def _fields(card: Card) -> dict[str, Any]:
    return {**asdict(card), "languages": list(card.languages), "works_on": sorted(card.works_on)}


def _require_sound(card: Card) -> None:
    given = [bool(card.works_on), card.works_from is not None, card.works_until is not None]
    if any(given) and not all(given):
        raise Refused(_("Weekdays and both times belong together: give all three, or none."), field="works_on")
    if not zones.is_known(card.time_zone):
        raise Refused(_("There is no such time zone."), field="time_zone")


# --- moving and removing -----------------------------------------------------------------------------------


@transaction.atomic
def move(card_id: int, role: str, *, seen: str, actor: Actor, at: datetime) -> StaffMember:
    """Give a colleague another role, which holds from their next request on.

    ``seen`` is the role they had when the page was loaded. Raises LastAdministrator, BeyondReach,
    RoleMoved, and Refused for a role that there is not.
    """
    member = _locked(card_id, actor)
    wanted = _role(role, actor)
    if member.role.code != seen:
        raise RoleMoved
    if wanted.code == seen:
        return member
    facts = {"name": member.card.name, "before": member.role.name, "after": wanted.name}
    member.role = wanted
    member.save(update_fields=["role"])
    _require_administrator()
    _record("staff.moved", member, actor=actor, at=at, **facts)
    return member


@transaction.atomic
def remove(card_id: int, *, successor_id: int | None, actor: Actor, at: datetime) -> int:
    """Let a colleague go: their sessions end, and their places and work pass to the successor.

    Without one the places end, and the list of teams with gaps shows who lacks somebody. The
    sign-in closes unless it is a customer's too. The journal keeps all they did. Returns how many
    places passed on. Raises LastAdministrator, BeyondReach, and Refused for oneself.
    """
    if card_id == actor.person_id:
        raise Refused(_("Nobody removes themselves."), way_out=_("Nothing was changed. Ask a colleague to do it."))
    member = _locked(card_id, actor)
    lock_staff(card_id, *([successor_id] if successor_id else []))
    successor = require_working(successor_id, "successor") if successor_id else None
    if successor == member.card:
        raise Refused(_("Choose somebody else than who leaves."), field="successor")
    member.is_active = False
    member.save(update_fields=["is_active"])
    _require_administrator()
    if not locator.count(locator.PERSON, str(member.user_id), most=1):
        User.objects.filter(pk=member.user_id).update(is_active=False)
    _end_sessions(member.user)
    places = hand_over(member.card, successor, actor=actor, at=at)
    work = _hand_over_work(member.card, successor, actor=actor, at=at)
    facts = {"name": member.card.name, "role": member.role.name, "successor": successor.name if successor else ""}
    _record("staff.removed", member, actor=actor, at=at, places=places, work=work, **facts)
    return places


def _hand_over_work(leaver: StaffCard, successor: StaffCard | None, *, actor: Actor, at: datetime) -> int:
    """What other apps keep in the leaver's name."""
    return sum(each(leaver.pk, successor.pk if successor else None, actor, at) for each in registries.handovers())


def _end_sessions(user: User) -> None:
    for session in UserSession.objects.filter(user=user):
        session.end()


def _locked(card_id: int, actor: Actor) -> StaffMember:
    """A colleague who works here, under the lock of all roles. Raises Refused and BeyondReach."""
    _lock_roles()
    rows = StaffMember.objects.select_related("card", "role", "user").select_for_update(of=("self",))
    member = rows.filter(card_id=card_id, is_active=True).first()
    if member is None:
        raise Refused(_("This person does not work here any more."), way_out=_("Nothing was changed."))
    _require_reach(member.role.permissions, actor)
    return member


def _lock_roles() -> None:
    # Two administrators who each remove the other must not both find that one is left.
    list(StaffRole.objects.select_for_update().order_by("pk").values_list("pk"))


def _role(code: str, actor: Actor) -> StaffRole:
    _lock_roles()
    found = StaffRole.objects.filter(code=code).first()
    if found is None:
        raise Refused(_("There is no such role any more."), field="role")
    _require_reach(found.permissions, actor)
    return found


def _require_reach(permissions: Collection[str], actor: Actor) -> None:
    if not actor.may(Permission.ROLE_MANAGE) and set(permissions) - set(actor.permissions):
        raise BeyondReach


def _require_administrator() -> None:
    if not selectors.count_administrators():
        raise LastAdministrator


# --- roles -------------------------------------------------------------------------------------------------


@transaction.atomic
def create_role(name: str, permissions: Collection[str], *, actor: Actor, at: datetime) -> StaffRole:
    """A role of the carrier's own. Raises Refused for a name that is taken or says nothing."""
    _lock_roles()
    name = _free_name(name)
    code = slugify(name).replace("-", "_")[:40]
    if not code or StaffRole.objects.filter(code=code).exists():
        raise Refused(_("There is a role of this name already."), field="name")
    role = StaffRole.objects.create(code=code, name=name, permissions=_known(permissions))
    _record("role.created", role, actor=actor, at=at, name=name, gained=role.permissions)
    return role


@transaction.atomic
def change_role(
    code: str, *, name: str, permissions: Collection[str], seen: Collection[str], actor: Actor, at: datetime
) -> StaffRole:
    """Let a role be called otherwise and do something else, for all who have it, from their next request on.

    ``seen`` is what it could do when the page was loaded. Raises LastAdministrator, RoleMoved, and
    Refused for a name that is taken.
    """
    _lock_roles()
    role = StaffRole.objects.filter(code=code).first()
    if role is None or set(role.permissions) != set(seen):
        raise RoleMoved
    name, wanted = _free_name(name, besides=role), _known(permissions)
    gained, lost = selectors.gained_and_lost(role.permissions, wanted)
    facts = {"name": name, "before": role.name, "gained": gained, "lost": lost}
    if not gained and not lost and name == role.name:
        return role
    role.name, role.permissions = name, wanted
    role.save(update_fields=["name", "permissions"])
    _require_administrator()
    _record("role.changed", role, actor=actor, at=at, **facts)
    return role


@transaction.atomic
def remove_role(code: str, *, actor: Actor, at: datetime) -> None:
    """Remove a role of the carrier's own that nobody has. Raises Refused for any other."""
    _lock_roles()
    role = StaffRole.objects.filter(code=code).first()
    if role is None:
        return
    if selectors.is_shipped(role):
        raise Refused(_("This role came with the portal. It can be changed, and not removed."))
    if StaffMember.objects.filter(role=role).exists():
        raise Refused(
            _("Somebody has this role, or had it when they left."), way_out=_("Nothing was changed. Move them first.")
        )
    _record("role.removed", role, actor=actor, at=at, name=role.name, lost=role.permissions)
    role.delete()


def _known(permissions: Collection[str]) -> list[str]:
    return sorted(set(permissions) & set(registries.staff_permissions()))


def _free_name(name: str, besides: StaffRole | None = None) -> str:
    name = " ".join(name.split())
    taken = StaffRole.objects.filter(name__iexact=name)
    if not name or (taken.exclude(pk=besides.pk) if besides else taken).exists():
        raise Refused(_("There is a role of this name already."), field="name")
    return name


def _record(kind: str, subject: models.Model, *, actor: Actor, at: datetime, **facts: Any) -> None:
    """In the house's journal: the carrier's people are no customer's."""
    house = locator.house_id()
    with tenant_scope(house):
        acting = replace(actor, enterprise_id=house)
        events.record(kind, subject=subject, actor=acting, at=at, enterprise_id=house, **facts)
