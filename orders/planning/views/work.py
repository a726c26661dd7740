"""The carrier's side of a plan: reviews, capacity, committed dates, answers to wishes, and the steps of orders."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orders.permissions import Permission
from orders.planning import forms, lists, selectors, services
from orders.planning.views import attempt, url
from orders.views import find_order
from portal import listing
from portal.errors import Refused
from portal.http import ActorRequest, refused
from portal.policy import requires


@require_safe
@requires(Permission.ORDER_REVIEW)
def reviews(request: ActorRequest) -> HttpResponse:
    rows = selectors.list_to_review(request.actor)
    return listing.show(request, lists.REVIEW_LIST, rows, lists.review_columns(), template="planning/reviews.html")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ORDER_REVIEW)
def review(request: ActorRequest, number: str) -> HttpResponse:
    """An engineer looks at each answer: accepted, or sent back with the reason."""
    order = find_order(request, number, Permission.ORDER_REVIEW)
    known = selectors.list_answers(request.actor, order)
    waiting = {key: each for key, each in known.items() if each.status == "given"}
    asked = {each.key: each.asked for each in selectors.list_questions(order)}
    form = forms.ReviewForm(waiting, asked, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        seen = request.POST.get("seen", "")
        try:
            services.review_answers(
                order.pk, actor=request.actor, at=timezone.now(), verdicts=form.cleaned_data, seen=seen
            )
        except Refused as refusal:
            return refused(request, refusal, back=url(request, order, "orders:review"))
        messages.success(request, _("Reviewed. What came back is told to the customer."))
        return redirect(url(request, order))
    context = lists.details_page(request.actor, order, known, at=timezone.now())
    context |= {"form": form, "reserve_form": forms.ReserveForm()}
    return render(request, "planning/review.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.ORDER_REVIEW)
def reserve(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.ORDER_REVIEW)

    def act(data: dict[str, Any]) -> Any:
        return services.reserve_capacity(order.pk, actor=request.actor, at=timezone.now(), **data)

    return attempt(request, order, "reserve_form", forms.ReserveForm(request.POST), act, done=_("Reserved."))


@require_POST
@requires(Permission.MILESTONE_CHANGE)
def commit(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.MILESTONE_CHANGE)

    def act(data: dict[str, Any]) -> Any:
        return services.commit_date(order.pk, actor=request.actor, at=timezone.now(), **data)

    done = _("Committed. The customer's people are told by mail.")
    return attempt(request, order, "commit_form", forms.CommitForm(request.POST), act, done=done)


@require_POST
@requires(Permission.MILESTONE_CHANGE)
def refuse_expedite(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.MILESTONE_CHANGE)

    def act(data: dict[str, Any]) -> Any:
        return services.decide_expedite(order.pk, actor=request.actor, at=timezone.now(), **data)

    done = _("Answered. The customer's people are told by mail.")
    return attempt(request, order, "refuse_form", forms.RefuseForm(request.POST), act, done=done)


@require_POST
@requires(Permission.MILESTONE_CHANGE)
def decide(request: ActorRequest, number: str) -> HttpResponse:
    """The change that the customer asked for, done or declined."""
    order = find_order(request, number, Permission.MILESTONE_CHANGE)
    asked = selectors.open_supplement(selectors.list_supplements(request.actor, order))
    if asked is None:
        raise Http404

    def act(data: dict[str, Any]) -> Any:
        answer = {"is_done": data["is_done"] == "yes", "decision": data["decision"]}
        return services.decide_supplement(asked.pk, order.pk, actor=request.actor, at=timezone.now(), **answer)

    done = _("Answered. The customer's people are told by mail.")
    return attempt(request, order, "decide_form", forms.DecideForm(request.POST), act, done=done)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MILESTONE_CHANGE)
def steps(request: ActorRequest) -> HttpResponse:
    """The steps of orders: those that bind a type, a family or a product, to be seen and set."""
    given = {name: request.GET.get(name, "") for name in ("type", "family", "product")}
    place = selectors.find_place(given["type"] or "new", given["family"], given["product"])
    if place is None:
        raise Http404
    form = forms.StepForms(request.POST if request.method == "POST" else None, initial=lists.step_rows(place))
    refusal = None
    if request.method == "POST":
        try:
            if "clear" in request.POST:
                services.clear_steps(place, actor=request.actor, at=timezone.now())
            elif form.is_valid():
                rows = [each for each in form.cleaned_data if each.get("kind")]
                services.set_steps(place, rows, actor=request.actor, at=timezone.now())
        except Refused as found:
            refusal = found
        if refusal is None and ("clear" in request.POST or form.is_valid()):
            messages.success(request, _("Saved. Orders that are taken from now on have these steps."))
            return redirect(f"{reverse('orders_work:steps')}?{urlencode(given)}")
    context = {**lists.steps_page(place), "form": form, "refusal": refusal, "given": given}
    status = 409 if refusal else 422 if request.method == "POST" else 200
    return render(request, "planning/steps.html", context, status=status)
