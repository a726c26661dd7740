"""API keys: how their text is made and recognised, which key a text is, and what it may do now.

dmk_<handle><secret><check>: a fixed beginning by which scanners of repositories and logs know it,
ten characters that find it, thirty-two that only its holder knows, and six that tell a typing
error, or a text that only looks like a key, without asking the database.
"""

import hashlib
import hmac
import re
import secrets
import zlib
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Account, ApiKey, ApiKeyAccount, ApiSecret, Enterprise, KeyStatus, Membership
from accounts.permissions import Permission
from accounts.selectors.rights import get_permissions
from portal import locator, registries
from portal.actors import Actor, ActorKind, Permissions
from portal.tenancy import of_enterprise

PREFIX = "dmk_"
_HANDLE, _SECRET, _CHECK = 10, 32, 6
_LOWER = "abcdefghijklmnopqrstuvwxyz0123456789"
_ALL = _LOWER + _LOWER[:26].upper()
_SHAPE = re.compile(rf"{PREFIX}([a-z0-9]{{{_HANDLE}}})([A-Za-z0-9]{{{_SECRET}}})([A-Za-z0-9]{{{_CHECK}}})")

# What is never a program's to do: it takes a person, and their second factor.
NEVER_BY_KEY = frozenset({Permission.ENTERPRISE_ADMIN, Permission.USER_ADMIN, Permission.API_KEY_MANAGE})


class NewSecret(NamedTuple):
    """The text that is shown once, and what is kept of it."""

    text: str
    handle: str
    secret_hash: str


def make_secret() -> NewSecret:
    """A new key's text: 190 bits that nobody can guess."""
    handle = "".join(secrets.choice(_LOWER) for _place in range(_HANDLE))
    body = PREFIX + handle + "".join(secrets.choice(_ALL) for _place in range(_SECRET))
    text = body + _check(body)
    return NewSecret(text, handle, hash_of(text))


def handle_of(text: str) -> str | None:
    """By which a key's text is found; None for what is none."""
    found = _SHAPE.fullmatch(text)
    return found[1] if found and hmac.compare_digest(_check(text[:-_CHECK]), found[3]) else None


def _check(body: str) -> str:
    rest, signs = zlib.crc32(body.encode()), ""
    for _place in range(_CHECK):
        rest, sign = divmod(rest, len(_ALL))
        signs = _ALL[sign] + signs
    return signs


def hash_of(text: str) -> str:
    """Keyed, so that a stolen table alone does not even tell whether a text found elsewhere is a key."""
    return hmac.new(settings.SECRET_KEY.encode(), f"api key\0{text}".encode(), hashlib.sha256).hexdigest()


# --- letting in ----------------------------------------------------------------------------------


def find_key_place(text: str) -> tuple[int, int] | None:
    """The enterprise and the secret's row that a key's text points at; to be verified inside that enterprise."""
    handle = handle_of(text)
    found = locator.find(locator.KEY, handle) if handle else None
    return (found.enterprise_id, found.target_id or 0) if found else None


def get_key_actor(text: str, secret_id: int, *, enterprise_id: int, at: datetime) -> Actor | None:
    """The program as which a key lets in now, inside its enterprise; None when it is no longer, or never was, good.

    Its rights are its own as far as its owner has them still.
    """
    rows = ApiSecret.objects.filter(enterprise_id=enterprise_id, pk=secret_id)
    secret = rows.select_related("key__owner__user", "key__enterprise").first()
    if secret is None or not hmac.compare_digest(secret.secret_hash, hash_of(text)):
        return None
    key = secret.key
    if not is_good(key, at) or (secret.ends_at is not None and secret.ends_at <= at):
        return None
    return _actor(key, key.enterprise)


def is_good(key: ApiKey, at: datetime) -> bool:
    """Whether a key lets anybody in: active, not over, and its owner still here."""
    owner = key.owner
    is_owned = owner.status == Membership.Status.ACTIVE and owner.user.is_active
    return key.status == KeyStatus.ACTIVE and key.expires_at > at and is_owned and key.enterprise.is_active


def _actor(key: ApiKey, enterprise: Enterprise) -> Actor:
    user = key.owner.user
    return Actor(
        kind=ActorKind.KEY,
        name=called(key, enterprise),
        enterprise_id=enterprise.pk,
        enterprise_public_id=enterprise.public_id,
        enterprise_name=enterprise.name,
        email=key.contact_email,
        language=user.language,
        time_zone=user.time_zone,
        permissions=get_key_permissions(key),
        whole=frozenset(registries.whole_permissions()),
        key_id=key.pk,
    )


def called(key: ApiKey, enterprise: Enterprise) -> str:
    """How the journal names it, in the enterprise's language."""
    with translation.override(enterprise.language):
        return (_("API key %(name)s of %(owner)s") % {"name": key.name, "owner": key.owner.name})[:200]


def get_key_permissions(key: ApiKey) -> Permissions:
    """What a key may do now: its own rights, each no further than its owner's."""
    mine = None if key.is_all_accounts else frozenset(list_reach(key).values_list("account_id", flat=True))
    return within(key.permissions, mine, get_permissions(key.owner))


def within(wanted: list[str], accounts: frozenset[int] | None, held: Permissions) -> Permissions:
    """The wanted permissions on these accounts, None for all, as far as they are held; what reaches nothing is not."""
    found: dict[str, frozenset[int] | None] = {}
    for permission in wanted:
        if permission not in held or permission in NEVER_BY_KEY:
            continue
        reach = held[permission]
        both = accounts if reach is None else reach if accounts is None else reach & accounts
        if both is None or both:
            found[permission] = both
    return found


def list_reach(key: ApiKey) -> QuerySet[ApiKeyAccount]:
    return ApiKeyAccount.objects.filter(enterprise_id=key.enterprise_id, key=key)


def administers(actor: Actor) -> bool:
    """Whether the actor administers the whole enterprise, and not a part of it."""
    return actor.may(Permission.ENTERPRISE_ADMIN) and actor.accounts_for(Permission.ENTERPRISE_ADMIN) is None


# --- pages ---------------------------------------------------------------------------------------


def list_keys(actor: Actor) -> QuerySet[ApiKey]:
    """The keys that the actor may see: their own, of all the enterprise for its administrators and for staff."""
    rows = of_enterprise(ApiKey.objects, actor).select_related("owner__user", "enterprise")
    if administers(actor) or (actor.is_staff and actor.may(Permission.API_KEY_APPROVE)):
        return rows
    return rows.filter(owner_id=actor.person_id) if actor.may(Permission.API_KEY_MANAGE) else rows.none()


def get_key_number(actor: Actor, pk: int) -> str | None:
    """What stands in the address of its page; None out of reach."""
    return str(pk) if list_keys(actor).filter(pk=pk).exists() else None


def list_secrets(key: ApiKey, at: datetime) -> QuerySet[ApiSecret]:
    """The secrets that let in now, the newest first."""
    rows = ApiSecret.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at), enterprise_id=key.enterprise_id, key=key
    )
    return rows.order_by("-made_at", "-pk")


def get_key_expiry(actor: Actor) -> datetime | None:
    """Until when the key is good by which a program acts; None for people."""
    return of_enterprise(ApiKey.objects, actor).get(pk=actor.key_id).expires_at if actor.key_id else None


def list_account_numbers(actor: Actor) -> dict[int, str]:
    """The numbers of the accounts that the actor's permissions name."""
    named = frozenset[int]().union(*(reach for reach in actor.permissions.values() if reach))
    rows = of_enterprise(Account.objects, actor).filter(pk__in=named)
    return dict(rows.values_list("pk", "number")) if named else {}


def count_administrators(enterprise_id: int) -> int:
    """How many people administer an enterprise, and can sign in to do so."""
    rows = Membership.objects.filter(enterprise_id=enterprise_id, status=Membership.Status.ACTIVE)
    return rows.filter(is_administrator=True, user__is_active=True).count()


def list_ending(before: datetime) -> list[tuple[int, int]]:
    """The keys that end before a moment, as (enterprise, key); asked by staff outside any enterprise."""
    live = [KeyStatus.APPROVED, KeyStatus.ACTIVE]
    rows = ApiKey.objects.filter(status__in=live, expires_at__lt=before)
    return list(rows.order_by("enterprise_id", "pk").values_list("enterprise_id", "pk"))
