"""A customer's people, and whom to tell."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.db.models import Q

from accounts.models import (
    Contact,
    Membership,
    TeamPerson,
    User,
    open_at,
)
from accounts.selectors.rights import list_who_could_on
from portal.actors import Actor
from portal.reading import the_one
from portal.tenancy import of_enterprise
from portal.together import asked_for_all, asked_once


def get_membership(user: User, enterprise_id: int) -> Membership | None:
    """The person's place in an enterprise, in whose scope this is asked, with the enterprise."""
    active = Membership.objects.select_related("enterprise").filter(
        enterprise_id=enterprise_id, status=Membership.Status.ACTIVE
    )
    return the_one(active.filter(user_id=user.pk))


def get_member(enterprise_id: int, pk: int) -> Membership:
    """One of an enterprise's people, whatever their state, with their sign-in."""
    return Membership.objects.select_related("user").get(enterprise_id=enterprise_id, pk=pk)


def find_member(enterprise_id: int, pk: int) -> Membership | None:
    """The same, where there may be none."""
    return Membership.objects.select_related("user").filter(enterprise_id=enterprise_id, pk=pk).first()


def list_people_with(enterprise_id: int, permission: str, account_id: int | None) -> list[tuple[Membership, User]]:
    """The active members who hold a permission on an account, by themselves or in a team, with their sign-ins."""
    return _people_with(enterprise_id, account_id, permission)


@asked_for_all("account_id")
def _people_with(
    enterprise_id: int, accounts: Collection[int | None], permission: str
) -> dict[int | None, list[tuple[Membership, User]]]:
    def active(found: Iterable[Membership]) -> list[tuple[Membership, User]]:
        return sorted(((each, each.user) for each in found if each.user.is_active), key=lambda pair: pair[0].pk)

    by_account = list_who_could_on(enterprise_id, accounts, permission)
    return {account: active(found) for account, found in by_account.items()}


@asked_once
def list_people_in(enterprise_id: int, team_id: int) -> list[Membership]:
    """Who is in a team now and can sign in, with their sign-ins."""
    places = TeamPerson.objects.filter(open_at(), enterprise_id=enterprise_id, team_id=team_id)
    rows = Membership.objects.filter(enterprise_id=enterprise_id, pk__in=places.values("membership_id"))
    rows = rows.filter(status=Membership.Status.ACTIVE, user__is_active=True)
    return list(rows.select_related("user").order_by("id"))


class Person(NamedTuple):
    """Somebody to turn to."""

    name: str
    email: str


def list_all_administrators(enterprise_id: int) -> list[Membership]:
    """Everybody who administers an enterprise now, with their sign-ins."""
    rows = Membership.objects.filter(
        enterprise_id=enterprise_id, is_administrator=True, status=Membership.Status.ACTIVE, user__is_active=True
    )
    return list(rows.select_related("user").order_by("id"))


def list_administrators(actor: Actor) -> list[Person]:
    """Who administers the actor's enterprise and so grants permissions there; the first few."""
    found = of_enterprise(Membership.objects, actor).filter(
        is_administrator=True, status=Membership.Status.ACTIVE, user__is_active=True
    )
    return [Person(member.name, member.user.email) for member in found.select_related("user").order_by("name")[:5]]


def who_want(members: Iterable[Membership], *, wants: str) -> list[Membership]:
    """Of those who can act on something the ones who want to hear of it; all where nobody does: somebody must."""
    found = list(members)
    return [each for each in found if getattr(each, f"wants_{wants}")] or found


def list_contacts(enterprise_id: int, account_id: int | None, *, wants: str) -> list[Contact]:
    """Contacts without a sign-in who asked for a kind of notice: ``wants`` is orders or billing."""
    return _contacts(enterprise_id, account_id, wants)


@asked_for_all("account_id")
def _contacts(enterprise_id: int, accounts: Collection[int | None], wants: str) -> dict[int | None, list[Contact]]:
    scope = Q(account_id__isnull=True) | Q(account_id__in=[each for each in accounts if each])
    rows = Contact.objects.filter(scope, enterprise_id=enterprise_id, **{f"wants_{wants}": True})
    found = list(rows.order_by("id"))
    return {account: [each for each in found if each.account_id in {None, account}] for account in accounts}
