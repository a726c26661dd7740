"""Billing accounts as JSON, on the same selectors as the pages."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from accounts import selectors as people
from accounts.companies import lists, selectors
from accounts.models import ACCOUNT_FLOW, Account, AccountGroup, Delivery
from portal.api import ApiRequest, ApiView, FlowState, Href, found, operation, paged
from portal.policy import signed_in

TAG = "accounts"


class AccountRow(serializers.Serializer[Any]):
    """A billing account. ``name`` is the carrier's, ``alias`` the customer's own.

    ``state`` is TM Forum's word (TMF666) for ``status``.
    """

    id = serializers.IntegerField(source="pk")
    href = Href("companies:account", "pk")
    number = serializers.CharField()
    name = serializers.CharField()
    alias = serializers.CharField()
    status = serializers.ChoiceField(choices=ACCOUNT_FLOW.states.choices)
    state = FlowState(ACCOUNT_FLOW)
    currency = serializers.CharField()
    delivery = serializers.SerializerMethodField()
    contract_ends_on = serializers.DateField(allow_null=True)

    def get_delivery(self, account: Account) -> str:
        return account.delivery_on(timezone.localdate()).value


class AccountContact(serializers.Serializer[Any]):
    """Who hears of the account without signing in."""

    name = serializers.CharField()
    email = serializers.EmailField()
    phone = serializers.CharField()
    language = serializers.CharField()
    wants_orders = serializers.BooleanField()
    wants_billing = serializers.BooleanField()


class AccountShape(AccountRow):
    """The same with its addresses, its contract and its contacts. ``payment_days`` are net."""

    btn = serializers.CharField()
    tax_id = serializers.CharField()
    address = serializers.CharField()
    country = serializers.CharField()
    service_address = serializers.CharField()
    po_reference = serializers.CharField()
    payment_days = serializers.SerializerMethodField()
    msa_number = serializers.CharField()
    msa_on = serializers.DateField(allow_null=True)
    contract_starts_on = serializers.DateField(allow_null=True)
    delivery_next = serializers.ChoiceField(choices=Delivery.choices, allow_blank=True)
    delivery_from_on = serializers.DateField(allow_null=True)
    contacts = serializers.SerializerMethodField()

    def get_payment_days(self, account: Account) -> int:
        return selectors.payment_days(account, on=timezone.localdate())

    def get_contacts(self, account: Account) -> list[dict[str, Any]]:
        rows = selectors.contacts_of(self.context["request"].actor, account)
        return list(AccountContact(rows, many=True).data)


class Accounts(ApiView):
    @operation(AccountRow, page=lists.ACCOUNTS, summary="The billing accounts within reach", tag=TAG)
    @signed_in
    def get(self, request: ApiRequest) -> Response:
        """Those on which the caller may do anything at all."""
        return paged(request, lists.ACCOUNTS, people.list_accounts(request.actor), AccountRow)


class AccountDetail(ApiView):
    @operation(AccountShape, summary="One billing account", tag=TAG)
    @signed_in
    def get(self, request: ApiRequest, pk: int) -> Response:
        account = found(selectors.get_account(request.actor, pk))
        return Response(AccountShape(account, context={"request": request}).data)


class GroupRow(serializers.Serializer[Any]):
    """A group of accounts, as the customer made it; ``size`` counts those within reach."""

    id = serializers.IntegerField(source="pk")
    href = Href("companies:group", "pk")
    name = serializers.CharField()
    size = serializers.IntegerField()


class GroupShape(GroupRow):
    """The same with the numbers of its accounts."""

    accounts = serializers.SerializerMethodField()

    def get_accounts(self, group: AccountGroup) -> list[str]:
        rows = selectors.list_accounts_in(self.context["request"].actor, group)
        return list(rows.values_list("number", flat=True))


class Groups(ApiView):
    @operation(GroupRow, page=lists.GROUPS, summary="The groups of accounts", tag=TAG)
    @signed_in
    def get(self, request: ApiRequest) -> Response:
        """Those with an account within reach."""
        return paged(request, lists.GROUPS, people.list_groups(request.actor), GroupRow)


class GroupDetail(ApiView):
    @operation(GroupShape, summary="One group of accounts", tag=TAG)
    @signed_in
    def get(self, request: ApiRequest, pk: int) -> Response:
        group = found(people.list_groups(request.actor).filter(pk=pk).first())
        return Response(GroupShape(group, context={"request": request}).data)
