"""Where an invitation's link leads: who is invited by whom, and how they come in."""

from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import selectors, services
from accounts.models import Membership, User
from portal.actors import Actor, ActorKind
from portal.errors import Refused
from portal.policy import public
from portal.tenancy import tenant_scope


class PasswordForm(forms.Form):
    """A first password, typed twice."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        help_text=gettext_lazy("Twelve characters or more. A few words in a row are easy to keep in mind."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        max_length=200,
    )
    again = forms.CharField(
        label=gettext_lazy("The same again"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        max_length=200,
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", ValidationError(_("The two are not the same.")))
        return data


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
@public
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever holds the link reads the mailbox it was sent to; a password of theirs is never asked of anybody else."""
    invitation = services.read_invitation(token)
    if invitation is None:
        return _closed(request, _("This link is not one of ours, or a part of it is missing. Copy all of it."))
    enterprise_id, member_id, number = invitation
    with tenant_scope(enterprise_id):
        member = selectors.find_member(enterprise_id, member_id)
        if member is None:
            return _closed(
                request, _("This invitation is not good any more. Look for a newer mail, or ask for another one.")
            )
        enterprise = selectors.get_enterprise(enterprise_id)
        try:
            services.check_invitation(member, number, at=timezone.now())
            return _invited(request, member, number, {"enterprise": enterprise, "person": member})
        except Refused as refusal:
            return _closed(request, str(refusal.message), enterprise=enterprise)


def _invited(request: HttpRequest, member: Membership, number: int, shown: dict[str, Any]) -> HttpResponse:
    """The way in that fits: as who is signed in, by signing in, or by choosing a password."""
    if request.user.is_authenticated:
        assert isinstance(request.user, User)
        if request.user.pk != member.user_id:
            return render(request, "people/join_other.html", {**shown, "me": request.user.email}, status=409)
        return _joining(request, member, number, shown)
    translation.activate(member.user.language)
    if member.user.has_usable_password():
        shown["sign_in"] = f"{reverse('account_login')}?{urlencode({'next': request.path})}"
        return render(request, "people/join.html", shown)
    form = PasswordForm(member.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        # First, under its lock: of two who send a password at once the second is refused before theirs is set.
        _accept(member, number)
        user = member.user
        user.set_password(form.cleaned_data["password"])
        user.save(update_fields=["password"])
        # The link came to this mailbox and to no other.
        EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
        messages.success(request, _("Your password is set. Sign in with it."))
        return redirect("account_login")
    return render(request, "people/join.html", {**shown, "form": form}, status=422 if form.errors else 200)


def _joining(request: HttpRequest, member: Membership, number: int, shown: dict[str, Any]) -> HttpResponse:
    if request.method != "POST":
        return render(request, "people/join.html", {**shown, "is_mine": True})
    _accept(member, number)
    messages.success(request, _("Welcome to %(name)s.") % {"name": shown["enterprise"].name})
    return redirect("accounts:home", shown["enterprise"].public_id)


def _accept(member: Membership, number: int) -> None:
    actor = Actor(
        kind=ActorKind.CUSTOMER,
        name=member.name,
        user_id=member.user_id,
        person_id=member.pk,
        enterprise_id=member.enterprise_id,
        email=member.user.email,
    )
    services.accept_invitation(member.pk, number, user=member.user, actor=actor, at=timezone.now())


def _closed(request: HttpRequest, why: str, **shown: Any) -> HttpResponse:
    context = {"why": why, "phone": settings.CARRIER["phone"], **shown}
    return render(request, "people/join_closed.html", context, status=410)
