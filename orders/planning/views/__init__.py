"""The plan of an order on both faces: dates, wishes, changes, technical details, the letter."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orders.models import Choice, Order, SupplementKind
from orders.permissions import Permission
from orders.planning import forms, lists, selectors, services
from orders.selectors import is_dlr_missing
from orders.views import find_order
from portal import drafts, files, looks
from portal.errors import Refused
from portal.http import ActorRequest, refused
from portal.policy import requires


def url(request: ActorRequest, order: Order, name: str = "orders:plan") -> str:
    return reverse(name, args=[request.actor.enterprise_public_id, order.number])


@require_safe
@requires(Permission.ORDER_VIEW)
def plan(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number)
    looks.note(request.actor, order, "page", label=number, at=timezone.now())
    return show(request, order)


def show(request: ActorRequest, order: Order, *, status: int = 200, **given: Any) -> HttpResponse:
    """The page of an order's plan; ``given`` are forms that come back, and an expedite's price."""
    context = lists.plan_page(request.actor, order, at=timezone.now())
    own = {
        "delivery_form": forms.DeliveryForm(),
        "expedite_form": forms.ExpediteForm(),
        "change_form": forms.ChangeForm(initial=context["agreed"]),
        "cancel_form": forms.CancelForm(initial={"agreed": context["agreed"].get("agreed_cancel")}),
        "commit_form": forms.CommitForm(),
        "reserve_form": forms.ReserveForm(),
        "refuse_form": forms.RefuseForm(),
        "decide_form": forms.DecideForm(),
    }
    return render(request, "planning/plan.html", {**context, **own, **given}, status=status)


def attempt(
    request: ActorRequest, order: Order, name: str, form: Any, act: Callable[[dict[str, Any]], Any], *, done: str
) -> HttpResponse:
    """Act on what was typed and show; what is wrong comes back beside its field, with all that was typed."""
    if not form.is_valid():
        return show(request, order, status=422, **{name: form})
    try:
        act(form.cleaned_data)
    except Refused as refusal:
        if refusal.field not in form.fields:
            return refused(request, refusal, back=url(request, order))
        form.add_error(refusal.field, f"{refusal.message}")
        return show(request, find_order(request, order.number), status=422, **{name: form})
    messages.success(request, done)
    return redirect(url(request, order))


@require_POST
@requires(Permission.ORDER_CREATE)
def choose_delivery(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.ORDER_CREATE)

    def act(data: dict[str, Any]) -> Any:
        return services.choose_delivery(order.pk, actor=request.actor, at=timezone.now(), **data)

    return attempt(request, order, "delivery_form", forms.DeliveryForm(request.POST), act, done=_("Noted."))


@require_POST
@requires(Permission.ORDER_EXPEDITE)
def expedite(request: ActorRequest, number: str) -> HttpResponse:
    """The fee is shown first; what is sent with it is the order."""
    order = find_order(request, number, Permission.ORDER_EXPEDITE)
    form = forms.ExpediteForm(request.POST)
    if form.is_valid() and form.cleaned_data["agreed"] is None:
        try:
            price = services.price_expedite(order, form.cleaned_data["wanted_on"], at=timezone.now())
        except Refused as refusal:
            form.add_error("wanted_on", str(refusal.message))
        else:
            initial = {"wanted_on": price.wanted_on, "agreed": price.fee}
            return show(request, order, expedite_form=forms.ExpediteForm(initial=initial), price=price)

    def act(data: dict[str, Any]) -> Any:
        at = timezone.now()
        return services.choose_delivery(order.pk, actor=request.actor, at=at, choice=Choice.EXPEDITE, **data)

    done = _("Asked for. Your care manager answers; the fee is charged only if the date is met.")
    return attempt(request, order, "expedite_form", form, act, done=done)


@require_POST
@requires(Permission.ORDER_CREATE)
def change(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.ORDER_CREATE)

    def act(data: dict[str, Any]) -> Any:
        agreed = data[f"agreed_{data['kind']}"] or Decimal(0)
        about = {name: data[name] for name in ("kind", "wanted_on", "words")}
        return services.ask_supplement(order.pk, actor=request.actor, at=timezone.now(), agreed=agreed, **about)

    done = _("Asked for. Your care manager answers, and you can take it back until then.")
    return attempt(request, order, "change_form", forms.ChangeForm(request.POST), act, done=done)


@require_POST
@requires(Permission.ORDER_CANCEL)
def cancel(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.ORDER_CANCEL)
    kind = SupplementKind.CANCEL

    def act(data: dict[str, Any]) -> Any:
        agreed = {"agreed": data["agreed"] or Decimal(0), "words": data["words"], "kind": kind}
        return services.ask_supplement(order.pk, actor=request.actor, at=timezone.now(), **agreed)

    done = _("Your cancellation is noted. The order shows where it stands now.")
    return attempt(request, order, "cancel_form", forms.CancelForm(request.POST), act, done=done)


@require_POST
@requires(Permission.ORDER_CREATE)
def take_back(request: ActorRequest, number: str) -> HttpResponse:
    """What the customer asked for and nobody has answered yet."""
    order = find_order(request, number, Permission.ORDER_CREATE)
    asked = selectors.open_supplement(selectors.list_supplements(request.actor, order))
    if asked is None:
        raise Http404
    try:
        services.take_back(asked.pk, order.pk, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=url(request, order))
    messages.success(request, _("Taken back. The order goes on as it was."))
    return redirect(url(request, order))


@require_POST
@requires(Permission.ORDER_CREATE)
def confirm(request: ActorRequest, number: str) -> HttpResponse:
    """The details of the order are as the customer wants them."""
    order = find_order(request, number, Permission.ORDER_CREATE)
    try:
        services.confirm_details(order.pk, actor=request.actor, at=timezone.now(), seen=request.POST.get("seen", ""))
    except Refused as refusal:
        return refused(request, refusal, back=url(request, order))
    messages.success(request, _("Confirmed. Thank you."))
    return redirect(url(request, order, "orders:order"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ORDER_CREATE)
@files.takes_files
def details(request: ActorRequest, number: str) -> HttpResponse:
    """The technical questions of the ordered product."""
    order = find_order(request, number, Permission.ORDER_CREATE)
    known = selectors.list_answers(request.actor, order)
    is_sent = request.method == "POST"
    form = forms.DetailsForm(
        selectors.list_questions(order), known, request.POST if is_sent else None, request.FILES if is_sent else None,
        limits=files.limits(request.actor.enterprise_id, on=timezone.now().date()),
    )  # fmt: skip
    drafts.bring_back(request.actor, (form, order.pk), now=timezone.now())
    refusal = None
    if is_sent and form.is_valid():
        seen, about = request.POST.get("seen", ""), {"answers": form.answers(), "uploads": form.cleaned_data["uploads"]}
        try:
            services.answer_questions(order.pk, actor=request.actor, at=timezone.now(), seen=seen, **about)
        except services.WrongAnswers as wrong:
            form.blame(wrong.faults)
        except Refused as found:
            refusal = found
        else:
            drafts.drop(request.actor, form, order.pk)
            messages.success(request, _sent_words(request, order))
            return redirect(url(request, order, "orders:order"))
    context = lists.details_page(request.actor, order, known, at=timezone.now())
    status = 409 if refusal else 422 if form.errors else 200
    return render(request, "planning/details.html", {**context, "form": form, "refusal": refusal}, status=status)


def _sent_words(request: ActorRequest, order: Order) -> str:
    if is_dlr_missing(request.actor, order):
        return _("Sent. The design layout record (DLR) is still missing: upload it here, or the order is put on hold.")
    return _("Sent. An engineer reviews each answer, and you hear of what comes back.")


@require_safe
@requires(Permission.ORDER_VIEW)
def letter(request: ActorRequest, number: str) -> HttpResponseBase:
    """The letter of acknowledgement as it was sent."""
    order = find_order(request, number)
    stored = selectors.find_letter(request.actor, order)
    try:
        if stored is None:
            raise Refused(
                _("The letter of this order is not written yet."),
                way_out=_(
                    "It is written when we take the order, and takes a few minutes. The order's page says it all."
                ),
            )
        answer = files.hand_out(stored)
    except Refused as refusal:
        return refused(request, refusal, back=url(request, order, "orders:order"))
    looks.note(request.actor, order, "pdf", label=number, at=timezone.now())
    return answer
