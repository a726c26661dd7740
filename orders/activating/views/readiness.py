"""Customer not ready: held by the care manager, released by either side."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders.activating import forms, services
from orders.activating.views import parts
from orders.models import Order
from orders.permissions import Permission
from orders.views import find_order, show_with
from portal import drafts
from portal.errors import Refused
from portal.http import ActorRequest, refused
from portal.policy import requires


def url_of(request: ActorRequest, order: Order) -> str:
    return reverse("orders:order", args=[request.actor.enterprise_public_id, order.number])


@require_POST
@requires(Permission.ORDER_CARE)
def hold(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.ORDER_CARE)
    form = forms.NotReadyForm(request.POST, auto_id="hold-%s")
    if not form.is_valid():
        return show_with(request, order, {"orders/activating/_hold.html": {"form": form}}, status=422)
    try:
        services.set_not_ready(order.pk, **form.cleaned_data, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=url_of(request, order))
    drafts.drop(request.actor, form, order.pk)
    messages.success(request, _("On hold. The customer's people are told by mail."))
    return redirect(url_of(request, order))


@require_POST
@requires(Permission.ORDER_CREATE)
def clear_as_customer(request: ActorRequest, number: str) -> HttpResponse:
    """The customer says from when on they are ready."""
    return _clear(request, find_order(request, number, Permission.ORDER_CREATE))


@require_POST
@requires(Permission.ORDER_CARE)
def clear_as_staff(request: ActorRequest, number: str) -> HttpResponse:
    """The care manager was told from when on they are ready."""
    return _clear(request, find_order(request, number, Permission.ORDER_CARE))


def _clear(request: ActorRequest, order: Order) -> HttpResponse:
    form = parts.ready_form(order, request.POST)
    if form.is_valid():
        try:
            services.clear_not_ready(order.pk, **form.cleaned_data, actor=request.actor, at=timezone.now())
        except Refused as refusal:
            if not refusal.field:
                return refused(request, refusal, back=url_of(request, order))
            form.add_error(refusal.field, str(refusal.message))
        else:
            messages.success(request, _("The order goes on. Everybody concerned is told by mail."))
            return redirect(url_of(request, order))
    own = parts.not_ready_part(request.actor, order)
    if own is None:
        return redirect(url_of(request, order))
    return show_with(request, order, {"orders/activating/_not_ready.html": {**own, "form": form}}, status=422)
