"""Billing accounts: the list, the page of each, and what changes them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import selectors as people
from accounts.companies import lists, selectors, services
from accounts.companies.forms import CarriersAccountForm, DeliveryForm, NewAccountForm, OurAccountForm, ReasonForm
from accounts.companies.views.editing import edit
from accounts.models import ACCOUNT_FLOW, Account, AccountStatus
from accounts.permissions import Permission
from portal import exports, listing
from portal.errors import Refused
from portal.http import ActorRequest, refused
from portal.notices import story_lines
from portal.policy import requires, signed_in

_MOVES = {
    AccountStatus.SUSPENDED: services.suspend_account,
    AccountStatus.CLOSED: services.close_account,
    AccountStatus.ACTIVE: services.reopen_account,
}


@require_safe
@signed_in
def list_accounts(request: ActorRequest) -> HttpResponse:
    """The accounts on which this person may do anything at all."""
    rows, columns = people.list_accounts(request.actor), lists.account_columns(request.actor)
    return listing.show(request, lists.ACCOUNT_LIST, rows, columns, template="accounts/accounts.html")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def export_accounts(request: ActorRequest) -> HttpResponse:
    place = request.actor.enterprise_public_id
    name, back = f"{place}-accounts-{timezone.localdate():%Y-%m-%d}", reverse("accounts:accounts", args=[place])
    return exports.answer(request, lists.ACCOUNTS_EXPORT, name=name, back=back)


@require_POST
@signed_in
def chosen_accounts(request: ActorRequest) -> HttpResponseBase:
    """What can be done with rows of the list."""
    return listing.act(request, lists.ACCOUNT_LIST, people.list_accounts(request.actor))


def find(request: ActorRequest, pk: int, permission: str = "") -> Account:
    """The account, if the actor reaches it and may do this to it."""
    found = selectors.get_account(request.actor, pk)
    if found is None or not request.actor.may_on(permission, found.pk):
        raise Http404
    return found


def page_of(request: ActorRequest, account: Account) -> str:
    return reverse("accounts:account", args=[request.actor.enterprise_public_id, account.pk])


@require_safe
@signed_in
def show_account(request: ActorRequest, pk: int) -> HttpResponse:
    return _show(request, find(request, pk))


def _show(request: ActorRequest, account: Account, *, status: int = 200, **forms: Any) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()
    delivery = lists.delivery_words(account, today=today)
    begins = selectors.delivery_begins(account, at=timezone.now())
    context = {
        "account": account,
        "facts": lists.account_facts(account),
        "contract": lists.contract_facts(account, today=today, days=selectors.payment_days(account, on=today)),
        "delivery": delivery,
        "delivery_begins": begins,
        "delivery_cycles": selectors.delivery_cycles(account.enterprise, on=today),
        "delivery_form": DeliveryForm(initial={"delivery": account.delivery_next or delivery["value"]}),
        "status_form": ReasonForm(auto_id="status-%s"),
        "moves": [each for each in AccountStatus if ACCOUNT_FLOW.allows(account.status, each)],
        "held": lists.held_links(actor, account),
        "contacts": selectors.contacts_of(actor, account),
        "team": people.list_team(actor, account.pk),
        "story": story_lines(selectors.list_story(actor, account)),
        **forms,
    }
    return render(request, "accounts/account.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ACCOUNT_CHANGE)
def change_account(request: ActorRequest, pk: int) -> HttpResponse:
    """What each side decides of an account; the rest is told with whom to ask."""
    account = find(request, pk, Permission.ACCOUNT_CHANGE)
    kind = CarriersAccountForm if request.actor.is_staff else OurAccountForm
    ask = None if request.actor.is_staff else selectors.whom_to_ask(request.actor)
    return edit(
        request, "accounts/account_change.html", kind(account, request.POST or None),
        lambda typed: services.change_account(
            account.pk, typed.record, seen=typed.cleaned_data["seen"], actor=request.actor, at=timezone.now()
        ),
        context={"account": account, "ask": ask}, back=page_of(request, account), done=_("Saved."),
    )  # fmt: skip


@require_POST
@requires(Permission.BILLING_PAPERLESS)
def set_delivery(request: ActorRequest, pk: int) -> HttpResponse:
    """Paperless or on paper: the customer's to choose, and staff's for them."""
    account = find(request, pk, Permission.BILLING_PAPERLESS)
    form = DeliveryForm(request.POST)
    if not form.is_valid():
        return _show(request, account, status=422, delivery_form=form)
    services.set_delivery(account.pk, form.cleaned_data["delivery"], actor=request.actor, at=timezone.now())
    messages.success(request, _("Noted. Whoever sees the bills of this account is told by mail."))
    return redirect(page_of(request, account))


@require_POST
@requires(Permission.ACCOUNT_CHANGE)
def set_status(request: ActorRequest, pk: int) -> HttpResponse:
    """Suspend, close or reopen, with a reason that the customer reads. Staff's."""
    account, target = find(request, pk, Permission.ACCOUNT_CHANGE), request.POST.get("status", "")
    if target not in AccountStatus.values:
        raise Http404
    form = ReasonForm(request.POST, auto_id="status-%s")
    if not form.is_valid():
        return _show(request, account, status=422, status_form=form, wanted=target)
    try:
        act = _MOVES[AccountStatus(target)]
        act(account.pk, reason=form.cleaned_data["reason"], actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=page_of(request, account))
    messages.success(request, _("Done. Whoever sees the bills of this account is told by mail."))
    return redirect(page_of(request, account))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ACCOUNT_ADD)
def add_account(request: ActorRequest) -> HttpResponse:
    """One more billing account for this customer. Staff's."""
    place = request.actor.enterprise_public_id
    enterprise = selectors.get_record(request.actor)
    form = NewAccountForm(Account(country=enterprise.country), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.add_accounts([form.record], actor=request.actor, at=timezone.now())[0]
        except Refused as refusal:
            form.add_error(refusal.field, f"{refusal.message} {refusal.way_out}")
        else:
            messages.success(request, _("The account is added."))
            return redirect(page_of(request, made))
    context = {"form": form, "enterprise": enterprise, "back": reverse("accounts:accounts", args=[place])}
    return render(request, "accounts/account_add.html", context, status=422 if form.errors else 200)
