"""How things read in JSON: amounts with their currency, moments in UTC, states, addresses."""

from collections.abc import Mapping
from datetime import UTC
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal import money
from portal.flows import Flow


class Money(serializers.Serializer[Any]):
    """An amount as decimal digits in a string, which no reader rounds, and its currency (ISO 4217)."""

    value = serializers.CharField()
    currency = serializers.CharField()


@extend_schema_field(Money)
class MoneyField(serializers.Field[Any, Any, Any, Any]):
    """An amount of a thing; ``currency`` is the path to its currency from there."""

    def __init__(self, amount: str, *, currency: str, **kwargs: Any) -> None:
        self.amount, self.currency = amount, currency
        super().__init__(source="*", read_only=True, **kwargs)

    def to_representation(self, value: Any) -> dict[str, str]:
        amount, currency = _at(value, self.amount), _at(value, self.currency)
        return {"value": str(money.rounded(Decimal(amount), currency)), "currency": currency}


def _at(thing: Any, path: str) -> Any:
    for name in path.split("."):
        thing = getattr(thing, name)
    return thing


class Moment(serializers.DateTimeField):
    """A moment in UTC, whatever the reader's time zone: 2026-11-20T18:00:00Z."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)


class FlowState(serializers.ChoiceField):
    """TM Forum's word for a state of ours; ``source`` is none where the column is named as the field is."""

    def __init__(self, flow: Flow, source: str | None = "status") -> None:
        self.flow = flow
        super().__init__(choices=list(dict.fromkeys(flow.standard.values())), source=source, read_only=True)

    def to_representation(self, value: Any) -> str:
        return self.flow.standard[value]


@extend_schema_field({"type": "string", "format": "uri"})
class Href(serializers.Field[Any, Any, Any, Any]):
    """Where a thing is found: a route of the API, with what of the thing fills it."""

    def __init__(self, route: str, *parts: str, **kwargs: Any) -> None:
        self.route, self.parts = route, parts
        super().__init__(source="*", read_only=True, **kwargs)

    def to_representation(self, value: Any) -> str:
        request = self.context["request"]
        args = [request.actor.enterprise_public_id, *(_at(value, part) for part in self.parts)]
        url: str = request.build_absolute_uri(reverse(f"api:{self.route}", args=args))
        return url


class Taken(serializers.Serializer[Any]):
    """What a caller sends. A member it does not know is refused: a misspelt one must not be lost unseen."""

    def to_internal_value(self, data: Any) -> Any:
        strange = set(data) - set(self.fields) if isinstance(data, Mapping) else ()
        if strange:
            raise serializers.ValidationError({name: [_("This is not known here.")] for name in sorted(strange)})
        return super().to_internal_value(data)


class Nothing(Taken):
    """An empty object, or no body at all."""
