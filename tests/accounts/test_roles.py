"""The carrier's roles as shipped, and what the carrier makes of them."""

from accounts.models import StaffRole
from accounts.services import ship_house_and_roles
from portal import registries
from tests.faces import as_staff


def test_a_role_keeps_what_the_carrier_took_away_and_gets_what_is_new(db, monkeypatch):
    with as_staff():
        role = StaffRole.objects.get(code="care_manager")
        assert "milestone.complete" in role.permissions
        role.permissions.remove("milestone.complete")
        role.save()
        shipped = registries.staff_roles()
        shipped["care_manager"].add("something.new")
        monkeypatch.setattr(registries, "staff_roles", lambda: shipped)
        ship_house_and_roles()
        role.refresh_from_db()
        assert "milestone.complete" not in role.permissions
        assert "something.new" in role.permissions
