"""Billing accounts as JSON, on the same selectors as the pages."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from accounts import selectors as people
from accounts.companies import lists, selectors, services
from accounts.models import ACCOUNT_FLOW, Account, AccountGroup, Delivery
from accounts.permissions import Permission
from portal.api import ApiRequest, ApiView, FlowState, Href, Nothing, Taken, found, operation, paged, taken
from portal.policy import requires, signed_in

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


def _group(request: ApiRequest, pk: int) -> Any:
    group = found(people.list_groups(request.actor).filter(pk=pk).first())
    return GroupShape(group, context={"request": request}).data


class GroupDetail(ApiView):
    @operation(GroupShape, summary="One group of accounts", tag=TAG)
    @signed_in
    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(_group(request, pk))


# --- changing groups ------------------------------------------------------------------------------


class _Numbers(serializers.ListField):
    child = serializers.CharField(max_length=40)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2000, **kwargs)


class NewGroup(Taken):
    """What a group is called, and the numbers of the accounts in it."""

    name = serializers.CharField(max_length=120)
    accounts = _Numbers()


class GroupMoves(Taken):
    """What a group is called from now on, and the numbers of the accounts that come to it and leave it."""

    name = serializers.CharField(max_length=120)
    add = _Numbers(default=list)
    take = _Numbers(default=list)


class GroupGone(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()


def _accounts(request: ApiRequest, sent: dict[str, Any], field: str) -> set[int]:
    """The accounts of these numbers. Raises ValidationError beside each that is not within reach."""
    numbers = selectors.find_numbers(request.actor, sent[field])
    words = _("There is no account of this number here.")
    strange: Any = {place: [words] for place, number in enumerate(sent[field]) if number not in numbers}
    if strange:
        raise serializers.ValidationError({field: strange})
    return set(numbers.values())


class GroupNew(ApiView):
    @operation(
        GroupShape,
        takes=NewGroup,
        status=201,
        summary="Make a group of accounts",
        tag=TAG,
        example={"name": "West", "accounts": ["5-KTR2P", "5-KTR3Q"]},
    )
    @requires(Permission.ENTERPRISE_ADMIN)
    def post(self, request: ApiRequest) -> Response:
        sent = taken(request, NewGroup)
        accounts = _accounts(request, sent, "accounts")
        made = services.make_group(sent["name"], accounts, actor=request.actor, at=timezone.now())
        body = _group(request, made.pk)
        return Response(body, status=201, headers={"Location": body["href"]})


class GroupChange(ApiView):
    @operation(GroupShape, takes=GroupMoves, summary="Change a group of accounts", tag=TAG)
    @requires(Permission.ENTERPRISE_ADMIN)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """Where permissions are granted on it, who may not decide about those is refused."""
        group = found(people.list_groups(request.actor).filter(pk=pk).first())
        sent = taken(request, GroupMoves)
        adding, taking = (_accounts(request, sent, field) for field in ("add", "take"))
        moves: dict[str, Any] = {"adding": adding, "taking": taking, "actor": request.actor, "at": timezone.now()}
        services.change_group(group.pk, name=sent["name"], **moves)
        return Response(_group(request, pk))


class GroupClose(ApiView):
    @operation(GroupGone, takes=Nothing, summary="Delete a group of accounts", tag=TAG)
    @requires(Permission.ENTERPRISE_ADMIN)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """What was granted on it ends with it; the accounts stay."""
        group = found(people.list_groups(request.actor).filter(pk=pk).first())
        taken(request, Nothing)
        return Response(GroupGone(services.close_group(group.pk, actor=request.actor, at=timezone.now())).data)
