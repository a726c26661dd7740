"""Coming in: what colleagues ask for that they lack."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from accounts.models.members import Membership
from portal.flows import Flow, table
from portal.tables import TenantForeignKey, TenantOwned


class AccessStatus(models.TextChoices):
    ASKED = "asked", pgettext_lazy("request for access", "Waits")
    GRANTED = "granted", pgettext_lazy("request for access", "Granted")
    DECLINED = "declined", pgettext_lazy("request for access", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("request for access", "Withdrawn")


_S = AccessStatus
ACCESS_FLOW = Flow(
    name="accessrequest",
    states=AccessStatus,
    moves=table({_S.ASKED: [_S.GRANTED, _S.DECLINED, _S.WITHDRAWN]}),
    tones={_S.ASKED: "amber", _S.GRANTED: "green", _S.DECLINED: "red", _S.WITHDRAWN: "gray"},
    standard={
        _S.ASKED: "pending",
        _S.GRANTED: "approved",
        _S.DECLINED: "rejected",
        _S.WITHDRAWN: "cancelled",
    },
)


class AccessRequest(TenantOwned):
    """A permission that one of the enterprise's people asks their colleagues for.

    ``places`` is in the asker's words: who lacks a permission may not be shown which accounts there are.
    """

    extra_grants: ClassVar = {
        "portal_app": ("INSERT", "UPDATE (status, places, why, decided_at, decided_by, answer)"),
    }
    withheld: ClassVar = {"portal_staff_inside": ("INSERT", "DELETE")}
    membership = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="asked")
    permission = models.CharField(max_length=60, db_collation="C")
    # Accounts or groups, a line each; empty for the whole enterprise.
    places = models.CharField(max_length=500, blank=True)
    why = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=10, choices=AccessStatus, default=AccessStatus.ASKED)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            ACCESS_FLOW.constraint(),
            models.UniqueConstraint(
                fields=["enterprise", "membership", "permission"],
                condition=Q(status=AccessStatus.ASKED),
                name="accounts_accessrequest_once",
            ),
        ]
        indexes = [
            models.Index(fields=["enterprise", "asked_at", "id"], name="accounts_accessrequest_asked"),
            models.Index(fields=["enterprise", "membership"], name="accounts_accessrequest_member"),
        ]

    def __str__(self) -> str:
        return f"{self.permission} for membership {self.membership_id}"
