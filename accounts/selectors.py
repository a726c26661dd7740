"""Who is who: actors, enterprises, account teams, and the people to tell."""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import Case, Q, QuerySet, Value, When

from accounts.models import (
    Account,
    Contact,
    Enterprise,
    Grant,
    Membership,
    StaffCard,
    StaffMember,
    StaffVisit,
    TeamMember,
    TeamRole,
    User,
)
from portal import identifiers, locator, registries
from portal.actors import Actor, ActorKind, Permissions
from portal.suggestions import MOST, Suggestion
from portal.tenancy import of_enterprise


def find_user(pk: int) -> User | None:
    """Somebody's sign-in, unless it is closed."""
    return User.objects.filter(pk=pk, is_active=True).first()


def find_enterprise_id(public_id: str) -> int | None:
    """Which enterprise the URL names; to be verified inside its scope."""
    found = locator.find(locator.ENTERPRISE, public_id)
    return found.enterprise_id if found else None


def find_house_id() -> int:
    """The carrier's own enterprise."""
    return locator.house_id()


def get_enterprise(enterprise_id: int) -> Enterprise:
    return Enterprise.objects.get(enterprise_id=enterprise_id)


def get_customer_actor(user: User, enterprise: Enterprise) -> Actor | None:
    """The person as a member of the enterprise they are in, or None when they are not one."""
    member = Membership.objects.filter(
        enterprise_id=enterprise.pk, user_id=user.pk, status=Membership.Status.ACTIVE
    ).first()
    if member is None or not enterprise.is_active:
        return None
    return Actor(
        kind=ActorKind.CUSTOMER,
        name=member.name,
        enterprise_id=enterprise.pk,
        enterprise_public_id=enterprise.public_id,
        enterprise_name=enterprise.name,
        user_id=user.pk,
        person_id=member.pk,
        email=user.email,
        role=member.title,
        language=user.language,
        time_zone=user.time_zone,
        permissions=get_permissions(member),
    )


def get_permissions(member: Membership) -> Permissions:
    """What a member may do, and on which accounts; an administrator everything everywhere."""
    if member.is_administrator:
        return dict.fromkeys(registries.permissions())
    found: dict[str, frozenset[int] | None] = {}
    grants = Grant.objects.filter(enterprise_id=member.enterprise_id, membership=member)
    for permission, account_id in grants.values_list("permission", "account_id"):
        held = found.get(permission, frozenset())
        found[permission] = None if account_id is None or held is None else held | {account_id}
    return found


def get_staff_actor(user: User) -> Actor | None:
    """The person as one of the carrier's staff, outside any enterprise."""
    member = StaffMember.objects.filter(user_id=user.pk, is_active=True).select_related("card", "role").first()
    if member is None:
        return None
    return Actor(
        kind=ActorKind.STAFF,
        name=member.card.name,
        user_id=user.pk,
        person_id=member.card_id,
        email=user.email,
        role=member.role.code,
        language=user.language,
        time_zone=user.time_zone,
        permissions=dict.fromkeys(member.role.permissions),
    )


def find_actor(user_id: int, enterprise_id: int) -> Actor | None:
    """Who somebody is in an enterprise now, on this face, for what is done for them in the background."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    enterprise = get_enterprise(enterprise_id)
    if user is None:
        return None
    if settings.FACE == "customer":
        return get_customer_actor(user, enterprise)
    actor = get_staff_actor(user)
    if actor is None:
        return None
    return replace(
        actor,
        enterprise_id=enterprise_id,
        enterprise_public_id=enterprise.public_id,
        enterprise_name=enterprise.name,
    )


def get_person_actor(user: User) -> Actor:
    """Somebody signed in on the customers' face, outside any enterprise."""
    return Actor(
        kind=ActorKind.CUSTOMER,
        name=user.email,
        user_id=user.pk,
        email=user.email,
        language=user.language,
        time_zone=user.time_zone,
    )


def list_enterprises_of(user: User) -> list[tuple[int, str, str]]:
    """The person's enterprises as (id, public id, name): one walk through the locator, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT enterprise_id, public_id, name FROM portal_enterprises_of(%s, %s) ORDER BY name",
            [user.pk, locator.key_hash(locator.PERSON, str(user.pk))],
        )
        return [(row[0], row[1], row[2]) for row in cursor.fetchall()]


SHORT_LIST = 8


def list_few_enterprises_of(user: User, *, current: str) -> list[tuple[int, str, str]] | None:
    """The same for every page's frame: nothing where the one they are in is the only one.

    None where they are more than a short list, and fetched when asked for.
    """
    places = locator.count(locator.PERSON, str(user.pk), most=SHORT_LIST + 1)
    if current and places < 2:
        return []
    return None if places > SHORT_LIST else list_enterprises_of(user)


def get_membership(user: User, enterprise_id: int) -> Membership | None:
    """The person's place in an enterprise, in whose scope this is asked."""
    active = Membership.objects.filter(enterprise_id=enterprise_id, status=Membership.Status.ACTIVE)
    return active.filter(user_id=user.pk).first()


def get_card(actor: Actor) -> StaffCard:
    """What customers see of the staff member."""
    assert actor.person_id is not None
    return StaffCard.objects.get(pk=actor.person_id)


def list_accounts(actor: Actor) -> QuerySet[Account]:
    """The billing accounts on which the actor may do anything at all, by number."""
    found = of_enterprise(Account.objects, actor)
    reach = [actor.accounts_for(permission) for permission in actor.permissions]
    if None not in reach:
        found = found.filter(pk__in=frozenset[int]().union(*(each for each in reach if each)))
    return found.order_by("number")


def find_accounts(actor: Actor, typed: str) -> list[Suggestion]:
    """Accounts within reach whose number begins so, or whose name holds what was typed."""
    rows = list_accounts(actor).filter(Q(number__istartswith=typed) | Q(name__icontains=typed))
    return [Suggestion(each.number, each.name) for each in rows[:MOST]]


def get_open_visit(enterprise_id: int, card_id: int, now: datetime) -> StaffVisit | None:
    """The staff member's visit that has not run out."""
    return (
        StaffVisit.objects.filter(enterprise_id=enterprise_id, card_id=card_id, until_at__gt=now)
        .order_by("-until_at")
        .first()
    )


def list_visits(actor: Actor) -> QuerySet[StaffVisit]:
    """Who of the carrier's people opened this enterprise's data, why and until when."""
    return of_enterprise(StaffVisit.objects, actor).select_related("card")


def get_assignment(enterprise_id: int, card_id: int) -> TeamMember | None:
    """The staff member's place in the enterprise's account team: a reason of its own to open it."""
    return TeamMember.objects.filter(enterprise_id=enterprise_id, card_id=card_id).order_by("escalation", "id").first()


# As the roles are listed: who owns the orders first.
_TEAM_ORDER = Case(*(When(role=role, then=Value(place)) for place, role in enumerate(TeamRole.values)))


def list_team(actor: Actor, account_id: int | None = None) -> QuerySet[TeamMember]:
    """Who serves the enterprise, or one account of it, in the order to call them."""
    scope = Q(account_id__isnull=True)
    if account_id is not None:
        scope |= Q(account_id=account_id)
    team = of_enterprise(TeamMember.objects, actor).filter(scope)
    return team.select_related("card").order_by("escalation", _TEAM_ORDER, "id")


def list_all_enterprises(actor: Actor) -> QuerySet[Enterprise]:
    """Every customer, for staff outside any enterprise."""
    found = of_enterprise(Enterprise.objects, actor).filter(is_house=False)
    return found.order_by("legal_name", "enterprise_id")


def find_enterprises(actor: Actor, typed: str) -> QuerySet[Enterprise]:
    """Customers by their whole number or the beginnings of words of their names, through indexes alone."""
    found = list_all_enterprises(actor)
    ours = find_enterprise_id(typed)
    return found.filter(pk=ours) if ours else found.filter(identifiers.has_words("name_words", typed))


def suggest_enterprises(actor: Actor, typed: str) -> list[Suggestion]:
    """Customers by the beginnings of their number or of words of their names, for a field that suggests them."""
    begins = Q(public_id__startswith=typed) | Q(pk__in=find_enterprises(actor, typed).values("pk"))
    rows = list_all_enterprises(actor).filter(begins)
    return [Suggestion(each.public_id, each.name, each.country) for each in rows[:MOST]]


def list_people_with(enterprise_id: int, permission: str, account_id: int | None) -> list[tuple[Membership, User]]:
    """The active members who hold a permission on an account, with their sign-ins."""
    members = Membership.objects.filter(enterprise_id=enterprise_id, status=Membership.Status.ACTIVE)
    on_account = Q(grants__account_id__isnull=True) | Q(grants__account_id=account_id)
    allowed = Q(is_administrator=True) | (Q(grants__permission=permission) & on_account)
    found = members.filter(allowed, user__is_active=True).select_related("user").distinct().order_by("id")
    return [(member, member.user) for member in found]


class Person(NamedTuple):
    """Somebody to turn to."""

    name: str
    email: str


def list_administrators(actor: Actor) -> list[Person]:
    """Who administers the actor's enterprise and so grants permissions there; the first few."""
    found = of_enterprise(Membership.objects, actor).filter(
        is_administrator=True, status=Membership.Status.ACTIVE, user__is_active=True
    )
    return [Person(member.name, member.user.email) for member in found.select_related("user").order_by("name")[:5]]


def list_platform_administrators() -> list[Person]:
    """Who edits the roles of the carrier's people; asked by staff."""
    found = StaffMember.objects.filter(role__code="platform_admin", is_active=True).select_related("card")
    return [Person(member.card.name, member.card.email) for member in found.order_by("card__name")[:5]]


def list_contacts(enterprise_id: int, account_id: int | None, *, wants: str) -> QuerySet[Contact]:
    """Contacts without a sign-in who asked for a kind of notice: ``wants`` is orders or billing."""
    scope = Q(account_id__isnull=True) | Q(account_id=account_id)
    return Contact.objects.filter(scope, enterprise_id=enterprise_id, **{f"wants_{wants}": True}).order_by("id")
