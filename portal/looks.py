"""Who saw what: a line for each person, thing and way, once a day.

It answers an auditor's question, and lets a customer see who of the carrier opened which invoice.
"""

from datetime import datetime

from django.core.cache import cache
from django.db import models, transaction

from portal.actors import Actor
from portal.models import Look

_DAY = 26 * 60 * 60  # seconds: what was written today need not be tried again


def note(actor: Actor, thing: models.Model, way: str, *, label: str, at: datetime) -> None:
    """Keep that somebody sees a thing now; a second look on the same day writes nothing.

    ``way`` is one of Look.Way. The cache only spares the write: without it the database says no twice.
    """
    who = f"key {actor.key_id}" if actor.key_id else f"user {actor.user_id}"
    key = f"look:{actor.enterprise_id}:{thing._meta.label_lower}:{thing.pk}:{who.replace(' ', '')}:{way}:{at.date()}"
    if actor.enterprise_id is None or _is_known(key):
        return
    row = Look(
        enterprise_id=actor.enterprise_id,
        thing_type=thing._meta.label_lower,
        thing_id=thing.pk,
        label=label[:120],
        way=way,
        on_day=at.date(),
        first_at=at,
        who_kind=actor.kind,
        who=who,
        name=actor.name,
    )
    Look.objects.bulk_create([row], ignore_conflicts=True)
    transaction.on_commit(lambda: _remember(key), robust=True)


def _is_known(key: str) -> bool:
    try:
        return cache.get(key) is not None
    except Exception:
        # The cache is away: the row is written, or is there already.
        return False


def _remember(key: str) -> None:
    cache.set(key, 1, _DAY)
