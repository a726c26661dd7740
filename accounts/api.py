"""The API's entrance: which enterprises a caller may work in."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers
from rest_framework.response import Response

from accounts import selectors
from accounts.lists import ENTERPRISES
from accounts.models import User
from accounts.permissions import Permission
from portal.api import ApiRequest, ApiView, operation, paged
from portal.policy import requires, signed_in

TAG = "enterprises"


class EnterpriseRow(serializers.Serializer[Any]):
    """A company by its number, which stands in every address, and where its things are listed."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    orders = serializers.SerializerMethodField()
    invoices = serializers.SerializerMethodField()
    disputes = serializers.SerializerMethodField()

    def get_orders(self, place: Any) -> str:
        return self._url("orders:list", place)

    def get_invoices(self, place: Any) -> str:
        return self._url("billing:invoices", place)

    def get_disputes(self, place: Any) -> str:
        return self._url("billing:disputes", place)

    def _url(self, route: str, place: Any) -> str:
        path = reverse(f"api:{route}", args=[place["public_id"] if isinstance(place, dict) else place.public_id])
        url: str = self.context["request"].build_absolute_uri(path)
        return url


class MyEnterprises(serializers.Serializer[Any]):
    results = EnterpriseRow(many=True)


class Enterprises(ApiView):
    @operation(MyEnterprises, summary="The enterprises I may enter", tag=TAG)
    @signed_in
    def get(self, request: ApiRequest) -> Response:
        """By name, all at once; a key has its one."""
        if request.actor.key_id:
            mine = {"public_id": request.actor.enterprise_public_id, "name": request.actor.enterprise_name}
            return Response({"results": EnterpriseRow([mine], many=True, context={"request": request}).data})
        assert isinstance(request.user, User)
        places = [
            {"public_id": number, "name": name} for _, number, name in selectors.list_enterprises_of(request.user)
        ]
        return Response({"results": EnterpriseRow(places, many=True, context={"request": request}).data})


class AllEnterprises(ApiView):
    @operation(EnterpriseRow, page=ENTERPRISES, summary="Every customer", tag=TAG)
    @requires(Permission.ENTERPRISE_OPEN)
    def get(self, request: ApiRequest) -> Response:
        """To be opened on the staff pages first, where the reason is asked for."""
        return paged(request, ENTERPRISES, selectors.list_all_enterprises(request.actor), EnterpriseRow)
