"""Requests for access: asked for where a page was refused, decided by who gives rights."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import selectors as who
from accounts.joining import lists, selectors, services
from accounts.joining import terms as names
from accounts.joining.forms import AnswerForm, AskForm, RegisterForm
from accounts.models import AccessRequest, AccessStatus
from accounts.permissions import Permission
from portal import exports, listing
from portal.errors import Refused
from portal.http import ActorRequest, refused, too_many_requests
from portal.notices import story_lines
from portal.policy import public, requires, signed_in
from portal.terms import values


@require_safe
@signed_in
def list_requests(request: ActorRequest) -> HttpResponse:
    """Everybody's for who decides; else one's own."""
    rows, columns = who.list_access_requests(request.actor), lists.access_columns(request.actor)
    return listing.show(request, lists.ACCESS_LIST, rows, columns, template="joining/list.html")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def export_requests(request: ActorRequest) -> HttpResponse:
    place = request.actor.enterprise_public_id
    name = f"{place}-access-requests-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(request, lists.ACCESS_EXPORT, name=name, back=reverse("joining:list", args=[place]))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def ask(request: ActorRequest) -> HttpResponse:
    """The form by itself; the page that refused somebody has it too, filled in with what they lack."""
    lacking = selectors.list_lacking(request.actor)
    form = AskForm(lacking, request.POST or None, initial={"permission": request.GET.get("permission", "")})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.ask(services.Wish(**form.cleaned_data), actor=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal.message))
        else:
            messages.success(request, _("Asked for. You get a mail when it is decided."))
            return redirect(_page_of(request, made.pk))
    context = {"form": form, "lacking": lacking, "administrators": who.list_administrators(request.actor)}
    return render(request, "joining/ask.html", context, status=422 if form.errors else 200)


@require_safe
@signed_in
def show_request(request: ActorRequest, pk: int) -> HttpResponse:
    return _show(request, _found(request, pk))


def _found(request: ActorRequest, pk: int) -> AccessRequest:
    found = selectors.get_request(request.actor, pk)
    if found is None:
        raise Http404
    return found


def _page_of(request: ActorRequest, pk: int) -> str:
    return reverse("joining:request", args=[request.actor.enterprise_public_id, pk])


def _show(request: ActorRequest, asked: AccessRequest, *, sent: AnswerForm | None = None) -> HttpResponse:
    """The request's page; ``sent`` is the answer that was not accepted."""
    me, waits = request.actor, asked.status == AccessStatus.ASKED
    is_mine = asked.membership_id == me.person_id
    context: dict[str, Any] = {
        "asked": asked,
        "what": selectors.say(asked.permission),
        "facts": lists.facts(asked),
        "story": story_lines(selectors.list_story(asked)),
        "waits": waits,
        "is_mine": is_mine,
        "can_decide": waits and selectors.may_decide(me, asked),
        "grant_url": _grant_url(request, asked) if waits and selectors.may_grant(me, asked) else "",
        "administrators": who.list_administrators(me) if waits else [],
        "decline_form": sent or AnswerForm(),
    }
    return render(request, "joining/request.html", context, status=422 if sent else 200)


def _grant_url(request: ActorRequest, asked: AccessRequest) -> str:
    """The page of the asker's rights, filled in with what they ask for: it shows what that changes before it holds."""
    way = {"permission": asked.permission, "places": asked.places, "next": _page_of(request, asked.pk)}
    page = reverse("people:rights", args=[request.actor.enterprise_public_id, asked.membership_id])
    return f"{page}?{urlencode(way)}"


@require_POST
@requires(Permission.USER_ADMIN)
def decline(request: ActorRequest, pk: int) -> HttpResponse:
    asked, form = _found(request, pk), AnswerForm(request.POST)
    if not form.is_valid():
        return _show(request, asked, sent=form)
    try:
        services.decline(pk, answer=form.cleaned_data["answer"], actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=_page_of(request, pk))
    messages.success(request, _("Declined. Who asked is told why."))
    return redirect(_page_of(request, pk))


@require_POST
@signed_in
def withdraw(request: ActorRequest, pk: int) -> HttpResponse:
    asked = _found(request, pk)
    if asked.membership_id != request.actor.person_id:
        raise Http404
    try:
        services.withdraw(pk, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=_page_of(request, pk))
    messages.success(request, _("Withdrawn."))
    return redirect(_page_of(request, pk))


# --- registering by oneself ------------------------------------------------------------------------

_SLOWED = 3600  # seconds


@require_http_methods(["GET", "HEAD", "POST"])
@public
def register(request: HttpRequest) -> HttpResponse:
    """Whatever was entered is answered by the same words, before anything of it was looked up."""
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if not _has_room(request, said["number"], said["email"]):
            return too_many_requests(request, wait=_SLOWED)
        address = get_adapter().get_client_ip(request)
        applicant = services.Applicant(**said, language=get_language() or "en", address=address)
        services.register(applicant, at=timezone.now())
        return render(request, "joining/registered.html", {"email": said["email"]})
    return render(request, "joining/register.html", {"form": form}, status=422 if form.errors else 200)


def _has_room(request: HttpRequest, number: str, email: str) -> bool:
    """From one address; for one account, and for one mailbox, from wherever: known or not, they are counted alike."""
    most = values([names.FROM, names.ABOUT], on=timezone.now().date())
    of_address, of_thing = (
        {"register_from": f"{most[names.FROM]}/h/ip"},
        {"register_about": f"{most[names.ABOUT]}/h/key"},
    )
    keys = [f"account {number.strip().casefold()}", f"mail {email.strip().casefold()}"]
    app = "allauth.account"
    counted = [ratelimit.consume(request, app=app, action="register_from", config=of_address)]
    counted += [ratelimit.consume(request, app=app, action="register_about", key=key, config=of_thing) for key in keys]
    return all(counted)


@require_safe
@requires(Permission.ADMINISTRATOR_APPOINT)
def list_registrations(request: ActorRequest) -> HttpResponse:
    rows = selectors.list_registrations(request.actor)
    return listing.show(request, lists.REGISTRATION_LIST, rows, lists.registration_columns())
