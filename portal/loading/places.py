"""Locator rows in bulk: how sign-in and registration will find what was loaded."""

from collections.abc import Sequence

from portal.models import Locator

_FIELDS = ("kind", "key_hash", "enterprise_id", "target_id")


def locate(rows: Sequence[Locator]) -> None:
    """Save those that are not there yet. An exclusive key of another enterprise raises IntegrityError."""
    hashes = {row.key_hash for row in rows}
    there = set(Locator.objects.filter(key_hash__in=hashes).values_list(*_FIELDS))
    Locator.objects.bulk_create(row for row in rows if tuple(getattr(row, f) for f in _FIELDS) not in there)


def owners(hashes: Sequence[str]) -> dict[str, int]:
    """Which enterprise has each exclusive key."""
    return dict(
        Locator.objects.filter(key_hash__in=set(hashes), is_exclusive=True).values_list("key_hash", "enterprise_id")
    )
