"""Services as lists and pages show them: columns and facts."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inventory import rules
from inventory.lists.declared import PRODUCTS, SERVICE_LIST, SERVICES, SERVICES_EXPORT
from inventory.models import SERVICE_FLOW, Access, Service, ServiceStatus, Site
from portal import money
from portal.actors import Actor
from portal.cells import Cell, Column, anchor, day, ident, paths, quiet, status, with_small

__all__ = [
    "PRODUCTS", "SERVICES", "SERVICES_EXPORT", "SERVICE_LIST", "contract_facts", "end_facts", "product_facts",
    "service_columns", "service_facts",
]  # fmt: skip


def own_name() -> str:
    """What the customer's own name for a service is called, on the face of whoever reads."""
    return _("Customer's own name") if settings.FACE == "staff" else _("Your name for it")


def service_columns(actor: Actor, *, today: date, soon: int) -> list[Column]:
    """An enterprise's services: what each is, where, and until when it is under contract."""
    path = paths("services:service", actor.enterprise_public_id)
    states = {each.value: status(each.label, SERVICE_FLOW.tone(each)) for each in ServiceStatus}
    accesses = {Access.ON_NET: _("On-net"), Access.OFF_NET: _("Off-net"), Access.CUSTOMER: _("CPA")}
    return [
        Column(_("Service"), lambda each: ident(each.number, path(each.pk)), is_lead=True, key="service"),
        Column(own_name(), _alias(actor, path), key="alias"),
        Column(_("Product"), lambda each: with_small(each.product.name, each.bandwidth), key="product"),
        Column(_("Where"), lambda each: each.route, key="where"),
        Column(_("State"), lambda each: states[each.status], key="state"),
        Column(_("Contract ends"), _ends(today, soon), key="ends"),
        Column(_("Account"), lambda each: ident(each.account.number), key="account"),
        Column(_("Access"), lambda each: accesses[each.access], key="access", is_extra=True),
        Column(_("A end"), lambda each: str(each.a_site or ""), key="a_end", is_extra=True),
        Column(_("Z end"), lambda each: str(each.z_site or ""), key="z_end", is_extra=True),
        Column(_("Monthly (MRC)"), _amount("monthly"), css="num", key="monthly", is_extra=True),
        Column(_("One-time (NRC)"), _amount("one_time"), css="num", key="one_time", is_extra=True),
        Column(_("Started"), lambda each: day(each.started_on), key="started", is_extra=True),
        Column(_("Ended"), lambda each: day(each.ended_on), key="ended", is_extra=True),
        Column(_("MSA"), lambda each: each.msa, key="msa", is_extra=True),
    ]


def _alias(actor: Actor, path: Callable[[object], str]) -> Callable[[Service], Cell]:
    """The customer's own name; who may give one is led to where."""
    give = quiet(_("give it a name"))

    def cell(service: Service) -> Cell:
        is_over = service.status == ServiceStatus.TERMINATED
        if service.alias or is_over or not actor.may_on("service.rename", service.account_id):
            return service.alias
        return anchor(give, f"{path(service.pk)}#alias")

    return cell


def _ends(today: date, soon: int) -> Callable[[Service], Cell]:
    is_open = quiet(_("month to month"))
    over = {ServiceStatus.PENDING, ServiceStatus.TERMINATED}

    def cell(service: Service) -> Cell:
        left = rules.days_left(service.contract_ends_on, today)
        if service.status in over and left is None:
            return None
        if left is None or left < 0:
            return is_open
        shown = day(service.contract_ends_on)
        if service.status in over or left > soon:
            return shown
        return format_html("<span>{} {}</span>", shown, status(_in_days(left), "amber"))

    return cell


def _in_days(left: int) -> str:
    return ngettext("in %(days)s day", "in %(days)s days", left) % {"days": left} if left else _("today")


def _amount(name: str) -> Callable[[Service], Cell]:
    return lambda each: money.spoken(getattr(each, name), each.account.currency)


# --- the service's page ------------------------------------------------------------------------------------


def service_facts(service: Service) -> list[dict[str, Any]]:
    """What it is, and by whose network it is reached."""
    return [
        {"label": _("Product"), "value": service.product.name, "hint": service.product.description},
        {"label": _("Family"), "value": service.product.get_family_display()},
        {"label": _("Bandwidth"), "value": service.bandwidth},
        {"label": _("Access"), "value": service.get_access_display(), "hint": service.access_provider},
        {"label": _("Log delivery"), "value": service.log_delivery},
        {"label": _("In service since"), "value": _day(service.started_on)},
        {
            "label": _("Ends on") if service.status == ServiceStatus.ENDING else _("Ended"),
            "value": _day(service.ended_on),
        },
    ]


def end_facts(service: Service) -> list[dict[str, Any]]:
    """Each end of it: the site, the device there, and where our part stops."""
    ends = [
        (_("A end") if service.z_site else _("Site"), service.a_site, service.a_nid, service.a_demarcation),
        (_("Z end"), service.z_site, service.z_nid, service.z_demarcation),
    ]
    return [_end(label, site, nid, demarcation) for label, site, nid, demarcation in ends if site]


def _end(label: str, site: Site, nid: str, demarcation: str) -> dict[str, Any]:
    facts = [
        {"label": _("Address"), "value": site.address},
        {"label": _("Coordinates"), "value": site.position, "ident": True},
        {"label": _("Site key"), "value": site.code, "ident": True},
        {"label": _("NID"), "term": "NID", "value": nid},
        {"label": _("Demarcation"), "value": demarcation},
    ]
    return {"label": label, "site": site, "facts": facts}


def contract_facts(actor: Actor, service: Service, *, today: date, soon: int) -> list[dict[str, Any]]:
    """What it costs, until when it is agreed, and who pays."""
    currency, months = service.account.currency, service.term_months
    left = rules.days_left(service.contract_ends_on, today)
    hint = _in_days(left) if left is not None and 0 <= left <= soon else ""
    term = ngettext("%(months)s month", "%(months)s months", months) % {"months": months} if months else ""
    is_over = service.status in {ServiceStatus.PENDING, ServiceStatus.TERMINATED}
    goes_on = "" if is_over else _("month to month")
    account = service.account
    return [
        {"label": _("Monthly (MRC)"), "term": "MRC", "value": money.spoken(service.monthly, currency)},
        {"label": _("One-time (NRC)"), "term": "NRC", "value": money.spoken(service.one_time, currency)},
        {"label": _("Term"), "value": term},
        {
            "label": _("Contract ends"),
            "value": _day(service.contract_ends_on) if left is not None and left >= 0 else goes_on,
            "hint": hint,
        },
        {"label": _("MSA"), "term": "MSA", "value": service.msa, "ident": True},
        {
            "label": _("Account"),
            "value": account.number,
            "ident": True,
            "url": reverse("accounts:account", args=[actor.enterprise_public_id, account.pk]),
            "hint": account.called,
        },
    ]


def product_facts(service: Service) -> list[dict[str, Any]]:
    """How the product is delivered and changed, before one asks for more of it."""
    product = service.product
    shortest = product.shortest_days
    return [
        {
            "label": _("Standard interval"),
            "term": "ICB" if product.is_icb else "",
            "value": _("case by case (ICB)") if product.is_icb else _business_days(product.interval_days),
        },
        {
            "label": _("Expedite"),
            "value": _("down to %(days)s") % {"days": _business_days(shortest)} if shortest else _("not possible"),
        },
        {
            "label": _("Changes of an order"),
            "value": _("free up to %(days)s before the committed date")
            % {"days": _business_days(product.free_change_days)},
        },
        {
            "label": _("Billing begins"),
            "value": _("once %(count)s sites are up") % {"count": product.sites_to_begin}
            if product.sites_to_begin > 1
            else "",
        },
    ]


def _business_days(days: int) -> str:
    return ngettext("%(days)s business day", "%(days)s business days", days) % {"days": days}


def _day(value: date | None) -> str:
    return date_format(value) if value else ""
