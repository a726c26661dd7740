"""Who is here, what they may do, and what a change of it would mean."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy

from accounts import selectors
from accounts.models import (
    Account,
    AccountGroup,
    Grant,
    GroupedAccount,
    Membership,
    MembershipBefore,
    MembershipStatus,
    Team,
    TeamPerson,
    open_at,
)
from accounts.permissions import Permission
from accounts.rules import Difference, Held, Rights, differences
from portal import events, registries
from portal.actors import Actor, system
from portal.errors import Text
from portal.following import selectors as following
from portal.hearers import THINGS, Party
from portal.models import Event
from portal.suggestions import MOST, Suggestion
from portal.tenancy import of_enterprise

STORY = 30  # lines of a person's page
FOLLOWED = 50  # things that a leaver's page names


def list_people(actor: Actor) -> QuerySet[Membership]:
    """The enterprise's people but those who were removed, each with their second factors, in one query."""
    found = of_enterprise(Membership.objects, actor).exclude(status=MembershipStatus.REMOVED)
    return found.select_related("user").annotate(
        has_totp=_has(Authenticator.Type.TOTP), has_passkey=_has(Authenticator.Type.WEBAUTHN)
    )


def _has(kind: Authenticator.Type) -> Case:
    """Whether somebody has such a factor; of who has not joined yet nobody here is told that they sign in elsewhere."""
    found = Authenticator.objects.filter(user_id=OuterRef("user_id"), type=kind)
    return Case(When(status=MembershipStatus.PENDING, then=Value(False)), default=Exists(found))


def list_administrators(actor: Actor) -> QuerySet[Membership]:
    """Who administers the enterprise, pending ones among them, by name."""
    return list_people(actor).filter(is_administrator=True).order_by("name", "id")


def get_person(actor: Actor, pk: int) -> Membership | None:
    return list_people(actor).filter(pk=pk).first()


def find_people(actor: Actor, typed: str) -> list[Suggestion]:
    """Active people whose name or address holds what was typed."""
    rows = of_enterprise(Membership.objects, actor).filter(status=MembershipStatus.ACTIVE)
    rows = rows.filter(Q(name__icontains=typed) | Q(user__email__icontains=typed)).select_related("user")
    return [Suggestion(each.user.email, each.name, each.title) for each in rows.order_by("name", "id")[:MOST]]


def list_emails(actor: Actor, emails: list[str]) -> set[str]:
    """Of some mail addresses those that are here."""
    rows = of_enterprise(Membership.objects, actor).exclude(status=MembershipStatus.REMOVED)
    return set(rows.filter(user__email__in=emails).values_list("user__email", flat=True))


def get_by_email(actor: Actor, email: str) -> Membership | None:
    return of_enterprise(Membership.objects, actor).filter(user__email=email).select_related("user").first()


def list_teams(actor: Actor) -> QuerySet[Team]:
    """The enterprise's teams, with how many people are in each."""
    here = Count("people", filter=Q(people__until_at=None))
    return of_enterprise(Team.objects, actor).filter(is_active=True).annotate(count=here)


def get_team(actor: Actor, pk: int) -> Team | None:
    return list_teams(actor).filter(pk=pk).first()


def list_team_people(team: Team) -> QuerySet[Membership]:
    places = TeamPerson.objects.filter(open_at(), enterprise_id=team.enterprise_id, team=team)
    rows = Membership.objects.filter(enterprise_id=team.enterprise_id, pk__in=places.values("membership_id"))
    return rows.select_related("user").order_by("name", "id")


def list_teams_of(member: Membership) -> QuerySet[Team]:
    places = TeamPerson.objects.filter(open_at(), enterprise_id=member.enterprise_id, membership=member)
    return Team.objects.filter(enterprise_id=member.enterprise_id, pk__in=places.values("team_id")).order_by("name")


def list_grants_of(holder: Membership | Team) -> QuerySet[Grant]:
    """What a person or a team holds now, a person's through their teams too."""
    if isinstance(holder, Membership):
        rows = selectors.list_grants(holder)
    else:
        rows = Grant.objects.filter(open_at(), enterprise_id=holder.enterprise_id, team=holder)
    return rows.select_related("team", "group", "account").order_by("permission", "id")


# What a team's mailbox is told of, by the permission that brings it.
_TOPICS: dict[str, Text] = {
    "order.view": gettext_lazy("orders"),
    "billing.view": gettext_lazy("bills and disputes"),
    Permission.USER_ADMIN: gettext_lazy("requests for access"),
}


def list_topics(grants: Iterable[Grant]) -> list[str]:
    """What is told to a shared mailbox by reason of these grants."""
    held = {grant.permission for grant in grants}
    return [str(words) for code, words in _TOPICS.items() if code in held]


def list_story(actor: Actor, thing: Membership | Team) -> list[Event]:
    return list(events.story_of(thing)[:STORY])


def find_scopes(actor: Actor, lines: Iterable[str]) -> tuple[list[tuple[int | None, int | None]], list[str]]:
    """The groups and accounts that people name, a line each, as (group, account); and the lines that name nothing.

    A line is the name of a group or the number of an account, in small letters or large.
    """
    wanted = {" ".join(line.split()).casefold(): " ".join(line.split()) for line in lines if line.strip()}
    groups = of_enterprise(AccountGroup.objects, actor).filter(is_active=True)
    by_group = {name.casefold(): pk for pk, name in groups.values_list("pk", "name") if name.casefold() in wanted}
    rest = [text.upper() for key, text in wanted.items() if key not in by_group] + list(wanted.values())
    accounts = of_enterprise(Account.objects, actor).filter(number__in=rest)
    by_account = {number.casefold(): pk for pk, number in accounts.values_list("pk", "number")}
    found: list[tuple[int | None, int | None]] = [(pk, None) for pk in by_group.values()]
    found += [(None, pk) for key, pk in by_account.items() if key not in by_group]
    return found, [text for key, text in wanted.items() if key not in by_group and key not in by_account]


def find_held(actor: Actor, wanted: Iterable[Mapping[str, str]]) -> tuple[frozenset[Held], set[int]]:
    """What is named by permission and, where it is not on all, account number or group's name; and the places in
    ``wanted`` that name what there is not."""
    rows = list(wanted)
    groups = of_enterprise(AccountGroup.objects, actor).filter(is_active=True)
    by_group = {name.casefold(): pk for pk, name in groups.values_list("pk", "name")}
    accounts = of_enterprise(Account.objects, actor).filter(number__in={row["account"] for row in rows})
    by_account = dict(accounts.values_list("number", "pk"))
    held, unknown, known = set[Held](), set[int](), registries.permissions()
    for place, row in enumerate(rows):
        group, account = by_group.get(row["group"].casefold()), by_account.get(row["account"])
        is_lost = (row["group"] and group is None) or (row["account"] and account is None)
        if is_lost or row["permission"] not in known:
            unknown.add(place)
        else:
            held.add(Held(row["permission"], group, account))
    return frozenset(held), unknown


def suggest_scopes(actor: Actor, typed: str) -> list[Suggestion]:
    """Groups and accounts for a field that takes either."""
    groups = of_enterprise(AccountGroup.objects, actor).filter(is_active=True, name__icontains=typed)
    found = [Suggestion(each.name) for each in groups.order_by("name")[:MOST]]
    return [*found, *selectors.find_accounts(actor, typed)][:MOST]


@dataclass(frozen=True)
class Reached:
    """Some accounts in words: how many, and the first of them by number; all of them where ``count`` is None."""

    count: int | None
    numbers: tuple[str, ...] = ()

    @property
    def more(self) -> int:
        return (self.count or 0) - len(self.numbers)


@dataclass(frozen=True)
class Consequence:
    """What a change of rights means for one permission: the accounts on which it comes, and on which it goes."""

    permission: str
    words: str
    gained: Reached | None
    lost: Reached | None
    is_future: bool


SHOWN = 5


def preview(member: Membership, wanted: Rights) -> list[Consequence]:
    """What somebody could do that they cannot, and the other way round, their teams' rights counted in."""
    everything = dict.fromkeys(registries.permissions())
    before = everything if member.is_administrator else selectors.resolve(member.enterprise_id, _all_of(member))
    after = everything if wanted.is_administrator else _after(member, wanted)
    return consequences(member.enterprise_id, differences(before, after))


def preview_team(team: Team, wanted: Rights) -> list[Consequence]:
    """The same for what a team itself holds."""
    before = selectors.resolve(team.enterprise_id, selectors.get_rights(team).held)
    return consequences(team.enterprise_id, differences(before, selectors.resolve(team.enterprise_id, wanted.held)))


def _all_of(member: Membership) -> list[Held]:
    return [Held(*row) for row in selectors.list_grants(member).values_list("permission", "group_id", "account_id")]


def _after(member: Membership, wanted: Rights) -> Mapping[str, frozenset[int] | None]:
    teams = selectors.list_grants(member).filter(team__isnull=False)
    through = {Held(*row) for row in teams.values_list("permission", "group_id", "account_id")}
    return selectors.resolve(member.enterprise_id, wanted.held | through)


def consequences(enterprise_id: int, found: list[Difference]) -> list[Consequence]:
    """Differences as a person reads them; the accounts' numbers come in one query."""
    keys: set[int] = set().union(*(part for each in found for part in (each.gained, each.lost) if part))
    numbers = dict(Account.objects.filter(enterprise_id=enterprise_id, pk__in=keys).values_list("pk", "number"))
    known, future = registries.permissions(), registries.future_permissions()

    def reached(accounts: frozenset[int] | None) -> Reached | None:
        if accounts is None:
            return Reached(None)
        shown = sorted(numbers[pk] for pk in accounts if pk in numbers)
        return Reached(len(shown), tuple(shown[:SHOWN])) if shown else None

    return [
        Consequence(
            each.permission,
            str(known.get(each.permission, each.permission)),
            reached(each.gained),
            reached(each.lost),
            each.permission in future,
        )
        for each in found
    ]


def list_who_could(
    actor: Actor, permission: str, account_id: int | None, start: datetime | None, end: datetime | None
) -> dict[Membership, list[selectors.Path]]:
    """Everybody who held a permission on an account at some moment of a span, with each way they did.

    Rights change only where a span of something begins, so those moments are asked and no others.
    """
    enterprise_id = actor.enterprise_id or 0
    found: dict[int, tuple[Membership, dict[int, selectors.Path]]] = {}
    moments = _moments(enterprise_id, permission, start, end) if start and end else [start]
    for at in moments:
        for member, paths in selectors.list_who_could(enterprise_id, permission, account_id, at).items():
            ways = found.setdefault(member.pk, (member, {}))[1]
            ways.update({path.grant.pk if path.grant else 0: path for path in paths})
    ordered = sorted(found.values(), key=lambda pair: (pair[0].name.casefold(), pair[0].pk))
    return {member: list(ways.values()) for member, ways in ordered}


MOMENTS = 400


def _moments(enterprise_id: int, permission: str, start: datetime, end: datetime) -> list[datetime | None]:
    """The moments of a span at which somebody may have come to hold a permission; its start is the first."""
    begins: list[tuple[QuerySet[Any], str]] = [
        (Grant.objects.filter(permission=permission), "since_at"),
        (TeamPerson.objects.all(), "since_at"),
        (GroupedAccount.objects.all(), "since_at"),
        (Membership.objects.all(), "created_at"),
        (MembershipBefore.objects.all(), "until_at"),
    ]
    found = {start}
    for rows, name in begins:
        inside = rows.filter(**{"enterprise_id": enterprise_id, f"{name}__gt": start, f"{name}__lte": end})
        found.update(inside.values_list(name, flat=True).distinct()[:MOMENTS])
    return list[datetime | None](sorted(found)[:MOMENTS])


def find_members(actor: Actor, lines: Iterable[str]) -> tuple[set[int], list[str]]:
    """The people of some mail addresses, a line each, and the addresses that are nobody's here."""
    wanted = {line.strip().lower() for line in lines if line.strip()}
    rows = of_enterprise(Membership.objects, actor).exclude(status=MembershipStatus.REMOVED)
    found = dict(rows.filter(user__email__in=wanted).values_list("user__email", "pk"))
    return set(found.values()), sorted(wanted - set(found))


def list_followed_by(member: Membership) -> list[str]:
    """What somebody follows, each by its kind and number."""
    rows = following.list_followed(system(member.enterprise_id), [Party("accounts.membership", member.pk)])
    return [
        f"{THINGS[row.subject_type].word} {following.number_of(row.enterprise_id, row.subject_type, row.subject_id)}"
        for row in rows.filter(is_following=True, is_muted=False).order_by("added_at", "id")[:FOLLOWED]
    ]


def list_followed(actor: Actor, team: Team) -> list[following.Followed]:
    """What a team follows, as the actor may see it; the latest."""
    rows = following.list_followed(actor, [Party("accounts.team", team.pk)]).order_by("-added_at", "-id")
    return following.show_followed(actor, rows[:FOLLOWED])
