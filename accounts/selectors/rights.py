"""What a person may do, since when and by whose hand; now, or at a moment in the past."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import AccountStay, Grant, GroupedAccount, Membership, MembershipBefore, Team, TeamPerson, open_at
from accounts.rules import Held, Rights, reach
from portal import registries
from portal.actors import Permissions


@dataclass(frozen=True)
class Standing:
    """Whether somebody belonged to an enterprise, and administered it."""

    is_active: bool
    is_administrator: bool


@dataclass(frozen=True)
class Path:
    """One way in which somebody holds a permission: as administrator, or by a grant of theirs or of a team."""

    member: Membership
    grant: Grant | None = None

    @property
    def since(self) -> datetime | None:
        return self.grant.since_at if self.grant else None

    @property
    def given_by(self) -> str:
        return self.grant.given_by if self.grant else ""


def get_permissions(member: Membership, at: datetime | None = None) -> Permissions:
    """What a member may do, and on which accounts; an administrator everything everywhere.

    With a moment: what they might have done then. Who did not belong here then might do nothing.
    """
    standing = get_standing(member, at)
    if not standing.is_active:
        return {}
    if standing.is_administrator:
        return dict.fromkeys(registries.permissions())
    return resolve(member.enterprise_id, _held(list_grants(member, at)), at)


def resolve(enterprise_id: int, held: Iterable[Held], at: datetime | None = None) -> Permissions:
    """The accounts that permissions reach; the groups among them are looked up at once.

    What is about the whole enterprise reaches nothing where it was given on an account.
    """
    whole = registries.whole_permissions()
    held = [each for each in held if each.is_whole or each.permission not in whole]
    return reach(held, list_grouped(enterprise_id, (each.group_id for each in held if each.group_id), at))


def list_grouped(enterprise_id: int, groups: Iterable[int], at: datetime | None = None) -> dict[int, frozenset[int]]:
    """The accounts of some groups, by group."""
    wanted = set(groups)
    if not wanted:
        return {}
    rows = GroupedAccount.objects.filter(open_at(at), enterprise_id=enterprise_id, group_id__in=wanted)
    found: dict[int, set[int]] = defaultdict(set)
    for group_id, account_id in rows.values_list("group_id", "account_id"):
        found[group_id].add(account_id)
    return {group: frozenset(accounts) for group, accounts in found.items()}


def list_grants(member: Membership, at: datetime | None = None) -> QuerySet[Grant]:
    """The grants a member holds, by themselves and through their teams."""
    teams = TeamPerson.objects.filter(open_at(at), enterprise_id=member.enterprise_id, membership=member)
    theirs = Q(membership=member) | Q(team_id__in=teams.values("team_id"))
    return Grant.objects.filter(open_at(at), theirs, enterprise_id=member.enterprise_id)


def get_rights(holder: Membership | Team) -> Rights:
    """What a person or a team holds by itself, now."""
    return Rights(getattr(holder, "is_administrator", False), frozenset(list_own(holder).values()))


def list_own(holder: Membership | Team) -> dict[int, Held]:
    """The same, by the key of each grant."""
    key = {"membership": holder} if isinstance(holder, Membership) else {"team": holder}
    rows = Grant.objects.filter(open_at(), enterprise_id=holder.enterprise_id, **key).order_by("permission", "id")
    return {row[0]: Held(*row[1:]) for row in rows.values_list("pk", "permission", "group_id", "account_id")}


def _held(grants: QuerySet[Grant]) -> list[Held]:
    return [Held(*row) for row in grants.values_list("permission", "group_id", "account_id")]


def get_standing(member: Membership, at: datetime | None = None) -> Standing:
    """Whether a member belongs here and administers, or did at a moment."""
    return list_standings([member], at)[member.pk]


def list_standings(members: Iterable[Membership], at: datetime | None = None) -> dict[int, Standing]:
    """The same for several of one enterprise, by their keys: one query."""
    found = {each.pk: Standing(each.status == Membership.Status.ACTIVE, each.is_administrator) for each in members}
    if at is None or not found:
        return found
    enterprises = {each.enterprise_id for each in members}
    later = MembershipBefore.objects.filter(enterprise_id__in=enterprises, membership_id__in=found, until_at__gt=at)
    # The first change after the moment says what was so until then, and so is read last.
    for before in later.order_by("-until_at", "-id"):
        is_active = before.status == Membership.Status.ACTIVE
        found[before.membership_id] = Standing(is_active, before.is_administrator)
    for each in members:
        if each.created_at > at:
            found[each.pk] = Standing(is_active=False, is_administrator=False)
    return found


def list_paths(
    member: Membership, permission: str, account_id: int | None = None, at: datetime | None = None
) -> list[Path]:
    """Each way in which a member holds a permission, on an account where one is named; empty where they do not."""
    standing = get_standing(member, at)
    if not standing.is_active or not _was_here(member.enterprise_id, account_id, at):
        return []
    found = [Path(member)] if standing.is_administrator else []
    grants = list_grants(member, at).filter(permission=permission)
    reaching = grants if account_id is None else _reaching(grants, account_id, at)
    return found + [Path(member, grant) for grant in _explained(reaching)]


def _was_here(enterprise_id: int, account_id: int | None, at: datetime | None) -> bool:
    """Whether an account was this enterprise's at a moment: one that moved was so for a time alone."""
    if account_id is None or at is None:
        return True
    stays = AccountStay.objects.filter(enterprise_id=enterprise_id, account_id=account_id)
    spans = list(stays.values_list("since_at", "until_at"))
    return not spans or any((not since or since <= at) and (not until or at < until) for since, until in spans)


def _reaching(grants: QuerySet[Grant], account_id: int | None, at: datetime | None) -> QuerySet[Grant]:
    """Of some grants those that reach an account; without one, those on the whole enterprise."""
    whole = Q(account_id=None, group_id=None)
    if account_id is None:
        return grants.filter(whole)
    groups = GroupedAccount.objects.filter(open_at(at), account_id=account_id).values("group_id")
    return grants.filter(whole | Q(account_id=account_id) | Q(group_id__in=groups))


def _explained(grants: QuerySet[Grant]) -> QuerySet[Grant]:
    return grants.select_related("team", "group", "account").order_by("since_at", "id")


def list_who_could(
    enterprise_id: int, permission: str, account_id: int | None, at: datetime | None = None
) -> dict[Membership, list[Path]]:
    """Everybody who holds a permission on an account, or held it at a moment, with each way; by name.

    Without an account: on the whole enterprise. A few queries, however many people there are.
    """
    if not _was_here(enterprise_id, account_id, at):
        return {}
    found = list(_explained(_grants_of(enterprise_id, permission, account_id, at)))
    teams = _people_of({each.team_id for each in found if each.team_id}, enterprise_id, at)
    administrators = _administrators(enterprise_id, at)
    keys = {each.membership_id for each in found if each.membership_id} | administrators
    members = Membership.objects.filter(enterprise_id=enterprise_id, pk__in=keys.union(*teams.values()))
    by_key = {each.pk: each for each in members.select_related("user").order_by("name", "id")}
    standings = list_standings(by_key.values(), at)
    paths: dict[Membership, list[Path]] = {m: [] for m in by_key.values() if standings[m.pk].is_active}
    for member in paths:
        if standings[member.pk].is_administrator:
            paths[member].append(Path(member))
    for grant in found:
        holders = teams[grant.team_id] if grant.team_id else {grant.membership_id or 0}
        for member in (by_key[key] for key in holders if key in by_key):
            if member in paths:
                paths[member].append(Path(member, grant))
    return {member: ways for member, ways in paths.items() if ways}


def list_mailboxes_with(enterprise_id: int, permission: str, account_id: int | None) -> list[Team]:
    """The teams with a shared mailbox that hold a permission on an account, by name."""
    grants = _grants_of(enterprise_id, permission, account_id).filter(team__isnull=False)
    teams = Team.objects.filter(enterprise_id=enterprise_id, is_active=True, pk__in=grants.values("team_id"))
    return list(teams.exclude(email="").order_by("name"))


def _grants_of(
    enterprise_id: int, permission: str, account_id: int | None, at: datetime | None = None
) -> QuerySet[Grant]:
    grants = Grant.objects.filter(open_at(at), enterprise_id=enterprise_id, permission=permission)
    return _reaching(grants, account_id, at)


def _people_of(teams: set[int], enterprise_id: int, at: datetime | None) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    rows = TeamPerson.objects.filter(open_at(at), enterprise_id=enterprise_id, team_id__in=teams)
    for team_id, membership_id in rows.values_list("team_id", "membership_id"):
        found[team_id].add(membership_id)
    return found


def _administrators(enterprise_id: int, at: datetime | None) -> set[int]:
    """Who administers, or may have done so at a moment: to be looked at more closely."""
    now = Membership.objects.filter(enterprise_id=enterprise_id, is_administrator=True)
    keys = set(now.values_list("pk", flat=True))
    if at is None:
        return keys
    later = MembershipBefore.objects.filter(enterprise_id=enterprise_id, is_administrator=True, until_at__gt=at)
    return keys | set(later.values_list("membership_id", flat=True))


def freeze_held(holder: Membership | Team) -> list[dict[str, str]]:
    """What somebody, or a team, holds now, in words that stay: each permission with its scope and its team."""
    if isinstance(holder, Team):
        grants = Grant.objects.filter(open_at(), enterprise_id=holder.enterprise_id, team=holder)
    else:
        grants = list_grants(holder)
    rows = grants.select_related("team", "group", "account").order_by("permission", "id")
    return [say_grant(grant) for grant in rows]


def say_grant(grant: Grant) -> dict[str, str]:
    """A permission with the names of its scope and of its team, as they are called now."""
    scope = {
        "group": grant.group.name if grant.group else "",
        "account": grant.account.number if grant.account else "",
        "team": grant.team.name if grant.team else "",
    }
    return {"permission": grant.permission, **{name: value for name, value in scope.items() if value}}
