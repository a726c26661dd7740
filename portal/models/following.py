"""Who follows what."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from portal.tables import TenantOwned


class Following(TenantOwned):
    """Somebody follows one thing, or wants to hear no more of it; the row goes when neither is so.

    ``follower_type`` and ``follower_id`` name whom, as "accounts.team": a person, a team, or a contact
    without a sign-in. Whether they may see the thing is asked whenever there is something to tell.
    """

    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE (is_following, is_muted)", "DELETE")}
    subject_type = models.CharField(max_length=60, db_collation="C")
    subject_id = models.BigIntegerField()
    follower_type = models.CharField(max_length=60, db_collation="C")
    follower_id = models.BigIntegerField()
    is_following = models.BooleanField(default=True)
    # By their own wish; it silences too what they hear of by their rights.
    is_muted = models.BooleanField(default=False)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)
    added_by_user_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "subject_type", "subject_id", "follower_type", "follower_id"],
                name="portal_following_once",
            ),
            models.CheckConstraint(
                condition=Q(is_following=True) | Q(is_muted=True), name="portal_following_says_something"
            ),
        ]
        indexes = [
            models.Index(fields=["enterprise", "follower_type", "follower_id"], name="portal_following_follower"),
        ]

    def __str__(self) -> str:
        return f"{self.follower_type} {self.follower_id} and {self.subject_type} {self.subject_id}"
