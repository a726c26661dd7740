"""Finding the enterprise before one is known.

What is kept is a keyed hash, so that the table alone tells nothing; what it points at must be
verified inside the enterprise's scope by whoever asks.
"""

import hashlib
import hmac
from collections.abc import Iterable

from django.conf import settings
from django.db import connection

from portal.models import Locator
from portal.reading import the_one

ENTERPRISE = "enterprise"  # its public identifier, exclusive
HOUSE = "house"  # the carrier's own enterprise, exclusive
PERSON = "person"  # a user's memberships
ACCOUNT = "account"  # a billing account's number, exclusive
SIGN_ON = "sign-on"  # the handle of an enterprise's own door, exclusive
DOMAIN = "domain"  # a mail domain that an enterprise has proven, exclusive
KEY = "key"  # an API key's handle, exclusive
CUSTOMER_NUMBER = "customer_number"  # by which the carrier's other systems know an enterprise, exclusive


def key_hash(kind: str, key: str) -> str:
    """Keyed, so that account numbers cannot be guessed from a stolen table."""
    text = f"{kind}\0{key.strip().casefold()}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).hexdigest()


def find(kind: str, key: str) -> Locator | None:
    """The one row of an exclusive key."""
    return the_one(Locator.objects.filter(kind=kind, key_hash=key_hash(kind, key), is_exclusive=True))


def way_in(enterprise: str, person: str, *, most: int) -> tuple[int | None, int]:
    """Which enterprise an address names, and to how many a person belongs, at most so many: one query for each page."""
    asked = (ENTERPRISE, key_hash(ENTERPRISE, enterprise), PERSON, key_hash(PERSON, person), most)
    with connection.cursor() as cursor:
        cursor.execute(_WAY_IN, asked)
        found, places = cursor.fetchone()
    return found, places


_WAY_IN = """
SELECT (SELECT enterprise_id FROM portal_locator WHERE kind = %s AND key_hash = %s AND is_exclusive),
       (SELECT count(*) FROM (SELECT DISTINCT enterprise_id FROM portal_locator WHERE kind = %s AND key_hash = %s
                               LIMIT %s) places)
"""


def known(kind: str, hashes: list[str]) -> set[str]:
    """Which of these exclusive keys, hashed, are somebody's."""
    rows = Locator.objects.filter(kind=kind, key_hash__in=hashes, is_exclusive=True)
    return set(rows.values_list("key_hash", flat=True))


def count(kind: str, key: str, *, most: int) -> int:
    """To how many enterprises a key leads, at most so many: a few of them may be out of date."""
    places = Locator.objects.filter(kind=kind, key_hash=key_hash(kind, key)).values("enterprise_id").distinct()
    return places[:most].count()


def row(
    kind: str, key: str, *, enterprise_id: int, target_id: int | None = None, is_exclusive: bool = False
) -> Locator:
    """A row to be saved, alone or with many others."""
    return Locator(
        kind=kind,
        key_hash=key_hash(kind, key),
        enterprise_id=enterprise_id,
        target_id=target_id,
        is_exclusive=is_exclusive,
    )


def remember(rows: Iterable[Locator]) -> None:
    """Save rows; one that is there already stays. An exclusive key of another raises IntegrityError."""
    for each in rows:
        Locator.objects.get_or_create(
            kind=each.kind,
            key_hash=each.key_hash,
            enterprise_id=each.enterprise_id,
            target_id=each.target_id,
            defaults={"is_exclusive": each.is_exclusive},
        )


def forget(kind: str, key: str, *, enterprise_id: int) -> None:
    """An enterprise gives a key up."""
    Locator.objects.filter(kind=kind, key_hash=key_hash(kind, key), enterprise_id=enterprise_id).delete()


def house_id() -> int:
    """The enterprise that mail and journal of no customer belong to.

    Raises LookupError before the carrier's own row exists.
    """
    found = find(HOUSE, HOUSE)
    if found is None:
        raise LookupError("The carrier's own enterprise is missing: run manage.py migrate.")
    return found.enterprise_id
