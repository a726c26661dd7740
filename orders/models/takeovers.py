"""Services that go to another enterprise: what the carrier knows of it, and what each side has of it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Enterprise, MoveStatus, Said
from portal.tables import CarrierOwned, TenantOwned

_OPEN = [MoveStatus.ASKED, MoveStatus.OPEN, MoveStatus.APPROVED]


class Takeover(CarrierOwned):
    """Services that one enterprise gives to an account of another: the carrier's record, by which its task acts.

    No customer's side can write it, so that no service crosses without the carrier. It goes through
    the states of moves of accounts. ``number`` is that of the giver's order. ``services`` are what
    was offered, as it was then; the receiver reads that and nothing of the giver's history.
    """

    extra_grants: ClassVar = {"portal_staff_inside": ("INSERT", "UPDATE")}
    withheld: ClassVar = {"portal_staff": ("DELETE",)}
    number = models.CharField(max_length=30, db_collation="C")
    status = models.CharField(max_length=10, choices=MoveStatus, default=MoveStatus.OPEN)
    source = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+", db_index=False)
    target = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+", db_index=False)
    order_key = models.BigIntegerField()  # of the giver's
    account = models.CharField(max_length=40)  # the receiver's
    account_key = models.BigIntegerField()
    services = models.JSONField(default=list)
    effective_on = models.DateField()  # of the carrier's calendar; the first day with the receiver
    answer_by_on = models.DateField()
    why = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField()
    approved_by = models.CharField(max_length=200, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    grounds = models.CharField(max_length=500, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=MoveStatus.values), name="orders_takeover_status_known"),
            models.UniqueConstraint(fields=["source", "order_key"], name="orders_takeover_once"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="orders_takeover_crosses"),
        ]
        indexes = [models.Index(fields=["status", "effective_on"], name="orders_takeover_due")]

    def __str__(self) -> str:
        return self.number


class TakeoverSide(TenantOwned):
    """A takeover as one of the two enterprises has it, and what its administrators say to it.

    The giver's comes first, and is looked at by the carrier's task: nothing of the other enterprise is
    read while somebody asks. ``account`` is the receiver's as the giver typed it; ``other_name`` is
    shown to the giver once the receiver has agreed. ``proof`` is sealed, and gone once it was looked at.
    """

    # A customer's side asks and answers; how it goes on from there is the carrier's.
    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE (said, said_at, said_by, answer)")}
    withheld: ClassVar = {"portal_staff_inside": ("DELETE",)}
    takeover_id = models.BigIntegerField(null=True, blank=True)
    order_key = models.BigIntegerField(default=0)  # the giver's order; 0 on the receiver's side
    number = models.CharField(max_length=30, db_collation="C")
    gives = models.BooleanField()
    other_name = models.CharField(max_length=200, blank=True)
    account = models.CharField(max_length=40)
    services = models.JSONField(default=list)
    currency = models.CharField(max_length=3)
    effective_on = models.DateField()
    answer_by_on = models.DateField()
    why = models.CharField(max_length=500, blank=True)
    proof_kind = models.CharField(max_length=20, blank=True)
    proof = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=200, blank=True)
    said = models.CharField(max_length=10, choices=Said, blank=True)
    said_at = models.DateTimeField(null=True, blank=True)
    said_by = models.CharField(max_length=200, blank=True)
    answer = models.CharField(max_length=500, blank=True)  # why it was declined or cancelled
    status = models.CharField(max_length=10, choices=MoveStatus, default=MoveStatus.ASKED)
    other_said = models.CharField(max_length=10, choices=Said, blank=True)
    carrier_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=MoveStatus.values), name="orders_takeoverside_status_known"),
            models.UniqueConstraint(
                fields=["enterprise", "takeover_id"],
                condition=Q(takeover_id__isnull=False),
                name="orders_takeoverside_once",
            ),
        ]
        indexes = [
            models.Index(fields=["enterprise", "-asked_at", "-id"], name="orders_takeoverside_asked"),
            # The giver's, on its order's page.
            models.Index(fields=["enterprise", "order_key"], name="orders_takeoverside_order"),
            # The task that looks at what was asked and said goes across enterprises.
            models.Index(fields=["id"], name="orders_takeoverside_waiting", condition=Q(status__in=_OPEN)),
        ]

    def __str__(self) -> str:
        return self.number
