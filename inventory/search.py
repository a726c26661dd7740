"""Services found by whatever people quote."""

from django.utils.translation import gettext_lazy as _

from inventory import selectors
from inventory.models import SERVICE_FLOW
from inventory.selectors import Named
from portal.actors import Actor
from portal.registries import Hit

HITS = 5


def find_services(actor: Actor, typed: str) -> list[Hit]:
    """Services by their number, the customer's own name, or any further identifier."""
    return [_service(actor, each) for each in selectors.find_services(actor, typed, most=HITS)]


def _service(actor: Actor, named: Named) -> Hit:
    service = named.service
    by = f"{named.by.get_kind_display()} {named.by.value}" if named.by else ""
    parts = (by, service.alias, service.product.name, service.bandwidth, service.route)
    whose = {}
    if actor.enterprise_id is None:
        whose = {"enterprise": service.enterprise.public_id, "whose": service.enterprise.name}
    return Hit(
        _("Service"),
        service.number,
        " · ".join(part for part in parts if part),
        "services:service",
        (str(service.pk),),
        state=service.get_status_display(),
        tone=SERVICE_FLOW.tone(service.status),
        **whose,
    )
