"""Who can follow things: a customer's people, their teams, and contacts who do not sign in."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from accounts.models import Contact, Membership, MembershipStatus, Team, TeamPerson, open_at
from portal.actors import Actor
from portal.hearers import Named
from portal.tenancy import of_enterprise
from portal.together import asked_for_all, asked_once

MOST = 20  # that are looked at for what was typed


def _people(enterprise_id: int) -> QuerySet[Membership]:
    rows = Membership.objects.filter(enterprise_id=enterprise_id).select_related("user")
    return rows.exclude(status=MembershipStatus.REMOVED)


def name_people(enterprise_id: int, keys: Collection[int]) -> dict[int, Named]:
    return {each.pk: Named(each.name, each.user.email) for each in _people(enterprise_id).filter(pk__in=keys)}


def find_people(enterprise_id: int, typed: str) -> dict[int, Named]:
    rows = _people(enterprise_id).filter(status=MembershipStatus.ACTIVE).order_by("name", "id")
    rows = rows.filter(Q(name__icontains=typed) | Q(user__email__icontains=typed))
    return {each.pk: Named(each.name, each.user.email) for each in rows[:MOST]}


def list_own_memberships(actor: Actor) -> list[int]:
    """What a customer's person is; a program and the carrier's people are none."""
    return [actor.person_id] if actor.kind == "customer" and actor.person_id else []


def list_teams_with(enterprise_id: int, keys: Collection[int] | None = None) -> QuerySet[Team]:
    """An enterprise's teams, or some of them."""
    rows = Team.objects.filter(enterprise_id=enterprise_id, is_active=True).order_by("name", "id")
    return rows if keys is None else rows.filter(pk__in=keys)


@asked_once
def list_all_teams(enterprise_id: int) -> list[Team]:
    """All of them, asked for once where many things are told."""
    return list(list_teams_with(enterprise_id))


def name_teams(enterprise_id: int, keys: Collection[int]) -> dict[int, Named]:
    return {each.pk: Named(each.name, each.email) for each in list_teams_with(enterprise_id, keys)}


def find_teams(enterprise_id: int, typed: str) -> dict[int, Named]:
    rows = list_teams_with(enterprise_id).filter(Q(name__icontains=typed) | Q(email__icontains=typed))
    return {each.pk: Named(each.name, each.email) for each in rows[:MOST]}


def list_own_teams(actor: Actor) -> list[int]:
    """The teams that a customer's person is in."""
    places = of_enterprise(TeamPerson.objects, actor).filter(open_at(), team__is_active=True)
    return list(places.filter(membership_id__in=list_own_memberships(actor)).values_list("team_id", flat=True))


def _contacts(enterprise_id: int) -> QuerySet[Contact]:
    return Contact.objects.filter(enterprise_id=enterprise_id).order_by("name", "id")


def name_contacts(enterprise_id: int, keys: Collection[int]) -> dict[int, Named]:
    return {each.pk: Named(each.name, each.email) for each in _contacts(enterprise_id).filter(pk__in=keys)}


def find_contacts(enterprise_id: int, typed: str) -> dict[int, Named]:
    rows = _contacts(enterprise_id).filter(Q(name__icontains=typed) | Q(email__icontains=typed))
    return {each.pk: Named(each.name, each.email) for each in rows[:MOST]}


def list_contacts_of(enterprise_id: int, account_id: int | None, keys: Collection[int]) -> list[Contact]:
    """Of some contacts those of an account and those of the whole enterprise."""
    return [each for each in _contacts_on(enterprise_id, account_id) if each.pk in keys]


@asked_for_all("account_id")
def _contacts_on(enterprise_id: int, accounts: Collection[int | None]) -> dict[int | None, list[Contact]]:
    rows = _contacts(enterprise_id).filter(Q(account_id=None) | Q(account_id__in=[each for each in accounts if each]))
    found = list(rows)
    return {account: [each for each in found if each.account_id in {None, account}] for account in accounts}
