"""What changes services."""

from datetime import date, datetime

from django.db import transaction

from inventory.models import SERVICE_FLOW, Service, ServiceStatus
from portal import events
from portal.actors import Actor
from portal.tenancy import of_enterprise


@transaction.atomic
def activate_service(service_id: int, *, actor: Actor, on: date, at: datetime) -> Service:
    """Put a service into use from a day on: service commencement, from which it may be billed.

    Raises IllegalMove unless the service is being delivered.
    """
    service = of_enterprise(Service.objects, actor).select_for_update(of=("self",)).get(pk=service_id)
    SERVICE_FLOW.require(service.status, ServiceStatus.ACTIVE)
    service.status, service.started_on = ServiceStatus.ACTIVE, on
    service.save(update_fields=["status", "started_on"])
    events.record("service.activated", subject=service, actor=actor, at=at, service=service.number, on=on)
    return service
