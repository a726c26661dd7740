"""The carrier's own steps of orders: set whole for a place, or given up for the wider place's."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.selectors import find_house_id
from orders.models import MilestoneKind, MilestoneTemplate
from orders.planning.selectors import Place
from portal import events
from portal.actors import Actor
from portal.errors import Refused
from portal.tenancy import tenant_scope

MOST = 30  # steps


@transaction.atomic
def set_steps(place: Place, rows: Sequence[dict[str, Any]], *, actor: Actor, at: datetime) -> list[MilestoneTemplate]:
    """Set the steps of orders of a place, in their order, in place of those it had; orders that have steps keep theirs.

    ``rows`` are fields of MilestoneTemplate. Refused without any, with too many, and unless they
    begin with the acknowledgement, from which everything else is counted.
    """
    if not rows or rows[0]["kind"] != MilestoneKind.ACKNOWLEDGED:
        raise Refused(_("The first step is “Order acknowledged”: everything else follows it."))
    if len(rows) > MOST:
        raise Refused(_("An order has at most %(most)s steps.") % {"most": MOST})
    _drop(place)
    made = MilestoneTemplate.objects.bulk_create(
        MilestoneTemplate(**place.where, position=position, **row) for position, row in enumerate(rows, start=1)
    )
    _tell("steps.set", place, made, actor, at)
    return made


@transaction.atomic
def clear_steps(place: Place, *, actor: Actor, at: datetime) -> None:
    """Give up a place's own steps: those of the wider place bind again, or those shipped. Refused where it has none."""
    if not _drop(place):
        raise Refused(_("This place has no steps of its own."))
    _tell("steps.cleared", place, [], actor, at)


def _drop(place: Place) -> int:
    # The rows are the lock: two who set the same place take turns, and the last one stands.
    rows = MilestoneTemplate.objects.filter(**place.where)
    list(rows.select_for_update(of=("self",)).order_by("pk"))
    return rows.delete()[0]


def _tell(kind: str, place: Place, made: Sequence[MilestoneTemplate], actor: Actor, at: datetime) -> None:
    where = place.product.name if place.product else place.family
    subject = made[0] if made else MilestoneTemplate(pk=0, **place.where)
    facts: dict[str, Any] = {"type": place.order_type, "place": where, "steps": [row.kind for row in made]}
    # In the house's journal: the steps are no customer's.
    house = find_house_id()
    with tenant_scope(house):
        acting = replace(actor, enterprise_id=house)
        events.record(kind, subject=subject, actor=acting, at=at, enterprise_id=house, **facts)
