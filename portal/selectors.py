"""What the kernel's own pages show: the log of notices, and what failed."""

from typing import TypeVar

from django.apps import apps
from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery

from portal.actors import Actor
from portal.models import Notice, Todo
from portal.tables import Queue
from portal.tenancy import of_enterprise

Row = TypeVar("Row", Todo, Notice)


def list_notices(actor: Actor) -> QuerySet[Notice]:
    """What was told to whom; for staff outside any enterprise, to everybody."""
    return _named(of_enterprise(Notice.objects, actor))


def list_todos(actor: Actor) -> QuerySet[Todo]:
    """Events whose people are, or were, to be told."""
    return of_enterprise(Todo.objects, actor)


def list_untold(actor: Actor) -> QuerySet[Todo]:
    """Events whose people could not be told of, newest first: no mail could be written."""
    return _named(list_todos(actor).filter(state=Queue.State.FAILED)).select_related("event").order_by("-id")


def list_undelivered(actor: Actor) -> QuerySet[Notice]:
    """Mails that were given up, newest first."""
    return of_enterprise(Notice.objects, actor).filter(state=Queue.State.FAILED).order_by("-id")


def _named(found: QuerySet[Row]) -> QuerySet[Row]:
    """With the name and number of whose they are."""
    enterprise = apps.get_model(settings.ENTERPRISE_MODEL)._default_manager.filter(pk=OuterRef("enterprise_id"))
    return found.annotate(
        enterprise_public_id=Subquery(enterprise.values("public_id")[:1]),
        enterprise_name=Subquery(enterprise.values("legal_name")[:1]),
    )
