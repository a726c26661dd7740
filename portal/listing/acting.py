"""Doing something with the rows that were chosen."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.errors import Refused, Text
from portal.http import ActorRequest, forbidden, onward, refused
from portal.listing.declared import Listing
from portal.lists import rows_after

MOST = 100  # rows at once
_DIGITS = 15


def act(request: ActorRequest, listing: Listing, rows: QuerySet[Any]) -> HttpResponseBase:
    """The action that was asked for, on the chosen rows of ``rows``: what the actor may see, and no others.

    A row that is not within reach is as one that does not exist.
    """
    back = onward(request, listing.link(listing.url, request.actor))
    action = next((each for each in listing.actions if each.name == request.POST.get("action")), None)
    if action is None:
        raise Http404
    if not request.actor.may(action.permission):
        return forbidden(request, permission=action.permission)
    keys = _keys(request)
    if len(keys) > MOST:
        refusal = Refused(
            _("At most %(most)s rows can be chosen at once; these are %(count)s.") % {"most": MOST, "count": len(keys)},
            way_out=_("Nothing was done. Choose fewer, or narrow the list by its filters and take the whole of it."),
        )
        return refused(request, refusal, back=back)
    found = list(rows_after(rows.filter(pk__in=keys), listing.page.sorts[0], None)) if keys else []
    if not found:
        gone = _("Nothing was done: what you chose is not there any more.")
        messages.warning(request, gone if keys else _("Nothing was done: choose at least one row first."))
        return redirect(back)
    return action.perform(request, found)


def seen(request: ActorRequest) -> dict[int, str]:
    """What each row was like when the actor was shown it, as the list's ``seen`` says; by key."""
    pairs = (each.partition(":") for each in request.POST.get("seen", "").split())
    return {int(key): text for key, _colon, text in pairs if key.isascii() and key.isdigit() and len(key) <= _DIGITS}


def told(request: ActorRequest, *, done: Text, failed: Sequence[Text], back: str) -> HttpResponse:
    """Say what happened to each: how many it was done for, and why it was not for the others."""
    if done:
        messages.success(request, str(done))
    if failed:
        reasons = "; ".join(dict.fromkeys(str(each) for each in failed))
        words = ngettext("%(count)s could not: %(reasons)s", "%(count)s could not: %(reasons)s", len(failed))
        messages.warning(request, words % {"count": len(failed), "reasons": reasons})
    return redirect(back)


def _keys(request: ActorRequest) -> set[int]:
    """The rows that were ticked; with the box for all of them, every row that was on the page."""
    given = request.POST.getlist("row")
    if request.POST.get("all"):
        given += request.POST.get("page", "").split()
    return {int(each) for each in given if each.isascii() and each.isdigit() and len(each) <= _DIGITS}
