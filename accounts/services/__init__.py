"""What changes people, enterprises and who may be where."""

from accounts.services.keys import hand_over_keys, note_key_use
from accounts.services.profile import Profile, set_default_enterprise, set_language, set_profile
from accounts.services.shipping import ship_house_and_roles
from accounts.services.visits import leave_enterprise, open_assigned, open_enterprise

__all__ = [
    "Profile",
    "hand_over_keys",
    "leave_enterprise",
    "note_key_use",
    "open_assigned",
    "open_enterprise",
    "set_default_enterprise",
    "set_language",
    "set_profile",
    "ship_house_and_roles",
]
