"""API keys: by which a customer's programs act, within what their owner may do."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.companies import Account
from accounts.models.members import Membership
from portal.flows import Flow, table
from portal.tables import TenantForeignKey, TenantOwned


class KeyStatus(models.TextChoices):
    PENDING = "pending", _("Waits for approval")
    APPROVED = "approved", pgettext_lazy("API key", "Approved, to be collected")
    DECLINED = "declined", pgettext_lazy("API key", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("API key", "Withdrawn")
    ACTIVE = "active", pgettext_lazy("API key", "Active")
    REVOKED = "revoked", pgettext_lazy("API key", "Revoked")
    EXPIRED = "expired", pgettext_lazy("API key", "Expired")


_S = KeyStatus
KEY_FLOW = Flow(
    name="apikey",
    states=KeyStatus,
    moves=table(
        {
            _S.PENDING: [_S.APPROVED, _S.DECLINED, _S.WITHDRAWN],
            _S.APPROVED: [_S.ACTIVE, _S.REVOKED, _S.EXPIRED],
            _S.ACTIVE: [_S.REVOKED, _S.EXPIRED],
        }
    ),
    tones={
        _S.PENDING: "amber", _S.APPROVED: "blue", _S.ACTIVE: "green", _S.DECLINED: "red", _S.REVOKED: "red",
        _S.WITHDRAWN: "gray", _S.EXPIRED: "gray",
    },
    # TMF669 knows a party role's states; a key's are told alike.
    standard={
        _S.PENDING: "pending",
        _S.APPROVED: "approved",
        _S.DECLINED: "rejected",
        _S.WITHDRAWN: "cancelled",
        _S.ACTIVE: "active",
        _S.REVOKED: "terminated",
        _S.EXPIRED: "expired",
    },
)  # fmt: skip


class ApiKey(TenantOwned):
    """What a program may do in an enterprise, for whom, and until when. Its secrets are kept apart, as hashes.

    It reaches at each call no more than its owner does at that moment.
    """

    extra_grants: ClassVar = {
        "portal_app": (
            "INSERT",
            "UPDATE (owner_id, status, decided_at, decided_by, ended_at, reason)",
            "UPDATE (last_used_at, last_used_from)",
        )
    }
    withheld: ClassVar = {"portal_staff_inside": ("INSERT", "DELETE")}
    name = models.CharField(max_length=80)
    purpose = models.CharField(max_length=500)
    contact_email = models.EmailField()
    owner = TenantForeignKey(Membership, related_name="keys")
    requested_by_user_id = models.BigIntegerField()
    requested_by = models.CharField(max_length=200)
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    permissions = ArrayField(models.CharField(max_length=60))
    # Otherwise only the accounts that stand beside it.
    is_all_accounts = models.BooleanField(default=True)
    status = models.CharField(max_length=10, choices=KeyStatus, default=KeyStatus.PENDING)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # Why it was declined or revoked.
    reason = models.CharField(max_length=300, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.GenericIPAddressField(null=True, blank=True)
    # The last warning of its end: as many days before.
    warned_days = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            KEY_FLOW.constraint(),
            models.CheckConstraint(condition=Q(expires_at__gt=F("requested_at")), name="accounts_apikey_span"),
        ]
        indexes = [
            models.Index(fields=["enterprise", "requested_at", "id"], name="accounts_apikey_requested"),
            models.Index(fields=["enterprise", "expires_at", "id"], name="accounts_apikey_expires"),
            models.Index(fields=["enterprise", "owner", "status"], name="accounts_apikey_owner"),
            # The carrier's approvers, and the daily look at what ends, go across enterprises.
            models.Index(
                fields=["requested_at", "id"], name="accounts_apikey_pending", condition=Q(status=KeyStatus.PENDING)
            ),
            models.Index(
                fields=["expires_at"],
                name="accounts_apikey_ending",
                condition=Q(status__in=[KeyStatus.APPROVED, KeyStatus.ACTIVE]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ApiKeyAccount(TenantOwned):
    """One of the accounts to which a key is held."""

    extra_grants: ClassVar = {"portal_app": ("INSERT",)}
    withheld: ClassVar = {"portal_staff_inside": ("INSERT",)}
    key = TenantForeignKey(ApiKey, on_delete=models.CASCADE, related_name="reach")
    account = TenantForeignKey(Account, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "key", "account"], name="accounts_apikeyaccount_once")
        ]
        indexes = [models.Index(fields=["enterprise", "account"], name="accounts_apikey_account")]

    def __str__(self) -> str:
        return f"Key {self.key_id} on account {self.account_id}"


class ApiSecret(TenantOwned):
    """One secret of a key, as a hash. A reset makes another; the old one ends at once or a little later."""

    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE (ends_at)")}
    withheld: ClassVar = {"portal_staff_inside": ("INSERT", "DELETE")}
    key = TenantForeignKey(ApiKey, on_delete=models.CASCADE, related_name="secrets")
    # The beginning of the key's text, by which it is found and told from others. Nothing secret.
    handle = models.CharField(max_length=12, db_collation="C")
    secret_hash = models.CharField(max_length=64, db_collation="C")
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "handle"], name="accounts_apisecret_handle"),
        ]
        indexes = [models.Index(fields=["enterprise", "key", "made_at"], name="accounts_apisecret_key")]

    def __str__(self) -> str:
        return self.handle
