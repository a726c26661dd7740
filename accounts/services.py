"""What changes people, enterprises and who may be where."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Enterprise, Membership, StaffRole, StaffVisit, TeamMember, TeamRole, User
from accounts.permissions import STAFF_ROLES
from portal import events, locator, registries, terms, zones
from portal.actors import Actor
from portal.errors import Refused
from portal.tenancy import of_enterprise, tenant_scope


def open_enterprise(enterprise_id: int, *, actor: Actor, reason: str, at: datetime) -> StaffVisit:
    """Let staff into a customer's data for a while; the customer's journal says who and why.

    The span is the term ``staff.visit_minutes``. Raises Refused without a reason.
    """
    reason = " ".join(reason.split())
    if len(reason) < 5:
        raise Refused(_("Say in a few words why you open this customer's data."), field="reason")
    return _open(enterprise_id, actor=actor, at=at, reason=reason[:200])


def open_assigned(assignment: TeamMember, *, actor: Actor, at: datetime) -> StaffVisit:
    """The same for who serves this customer: the place in the account team is the reason."""
    return _open(assignment.enterprise_id, actor=actor, at=at, role=TeamRole(assignment.role))


@transaction.atomic
def _open(enterprise_id: int, *, actor: Actor, at: datetime, **why: str) -> StaffVisit:
    assert actor.person_id is not None
    enterprise = Enterprise.objects.get(enterprise_id=enterprise_id)
    today = at.astimezone(ZoneInfo(enterprise.time_zone)).date()
    minutes = terms.value("staff.visit_minutes", on=today, of=enterprise)
    until = at + timedelta(minutes=minutes)
    visit = StaffVisit.objects.create(
        enterprise_id=enterprise_id, card_id=actor.person_id, started_at=at, until_at=until, **why
    )
    facts: dict[str, Any] = {"until": until, **why}
    events.record("enterprise.opened", subject=visit, actor=actor, at=at, **facts)
    return visit


@transaction.atomic
def leave_enterprise(*, actor: Actor, at: datetime) -> None:
    """End the staff member's visits here, before their time."""
    visits = of_enterprise(StaffVisit.objects, actor).filter(card_id=actor.person_id, until_at__gt=at)
    visit = visits.order_by("-until_at").first()
    if visit is None:
        return
    visits.update(until_at=at)
    events.record("enterprise.left", subject=visit, actor=actor, at=at)


def set_default_enterprise(user: User, enterprise_id: int) -> None:
    """Which enterprise the person sees first after signing in."""
    if user.default_enterprise_id != enterprise_id:
        user.default_enterprise_id = enterprise_id
        user.save(update_fields=["default_enterprise_id"])


@dataclass(frozen=True)
class Profile:
    """How to speak to a person, and the enterprise they begin in, if they chose one."""

    language: str
    time_zone: str
    has_shortcuts: bool
    start_enterprise_id: int | None = None


@transaction.atomic
def set_profile(
    user: User, profile: Profile, *, name: str, phone: str, within: Iterable[int], actor: Actor, at: datetime
) -> None:
    """A person's own choices for their pages and mails, and their name and phone in each of their enterprises.

    Raises Refused for a language or a time zone that there is not.
    """
    if profile.language not in dict(settings.LANGUAGES):
        raise Refused(_("This language is not available."), field="language")
    if not zones.is_known(profile.time_zone):
        raise Refused(_("There is no such time zone."), field="time_zone")
    for each in fields(profile):
        setattr(user, each.name, getattr(profile, each.name))
    user.save(update_fields=[each.name for each in fields(profile)])
    for enterprise_id in within:
        with tenant_scope(enterprise_id):
            _rename(user, enterprise_id, name=name, phone=phone, actor=actor, at=at)


def _rename(user: User, enterprise_id: int, *, name: str, phone: str, actor: Actor, at: datetime) -> None:
    """The enterprise's journal says what its person was called before."""
    mine = Membership.objects.filter(enterprise_id=enterprise_id, user_id=user.pk)
    member = mine.select_for_update(of=("self",)).get()
    if (member.name, member.phone) == (name, phone):
        return
    mine.update(name=name, phone=phone)
    if member.name != name:
        acting = replace(actor, name=member.name, enterprise_id=enterprise_id)
        events.record("person.renamed", subject=member, actor=acting, at=at, before=member.name, after=name)


def set_language(user: User, language: str) -> None:
    """The language of the person's pages and mails. Raises Refused for one we do not have."""
    if language not in dict(settings.LANGUAGES):
        raise Refused(_("This language is not available."), field="language")
    user.language = language
    user.save(update_fields=["language"])


@transaction.atomic
def ship_house_and_roles() -> None:
    """The carrier's own enterprise and the shipped staff roles; run by the owner after migrate."""
    carrier = settings.CARRIER
    if locator.find(locator.HOUSE, locator.HOUSE) is None:
        house = Enterprise.objects.create(
            public_id=carrier["public_id"], legal_name=carrier["legal_name"], custom_name=carrier["name"], is_house=True
        )
        with tenant_scope(house.pk):
            keys = [(locator.HOUSE, locator.HOUSE), (locator.ENTERPRISE, house.public_id)]
            locator.remember(locator.row(kind, key, enterprise_id=house.pk, is_exclusive=True) for kind, key in keys)
    shipped = registries.staff_roles()
    for code, name in STAFF_ROLES.items():
        _ship_role(code, name, shipped.get(code, set()))


def _ship_role(code: str, name: str, offered: set[str]) -> None:
    """A role keeps what the carrier made of it; only permissions that are new since are added."""
    role, _made = StaffRole.objects.get_or_create(code=code, defaults={"name": name})
    new = offered - set(role.shipped)
    if new:
        role.permissions = sorted(set(role.permissions) | new)
        role.shipped = sorted(set(role.shipped) | new)
        role.save(update_fields=["permissions", "shipped"])
