"""The test record and the sign-off, the connection notice, and the customer's word on the service."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orders.activating import forms, rules, selectors, services
from orders.activating.views import parts
from orders.activating.views.readiness import url_of
from orders.models import Order
from orders.permissions import Permission
from orders.views import find_order, show_with
from portal import drafts, files, looks
from portal.errors import Refused
from portal.http import ActorRequest, refused
from portal.policy import requires


def limits(request: ActorRequest) -> files.Limits:
    return files.limits(request.actor.enterprise_id, on=timezone.now().date())


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ORDER_ACTIVATE)
@files.takes_files
def test(request: ActorRequest, number: str) -> HttpResponse:
    """The engineer records a test, and signs off once one has passed."""
    order = find_order(request, number, Permission.ORDER_ACTIVATE)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = forms.TestForm(*sent, limits=limits(request))
    drafts.bring_back(request.actor, (form, order.pk), now=timezone.now())
    if request.method == "POST" and form.is_valid():
        try:
            _record(request, order, form.cleaned_data)
        except Refused as refusal:
            if not refusal.field:
                return refused(request, refusal, back=url_of(request, order))
            form.add_error(refusal.field, f"{refusal.message} {refusal.way_out}")
        else:
            drafts.drop(request.actor, form, order.pk)
            messages.success(request, _("The test is recorded."))
            return redirect(f"{url_of(request, order)}test/")
    tests = list(selectors.list_tests(request.actor, order)[:10])
    context = {"order": order, "form": form, "tests": [parts.shown_test(each) for each in tests]}
    context |= {"call": selectors.booked_call(request.actor, order)}
    context["may"] = selectors.is_to_activate(request.actor, order)
    sites = selectors.sites_of(request.actor, order)
    context["waits_for"] = sites.waits_for if sites else ""
    context["has_passed"] = bool(tests) and tests[0].has_passed
    return render(request, "orders/activating/test.html", context, status=422 if form.errors else 200)


def _record(request: ActorRequest, order: Order, data: dict[str, Any]) -> None:
    services.record_test(
        order.pk,
        has_passed=data["result"] == "passed",
        measured={name: data[name] for name in rules.MEASURED},
        checks=data["checks"],
        note=data["note"],
        uploads=data["uploads"],
        actor=request.actor,
        at=timezone.now(),
    )


@require_POST
@requires(Permission.ORDER_ACTIVATE)
def sign_off(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.ORDER_ACTIVATE)
    try:
        services.sign_off(order.pk, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=url_of(request, order))
    messages.success(request, _("Signed off. The connection notice goes to the customer's people."))
    return redirect(url_of(request, order))


@require_safe
@requires(Permission.ORDER_VIEW)
def connection_notice(request: ActorRequest, number: str) -> HttpResponseBase:
    """The document of the order's last connection notice."""
    order = find_order(request, number)
    stored = selectors.notice_file(request.actor, order)
    if stored is None:
        raise Http404
    looks.note(request.actor, order, "pdf", label=number, at=timezone.now())
    return files.hand_out(stored)


@require_POST
@requires(Permission.ORDER_ACCEPT)
def accept(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.ORDER_ACCEPT)
    try:
        services.accept_service(order.pk, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=url_of(request, order))
    messages.success(request, _("Accepted. Thank you."))
    return redirect(url_of(request, order))


@require_POST
@requires(Permission.ORDER_ACCEPT)
@files.takes_files
def refuse(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.ORDER_ACCEPT)
    form = forms.RefusalForm(request.POST, request.FILES, limits=limits(request))
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.refuse_service(
                order.pk, reason=data["reason"], uploads=data["uploads"], actor=request.actor, at=timezone.now()
            )
        except Refused as refusal:
            if not refusal.field:
                return refused(request, refusal, back=url_of(request, order))
            form.add_error(refusal.field, f"{refusal.message} {refusal.way_out}")
        else:
            drafts.drop(request.actor, form, order.pk)
            messages.success(request, _("Refused. The engineer and your care manager are told by mail."))
            return redirect(url_of(request, order))
    own = parts.activation_part(request.actor, order)
    if own is None or not own["is_turn"]:
        return redirect(url_of(request, order))
    given = {"orders/activating/_activation.html": {**own, "refusal_form": form}}
    return show_with(request, order, given, status=422)
