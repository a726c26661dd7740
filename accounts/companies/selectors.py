"""An enterprise's record, its numbers, accounts and contacts, within the actor's reach."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.companies import rules
from accounts.models import (
    Account,
    AccountGroup,
    Contact,
    CustomerNumber,
    Enterprise,
    Grant,
    GroupedAccount,
    Membership,
    TeamMember,
    TeamRole,
    open_at,
)
from accounts.permissions import Permission
from accounts.selectors import list_accounts, list_team
from portal import events, locator, registries, terms
from portal.actors import Actor
from portal.errors import Refused
from portal.lists import count_label
from portal.models import Event
from portal.tenancy import of_enterprise

STORY = 50  # entries on a page; the whole stands in the journal


def get_record(actor: Actor) -> Enterprise:
    """The enterprise that the actor is in."""
    return of_enterprise(Enterprise.objects, actor).get()


def get_account(actor: Actor, pk: int) -> Account | None:
    """An account on which the actor may do anything at all."""
    return list_accounts(actor).filter(pk=pk).first()


def list_numbers(actor: Actor) -> QuerySet[CustomerNumber]:
    return of_enterprise(CustomerNumber.objects, actor).order_by("number")


def list_contacts(actor: Actor, *, may: str = "") -> QuerySet[Contact]:
    """The contacts of the whole enterprise, and those of the accounts within reach.

    For ``may`` only those that the actor may do that to: the whole enterprise's take the permission everywhere.
    """
    found = of_enterprise(Contact.objects, actor).select_related("account").order_by("name", "id")
    reach = actor.accounts_for(may)
    if reach is None:
        return found
    within = Q(account_id__in=reach)
    return found.filter(within if may else within | Q(account_id=None))


def get_contact(actor: Actor, pk: int) -> Contact | None:
    """One that the actor may change."""
    return list_contacts(actor, may=Permission.ACCOUNT_CHANGE).filter(pk=pk).first()


def contacts_of(actor: Actor, account: Account) -> list[Contact]:
    """Who hears of an account without signing in: its own contacts, then the whole enterprise's."""
    scope = Q(account_id=account.pk) | Q(account_id=None)
    return sorted(list_contacts(actor).filter(scope), key=lambda each: (each.account_id is None, each.name))


def list_story(actor: Actor, thing: Account | Enterprise | AccountGroup) -> list[Event]:
    """What happened to it, newest first; without what is the carrier's own business for customers."""
    found = events.story_of(thing)
    return list((found if actor.is_staff else events.told_to_customers(found))[:STORY])


def changes_since(thing: Account | Enterprise, revision: int) -> list[Event]:
    """What others changed after somebody loaded a page that showed this revision."""
    return list(events.story_of(thing).filter(facts__revision__gt=revision))


def count_people(actor: Actor) -> dict[str, int]:
    """How many people and accounts closing the enterprise touches."""
    members = of_enterprise(Membership.objects, actor).aggregate(
        active=Count("id", filter=Q(status=Membership.Status.ACTIVE)),
    )
    return {"people": members["active"], "accounts": of_enterprise(Account.objects, actor).count()}


def held_of(actor: Actor, account: Account | None) -> list[dict[str, Any]]:
    """What hangs on an account, or on all: label, count, and the list where there is one."""
    found = []
    for each in registries.held(actor):
        if account is None or actor.may_on(each.permission, account.pk):
            rows = each.rows(actor)
            counted = count_label(rows if account is None else rows.filter(account_id=account.pk))
            found.append({"label": each.label, "count": counted, "url_name": each.url_name, "query": each.query})
    return found


SHOWN = 20  # accounts of a group on its page; the whole stands in the list of accounts


def list_accounts_in(actor: Actor, group: AccountGroup) -> QuerySet[Account]:
    """The accounts of a group within reach, by number."""
    inside = GroupedAccount.objects.filter(open_at(), enterprise_id=group.enterprise_id, group=group)
    return list_accounts(actor).filter(pk__in=inside.values("account_id"))


def find_numbers(actor: Actor, numbers: Iterable[str]) -> dict[str, int]:
    """The accounts within reach of these numbers, by number."""
    return dict(list_accounts(actor).filter(number__in=list(numbers)).values_list("number", "pk"))


@dataclass(frozen=True)
class Held:
    """Somebody, or a team, and what they may do by a group."""

    name: str
    permissions: list[str]


def list_grants_on(actor: Actor, group: AccountGroup) -> list[Held]:
    """Who holds what on a group, by name: what changes for them when the group does."""
    rows = of_enterprise(Grant.objects, actor).filter(open_at(), group=group).select_related("membership", "team")
    found: dict[str, list[str]] = {}
    words = registries.permissions()
    for each in rows.order_by("permission"):
        holder = each.membership.name if each.membership else each.team.name
        found.setdefault(holder, []).append(str(words.get(each.permission, each.permission)))
    return [Held(name, codes) for name, codes in sorted(found.items())]


def payment_days(account: Account, *, on: date) -> int:
    """Net days that bind the account's invoices of a day: its own, its contract's, or the enterprise's terms."""
    if account.payment_days is not None:
        return account.payment_days
    enterprise = account.enterprise
    return int(terms.value("billing.payment_days", on=on, of=enterprise, contract=account.msa_number))


def delivery_cycles(enterprise: Enterprise, *, on: date) -> int:
    """Within how many billing cycles a change of delivery takes effect."""
    return int(terms.value("account.delivery_cycles", on=on, of=enterprise))


def delivery_begins(account: Account, *, at: datetime) -> date:
    """From which day another delivery would hold at the latest, if it were asked for now."""
    today = today_of(account.enterprise, at)
    return rules.delivery_begins(today, delivery_cycles(account.enterprise, on=today))


def find_account(actor: Actor, number: str, *, may: str) -> Account | None:
    """The account of a number, None without one. Raises Refused where the actor may not do this to it, or to all."""
    if not number:
        if actor.accounts_for(may) is not None:
            raise Refused(_("Choose one of your accounts."), field="account")
        return None
    found = list_accounts(actor).filter(number=number).first()
    if found is None or not actor.may_on(may, found.pk):
        raise Refused(_("You may not do this to this account."), field="account")
    return found


def today_of(enterprise: Enterprise, at: datetime) -> date:
    """The date of a moment where the enterprise is."""
    return at.astimezone(ZoneInfo(enterprise.time_zone)).date()


def whom_to_ask(actor: Actor) -> TeamMember | None:
    """Who of the account team changes what only the carrier can: the director, or whoever is first."""
    team = list(list_team(actor))
    return next((each for each in team if each.role == TeamRole.ACCOUNT_DIRECTOR), team[0] if team else None)


def taken_numbers(numbers: list[str]) -> set[str]:
    """Which account numbers are at the carrier already, in whatever enterprise."""
    hashes = {locator.key_hash(locator.ACCOUNT, number): number for number in numbers}
    return {hashes[each] for each in locator.known(locator.ACCOUNT, list(hashes))}
