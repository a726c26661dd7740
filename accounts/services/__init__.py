"""What changes people, enterprises and who may be where."""

from accounts.services.profile import Profile, set_default_enterprise, set_language, set_profile
from accounts.services.serving import (
    Away,
    Place,
    PlaceMoved,
    add_place,
    change_place,
    end_absence,
    end_place,
    hand_over,
    lock_staff,
    place_of,
    require_working,
    set_absence,
)
from accounts.services.shipping import ship_house_and_roles
from accounts.services.visits import leave_enterprise, open_assigned, open_enterprise

__all__ = [
    "Away",
    "Place",
    "PlaceMoved",
    "Profile",
    "add_place",
    "change_place",
    "end_absence",
    "end_place",
    "hand_over",
    "leave_enterprise",
    "lock_staff",
    "open_assigned",
    "open_enterprise",
    "place_of",
    "require_working",
    "set_absence",
    "set_default_enterprise",
    "set_language",
    "set_profile",
    "ship_house_and_roles",
]
