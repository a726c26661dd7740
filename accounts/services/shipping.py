"""What every carrier begins with."""

from django.conf import settings
from django.db import transaction

from accounts.models import Enterprise, StaffRole
from accounts.permissions import STAFF_ROLES
from portal import locator, registries
from portal.tenancy import tenant_scope


@transaction.atomic
def ship_house_and_roles() -> None:
    """The carrier's own enterprise and the shipped staff roles; run by the owner after migrate."""
    carrier = settings.CARRIER
    if locator.find(locator.HOUSE, locator.HOUSE) is None:
        house = Enterprise.objects.create(
            public_id=carrier["public_id"], legal_name=carrier["legal_name"], custom_name=carrier["name"], is_house=True
        )
        with tenant_scope(house.pk):
            keys = [(locator.HOUSE, locator.HOUSE), (locator.ENTERPRISE, house.public_id)]
            locator.remember(locator.row(kind, key, enterprise_id=house.pk, is_exclusive=True) for kind, key in keys)
    shipped = registries.staff_roles()
    for code, name in STAFF_ROLES.items():
        _ship_role(code, name, shipped.get(code, set()))


def _ship_role(code: str, name: str, offered: set[str]) -> None:
    """A role keeps what the carrier made of it; only permissions that are new since are added."""
    role, _made = StaffRole.objects.get_or_create(code=code, defaults={"name": name})
    new = offered - set(role.shipped)
    if new:
        role.permissions = sorted(set(role.permissions) | new)
        role.shipped = sorted(set(role.shipped) | new)
        role.save(update_fields=["permissions", "shipped"])
