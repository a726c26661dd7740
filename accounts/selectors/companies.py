"""Enterprises and their accounts."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet

from accounts.models import (
    Account,
    Enterprise,
    SignOn,
    User,
)
from portal import identifiers, locator
from portal.actors import Actor
from portal.suggestions import MOST, Suggestion
from portal.tenancy import of_enterprise


def find_enterprise_id(public_id: str) -> int | None:
    """Which enterprise the URL names; to be verified inside its scope."""
    found = locator.find(locator.ENTERPRISE, public_id)
    return found.enterprise_id if found else None


def find_way_in(public_id: str, user: User) -> tuple[int | None, int]:
    """The same, and of how many enterprises the person is, for ``list_few_enterprises_of``."""
    return locator.way_in(public_id, str(user.pk), most=SHORT_LIST + 1)


def find_by_customer_number(number: str) -> int | None:
    """Whose a number of the carrier's other systems is."""
    found = locator.find(locator.CUSTOMER_NUMBER, number)
    return found.enterprise_id if found else None


def find_house_id() -> int:
    """The carrier's own enterprise."""
    return locator.house_id()


def carriers_day(at: datetime) -> date:
    """The day of the carrier's own calendar."""
    return at.astimezone(ZoneInfo(settings.CARRIER["time_zone"])).date()


def get_enterprise(enterprise_id: int) -> Enterprise:
    return Enterprise.objects.get(enterprise_id=enterprise_id)


def get_sign_on_handle(enterprise_id: int) -> str:
    """In the address of the enterprise's own door."""
    return SignOn.objects.values_list("handle", flat=True).get(enterprise_id=enterprise_id)


def list_enterprises_of(user: User) -> list[tuple[int, str, str]]:
    """The person's enterprises as (id, public id, name): one walk through the locator, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT enterprise_id, public_id, name FROM portal_enterprises_of(%s, %s) ORDER BY name",
            [user.pk, locator.key_hash(locator.PERSON, str(user.pk))],
        )
        return [(row[0], row[1], row[2]) for row in cursor.fetchall()]


SHORT_LIST = 8


def list_few_enterprises_of(
    user: User, *, current: str, counted: int | None = None
) -> list[tuple[int, str, str]] | None:
    """The same for every page's frame: nothing where the one they are in is the only one.

    None where they are more than a short list, and fetched when asked for. ``counted`` is how many they are.
    """
    places = locator.count(locator.PERSON, str(user.pk), most=SHORT_LIST + 1) if counted is None else counted
    if current and places < 2:
        return []
    return None if places > SHORT_LIST else list_enterprises_of(user)


def list_customer_ids() -> list[int]:
    """Every active customer; asked by staff's processes."""
    rows = Enterprise.objects.filter(is_house=False, is_active=True)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def list_all_enterprises(actor: Actor) -> QuerySet[Enterprise]:
    """Every customer, for staff outside any enterprise."""
    found = of_enterprise(Enterprise.objects, actor).filter(is_house=False)
    return found.order_by("legal_name", "enterprise_id")


def find_enterprises(actor: Actor, typed: str) -> QuerySet[Enterprise]:
    """Customers by a whole number of theirs or the beginnings of words of their names, through indexes alone."""
    found = list_all_enterprises(actor)
    ours = find_enterprise_id(typed) or find_by_customer_number(typed)
    return found.filter(pk=ours) if ours else found.filter(identifiers.has_words("name_words", typed))


def suggest_enterprises(actor: Actor, typed: str) -> list[Suggestion]:
    """Customers by the beginnings of their number or of words of their names, for a field that suggests them."""
    begins = Q(public_id__startswith=typed) | Q(pk__in=find_enterprises(actor, typed).values("pk"))
    rows = list_all_enterprises(actor).filter(begins)
    return [Suggestion(each.public_id, each.name, each.country) for each in rows[:MOST]]


def list_accounts(actor: Actor) -> QuerySet[Account]:
    """The billing accounts on which the actor may do anything at all, by number.

    What is about the whole enterprise, as inviting colleagues, opens no account.
    """
    found = of_enterprise(Account.objects, actor)
    reach = actor.accounts_for("")
    if reach is not None:
        found = found.filter(pk__in=reach)
    return found.order_by("number")


def get_account(actor: Actor, number: str) -> Account | None:
    """An account within reach, by its number."""
    return list_accounts(actor).filter(number=number).first()


def find_accounts(actor: Actor, typed: str) -> list[Suggestion]:
    """Accounts within reach whose number begins so, or whose name holds what was typed."""
    rows = list_accounts(actor).filter(Q(number__istartswith=typed) | Q(name__icontains=typed))
    return [Suggestion(each.number, each.name) for each in rows[:MOST]]


def list_former_accounts(actor: Actor) -> QuerySet[Account]:
    """Accounts that have moved away: for whoever reached all there are, as what was held on them can be asked for."""
    rows = of_enterprise(Account.ever, actor).filter(is_former=True).order_by("number")
    return rows if actor.accounts_for("") is None else rows.none()


def find_accounts_ever(actor: Actor, typed: str) -> list[Suggestion]:
    """Accounts within reach, and after them those that have moved away."""
    rows = list_former_accounts(actor).filter(Q(number__istartswith=typed) | Q(name__icontains=typed))
    return [*find_accounts(actor, typed), *(Suggestion(each.number, each.name) for each in rows[:MOST])][:MOST]


def get_account_ever(actor: Actor, number: str) -> Account | None:
    """An account within reach by its number, also one that has moved away."""
    return get_account(actor, number) or list_former_accounts(actor).filter(number=number).first()
