"""Accounts and contacts as lists and pages show them."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.companies import selectors
from accounts.companies.rules import LABELS
from accounts.models import ACCOUNT_FLOW, LANGUAGES, Account, AccountStatus, Contact, Delivery, Enterprise
from accounts.permissions import Permission
from accounts.selectors import in_group, list_accounts, list_groups
from portal.actors import Actor
from portal.cells import Cell, Column, anchor, day, ident, paths, quiet, status, with_small, words
from portal.exports import ExportKind
from portal.http import ActorRequest
from portal.listing import Action, Listing, Words
from portal.lists import DateRange, Filter, ListPage, Sort
from portal.termbook.lists import country_name


def _by_words(rows: QuerySet[Account], value: str) -> QuerySet[Account]:
    wanted = Q(number__icontains=value) | Q(name__icontains=value) | Q(alias__icontains=value)
    return rows.filter(wanted | Q(btn__icontains=value))


def _by_delivery(rows: QuerySet[Account], value: str) -> QuerySet[Account]:
    """As it is today, also where a change took effect since it was asked for."""
    begun = Q(delivery_from_on__lte=timezone.localdate())
    return rows.filter((begun & Q(delivery_next=value)) | (~begun & Q(delivery=value)))


ACCOUNTS = ListPage(
    sorts=[
        Sort("number", gettext_lazy("Number"), "number", column="number"),
        Sort("number-down", gettext_lazy("Number, last first"), "number", is_descending=True, column="number"),
        Sort("name", gettext_lazy("Name"), "name", column="name"),
        Sort("name-down", gettext_lazy("Name, last first"), "name", is_descending=True, column="name"),
    ],
    filters=[
        Filter("q", gettext_lazy("Number, name or BTN"), _by_words, hint=gettext_lazy("or a part of it")),
        Filter("status", gettext_lazy("State"), lambda rows, value: rows.filter(status=value),
               choices=AccountStatus.choices),
        Filter("delivery", gettext_lazy("Invoices"), _by_delivery, choices=Delivery.choices),
        Filter("group", gettext_lazy("Group"), lambda rows, value: in_group(rows, value, path="pk"),
               suggest="accounts:suggest_groups"),
        Filter("country", gettext_lazy("Country"), lambda rows, value: rows.filter(country=value.upper()),
               hint=gettext_lazy("as US")),
        DateRange("ends", gettext_lazy("Contract until"), "contract_ends_on"),
    ],
)  # fmt: skip


def account_columns(actor: Actor) -> list[Column]:
    """An enterprise's billing accounts."""
    path = paths("accounts:account", actor.enterprise_public_id)
    states = {each.value: status(each.label, ACCOUNT_FLOW.tone(each)) for each in AccountStatus}
    ways, today = words(Delivery), timezone.localdate()
    return [
        Column(_("Account"), lambda each: ident(each.number, path(each.pk)), is_lead=True, key="number"),
        Column(_("Name"), _called, key="name"),
        Column(_("State"), lambda each: states[each.status], key="status"),
        Column(_("Currency"), lambda each: each.currency, key="currency"),
        Column(_("Invoices"), lambda each: ways[each.delivery_on(today)], key="delivery"),
        Column(_("Contract until"), lambda each: day(each.contract_ends_on), key="ends"),
        Column(_("BTN"), lambda each: ident(each.btn) if each.btn else None, key="btn", is_extra=True),
        Column(_("Country"), lambda each: each.country, key="country", is_extra=True),
        Column(_("Purchase order (PO)"), lambda each: each.po_reference, key="po", is_extra=True),
        Column(_("Tax ID"), lambda each: each.tax_id, key="tax", is_extra=True),
        Column(_("MSA"), lambda each: each.msa_number, key="msa", is_extra=True),
    ]


def _called(each: Account) -> Cell:
    return with_small(each.called, each.name if each.alias else "")


# The columns of the file, which the bulk file has too.
ACCOUNT_FIELDS = (
    "number", "name", "currency", "btn", "tax_id", "address", "country", "service_address", "po_reference", "delivery",
    "payment_days", "msa_number", "msa_on", "contract_starts_on", "contract_ends_on",
)  # fmt: skip


def _accounts_header() -> list[str]:
    return [*ACCOUNT_FIELDS, "alias", "status"]


def _accounts_rows(found: Iterable[Account]) -> list[list[Any]]:
    return [[getattr(each, name) for name in _accounts_header()] for each in found]


ACCOUNTS_EXPORT = ExportKind(
    name="accounts",
    title=gettext_lazy("Accounts"),
    permission="",
    page=ACCOUNTS,
    rows=list_accounts,
    header=_accounts_header,
    cells=_accounts_rows,
)


def _gather(request: ActorRequest, rows: list[Account]) -> HttpResponse:
    """On to the form of a new group, with the chosen accounts in it."""
    place = reverse("accounts:group_make", args=[request.actor.enterprise_public_id])
    return redirect(f"{place}?{urlencode({'add': ', '.join(each.number for each in rows)})}")


ACCOUNT_LIST = Listing(
    name="accounts",
    title=gettext_lazy("Accounts"),
    page=ACCOUNTS,
    permission="",
    url="accounts:accounts",
    export="accounts:accounts_export",
    bulk="accounts:accounts_chosen",
    actions=[
        Action("group", gettext_lazy("Make a group of them"), "folder", _gather, permission=Permission.ENTERPRISE_ADMIN)
    ],
    nothing=Words(
        gettext_lazy("No account is within your reach"),
        gettext_lazy(
            "An administrator of the enterprise decides who sees which account. By phone we are at %(phone)s."
        ),
        icon="folder",
    ),
    none_found=Words(
        gettext_lazy("No account answers to that"),
        gettext_lazy("Look for a part of its number, its name or its telephone number, or show all."),
    ),
)


# --- contacts ------------------------------------------------------------------------------------


def _by_notice(rows: QuerySet[Contact], value: str) -> QuerySet[Contact]:
    return rows.filter(**{f"wants_{value}": True})


CONTACTS = ListPage(
    sorts=[
        Sort("name", gettext_lazy("Name"), "name", column="name"),
        Sort("name-down", gettext_lazy("Name, last first"), "name", is_descending=True, column="name"),
    ],
    filters=[
        Filter("q", gettext_lazy("Name or mail address"),
               lambda rows, value: rows.filter(Q(name__icontains=value) | Q(email__icontains=value))),
        Filter("account", gettext_lazy("Account number"), lambda rows, value: rows.filter(account__number=value)),
        Filter("hears", gettext_lazy("Hears of"), _by_notice,
               choices=[("orders", gettext_lazy("Orders")), ("billing", gettext_lazy("Bills"))]),
    ],
)  # fmt: skip


def contact_columns(actor: Actor) -> list[Column]:
    path = paths("accounts:contact", actor.enterprise_public_id)
    everywhere, languages = quiet(_("all accounts")), dict(LANGUAGES)
    return [
        Column(_("Name"), lambda each: anchor(each.name, path(each.pk)), is_lead=True, key="name"),
        Column(_("Mail address"), lambda each: each.email, key="email"),
        Column(_("Account"), lambda each: ident(each.account.number) if each.account else everywhere, key="account"),
        Column(_("Hears of"), hears_of, key="hears"),
        Column(_("Language"), lambda each: languages[each.language], key="language"),
        Column(_("Phone"), lambda each: each.phone, key="phone", is_extra=True),
        Column(_("Time zone"), lambda each: each.time_zone, key="time_zone", is_extra=True),
    ]


def hears_of(each: Contact) -> str:
    """What a contact is told of, in words."""
    told = [_("orders")] * each.wants_orders + [_("bills")] * each.wants_billing
    return ", ".join(told) or _("nothing yet")


def _contacts_header() -> list[str]:
    return [_("Name"), _("Mail address"), _("Phone"), _("Account"), _("Hears of"), _("Language"), _("Time zone")]


def _contacts_rows(found: Iterable[Contact]) -> list[list[Any]]:
    return [
        [each.name, each.email, each.phone, each.account.number if each.account else "", hears_of(each),
         each.get_language_display(), each.time_zone]
        for each in found
    ]  # fmt: skip


def _changeable(actor: Actor) -> QuerySet[Contact]:
    return selectors.list_contacts(actor, may=Permission.ACCOUNT_CHANGE)


CONTACTS_EXPORT = ExportKind(
    name="contacts",
    title=gettext_lazy("Contacts"),
    permission=Permission.ACCOUNT_CHANGE,
    page=CONTACTS,
    rows=_changeable,
    header=_contacts_header,
    cells=_contacts_rows,
)
CONTACT_LIST = Listing(
    name="contacts",
    title=gettext_lazy("Contacts"),
    page=CONTACTS,
    permission=Permission.ACCOUNT_CHANGE,
    url="accounts:contacts",
    export="accounts:contacts_export",
    nothing=Words(
        gettext_lazy("No contact yet"),
        gettext_lazy("A shared mailbox or a technician on site can be told of orders or bills without signing in."),
        icon="mail",
        action_label=gettext_lazy("Add a contact"),
        action_url="accounts:contact_add",
    ),
    none_found=Words(gettext_lazy("No contact answers to that"), gettext_lazy("Look for other words, or show all.")),
)


# --- groups --------------------------------------------------------------------------------------

GROUPS = ListPage(
    sorts=[
        Sort("name", gettext_lazy("Name"), "name", column="name"),
        Sort("name-down", gettext_lazy("Name, last first"), "name", is_descending=True, column="name"),
    ],
    filters=[Filter("q", gettext_lazy("Name"), lambda rows, value: rows.filter(name__icontains=value))],
)


def group_columns(actor: Actor) -> list[Column]:
    path = paths("accounts:group", actor.enterprise_public_id)
    return [
        Column(_("Group"), lambda each: anchor(each.name, path(each.pk)), is_lead=True, key="name"),
        Column(_("Accounts"), lambda each: str(each.size), css="num", key="size"),
    ]


GROUPS_EXPORT = ExportKind(
    name="account_groups",
    title=gettext_lazy("Account groups"),
    permission="",
    page=GROUPS,
    rows=list_groups,
    header=lambda: [_("Group"), _("Accounts")],
    cells=lambda found: [[each.name, each.size] for each in found],
)
GROUP_LIST = Listing(
    name="account_groups",
    title=gettext_lazy("Account groups"),
    page=GROUPS,
    permission="",
    url="accounts:groups",
    export="accounts:groups_export",
    nothing=Words(
        gettext_lazy("No group yet"),
        gettext_lazy("A group gathers accounts, as a region's or a subsidiary's: to filter by, and to grant on."),
        icon="folder",
    ),
    none_found=Words(gettext_lazy("No group is called that"), gettext_lazy("Look for other words, or show all.")),
)


# --- pages ---------------------------------------------------------------------------------------


def _fact(name: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"label": LABELS[name], "value": value, **more}


def record_facts(enterprise: Enterprise) -> list[dict[str, Any]]:
    """What only the carrier changes of an enterprise."""
    return [
        {"label": _("Enterprise number"), "value": enterprise.public_id, "ident": True},
        _fact("legal_name", enterprise.legal_name),
        _fact("segment", enterprise.get_segment_display()),
        _fact("region", enterprise.get_region_display()),
        _fact("country", country_name(enterprise.country)),
        {"label": _("In the portal since"), "value": day(enterprise.created_at.date())},
    ]


def our_facts(enterprise: Enterprise) -> list[dict[str, Any]]:
    """What the customer's administrators decide of it, for staff to see."""
    switch = _("open") if enterprise.is_self_registration_open else _("off: administrators invite people")
    return [
        _fact("custom_name", enterprise.custom_name or "—"),
        _fact("language", enterprise.get_language_display()),
        _fact("time_zone", enterprise.time_zone),
        _fact("is_self_registration_open", switch),
    ]


def account_facts(account: Account) -> list[dict[str, Any]]:
    """What an account is."""
    return [
        {"label": _("Account number"), "value": account.number, "ident": True},
        _fact("btn", account.btn, ident=True, term="BTN"),
        {"label": _("Currency"), "value": account.currency},
        _fact("tax_id", account.tax_id),
        _fact("po_reference", account.po_reference),
        _fact("country", country_name(account.country)),
    ]


def contract_facts(account: Account, *, today: date, days: int) -> list[dict[str, Any]]:
    """What binds it: payment terms, master contract, and how long."""
    net = ngettext("%(days)s day net", "%(days)s days net", days) % {"days": days}
    own = _("of this account alone") if account.payment_days is not None else _("as the terms bind")
    ends = account.contract_ends_on
    left = (ends - today).days if ends else None
    hint = ""
    if left is not None:
        hint = _("it has ended") if left < 0 else ngettext("%(n)s day left", "%(n)s days left", left) % {"n": left}
    return [
        _fact("payment_days", net, hint=own),
        _fact("msa_number", account.msa_number or "—", term="MSA"),
        _fact("msa_on", day(account.msa_on)),
        _fact("contract_starts_on", day(account.contract_starts_on)),
        _fact("contract_ends_on", day(ends), hint=hint),
    ]


def delivery_words(account: Account, *, today: date) -> dict[str, Any]:
    """How invoices reach the customer now, and what is on its way."""
    now = account.delivery_on(today)
    waiting = account.delivery_from_on if account.delivery_next and account.delivery_next != now else None
    return {
        "now": now.label,
        "value": now.value,
        "next": Delivery(account.delivery_next).label if waiting else "",
        "from_on": waiting,
    }


def held_links(actor: Actor, account: Account | None) -> list[dict[str, Any]]:
    """What hangs on an account, or on all: each with its count, and a way to its list."""
    found = selectors.held_of(actor, account)
    for each in found:
        query = "?" + urlencode({each["query"]: account.number}) if account else ""
        each["url"] = reverse(each["url_name"], args=[actor.enterprise_public_id]) + query if each["url_name"] else ""
    return found
