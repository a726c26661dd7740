"""What a person may do, since when and by whose hand; now, or at a moment in the past."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Q, QuerySet

from accounts.models import AccountStay, Grant, GroupedAccount, Membership, MembershipBefore, Team, TeamPerson, open_at
from accounts.rules import Held, Rights, reach
from portal import registries
from portal.actors import Permissions
from portal.reading import AnyFrom, AnyOf
from portal.together import asked_for_all


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
    rows = GroupedAccount.objects.filter(open_at(at), AnyOf(F("group_id"), list(wanted)), enterprise_id=enterprise_id)
    found: dict[int, set[int]] = defaultdict(set)
    for group_id, account_id in rows.values_list("group_id", "account_id"):
        found[group_id].add(account_id)
    return {group: frozenset(accounts) for group, accounts in found.items()}


def list_grants(member: Membership, at: datetime | None = None) -> QuerySet[Grant]:
    """The grants a member holds, by themselves and through their teams."""
    teams = TeamPerson.objects.filter(open_at(at), enterprise_id=member.enterprise_id, membership=member)
    theirs = Q(membership=member) | Q(AnyFrom(F("team_id"), ArraySubquery(teams.values("team_id"))))
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


def list_paths(member: Membership, permission: str) -> list[Path]:
    """Each way in which a member holds a permission now, on whatever accounts; empty where they do not."""
    standing = get_standing(member)
    if not standing.is_active:
        return []
    found = [Path(member)] if standing.is_administrator else []
    return found + [Path(member, grant) for grant in _explained(list_grants(member).filter(permission=permission))]


def _was_here(enterprise_id: int, account_id: int | None, at: datetime | None) -> bool:
    """Whether an account was this enterprise's at a moment: one that moved was so for a time alone."""
    if account_id is None or at is None:
        return True
    stays = AccountStay.objects.filter(enterprise_id=enterprise_id, account_id=account_id)
    spans = list(stays.values_list("since_at", "until_at"))
    return not spans or any((not since or since <= at) and (not until or at < until) for since, until in spans)


def _reaching_any(grants: QuerySet[Grant], accounts: Iterable[int | None], at: datetime | None) -> QuerySet[Grant]:
    """Of some grants those that reach at least one of some accounts; without any, those on the whole enterprise."""
    whole, keys = Q(account_id=None, group_id=None), [each for each in accounts if each is not None]
    if not keys:
        return grants.filter(whole)
    groups = GroupedAccount.objects.filter(open_at(at), account_id__in=keys).values("group_id")
    return grants.filter(whole | Q(account_id__in=keys) | Q(group_id__in=groups))


def _by_account(
    grants: Iterable[Grant], enterprise_id: int, accounts: Collection[int | None], at: datetime | None
) -> dict[int | None, list[Grant]]:
    """The same by account, in their order: one query, where any of the grants is on a group."""
    known = list(enumerate(grants))
    grouped = list_grouped(enterprise_id, (each.group_id for _, each in known if each.group_id), at)
    whole = [(place, each) for place, each in known if each.account_id is None and each.group_id is None]
    found: dict[int | None, list[tuple[int, Grant]]] = {account: list(whole) for account in accounts}
    for place, each in known:
        on = [each.account_id] if each.account_id else grouped.get(each.group_id or 0, ())
        for account in on:
            if account in found:
                found[account].append((place, each))
    return {
        account: [each for _, each in sorted(some, key=lambda one: one[0])] for account, some in found.items()
    }  # fmt: skip


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
    return list_who_could_on(enterprise_id, [account_id], permission, at)[account_id]


def list_who_could_on(
    enterprise_id: int, accounts: Collection[int | None], permission: str, at: datetime | None = None
) -> dict[int | None, dict[Membership, list[Path]]]:
    """The same for some accounts of the enterprise, by account: no more queries than for one."""
    held = Grant.objects.filter(open_at(at), enterprise_id=enterprise_id, permission=permission)
    found = list(_explained(_reaching_any(held, accounts, at)))
    teams = _people_of({each.team_id for each in found if each.team_id}, enterprise_id, at)
    administrators = _administrators(enterprise_id, at)
    keys = {each.membership_id for each in found if each.membership_id} | administrators
    members = Membership.objects.filter(enterprise_id=enterprise_id, pk__in=keys.union(*teams.values()))
    by_key = {each.pk: each for each in members.select_related("user").order_by("name", "id")}
    standings = list_standings(by_key.values(), at)
    here = {pk: member for pk, member in by_key.items() if standings[pk].is_active}
    first = {pk: [Path(member)] if standings[pk].is_administrator else [] for pk, member in here.items()}
    # Most accounts are reached by the same grants, and so by the same people.
    known: dict[tuple[int, ...], dict[Membership, list[Path]]] = {}
    answer: dict[int | None, dict[Membership, list[Path]]] = {}
    for account, grants in _by_account(found, enterprise_id, accounts, at).items():
        alike = tuple(each.pk for each in grants)
        if alike not in known:
            known[alike] = _paths(here, first, grants, teams)
        answer[account] = known[alike]
    return answer


def _paths(
    here: dict[int, Membership], first: dict[int, list[Path]], grants: list[Grant], teams: dict[int, set[int]]
) -> dict[Membership, list[Path]]:
    """Who holds something by some grants, or as administrator; by name, as they are given."""
    ways = {pk: list(paths) for pk, paths in first.items()}
    for grant in grants:
        for key in teams[grant.team_id] if grant.team_id else {grant.membership_id or 0}:
            if key in here:
                ways[key].append(Path(here[key], grant))
    return {here[key]: paths for key, paths in ways.items() if paths}


def list_mailboxes_with(enterprise_id: int, permission: str, account_id: int | None) -> list[Team]:
    """The teams with a shared mailbox that hold a permission on an account, by name."""
    return _mailboxes(enterprise_id, account_id, permission)


@asked_for_all("account_id")
def _mailboxes(enterprise_id: int, accounts: Collection[int | None], permission: str) -> dict[int | None, list[Team]]:
    held = Grant.objects.filter(open_at(), enterprise_id=enterprise_id, permission=permission, team__isnull=False)
    by_account = _by_account(_reaching_any(held, accounts, None), enterprise_id, accounts, None)
    teams = Team.objects.filter(enterprise_id=enterprise_id, is_active=True).exclude(email="").order_by("name")
    boxes = list(teams.filter(pk__in={each.team_id for grants in by_account.values() for each in grants}))
    return {
        account: [team for team in boxes if any(each.team_id == team.pk for each in grants)]
        for account, grants in by_account.items()
    }


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
