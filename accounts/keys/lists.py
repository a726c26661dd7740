"""API keys as lists and pages show them."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import services
from accounts.keys import selectors
from accounts.models import KEY_FLOW, ApiKey, KeyStatus, Membership
from accounts.permissions import Permission
from portal.actors import Actor
from portal.cells import Cell, Column, anchor, ident, moment, paths, quiet, status, with_small, words
from portal.exports import ExportKind
from portal.listing import Listing, Words
from portal.lists import DateRange, Filter, ListPage, Sort


def _by_words(rows: QuerySet[ApiKey], typed: str) -> QuerySet[ApiKey]:
    handle = typed.removeprefix("dmk_")[:10]
    return rows.filter(
        Q(name__icontains=typed) | Q(owner__name__icontains=typed) | Q(secrets__handle=handle)
    ).distinct()


KEYS = ListPage(
    sorts=[
        Sort("newest", gettext_lazy("Asked for last"), "requested_at", is_descending=True, column="requested"),
        Sort("oldest", gettext_lazy("Asked for first"), "requested_at", column="requested"),
        Sort("ends", gettext_lazy("Ends first"), "expires_at", column="ends"),
        Sort("ends-down", gettext_lazy("Ends last"), "expires_at", is_descending=True, column="ends"),
    ],
    filters=[
        Filter("q", gettext_lazy("Name, owner, or the key's beginning"), _by_words),
        Filter(
            "state",
            gettext_lazy("State"),
            lambda rows, value: rows.filter(status=value),
            choices=KeyStatus.choices,
        ),
        DateRange("ends", gettext_lazy("Ends"), "expires_at"),
    ],
)
PENDING = ListPage(
    sorts=[
        Sort("oldest", gettext_lazy("Asked for first"), "requested_at", column="requested"),
        Sort("newest", gettext_lazy("Asked for last"), "requested_at", is_descending=True, column="requested"),
    ],
    filters=[
        Filter(
            "customer",
            gettext_lazy("Enterprise number"),
            lambda rows, value: rows.filter(enterprise__public_id=value),
        ),
    ],
)


def key_columns(actor: Actor) -> list[Column]:
    """What each key is, whose, how far it reaches and until when."""
    path = paths("keys:key", actor.enterprise_public_id)
    states = _states()
    never = quiet(_("never"))
    return [
        Column(_("Key"), lambda key: _named(key, path(key.pk)), is_lead=True, key="key"),
        Column(_("State"), lambda key: states[key.status], key="state"),
        Column(_("Owner"), lambda key: key.owner.name, key="owner"),
        Column(_("Reaches"), _reach, key="reach"),
        Column(_("Ends"), lambda key: moment(key.expires_at), key="ends"),
        Column(_("Last used"), lambda key: moment(key.last_used_at) or never, key="used"),
        Column(_("Last used from"), lambda key: key.last_used_from, key="from", is_extra=True),
        Column(_("Asked for"), lambda key: moment(key.requested_at), key="requested", is_extra=True),
        Column(_("Contact"), lambda key: key.contact_email, key="contact", is_extra=True),
    ]


def pending_columns() -> list[Column]:
    """What waits for the carrier, each in its customer's place."""
    return [
        Column(_("Key"), _elsewhere, is_lead=True, key="key"),
        Column(_("Customer"), lambda key: with_small(key.enterprise.name, key.enterprise.public_id), key="customer"),
        Column(_("Asked for by"), lambda key: key.requested_by, key="by"),
        Column(_("Reaches"), _reach, key="reach"),
        Column(_("Asked for"), lambda key: moment(key.requested_at), key="requested"),
    ]


def _states() -> dict[str, Cell]:
    return {code: status(label, KEY_FLOW.tone(code)) for code, label in words(KeyStatus).items()}


def _named(key: Any, url: str) -> Cell:
    return with_small(anchor(key.name, url), ident(f"dmk_{key.handle}…") if key.handle else "")


def _elsewhere(key: ApiKey) -> Cell:
    return anchor(key.name, paths("keys:key", key.enterprise.public_id)(key.pk))


def _reach(key: Any) -> Cell:
    count = len(key.permissions)
    rights = ngettext("%(n)s permission", "%(n)s permissions", count) % {"n": count}
    return with_small(rights, accounts_words(key))


def accounts_words(key: Any) -> str:
    """On how many accounts a key is held."""
    if key.is_all_accounts:
        return _("on all accounts")
    return ngettext("on %(n)s account", "on %(n)s accounts", key.account_count) % {"n": key.account_count}


def key_facts(key: Any) -> list[dict[str, Any]]:
    """Who and when."""
    return [
        {"label": _("Owner"), "value": key.owner.name, "hint": key.owner.user.email},
        {"label": _("Contact"), "value": key.contact_email},
        {"label": _("Asked for"), "value": moment(key.requested_at), "hint": key.requested_by},
        {"label": _("Decided"), "value": moment(key.decided_at), "hint": key.decided_by},
        {"label": _("Good until"), "value": moment(key.expires_at)},
        {"label": _("Ended"), "value": moment(key.ended_at)},
        {
            "label": _("Last used"),
            "value": moment(key.last_used_at) or _("never"),
            "hint": _("from %(address)s") % {"address": key.last_used_from} if key.last_used_from else "",
        },
    ]


def bounds_words(bounds: selectors.Bounds) -> str:
    """Between which days a key can end."""
    return _("A day from %(first)s to %(last)s.") % {
        "first": date_format(bounds.first),
        "last": date_format(bounds.last),
    }


def _header() -> list[str]:
    return [
        _("Key"), _("Beginning"), _("State"), _("What it is for"), _("Owner"), _("Owner's mail"), _("Contact"),
        _("Permissions"), _("Accounts"), _("Asked for"), _("Asked for by"), _("Decided"), _("Decided by"),
        _("Reason"), _("Good until"), _("Ended"), _("Last used"), _("Last used from"),
    ]  # fmt: skip


def _rows(keys: Iterable[Any]) -> list[list[Any]]:
    return [
        [
            key.name, f"dmk_{key.handle}" if key.handle else "", key.get_status_display(), key.purpose, key.owner.name,
            key.owner.user.email, key.contact_email, " ".join(key.permissions), _numbers(key), key.requested_at,
            key.requested_by, key.decided_at, key.decided_by, key.reason, key.expires_at, key.ended_at,
            key.last_used_at, key.last_used_from or "",
        ]
        for key in keys
    ]  # fmt: skip


def _numbers(key: ApiKey) -> str:
    return _("all") if key.is_all_accounts else " ".join(sorted(each.account.number for each in key.reach.all()))


def _export(name: str, permission: str) -> ExportKind:
    title = gettext_lazy("API keys")
    return ExportKind(name, title, permission, KEYS, selectors.list_whole, _header, _rows)


KEYS_EXPORT = _export("api-keys", Permission.API_KEY_MANAGE)
KEYS_EXPORT_FOR_STAFF = _export("api-keys-staff", Permission.API_KEY_APPROVE)

_NOTHING = Words(
    gettext_lazy("No API key yet"),
    gettext_lazy("With a key a program of yours reads your orders and invoices, without anybody signing in."),
    icon="key",
    action_label=gettext_lazy("Ask for a key"),
    action_url="keys:request",
)
_NONE_FOUND = Words(
    gettext_lazy("No key answers to that"),
    gettext_lazy("Look for a part of the name, the owner, or how the key begins, or show all."),
)
KEY_LIST = Listing(
    name="api-keys",
    title=gettext_lazy("API keys"),
    page=KEYS,
    permission=Permission.API_KEY_MANAGE,
    url="keys:list",
    export="keys:export",
    nothing=_NOTHING,
    none_found=_NONE_FOUND,
)
KEY_LIST_FOR_STAFF = Listing(
    name="api-keys-staff",
    title=gettext_lazy("API keys"),
    page=KEYS,
    permission=Permission.API_KEY_APPROVE,
    url="keys:list",
    export="keys:export",
    nothing=Words(gettext_lazy("No API key yet"), gettext_lazy("The customer's people ask for them."), icon="key"),
    none_found=_NONE_FOUND,
)
PENDING_LIST = Listing(
    name="api-keys-pending",
    title=gettext_lazy("API keys to approve"),
    page=PENDING,
    permission=Permission.API_KEY_APPROVE,
    url="key_work:list",
    is_inside=False,
    nothing=Words(gettext_lazy("Nothing waits"), gettext_lazy("No customer has asked for an API key."), icon="key"),
    none_found=Words(gettext_lazy("This customer waits for none"), gettext_lazy("Look for another, or show all.")),
)


def list_left(member: Membership) -> list[services.Left]:
    """The keys that a leaver's programs still use, or wait for."""
    return [services.Left(key.name, "keys:key", key.pk) for key in selectors.list_live_of(member)]
