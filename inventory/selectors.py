"""What customers have in use."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef

from inventory.models import Service, ServiceStatus


def in_use(families: Collection[str]) -> Exists:
    """That an enterprise has a service of one of the families, as a condition on rows of enterprises."""
    services = Service.objects.filter(enterprise_id=OuterRef("pk"), product__family__in=sorted(families))
    return Exists(services.exclude(status=ServiceStatus.TERMINATED))
