"""What the kernel's own pages show: the log of notices."""

from django.apps import apps
from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery

from portal.actors import Actor
from portal.models import Notice
from portal.tenancy import of_enterprise


def list_notices(actor: Actor) -> QuerySet[Notice]:
    """What was told to whom; for staff outside any enterprise, to everybody."""
    enterprise = apps.get_model(settings.ENTERPRISE_MODEL)._default_manager.filter(pk=OuterRef("enterprise_id"))
    found = of_enterprise(Notice.objects, actor)
    return found.annotate(
        enterprise_public_id=Subquery(enterprise.values("public_id")[:1]),
        enterprise_name=Subquery(enterprise.values("legal_name")[:1]),
    )
