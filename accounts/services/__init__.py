"""What changes people, enterprises and who may be where."""

from accounts.services.members import (
    HAND_OVERS,
    Invited,
    accept_invitation,
    change_details,
    check_invitation,
    clean_email,
    deactivate,
    invitation_token,
    invite,
    invite_again,
    reactivate,
    remove,
)
from accounts.services.profile import Profile, set_default_enterprise, set_language, set_profile
from accounts.services.rights import (
    Outdated,
    check_not_last,
    end_spans,
    lock_administrators,
    lock_member,
    remember_before,
    set_rights,
    set_team_rights,
)
from accounts.services.shipping import ship_house_and_roles
from accounts.services.teams import close_team, set_team
from accounts.services.visits import leave_enterprise, open_assigned, open_enterprise

__all__ = [
    "HAND_OVERS",
    "Invited",
    "Outdated",
    "Profile",
    "accept_invitation",
    "change_details",
    "check_invitation",
    "check_not_last",
    "clean_email",
    "close_team",
    "deactivate",
    "end_spans",
    "invitation_token",
    "invite",
    "invite_again",
    "leave_enterprise",
    "lock_administrators",
    "lock_member",
    "open_assigned",
    "open_enterprise",
    "reactivate",
    "read_invitation",
    "remember_before",
    "remove",
    "set_default_enterprise",
    "set_language",
    "set_profile",
    "set_rights",
    "set_team",
    "set_team_rights",
    "ship_house_and_roles",
]
