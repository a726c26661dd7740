"""Who of the carrier serves a customer, and who looked at its data."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import F, Func, IntegerField, Prefetch, Q, QuerySet, Value, prefetch_related_objects
from django.db.models.functions import Now

from accounts.models import (
    StaffAbsence,
    StaffCard,
    StaffMember,
    StaffVisit,
    TeamMember,
    TeamRole,
)
from accounts.permissions import Permission
from accounts.selectors.companies import list_accounts
from accounts.selectors.people import Person
from portal.actors import Actor
from portal.tenancy import of_enterprise


def get_card(actor: Actor) -> StaffCard:
    """What customers see of the staff member."""
    assert actor.person_id is not None
    return StaffCard.objects.get(pk=actor.person_id)


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
    """The staff member's place in the enterprise's account team, their own or one that they stand in for.

    A reason of its own to open it. A deputy's place has the absent colleague's card.
    """
    team = TeamMember.objects.filter(enterprise_id=enterprise_id).order_by("escalation", "id")
    own = team.filter(card_id=card_id).first()
    if own:
        return own
    others = team.filter(card__in=absences_now().values("card")).select_related("card")
    for place in others.prefetch_related(*_away("card")):
        if place.card.away and place.card.away.stand_in and place.card.away.stand_in.pk == card_id:
            return place
    return None


def absences_now() -> QuerySet[StaffAbsence]:
    """Who is away at this moment, by the database's clock: what is shown is how things stand when it is asked for."""
    return StaffAbsence.objects.filter(starts_at__lte=Now(), ends_at__gt=Now())


def _away(card: str) -> list[Any]:
    """That the owner of a card is away now, and their deputies in turn: one query, and one for each deputy."""
    absent = f"{card}__absent_now" if card else "absent_now"
    own = Prefetch(f"{card}__absences" if card else "absences", _rows(), to_attr="absent_now")
    return [own, *deputies(f"{absent}__")]


def deputies(absence: str = "") -> list[Any]:
    """That a deputy is away too, and theirs."""
    second = f"{absence}deputy__absent_now__deputy__absences"
    return [
        Prefetch(f"{absence}deputy__absences", _rows(), to_attr="absent_now"),
        Prefetch(second, _rows(), to_attr="absent_now"),
    ]


def _rows() -> QuerySet[StaffAbsence]:
    return absences_now().select_related("deputy").order_by("-ends_at")


def with_absences(cards: Iterable[StaffCard]) -> list[StaffCard]:
    """The cards, each knowing whether its owner is away now and who stands in."""
    known = list(cards)
    prefetch_related_objects(known, *_away(""))
    return known


def reachable(card: StaffCard | None) -> StaffCard | None:
    """Whom to call now: the one named, or who stands in for them."""
    if card is None:
        return None
    # A card of the account team was read with it.
    away = (card if hasattr(card, "absent_now") else with_absences([card])[0]).away
    return (away.stand_in or card) if away else card


# As the roles are listed: who owns the orders first.
_TEAM_ORDER = Func(Value(list(TeamRole.values)), F("role"), function="array_position", output_field=IntegerField())


def list_team(actor: Actor, account_id: int | None = None) -> QuerySet[TeamMember]:
    """Who serves the enterprise, or one account of it, in the order to call them; who is away is told."""
    scope = Q(account_id__isnull=True)
    if account_id is not None:
        scope |= Q(account_id=account_id)
    return _team(actor).filter(scope)


def list_whole_team(actor: Actor) -> QuerySet[TeamMember]:
    """Everybody who serves the enterprise, or an account of it that the actor may see."""
    within = Q(account_id__isnull=True) | Q(account__in=list_accounts(actor).order_by().values("pk"))
    return _team(actor).filter(within).select_related("account")


def get_place(actor: Actor, pk: int) -> TeamMember | None:
    """One place in the account team of the actor's enterprise."""
    return list_whole_team(actor).filter(pk=pk).first()


def list_served(card_id: int) -> QuerySet[TeamMember]:
    """Somebody's places in account teams, across enterprises; asked by staff outside any."""
    places = TeamMember.objects.filter(card_id=card_id).select_related("enterprise", "account")
    return places.order_by("enterprise__legal_name", "enterprise_id", _TEAM_ORDER, "id")


def _team(actor: Actor) -> QuerySet[TeamMember]:
    team = of_enterprise(TeamMember.objects, actor).select_related("card").prefetch_related(*_away("card"))
    # Of two in one role, the account's own before the company's.
    return team.order_by("escalation", _TEAM_ORDER, F("account").asc(nulls_last=True), "id")


def list_platform_administrators() -> list[Person]:
    """Who edits the roles of the carrier's people; asked by staff."""
    found = StaffMember.objects.filter(
        role__permissions__contains=[Permission.ROLE_MANAGE], is_active=True, user__is_active=True
    ).select_related("card")
    return [Person(member.card.name, member.card.email) for member in found.order_by("card__name")[:5]]
