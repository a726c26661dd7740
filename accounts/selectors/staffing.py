"""The carrier's own people, as they find one another."""

from django.db.models import Q, QuerySet

from accounts.models import StaffMember
from portal.suggestions import MOST, Suggestion


def list_staff() -> QuerySet[StaffMember]:
    """Who works here, with card, sign-in and role."""
    return StaffMember.objects.filter(is_active=True).select_related("card", "role", "user")


def find_colleague(email: str) -> StaffMember | None:
    """One who works here, by the mail address on the card."""
    return list_staff().filter(card__email=email.strip().lower()).first()


def suggest_colleagues(typed: str) -> list[Suggestion]:
    """Who works here by a part of their name, title or address, for a field that suggests them."""
    fits = Q(card__name__icontains=typed) | Q(card__email__istartswith=typed) | Q(card__title__icontains=typed)
    rows = list_staff().filter(fits).order_by("card__name")[:MOST]
    return [Suggestion(each.card.email, each.card.name, each.card.title) for each in rows]
