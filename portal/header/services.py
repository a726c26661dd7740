"""What changes what a person was told: that they have read it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from portal.actors import Actor
from portal.models import Notice
from portal.tenancy import tenant_scope


def mark_read(unread: Mapping[int, Sequence[int]], *, actor: Actor, at: datetime) -> int:
    """Note that the person has read these of their notices, keys by enterprise; returns how many were unread.

    Staff read what they were told without opening the customer: it is their own mail. So each
    enterprise is entered for no more than the note.
    """
    marked = 0
    for enterprise_id, keys in unread.items():
        with tenant_scope(enterprise_id):
            mine = Notice.objects.filter(enterprise_id=enterprise_id, recipient=actor.email, pk__in=keys)
            marked += mine.filter(read_at=None).update(read_at=at)
    return marked
