"""The letter that acknowledges an order: printed once, kept as it was sent."""

import hashlib
import logging
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from accounts.models import Enterprise
from accounts.selectors import get_enterprise
from orders.models import Letter, Milestone, Order
from orders.planning import selectors
from portal import documents, events, files
from portal.actors import system
from portal.tenancy import of_enterprise, tenant_scope

log = logging.getLogger(__name__)


def make_letter(enterprise_id: int, order_id: int, *, at: datetime) -> bool:
    """Print the acknowledgement of an order; True when printed now.

    May run twice or be killed anywhere: whoever writes the row keeps the file. Printing stands
    outside every transaction, because it takes seconds.
    """
    with tenant_scope(enterprise_id):
        order = _get(enterprise_id, order_id)
        if order is None or selectors.is_under_way(order) is False:
            return False
        enterprise = get_enterprise(enterprise_id)
        content = _contents(order, enterprise, at)
    try:
        pdf = documents.render("documents/acknowledgement.html", content, **_how(enterprise))
    except Exception:
        log.exception("The letter of order %s could not be printed.", order.number)
        return False
    return _keep(order, enterprise, pdf, at=at)


def _get(enterprise_id: int, order_id: int) -> Order | None:
    """The order, if it still has no letter."""
    rows = of_enterprise(Order.objects, system(enterprise_id))
    rows = rows.select_related("account", "product", "service", "a_site", "z_site", "care_manager")
    return rows.filter(pk=order_id, letters=None).first()


def _contents(order: Order, enterprise: Enterprise, at: datetime) -> dict[str, Any]:
    """All that the document shows, read now, because it is printed outside the scope."""
    steps = list(of_enterprise(Milestone.objects, system(order.enterprise_id)).filter(order=order).order_by("position"))
    return {
        "order": order,
        "enterprise": enterprise,
        "steps": [step for step in steps if step.completed_at is None],
        "care_manager": order.care_manager,
        "made_at": at,
    }


def _how(enterprise: Enterprise) -> dict[str, str]:
    is_letter = enterprise.region == Enterprise.Region.NORTH_AMERICA
    paper = documents.LETTER if is_letter else documents.A4
    return {"language": enterprise.language, "time_zone": enterprise.time_zone, "paper": paper}


def _keep(order: Order, enterprise: Enterprise, pdf: bytes, *, at: datetime) -> bool:
    actor = system(enterprise.pk)
    with tenant_scope(enterprise.pk):
        try:
            with transaction.atomic():
                letter = Letter.objects.create(
                    enterprise_id=enterprise.pk, order_id=order.pk, language=enterprise.language, made_at=at
                )
        except IntegrityError:
            return False  # somebody else was quicker
        name, sha256 = f"{order.number}.pdf", hashlib.sha256(pdf).hexdigest()
        files.hang(
            letter, files.put(enterprise.pk, ContentFile(pdf)), name=name, media_type="application/pdf",
            size=len(pdf), sha256=sha256, actor=actor, at=at,
        )  # fmt: skip
        events.record("order.letter_made", subject=order, actor=actor, at=at, order=order.number, sha256=sha256)
    return True
