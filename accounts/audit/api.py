"""The audit log as JSON, for a company's own archive or watch: what happened, and who saw what."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from accounts.audit import lists, selectors
from accounts.permissions import Permission
from portal.actors import ActorKind
from portal.api import ApiRequest, ApiView, Moment, operation, paged
from portal.models import Event, Look
from portal.notices import story_lines
from portal.policy import requires

TAG = "audit log"
SIDES = [(kind.value, kind.value) for kind in ActorKind]


class JournalLine(serializers.Serializer[Any]):
    """One thing that happened, in the reader's language; ``kind`` stays the same in all. No line is ever changed.

    ``side`` says whose: the customer's people or keys, the carrier's staff, or the portal itself.
    """

    id = serializers.IntegerField(source="pk")
    at = Moment()
    kind = serializers.CharField()
    side = serializers.ChoiceField(choices=SIDES, source="actor_kind")
    who = serializers.CharField(source="actor_name")
    text = serializers.CharField()
    note = serializers.CharField()


def _said(event: Event) -> dict[str, Any]:
    line = story_lines([event])[0]
    plain = {name: getattr(event, name) for name in ("pk", "at", "kind", "actor_kind", "actor_name")}
    return {**plain, "text": str(line["text"]), "note": str(line["note"])}


class LookLine(serializers.Serializer[Any]):
    """Who saw a thing, in what way; once a day for each. ``number`` is a file's name where it is one."""

    id = serializers.IntegerField(source="pk")
    first_at = Moment()
    thing = serializers.CharField(source="thing_type")
    number = serializers.CharField(source="label")
    side = serializers.ChoiceField(choices=SIDES, source="who_kind")
    who = serializers.CharField(source="name")
    way = serializers.ChoiceField(choices=Look.Way.choices)


_EXAMPLE = {
    "id": 90417,
    "first_at": "2026-03-04T15:12:09Z",
    "thing": "billing.invoice",
    "number": "INV-2026-000123",
    "side": "customer",
    "who": "Alice Moreau",
    "way": "page",
}


class Journal(ApiView):
    @operation(JournalLine, page=lists.JOURNAL, summary="The audit log: what happened", tag=TAG)
    @requires(Permission.AUDIT_VIEW)
    def get(self, request: ApiRequest) -> Response:
        """Newest first. With ``sort=oldest`` the last page's end is where the next call goes on."""
        return paged(request, lists.JOURNAL, selectors.list_journal(request.actor), JournalLine, each=_said)


class Looks(ApiView):
    @operation(LookLine, page=lists.LOOKS, summary="The audit log: who saw what", tag=TAG, example=_EXAMPLE)
    @requires(Permission.AUDIT_VIEW)
    def get(self, request: ApiRequest) -> Response:
        """Invoices, orders, disputes and attached files."""
        return paged(request, lists.LOOKS, selectors.list_looks(request.actor), LookLine)
