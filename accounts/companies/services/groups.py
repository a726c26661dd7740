"""Groups of accounts: what is in them decides lists, and what is granted on them."""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountGroup, Grant, GroupedAccount, open_at
from accounts.permissions import Permission
from accounts.rules import Held, covers
from portal import events
from portal.actors import Actor
from portal.errors import Refused
from portal.tenancy import of_enterprise


class GroupHeld(Refused):
    """What is granted on the group would change, and that is not the actor's to decide."""

    message = _("Permissions are granted on this group, so changing it changes what people may do.")
    way_out = _("Nothing was changed. Ask an administrator who may decide that.")


def _named(name: str, actor: Actor, *, but: int = 0) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused(_("A group needs a name."), field="name")
    others = of_enterprise(AccountGroup.objects, actor).filter(is_active=True, name__iexact=name).exclude(pk=but)
    if others.exists():
        raise Refused(_("Another group is called so."), field="name")
    return name


@transaction.atomic
def make_group(name: str, accounts: Iterable[int], *, actor: Actor, at: datetime) -> AccountGroup:
    """Make a group of accounts. Raises Refused for a name that another group has, or none at all."""
    assert actor.enterprise_id is not None
    group = AccountGroup(enterprise_id=actor.enterprise_id, name=_named(name, actor))
    _save(group)
    came, _left = _exchange(group, set(accounts), set(), actor=actor, at=at)
    events.record("group.made", subject=group, actor=actor, at=at, group=group.name, came=came)
    return group


def _save(group: AccountGroup) -> None:
    try:
        with transaction.atomic():
            group.save(update_fields=["name"] if group.pk else None)
    except IntegrityError as error:
        raise Refused(_("Another group is called so."), field="name") from error


@transaction.atomic
def change_group(
    group_id: int, *, name: str, adding: Iterable[int], taking: Iterable[int], actor: Actor, at: datetime
) -> AccountGroup:
    """Rename a group, add accounts to it and take others out; takes effect at the next request.

    Raises Refused for a name that another group has, and GroupHeld where people would gain or lose what the actor
    may not hand on.
    """
    groups = of_enterprise(AccountGroup.objects, actor)
    group = groups.select_for_update(of=("self",)).get(pk=group_id, is_active=True)
    before, group.name = group.name, _named(name, actor, but=group_id)
    if before != group.name:
        _save(group)
    adding, taking = set(adding), set(taking)
    _check(group, adding | taking, actor=actor)
    came, left = _exchange(group, adding, taking, actor=actor, at=at)
    if came or left or before != group.name:
        facts = {"group": group.name, "before": before, "came": came, "left": left}
        events.record("group.changed", subject=group, actor=actor, at=at, enterprise_id=group.enterprise_id, **facts)
    return group


@transaction.atomic
def close_group(group_id: int, *, actor: Actor, at: datetime) -> AccountGroup:
    """Delete a group: what was granted on it ends with it. Raises GroupHeld as changing it does."""
    groups = of_enterprise(AccountGroup.objects, actor)
    group = groups.select_for_update(of=("self",)).get(pk=group_id, is_active=True)
    rows = GroupedAccount.objects.filter(open_at(), enterprise_id=group.enterprise_id, group=group)
    _check(group, set(rows.values_list("account_id", flat=True)), actor=actor)
    for model in (Grant, GroupedAccount):
        spans = model.objects.filter(open_at(), enterprise_id=group.enterprise_id, group=group)
        spans.update(until_at=at, ended_by=actor.name)
    group.is_active = False
    group.save(update_fields=["is_active"])
    events.record("group.closed", subject=group, actor=actor, at=at, group=group.name)
    return group


def _check(group: AccountGroup, accounts: set[int], *, actor: Actor) -> None:
    """Who changes what people reach must be allowed to decide that, and hold it there themselves."""
    grants = Grant.objects.filter(open_at(), enterprise_id=group.enterprise_id, group=group)
    codes = set(grants.values_list("permission", flat=True)) if accounts else set()
    if not codes:
        return
    held = [Held(code, account_id=pk) for code in codes for pk in accounts]
    if not actor.may(Permission.USER_ADMIN) or not all(covers(actor.permissions, each, {}) for each in held):
        raise GroupHeld()


def _exchange(
    group: AccountGroup, adding: set[int], taking: set[int], *, actor: Actor, at: datetime
) -> tuple[list[str], list[str]]:
    """The numbers of the accounts that came, and of those that left."""
    rows = GroupedAccount.objects.filter(open_at(), enterprise_id=group.enterprise_id, group=group)
    there = set(rows.values_list("account_id", flat=True))
    numbers = dict(of_enterprise(Account.objects, actor).filter(pk__in=adding | taking).values_list("pk", "number"))
    came, left = sorted(adding & set(numbers) - there), taking & there
    rows.filter(account_id__in=left).update(until_at=at, ended_by=actor.name)
    GroupedAccount.objects.bulk_create(
        GroupedAccount(enterprise_id=group.enterprise_id, group=group, account_id=pk, since_at=at, given_by=actor.name)
        for pk in came
    )
    return sorted(numbers[pk] for pk in came), sorted(numbers[pk] for pk in left)
