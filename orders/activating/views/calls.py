"""Activation calls: the page on which a time is picked, and the engineer's own day."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from orders.activating import forms, selectors, services
from orders.activating.views.readiness import url_of
from orders.models import Order
from orders.permissions import Permission
from orders.views import find_order
from portal.cells import zoned
from portal.errors import Refused
from portal.http import ActorRequest, refused
from portal.policy import requires

OFFERED = 40  # times shown to choose from
AHEAD = timedelta(days=92)  # in which a next call is looked for


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ORDER_CREATE)
def pick_as_customer(request: ActorRequest, number: str) -> HttpResponse:
    """The customer picks the time of the activation call, or another one."""
    return _pick(request, find_order(request, number, Permission.ORDER_CREATE))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ORDER_ACTIVATE)
def pick_as_staff(request: ActorRequest, number: str) -> HttpResponse:
    """Care manager or engineer book it for them."""
    return _pick(request, find_order(request, number, Permission.ORDER_ACTIVATE))


def _pick(request: ActorRequest, order: Order) -> HttpResponse:
    now = timezone.now()
    slots = list(selectors.list_free_slots(order, now)[:OFFERED])
    call = selectors.booked_call(request.actor, order)
    shown = [(slot.pk, _spoken(slot)) for slot in slots]
    initial = {"contact_name": call.contact_name, "contact_phone": call.contact_phone} if call else {}
    form = forms.CallForm(request.POST or None, slots=shown)
    form.initial = initial
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        words = {name: data[name] for name in ("contact_name", "contact_phone", "note")}
        try:
            services.book_call(order.pk, data["slot"], **words, actor=request.actor, at=now)
        except Refused as refusal:
            if not refusal.field:
                return refused(request, refusal, back=url_of(request, order))
            form.add_error(refusal.field, f"{refusal.message}")
        else:
            messages.success(request, _("Booked. Everybody concerned is told by mail."))
            return redirect(url_of(request, order))
    context = {"order": order, "form": form, "slots": slots, "call": call}
    context["may"] = selectors.is_to_activate(request.actor, order)
    return render(request, "orders/activating/pick.html", context, status=422 if form.errors else 200)


def _spoken(slot: Any) -> str:
    minutes = int((slot.ends_at - slot.starts_at).total_seconds() // 60)
    words = {"when": zoned(slot.starts_at), "minutes": minutes, "engineer": slot.engineer.name}
    return _("%(when)s, %(minutes)s min, with %(engineer)s") % words


@require_POST
@requires(Permission.ORDER_CREATE)
def call_off_as_customer(request: ActorRequest, number: str) -> HttpResponse:
    return _call_off(request, find_order(request, number, Permission.ORDER_CREATE))


@require_POST
@requires(Permission.ORDER_ACTIVATE)
def call_off_as_staff(request: ActorRequest, number: str) -> HttpResponse:
    return _call_off(request, find_order(request, number, Permission.ORDER_ACTIVATE))


def _call_off(request: ActorRequest, order: Order) -> HttpResponse:
    try:
        services.call_off(order.pk, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=url_of(request, order))
    messages.success(request, _("Called off. Everybody concerned is told by mail."))
    return redirect(url_of(request, order))


@require_POST
@requires(Permission.ORDER_ACTIVATE)
def no_show(request: ActorRequest, number: str) -> HttpResponse:
    """Nobody of the customer's came."""
    order = find_order(request, number, Permission.ORDER_ACTIVATE)
    try:
        services.mark_no_show(order.pk, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=url_of(request, order))
    messages.success(request, _("Noted. The order is on hold, and the customer is told by mail."))
    return redirect(url_of(request, order))


# --- the engineer's day -----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ORDER_ACTIVATE)
def my_activations(request: ActorRequest) -> HttpResponse:
    """My calls of a day, the times that I offer, and the form that opens more."""
    now = timezone.now()
    today = timezone.localdate()
    form = forms.SlotsForm(
        request.POST or None,
        initial={"day": today, "until": today + timedelta(days=4), "first": time(9), "count": 4, "minutes": 60},
    )
    if request.method == "POST" and form.is_valid():
        data = {name: form.cleaned_data[name] for name in ("minutes", "region", "families", "bridge")}
        starts = form.starts(timezone.get_current_timezone())
        try:
            opened = services.open_slots(starts, **data, actor=request.actor, at=now)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal.message))
        else:
            messages.success(request, _("%(count)s times are offered now.") % {"count": len(opened)})
            return redirect("orders_work:activations")
    day = _day(request.GET.get("day", "")) or today
    start = timezone.make_aware(datetime.combine(day, time(0)))
    calls = list(selectors.list_my_calls(request.actor, start, start + timedelta(days=1)))
    later = selectors.list_booked_calls(request.actor, start + timedelta(days=1), start + AHEAD)
    context = {
        "day": day,
        "following": None if calls else later.first(),
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "calls": calls,
        "slots": selectors.list_my_slots(request.actor, now)[:OFFERED],
        "form": form,
    }
    return render(request, "orders/activating/mine.html", context, status=422 if form.errors else 200)


def _day(value: str) -> date | None:
    try:
        found = parse_date(value)
    except ValueError:
        return None
    return found if found and 2000 < found.year < 2200 else None


@require_POST
@requires(Permission.ORDER_ACTIVATE)
def close_slots(request: ActorRequest) -> HttpResponse:
    keys = [int(each) for each in request.POST.getlist("slot") if each.isdecimal() and len(each) < 18]
    count = services.close_slots(keys, actor=request.actor, at=timezone.now())
    messages.success(request, _("%(count)s times are offered no longer.") % {"count": count})
    return redirect(reverse("orders_work:activations"))
