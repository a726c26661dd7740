"""A person's own choices."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from portal import events, zones
from portal.actors import Actor
from portal.errors import Refused
from portal.tenancy import tenant_scope


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
