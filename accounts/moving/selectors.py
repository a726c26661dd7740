"""What the pages of moves, and the tasks, need to know."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from accounts import selectors as people_selectors
from accounts.models import (
    MOVE_FLOW,
    Account,
    AccountCode,
    Enterprise,
    Grant,
    GroupedAccount,
    Membership,
    Move,
    MoveKind,
    MoveSide,
    MoveStatus,
    TeamPerson,
    open_at,
)
from accounts.rules import Held, reach
from portal import events, registries
from portal.actors import Actor
from portal.errors import Text
from portal.models import Event
from portal.tenancy import of_enterprise

NAMED = 50  # people named in a preview; more are counted
OFFERED = 300  # people who can be chosen to come along; others are invited as anybody


def list_sides(actor: Actor) -> QuerySet[MoveSide]:
    """The moves that concern the actor's enterprise."""
    return of_enterprise(MoveSide.objects, actor)


def get_side(actor: Actor, pk: int) -> MoveSide | None:
    return list_sides(actor).filter(pk=pk).first()


def list_story(side: MoveSide) -> list[Event]:
    return list(events.told_to_customers(events.story_of(side)))


def list_waiting() -> list[tuple[int, int, int | None]]:
    """Enterprise, key and move of the sides about which something may have been asked or said; oldest first."""
    waiting = [MoveStatus.ASKED, MoveStatus.OPEN, MoveStatus.APPROVED]
    rows = MoveSide.objects.filter(status__in=waiting).order_by("pk")
    return list(rows.values_list("enterprise_id", "pk", "move_id")[:2000])


def list_moves() -> QuerySet[Move]:
    """All there are, for the carrier's people."""
    return Move.objects.select_related("source", "target")


def list_due(on: date) -> list[int]:
    """What is to be carried out on a day of the carrier's calendar, in the order in which it was asked for."""
    rows = Move.objects.filter(status=MoveStatus.APPROVED, effective_on__lte=on)
    return list(rows.order_by("effective_on", "pk").values_list("pk", flat=True))


def list_codes(actor: Actor) -> QuerySet[AccountCode]:
    """The authentication codes of an enterprise's accounts, newest first."""
    return of_enterprise(AccountCode.objects, actor).select_related("account").order_by("-made_at", "-id")


def open_codes() -> Q:
    """Codes that still prove something."""
    return Q(used_at=None, until_at__gt=Now())


# --- what moves, and who loses or gains sight of it ---------------------------------------------------


@dataclass(frozen=True)
class Sight:
    """Who sees accounts by what they hold now: some of their names, and how many they are."""

    names: list[str]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.names)


@dataclass(frozen=True)
class Preview:
    """What a move carries, by kind, and who it concerns on either side."""

    accounts: list[Account]
    things: list[tuple[Text, int]]
    loses: Sight | None = None
    gains: Sight | None = None
    missing: Sequence[str] = ()  # numbers that are no accounts of who is to give them


def list_moving(enterprise_id: int, numbers: Iterable[str]) -> list[Account]:
    """The accounts of an enterprise that a move is about; without numbers all of them."""
    rows = Account.objects.filter(enterprise_id=enterprise_id).order_by("number")
    numbers = list(numbers)
    return list(rows.filter(number__in=numbers) if numbers else rows)


def list_missing(enterprise_id: int, numbers: Iterable[str]) -> list[str]:
    """Which of these numbers are no accounts of the enterprise."""
    numbers = list(numbers)
    found = {each.number for each in list_moving(enterprise_id, numbers)} if numbers else set()
    return [each for each in numbers if each not in found]


def count_things(actor: Actor, accounts: Iterable[Account]) -> list[tuple[Text, int]]:
    """How much of each kind hangs on some accounts within the actor's reach."""
    keys = [each.pk for each in accounts]
    counted = ((each.label, each.rows(actor).filter(account_id__in=keys).count()) for each in registries.held(actor))
    return [(label, count) for label, count in counted if count]


def sight_of(enterprise_id: int, accounts: Iterable[Account] | None) -> Sight:
    """Who of an enterprise's people sees any of these accounts; without accounts, whatever comes to it."""
    people = Membership.objects.filter(enterprise_id=enterprise_id, status=Membership.Status.ACTIVE)
    grants = Grant.objects.filter(open_at(), enterprise_id=enterprise_id)
    grants = grants.exclude(permission__in=registries.whole_permissions())
    where = Q(account=None, group=None)
    if accounts is not None:
        keys = [each.pk for each in accounts]
        groups = GroupedAccount.objects.filter(open_at(), enterprise_id=enterprise_id, account_id__in=keys)
        where |= Q(account_id__in=keys) | Q(group_id__in=groups.values("group_id"))
    reaching = grants.filter(where)
    teams = TeamPerson.objects.filter(open_at(), enterprise_id=enterprise_id, team_id__in=reaching.values("team_id"))
    holders = Q(pk__in=reaching.exclude(membership=None).values("membership_id"))
    found = people.filter(Q(is_administrator=True) | holders | Q(pk__in=teams.values("membership_id"))).order_by("name")
    return Sight(list(found.values_list("name", flat=True)[:NAMED]), found.count())


def preview_side(actor: Actor, side: MoveSide) -> Preview:
    """As an enterprise's own administrators see it: theirs in full, of the other side nothing but the numbers."""
    if not side.gives:
        return Preview([], [], gains=sight_of(side.enterprise_id, None))
    accounts = list_moving(side.enterprise_id, side.accounts)
    missing = list_missing(side.enterprise_id, side.accounts)
    loses = sight_of(side.enterprise_id, accounts)
    return Preview(accounts, count_things(actor, accounts), loses=loses, missing=missing)


def preview_move(actor: Actor, move: Move) -> Preview:
    """As the carrier's people see it: both sides."""
    gains = sight_of(move.target_id, None) if move.target_id else None
    if move.source is None:
        return Preview([], [], gains=gains)
    accounts = list_moving(move.source.pk, move.accounts)
    inside = replace(actor, enterprise_id=move.source.pk, enterprise_public_id=move.source.public_id)
    loses, missing = sight_of(move.source.pk, accounts), list_missing(move.source.pk, move.accounts)
    return Preview(accounts, count_things(inside, accounts), loses, gains, missing)


# --- who comes along when enterprises are merged -----------------------------------------------------------


@dataclass(frozen=True)
class Comer:
    """Somebody who may come along: what they would hold there, each permission on numbers of accounts, None for all."""

    member: Membership
    rights: dict[str, list[str] | None]

    @property
    def offer(self) -> dict[str, Any]:
        """As the other side keeps it."""
        who = self.member
        return {"member": who.pk, "name": who.name, "title": who.title, "rights": self.rights}


def list_comers(enterprise_id: int, members: Iterable[int] | None = None) -> list[Comer]:
    """The active people of an enterprise, or these of them, with what of their rights is about accounts.

    What is about the whole enterprise, as inviting others, stays behind: there they are new.
    """
    rows = Membership.objects.filter(enterprise_id=enterprise_id, status=Membership.Status.ACTIVE)
    rows = rows.select_related("user").order_by("name", "pk")
    people = list(rows[:OFFERED] if members is None else rows.filter(pk__in=list(members)))
    numbers = dict(Account.objects.filter(enterprise_id=enterprise_id).values_list("pk", "number"))
    held = _held_by(enterprise_id, people)
    groups = people_selectors.list_grouped(
        enterprise_id, (one.group_id for each in held.values() for one in each if one.group_id)
    )
    about_accounts = registries.permissions().keys() - registries.whole_permissions()
    found = []
    for each in people:
        reached = dict.fromkeys(about_accounts) if each.is_administrator else reach(held[each.pk], groups)
        rights = {code: _numbers_of(keys, numbers) for code, keys in reached.items() if code in about_accounts}
        found.append(Comer(each, {code: rights[code] for code in sorted(rights) if rights[code] != []}))
    return found


def _held_by(enterprise_id: int, people: Iterable[Membership]) -> dict[int, list[Held]]:
    """What each holds, by themselves and through teams: three queries however many they are."""
    found: dict[int, list[Held]] = {each.pk: [] for each in people}
    places = TeamPerson.objects.filter(open_at(), enterprise_id=enterprise_id, membership_id__in=found)
    teams: dict[int, list[int]] = {}
    for team_id, member_id in places.values_list("team_id", "membership_id"):
        teams.setdefault(team_id, []).append(member_id)
    theirs = Q(membership_id__in=found) | Q(team_id__in=teams)
    grants = Grant.objects.filter(open_at(), theirs, enterprise_id=enterprise_id)
    for each in grants:
        for pk in [each.membership_id] if each.membership_id else teams[each.team_id or 0]:
            found[pk].append(Held(each.permission, each.group_id, each.account_id))
    return found


def _numbers_of(keys: frozenset[int] | None, numbers: dict[int, str]) -> list[str] | None:
    """Account numbers; None where they are all that there are."""
    if keys is None or keys >= numbers.keys():
        return None
    return sorted(numbers[key] for key in keys if key in numbers)


def list_offered(actor: Actor, side: MoveSide) -> list[dict[str, Any]]:
    """Whom somebody who decides of a merge can choose: one's own people, or those whom the other side sends."""
    if side.kind != MoveKind.MERGE or side.status not in MOVE_FLOW.open_states():
        return []
    return [each.offer for each in list_comers(side.enterprise_id)] if side.gives else list(side.offered)


def list_sides_of(move: Move) -> list[MoveSide]:
    """What either side said, read as staff."""
    return list(MoveSide.objects.filter(move_id=move.pk).select_related("enterprise").order_by("-gives"))


def is_empty(enterprise: Enterprise) -> bool:
    """Whether nobody is in an enterprise, or about to be."""
    return not Membership.objects.filter(enterprise=enterprise).exclude(status=Membership.Status.REMOVED).exists()
