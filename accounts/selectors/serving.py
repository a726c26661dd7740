"""Who of the carrier serves a customer, and who looked at its data."""

from datetime import datetime

from django.db.models import Case, Q, QuerySet, Value, When

from accounts.models import (
    StaffCard,
    StaffMember,
    StaffVisit,
    TeamMember,
    TeamRole,
)
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


def list_platform_administrators() -> list[Person]:
    """Who edits the roles of the carrier's people; asked by staff."""
    found = StaffMember.objects.filter(role__code="platform_admin", is_active=True).select_related("card")
    return [Person(member.card.name, member.card.email) for member in found.order_by("card__name")[:5]]
