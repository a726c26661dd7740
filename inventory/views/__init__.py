"""The services of an enterprise: the list, and the page of each, on both faces."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.selectors import list_team
from inventory import lists, selectors, services
from inventory.forms import AliasForm, DlrForm
from inventory.models import Service
from inventory.permissions import Permission
from portal import events, exports, files, listing, looks, registries
from portal.errors import Refused
from portal.http import ActorRequest, refused
from portal.notices import story_lines
from portal.policy import requires

STORY = 50  # lines of a service's story on its page


@require_safe
@requires(Permission.SERVICE_VIEW)
def list_services(request: ActorRequest) -> HttpResponse:
    today = timezone.localdate()
    soon = selectors.ending_days(request.actor, on=today)
    columns = lists.service_columns(request.actor, today=today, soon=soon)
    rows = selectors.list_services(request.actor)
    return listing.show(request, lists.SERVICE_LIST, rows, columns, template="inventory/list.html")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SERVICE_VIEW)
def export_services(request: ActorRequest) -> HttpResponse:
    place = request.actor.enterprise_public_id
    name, back = f"{place}-services-{timezone.localdate():%Y-%m-%d}", reverse("services:list", args=[place])
    return exports.answer(request, lists.SERVICES_EXPORT, name=name, back=back)


@require_POST
@requires(Permission.SERVICE_VIEW)
def chosen_services(request: ActorRequest) -> HttpResponseBase:
    """What can be done with rows of the list."""
    return listing.act(request, lists.SERVICE_LIST, selectors.list_services_whole(request.actor))


@require_safe
@requires(Permission.SERVICE_VIEW)
def show_service(request: ActorRequest, pk: int) -> HttpResponse:
    service = find(request, pk)
    looks.note(request.actor, service, "page", label=service.number, at=timezone.now())
    return render(request, "inventory/service.html", page(request, service))


@require_POST
@requires(Permission.SERVICE_RENAME)
def rename_service(request: ActorRequest, pk: int) -> HttpResponse:
    """The customer's own name for it, where it stands."""
    service = find(request, pk, Permission.SERVICE_RENAME)
    form = AliasForm(service, request.POST)
    if not form.is_valid():
        return _show_alias(request, service, form, status=422)
    alias, seen = form.cleaned_data["alias"], form.cleaned_data["seen"]
    try:
        named = services.rename_service(pk, alias, seen=seen, actor=request.actor, at=timezone.now())
    except services.Renamed as refusal:
        # The form comes back with what was typed, about the name that it has now.
        again = AliasForm(refusal.service, {"alias": alias, "seen": refusal.service.alias})
        again.full_clean()
        again.add_error("alias", f"{refusal.message} {refusal.way_out}")
        return _show_alias(request, refusal.service, again, status=409)
    if request.htmx:
        return _show_alias(request, find(request, named.pk), AliasForm(named), done=_("Saved."))
    messages.success(request, _("Saved."))
    return redirect(f"{url_of(request, pk)}#alias")


@require_POST
@requires(Permission.SERVICE_DOCUMENT)
@files.takes_files
def add_dlr(request: ActorRequest, pk: int) -> HttpResponse:
    """A version of the design layout record. Staff's."""
    service = find(request, pk)
    form = _dlr_form(request, request.POST, request.FILES)
    if form.is_valid():
        words = {name: form.cleaned_data[name] for name in ("issued_on", "note")}
        upload = form.cleaned_data["uploads"][0]
        try:
            services.add_dlr(pk, upload, **words, actor=request.actor, at=timezone.now())
        except Refused as refusal:
            if not refusal.field:
                return refused(request, refusal, back=url_of(request, pk))
            form.add_error(refusal.field, str(refusal.message))
        else:
            messages.success(request, _("Added. Whoever sees the service sees it."))
            return redirect(f"{url_of(request, pk)}#documents")
    return render(request, "inventory/service.html", page(request, service, dlr_form=form), status=422)


def find(request: ActorRequest, pk: int, permission: str = "") -> Service:
    """The service, if the actor reaches it and may do this to it."""
    found = selectors.get_service(request.actor, pk)
    if found is None or (permission and not request.actor.may_on(permission, found.account_id)):
        raise Http404
    return found


def url_of(request: ActorRequest, pk: int) -> str:
    return reverse("services:service", args=[request.actor.enterprise_public_id, pk])


def _show_alias(
    request: ActorRequest, service: Service, form: AliasForm, *, done: str = "", status: int = 200
) -> HttpResponse:
    """The name alone for htmx, and what stands by it at the top; else the whole page."""
    if not request.htmx:
        return render(request, "inventory/service.html", page(request, service, alias_form=form), status=status)
    context = {"service": service, "alias_form": form, "own_name": lists.own_name(), "done": done}
    return render(request, "inventory/_alias.html", {**context, "is_part": True}, status=status)


def _dlr_form(request: ActorRequest, *typed: Any) -> DlrForm:
    today = timezone.localdate()
    limits = files.limits(request.actor.enterprise_id, on=today)
    return DlrForm(*typed, limits=limits, initial={"issued_on": today}, auto_id="dlr-%s")


def page(
    request: ActorRequest, service: Service, *, alias_form: AliasForm | None = None, dlr_form: DlrForm | None = None
) -> dict[str, Any]:
    """All that the service's page shows."""
    actor, today = request.actor, timezone.localdate()
    soon = selectors.ending_days_of(actor, service, on=today)
    others = registries.parts(service._meta.label_lower, actor)
    shown = [(each, each.context(actor, service)) for each in others]
    may_document = actor.is_staff and actor.may(Permission.SERVICE_DOCUMENT)
    return {
        "service": service,
        "own_name": lists.own_name(),
        "alias_form": alias_form or AliasForm(service),
        "facts": lists.service_facts(service),
        "ends": lists.end_facts(service),
        "contract": lists.contract_facts(actor, service, today=today, soon=soon),
        "product": lists.product_facts(service),
        "identifiers": selectors.list_identifiers(actor, service),
        "hops": selectors.list_hops(actor, service),
        "mates": selectors.list_mates(actor, service),
        "records": selectors.list_records(actor, service),
        "dlr_form": (dlr_form or _dlr_form(request)) if may_document else None,
        "site_contacts": selectors.list_site_contacts(actor, service),
        "parts": _by_place(shown),
        "team": list_team(actor, service.account_id),
        "story": _story(request, service, shown),
        "most": STORY,
    }


def _by_place(shown: list[tuple[registries.Part, dict[str, Any] | None]]) -> dict[str, list[dict[str, Any]]]:
    """What other apps add to the page, by where it stands."""
    found: dict[str, list[dict[str, Any]]] = {}
    for each, data in shown:
        if data is not None:
            found.setdefault(each.place, []).append({"template": each.template, "data": data})
    return found


def _story(
    request: ActorRequest, service: Service, shown: list[tuple[registries.Part, dict[str, Any] | None]]
) -> list[dict[str, Any]]:
    """One timeline: what happened to the service, and to what the other apps say belongs to it."""
    also: dict[str, set[int]] = {}
    for part, data in shown:
        if part.tells and data is not None:
            label, keys = part.tells(data)
            also.setdefault(label, set()).update(keys)
    told = events.story_of(service, also)
    return story_lines((told if request.actor.is_staff else events.told_to_customers(told))[:STORY])
