"""Where billing accounts were, and when."""

from typing import ClassVar

from django.db import models

from accounts.models.companies import Account
from portal.tables import TenantForeignKey, TenantOwned


class AccountStay(TenantOwned):
    """A time in which an account was this enterprise's; an account that never moved has none.

    ``came_from`` and ``went_to`` are public IDs. What is ended is ended by the owner's job alone.
    """

    withheld: ClassVar = {"portal_staff_inside": ("INSERT", "UPDATE", "DELETE")}
    account = TenantForeignKey(Account, on_delete=models.CASCADE, related_name="stays")
    # None for since ever.
    since_at = models.DateTimeField(null=True, blank=True)
    until_at = models.DateTimeField(null=True, blank=True)
    came_from = models.CharField(max_length=20, blank=True, db_collation="C")
    went_to = models.CharField(max_length=20, blank=True, db_collation="C")
    # By which move; the name of who ended it stands there as elsewhere.
    ended_by = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["enterprise", "account"], name="accounts_stay_account")]

    def __str__(self) -> str:
        return f"account {self.account_id} since {self.since_at}"
