"""Contacts: who hears of orders and bills without signing in."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.companies import lists, selectors, services
from accounts.companies.forms import ContactForm, contact_initial
from accounts.models import Contact
from accounts.permissions import Permission
from portal import exports, listing
from portal.errors import Refused
from portal.http import ActorRequest
from portal.policy import requires


def _list_url(request: ActorRequest) -> str:
    return reverse("accounts:contacts", args=[request.actor.enterprise_public_id])


@require_safe
@requires(Permission.ACCOUNT_CHANGE)
def list_contacts(request: ActorRequest) -> HttpResponse:
    rows = selectors.list_contacts(request.actor, may=Permission.ACCOUNT_CHANGE)
    columns = lists.contact_columns(request.actor)
    return listing.show(request, lists.CONTACT_LIST, rows, columns, template="accounts/contacts.html")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ACCOUNT_CHANGE)
def export_contacts(request: ActorRequest) -> HttpResponse:
    name = f"{request.actor.enterprise_public_id}-contacts-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(request, lists.CONTACTS_EXPORT, name=name, back=_list_url(request))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ACCOUNT_CHANGE)
def add_contact(request: ActorRequest) -> HttpResponse:
    record = selectors.get_record(request.actor)
    initial = {"language": record.language, "time_zone": record.time_zone, "account": request.GET.get("account", "")}
    return _form(request, None, initial)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ACCOUNT_CHANGE)
def change_contact(request: ActorRequest, pk: int) -> HttpResponse:
    contact = _contact(request, pk)
    return _form(request, contact, dict(contact_initial(contact)))


@require_POST
@requires(Permission.ACCOUNT_CHANGE)
def remove_contact(request: ActorRequest, pk: int) -> HttpResponse:
    contact = _contact(request, pk)
    services.remove_contact(contact.pk, actor=request.actor, at=timezone.now())
    messages.success(request, _("%(name)s is told nothing more.") % {"name": contact.name})
    return redirect(_list_url(request))


def _contact(request: ActorRequest, pk: int) -> Contact:
    found = selectors.get_contact(request.actor, pk)
    if found is None:
        raise Http404
    return found


def _form(request: ActorRequest, contact: Contact | None, initial: dict[str, Any]) -> HttpResponse:
    actor = request.actor
    is_everywhere = actor.accounts_for(Permission.ACCOUNT_CHANGE) is None
    form = ContactForm(actor, request.POST or None, initial=initial, is_everywhere=is_everywhere)
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, contact, form)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal.message))
        else:
            return redirect(_list_url(request))
    context = {"form": form, "contact": contact}
    return render(request, "accounts/contact.html", context, status=422 if form.errors else 200)


def _save(request: ActorRequest, contact: Contact | None, form: ContactForm) -> None:
    """Raises Refused for an account on which the actor may not do this."""
    typed, at = dict(form.cleaned_data), timezone.now()
    account = selectors.find_account(request.actor, typed.pop("account"), may=Permission.ACCOUNT_CHANGE)
    wish = services.Wish(**typed, account_id=account.pk if account else None)
    if contact:
        services.change_contact(contact.pk, wish, actor=request.actor, at=at)
        messages.success(request, _("Saved."))
        return
    made = services.add_contact(wish, actor=request.actor, at=at)
    messages.success(request, _("%(name)s is told from now on.") % {"name": made.name})
