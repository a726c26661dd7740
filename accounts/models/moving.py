"""Where billing accounts were and when, what is to move where, and codes that prove an account."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from accounts.models.companies import Account, Enterprise
from portal.flows import Flow, table
from portal.tables import CarrierOwned, TenantForeignKey, TenantOwned


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


class MoveKind(models.TextChoices):
    CLAIM = "claim", pgettext_lazy("move of accounts", "Claimed by registering")
    ACCOUNT = "account", pgettext_lazy("move of accounts", "One account, with proof")
    SPLIT = "split", pgettext_lazy("move of accounts", "Some accounts")
    MERGE = "merge", pgettext_lazy("move of accounts", "All accounts: one enterprise joins another")


class MoveStatus(models.TextChoices):
    ASKED = "asked", pgettext_lazy("move of accounts", "Being looked at")
    OPEN = "open", pgettext_lazy("move of accounts", "Waits for approval")
    APPROVED = "approved", pgettext_lazy("move of accounts", "Approved, to be carried out")
    DONE = "done", pgettext_lazy("move of accounts", "Done")
    DECLINED = "declined", pgettext_lazy("move of accounts", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("move of accounts", "Cancelled")
    MISFIT = "misfit", pgettext_lazy("move of accounts", "Not proven")
    LAPSED = "lapsed", pgettext_lazy("move of accounts", "Not agreed in time")


_M = MoveStatus
MOVE_FLOW = Flow(
    name="move",
    states=MoveStatus,
    moves=table(
        {
            _M.ASKED: [_M.OPEN, _M.MISFIT, _M.WITHDRAWN],
            _M.OPEN: [_M.APPROVED, _M.DECLINED, _M.WITHDRAWN, _M.LAPSED],
            # Until its day comes either side, and the carrier, can still stop it.
            _M.APPROVED: [_M.DONE, _M.DECLINED, _M.WITHDRAWN],
        }
    ),
    tones={
        _M.ASKED: "gray", _M.OPEN: "amber", _M.APPROVED: "blue", _M.DONE: "green", _M.DECLINED: "red",
        _M.WITHDRAWN: "gray", _M.MISFIT: "red", _M.LAPSED: "gray",
    },
    standard={
        _M.ASKED: "acknowledged", _M.OPEN: "pending", _M.APPROVED: "inProgress", _M.DONE: "completed",
        _M.DECLINED: "rejected", _M.WITHDRAWN: "cancelled", _M.MISFIT: "rejected", _M.LAPSED: "cancelled",
    },
)  # fmt: skip


class Move(CarrierOwned):
    """Accounts that are to go from one enterprise to another: the carrier's record, by which the owner's job acts.

    No customer's side can write it, so that nobody moves anything without the carrier. ``accounts`` are
    numbers; none stands for all. A claim names its target once it is carried out. ``unknown`` is the ID that was
    asked for where no customer has it: who asked is not told so.
    """

    extra_grants: ClassVar = {"portal_staff_inside": ("INSERT", "UPDATE")}
    withheld: ClassVar = {"portal_staff": ("DELETE",)}
    number = models.CharField(max_length=30, unique=True, db_collation="C")
    kind = models.CharField(max_length=10, choices=MoveKind)
    status = models.CharField(max_length=10, choices=MoveStatus, default=MoveStatus.OPEN)
    source = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    target = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    unknown = models.CharField(max_length=20, blank=True, db_collation="C")
    accounts = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    effective_on = models.DateField()  # of the carrier's calendar
    why = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField()
    # Who registered, where that is why, or is the first administrator of a new one: mail, name and language.
    claimant = models.JSONField(null=True, blank=True)
    # What the enterprise that is made for a split is like, as the carrier's people wrote it.
    founding = models.JSONField(null=True, blank=True)
    approved_by = models.CharField(max_length=200, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    grounds = models.CharField(max_length=500, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    moved = models.JSONField(default=dict, blank=True)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [MOVE_FLOW.constraint()]
        indexes = [models.Index(fields=["status", "effective_on"], name="accounts_move_due")]

    @property
    def is_to_new(self) -> bool:
        """Whether the accounts go to an enterprise that is made for them."""
        return self.kind == MoveKind.SPLIT and self.target_id is None and not self.unknown

    def __str__(self) -> str:
        return self.number


class Said(models.TextChoices):
    NOTHING = "", pgettext_lazy("move of accounts", "Not yet")
    AGREED = "agreed", pgettext_lazy("move of accounts", "Agreed")
    DECLINED = "declined", pgettext_lazy("move of accounts", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("move of accounts", "Cancelled")


class MoveSide(TenantOwned):
    """A move as one of the two enterprises has it, and what its administrators say to it.

    The asker's comes first, and is looked at by the carrier's task: nothing of the other enterprise is read while
    somebody asks. ``other`` is its public ID; its name is shown once it has agreed.
    """

    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE (said, said_at, said_by, answer, chosen, chosen_by)")}
    withheld: ClassVar = {"portal_staff_inside": ("DELETE",)}
    move_id = models.BigIntegerField(null=True, blank=True)
    number = models.CharField(max_length=30, blank=True, db_collation="C")
    kind = models.CharField(max_length=10, choices=MoveKind)
    gives = models.BooleanField()
    is_asker = models.BooleanField()
    other = models.CharField(max_length=20, blank=True, db_collation="C")
    other_name = models.CharField(max_length=200, blank=True)
    accounts = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    effective_on = models.DateField()
    why = models.CharField(max_length=500, blank=True)
    proof_kind = models.CharField(max_length=20, blank=True)
    # Sealed, and gone once it was looked at.
    proof = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=200, blank=True)
    said = models.CharField(max_length=10, choices=Said, blank=True)
    said_at = models.DateTimeField(null=True, blank=True)
    said_by = models.CharField(max_length=200, blank=True)
    # Why it was declined or cancelled.
    answer = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=10, choices=MoveStatus, default=MoveStatus.ASKED)
    other_said = models.CharField(max_length=10, choices=Said, blank=True)
    carrier_at = models.DateTimeField(null=True, blank=True)
    # Of a merge: the memberships of who is sent along, or is let in of those whom the other side offers.
    chosen = ArrayField(models.BigIntegerField(), default=list, blank=True)
    chosen_by = models.CharField(max_length=200, blank=True)
    # Whom the other side offers: key, name, title, and what each would hold on which of the accounts.
    offered = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=MoveStatus.values), name="accounts_moveside_status_known"),
            models.UniqueConstraint(
                fields=["enterprise", "move_id"], condition=Q(move_id__isnull=False), name="accounts_moveside_once"
            ),
        ]
        indexes = [
            models.Index(fields=["enterprise", "-asked_at", "-id"], name="accounts_moveside_asked"),
            # The task that looks at what was asked and said goes across enterprises.
            models.Index(
                fields=["id"], name="accounts_moveside_waiting", condition=Q(status__in=["asked", "open", "approved"])
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"move asked for {self.asked_at:%Y-%m-%d}"


class AccountCode(TenantOwned):
    """A code by which the carrier lets somebody prove an account: shown once, kept as a hash, used once."""

    withheld: ClassVar = {"portal_app": ("SELECT",), "portal_staff_inside": ("DELETE",)}
    account = TenantForeignKey(Account, on_delete=models.CASCADE, related_name="codes")
    code_hash = models.CharField(max_length=64, db_collation="C")
    given_to = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    until_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["enterprise", "account"], name="accounts_code_account")]

    def __str__(self) -> str:
        return f"code for account {self.account_id}"
