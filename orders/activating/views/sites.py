"""The carrier marks the sites of a VPN as up, one by one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders.activating import forms, services
from orders.activating.views import parts
from orders.activating.views.readiness import url_of
from orders.models import Order
from orders.permissions import Permission
from orders.views import find_order, show_with
from portal.errors import Refused
from portal.http import ActorRequest, refused
from portal.policy import requires

SITES = "orders/activating/_sites.html"


@require_POST
@requires(Permission.ORDER_ACTIVATE)
def mark_site_up(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.ORDER_ACTIVATE)
    form = parts.site_form(order, request.POST.get("position", ""), request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.mark_site_up(
                order.pk, data["position"], up_on=data["up_on"], actor=request.actor, at=timezone.now()
            )
        except Refused as refusal:
            if not refusal.field:
                return refused(request, refusal, back=url_of(request, order))
            form.add_error(refusal.field, str(refusal.message))
        else:
            messages.success(request, _("Marked as up. The customer reads it on the order's page."))
            return redirect(f"{url_of(request, order)}#sites")
    return _again(request, order, form)


def _again(request: ActorRequest, order: Order, form: forms.SiteForm) -> HttpResponse:
    """The order's page with what was typed for one of its sites."""
    own = parts.sites_part(request.actor, order)
    rows = (
        [row for row in own["rows"] if row["form"] and f"{row['site'].position}" == form["position"].value()]
        if own
        else []
    )
    if own is None or not rows:
        return redirect(url_of(request, order))
    rows[0]["form"] = form
    return show_with(request, order, {SITES: own}, status=422)


@require_POST
@requires(Permission.ORDER_ACTIVATE)
def take_site_back(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.ORDER_ACTIVATE)
    form = forms.PositionForm(request.POST)
    if not form.is_valid():
        return redirect(url_of(request, order))
    try:
        services.take_site_back(order.pk, form.cleaned_data["position"], actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=url_of(request, order))
    messages.success(request, _("Taken back. The customer reads it on the order's page."))
    return redirect(f"{url_of(request, order)}#sites")
