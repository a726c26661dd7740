"""Groups of accounts, as their enterprise made them: to be found, and to narrow lists by."""

from typing import Any, TypeVar

from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet

from accounts.models import AccountGroup, GroupedAccount, open_at
from portal.actors import Actor
from portal.suggestions import MOST, Suggestion
from portal.tenancy import of_enterprise

M = TypeVar("M", bound=Model)


def list_groups(actor: Actor) -> QuerySet[AccountGroup]:
    """The groups with an account within reach, by name; for who reaches all accounts every group.

    Each with ``size``: how many of its accounts are within reach.
    """
    found = of_enterprise(AccountGroup.objects, actor).filter(is_active=True)
    inside = Q(accounts__until_at=None, accounts__account_id__isnull=False)
    reach = actor.accounts_for("")
    if reach is not None:
        inside &= Q(accounts__account_id__in=reach)
        open_ones = GroupedAccount.objects.filter(open_at(), enterprise_id=OuterRef("enterprise_id"))
        found = found.filter(Exists(open_ones.filter(group_id=OuterRef("pk"), account_id__in=reach)))
    return found.annotate(size=Count("accounts", filter=inside)).order_by("name", "pk")


def find_groups(actor: Actor, typed: str) -> list[Suggestion]:
    """Groups within reach whose name holds what was typed."""
    return [Suggestion(each.name) for each in list_groups(actor).filter(name__icontains=typed)[:MOST]]


def in_group(rows: QuerySet[M], name: str, *, path: str = "account_id") -> QuerySet[M]:
    """The rows on accounts that are in a group of this name now; ``path`` leads to the account's key."""
    places: Any = GroupedAccount.objects.filter(
        open_at(), enterprise_id=OuterRef("enterprise_id"), account_id=OuterRef(path)
    )
    return rows.filter(Exists(places.filter(group__is_active=True, group__name__iexact=name)))
