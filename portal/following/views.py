"""Following a thing and letting others follow, what one follows, and the link in mails by which one hears no more."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import hearers, suggestions
from portal.actors import Actor, ActorKind
from portal.errors import Refused
from portal.following import forms, selectors, services
from portal.hearers import Followable, Party
from portal.http import ActorRequest, onward, refused
from portal.lists import Filter, ListPage, Sort
from portal.policy import public, signed_in
from portal.tenancy import tenant_scope

FOLLOWED = ListPage(
    sorts=[Sort("newest", gettext_lazy("Newest first"), "added_at", is_descending=True)],
    filters=[
        Filter(
            "show",
            gettext_lazy("Show"),
            lambda rows, value: rows.filter(is_muted=value == "muted"),
            choices=[("heard", gettext_lazy("What I hear of")), ("muted", gettext_lazy("What I muted"))],
        )
    ],
)


def _thing(request: ActorRequest, slug: str, number: str) -> tuple[Followable, Any]:
    what = selectors.followable(slug)
    thing = selectors.get_thing(request.actor, what, number) if what else None
    if what is None or thing is None:
        raise Http404
    return what, thing


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def followers(request: ActorRequest, slug: str, number: str) -> HttpResponse:
    """Who follows a thing; a POST lets somebody else follow it."""
    what, thing = _thing(request, slug, number)
    form = forms.blank(request.actor, what, thing, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.follow(what, thing, form.party(), actor=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error("who", f"{refusal.message} {refusal.way_out}")
        else:
            messages.success(request, _("Added. From now on they hear of it, as long as they may see it."))
            return redirect(f"{forms.page_of(request.actor, what, number)}#following")
    context = {
        "what": what,
        "thing": thing,
        "title": what.title(thing),
        "following": forms.card(request.actor, thing, form),
        "back": forms.page_of(request.actor, what, number),
    }
    return render(request, "following/followers.html", context, status=422 if form.errors else 200)


@require_safe
@signed_in
def suggest(request: ActorRequest, slug: str, number: str) -> HttpResponse:
    what, thing = _thing(request, slug, number)
    return suggestions.answer(request, partial(forms.suggestions, selectors.place_of(what, thing)))


@require_POST
@signed_in
def own(request: ActorRequest, slug: str, number: str) -> HttpResponse:
    """One's own button: to follow a thing, or to hear no more of it and again."""
    what, thing = _thing(request, slug, number)
    back = forms.page_of(request.actor, what, number)
    me = selectors.myself(request.actor)
    if me is None:
        refusal = Refused(
            _("The carrier's people follow nothing themselves."),
            way_out=_("What is yours to do stands in your day; let the customer's people follow it."),
        )
        return refused(request, refusal, back=back)
    if "mute" in request.POST:
        _mute(request, what.of, thing.pk, me, is_muted=True)
    else:
        services.follow(what, thing, me, actor=request.actor, at=timezone.now())
        messages.success(request, _("You follow it: we write to you whenever something happens to it."))
    return redirect(f"{back}#following")


def _mute(request: ActorRequest, of: str, pk: int, party: Party, *, is_muted: bool) -> None:
    services.mute(
        of, pk, party, is_muted=is_muted,
        enterprise_id=request.actor.enterprise_id or 0, actor=request.actor, at=timezone.now(),
    )  # fmt: skip
    messages.success(
        request,
        _("Muted: you hear no more of it, until you take that back.") if is_muted else _("You hear of it again."),
    )


@require_POST
@signed_in
def change(request: ActorRequest, pk: int) -> HttpResponse:
    """One following ends; or its follower hears no more of the thing, or again."""
    row = selectors.get_row(request.actor, pk)
    if row is None:
        raise Http404
    back = onward(request, "/")
    party = hearers.party_of(row)
    if request.POST.get("do") in {"mute", "hear"}:
        if party not in selectors.mine(request.actor):
            raise Http404
        _mute(request, row.subject_type, row.subject_id, party, is_muted=request.POST["do"] == "mute")
        return redirect(back)
    try:
        services.stop(pk, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=back)
    messages.success(request, _("Ended."))
    return redirect(back)


@require_safe
@signed_in
def mine(request: ActorRequest) -> HttpResponse:
    """What one follows oneself and through one's teams, and what one muted."""
    rows = selectors.list_followed(request.actor, selectors.mine(request.actor))
    page = FOLLOWED.show(rows, request.GET)
    context = {"page": page, "followed": selectors.show_followed(request.actor, page.rows), "here": request.path}
    return render(request, "following/mine.html", context)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@public
def mute(request: HttpRequest, token: str) -> HttpResponse:
    """Where a mail's link leads: its reader hears no more of a thing, without signing in.

    Looking changes nothing, since mail scanners look; mail programs send the POST themselves (RFC 8058),
    and bring no cookie. All that can be done here is to be silent, and to take that back.
    """
    meant = hearers.read_mute(token)
    if meant is None or meant[1] not in hearers.THINGS:
        return render(request, "following/unknown.html", status=410)
    enterprise_id, subject_type, subject_id, party = meant
    with tenant_scope(enterprise_id):
        named = selectors.names(enterprise_id, [party]).get(party)
        number = selectors.number_of(enterprise_id, subject_type, subject_id)
        if named is None or not number:
            return render(request, "following/unknown.html", status=410)
        actor = Actor(kind=ActorKind.CUSTOMER, name=named.name, enterprise_id=enterprise_id)
        if request.method == "POST":
            services.mute(
                subject_type, subject_id, party, is_muted="hear" not in request.POST,
                enterprise_id=enterprise_id, actor=actor, at=timezone.now(),
            )  # fmt: skip
        is_muted = selectors.is_muted(actor, subject_type, subject_id, party)
    context = {
        "what": hearers.THINGS[subject_type],
        "number": number,
        "address": named.hint,
        "is_muted": is_muted,
        "is_done": request.method == "POST",
    }
    return render(request, "following/mute.html", context)
