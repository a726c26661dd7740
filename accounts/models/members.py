"""Who is where, and may do what; who is told without signing in."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.companies import Account
from accounts.models.sign_ins import LANGUAGES, User
from portal.tables import TenantForeignKey, TenantOwned


class Membership(TenantOwned):
    """A person in one enterprise: name, title and phone there, and whether they administer it."""

    # Their own name and phone people write themselves.
    extra_grants: ClassVar = {"portal_app": ("UPDATE (name, phone)",)}

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        ACTIVE = "active", _("Active")
        INACTIVE = "inactive", _("Inactive")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=200)
    title = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    is_administrator = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "user"], name="accounts_membership_once")]

    def __str__(self) -> str:
        return self.name


class Grant(TenantOwned):
    """A permission of a person: on the whole enterprise, or on one account where named."""

    membership = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="grants")
    permission = models.CharField(max_length=60, db_collation="C")
    account = TenantForeignKey(Account, on_delete=models.CASCADE, related_name="+", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "membership", "permission", "account"],
                name="accounts_grant_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.permission} of membership {self.membership_id}"


class Contact(TenantOwned):
    """Somebody who receives notices without being a user: a shared mailbox, a local technician."""

    # A customer's people say themselves who else is told.
    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE", "DELETE")}
    name = models.CharField(max_length=200)
    email = models.EmailField()
    phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=5, choices=LANGUAGES, default="en")
    time_zone = models.CharField(max_length=50, default="UTC")
    account = TenantForeignKey(Account, on_delete=models.CASCADE, related_name="contacts", null=True, blank=True)
    wants_orders = models.BooleanField(default=False)
    wants_billing = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "email", "account"], name="accounts_contact_once", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["enterprise", "name"], name="accounts_contact_name")]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"
