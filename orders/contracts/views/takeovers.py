"""Services that go to another company: offered and answered by administrators, decided by the carrier's people."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import selectors as people
from accounts.models import MOVE_FLOW, MoveStatus, Said
from accounts.permissions import Permission
from orders.contracts import forms, services
from orders.contracts.lists import takeovers as lists
from orders.contracts.selectors import takeovers as selectors
from orders.models import Takeover, TakeoverSide
from portal import exports, listing
from portal.errors import Refused
from portal.http import ActorRequest, refused
from portal.notices import story_lines
from portal.policy import fresh, requires

FORM = ["GET", "HEAD", "POST"]


@require_safe
@requires(Permission.ENTERPRISE_ADMIN)
def list_ours(request: ActorRequest) -> HttpResponse:
    rows, columns = selectors.list_sides(request.actor), lists.our_columns(request.actor)
    return listing.show(request, lists.OUR_LIST, rows, columns, template="orders/contracts/takeovers.html")


@require_http_methods(FORM)
@requires(Permission.ENTERPRISE_ADMIN)
def export_ours(request: ActorRequest) -> HttpResponse:
    place = request.actor.enterprise_public_id
    name = f"{place}-transfers-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(request, lists.OURS_EXPORT, name=name, back=reverse("orders:takeovers", args=[place]))


@require_http_methods(FORM)
@fresh
@requires(Permission.ENTERPRISE_ADMIN)
def offer(request: ActorRequest) -> HttpResponse:
    """Offer services to an account of another company; ``service`` in the address is one of them."""
    number = request.GET.get("service", "")
    tomorrow = people.carriers_day(timezone.now()) + timedelta(days=1)
    form = forms.OfferForm(request.POST or None, initial={"services": number, "effective_on": tomorrow})
    if request.method == "POST" and form.is_valid():
        side = _offer(request, form)
        if side:
            messages.success(request, _("Offered. You get a mail when it is decided."))
            return redirect(_ours(request, side.pk))
    beside = [each for each in selectors.list_givable(request.actor, number) if each.number != number]
    context = {"form": form, "number": number, "beside": beside}
    return render(request, "orders/contracts/offer.html", context, status=422 if form.errors else 200)


def _offer(request: ActorRequest, form: forms.OfferForm) -> TakeoverSide | None:
    """Send it; what is refused stands on the form, beside its field or above all."""
    data = dict(form.cleaned_data)
    numbers = data.pop("services")
    found = selectors.find_services(request.actor, numbers)
    missing = sorted(set(numbers) - {each.number for each in found})
    if missing:
        form.add_error("services", _("Not a service of yours: %(number)s") % {"number": missing[0]})
        return None
    keys = tuple(each.pk for each in found)
    try:
        return services.offer_services(services.Offer(keys, **data), actor=request.actor, at=timezone.now())
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
        return None


def _ours(request: ActorRequest, pk: int) -> str:
    return reverse("orders:takeover", args=[request.actor.enterprise_public_id, pk])


def _side(request: ActorRequest, pk: int) -> TakeoverSide:
    found = selectors.get_side(request.actor, pk)
    if found is None:
        raise Http404
    return found


@require_safe
@requires(Permission.ENTERPRISE_ADMIN)
def show_ours(request: ActorRequest, pk: int) -> HttpResponse:
    return _show_ours(request, _side(request, pk))


def _show_ours(request: ActorRequest, side: TakeoverSide, *, sent: forms.ReasonForm | None = None) -> HttpResponse:
    goes_on = side.status in MOVE_FLOW.open_states() and side.said not in {Said.DECLINED, Said.WITHDRAWN}
    context: dict[str, Any] = {
        "side": side,
        "offered": lists.offered(side.services, side.currency),
        "facts": lists.side_facts(side),
        "can_answer": goes_on and side.said == Said.NOTHING,
        "can_cancel": goes_on and side.said == Said.AGREED,
        "story": story_lines(selectors.list_story(request.actor, side)),
        "reason_form": sent or forms.ReasonForm(),
    }
    return render(request, "orders/contracts/takeover.html", context, status=422 if sent else 200)


def _done(request: ActorRequest, act: Callable[[], object], done: str, *, back: str) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        return refused(request, refusal, back=back)
    messages.success(request, done)
    return redirect(back)


@require_POST
@fresh
@requires(Permission.ENTERPRISE_ADMIN)
def accept(request: ActorRequest, pk: int) -> HttpResponse:
    side = _side(request, pk)
    act = partial(services.accept_takeover, side.pk, actor=request.actor, at=timezone.now())
    done = _("Agreed. The services are yours from their day on, once we have agreed too.")
    return _done(request, act, done, back=_ours(request, pk))


@require_POST
@requires(Permission.ENTERPRISE_ADMIN)
def refuse(request: ActorRequest, pk: int) -> HttpResponse:
    """Decline what is offered, or cancel what one has agreed to."""
    side, form = _side(request, pk), forms.ReasonForm(request.POST)
    if not form.is_valid():
        return _show_ours(request, side, sent=form)
    act = partial(services.refuse_takeover, side.pk, **form.cleaned_data, actor=request.actor, at=timezone.now())
    return _done(
        request, act, _("Noted. Nothing changes company, and the other side is told."), back=_ours(request, pk)
    )


# --- the carrier's people ------------------------------------------------------------------------------


@require_safe
@requires(Permission.ENTERPRISE_CHANGE)
def list_all(request: ActorRequest) -> HttpResponse:
    return listing.show(request, lists.ALL_LIST, selectors.list_takeovers(), lists.all_columns())


@require_safe
@requires(Permission.ENTERPRISE_CHANGE)
def export_all(request: ActorRequest) -> HttpResponse:
    name = f"transfers-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(request, lists.ALL_EXPORT, name=name, back=reverse("orders_work:takeovers"))


def _takeover(pk: int) -> Takeover:
    found = selectors.get_takeover(pk)
    if found is None:
        raise Http404
    return found


@require_safe
@requires(Permission.ENTERPRISE_CHANGE)
def show_one(request: ActorRequest, pk: int) -> HttpResponse:
    return _show_one(request, _takeover(pk))


def _show_one(request: ActorRequest, takeover: Takeover, *, status: int = 200, **given: Any) -> HttpResponse:
    sides = selectors.list_sides_of(takeover)
    context: dict[str, Any] = {
        "takeover": takeover,
        "offered": lists.offered(takeover.services, sides[0].currency),
        "facts": lists.takeover_facts(takeover),
        "can_approve": takeover.status == MoveStatus.OPEN and not takeover.approved_at,
        "can_stop": takeover.status in MOVE_FLOW.open_states(),
        "grounds_form": forms.GroundsForm(),
        "reason_form": forms.ReasonForm(auto_id="stop-%s"),
        **given,
    }
    return render(request, "orders/contracts/takeover_case.html", context, status=status)


@require_POST
@fresh
@requires(Permission.ENTERPRISE_CHANGE)
def approve(request: ActorRequest, pk: int) -> HttpResponse:
    takeover, form = _takeover(pk), forms.GroundsForm(request.POST)
    if not form.is_valid():
        return _show_one(request, takeover, status=422, grounds_form=form)
    act = partial(services.approve_takeover, pk, **form.cleaned_data, actor=request.actor, at=timezone.now())
    done = _("Approved. It is carried out on its day, once both sides have agreed.")
    return _done(request, act, done, back=reverse("orders_work:takeover", args=[pk]))


@require_POST
@requires(Permission.ENTERPRISE_CHANGE)
def stop(request: ActorRequest, pk: int) -> HttpResponse:
    takeover, form = _takeover(pk), forms.ReasonForm(request.POST, auto_id="stop-%s")
    if not form.is_valid():
        return _show_one(request, takeover, status=422, reason_form=form)
    act = partial(services.stop_takeover, pk, **form.cleaned_data, actor=request.actor, at=timezone.now())
    done = _("Stopped. Nothing changes company, and both sides are told why.")
    return _done(request, act, done, back=reverse("orders_work:takeover", args=[pk]))
