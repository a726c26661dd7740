"""Coming in: what colleagues ask for that they lack, and who registers by themselves."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from accounts.models.companies import Enterprise
from accounts.models.members import Membership
from accounts.models.sign_ins import LANGUAGES
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


class RegistrationStatus(models.TextChoices):
    ASKED = "asked", pgettext_lazy("registration", "To be looked at")
    INVITED = "invited", pgettext_lazy("registration", "Link sent")
    TAKEN = "taken", pgettext_lazy("registration", "Account has people already")
    CLOSED = "closed", pgettext_lazy("registration", "Self-registration is off")
    MISFIT = "misfit", pgettext_lazy("registration", "Not proven")


_R = RegistrationStatus
REGISTRATION_FLOW = Flow(
    name="registration",
    states=RegistrationStatus,
    moves=table({_R.ASKED: [_R.INVITED, _R.TAKEN, _R.CLOSED, _R.MISFIT]}),
    tones={_R.ASKED: "amber", _R.INVITED: "green", _R.TAKEN: "blue", _R.CLOSED: "blue", _R.MISFIT: "red"},
    standard={
        _R.ASKED: "pending",
        _R.INVITED: "approved",
        _R.TAKEN: "rejected",
        _R.CLOSED: "rejected",
        _R.MISFIT: "rejected",
    },
)


class Registration(TenantOwned):
    """Somebody without a sign-in says that an account is theirs. It stands in the house until it is looked at.

    Whoever asks is answered before anything of the account was read: nothing of it can show in the answer.
    """

    extra_grants: ClassVar = {"portal_app": ("INSERT",)}
    withheld: ClassVar = {"portal_staff_inside": ("INSERT", "DELETE")}
    segment = models.CharField(max_length=12, choices=Enterprise.Segment)
    number = models.CharField(max_length=40, db_collation="C")
    name = models.CharField(max_length=200)
    email = models.EmailField()
    language = models.CharField(max_length=5, choices=LANGUAGES, default="en")
    proof_kind = models.CharField(max_length=20)
    # Sealed, and gone once it was looked at.
    proof = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField()
    asked_from = models.GenericIPAddressField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=RegistrationStatus, default=RegistrationStatus.ASKED)
    judged_at = models.DateTimeField(null=True, blank=True)
    # The public ID of the enterprise whose account it is, where the proof was right.
    place = models.CharField(max_length=20, blank=True, db_collation="C")

    class Meta:
        constraints = [REGISTRATION_FLOW.constraint()]
        indexes = [
            models.Index(fields=["enterprise", "asked_at", "id"], name="accounts_registration_asked"),
            models.Index(
                fields=["id"], name="accounts_registration_waiting", condition=Q(status=RegistrationStatus.ASKED)
            ),
        ]

    def __str__(self) -> str:
        return f"registration {self.pk}"
