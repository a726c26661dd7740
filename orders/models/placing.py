"""What an order is made of before it is in the plan: projects, items, quotes, and who signed for it."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from inventory.models import Product, Service, Site
from orders.models.orders import ORDER_FLOW, Order, OrderType
from portal.flows import Flow, table
from portal.tables import TenantForeignKey, TenantOwned, linked


class ItemAction(models.TextChoices):
    """TMF622's words for what an item does to what the customer has."""

    ADD = "add", _("New")
    MODIFY = "modify", _("Change")
    DELETE = "delete", _("Disconnect")


class OrderItem(TenantOwned):
    """One thing that an order asks for. A site that the portal does not know yet is ``a_new`` or ``z_new``.

    Amounts are in the currency of the order's account, for the whole quantity. Of a VPN one can be the
    primary site, without which service does not begin; ``up_on`` is the day on which the carrier found it up.
    """

    # Set by who lists them: its price is part of one for the whole order.
    is_in_total: bool = False
    # A draft's items are written anew when it is changed.
    extra_grants: ClassVar = {"portal_app": ("INSERT", "DELETE", "UPDATE (monthly, one_time, is_priced)")}
    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    action = models.CharField(max_length=6, choices=ItemAction, default=ItemAction.ADD)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    service = TenantForeignKey(Service, related_name="+", null=True, blank=True)
    a_site = TenantForeignKey(Site, related_name="+", null=True, blank=True)
    z_site = TenantForeignKey(Site, related_name="+", null=True, blank=True)
    a_new = models.JSONField(default=dict, blank=True)
    z_new = models.JSONField(default=dict, blank=True)
    bandwidth = models.CharField(max_length=40, blank=True)
    quantity = models.PositiveSmallIntegerField(default=1)
    monthly = models.DecimalField(max_digits=12, decimal_places=2, default=0)  # MRC
    one_time = models.DecimalField(max_digits=12, decimal_places=2, default=0)  # NRC
    is_priced = models.BooleanField(default=False, db_default=False)  # somebody, or the list, says what it costs
    is_primary = models.BooleanField(default=False, db_default=False)
    up_on = models.DateField(null=True, blank=True)
    up_by = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "order", "position"], name="orders_orderitem_position"),
            models.CheckConstraint(condition=models.Q(quantity__gte=1), name="orders_orderitem_quantity"),
            models.CheckConstraint(condition=models.Q(action__in=ItemAction.values), name="orders_orderitem_action"),
            models.UniqueConstraint(
                fields=["enterprise", "order"], name="orders_orderitem_primary", condition=models.Q(is_primary=True)
            ),
            models.CheckConstraint(
                condition=models.Q(up_on=None, up_by="") | (models.Q(up_on__isnull=False) & ~models.Q(up_by="")),
                name="orders_orderitem_up",
            ),
        ]
        indexes = [*linked("service", "a_site", "z_site", prefix="orders_orderitem")]

    def __str__(self) -> str:
        return f"{self.position}. {self.product}"

    @property
    def is_unpriced(self) -> bool:
        """Of a new order under way: nobody has said what it costs, so it is not for nothing."""
        is_under_way = self.order.type == OrderType.NEW and self.order.status in ORDER_FLOW.open_states()
        return is_under_way and not (self.is_priced or self.monthly or self.one_time)

    @property
    def a_end(self) -> str:
        return _place(self.a_site, self.a_new)

    @property
    def z_end(self) -> str:
        return _place(self.z_site, self.z_new)

    @property
    def place(self) -> str:
        """The site in a word or two: how it is called, or its city."""
        site, new = self.a_site, self.a_new
        called = site.name or site.city if site else str(new.get("name") or new.get("city") or "")
        return called or str(_("Item %(position)s") % {"position": self.position})

    @property
    def state(self) -> str:
        """TMF622's word for where the item stands: all items of an order go together."""
        return ORDER_FLOW.standard[self.order.status]


def _place(site: Site | None, new: dict[str, Any]) -> str:
    """A site on one line, known or new."""
    if site:
        return f"{site.name}, {site.address}"
    names = ("name", "street", "city", "region", "postcode", "country")
    return ", ".join(str(new[name]) for name in names if new.get(name))


class QuoteStatus(models.TextChoices):
    """Once both have said yes it is offered to the customer."""

    PROPOSED = "proposed", _("Being agreed")
    OFFERED = "offered", _("Offered")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("No longer valid")


_Q = QuoteStatus
QUOTE_FLOW = Flow(
    name="quote",
    states=QuoteStatus,
    moves=table(
        {
            _Q.PROPOSED: [_Q.OFFERED, _Q.WITHDRAWN],
            _Q.OFFERED: [_Q.ACCEPTED, _Q.DECLINED, _Q.WITHDRAWN],
            # What is ordered was changed, so its price is another.
            _Q.ACCEPTED: [_Q.WITHDRAWN],
        }
    ),
    tones={
        _Q.PROPOSED: "blue", _Q.OFFERED: "amber", _Q.ACCEPTED: "green", _Q.DECLINED: "red", _Q.WITHDRAWN: "gray",
    },
    # TMF648
    standard={
        _Q.PROPOSED: "inProgress",
        _Q.OFFERED: "approved",
        _Q.ACCEPTED: "accepted",
        _Q.DECLINED: "rejected",
        _Q.WITHDRAWN: "cancelled",
    },
)  # fmt: skip


class Quote(TenantOwned):
    """What an order that is priced case by case (ICB) costs, by the account director and the sales engineer."""

    # The customer answers it; what it says is the carrier's.
    extra_grants: ClassVar = {"portal_app": ("UPDATE (status, answered_by, answered_at, answer)",)}
    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="quotes")
    version = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=9, choices=QuoteStatus, default=QuoteStatus.PROPOSED)
    monthly = models.DecimalField(max_digits=12, decimal_places=2)
    one_time = models.DecimalField(max_digits=12, decimal_places=2)
    term_months = models.PositiveSmallIntegerField()
    valid_until_on = models.DateField()
    words = models.TextField(blank=True)
    director = models.CharField(max_length=200, blank=True)
    director_at = models.DateTimeField(null=True, blank=True)
    engineer = models.CharField(max_length=200, blank=True)
    engineer_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "order", "version"], name="orders_quote_version"),
            QUOTE_FLOW.constraint(),
            # Nothing is offered on one name alone.
            models.CheckConstraint(
                condition=models.Q(status__in=[QuoteStatus.PROPOSED, QuoteStatus.WITHDRAWN])
                | ~(models.Q(director="") | models.Q(engineer="")),
                name="orders_quote_two_names",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.version}"

    @property
    def story(self) -> Order:
        """Its events are told on the order's page."""
        told_on: Order = self.order
        return told_on


class Authorisation(TenantOwned):
    """That a named signatory ordered what ``content`` says: it is frozen, and ``sha256`` is of it, as canonical JSON.

    The PDF that is made of it has a hash of its own.
    """

    extra_grants: ClassVar = {"portal_app": ("INSERT",)}
    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="authorisations")
    version = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    title = models.CharField(max_length=200)
    signature = models.CharField(max_length=200)  # as it was typed
    signed_at = models.DateTimeField()
    signed_by = models.CharField(max_length=200)  # who was signed in
    email = models.CharField(max_length=254, blank=True)
    address = models.CharField(max_length=45, blank=True)  # of the network, as the portal saw it
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    pdf_name = models.CharField(max_length=200, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "order", "version"], name="orders_authorisation_version")
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.version}"
