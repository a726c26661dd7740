"""What changes API keys. A secret leaves these functions once, and is kept nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import services
from accounts.keys import selectors, terms
from accounts.models import KEY_FLOW, Account, ApiKey, ApiKeyAccount, ApiSecret, KeyStatus, Membership
from accounts.permissions import Permission
from accounts.selectors import get_enterprise, list_secrets, make_secret
from accounts.selectors import list_keys as list_reachable
from portal import events, locator
from portal.actors import Actor, system
from portal.errors import Refused
from portal.terms import book


@dataclass(frozen=True)
class Wish:
    """What is asked for: no accounts means all, today's and later ones."""

    name: str
    purpose: str
    contact_email: str
    expires_on: date
    permissions: Sequence[str]
    accounts: Sequence[str] | None = None  # their numbers


@transaction.atomic
def request_key(wish: Wish, *, actor: Actor, at: datetime) -> ApiKey:
    """Ask for a key; somebody else approves it.

    It ends with its last day where the enterprise is, within the terms' bounds. Raises Refused for
    a day outside of them, and for what the person may not do themselves.
    """
    bounds = selectors.get_bounds(actor, at)
    if not bounds.first <= wish.expires_on <= bounds.last:
        said = {"first": bounds.first.isoformat(), "last": bounds.last.isoformat()}
        raise Refused(_("Choose a day from %(first)s to %(last)s.") % said, field="expires_on")
    offered = selectors.list_offered(actor)
    if not wish.permissions or set(wish.permissions) - set(offered):
        raise Refused(_("Choose from what you may do yourself."), field="permissions")
    accounts = None if wish.accounts is None else _accounts(actor, wish)
    zone = selectors.get_time_zone(actor)
    assert actor.enterprise_id is not None and actor.person_id is not None and actor.user_id is not None
    key = ApiKey.objects.create(
        enterprise_id=actor.enterprise_id,
        name=" ".join(wish.name.split()),
        purpose=wish.purpose.strip(),
        contact_email=wish.contact_email,
        owner_id=actor.person_id,
        requested_by_user_id=actor.user_id,
        requested_by=actor.name,
        requested_at=at,
        expires_at=datetime.combine(wish.expires_on, time(23, 59, 59), tzinfo=zone),
        permissions=[code for code in offered if code in wish.permissions],
        is_all_accounts=accounts is None,
    )
    reach = [ApiKeyAccount(enterprise_id=key.enterprise_id, key=key, account=each) for each in accounts or ()]
    ApiKeyAccount.objects.bulk_create(reach)
    events.record("api_key.requested", subject=key, actor=actor, at=at, name=key.name)
    return key


def _accounts(actor: Actor, wish: Wish) -> list[Account]:
    wanted = set(wish.accounts or ())
    found = list(selectors.list_reached(actor, wish.permissions).filter(number__in=wanted))
    unknown = sorted(wanted - {each.number for each in found})
    if unknown or not found:
        said = _("Not among your accounts: %(numbers)s.") % {"numbers": ", ".join(unknown[:5])}
        raise Refused(said if unknown else _("Choose at least one account."), field="accounts")
    return found


@transaction.atomic
def approve_key(pk: int, *, actor: Actor, at: datetime) -> ApiKey:
    """Approve a request; its owner then collects the secret.

    Who may is the term ``api.key_approval``, and nobody their own request, unless the enterprise
    has only one administrator. Raises Refused otherwise, or when the key would have ended already.
    """
    key = _decided(pk, KeyStatus.APPROVED, actor, at)
    if key.expires_at <= at:
        raise Refused(_("The day on which this key was to end has passed. It has to be asked for anew."))
    _move(key, KeyStatus.APPROVED, decided_at=at, decided_by=actor.name)
    events.record("api_key.approved", subject=key, actor=actor, at=at, name=key.name)
    return key


@transaction.atomic
def decline_key(pk: int, *, reason: str, actor: Actor, at: datetime) -> ApiKey:
    """Decline a request, with the reason that its owner reads. Raises Refused as for an approval."""
    key = _decided(pk, KeyStatus.DECLINED, actor, at)
    _move(key, KeyStatus.DECLINED, decided_at=at, decided_by=actor.name, reason=_said(reason))
    events.record("api_key.declined", subject=key, actor=actor, at=at, name=key.name, reason=key.reason)
    return key


def _decided(pk: int, target: KeyStatus, actor: Actor, at: datetime) -> ApiKey:
    key = _locked(pk, actor)
    KEY_FLOW.require(key.status, target)
    if not selectors.may_decide(actor, key, at):
        raise Refused(
            _("This request is somebody else's to decide."),
            way_out=_("Nothing was changed. Its page says who approves it."),
        )
    return key


@transaction.atomic
def withdraw_key(pk: int, *, actor: Actor, at: datetime) -> ApiKey:
    """Take one's own request back before it is decided."""
    key = _locked(pk, actor)
    _require_owner(key, actor)
    _move(key, KeyStatus.WITHDRAWN, ended_at=at)
    events.record("api_key.withdrawn", subject=key, actor=actor, at=at, name=key.name)
    return key


@transaction.atomic
def collect_key(pk: int, *, actor: Actor, at: datetime) -> str:
    """The secret of an approved key, for its owner alone and once. Raises Refused for everybody else."""
    key = _locked(pk, actor)
    _require_owner(key, actor)
    KEY_FLOW.require(key.status, KeyStatus.ACTIVE)
    if key.expires_at <= at:
        raise Refused(_("This key has ended before it was collected. Ask for another."))
    _move(key, KeyStatus.ACTIVE)
    text, handle = _make(key, at)
    events.record("api_key.collected", subject=key, actor=actor, at=at, name=key.name, handle=handle)
    return text


@transaction.atomic
def reset_key(pk: int, *, overlap_hours: int, actor: Actor, at: datetime) -> str:
    """Another secret for an active key, for its owner alone and once.

    The old one ends at once, or so many hours later, at most the term ``api.key_overlap_hours``.
    Raises Refused beyond that.
    """
    key = _locked(pk, actor)
    _require_owner(key, actor)
    most = selectors.get_overlap_hours(actor, at)
    if key.status != KeyStatus.ACTIVE or key.expires_at <= at:
        raise Refused(_("Only a key that works can be reset."))
    if not 0 <= overlap_hours <= most:
        said = ngettext("At most %(n)s hour.", "At most %(n)s hours.", most) % {"n": most}
        raise Refused(said, field="overlap_hours")
    until = at + timedelta(hours=overlap_hours)
    for secret in list_secrets(key, until):
        ApiSecret.objects.filter(enterprise_id=key.enterprise_id, pk=secret.pk).update(ends_at=until)
    text, handle = _make(key, at)
    facts: dict[str, Any] = {"name": key.name, "handle": handle, "until": until if overlap_hours else None}
    events.record("api_key.reset", subject=key, actor=actor, at=at, **facts)
    return text


@transaction.atomic
def revoke_key(pk: int, *, reason: str, actor: Actor, at: datetime) -> ApiKey:
    """End a key at once: its owner, an administrator, or the carrier."""
    key = _locked(pk, actor)
    _move(key, KeyStatus.REVOKED, ended_at=at, reason=_said(reason))
    _end_secrets(key, at)
    events.record("api_key.revoked", subject=key, actor=actor, at=at, name=key.name, reason=key.reason)
    return key


@transaction.atomic
def hand_over_key(pk: int, *, email: str, actor: Actor, at: datetime) -> int:
    """All live keys of this key's owner go to a colleague, as when somebody leaves. Returns how many."""
    key = _locked(pk, actor)
    heir = selectors.find_heir(actor, email)
    if heir is None:
        raise Refused(_("Nobody with this address is active here."), field="email")
    owner = Membership.objects.get(enterprise_id=key.enterprise_id, pk=key.owner_id)
    return services.hand_over_keys(owner, heir, actor=actor, at=at)


def _locked(pk: int, actor: Actor) -> ApiKey:
    return list_reachable(actor).select_for_update(of=("self",)).get(pk=pk)


def _require_owner(key: ApiKey, actor: Actor) -> None:
    if actor.is_staff or key.owner_id != actor.person_id or not actor.may(Permission.API_KEY_MANAGE):
        raise Refused(_("Only %(name)s, whose key it is, can do this.") % {"name": key.owner.name})


def _said(reason: str) -> str:
    words = " ".join(reason.split())
    if len(words) < 5:
        raise Refused(_("Say in a few words why."), field="reason")
    return words[:300]


def _move(key: ApiKey, target: KeyStatus, **fields: object) -> None:
    KEY_FLOW.require(key.status, target)
    key.status = target
    for name, value in fields.items():
        setattr(key, name, value)
    key.save(update_fields=["status", *fields])


def _make(key: ApiKey, at: datetime) -> tuple[str, str]:
    """Another secret: its text, and its handle."""
    made = make_secret()
    secret = ApiSecret.objects.create(
        enterprise_id=key.enterprise_id, key=key, handle=made.handle, secret_hash=made.secret_hash, made_at=at
    )
    row = locator.row(locator.KEY, made.handle, enterprise_id=key.enterprise_id, target_id=secret.pk, is_exclusive=True)
    locator.remember([row])
    return made.text, made.handle


def _end_secrets(key: ApiKey, at: datetime) -> None:
    for secret in list_secrets(key, at):
        ApiSecret.objects.filter(enterprise_id=key.enterprise_id, pk=secret.pk).update(ends_at=at)


# --- in time -------------------------------------------------------------------------------------


@transaction.atomic
def watch_key(enterprise_id: int, pk: int, *, at: datetime) -> None:
    """End a key whose time is over; warn of one whose end is near, once early and once more late.

    May run as often as it likes: what was told is noted on the key, which is locked meanwhile.
    """
    rows = ApiKey.objects.filter(enterprise_id=enterprise_id, pk=pk).select_for_update(of=("self",))
    key = rows.filter(status__in=[KeyStatus.APPROVED, KeyStatus.ACTIVE]).first()
    if key is None:
        return
    actor = system(enterprise_id)
    if key.expires_at <= at:
        _move(key, KeyStatus.EXPIRED, ended_at=at)
        _end_secrets(key, at)
        events.record("api_key.expired", subject=key, actor=actor, at=at, name=key.name)
        return
    days = _due_warning(key, at)
    if days is not None:
        key.warned_days = days
        key.save(update_fields=["warned_days"])
        events.record("api_key.ending", subject=key, actor=actor, at=at, name=key.name, ends=key.expires_at)


def _due_warning(key: ApiKey, at: datetime) -> int | None:
    """The warning whose day has come and that was not given, nor a later one."""
    found = book(get_enterprise(key.enterprise_id), on=at.date(), names=[terms.WARN_DAYS, terms.LAST_WARN_DAYS])
    stages = sorted(int(found.value(name)) for name in (terms.WARN_DAYS, terms.LAST_WARN_DAYS))
    due = [days for days in stages if key.expires_at - at <= timedelta(days=days)]
    # A key that was short from the start is warned of as late as it makes sense.
    if not due or (key.warned_days is not None and key.warned_days <= due[0]):
        return None
    is_short = key.expires_at - key.requested_at <= timedelta(days=due[0])
    return None if is_short else due[0]
