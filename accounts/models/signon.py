"""A customer's own sign-on: the provider of its identities, the mail domains it has proven, and who is who there."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models.members import Membership
from accounts.models.sign_ins import User
from portal.tables import TenantForeignKey, TenantOwned

# What clients' secrets are sealed for; see portal.seals.
CLIENTS = "sign-on clients"


class SignOn(TenantOwned):
    """An enterprise's OpenID Connect provider, and what of its word is taken."""

    extra_grants: ClassVar = {
        "portal_app": (
            "INSERT",
            "UPDATE (name, issuer, client_id, sealed_secret, mail_claim, name_claim, factor_values)",
            "UPDATE (takes_newcomers, is_active, changed_at)",
        )
    }
    withheld: ClassVar = {"portal_staff_inside": ("INSERT", "DELETE")}
    handle = models.CharField(max_length=16, db_collation="C")  # in the address of its door; nothing secret
    name = models.CharField(max_length=80)
    issuer = models.URLField(max_length=300)
    client_id = models.CharField(max_length=200)
    sealed_secret = models.TextField(blank=True)
    mail_claim = models.CharField(max_length=60, default="email")
    name_claim = models.CharField(max_length=60, default="name")
    # Values of the claims amr or acr by which the provider says that a second factor was shown.
    factor_values = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    takes_newcomers = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise"], name="accounts_signon_once"),
        ]

    def __str__(self) -> str:
        return self.name


class SignOnDomain(TenantOwned):
    """A mail domain that the enterprise says is its own, and has proven by a record in its DNS."""

    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE (proven_at)", "DELETE")}
    withheld: ClassVar = {"portal_staff_inside": ("INSERT",)}
    domain = models.CharField(max_length=253, db_collation="C")
    token = models.CharField(max_length=43)
    added_at = models.DateTimeField()
    proven_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "domain"], name="accounts_signondomain_once")]

    def __str__(self) -> str:
        return self.domain


class SignOnLink(TenantOwned):
    """Who a subject of the provider is here. The issuer is kept: another provider's subjects are other people."""

    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE (last_used_at)", "DELETE")}
    withheld: ClassVar = {"portal_staff_inside": ("INSERT",)}
    issuer = models.URLField(max_length=300)
    subject = models.CharField(max_length=255, db_collation="C")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    membership = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="sign_ons")
    linked_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "issuer", "subject"], name="accounts_signonlink_subject"),
            models.UniqueConstraint(fields=["enterprise", "issuer", "membership"], name="accounts_signonlink_member"),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} at {self.issuer}"
