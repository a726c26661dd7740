"""The order list and page of both faces, and the care manager's tools on it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import TeamMember
from accounts.selectors import list_team, with_absences
from orders import lists, selectors, services
from orders.forms import DelayForm, NoteForm, Step, mark_overtaken, step
from orders.models import MILESTONE_FLOW, UNPLACED, Milestone, Order
from orders.permissions import Permission
from portal import drafts, exports, listing, looks, registries
from portal.errors import Refused
from portal.following.forms import card
from portal.http import ActorRequest, refused
from portal.notices import story_lines
from portal.policy import requires


@require_safe
@requires(Permission.ORDER_VIEW)
def list_orders(request: ActorRequest) -> HttpResponse:
    rows, columns = selectors.list_orders(request.actor), lists.order_columns(request.actor, today=timezone.localdate())
    return listing.show(request, lists.ORDER_LIST, rows, columns, template="orders/list.html")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ORDER_VIEW)
def export_orders(request: ActorRequest) -> HttpResponse:
    name = f"{request.actor.enterprise_public_id}-orders-{timezone.localdate():%Y-%m-%d}"
    back = reverse("orders:list", args=[request.actor.enterprise_public_id])
    return exports.answer(request, lists.ORDERS_EXPORT, name=name, back=back, most=lists.EXPORT_CAP)


@require_POST
@requires(Permission.ORDER_VIEW)
def chosen_orders(request: ActorRequest) -> HttpResponseBase:
    """What can be done with rows of the list."""
    return listing.act(request, lists.ORDER_LIST, selectors.list_orders_whole(request.actor))


@require_safe
@requires(Permission.ORDER_VIEW)
def show_order(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number)
    looks.note(request.actor, order, "page", label=number, at=timezone.now())
    return render(request, "orders/order.html", _page(request, order))


@require_POST
@requires(Permission.MILESTONE_COMPLETE)
def complete_milestone(request: ActorRequest, pk: int) -> HttpResponse:
    found = _milestone(request, pk)
    act = partial(services.complete_milestone, found.pk, actor=request.actor, at=timezone.now())
    return _attempt(request, found, act, done=_("Completed. The customer's people are told by mail."))


@require_POST
@requires(Permission.MILESTONE_CHANGE)
def delay_milestone(request: ActorRequest, pk: int) -> HttpResponse:
    found = _milestone(request, pk)
    act = partial(services.delay_milestone, found.pk, actor=request.actor, at=timezone.now())
    form = DelayForm(found, request.POST)
    return _attempt(request, found, act, form, done=_("Moved. The customer's people are told by mail."))


@require_POST
@requires(Permission.MILESTONE_CHANGE)
def annotate_milestone(request: ActorRequest, pk: int) -> HttpResponse:
    found = _milestone(request, pk)
    act = partial(services.annotate_milestone, found.pk, actor=request.actor, at=timezone.now())
    form = NoteForm(found, request.POST)
    return _attempt(request, found, act, form, done=_("Noted. The customer's people are told by mail."))


def find_order(request: ActorRequest, number: str, *permissions: str, type: str = "") -> Order:
    """An order of the reader's, of this type, with one of the permissions on its account: else it is not there."""
    found = selectors.get_order(request.actor, number, *permissions)
    if found is None or (type and found.type != type):
        raise Http404
    return found


def _milestone(request: ActorRequest, pk: int) -> Milestone:
    found = selectors.get_milestone(request.actor, pk)
    if found is None:
        raise Http404
    return found


def _attempt(
    request: ActorRequest,
    found: Milestone,
    act: Callable[..., Milestone],
    form: DelayForm | NoteForm | None = None,
    *,
    done: str,
) -> HttpResponse:
    """Act and show: the milestone as it now is, the field that was refused, or why nothing was done."""
    if form and not form.is_valid():
        return _show(request, found, form=form, status=422)
    try:
        act(**(form.cleaned_data if form else {}))
    except Refused as refusal:
        if form and refusal.field:
            form.add_error(refusal.field, str(refusal.message))
            return _show(request, found, form=form, status=422)
        # htmx gets the milestone as it stands, the refusal on it; without it, a page of its own.
        if request.htmx:
            return _show(request, found, refusal=refusal, status=409)
        return refused(request, refusal, back=_url(request, found))
    if form:
        drafts.drop(request.actor, form, found.pk)
    if request.htmx:
        return _show(request, found, done=done)
    messages.success(request, done)
    return redirect(_url(request, found))


def _url(request: ActorRequest, milestone: Milestone) -> str:
    page = reverse("orders:order", args=[request.actor.enterprise_public_id, milestone.order.number])
    return f"{page}#milestone-{milestone.pk}"


def _show(
    request: ActorRequest,
    found: Milestone,
    *,
    form: DelayForm | NoteForm | None = None,
    refusal: Refused | None = None,
    done: str = "",
    status: int = 200,
) -> HttpResponse:
    """The changed milestone for htmx, with all that moved with it; else the whole page."""
    order = find_order(request, found.order.number)
    context = _page(request, order, changed=found.pk, form=form, refusal=refusal)
    if not request.htmx:
        return render(request, "orders/order.html", context, status=status)
    context["step"] = next(step for step in context["steps"] if step.milestone.pk == found.pk)
    return render(request, "orders/_changed.html", {**context, "done": done}, status=status)


def show_with(request: ActorRequest, order: Order, given: Mapping[str, dict[str, Any]], *, status: int) -> HttpResponse:
    """The order's page with what a part of it is given in place of its own: a form that comes back, a refusal.

    ``given`` is by the part's template; the part is shown even where it has nothing of its own to say.
    """
    return render(request, "orders/order.html", _page(request, order, given=given), status=status)


def _parts(request: ActorRequest, order: Order, given: Mapping[str, dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """What the parts of the app, and other apps, add to the page, by their place on it.

    A part's data may say another ``place``, where it then stands first, and which of its forms are ``kept``.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for each in registries.parts(order._meta.label_lower, request.actor):
        own, more = each.context(request.actor, order), given.get(each.template)
        if own is not None or more is not None:
            data = {**(own or {}), **(more or {})}
            rows = found.setdefault(data.get("place", each.place), [])
            is_moved = data.get("place", each.place) != each.place
            rows.insert(0 if is_moved else len(rows), {"template": each.template, "data": data})
    return found


def _page(
    request: ActorRequest,
    order: Order,
    *,
    changed: int | None = None,
    form: DelayForm | NoteForm | None = None,
    refusal: Refused | None = None,
    given: Mapping[str, dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """All that the order's page shows; form and refusal belong to the milestone ``changed``."""
    today = timezone.localdate()
    story = selectors.list_story(request.actor, order)
    milestones = list(selectors.list_milestones(request.actor, order))
    sent = [form] if form else []
    steps = mark_overtaken(
        step(each, today=today, given=sent, refusal=refusal) if each.pk == changed else step(each, today=today)
        for each in milestones
    )
    if order.status in lists.CALLED_OFF:
        steps = _given_up(steps)
    team = list(list_team(request.actor, order.account_id))
    _tell_absence(order, team)
    order.known_team, order.known_steps = team, milestones  # type: ignore[attr-defined]  # for the parts that ask too
    parts = _parts(request, order, given or {})
    _bring_back(request, parts, steps)
    return {
        "order": order,
        "steps": steps,
        "is_unplaced": order.status in UNPLACED,
        "closed": sum(each.status not in MILESTONE_FLOW.open_states() for each in milestones),
        "dates": lists.order_dates(order, today=today),
        "facts": lists.order_facts(request.actor, order),
        "moves": selectors.moves_of(story),
        "story": story_lines(story),
        "team": [one for one in team if one.card_id != order.care_manager_id],
        "today": today,
        "following": card(request.actor, order),
        "parts": parts,
    }


def _bring_back(request: ActorRequest, parts: Mapping[str, list[dict[str, Any]]], steps: list[Step]) -> None:
    """Fill the forms of the page with what was typed into them before: all in one query."""
    kept = [each for rows in parts.values() for part in rows for each in part["data"].get("kept", ())]
    if request.actor.is_staff:
        kept += [(tool, each.milestone.pk) for each in steps for tool in (each.delay, each.note)]
    drafts.bring_back(request.actor, *kept, now=timezone.now())


def _given_up(steps: list[Step]) -> list[Step]:
    """The steps of an order that was called off: what was not done by then is not needed any more."""
    return [each if each.state == "done" else replace(each, state="skipped") for each in steps]


def _tell_absence(order: Order, team: list[TeamMember]) -> None:
    """Let the order's care manager know whether they are away: by their place in the team, where they have one."""
    place = next((one for one in team if one.card_id == order.care_manager_id), None)
    if place:
        order.care_manager = place.card
    elif order.care_manager:
        with_absences([order.care_manager])
