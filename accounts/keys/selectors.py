"""What the pages of API keys need to know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, QuerySet, Subquery

from accounts import selectors
from accounts.keys import terms as names
from accounts.models import KEY_FLOW, Account, AccountStatus, ApiKey, ApiSecret, KeyStatus, Membership
from accounts.permissions import FUTURE, Permission
from accounts.selectors import NEVER_BY_KEY, get_enterprise, list_accounts
from portal import events, registries, terms
from portal.actors import Actor
from portal.errors import Text
from portal.models import Event
from portal.tenancy import of_enterprise

FEW_ACCOUNTS = 30  # are chosen by ticking them; of more one writes the numbers


def list_keys(actor: Actor) -> QuerySet[ApiKey]:
    """The keys that the actor may see, with what the list says of each."""
    newest = ApiSecret.objects.filter(enterprise_id=OuterRef("enterprise_id"), key_id=OuterRef("pk"))
    handle = Subquery(newest.order_by("-made_at", "-pk").values("handle")[:1])
    return selectors.list_keys(actor).annotate(handle=handle, account_count=Count("reach"))


def list_pending(actor: Actor) -> QuerySet[ApiKey]:
    """What waits for approval, in all enterprises."""
    return list_keys(actor).filter(status=KeyStatus.PENDING)


def list_whole(actor: Actor) -> QuerySet[ApiKey]:
    """The same with the accounts that each reaches, for a file."""
    return list_keys(actor).prefetch_related("reach__account")


def get_key(actor: Actor, pk: int) -> ApiKey | None:
    return list_keys(actor).filter(pk=pk).first()


def list_accounts_of(key: ApiKey) -> list[Account]:
    rows = Account.objects.filter(enterprise_id=key.enterprise_id)
    return list(rows.filter(pk__in=selectors.list_reach(key).values("account_id")).order_by("number"))


def list_story(actor: Actor, key: ApiKey) -> list[Event]:
    told = events.story_of(key)
    return list(told if actor.is_staff else events.told_to_customers(told))


@dataclass(frozen=True)
class Bounds:
    """The days on which a key may end, and the one that is offered; all where the enterprise is."""

    first: date
    last: date
    usual: date


def get_bounds(actor: Actor, at: datetime) -> Bounds:
    book, today = _book(actor, at)
    most = int(book.value(names.DAYS_MOST))
    days = (min(int(book.value(names.DAYS_LEAST)), most), most, min(int(book.value(names.DAYS_USUAL)), most))
    return Bounds(*(today + timedelta(days=each) for each in days))


def get_overlap_hours(actor: Actor, at: datetime) -> int:
    """How long at most an old secret works beside the new one."""
    return int(_book(actor, at)[0].value(names.OVERLAP_HOURS))


def get_time_zone(actor: Actor) -> ZoneInfo:
    return ZoneInfo(_enterprise(actor).time_zone)


def _book(actor: Actor, at: datetime) -> tuple[terms.Book, date]:
    enterprise = _enterprise(actor)
    today = at.astimezone(ZoneInfo(enterprise.time_zone)).date()
    return terms.book(enterprise, on=today, names=[each.name for each in names.TERMS]), today


def _enterprise(actor: Actor) -> Any:
    assert actor.enterprise_id is not None
    return get_enterprise(actor.enterprise_id)


def is_carriers_to_approve(actor: Actor, at: datetime) -> bool:
    """Whether the carrier approves keys here, and not the customer's administrators."""
    return bool(_book(actor, at)[0].value(names.APPROVAL) == names.CARRIER)


def may_decide(actor: Actor, key: ApiKey, at: datetime) -> bool:
    """Whether this person may approve this key: another one than who asked, where there is another."""
    if not KEY_FLOW.allows(key.status, KeyStatus.APPROVED):
        return False
    if is_carriers_to_approve(actor, at):
        return actor.is_staff and actor.may(Permission.API_KEY_APPROVE)
    is_own = actor.user_id == key.requested_by_user_id
    is_alone = is_own and selectors.count_administrators(key.enterprise_id) == 1
    return not actor.is_staff and selectors.administers(actor) and (not is_own or is_alone)


def list_offered(actor: Actor) -> Mapping[str, Text]:
    """What a person can hand on to a key: what they hold, but for what takes a person, or is still to come."""
    beyond = NEVER_BY_KEY | FUTURE.keys()
    return {code: words for code, words in registries.permissions().items() if actor.may(code) and code not in beyond}


def list_reached(actor: Actor, permissions: Sequence[str]) -> QuerySet[Account]:
    """The accounts on which a person may do any of this: those that a key with it could be held to."""
    reach = [actor.accounts_for(permission) for permission in permissions]
    rows = list_accounts(actor)
    return rows if None in reach else rows.filter(pk__in=frozenset[int]().union(*(each for each in reach if each)))


def list_offered_accounts(actor: Actor) -> list[Account] | None:
    """The accounts to tick, or None where they are too many."""
    reached = list_reached(actor, list(list_offered(actor))).exclude(status=AccountStatus.CLOSED)
    found = list(reached[: FEW_ACCOUNTS + 1])
    return found if len(found) <= FEW_ACCOUNTS else None


def find_heir(actor: Actor, email: str) -> Membership | None:
    """The active colleague with this address."""
    rows = of_enterprise(Membership.objects, actor).filter(status=Membership.Status.ACTIVE)
    return rows.filter(user__email=email.strip().lower(), user__is_active=True).select_related("user").first()


def list_readable(keys: list[str]) -> list[Text]:
    """Permissions in words; one that is no more by its code."""
    known = registries.permissions()
    return [known.get(code, code) for code in keys]


def list_live_of(member: Membership) -> QuerySet[ApiKey]:
    """Somebody's keys that have not ended."""
    rows = ApiKey.objects.filter(enterprise_id=member.enterprise_id, owner=member)
    return rows.filter(status__in=KEY_FLOW.open_states()).order_by("name", "id")
