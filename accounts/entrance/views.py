"""Pages around signing in: going on with what waited, a new phone, and the last key that stays."""

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from allauth.usersessions.views import ListUserSessionsView
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.generic.edit import FormView

from accounts import factors, selectors, sessions
from accounts.entrance import services
from accounts.entrance.forms import NoticesForm, WelcomeForm
from accounts.models import User
from accounts.permissions import Permission
from portal.errors import Refused
from portal.http import ActorRequest, onward
from portal.policy import about_sign_in, fresh, requires, signed_in

SHOWN = 50  # names of people without a second step
MOST_DIGITS = 18  # of a key, as the database holds it


@require_safe
@signed_in
def again(request: ActorRequest) -> HttpResponse:
    """What somebody had sent goes on, after they have shown their second factor."""
    waiting = factors.take(request, request.GET.get("waiting", ""))
    if waiting is None or not waiting.path:
        messages.info(request, _("Nothing is waiting here: it was sent already, or you have signed in anew since."))
        return redirect(waiting.page if waiting and waiting.page else "/")
    return render(request, "accounts/again.html", {"waiting": waiting})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def welcome(request: ActorRequest) -> HttpResponse:
    """Asked once: the language, the time zone, which notices, and the terms of use, of which each version is."""
    user, is_customer = request.user, not request.actor.is_staff
    assert isinstance(user, User)
    onto = onward(request, "/")
    if not selectors.is_unwelcomed(user):
        return redirect(onto)
    is_first = user.welcomed_at is None
    asks_terms, asks_notices = selectors.asks_terms(user), is_customer and is_first
    asked = {"is_first": is_first, "asks_terms": asks_terms, "asks_notices": asks_notices}
    initial = {"language": user.language, "time_zone": user.time_zone}
    form = WelcomeForm(request.POST or None, initial=initial, **asked)
    if request.method == "POST" and form.is_valid():
        try:
            _welcome(request, user, form.cleaned_data, has_wishes=asks_notices)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal.message))
        else:
            return redirect(onto)
    context = {"form": form, "next": onto, "terms": _terms_of_use(), "is_first": is_first}
    return render(request, "accounts/welcome.html", context, status=422 if form.errors else 200)


def _welcome(request: ActorRequest, user: User, said: dict[str, Any], *, has_wishes: bool) -> None:
    places = selectors.list_enterprises_of(user) if has_wishes else []
    services.welcome(
        user,
        language=said.get("language", user.language),
        time_zone=said.get("time_zone", user.time_zone),
        wishes=_wishes(said) if has_wishes else None,
        accepts=said.get("accepts", False),
        within=[pk for pk, _number, _name in places],
        actor=request.actor,
        at=timezone.now(),
    )


def _wishes(said: dict[str, Any]) -> services.Wishes:
    return services.Wishes(**{each.name: said[f"wants_{each.name}"] for each in fields(services.Wishes)})


def _terms_of_use() -> dict[str, str]:
    terms = dict(settings.TERMS_OF_USE)
    file = Path(terms["file"]) if terms["file"] else None
    return {**terms, "text": file.read_text("utf-8") if file else ""}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def my_notices(request: ActorRequest) -> HttpResponse:
    """Of what one may see in this enterprise, what one wants to hear of by mail."""
    assert isinstance(request.user, User) and request.actor.enterprise_id is not None
    member = selectors.get_membership(request.user, request.actor.enterprise_id)
    if member is None:
        raise Http404
    wishes = {f"wants_{name}": value for name, value in asdict(services.wishes_of(member)).items()}
    form = NoticesForm(request.POST if request.method == "POST" else None, initial=wishes)
    if request.method == "POST" and form.is_valid():
        services.choose_notices(_wishes(form.cleaned_data), actor=request.actor, at=timezone.now())
        messages.success(request, _("Saved: from now on we write to you so."))
        return redirect("accounts:my_notices", request.actor.enterprise_public_id)
    return render(request, "accounts/my_notices.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@fresh
@requires(Permission.ENTERPRISE_ADMIN)
def second_step(request: ActorRequest) -> HttpResponse:
    """Whom the enterprise asks for a second step at sign-in, and who has none yet."""
    assert request.actor.enterprise_id is not None
    if request.method == "POST":
        services.ask_everybody("everybody" in request.POST, actor=request.actor, at=timezone.now())
        messages.success(request, _("Saved. It holds from everybody's next request on."))
        return redirect("accounts:second_step", request.actor.enterprise_public_id)
    enterprise = selectors.get_enterprise(request.actor.enterprise_id)
    lacking, count = factors.who_has_none(request.actor)
    context = {
        "asks_everybody": enterprise.asks_everybody,
        "does_term_ask": factors.does_term_ask(enterprise),
        "lacking": lacking[:SHOWN],
        "more": max(0, len(lacking) - SHOWN),
        "having": count - len(lacking),
        "count": count,
    }
    return render(request, "accounts/second_step.html", context)


@require_POST
@about_sign_in
@reauthentication_required(app="allauth.usersessions")
def end_session(request: HttpRequest) -> HttpResponse:
    """One browser is signed out; it may be this one."""
    given = request.POST.get("session", "")
    is_number = given.isascii() and given.isdigit() and len(given) <= MOST_DIGITS
    if not is_number or not sessions.end_one(request, int(given)):
        raise Http404
    messages.success(request, _("Signed out there."))
    return redirect("usersessions_list")


@method_decorator(reauthentication_required(app="allauth.mfa"), name="dispatch")
class ReplaceApp(ActivateTOTPView):  # type: ignore[misc]
    """A new phone: the authenticator app is set up anew while the old one still counts, and then ends it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not factors.list_apps(request.user.pk).exists():
            return redirect("mfa_activate_totp")
        return FormView.dispatch(self, request, *args, **kwargs)

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        factors.list_apps(self.request.user.pk).delete()
        return super().form_valid(form)  # type: ignore[no-any-return]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        here = reverse("entering:replace_app")
        return {**super().get_context_data(**kwargs), "here": here, "is_new_phone": True}


class RemoveKey(RemoveWebAuthnView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        if not get_adapter().can_delete_authenticator(self.object):
            form.add_error(None, get_adapter().error_messages["cannot_delete_authenticator"])
            answer: HttpResponse = self.render_to_response(self.get_context_data(form=form), status=409)
            return answer
        return super().form_valid(form)  # type: ignore[no-any-return]


@method_decorator(reauthentication_required(app="allauth.usersessions"), name="post")
class Sessions(ListUserSessionsView):  # type: ignore[misc]
    """Where one is signed in; who ends sessions shows first that it is still them."""


list_sessions = about_sign_in(Sessions.as_view())
replace_app = about_sign_in(ReplaceApp.as_view())
remove_key = about_sign_in(RemoveKey.as_view())
