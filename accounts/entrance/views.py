"""Pages around signing in: going on with what waited, a new phone, and the last key that stays."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.generic.edit import FormView

from accounts import factors, sessions
from portal.http import ActorRequest
from portal.policy import about_sign_in, signed_in

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
