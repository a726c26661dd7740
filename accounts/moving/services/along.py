"""Who comes along when one enterprise joins another: sent by the one side, let in by the other, and invited by mail.

They hold there what they held, on the accounts that came and on no other.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts import selectors, services
from accounts.models import (
    MOVE_FLOW,
    Account,
    AccountGroup,
    Enterprise,
    GroupedAccount,
    Membership,
    MembershipStatus,
    Move,
    MoveKind,
    MoveSide,
    Said,
)
from accounts.moving import selectors as here
from accounts.moving.services.asking import LOOK
from accounts.rules import Held, Rights
from portal import events, registries
from portal.actors import Actor, system
from portal.errors import Refused
from portal.tenancy import tenant_scope


@transaction.atomic
def choose(pk: int, members: Iterable[int], *, actor: Actor, at: datetime) -> MoveSide:
    """Say who is sent along, or who of those is let in; anew until the day.

    Raises Refused for who is not there to be chosen any more, and where there is nothing to decide any more.
    """
    side = here.list_sides(actor).select_for_update(of=("self",)).get(pk=pk)
    if side.kind != MoveKind.MERGE or side.status not in MOVE_FLOW.open_states():
        raise Refused(_("There is nothing to decide any more. Look at it as it is now."))
    names = {each["member"]: each["name"] for each in here.list_offered(actor, side)}
    wanted = sorted(set(members))
    if not names.keys() >= set(wanted):
        raise Refused(_("Somebody you chose is not there any more. Look again."))
    side.chosen, side.chosen_by = wanted, actor.name
    side.save(update_fields=["chosen", "chosen_by"])
    chosen = [names[each] for each in wanted]
    events.record("move.people_chosen", subject=side, actor=actor, at=at, number=side.number, people=chosen)
    events.hint_after_commit(LOOK, side.enterprise_id, side.pk)
    return side


def offer(move: Move, sides: Iterable[MoveSide], *, at: datetime) -> None:
    """Show the side that takes whom the other sends, and what each would hold; nothing where that has not changed.

    Nobody is named before both have agreed: an ID is soon mistyped.
    """
    by_way = {each.gives: each for each in sides}
    if move.kind != MoveKind.MERGE or len(by_way) < 2 or any(each.said != Said.AGREED for each in by_way.values()):
        return
    gives, takes = by_way[True], by_way[False]
    with tenant_scope(gives.enterprise_id):
        offered = [each.offer for each in here.list_comers(gives.enterprise_id, gives.chosen)]
    if offered == takes.offered:
        return
    keys = {each["member"] for each in offered}
    with tenant_scope(takes.enterprise_id):
        MoveSide.objects.filter(enterprise_id=takes.enterprise_id, pk=takes.pk).update(
            offered=offered, chosen=[each for each in takes.chosen if each in keys]
        )
        names = [each["name"] for each in offered]
        facts = {"number": move.number, "people": names, "other": gives.enterprise.public_id}
        events.record("move.people_offered", subject=takes, actor=system(takes.enterprise_id), at=at, **facts)


def list_agreed(move: Move) -> list[here.Comer]:
    """Who comes along, with what both sides saw of their rights and they still hold; asked before the accounts move."""
    by_way = {each.gives: each for each in MoveSide.objects.filter(move_id=move.pk)}
    if move.kind != MoveKind.MERGE or len(by_way) < 2:
        return []
    seen = {each["member"]: each["rights"] for each in by_way[False].offered}
    keys = set(by_way[True].chosen) & set(by_way[False].chosen) & seen.keys()
    return [
        here.Comer(each.member, _both(each.rights, seen[each.member.pk]))
        for each in here.list_comers(by_way[True].enterprise_id, keys)
    ]


def _both(now: dict[str, list[str] | None], seen: dict[str, list[str] | None]) -> dict[str, list[str] | None]:
    found: dict[str, list[str] | None] = {}
    for code in now.keys() & seen.keys():
        mine, theirs = now[code], seen[code]
        found[code] = theirs if mine is None else mine if theirs is None else sorted({*mine} & {*theirs})
    return {code: numbers for code, numbers in found.items() if numbers != []}


def bring(
    comers: list[here.Comer], accounts: list[Account], move: Move, source: Enterprise, target: Enterprise, at: datetime
) -> None:
    """Invite them where the accounts went; called in the owner's job, after these have moved."""
    if not comers:
        return
    with tenant_scope(target.pk):
        side = MoveSide.objects.get(enterprise=target, move_id=move.pk)
        actor = replace(system(target.pk, name=side.chosen_by), permissions=dict.fromkeys(registries.permissions()))
        scopes = _Scopes(accounts, move, source, target, actor, at)
        for each in comers:
            held = {scopes.held(code, numbers) for code, numbers in each.rights.items()}
            _let_in(each.member, Rights(held=frozenset(held)), actor=actor, at=at)


def _let_in(member: Membership, rights: Rights, *, actor: Actor, at: datetime) -> None:
    """A new colleague is invited; who is there already holds this too; an administrator holds it anyway."""
    there = Membership.objects.filter(enterprise_id=services.enterprise_of(actor), user_id=member.user_id).first()
    if there is None or there.status == MembershipStatus.REMOVED:
        invited = services.Invited(member.user.email, member.name, member.title, member.user.language)
        services.invite(invited, rights, actor=actor, at=at)
    elif not there.is_administrator:
        before = selectors.get_rights(there)
        both = Rights(held=before.held | rights.held)
        services.set_rights(there.pk, both, seen=before.fingerprint, actor=actor, at=at)


class _Scopes:
    """What is granted on: one account, or a group made for the accounts that came."""

    def __init__(
        self, accounts: list[Account], move: Move, source: Enterprise, target: Enterprise, actor: Actor, at: datetime
    ) -> None:
        self._keys = {each.number: each.pk for each in accounts}
        self._groups: dict[frozenset[int], int] = {}
        with override(target.language):
            self._name = _now("Accounts from %(name)s (%(number)s)") % {"name": source.name, "number": move.number}
        self._actor, self._at, self._owner = actor, at, target

    def held(self, permission: str, numbers: list[str] | None) -> Held:
        keys = frozenset(self._keys.values() if numbers is None else (self._keys[each] for each in numbers))
        if len(keys) == 1:
            return Held(permission, account_id=next(iter(keys)))
        return Held(permission, group_id=self._group(keys))

    def _group(self, keys: frozenset[int]) -> int:
        if keys not in self._groups:
            count = len(self._groups) + 1
            name = self._name[:110] + (f" {count}" if count > 1 else "")
            group = AccountGroup.objects.create(enterprise=self._owner, name=name)
            GroupedAccount.objects.bulk_create(
                GroupedAccount(
                    enterprise=self._owner, group=group, account_id=key, since_at=self._at, given_by=self._actor.name
                )
                for key in sorted(keys)
            )
            came = sorted(number for number, key in self._keys.items() if key in keys)
            events.record("group.made", subject=group, actor=self._actor, at=self._at, group=name, came=came)
            self._groups[keys] = group.pk
        return self._groups[keys]
