"""What people say of themselves when they first sign in, and which notices they want."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import selectors
from accounts.models import Enterprise, Membership, User
from portal import events, locator, zones
from portal.actors import Actor
from portal.errors import Refused
from portal.tenancy import of_enterprise, tenant_scope


@dataclass(frozen=True)
class Wishes:
    """Of what a person may see, what they want to hear of by mail."""

    orders: bool = True
    billing: bool = True
    people: bool = True
    keys: bool = True


@transaction.atomic
def welcome(
    user: User, *, language: str, time_zone: str, wishes: Wishes | None, accepts: bool, within: Iterable[int],
    actor: Actor, at: datetime,
) -> None:  # fmt: skip
    """How to speak to somebody, and, of a customer's people, what they want to hear of in each enterprise.

    Raises Refused for a time zone that there is not, and for terms of use that are not accepted.
    """
    if not zones.is_known(time_zone):
        raise Refused(_("There is no such time zone."), field="time_zone")
    if selectors.asks_terms(user):
        if not accepts:
            raise Refused(_("Without the terms of use the portal cannot be used."), field="accepts")
        _accept(user, actor=actor, at=at)
    user.language, user.time_zone = language, time_zone
    user.welcomed_at = user.welcomed_at or at
    user.save(update_fields=["language", "time_zone", "welcomed_at", "terms_version", "terms_accepted_at"])
    for enterprise_id in within if wishes else ():
        with tenant_scope(enterprise_id):
            _choose(enterprise_id, wishes or Wishes(), actor=actor, at=at)


def _accept(user: User, *, actor: Actor, at: datetime) -> None:
    """Which version, and when: in the person's sign-in, and in the carrier's journal."""
    user.terms_version, user.terms_accepted_at = settings.TERMS_OF_USE["version"], at
    house = locator.house_id()
    facts = {"email": user.email, "version": user.terms_version, "url": settings.TERMS_OF_USE["url"]}
    with tenant_scope(house):
        events.record("person.terms_accepted", subject=user, actor=actor, at=at, enterprise_id=house, **facts)


@transaction.atomic
def ask_everybody(asks: bool, *, actor: Actor, at: datetime) -> None:
    """Whether everybody in the actor's enterprise must have a second step at sign-in, from their next request on."""
    enterprise = of_enterprise(Enterprise.objects, actor).select_for_update(of=("self",)).get()
    if enterprise.asks_everybody == asks:
        return
    enterprise.asks_everybody = asks
    enterprise.save(update_fields=["asks_everybody"])
    kind = "enterprise.second_step_asked" if asks else "enterprise.second_step_eased"
    events.record(kind, subject=enterprise, actor=actor, at=at)


@transaction.atomic
def choose_notices(wishes: Wishes, *, actor: Actor, at: datetime) -> None:
    """What the actor wants to hear of in the enterprise they are in."""
    assert actor.enterprise_id is not None
    _choose(actor.enterprise_id, wishes, actor=actor, at=at)


def wishes_of(member: Membership) -> Wishes:
    """What they have chosen."""
    return Wishes(**{each.name: getattr(member, f"wants_{each.name}") for each in fields(Wishes)})


def _choose(enterprise_id: int, wishes: Wishes, *, actor: Actor, at: datetime) -> None:
    acting = replace(actor, enterprise_id=enterprise_id)
    assert actor.user_id is not None
    mine = of_enterprise(Membership.objects, acting).filter(user_id=actor.user_id)
    member = mine.select_for_update(of=("self",)).first()
    if member is None or wishes_of(member) == wishes:
        return
    facts = asdict(wishes)
    mine.update(**{f"wants_{name}": value for name, value in facts.items()})
    acting = replace(acting, name=member.name)
    events.record("person.notices_chosen", subject=member, actor=acting, at=at, **facts)
