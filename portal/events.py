"""The journal: one event for each change, in the change's own transaction.

The event is the audit trail, the line in the customer's story, and the only source of notices.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils.functional import Promise

from portal import celery, notices, together
from portal.actors import Actor
from portal.models import Event, Todo
from portal.reading import AnyOf


class _FactsEncoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        return str(o) if isinstance(o, Promise) else super().default(o)


def record(
    kind: str,
    *,
    subject: models.Model,
    actor: Actor,
    at: datetime,
    enterprise_id: int | None = None,
    **facts: Any,
) -> Event:
    """Write the event, and the to-do from which its people are told after the commit.

    ``facts`` are frozen as they stand: what was true then, in plain values. ``enterprise_id`` is
    needed only for subjects that belong to no enterprise, such as a person's sign-in.
    """
    event = _event(kind, subject, actor, at, facts, enterprise_id)
    event.save(force_insert=True)
    if not notices.KINDS[kind].is_silent:
        todo = Todo.objects.create(enterprise_id=event.enterprise_id, event=event, due_at=at)
        hint_after_commit("portal.tell", event.enterprise_id, todo.pk)
    return event


def record_many(kind: str, about: Iterable[tuple[models.Model, dict[str, Any]]], *, actor: Actor, at: datetime) -> None:
    """The same for many subjects of one enterprise at once, each with its facts: an event each, in two statements."""
    made = [_event(kind, subject, actor, at, facts, None) for subject, facts in about]
    Event.objects.bulk_create(made)
    if notices.KINDS[kind].is_silent:
        return
    todos = Todo.objects.bulk_create([Todo(enterprise_id=e.enterprise_id, event=e, due_at=at) for e in made])
    for n in range(0, len(todos), together.MOST):
        some = todos[n : n + together.MOST]
        hint_after_commit("portal.tell", some[0].enterprise_id, [each.pk for each in some])


def _event(
    kind: str, subject: models.Model, actor: Actor, at: datetime, facts: dict[str, Any], enterprise_id: int | None
) -> Event:
    story = getattr(subject, "story", subject)
    return Event(
        enterprise_id=enterprise_id if enterprise_id is not None else subject.enterprise_id,  # type: ignore[attr-defined]
        kind=notices.KINDS[kind].name,
        at=at,
        actor_kind=actor.kind,
        actor_user_id=actor.user_id,
        actor_name=actor.name,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        story_type=story._meta.label_lower,
        story_id=story.pk,
        account_id=getattr(story, "account_id", None),
        facts=json.loads(json.dumps(_signed(facts, actor), cls=_FactsEncoder)),
    )


def _signed(facts: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """With the API key by which it was done: its name alone may be another's tomorrow."""
    return {**facts, "api_key": actor.key_id} if actor.key_id else facts


def hint_after_commit(task: str, enterprise_id: int, pk: int | list[int]) -> None:
    """Start a task by name once this is committed; the relay does it anyway if this is lost."""

    def hint() -> None:
        celery.hint(task, enterprise_id=enterprise_id, pk=pk)

    transaction.on_commit(hint, robust=True)


def story_of(thing: models.Model, also: Mapping[str, Collection[int]] | None = None) -> models.QuerySet[Event]:
    """The journal of one thing, newest first; ``also`` names others that are told with it, by label and keys."""
    whose = models.Q(story_type=thing._meta.label_lower, story_id=thing.pk)
    for label, keys in (also or {}).items():
        whose |= models.Q(story_type=label, story_id__in=list(keys))
    owner = thing.enterprise_id  # type: ignore[attr-defined]
    return Event.objects.filter(whose, enterprise_id=owner).order_by("-at", "-id")


def told_to_customers(events: models.QuerySet[Event]) -> models.QuerySet[Event]:
    """Without what is the carrier's own business, or of a kind that nobody here knows."""
    known = [kind.name for kind in notices.KINDS.values() if not kind.is_internal]
    return events.filter(AnyOf(models.F("kind"), known))
