"""What programs are told of orders that are being placed, and what they send."""

from typing import Any

from rest_framework import serializers

from orders.api import OrderAccount, OrderProduct, OrderRow, OrderSite
from orders.models import QUOTE_FLOW, ItemAction, OrderType
from portal.api import FlowState, Moment, MoneyField, Taken

# --- what is answered ----------------------------------------------------------------------------------------


class ItemProduct(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    is_icb = serializers.BooleanField()


class ItemShape(serializers.Serializer[Any]):
    """One thing that an order asks for. ``state`` and ``action`` are TM Forum's words (TMF622).

    Nobody has said yet what an item costs that is not ``is_priced``; its amounts are no price then.
    ``up_on`` is the day on which the carrier found the site of a VPN up; null where it did not, or need not.
    """

    position = serializers.IntegerField()
    action = serializers.ChoiceField(choices=ItemAction.choices)
    state = serializers.CharField()
    product = ItemProduct()
    service = serializers.CharField(source="service.number", default=None, allow_null=True)
    a_site = OrderSite(allow_null=True)
    z_site = OrderSite(allow_null=True)
    a_end = serializers.CharField()
    z_end = serializers.CharField()
    bandwidth = serializers.CharField()
    quantity = serializers.IntegerField()
    is_priced = serializers.BooleanField()
    monthly = MoneyField("monthly", currency="order.account.currency")
    one_time = MoneyField("one_time", currency="order.account.currency")
    is_primary = serializers.BooleanField()
    up_on = serializers.DateField(allow_null=True)
    up_by = serializers.CharField()


class QuoteShape(serializers.Serializer[Any]):
    """What an order that is priced case by case costs. ``state`` is TM Forum's word (TMF648) for ``status``."""

    version = serializers.IntegerField()
    status = serializers.ChoiceField(choices=QUOTE_FLOW.states.choices)
    state = FlowState(QUOTE_FLOW)
    monthly = MoneyField("monthly", currency="order.account.currency")
    one_time = MoneyField("one_time", currency="order.account.currency")
    term_months = serializers.IntegerField()
    valid_until_on = serializers.DateField()
    words = serializers.CharField()
    director = serializers.CharField()
    engineer = serializers.CharField()
    answered_by = serializers.CharField()
    answered_at = Moment(allow_null=True)
    answer = serializers.CharField()


class AuthorisationShape(serializers.Serializer[Any]):
    """Who signed, when, and the SHA-256 of what was signed."""

    name = serializers.CharField()
    title = serializers.CharField()
    signed_at = Moment()
    sha256 = serializers.CharField()


class ProjectShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    reference = serializers.CharField()


class RemarkShape(serializers.Serializer[Any]):
    """Why an order was returned: of an item, of a field, or of the whole."""

    item = serializers.IntegerField(allow_null=True)
    field = serializers.CharField(allow_blank=True)
    words = serializers.CharField()


class ContentsShape(OrderRow):
    """All that an order asks for. ``revision`` is named by whoever changes or signs it."""

    revision = serializers.IntegerField()
    notes = serializers.CharField()
    term_months = serializers.IntegerField()
    monthly = MoneyField("monthly", currency="account.currency")
    one_time = MoneyField("one_time", currency="account.currency")
    project = ProjectShape(allow_null=True)
    items = ItemShape(many=True, source="held")
    quotes = QuoteShape(many=True, source="offers")
    authorisation = AuthorisationShape(allow_null=True, source="paper")
    remarks = RemarkShape(many=True)


# --- what is sent -----------------------------------------------------------------------------------------------


class Address(Taken):
    """A site that the portal does not know yet."""

    name = serializers.CharField(max_length=120, allow_blank=True, default="")
    street = serializers.CharField(max_length=200)
    city = serializers.CharField(max_length=100)
    region = serializers.CharField(max_length=60, allow_blank=True, default="")
    postcode = serializers.CharField(max_length=20, allow_blank=True, default="")
    country = serializers.RegexField(r"\A[A-Z]{2}\Z")


class NewItem(Taken):
    """A product, at sites by their keys or at new addresses. Amounts are for the carrier's people.

    One item of a product that begins with several sites can be the primary site, without which billing does not begin.
    """

    product = serializers.CharField(max_length=40)
    bandwidth = serializers.CharField(max_length=40, allow_blank=True, default="")
    quantity = serializers.IntegerField(min_value=1, max_value=99, default=1)
    a_site = serializers.CharField(max_length=40, allow_blank=True, default="")
    z_site = serializers.CharField(max_length=40, allow_blank=True, default="")
    a_new = Address(required=False)
    z_new = Address(required=False)
    monthly = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0, required=False)
    one_time = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0, required=False)
    is_primary = serializers.BooleanField(default=False)


class NewOrder(Taken):
    """An order to be kept as a draft: for an account, by its number."""

    account = serializers.CharField(max_length=30)
    items = NewItem(many=True, allow_empty=False, max_length=100)  # type: ignore[call-arg]
    title = serializers.CharField(max_length=200, allow_blank=True, default="")
    requested_on = serializers.DateField(allow_null=True, default=None)
    term_months = serializers.IntegerField(min_value=0, max_value=240, default=0)
    customer_reference = serializers.CharField(max_length=60, allow_blank=True, default="")
    notes = serializers.CharField(max_length=2000, allow_blank=True, default="")
    project = serializers.CharField(max_length=120, allow_blank=True, default="")
    project_reference = serializers.CharField(max_length=60, allow_blank=True, default="")


class ChangedOrder(NewOrder):
    """The same in place of the revision that was seen."""

    revision = serializers.IntegerField(min_value=0)


class DraftSeen(Taken):
    revision = serializers.IntegerField(min_value=0)


class Signature(Taken):
    """Who orders in the company's name; ``signature`` is the name once more."""

    revision = serializers.IntegerField(min_value=0)
    name = serializers.CharField(max_length=200)
    title = serializers.CharField(max_length=200)
    signature = serializers.CharField(max_length=200)


class QuoteAnswered(Taken):
    """To a quote, by its version."""

    version = serializers.IntegerField(min_value=1)
    accepts = serializers.BooleanField()
    words = serializers.CharField(max_length=500, allow_blank=True, default="")


# --- the carrier's people ---------------------------------------------------------------------------------------


class NewPrice(Taken):
    """What all items cost together, in the account's currency, and until when."""

    monthly = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0)
    one_time = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0)
    term_months = serializers.IntegerField(min_value=0, max_value=240)
    valid_until_on = serializers.DateField()
    words = serializers.CharField(max_length=2000, allow_blank=True, default="")


class Taker(Taken):
    """The care manager, by mail address."""

    care_manager = serializers.EmailField()


class NewRemark(Taken):
    """What is wrong, and of which item or field, if of one."""

    words = serializers.CharField(max_length=1000)
    item = serializers.IntegerField(min_value=1, max_value=1000, allow_null=True, default=None)
    field = serializers.ChoiceField(
        choices=["requested_on", "customer_reference", "term_months", "signatory"], allow_blank=True, default=""
    )


class Return(Taken):
    remarks = NewRemark(many=True, allow_empty=False, max_length=100)  # type: ignore[call-arg]


class Rejection(Taken):
    reason = serializers.CharField(max_length=1000)


class InboxRow(serializers.Serializer[Any]):
    """A submitted order that nobody has taken yet, of whichever customer."""

    enterprise = serializers.CharField(source="enterprise.public_id")
    customer = serializers.CharField(source="enterprise.name")
    number = serializers.CharField()
    type = serializers.ChoiceField(choices=OrderType.choices)
    title = serializers.CharField()
    customer_reference = serializers.CharField()
    account = OrderAccount()
    product = OrderProduct()
    placed_on = serializers.DateField()
    requested_on = serializers.DateField(allow_null=True)
