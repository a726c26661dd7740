"""Requests about services that are there already, from their pages; and what is said to their orders."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.selectors import get_enterprise
from inventory.models import Service
from orders.contracts import forms, lists, rules, selectors, services
from orders.contracts import terms as names
from orders.models import Order, OrderType
from orders.permissions import Permission
from orders.views import find_order, show_with
from portal import drafts, terms
from portal.actors import Actor
from portal.errors import Refused
from portal.http import ActorRequest, refused
from portal.policy import requires

FORM = require_http_methods(["GET", "HEAD", "POST"])
PART = "orders/contracts/_of_order.html"


@FORM
@requires(Permission.DISCONNECT_REQUEST)
def disconnect(request: ActorRequest, pk: int) -> HttpResponse:
    """The estimate is shown for the day that is asked for, before it is sent."""
    service = _service(request, pk, Permission.DISCONNECT_REQUEST)
    form = forms.DisconnectForm(request.POST or None)
    drafts.bring_back(request.actor, (form, pk), now=timezone.now())
    stops_on = form.cleaned_data.get("stops_on") if form.errors is not None and form.is_bound else None
    found = selectors.estimate(service, stops_on=stops_on, at=timezone.now())
    if not form.is_bound:
        form.initial.setdefault("stops_on", found.earliest_on)
    if request.method == "POST" and form.is_valid():
        act = partial(services.request_disconnect, pk, actor=request.actor, at=timezone.now())
        order = _send(request, form, act)
        if order:
            return _sent(request, form, pk, order, _("Asked for as %(number)s. You can take it back on this page."))
    # Whoever sends it next has seen this.
    if form.is_bound:
        form.data = {**{name: form.data.get(name, "") for name in form.fields}, "seen": found.seen}
    form.initial["seen"] = found.seen
    return _show(
        request, service, form, title=_("Disconnect %(name)s"), button=_("Have it disconnected"), tone="danger",
        facts=lists.estimate_facts(found), consequences=lists.disconnect_consequences(found),
    )  # fmt: skip


@FORM
@requires(Permission.SERVICE_CHANGE)
def change(request: ActorRequest, pk: int) -> HttpResponse:
    service = _service(request, pk, Permission.SERVICE_CHANGE)
    sites = selectors.list_sites(request.actor)
    form = forms.ChangeForm(request.POST or None, sites=sites, has_z=service.z_site_id is not None)
    drafts.bring_back(request.actor, (form, pk), now=timezone.now())
    if request.method == "POST" and form.is_valid():
        order = _send(request, form, partial(_request_change, request, pk))
        if order:
            return _sent(request, form, pk, order, _("Asked for as %(number)s. We name the price next."))
    return _show(
        request, service, form, title=_("Change %(name)s"), button=_("Ask for the change"),
        facts=[
            {"label": _("Bandwidth now"), "value": service.bandwidth},
            {"label": _("Location A"), "value": str(service.a_site or "")},
            {"label": _("Location Z"), "value": str(service.z_site or "")},
            {"label": _("Monthly (MRC)"), "value": lists.spoken(service.monthly, service.account.currency)},
        ],
        consequences=[
            _("Nothing is changed until you have agreed to the new price, which we name on the order."),
            _("The service and its price change on the day on which the order is completed."),
            _("Giving up a part before the contract's end may cost: the price says it."),
        ],
    )  # fmt: skip


def _request_change(request: ActorRequest, pk: int, **data: Any) -> Order:
    places = {f"{name}_id": data.pop(name, None) for name in ("a_site", "z_site")}
    return services.request_change(pk, **places, **data, actor=request.actor, at=timezone.now())


@FORM
@requires(Permission.SERVICE_CHANGE)
def renew(request: ActorRequest, pk: int) -> HttpResponse:
    service = _service(request, pk, Permission.SERVICE_CHANGE)
    found = selectors.renewable(request.actor, service)
    today = timezone.localdate()
    initial = {"covers": "service", "term_months": service.term_months or 12}
    form = forms.RenewalForm(request.POST or None, covers=_covers(service, found), initial=initial)
    drafts.bring_back(request.actor, (form, pk), now=timezone.now())
    if request.method == "POST" and form.is_valid():
        act = partial(_request_renewal, request, service, found)
        order = _send(request, form, act)
        if order:
            return _sent(request, form, pk, order, _("Asked for as %(number)s."))
    most = terms.value(names.MONTHS, on=today, of=get_enterprise(service.enterprise_id))
    until = rules.renewed_until(service.contract_ends_on, months=service.term_months or 12, on=today)
    ends = service.contract_ends_on
    return _show(
        request, service, form, title=_("Renew %(name)s"), button=_("Ask for the renewal"),
        facts=[
            {"label": _("Contract ends"), "value": ends if ends and ends >= today else _("month to month")},
            {"label": _("The same term again would end"), "value": until},
            {"label": _("Longest term"), "value": ngettext("%(n)s month", "%(n)s months", most) % {"n": most}},
            {"label": _("Monthly (MRC)"), "value": lists.spoken(service.monthly, service.account.currency)},
        ],
        consequences=[
            _("The new term begins where the present one ends, or with the renewal where that is over."),
            _("The price stays. Ending a term early costs, ending it on its last day costs nothing."),
            _("Without a renewal the service goes on month to month."),
            _("Services about which an order is under way are left out."),
        ],
    )  # fmt: skip


def _covers(service: Service, found: dict[str, list[Service]]) -> list[tuple[str, str]]:
    choices = [("service", _("%(number)s alone") % {"number": service.number})]
    for name, label in (
        ("msa", _("All under the master contract %(of)s")),
        ("account", _("All of the account %(of)s")),
    ):
        if name in found:
            of = service.msa if name == "msa" else service.account.number
            count = ngettext("%(n)s service", "%(n)s services", len(found[name])) % {"n": len(found[name])}
            choices.append((name, f"{label % {'of': of}}: {count}"))
    return choices


def _request_renewal(
    request: ActorRequest, service: Service, found: dict[str, list[Service]], *, covers: str, **data: Any
) -> Order:
    keys = [each.pk for each in found[covers]]
    # Its account pays for the order.
    ordered = [service.pk, *(pk for pk in keys if pk != service.pk)] if service.pk in keys else keys
    return services.request_renewal(ordered, **data, actor=request.actor, at=timezone.now())


@FORM
@requires(Permission.SERVICE_CHANGE)
def transfer(request: ActorRequest, pk: int) -> HttpResponse:
    service = _service(request, pk, Permission.SERVICE_CHANGE)
    form = forms.TransferForm(request.POST or None, initial={"effective_on": timezone.localdate()})
    drafts.bring_back(request.actor, (form, pk), now=timezone.now())
    if request.method == "POST" and form.is_valid():
        act = partial(services.request_transfer, pk, actor=request.actor, at=timezone.now())
        order = _send(request, form, act)
        if order:
            return _sent(request, form, pk, order, _("Asked for as %(number)s. The other account's people are told."))
    return _show(
        request, service, form, title=_("Transfer %(name)s"), button=_("Ask for the transfer"),
        facts=[
            {"label": _("Account now"), "value": service.account.number, "hint": service.account.called, "ident": True},
            {"label": _("Monthly (MRC)"), "value": lists.spoken(service.monthly, service.account.currency)},
        ],
        consequences=[
            _("Two different people agree: you for this account, and somebody who may change services on the other."),
            _("From its first day there the other account pays. The service itself goes on as it is."),
            _("This account keeps the history and its invoices."),
        ],
    )  # fmt: skip


@FORM
@requires(Permission.ORDER_CREATE)
def trial(request: ActorRequest) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()
    assert actor.enterprise_id is not None
    book = terms.book(get_enterprise(actor.enterprise_id), on=today, names=[names.TRIAL_DAYS, names.TRIALS])
    products, accounts = selectors.list_products(), selectors.list_accounts(actor)
    form = forms.TrialForm(
        request.POST or None, products=products, accounts=accounts, sites=selectors.list_sites(actor),
        initial={"days": book.value(names.TRIAL_DAYS)},
    )  # fmt: skip
    drafts.bring_back(actor, (form, 0), now=timezone.now())
    if request.method == "POST" and form.is_valid():
        order = _send(request, form, partial(_request_trial, request))
        if order:
            return _sent(request, form, 0, order, _("Asked for as %(number)s."))
    facts = [
        {"label": _("Longest trial"), "value": _("%(n)s days") % {"n": book.value(names.TRIAL_DAYS)}},
        {"label": _("At once"), "value": str(book.value(names.TRIALS))},
    ]
    consequences = [
        _("The days count from the activation. Nothing is billed for them."),
        _("We write before the trial ends. Then you keep it by an order, or it ends by itself."),
    ]
    context = {"form": form, "facts": facts, "consequences": consequences, "button": _("Ask for the trial")}
    back = reverse("orders:list", args=[actor.enterprise_public_id])
    more = {"title": _("Try something out"), "back": back, "crumb": _("Orders")}
    return render(request, "orders/contracts/ask.html", {**context, **more}, status=422 if form.errors else 200)


def _request_trial(request: ActorRequest, *, product: str, account: str, a_site: int | None, **data: Any) -> Order:
    pays = selectors.get_account(request.actor, account)
    tried = selectors.list_products().filter(code=product).first()
    if pays is None or tried is None:
        raise Refused(_("Choose one of what is offered."), field="product")
    at = timezone.now()
    return services.request_trial(account=pays, product=tried, a_site_id=a_site, **data, actor=request.actor, at=at)


# --- what is said to the orders ------------------------------------------------------------------


@require_POST
@requires(Permission.DISCONNECT_REQUEST)
def keep(request: ActorRequest, number: str) -> HttpResponse:
    """Take a disconnect back."""
    order = find_order(request, number, Permission.DISCONNECT_REQUEST, type=OrderType.DISCONNECT)
    act = partial(services.keep_service, order.pk, actor=request.actor, at=timezone.now())
    return _said(request, number, act, _("Taken back. The service goes on as before."))


@require_POST
@requires(Permission.ORDER_PRICE)
def price(request: ActorRequest, number: str) -> HttpResponse:
    """The carrier names what a changed service costs."""
    order = find_order(request, number, Permission.ORDER_PRICE, type=OrderType.CHANGE)
    form = forms.PriceForm(request.POST)
    if not form.is_valid():
        return show_with(request, order, {PART: {"price_form": form}}, status=422)
    act = partial(services.price_change, order.pk, **form.cleaned_data, actor=request.actor, at=timezone.now())
    return _said(request, number, act, _("Named. The customer's people are told by mail."))


@require_POST
@requires(Permission.ORDER_VIEW)
def agree(request: ActorRequest, number: str) -> HttpResponse:
    """The customer agrees to the price of a change: who may change services, or accept quotes and nothing else."""
    order = find_order(request, number, *lists.AGREE, type=OrderType.CHANGE)
    form = forms.AgreeForm(request.POST)
    if not form.is_valid():
        return refused(request, Refused(_("Look at the price again.")), back=_url(request, number))
    act = partial(services.agree_to_price, order.pk, **form.cleaned_data, actor=request.actor, at=timezone.now())
    return _said(request, number, act, _("Agreed. We go on with the change."))


@FORM
@requires(Permission.SERVICE_CHANGE)
def show_transfer(request: ActorRequest, number: str) -> HttpResponse:
    """The transfer for the side that gets the service, which may not see the order that brings it; and its answer."""
    found = selectors.get_transfer_by_number(request.actor, number)
    if found is None:
        raise Http404
    if request.method != "POST":
        context = {"data": lists.transfer_context(request.actor, found.order, found)}
        return render(request, "orders/contracts/transfer.html", context)
    yes = request.POST.get("answer") == "yes"
    service = services.approve_transfer if yes else services.decline_transfer
    back = reverse("orders:transfer_of", args=[request.actor.enterprise_public_id, number])
    act = partial(service, found.order_id, actor=request.actor, at=timezone.now())
    return _said(request, number, act, _("Agreed.") if yes else _("Given up. Nothing was moved."), back=back)


@require_POST
@requires(Permission.ORDER_CREATE)
def answer_trial(request: ActorRequest, number: str) -> HttpResponse:
    """Keep what was tried out, or end the trial before its day."""
    order = find_order(request, number, Permission.ORDER_CREATE, type=OrderType.TRIAL)
    if request.POST.get("answer") != "keep":
        act = partial(services.end_trial, order.pk, actor=request.actor, at=timezone.now())
        return _said(request, number, act, _("Ended."))
    form = forms.KeepForm(request.POST)
    if not form.is_valid():
        return show_with(request, order, {PART: {"keep_form": form}}, status=422)
    act = partial(services.keep_trial, order.pk, **form.cleaned_data, actor=request.actor, at=timezone.now())
    return _said(request, number, act, _("Kept. The order for it is written."))


def of_order(actor: Actor, order: Order) -> dict[str, Any] | None:
    """The part of an order's page, with the forms that are to be filled in."""
    found = lists.of_order(actor, order)
    if found and found.get("may_price"):
        found["price_form"] = forms.PriceForm(initial={"monthly": order.monthly, "one_time": order.one_time})
    if found and found.get("may_end"):
        found["keep_form"] = forms.KeepForm()
    return found


# --- find and show -------------------------------------------------------------------------------


def _service(request: ActorRequest, pk: int, permission: str) -> Service:
    found = selectors.get_service(request.actor, pk, permission)
    if found is None:
        raise Http404
    return found


def _url(request: ActorRequest, number: str) -> str:
    return reverse("orders:order", args=[request.actor.enterprise_public_id, number])


def _send(request: ActorRequest, form: django_forms.Form, act: Callable[..., Order]) -> Order | None:
    """Place it; what is refused stands on the form, beside its field or above all."""
    try:
        return act(**form.cleaned_data)
    except Refused as refusal:
        words = " ".join(str(each) for each in (refusal.message, refusal.way_out) if each)
        field = refusal.field if refusal.field in form.fields and refusal.field != "seen" else None
        form.add_error(field, str(refusal.message) if field else words)
        return None


def _sent(request: ActorRequest, form: django_forms.Form, about: int, order: Order, done: str) -> HttpResponse:
    drafts.drop(request.actor, form, about)
    messages.success(request, done % {"number": order.number})
    return redirect(_url(request, order.number))


def _show(
    request: ActorRequest, service: Service, form: django_forms.Form, *, title: str, button: str, facts: list[Any],
    consequences: list[str], tone: str = "primary",
) -> HttpResponse:  # fmt: skip
    busy = selectors.open_order_of(service)
    context = {
        "service": service, "form": form, "title": title % {"name": service.called}, "button": button, "facts": facts,
        "consequences": consequences, "tone": tone, "busy": busy, "crumb": _("Services"),
        "is_over": service.status not in selectors.IN_USE,
        "back": reverse("services:service", args=[request.actor.enterprise_public_id, service.pk]),
    }  # fmt: skip
    return render(request, "orders/contracts/ask.html", context, status=422 if form.errors else 200)


def _said(request: ActorRequest, number: str, act: Callable[..., Order], done: str, *, back: str = "") -> HttpResponse:
    """Say it to the order, and show the page from which it was said."""
    where = back or _url(request, number)
    try:
        act()
    except Refused as refusal:
        return refused(request, refusal, back=where)
    messages.success(request, done)
    return redirect(where)
