"""Who works for the carrier, who did, and what each role may do."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import StaffCard, StaffMember, StaffRole, TeamMember
from accounts.permissions import ADMINISTERING, STAFF_ROLES
from portal import locator, registries
from portal.errors import Text
from portal.models import Event


def list_people() -> QuerySet[StaffMember]:
    """Who works here and who did, with card, sign-in and role."""
    return StaffMember.objects.select_related("card", "role", "user").order_by("card__name", "id")


def get_person(card_id: int) -> StaffMember | None:
    """One of them, by the card."""
    return list_people().filter(card_id=card_id).first()


def list_invited() -> QuerySet[StaffMember]:
    """Who was hired and has never signed in."""
    return list_people().filter(is_active=True, user__last_login__isnull=True)


def list_roles() -> QuerySet[StaffRole]:
    """The roles, each with how many people have it (``held``)."""
    working = Count("members", filter=Q(members__is_active=True))
    return StaffRole.objects.annotate(held=working).order_by("name", "id")


def get_role(code: str) -> StaffRole | None:
    return list_roles().filter(code=code).first()


def list_holders(role: StaffRole) -> QuerySet[StaffMember]:
    """Who has a role and works here."""
    return list_people().filter(role=role, is_active=True)


def is_shipped(role: StaffRole) -> bool:
    """One of the portal's own roles: it can be changed, and not removed."""
    return role.code in STAFF_ROLES


def count_administrators() -> int:
    """How many of those who work here can hire, and edit roles."""
    working = StaffMember.objects.filter(is_active=True, user__is_active=True)
    return working.filter(role__permissions__contains=sorted(ADMINISTERING)).count()


def list_story(card: StaffCard) -> QuerySet[Event]:
    """What happened to a colleague, newest first, out of the house's journal."""
    mine = Event.objects.filter(enterprise_id=locator.house_id(), story_type=card._meta.label_lower, story_id=card.pk)
    return mine.order_by("-at", "-id")


def list_role_story(role: StaffRole) -> QuerySet[Event]:
    """How a role came to be what it is."""
    mine = Event.objects.filter(enterprise_id=locator.house_id(), story_type=role._meta.label_lower, story_id=role.pk)
    return mine.order_by("-at", "-id")


def count_places(card: StaffCard) -> int:
    """In how many account teams somebody has a place, accounts counted singly."""
    return TeamMember.objects.filter(card=card).count()


def gained_and_lost(before: Collection[str], after: Collection[str]) -> tuple[list[str], list[str]]:
    """What a person may do more, and no longer."""
    return sorted(set(after) - set(before)), sorted(set(before) - set(after))


# --- permissions in words --------------------------------------------------------------------------

# The first part of a permission's code -> the section that it stands in.
_SECTIONS: dict[str, tuple[str, Text]] = {
    "enterprise": ("customers", _("Customers")),
    "team": ("customers", _("Customers")),
    "account": ("customers", _("Customers")),
    "administrator": ("customers", _("Customers")),
    "api": ("customers", _("Customers")),
    "order": ("orders", _("Orders")),
    "milestone": ("orders", _("Orders")),
    "billing": ("billing", _("Billing")),
    "dispute": ("billing", _("Billing")),
    "billrun": ("billing", _("Billing")),
    "staff": ("colleagues", _("Colleagues")),
    "role": ("colleagues", _("Colleagues")),
    "absence": ("colleagues", _("Colleagues")),
}
_REST: tuple[str, Text] = ("portal", _("The portal and its policy"))
_ORDER = ("customers", "orders", "billing", "colleagues", "portal")


@dataclass(frozen=True)
class Section:
    """Permissions that belong together: each its code, and what it lets one do."""

    key: str
    label: Text
    permissions: list[tuple[str, Text]]


def sections(held: Iterable[str] | None = None) -> list[Section]:
    """All that roles can hold by section, or what of it is held."""
    found: dict[str, Section] = {}
    wanted = set(registries.staff_permissions() if held is None else held)
    for code, words in registries.staff_permissions().items():
        key, label = _SECTIONS.get(code.partition(".")[0], _REST)
        if code in wanted:
            found.setdefault(key, Section(key, label, [])).permissions.append((code, words))
    return [found[key] for key in _ORDER if key in found]


def lacking(held: Iterable[str]) -> list[Section]:
    """The same of all that is not held."""
    return sections(set(registries.staff_permissions()) - set(held))
