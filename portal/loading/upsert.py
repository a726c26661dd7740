"""Insert what is new, update what differs, leave the rest alone: three statements a batch."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

Values = dict[str, Any]


@dataclass
class Outcome:
    """What became of each row, in the rows' order."""

    ids: list[int] = field(default_factory=list)
    new: set[int] = field(default_factory=set)
    changed: int = 0
    # Rows whose file says otherwise in what only a first load may set.
    kept: int = 0


def upsert(
    model: type[Model],
    rows: list[Values],
    *,
    key: Sequence[str],
    kept: frozenset[str],
    kept_of: Sequence[frozenset[str]],
) -> Outcome:
    """Bring rows into a table by their key; ``kept`` fields are set on new rows only.

    ``kept_of`` says the same for single rows.
    """
    outcome = Outcome()
    existing = _existing(model, rows, key)
    new: list[Model] = []
    changed: list[Model] = []
    objects: list[Model] = []
    for values, own in zip(rows, kept_of, strict=True):
        before = existing.get(tuple(values[name] for name in key))
        if before is None:
            objects.append(model(**values))
            new.append(objects[-1])
            continue
        frozen = kept | own
        outcome.kept += any(values[name] != before[name] for name in kept)
        after = {name: before[name] if name in frozen else value for name, value in values.items()}
        objects.append(model(pk=before["pk"], **{k: v for k, v in after.items() if k != model._meta.pk.attname}))
        if any(after[name] != before[name] for name in after):
            changed.append(objects[-1])
    _write(model, new, changed, [name for name in rows[0] if name not in kept and name not in key])
    outcome.ids = [made.pk for made in objects]
    outcome.new = {made.pk for made in new}
    outcome.changed = len(changed)
    return outcome


def _existing(model: type[Model], rows: list[Values], key: Sequence[str]) -> dict[tuple[Any, ...], Values]:
    """The rows that are there already, by key: each part narrows, the pairs are matched here."""
    parts = {name: {row[name] for row in rows} for name in key}
    conditions = {f"{name}__in": values for name, values in parts.items() if None not in values}
    found = model._default_manager.filter(**conditions).values("pk", *rows[0])
    return {tuple(row[name] for name in key): row for row in found}


def _write(model: type[Model], new: list[Model], changed: list[Model], fields: list[str]) -> None:
    model._default_manager.bulk_create(new)
    if changed:
        # One statement for all: bulk_update's CASE for each field and row takes seconds for thousands.
        model._default_manager.bulk_create(
            changed, update_conflicts=True, unique_fields=[str(model._meta.pk.name)], update_fields=fields
        )
