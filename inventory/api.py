"""Services and the catalogue as JSON, on the same selectors and services as the pages."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from inventory import lists, rules, selectors, services
from inventory.models import SERVICE_FLOW, Access, ElementKind, Family, IdentifierKind, Product, Service, TieKind
from inventory.permissions import Permission
from portal import looks
from portal.api import ApiRequest, ApiView, FlowState, Href, MoneyField, Taken, found, operation, paged, taken
from portal.policy import requires

TAG = "services"


class ServiceAccount(serializers.Serializer[Any]):
    number = serializers.CharField()
    name = serializers.CharField()


class ServiceProduct(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    family = serializers.ChoiceField(choices=Family.choices)


class SiteAddress(serializers.Serializer[Any]):
    """Where something ends, as one would send somebody there."""

    code = serializers.CharField()
    name = serializers.CharField()
    street = serializers.CharField()
    city = serializers.CharField()
    region = serializers.CharField()
    postcode = serializers.CharField()
    country = serializers.CharField()


class ServiceSite(SiteAddress):
    """An end of a service; coordinates are WGS 84, in degrees."""

    latitude = serializers.DecimalField(max_digits=8, decimal_places=6, allow_null=True)
    longitude = serializers.DecimalField(max_digits=9, decimal_places=6, allow_null=True)


class ServiceIdentifier(serializers.Serializer[Any]):
    """By what else the service is called."""

    kind = serializers.ChoiceField(choices=IdentifierKind.choices)
    value = serializers.CharField()


class ServiceTie(serializers.Serializer[Any]):
    """What is diverse from the service, or belongs together with it, within reach."""

    kind = serializers.ChoiceField(choices=TieKind.choices)
    id = serializers.IntegerField(source="service.pk")
    number = serializers.CharField(source="service.number")


class ServiceHop(serializers.Serializer[Any]):
    """What the service rides on, from A to Z."""

    kind = serializers.ChoiceField(choices=ElementKind.choices)
    place = serializers.CharField()


class ServiceRow(serializers.Serializer[Any]):
    """A service. ``alias`` is the customer's own name for it; ``state`` is TM Forum's word (TMF638) for ``status``."""

    id = serializers.IntegerField(source="pk")
    href = Href("services:service", "pk")
    number = serializers.CharField()
    alias = serializers.CharField()
    status = serializers.ChoiceField(choices=SERVICE_FLOW.states.choices)
    state = FlowState(SERVICE_FLOW)
    account = ServiceAccount()
    product = ServiceProduct()
    bandwidth = serializers.CharField()
    a_site = ServiceSite(allow_null=True)
    z_site = ServiceSite(allow_null=True)
    access = serializers.ChoiceField(choices=Access.choices)
    access_provider = serializers.CharField()
    started_on = serializers.DateField(allow_null=True)
    ended_on = serializers.DateField(allow_null=True)
    contract_ends_on = serializers.DateField(allow_null=True)
    identifiers = ServiceIdentifier(many=True, source="identifiers.all")


class ServiceShape(ServiceRow):
    """The same with its demarcation, its contract, what it is tied to, and what it rides on."""

    a_nid = serializers.CharField()
    a_demarcation = serializers.CharField()
    z_nid = serializers.CharField()
    z_demarcation = serializers.CharField()
    monthly = MoneyField("monthly", currency="account.currency")
    one_time = MoneyField("one_time", currency="account.currency")
    term_months = serializers.IntegerField()
    msa_number = serializers.CharField(source="msa")
    related = ServiceTie(many=True, source="mates")
    path = ServiceHop(many=True, source="found_hops")


_EXAMPLE = {
    "id": 4417,
    "href": "https://portal.carrier.example/api/v1/e/204817/services/4417/",
    "number": "WV-10G-004417",
    "alias": "West ring",
    "status": "active",
    "state": "active",
    "account": {"number": "5-KTR2P", "name": "Headquarters"},
    "product": {"code": "wave-10g", "name": "Wavelength 10 Gbps", "family": "wavelength"},
    "bandwidth": "10 Gbps",
    "a_site": None,
    "z_site": None,
    "access": "on_net",
    "access_provider": "",
    "started_on": "2026-10-02",
    "ended_on": None,
    "contract_ends_on": "2029-10-01",
    "identifiers": [{"kind": "former", "value": "NT4410027-1"}],
}


class Services(ApiView):
    @operation(ServiceRow, page=lists.SERVICES, summary="Services", tag=TAG, example=_EXAMPLE)
    @requires(Permission.SERVICE_VIEW)
    def get(self, request: ApiRequest) -> Response:
        """The services on the accounts within reach; ``q`` takes any identifier."""
        return paged(request, lists.SERVICES, selectors.list_services_whole(request.actor), ServiceRow)


class ServiceDetail(ApiView):
    @operation(ServiceShape, summary="One service", tag=TAG)
    @requires(Permission.SERVICE_VIEW)
    def get(self, request: ApiRequest, pk: int) -> Response:
        service = found(selectors.get_service(request.actor, pk))
        looks.note(request.actor, service, "api", label=service.number, at=timezone.now())
        return _shown(request, service)


class NewAlias(Taken):
    """The name that it gets, "" for none; with ``seen``, only if it is still called so."""

    alias = serializers.CharField(max_length=rules.ALIAS_LENGTH, allow_blank=True)
    seen = serializers.CharField(max_length=rules.ALIAS_LENGTH, allow_blank=True, required=False)


class ServiceAlias(ApiView):
    @operation(
        ServiceShape,
        takes=NewAlias,
        summary="Name a service",
        tag=TAG,
        example={"alias": "West ring", "seen": ""},
    )
    @requires(Permission.SERVICE_RENAME)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """The customer's own name for it, by which it is found from then on."""
        service = found(selectors.list_named_services(request.actor).filter(pk=pk).first())
        typed = taken(request, NewAlias)
        services.rename_service(
            service.pk, typed["alias"], seen=typed.get("seen"), actor=request.actor, at=timezone.now()
        )
        return _shown(request, found(selectors.list_named_services(request.actor).filter(pk=pk).first()))


def _shown(request: ApiRequest, service: Service) -> Response:
    service.mates = selectors.list_mates(request.actor, service)  # type: ignore[attr-defined]
    service.found_hops = selectors.list_hops(request.actor, service)  # type: ignore[attr-defined]
    return Response(ServiceShape(service, context={"request": request}).data)


# --- the catalogue ----------------------------------------------------------------------------------------


class ProductRow(serializers.Serializer[Any]):
    """A product. Days are business days; ``questions`` is the JSON Schema of the technical answers an order needs.

    ``shortest_days`` is the least that an expedite can reach; null where there is none. Service begins once
    ``sites_to_begin`` of an order's sites are up.
    """

    code = serializers.CharField()
    name = serializers.CharField()
    family = serializers.ChoiceField(choices=Family.choices)
    description = serializers.CharField()
    is_icb = serializers.BooleanField()
    interval_days = serializers.IntegerField()
    shortest_days = serializers.IntegerField(allow_null=True)
    free_change_days = serializers.IntegerField()
    sites_to_begin = serializers.IntegerField()
    questions = serializers.SerializerMethodField()

    def get_questions(self, product: Product) -> dict[str, Any]:
        return rules.schema_of(product.questions.all())


class Products(ApiView):
    @operation(ProductRow, page=lists.PRODUCTS, summary="The product catalogue", tag=TAG)
    @requires(Permission.SERVICE_VIEW)
    def get(self, request: ApiRequest) -> Response:
        """What the carrier offers, with intervals, rules and technical questions."""
        return paged(request, lists.PRODUCTS, selectors.list_products(), ProductRow)
