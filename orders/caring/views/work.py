"""The care manager's work across customers."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.selectors import find_colleague
from orders.caring import forms, selectors, services
from orders.caring.lists import calendar as calendars
from orders.caring.lists import portfolio as portfolios
from orders.caring.lists import work as lists
from orders.caring.selectors import work
from orders.models import Milestone, Order
from orders.permissions import Permission
from portal import exports, files, listing
from portal.csvfile import csv_response
from portal.errors import Refused
from portal.http import ActorRequest
from portal.listing import told
from portal.policy import requires

WEEK_ROWS = 200  # of the week that is shown at once


@require_safe
@requires(Permission.ORDER_VIEW)
def mine(request: ActorRequest) -> HttpResponse:
    """My orders by what is due, each kind of it with its count."""
    now, rows = timezone.now(), work.list_work(request.actor)
    columns = lists.columns(today=timezone.localdate(), now=now)
    tabs = [] if request.htmx else lists.tabs(rows, request.GET.get("due", ""))
    context = {"tabs": tabs, "before": "orders/caring/_tabs.html"}
    return listing.show(request, lists.WORK_LIST, rows, columns, template="orders/mine.html", context=context)


@require_safe
@requires(Permission.ORDER_VIEW)
def export_mine(request: ActorRequest) -> HttpResponse:
    name = f"my-orders-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(request, lists.WORK_EXPORT, name=name, back=reverse("orders_work:mine"))


@require_POST
@requires(Permission.ORDER_CARE)
def chosen(request: ActorRequest) -> HttpResponseBase:
    """What can be done with rows of the list."""
    return listing.act(request, lists.WORK_LIST, work.list_work(request.actor))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ORDER_CARE)
def together(request: ActorRequest) -> HttpResponse:
    """Complete a step of, write on, or hand over many orders: those chosen, or all that the list is narrowed to."""
    orders = list(work.list_chosen(request.actor, _keys(request))[: work.TOGETHER])
    what = request.POST.get("what", "") if request.method == "POST" else ""
    made = _forms(request, orders, what)
    form = made.get(what)
    if orders and form is not None and form.is_valid():
        try:
            done, failed = _do(request, what, orders, form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
        else:
            return told(request, done=done, failed=failed, back=reverse("orders_work:mine"))
    context = {"orders": orders, "keys": " ".join(str(each.pk) for each in orders), **made}
    return render(request, "orders/caring/together.html", context, status=422 if form and form.errors else 200)


def _keys(request: ActorRequest) -> list[int]:
    given = request.POST.get("rows", "").split() if request.method == "POST" else request.GET.getlist("row")
    keys = [int(each) for each in given if each.isascii() and each.isdigit() and len(each) <= 15]
    if keys or request.method == "POST":
        return keys[: work.TOGETHER]
    rows = lists.WORK.filtered(work.list_work(request.actor), request.GET)
    return list(rows.values_list("pk", flat=True)[: work.TOGETHER])


def _forms(request: ActorRequest, orders: list[Order], what: str) -> dict[str, Any]:
    def sent(name: str) -> Any:
        return request.POST if what == name else None

    kinds = [each for each in work.kinds_under_way(orders) if each[0] not in services.BY_ITSELF]
    return {
        "complete": forms.CompleteForm(sent("complete"), kinds=kinds) if kinds else None,
        "tell": forms.TellForm(sent("tell")),
        "hand": forms.HandOverForm(sent("hand"), url=reverse("serving_work:suggest")),
    }


def _do(request: ActorRequest, what: str, orders: list[Order], data: dict[str, Any]) -> tuple[str, list[Any]]:
    who: dict[str, Any] = {"actor": request.actor, "at": timezone.now()}
    if what == "complete":
        count, failed = services.complete_together(orders, data["kind"], **who)
        words = ngettext("Completed on %(n)s order.", "Completed on %(n)s orders.", count) if count else ""
        return words % {"n": count} if words else "", failed
    if what == "tell":
        count = services.write_together(orders, text=data["text"], **who)
        return ngettext("Sent on %(n)s order.", "Sent on %(n)s orders.", count) % {"n": count}, []
    colleague = find_colleague(data["who"])
    if colleague is None:
        raise Refused(_("There is no such colleague."), field="who")
    card = colleague.card
    count = services.hand_over(orders, card.pk, words=data["words"], **who)
    said = ngettext("%(n)s order handed over to %(name)s.", "%(n)s orders handed over to %(name)s.", count)
    return said % {"n": count, "name": card.name}, []


@require_safe
@requires(Permission.ORDER_CARE)
def promises(request: ActorRequest) -> HttpResponse:
    """How many promised updates were kept in a time: by care manager, and in all."""
    today = timezone.localdate()
    first, last = (_day(request.GET.get(name)) for name in ("from", "to"))
    first, last = first or today - timedelta(days=30), last or today
    since, until = (timezone.make_aware(datetime.combine(each, time.min)) for each in (first, last + timedelta(days=1)))
    rows, whole = selectors.promise_rates(request.actor, since=since, until=until)
    for each in [*rows, whole]:
        each["rate"] = 100 * each["kept"] // each["due"] if each["due"] else None
    context = {"rows": rows, "whole": whole, "first": first, "last": last}
    return render(request, "orders/caring/promises.html", context)


@require_safe
@requires(Permission.ORDER_VIEW)
def portfolio(request: ActorRequest) -> HttpResponse:
    """All of what the home's card begins with."""
    data = portfolios.portfolio(request.actor, most=portfolios.PAGE_ROWS)
    return render(request, "orders/caring/portfolio.html", {"data": data})


@require_safe
@requires(Permission.ORDER_VIEW)
def export_portfolio(request: ActorRequest, kind: str) -> HttpResponse:
    """All customers of it, all that waits, or all contracts that end."""
    name = f"portfolio-{kind}-{timezone.localdate():%Y-%m-%d}"
    if kind in portfolios.EXPORTS:
        return exports.answer(request, portfolios.EXPORTS[kind], name=name, back=reverse("orders_work:portfolio"))
    rows = portfolios.customers_rows(work.list_portfolio(request.actor))
    return csv_response(name, portfolios.customers_header(), rows)


def _day(value: str | None) -> Any:
    try:
        found = parse_date(value or "")
    except ValueError:
        return None
    return found if found and 2000 < found.year < 2200 else None


@require_safe
@requires(Permission.ORDER_CARE)
def calendar(request: ActorRequest) -> HttpResponse:
    rows, columns = work.list_activations(request.actor), calendars.calendar_columns()
    context = {"ics": f"{reverse('orders_work:calendar_ics')}?{calendars.CALENDAR.query(request.GET)}"}
    if not request.htmx:
        context |= {"before": "orders/caring/_week.html", **_week(request, rows)}
    return listing.show(
        request, calendars.CALENDAR_LIST, rows, columns, template="orders/caring/calendar.html", context=context
    )


def _week(request: ActorRequest, rows: QuerySet[Milestone]) -> dict[str, Any]:
    """A week of the calendar, narrowed as the list is but for its days."""
    monday = calendars.monday_of(request.GET, timezone.localdate())
    whose = {name: request.GET[name] for name in ("manager", "customer") if request.GET.get(name)}
    narrowed = calendars.CALENDAR.filtered(rows, whose).filter(expected_on__gte=monday)
    steps = list(narrowed.filter(expected_on__lt=monday + calendars.A_WEEK).order_by("expected_on", "pk")[:WEEK_ROWS])
    return {
        "monday": monday,
        "days": calendars.of_week(steps, work.booked_calls(request.actor, steps), monday=monday),
        "today": timezone.localdate(),
        "has_calls": bool(steps),
        "is_cut": len(steps) == WEEK_ROWS,
        "weeks": [
            (label, urlencode({**whose, "week": f"{first:%Y-%m-%d}"}))
            for label, first in (
                (_("The week before"), monday - calendars.A_WEEK),
                (_("The week after"), monday + calendars.A_WEEK),
            )
        ],
    }


@require_safe
@requires(Permission.ORDER_CARE)
def export_calendar(request: ActorRequest) -> HttpResponse:
    name = f"activations-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(request, calendars.CALENDAR_EXPORT, name=name, back=reverse("orders_work:calendar"))


@require_safe
@requires(Permission.ORDER_CARE)
def ics(request: ActorRequest) -> HttpResponseBase:
    """The same for the calendar of a telephone or an office."""
    rows = calendars.CALENDAR.filtered(work.list_activations(request.actor), request.GET)
    steps = list(rows.order_by("expected_on", "pk")[: exports.INLINE_ROWS])
    content = calendars.icalendar(steps, work.booked_calls(request.actor, steps), stamp=datetime.now(UTC))
    return files.download(content, name="activations.ics", media_type="text/calendar; charset=utf-8")
