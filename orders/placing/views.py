"""Ordering, on both faces; pricing, checking and the inbox on the staff's."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from allauth.account.adapter import get_adapter
from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.selectors import find_colleague
from orders.models import Order, OrderStatus, OrderType, Quote, QuoteStatus
from orders.permissions import Permission
from orders.placing import forms, lists, rules, selectors, services
from orders.placing.terms import QUOTE_DAYS
from orders.selectors import known_items, list_items
from orders.views import find_order, show_with
from portal import drafts, events, exports, files, listing, looks, suggestions, terms
from portal.actors import Actor
from portal.errors import Refused
from portal.http import ActorRequest, refused
from portal.policy import requires

MOVE = "orders/placing/_move.html"
FORM = ["GET", "HEAD", "POST"]


def _url(request: ActorRequest, order: Order) -> str:
    return reverse("orders:order", args=[request.actor.enterprise_public_id, order.number])


# --- the part of the order's page ------------------------------------------------------------------------

_PLACING = {OrderStatus.DRAFT, OrderStatus.PRICING, OrderStatus.SUBMITTED, OrderStatus.RETURNED}
_WRITABLE = {OrderStatus.DRAFT, OrderStatus.RETURNED}


def move_part(actor: Actor, order: Order) -> dict[str, Any] | None:
    """At the top: what is to be done with an order that is not taken yet, by whoever may do it."""
    if order.status not in _PLACING:
        return None
    now = timezone.now()
    may = _may(actor, order)
    quotes = selectors.list_quotes(actor, order) if order.status in {OrderStatus.DRAFT, OrderStatus.PRICING} else []
    latest = quotes[0] if quotes else None
    data: dict[str, Any] = {
        "order": order,
        "may": may,
        "quote": latest,
        "quotes": [lists.quote_facts(each, order) for each in quotes],
        "is_expired": bool(latest and latest.valid_until_on < now.date()),
        "remarks": selectors.told_remarks(order),
        # A disconnect and a transfer say themselves how they are given up.
        "has_own_way_back": not actor.is_staff and order.type in {OrderType.DISCONNECT, OrderType.TRANSFER},
        "is_new_type": order.type in {OrderType.NEW, OrderType.TRIAL},
    }
    return data | _open_forms(actor, order, may, latest, now.date())


def _may(actor: Actor, order: Order) -> dict[str, bool]:
    held = {
        "create": Permission.ORDER_CREATE,
        "approve": Permission.ORDER_APPROVE_ONLY,
        "price": Permission.ORDER_PRICE,
        "assign": Permission.ORDER_ASSIGN,
    }
    may = {name: actor.may_on(permission, order.account_id) for name, permission in held.items()}
    may["price"] = may["price"] and actor.is_staff and actor.role in rules.SEATS
    may["assign"] = may["assign"] and actor.is_staff
    return may


def _open_forms(actor: Actor, order: Order, may: dict[str, bool], quote: Quote | None, today: date) -> dict[str, Any]:
    """The forms that this reader may fill in now."""
    found: dict[str, Any] = {}
    items = known_items(actor, order)
    needs_price = any(each.product.is_icb for each in items)
    is_priced = quote is not None and quote.status == QuoteStatus.ACCEPTED
    if order.status == OrderStatus.RETURNED:
        needs_price = False
    found["needs_price"] = needs_price and not is_priced
    if order.status in _WRITABLE and may["create"] and not found["needs_price"]:
        found["sign_form"] = forms.SignForm(
            initial={"seen": order.revision, "name": "" if actor.is_staff else actor.name}, auto_id="sign-%s"
        )
    if order.status == OrderStatus.DRAFT and quote and quote.status == QuoteStatus.OFFERED:
        found["answer_form"] = forms.AnswerForm(initial={"version": quote.version}, auto_id="answer-%s")
    if order.status == OrderStatus.PRICING and may["price"]:
        found["price_form"] = forms.PriceForm(initial=_proposed(order, quote, today), auto_id="price-%s")
    if order.status == OrderStatus.SUBMITTED and may["assign"]:
        first = {"care_manager": selectors.suggested_care_manager(actor, order)}
        found["take_form"] = forms.TakeForm(initial=first, url=reverse("serving_work:suggest"), auto_id="take-%s")
        found["return_form"] = forms.ReturnForm(items, auto_id="return-%s")
        found["reject_form"] = forms.RejectForm(auto_id="reject-%s")
    return found


def _proposed(order: Order, quote: Quote | None, today: date) -> dict[str, Any]:
    """A colleague's proposal to be agreed to, or what the order says and how long a quote usually holds."""
    if quote and quote.status == QuoteStatus.PROPOSED:
        names = ("monthly", "one_time", "term_months", "valid_until_on", "words")
        return {name: getattr(quote, name) for name in names}
    days = terms.value(QUOTE_DAYS, on=today, enterprise_id=order.enterprise_id)
    return {"term_months": order.term_months, "valid_until_on": date.fromordinal(today.toordinal() + days)}


# --- written ---------------------------------------------------------------------------------------------


@require_http_methods(FORM)
@requires(Permission.ORDER_CREATE)
def new_order(request: ActorRequest) -> HttpResponse:
    """The catalogue first; with a product chosen, the order."""
    product = request.GET.get("product", "")
    if request.method != "POST" and not product:
        return render(
            request, "orders/placing/catalogue.html", {"families": lists.catalogue(selectors.list_catalogue())}
        )
    return _write(request, None, product=product)


@require_http_methods(FORM)
@requires(Permission.ORDER_CREATE)
def edit_order(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.ORDER_CREATE)
    if order.status not in {OrderStatus.DRAFT, OrderStatus.RETURNED}:
        refusal = Refused(
            _("This order is not a draft any more."),
            way_out=_("Nothing was changed. Look at the order as it is now, or ask us."),
        )
        return refused(request, refusal, back=_url(request, order))
    return _write(request, order)


def _write(request: ActorRequest, order: Order | None, *, product: str = "") -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    sheet = forms.OrderSheet(request.actor, order, sent=sent, product=product, today=timezone.localdate())
    about = order.pk if order else 0
    if sent is not None and ("more" in sent or "without" in sent):
        without = sent.get("without", "")
        index = int(without) if without.isdecimal() and len(without) < 4 else None
        return _sheet(request, sheet.again(more="more" in sent, without=index), order)
    drafts.bring_back(request.actor, (sheet.form, about), now=timezone.now())
    if sent is not None and sheet.is_valid():
        try:
            written = _save(request, sheet, order)
        except Refused as refusal:
            field = refusal.field if refusal.field in sheet.form.fields else None
            sheet.form.add_error(field, f"{refusal.message}" if field else f"{refusal.message} {refusal.way_out}")
        else:
            drafts.drop(request.actor, sheet.form, about)
            messages.success(request, _("Kept as a draft. It is ordered once it is signed."))
            return redirect(_url(request, written))
    return _sheet(request, sheet, order)


def _save(request: ActorRequest, sheet: forms.OrderSheet, order: Order | None) -> Order:
    wished = sheet.wished
    lines = [services.Line(**each) for each in wished.pop("lines")]
    wish = services.Wish(lines=lines, **wished)
    if order is None:
        return services.draft_order(wish, actor=request.actor, at=timezone.now())
    return services.change_order(order.pk, wish, seen=sheet.seen, actor=request.actor, at=timezone.now())


def _sheet(request: ActorRequest, sheet: forms.OrderSheet, order: Order | None) -> HttpResponse:
    is_wrong = bool(sheet.form.errors) or any(each.errors for each in sheet.items)
    context = {
        "sheet": sheet,
        "form": sheet.form,
        "order": order,
        "remarks": selectors.told_remarks(order) if order else [],
    }
    return render(request, "orders/placing/write.html", context, status=422 if is_wrong else 200)


@require_safe
@requires(Permission.ORDER_CREATE)
def suggest_sites(request: ActorRequest) -> HttpResponse:
    """The customer's sites, by a part of their name, city or street."""
    return suggestions.answer(request, partial(selectors.find_sites, request.actor))


@require_safe
@requires(Permission.ORDER_CREATE)
def suggest_accounts(request: ActorRequest) -> HttpResponse:
    """The accounts for which this person may order."""
    return suggestions.answer(request, partial(selectors.find_accounts, request.actor))


@require_safe
@requires(Permission.ORDER_VIEW)
def suggest_projects(request: ActorRequest) -> HttpResponse:
    """The projects of orders within reach."""
    return suggestions.answer(request, partial(selectors.find_projects, request.actor))


# --- one step of an order ----------------------------------------------------------------------------------


def _act(
    request: ActorRequest, order: Order, name: str, form: django_forms.Form, act: Callable[[dict[str, Any]], object],
    *, done: str,
) -> HttpResponse:  # fmt: skip
    """Act and show; a form that is wrong comes back on the order's page, with what was typed."""
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except Refused as refusal:
            if refusal.field not in form.fields:
                if name not in {"sign_form", "price_form", "return_form"}:
                    return refused(request, refusal, back=_url(request, order))
                form.add_error(None, f"{refusal.message} {refusal.way_out}")
            else:
                form.add_error(refusal.field, str(refusal.message))
        else:
            messages.success(request, done)
            return redirect(_url(request, order))
    return show_with(request, order, {MOVE: {name: form, "order": order}}, status=422)


@require_POST
@requires(Permission.ORDER_CREATE)
def submit_order(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.ORDER_CREATE)
    address = str(get_adapter().get_client_ip(request) or "")

    def act(data: dict[str, Any]) -> None:
        who = services.Signatory(data["name"], data["title"], data["signature"], address)
        services.submit_order(order.pk, who, seen=data["seen"], actor=request.actor, at=timezone.now())

    form = forms.SignForm(request.POST, auto_id="sign-%s")
    return _act(request, order, "sign_form", form, act, done=_("Signed and submitted. We check it now."))


@require_POST
@requires(Permission.ORDER_CREATE)
def ask_price(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.ORDER_CREATE)

    def act(data: dict[str, Any]) -> None:
        services.ask_price(order.pk, seen=data["seen"], actor=request.actor, at=timezone.now())

    done = _("We price it now. You get a mail when the quote is there.")
    return _act(request, order, "seen_form", forms.SeenForm(request.POST), act, done=done)


@require_POST
@requires(Permission.ORDER_CREATE)
def withdraw_order(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.ORDER_CREATE)
    act = partial(services.withdraw_order, order.pk, actor=request.actor, at=timezone.now())
    done = _("Thrown away. It stands among the cancelled orders.")
    return _act(request, order, "none", django_forms.Form(request.POST), lambda _data: act(), done=done)


@require_POST
@requires(Permission.ORDER_VIEW)
def answer_quote(request: ActorRequest, number: str) -> HttpResponse:
    """For who places orders here, and for who may do no more than accept the terms of quotes."""
    order = find_order(request, number, Permission.ORDER_CREATE, Permission.ORDER_APPROVE_ONLY)
    accepts = request.POST.get("answer") == "accept"

    def act(data: dict[str, Any]) -> None:
        services.answer_quote(order.pk, **data, accepts=accepts, actor=request.actor, at=timezone.now())

    done = _("Accepted. The order can be signed now.") if accepts else _("Declined. The draft stays as it is.")
    form = forms.AnswerForm(request.POST, auto_id="answer-%s")
    return _act(request, order, "answer_form", form, act, done=done)


@require_safe
@requires(Permission.ORDER_VIEW)
def authorisation(request: ActorRequest, number: str) -> HttpResponseBase:
    """The paper that was signed; while it is being printed, a word and another hint."""
    order = find_order(request, number)
    paper = selectors.get_authorisation(request.actor, order)
    if paper is None:
        raise Http404
    try:
        if not paper.pdf_sha256:
            events.hint_after_commit("orders.print_authorisation", order.enterprise_id, paper.pk)
            raise Refused(
                _("The PDF of this authorisation is being made."),
                way_out=_("Try again in a minute. What was signed stands on the order's page."),
            )
        content = selectors.read_pdf(paper)
    except Refused as refusal:
        return refused(request, refusal, back=_url(request, order))
    looks.note(request.actor, order, "pdf", label=number, at=timezone.now())
    return files.download(content, name=f"{order.number}-authorisation.pdf", media_type="application/pdf")


# --- the carrier's people ------------------------------------------------------------------------------------


@require_POST
@requires(Permission.ORDER_PRICE)
def price_order(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.ORDER_PRICE)

    def act(data: dict[str, Any]) -> None:
        services.price_order(order.pk, services.Price(**data), actor=request.actor, at=timezone.now())

    form = forms.PriceForm(request.POST, auto_id="price-%s")
    return _act(request, order, "price_form", form, act, done=_("Noted. The customer is offered it once both agree."))


@require_POST
@requires(Permission.ORDER_ASSIGN)
def take_order(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.ORDER_ASSIGN)

    def act(data: dict[str, Any]) -> None:
        colleague = find_colleague(data["care_manager"])
        if colleague is None:
            raise Refused(_("Nobody here has this address."), field="care_manager")
        services.take_order(order.pk, care_manager=colleague.card, actor=request.actor, at=timezone.now())

    form = forms.TakeForm(request.POST, url=reverse("serving_work:suggest"), auto_id="take-%s")
    return _act(request, order, "take_form", form, act, done=_("Taken. It is acknowledged and planned."))


@require_POST
@requires(Permission.ORDER_ASSIGN)
def return_order(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.ORDER_ASSIGN)
    form = forms.ReturnForm(list_items(request.actor, order), request.POST, auto_id="return-%s")

    def act(_data: dict[str, Any]) -> None:
        services.return_order(
            order.pk, [services.Remark(**each) for each in form.remarks], actor=request.actor, at=timezone.now()
        )

    return _act(request, order, "return_form", form, act, done=_("Returned. The customer's people are told by mail."))


@require_POST
@requires(Permission.ORDER_ASSIGN)
def reject_order(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.ORDER_ASSIGN)

    def act(data: dict[str, Any]) -> None:
        services.reject_order(order.pk, **data, actor=request.actor, at=timezone.now())

    form = forms.RejectForm(request.POST, auto_id="reject-%s")
    return _act(
        request, order, "reject_form", form, act, done=_("Turned down. The customer's people are told by mail.")
    )


@require_safe
@requires(Permission.ORDER_ASSIGN)
def inbox(request: ActorRequest) -> HttpResponse:
    return listing.show(request, lists.INBOX_LIST, selectors.list_inbox(request.actor), lists.inbox_columns())


@require_safe
@requires(Permission.ORDER_ASSIGN)
def export_inbox(request: ActorRequest) -> HttpResponse:
    name = f"order-inbox-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(request, lists.INBOX_EXPORT, name=name, back=reverse("orders_work:inbox"))
