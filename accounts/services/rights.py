"""Granting and withdrawing: what people and teams of a customer may do."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import selectors
from accounts.models import (
    Account,
    AccountGroup,
    Grant,
    Membership,
    MembershipBefore,
    MembershipStatus,
    ReviewAnswer,
    Team,
    TeamPerson,
    open_at,
)
from accounts.rules import Held, Rights, covers
from accounts.services.access import settle_requests
from accounts.services.reviews import settle_review, settle_team_review
from portal import events, registries
from portal.actors import Actor
from portal.errors import Refused
from portal.tenancy import of_enterprise


class Outdated(Refused):
    """Somebody else changed the same thing since it was shown."""


@transaction.atomic
def set_rights(
    member_id: int, wanted: Rights, *, seen: str, actor: Actor, at: datetime, grounds: str = ""
) -> Membership:
    """Give a person exactly these rights; ``seen`` is the fingerprint of those that the actor saw before.

    Takes effect at the person's next request. ``grounds`` are how the carrier's people know that somebody may
    administer. Raises Outdated where they are others by now, Refused for what the
    actor may not hand on, for a permission or a scope that there is not, and for taking the last administrator.
    """
    administrators = lock_administrators(actor)
    member = lock_member(member_id, actor=actor)
    before = selectors.get_rights(member)
    _check_seen(before, seen)
    _check_may_change(member, before, wanted, actor=actor)
    added = wanted.held - before.held
    _check_held(added, actor=actor)
    if before == wanted:
        return member
    if member.is_administrator and not wanted.is_administrator:
        check_not_last(member, administrators)
    if member.is_administrator != wanted.is_administrator:
        remember_before(member, at=at)
        member.is_administrator = wanted.is_administrator
        member.save(update_fields=["is_administrator"])
    _exchange({"membership": member}, before.held - wanted.held, added, actor=actor, at=at)
    facts = _facts(before, wanted, actor=actor)
    events.record("rights.changed", subject=member, actor=actor, at=at, person=member.name, grounds=grounds, **facts)
    if wanted.is_administrator and not before.is_administrator:
        events.record("administrator.named", subject=member, actor=actor, at=at, person=member.name, reason=grounds)
    settle_requests(actor=actor, at=at, told=member)
    settle_review(member, ReviewAnswer.CHANGED, actor=actor, at=at)
    return member


@transaction.atomic
def set_team_rights(team_id: int, wanted: Rights, *, seen: str, actor: Actor, at: datetime) -> Team:
    """The same for a team; a team administers nothing."""
    team = of_enterprise(Team.objects, actor).select_for_update(of=("self",)).get(pk=team_id)
    before = selectors.get_rights(team)
    _check_seen(before, seen)
    wanted = Rights(held=wanted.held)
    added = wanted.held - before.held
    _check_held(added, actor=actor)
    if before == wanted:
        return team
    _exchange({"team": team}, before.held - wanted.held, added, actor=actor, at=at)
    facts = _facts(before, wanted, actor=actor)
    events.record("team.rights_changed", subject=team, actor=actor, at=at, team=team.name, **facts)
    settle_requests(actor=actor, at=at)
    settle_team_review(team, ReviewAnswer.CHANGED, actor=actor, at=at)
    return team


def enterprise_of(actor: Actor) -> int:
    """The enterprise that somebody acts in; what is asked here is never asked outside."""
    assert actor.enterprise_id is not None
    return actor.enterprise_id


def lock_administrators(actor: Actor) -> list[int]:
    """The enterprise's active administrators, held until the end: two last ones must not each think of the other."""
    rows = of_enterprise(Membership.objects, actor).filter(is_administrator=True, status=MembershipStatus.ACTIVE)
    return list(rows.select_for_update(of=("self",)).order_by("id").values_list("pk", flat=True))


def lock_member(member_id: int, *, actor: Actor) -> Membership:
    """A member of the actor's enterprise, to be changed. Raises Refused for one who was removed."""
    member = of_enterprise(Membership.objects, actor).select_for_update(of=("self",)).get(pk=member_id)
    if member.status == MembershipStatus.REMOVED:
        raise Refused(_("%(name)s was removed. Invite them again.") % {"name": member.name})
    return member


def check_not_last(member: Membership, administrators: Iterable[int]) -> None:
    """An enterprise is never left without somebody who can let others in."""
    if set(administrators) <= {member.pk}:
        raise Refused(
            _("%(name)s is the last system administrator. Make somebody else one first.") % {"name": member.name}
        )


def remember_before(member: Membership, *, at: datetime) -> None:
    """Keep what the membership was until now, for whoever asks later what was so then."""
    MembershipBefore.objects.create(
        enterprise_id=member.enterprise_id,
        membership=member,
        until_at=at,
        status=member.status,
        is_administrator=member.is_administrator,
    )


def end_spans(member: Membership, *, actor: Actor, at: datetime) -> None:
    """End all that a member holds by themselves, and their places in teams."""
    for model in (Grant, TeamPerson):
        rows = model.objects.filter(open_at(), enterprise_id=member.enterprise_id, membership=member)
        rows.update(until_at=at, ended_by=actor.name)


def _check_seen(before: Rights, seen: str) -> None:
    if before.fingerprint != seen:
        raise Outdated(
            _("Somebody else changed these rights meanwhile. Look at them as they are now, and decide again.")
        )


def _check_may_change(member: Membership, before: Rights, wanted: Rights, *, actor: Actor) -> None:
    """Who does not administer the enterprise touches no administrator, makes none, and not their own rights."""
    if actor.is_staff:
        if wanted != Rights(is_administrator=True, held=before.held):
            raise Refused(_("The carrier names administrators. All else their own administrators decide."))
        return
    if is_administrator(actor):
        return
    if member.is_administrator or wanted.is_administrator:
        raise Refused(_("Only a system administrator can make one, or change one's rights."))
    if member.pk == actor.person_id:
        raise Refused(_("Nobody changes their own rights. Ask a colleague who may."))


def is_administrator(actor: Actor) -> bool:
    """Whether the actor is a system administrator of their enterprise, by now."""
    rows = of_enterprise(Membership.objects, actor).filter(is_administrator=True, status=MembershipStatus.ACTIVE)
    return actor.person_id is not None and rows.filter(pk=actor.person_id).exists()


def _check_held(added: Iterable[Held], *, actor: Actor) -> None:
    """Permissions that there are, on scopes that there are, within what the actor holds."""
    added = list(added)
    known, whole = registries.permissions(), registries.whole_permissions()
    if any(each.permission not in known for each in added):
        raise Refused(_("There is no such permission."))
    if any(each.permission in whole and not each.is_whole for each in added):
        raise Refused(_("This permission is for the whole enterprise, and not for single accounts."))
    _check_scopes(added, actor=actor)
    grouped = selectors.list_grouped(enterprise_of(actor), (each.group_id for each in added if each.group_id))
    if not actor.is_staff and any(not covers(actor.permissions, each, grouped) for each in added):
        raise Refused(_("You can only grant what you may do yourself."))


def _check_scopes(added: list[Held], *, actor: Actor) -> None:
    groups = {each.group_id for each in added if each.group_id}
    accounts = {each.account_id for each in added if each.account_id}
    found = of_enterprise(AccountGroup.objects, actor).filter(pk__in=groups, is_active=True).count()
    if found != len(groups) or of_enterprise(Account.objects, actor).filter(pk__in=accounts).count() != len(accounts):
        raise Refused(_("An account or a group of accounts is not there any more. Look again."))


def _exchange(
    holder: dict[str, Any], ended: frozenset[Held], added: frozenset[Held], *, actor: Actor, at: datetime
) -> None:
    """End some grants of a holder and begin others."""
    enterprise_id = enterprise_of(actor)
    rows = Grant.objects.filter(open_at(), enterprise_id=enterprise_id, **holder)
    open_ones = rows.values_list("pk", "permission", "group_id", "account_id")
    keys = [pk for pk, permission, group, account in open_ones if Held(permission, group, account) in ended]
    rows.filter(pk__in=keys).update(until_at=at, ended_by=actor.name)
    Grant.objects.bulk_create(
        Grant(
            enterprise_id=enterprise_id,
            permission=each.permission,
            group_id=each.group_id,
            account_id=each.account_id,
            since_at=at,
            given_by=actor.name,
            **holder,
        )
        for each in sorted(added, key=str)
    )


def _facts(before: Rights, after: Rights, *, actor: Actor) -> dict[str, Any]:
    """What the journal keeps: each permission with the name of its scope, as they were called then."""
    names = _Names(before.held ^ after.held, actor=actor)
    return {
        "added": [names.of(each) for each in sorted(after.held - before.held, key=str)],
        "withdrawn": [names.of(each) for each in sorted(before.held - after.held, key=str)],
        "was_administrator": before.is_administrator,
        "is_administrator": after.is_administrator,
    }


class _Names:
    """Groups and accounts by what people call them."""

    def __init__(self, held: Iterable[Held], *, actor: Actor) -> None:
        held = list(held)
        groups = of_enterprise(AccountGroup.objects, actor).filter(pk__in={h.group_id for h in held if h.group_id})
        accounts = of_enterprise(Account.objects, actor).filter(pk__in={h.account_id for h in held if h.account_id})
        self._groups = dict(groups.values_list("pk", "name"))
        self._accounts = dict(accounts.values_list("pk", "number"))

    def of(self, held: Held) -> dict[str, str]:
        scope = {"group": self._groups.get(held.group_id or 0), "account": self._accounts.get(held.account_id or 0)}
        return {"permission": held.permission} | {name: value for name, value in scope.items() if value}
