"""API keys in use: that they were, and whose they become when their owner leaves."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import KEY_FLOW, ApiKey, ApiSecret, KeyStatus, Membership
from accounts.permissions import Permission
from accounts.selectors import get_enterprise, get_permissions
from portal import events, terms
from portal.actors import Actor
from portal.errors import Refused
from portal.tenancy import of_enterprise

HANDOVER_TERM = "api.key_handover_days"


def note_key_use(key_id: int, address: str | None, *, at: datetime) -> None:
    """When, and from which address, a key was last used."""
    ApiKey.objects.filter(pk=key_id).update(last_used_at=at, last_used_from=address)


@transaction.atomic
def hand_over_keys(from_member: Membership, to_member: Membership, *, actor: Actor, at: datetime) -> int:
    """Give all live keys of somebody, who leaves, to a colleague; returns how many.

    The programs go on. But who leaves knows the secrets, so each ends after the days of the term
    ``api.key_handover_days``: until then the new owner resets the key. Raises Refused where the
    colleague is not active, or may not hold keys.
    """
    if to_member.pk == from_member.pk or to_member.status != Membership.Status.ACTIVE:
        raise Refused(_("Keys go to an active colleague."))
    if Permission.API_KEY_MANAGE not in get_permissions(to_member):
        raise Refused(_("%(name)s may not hold API keys.") % {"name": to_member.name})
    live = Q(status__in=KEY_FLOW.open_states())
    rows = of_enterprise(ApiKey.objects, actor).filter(live, owner=from_member).select_for_update(of=("self",))
    keys = list(rows.order_by("pk"))
    if not keys:
        return 0
    enterprise = get_enterprise(from_member.enterprise_id)
    today = at.astimezone(ZoneInfo(enterprise.time_zone)).date()
    days = terms.value(HANDOVER_TERM, on=today, of=enterprise)
    for key in keys:
        _give(key, from_member, to_member, until=at + timedelta(days=int(days)), actor=actor, at=at)
    return len(keys)


@transaction.atomic
def leave_keys(from_member: Membership, to_member: Membership | None, actor: Actor, at: datetime) -> None:
    """What becomes of the live keys of who leaves: a colleague's, or, where nobody takes over, they end at once."""
    if to_member is not None:
        hand_over_keys(from_member, to_member, actor=actor, at=at)
        return
    rows = of_enterprise(ApiKey.objects, actor).filter(owner=from_member, status__in=KEY_FLOW.open_states())
    for key in rows.select_for_update(of=("self",)).order_by("pk"):
        target = KeyStatus.WITHDRAWN if key.status == KeyStatus.PENDING else KeyStatus.REVOKED
        KEY_FLOW.require(key.status, target)
        key.status, key.ended_at = target, at
        key.save(update_fields=["status", "ended_at"])
        ApiSecret.objects.filter(
            Q(ends_at__isnull=True) | Q(ends_at__gt=at), enterprise_id=key.enterprise_id, key=key
        ).update(ends_at=at)
        events.record("api_key.left", subject=key, actor=actor, at=at, name=key.name, before=from_member.name)


def _give(key: ApiKey, before: Membership, after: Membership, *, until: datetime, actor: Actor, at: datetime) -> None:
    known = ApiSecret.objects.filter(enterprise_id=key.enterprise_id, key=key)
    shortened = known.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=until)).update(ends_at=until)
    ApiKey.objects.filter(enterprise_id=key.enterprise_id, pk=key.pk).update(owner=after)
    key.owner = after
    facts: dict[str, Any] = {"before": before.name, "after": after.name, "until": until if shortened else None}
    events.record("api_key.handed_over", subject=key, actor=actor, at=at, **facts)
