"""What is told of requests: the working of an estimate, consequences before they are sent, parts of pages."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.permissions import Permission as EnterprisePermission
from inventory.models import Service, ServiceStatus
from orders.contracts import selectors
from orders.contracts.lists import takeovers
from orders.contracts.selectors import Estimate
from orders.contracts.selectors import takeovers as offered_to
from orders.models import ORDER_FLOW, Disconnect, Order, OrderedService, OrderStatus, OrderType
from orders.permissions import Permission
from orders.selectors import get_order
from portal import money
from portal.actors import Actor


def spoken(amount: Any, currency: str) -> str:
    return money.spoken(amount, currency)


def working(months: int, monthly: Any, percent: Any, fee: Any, currency: str) -> str:
    """How an estimate came about: 14 months × $2,850.00 × 75 % = $29,925.00."""
    if not months:
        return _("nothing: the term is over by then")
    said = {"monthly": spoken(monthly, currency), "percent": f"{percent.normalize():f}", "fee": spoken(fee, currency)}
    left = ngettext("%(months)s month", "%(months)s months", months) % {"months": months}
    return f"{left} × {said['monthly']} × {said['percent']} % = {said['fee']}"


def estimate_facts(found: Estimate) -> list[dict[str, Any]]:
    ends_on = date_format(found.contract_ends_on) if found.contract_ends_on else _("month to month")
    return [
        {"label": _("Earliest day"), "value": date_format(found.earliest_on)},
        {"label": _("Billing stops on"), "value": date_format(found.stops_on)},
        {"label": _("Can be taken back until"), "value": date_format(found.cancel_by_on)},
        {"label": _("Contract ends"), "value": ends_on},
        {
            "label": _("Early termination, estimated"),
            "value": spoken(found.fee, found.currency),
            "hint": working(found.months, found.monthly, found.percent, found.fee, found.currency),
            "strong": True,
        },
    ]


def disconnect_consequences(found: Estimate) -> list[str]:
    said = {
        "days": found.notice_days, "stops": date_format(found.stops_on), "keep": date_format(found.cancel_by_on),
    }  # fmt: skip
    return [
        _("%(days)s calendar days' notice are agreed. The service works, and is billed, until %(stops)s.") % said,
        _("You can take it back until %(keep)s, and nothing has happened.") % said,
        _("An end on or after the contract's end costs nothing. The estimate may be refined by your care manager."),
        _("On the day the service ends by itself. Its page, its orders and its invoices stay."),
    ]


def service_actions(actor: Actor, service: Service) -> dict[str, Any] | None:
    """What can be asked for from a service's page. No query: what is under way is said when it is asked."""
    if service.status not in selectors.IN_USE:
        return None
    place, found = actor.enterprise_public_id, []
    if actor.may_on(Permission.SERVICE_CHANGE, service.account_id):
        for name, label in (("change", _("Change it")), ("renew", _("Renew it")), ("transfer", _("Transfer it"))):
            found.append({"url": reverse(f"orders:{name}", args=[place, service.pk]), "label": label})
        if not actor.is_staff and actor.may(EnterprisePermission.ENTERPRISE_ADMIN):
            url = f"{reverse('orders:offer_services', args=[place])}?{urlencode({'service': service.number})}"
            found.append({"url": url, "label": _("Give it to another company")})
    if actor.may_on(Permission.DISCONNECT_REQUEST, service.account_id):
        found.append({"url": reverse("orders:disconnect", args=[place, service.pk]), "label": _("Disconnect it")})
    return {"actions": found} if found else None


def service_ending(actor: Actor, service: Service) -> dict[str, Any] | None:
    """On the page of a service that is being disconnected: until when, and by which order."""
    if service.status == ServiceStatus.TERMINATED:
        return takeovers.gone(actor, service)
    if service.status != ServiceStatus.ENDING:
        return None
    return {"order": selectors.open_order_of(service), "service": service}


def of_order(actor: Actor, order: Order) -> dict[str, Any] | None:
    """The top of an order's page: what it makes of its services, and what is to be said to it now."""
    show = {
        OrderType.DISCONNECT: _disconnect, OrderType.CHANGE: _lines, OrderType.RENEWAL: _lines,
        OrderType.TRANSFER: _transfer, OrderType.TRIAL: _trial,
    }.get(OrderType(order.type))  # fmt: skip
    return show(actor, order) if show else None


def _is_open(order: Order) -> bool:
    return order.status in ORDER_FLOW.open_states()


def _disconnect(actor: Actor, order: Order) -> dict[str, Any] | None:
    asked = selectors.get_disconnect(actor, order)
    if asked is None:
        return None
    may = actor.may_on(Permission.DISCONNECT_REQUEST, order.account_id)
    is_late = timezone.localdate() > asked.cancel_by_on
    return {
        "disconnect": asked,
        "facts": _disconnect_facts(asked, order.account.currency),
        "may_keep": may and _is_open(order) and not is_late,
        "is_open": _is_open(order),
        "is_late": is_late,
    }


def _disconnect_facts(asked: Disconnect, currency: str) -> list[dict[str, Any]]:
    return [
        {"label": _("Billing stops on"), "value": date_format(asked.stops_on)},
        {"label": _("Can be taken back until"), "value": date_format(asked.cancel_by_on)},
        {"label": _("Why"), "value": asked.get_reason_display(), "hint": asked.note},
        {
            "label": _("Early termination, estimated"),
            "value": spoken(asked.fee, currency),
            "hint": working(asked.months_left, asked.monthly, asked.percent, asked.fee, currency),
        },
    ]


def _lines(actor: Actor, order: Order) -> dict[str, Any] | None:
    lines = list(selectors.list_lines(actor, order))
    if not lines:
        return None
    found: dict[str, Any] = {"lines": [{"line": each, "facts": line_facts(each)} for each in lines]}
    if order.type == OrderType.CHANGE and _is_open(order):
        line = lines[0]
        may_agree = any(actor.may_on(each, order.account_id) for each in AGREE)
        if line.agreed_at is None and actor.is_staff and actor.may(Permission.ORDER_PRICE):
            found["may_price"] = True
        elif line.agreed_at is None and line.monthly is not None and may_agree:
            found["agree"] = line
    return found


AGREE = (Permission.ORDER_APPROVE_ONLY, Permission.SERVICE_CHANGE)


def line_facts(line: OrderedService) -> list[dict[str, Any]]:
    """What a service is to become, and what it was."""
    service, before = line.service, line.before
    currency = service.account.currency
    was = before.get("bandwidth", "" if line.applied_at else service.bandwidth)
    facts = [{"label": _("Service"), "value": service.number, "ident": True}]
    if line.bandwidth:
        facts.append({"label": _("Bandwidth"), "value": line.bandwidth, "hint": _("before: %(was)s") % {"was": was}})
    for label, site in ((_("Location A"), line.a_site), (_("Location Z"), line.z_site)):
        if site:
            facts.append({"label": label, "value": str(site)})
    if line.gives_up_z:
        facts.append({"label": _("Location Z"), "value": _("is given up")})
    if line.monthly is not None:
        agreed = _("agreed by %(name)s") % {"name": line.agreed_by} if line.agreed_at else _("not agreed yet")
        facts.append({"label": _("Monthly (MRC)"), "value": spoken(line.monthly, currency), "hint": agreed})
    if line.term_months:
        months = ngettext("%(months)s month", "%(months)s months", line.term_months) % {"months": line.term_months}
        ends = service.contract_ends_on
        until = _("until %(day)s") % {"day": date_format(ends)} if line.applied_at and ends else ""
        facts.append({"label": _("New term"), "value": months, "hint": until})
    return [*facts, {"label": _("Note"), "value": line.note}]


def _transfer(actor: Actor, order: Order) -> dict[str, Any] | None:
    asked = selectors.get_transfer(actor, order)
    return takeovers.of_order(actor, order) if asked is None else transfer_context(actor, order, asked)


def transfer_context(actor: Actor, order: Order, asked: Any) -> dict[str, Any]:
    """Who has agreed, who is still to, and whether the reader can."""
    gives, takes = (actor.may_on(Permission.SERVICE_CHANGE, pk) for pk in (order.account_id, asked.target_id))
    is_new = actor.user_id not in {asked.giver_id, asked.taker_id}
    may_agree = (
        not actor.is_staff and is_new and ((asked.given_at is None and gives) or (asked.taken_at is None and takes))
    )
    return {
        "transfer": asked,
        "order": order,
        "facts": [
            {"label": _("From account"), "value": order.account.number, "hint": order.account.called, "ident": True},
            {"label": _("To account"), "value": asked.target.number, "hint": asked.target.called, "ident": True},
            {"label": _("First day there"), "value": date_format(asked.effective_on)},
            {"label": _("The giving side"), "value": asked.given_by or _("is to agree")},
            {"label": _("The receiving side"), "value": asked.taken_by or _("is to agree")},
            {"label": _("To be answered until"), "value": "" if asked.is_agreed else date_format(asked.answer_by_on)},
        ],
        "may_agree": _is_open(order) and may_agree,
        "may_decline": _is_open(order) and (gives or takes),
    }


def _trial(actor: Actor, order: Order) -> dict[str, Any] | None:
    asked = selectors.get_trial(actor, order)
    if asked is None:
        return None
    runs = order.status == OrderStatus.COMPLETED and not asked.became and asked.ends_on is not None
    may = actor.may_on(Permission.ORDER_CREATE, order.account_id)
    days = ngettext("%(days)s day", "%(days)s days", asked.days) % {"days": asked.days}
    return {
        "trial": asked,
        "may_end": runs and may,
        "facts": [
            {"label": _("Length"), "value": days},
            {"label": _("Ends on"), "value": date_format(asked.ends_on) if asked.ends_on else ""},
            {"label": _("What became of it"), "value": asked.get_became_display()},
            *_kept_facts(actor, asked.kept_as),
        ],
    }


def _kept_facts(actor: Actor, number: str) -> list[dict[str, Any]]:
    """By which order a trial was kept, and at what price; the reader may see the trial and not that order."""
    order = get_order(actor, number) if number else None
    if order is None:
        return [{"label": _("Kept by"), "value": number, "ident": True}]
    url, price = reverse("orders:order", args=[actor.enterprise_public_id, number]), ""
    if order.monthly or order.one_time:
        price = spoken(order.monthly, order.account.currency)
    return [
        {"label": _("Kept by"), "value": number, "ident": True, "url": url, "hint": order.get_status_display()},
        {"label": _("Monthly (MRC) from then on"), "value": price or _("named on that order")},
    ]


def waiting_card(actor: Actor) -> dict[str, Any] | None:
    """On the home: transfers that wait for a word of the reader's side."""
    if actor.is_staff:
        return None
    found = list(selectors.list_waiting_transfers(actor)[:5]) if actor.may(Permission.SERVICE_CHANGE) else []
    offers = list(offered_to.list_asked(actor)[:5]) if actor.may(EnterprisePermission.ENTERPRISE_ADMIN) else []
    return {"transfers": found, "offers": offers} if found or offers else None
