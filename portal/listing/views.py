"""Saved views of a list: kept from its page, and looked after on a page of their own."""

from typing import Any
from urllib.parse import parse_qsl

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.errors import Refused
from portal.http import ActorRequest, onward, refused
from portal.listing import selectors, services
from portal.listing.declared import Listing, find
from portal.listing.forms import NameForm, SaveForm, kept_query, keys
from portal.policy import signed_in


def _listing(request: ActorRequest, name: str) -> Listing:
    found = find(name, request.actor)
    if found is None:
        raise Http404
    return found


def _found(request: ActorRequest, pk: int) -> tuple[Listing, Any]:
    """A view within reach and its list, where both are."""
    view = selectors.get_view(request.actor, pk)
    if view is None:
        raise Http404
    return _listing(request, view.listing), view


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def list_views(request: ActorRequest) -> HttpResponse:
    """The views of one list; a POST saves another, or the columns that the person wants."""
    listing = _listing(request, request.GET.get("list", ""))
    if request.method == "POST":
        match request.POST.get("do"):
            case "columns":
                return _choose_columns(request, listing)
            case "whole":
                services.open_with(listing, "", actor=request.actor, at=timezone.now())
                messages.success(request, _("The list opens whole again."))
                return redirect(_page_of(listing, request))
            case _:
                return _save(request, listing)
    return _page(request, listing)


def _page(request: ActorRequest, listing: Listing, form: SaveForm | None = None, status: int = 200) -> HttpResponse:
    kept = selectors.get_kept(request.actor, listing.name)
    context = {
        "listing": listing,
        "back": listing.link(listing.url, request.actor),
        "here": _page_of(listing, request),
        "kept": kept,
        "rows": [_row(request, listing, view) for view in kept.views],
        "form": form,
        "may_share": not (request.actor.is_staff and listing.is_inside),
        "most": services.MOST,
    }
    return render(request, "views/list.html", context, status=status)


def _row(request: ActorRequest, listing: Listing, view: selectors.View) -> dict[str, Any]:
    asked = dict(parse_qsl(view.query))
    admin = selectors.STAFF_ADMIN if request.actor.is_staff else selectors.ADMIN
    is_theirs = view.key.startswith("c")
    chips = listing.page.said(asked)
    return {
        "view": view,
        "address": f"{listing.link(listing.url, request.actor)}?{view.address}",
        "chips": chips,
        "change": "" if is_theirs else listing.link(_route(listing, "change"), request.actor, int(view.key)),
        "remove": "" if is_theirs else listing.link(_route(listing, "remove"), request.actor, int(view.key)),
        "may_remove": not is_theirs and (view.is_mine or request.actor.may(admin)),
        "form": NameForm(initial={"name": view.name}, prefix=None, auto_id=f"view-{view.key}-%s"),
    }


def _route(listing: Listing, name: str) -> str:
    return f"{'views' if listing.is_inside else 'staff_views'}:{name}"


def _page_of(listing: Listing, request: ActorRequest) -> str:
    return f"{listing.link(_route(listing, 'list'), request.actor)}?list={listing.name}"


def _save(request: ActorRequest, listing: Listing) -> HttpResponse:
    may_share = not (request.actor.is_staff and listing.is_inside)
    form = SaveForm(listing, request.POST, may_share=may_share)
    if form.is_valid():
        try:
            view = services.save_view(
                listing, services.Wish(**form.cleaned_data), actor=request.actor, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(refusal.field, f"{refusal.message} {refusal.way_out}")
        else:
            messages.success(request, _("Saved as “%(name)s”.") % {"name": view.name})
            return redirect(_address(request, listing, view))
    return _page(request, listing, form, status=422)


def _address(request: ActorRequest, listing: Listing, view: Any) -> str:
    query = f"{view.query}&view={view.pk}" if view.query else f"view={view.pk}"
    return f"{listing.link(listing.url, request.actor)}?{query}"


def _choose_columns(request: ActorRequest, listing: Listing) -> HttpResponse:
    """In one's own view they stay with it; otherwise they are how the person has the list."""
    chosen, at = keys(request.POST.getlist("column")), timezone.now()
    kept = selectors.get_kept(request.actor, listing.name)
    view = kept.view(request.POST.get("view", ""))
    back = onward(request, listing.link(listing.url, request.actor))
    if view and view.is_mine:
        services.replace_view(int(view.key), view.query, chosen, actor=request.actor, at=at)
        messages.success(request, _("The view “%(name)s” has these columns from now on.") % {"name": view.name})
        return redirect(back)
    services.choose_columns(listing, chosen, actor=request.actor, at=at)
    messages.success(request, _("The list has these columns for you from now on."))
    # A view of somebody else's would show its own instead.
    return redirect(f"{listing.link(listing.url, request.actor)}?{view.query or 'view=all'}" if view else back)


@require_POST
@signed_in
def change_view(request: ActorRequest, pk: int) -> HttpResponse:
    """Rename it, share it, have the list open with it, or let it keep what is looked at now."""
    listing, view = _found(request, pk)
    back, at = _page_of(listing, request), timezone.now()
    try:
        match request.POST.get("do"):
            case "rename":
                return _rename(request, listing, pk)
            case "share" | "unshare" as verb:
                services.share_view(listing, pk, actor=request.actor, at=at, is_shared=verb == "share")
                shared, alone = _("“%(name)s” is shared now."), _("“%(name)s” is yours alone now.")
                messages.success(request, (shared if verb == "share" else alone) % {"name": view.name})
            case "first":
                services.open_with(listing, str(pk), actor=request.actor, at=at)
                messages.success(request, _("The list opens with “%(name)s” for you.") % {"name": view.name})
            case "replace":
                query, columns = request.POST.get("query", ""), keys(request.POST.get("columns", "").split())
                view = services.replace_view(
                    pk, kept_query(listing, query), columns or view.columns, actor=request.actor, at=at
                )
                messages.success(request, _("“%(name)s” keeps what you see now.") % {"name": view.name})
                back = _address(request, listing, view)
            case _:
                raise Http404
    except Refused as refusal:
        return refused(request, refusal, back=back)
    return redirect(back)


def _rename(request: ActorRequest, listing: Listing, pk: int) -> HttpResponse:
    form = NameForm(request.POST)
    if not form.is_valid():
        raise Refused(_("A view needs a name of at most 60 characters."), way_out=_("Go back and give it one."))
    view = services.rename_view(pk, form.cleaned_data["name"], actor=request.actor, at=timezone.now())
    messages.success(request, _("It is called “%(name)s” now.") % {"name": view.name})
    return redirect(_page_of(listing, request))


@require_POST
@signed_in
def remove_view(request: ActorRequest, pk: int) -> HttpResponse:
    listing, view = _found(request, pk)
    try:
        services.remove_view(pk, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=_page_of(listing, request))
    messages.success(request, _("The view “%(name)s” is removed.") % {"name": view.name})
    return redirect(_page_of(listing, request))
