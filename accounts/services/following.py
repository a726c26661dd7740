"""What becomes of what somebody follows when they leave."""

from datetime import datetime

from accounts.models import Membership
from portal.actors import Actor
from portal.following.services import end_all_of
from portal.hearers import Party

PERSON = "accounts.membership"


def leave_followings(from_member: Membership, to_member: Membership | None, actor: Actor, at: datetime) -> None:
    """A colleague follows it from now on; where nobody takes over, it ends."""
    heir = Party(PERSON, to_member.pk) if to_member else None
    end_all_of(Party(PERSON, from_member.pk), from_member.name, heir=heir, actor=actor, at=at)
