"""Calls that may arrive twice are done once: the answers kept under their Idempotency-Keys.

The answer is written in the transaction of what it answers for, so that both are there or neither.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, OperationalError, transaction
from psycopg2 import errors as pg

from portal import locator
from portal.actors import Actor
from portal.errors import Refused
from portal.models import ApiAnswer
from portal.tenancy import tenant_scope

KEPT = timedelta(hours=24)  # at least; integrators' retries end long before


class StillUnderWay(Refused):
    """The first call with this key has not ended yet."""


def caller_of(actor: Actor) -> str:
    """Whose key it is: two people, or two programs, may choose the same one."""
    return f"{actor.kind}:{actor.key_id or actor.user_id}"


def begin(actor: Actor, key: str, request_hash: str, *, at: datetime) -> tuple[ApiAnswer, bool]:
    """The answer under this key, and whether it is new and so still to be given.

    A second call waits here until the first has ended. Raises StillUnderWay when that takes
    longer than the role's lock timeout.
    """
    place = _place(actor)
    mine = {"enterprise_id": place, "caller": caller_of(actor), "key": key}
    try:
        with transaction.atomic(), tenant_scope(place):
            return ApiAnswer.objects.create(**mine, request_hash=request_hash, created_at=at), True
    except IntegrityError:
        with tenant_scope(place):
            return ApiAnswer.objects.get(**mine), False
    except OperationalError as error:
        if isinstance(error.__cause__, pg.LockNotAvailable):
            raise StillUnderWay from error
        raise


def _place(actor: Actor) -> int:
    """Where the answer is kept; what staff do outside any customer is the house's."""
    return actor.enterprise_id or locator.house_id()


def keep(answer: ApiAnswer, *, status: int, body: str, location: str) -> None:
    answer.status, answer.body, answer.location = status, body, location
    with tenant_scope(answer.enterprise_id):
        answer.save(update_fields=["status", "body", "location"])


def forget(*, at: datetime) -> int:
    """Delete what has been kept long enough; returns how many. Asked by staff outside any enterprise."""
    old = ApiAnswer.objects.filter(created_at__lt=at - KEPT)
    count = 0
    for enterprise_id in list(old.order_by().values_list("enterprise_id", flat=True).distinct()):
        with tenant_scope(enterprise_id):
            count += old.filter(enterprise_id=enterprise_id).delete()[0]
    return count
