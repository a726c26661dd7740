"""The periodic look at who has what: one review at a time, and a line for each person."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.members import Membership, Team
from portal.flows import Flow, table
from portal.tables import TenantForeignKey, TenantOwned


class ReviewStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("access review", "Under way")
    DONE = "done", pgettext_lazy("access review", "Complete")


REVIEW_FLOW = Flow(
    name="review",
    states=ReviewStatus,
    moves=table({ReviewStatus.OPEN: [ReviewStatus.DONE]}),
    tones={ReviewStatus.OPEN: "amber", ReviewStatus.DONE: "green"},
    standard={ReviewStatus.OPEN: "inProgress", ReviewStatus.DONE: "completed"},
)


class AccessReview(TenantOwned):
    """An enterprise's administrators are asked to say of each of its people whether they keep what they have."""

    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE (status, ended_at)")}
    withheld: ClassVar = {"portal_staff_inside": ("DELETE",)}
    number = models.PositiveIntegerField()  # 1 is the enterprise's first
    status = models.CharField(max_length=10, choices=ReviewStatus, default=ReviewStatus.OPEN)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=200)
    # The last day on which it is in time, in the enterprise's time zone.
    due_on = models.DateField()
    ended_at = models.DateTimeField(null=True, blank=True)
    # The day of the last mail about it, and when it was found to be late.
    reminded_on = models.DateField()
    late_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            REVIEW_FLOW.constraint(),
            models.UniqueConstraint(fields=["enterprise", "number"], name="accounts_accessreview_number"),
            models.UniqueConstraint(
                fields=["enterprise"], condition=Q(status=ReviewStatus.OPEN), name="accounts_accessreview_one"
            ),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], name="accounts_accessreview_due", condition=Q(status="open")),
        ]

    def __str__(self) -> str:
        return f"access review {self.number}"


class ReviewAnswer(models.TextChoices):
    WAITS = "waits", pgettext_lazy("access review", "To be confirmed")
    KEPT = "kept", pgettext_lazy("access review", "Confirmed")
    CHANGED = "changed", pgettext_lazy("access review", "Changed")
    ENDED = "ended", pgettext_lazy("access review", "Ended")


_A = ReviewAnswer
ANSWER_FLOW = Flow(
    name="reviewline",
    states=ReviewAnswer,
    moves=table({_A.WAITS: [_A.KEPT, _A.CHANGED, _A.ENDED]}),
    tones={_A.WAITS: "amber", _A.KEPT: "green", _A.CHANGED: "blue", _A.ENDED: "gray"},
    standard={_A.WAITS: "pending", _A.KEPT: "approved", _A.CHANGED: "approved", _A.ENDED: "rejected"},
)


class ReviewLine(TenantOwned):
    """One person or one team in a review, and what was said of them; ``held`` is what they had when it was said."""

    extra_grants: ClassVar = {
        "portal_app": ("INSERT", "UPDATE (answer, decided_at, decided_by, held, was_administrator)")
    }
    withheld: ClassVar = {"portal_staff_inside": ("DELETE",)}
    review = TenantForeignKey(AccessReview, on_delete=models.CASCADE, related_name="lines")
    membership = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="reviewed", null=True, blank=True)
    team = TenantForeignKey(Team, on_delete=models.CASCADE, related_name="reviewed", null=True, blank=True)
    name = models.CharField(_("Name"), max_length=200)
    answer = models.CharField(max_length=10, choices=ReviewAnswer, default=ReviewAnswer.WAITS)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    held = models.JSONField(default=list, blank=True)
    was_administrator = models.BooleanField(default=False)

    class Meta:
        constraints = [
            ANSWER_FLOW.constraint("answer"),
            models.UniqueConstraint(fields=["enterprise", "review", "membership"], name="accounts_reviewline_once"),
            models.UniqueConstraint(fields=["enterprise", "review", "team"], name="accounts_reviewline_team_once"),
            models.CheckConstraint(
                condition=Q(membership=None, team__isnull=False) | Q(membership__isnull=False, team=None),
                name="accounts_reviewline_of_one",
            ),
        ]
        indexes = [
            models.Index(fields=["enterprise", "name", "id"], name="accounts_reviewline_name"),
            models.Index(
                fields=["enterprise", "membership"], name="accounts_reviewline_waits", condition=Q(answer="waits")
            ),
            models.Index(fields=["enterprise", "team"], name="accounts_reviewline_team", condition=Q(answer="waits")),
        ]

    def __str__(self) -> str:
        return f"{self.name} in review {self.review_id}"
