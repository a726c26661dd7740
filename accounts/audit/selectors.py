"""The journal of an enterprise and its looks, as far as the reader may know them."""

from django.db.models import QuerySet

from portal import events
from portal.actors import Actor
from portal.models import Event, Look
from portal.tenancy import of_enterprise


def list_journal(actor: Actor) -> QuerySet[Event]:
    """All that happened in the enterprise; to its own people without what is the carrier's business alone."""
    rows = of_enterprise(Event.objects, actor)
    return rows if actor.is_staff else events.told_to_customers(rows)


def list_looks(actor: Actor) -> QuerySet[Look]:
    """Who saw which invoice, order, dispute or file, in what way and on which day."""
    return of_enterprise(Look.objects, actor)
