"""The carrier names a customer's system administrators; what others may do, those decide."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import selectors as who
from accounts import services
from accounts.people import lists, selectors
from accounts.people import services as resets
from accounts.permissions import Permission
from accounts.rules import Rights
from portal.errors import Refused
from portal.http import ActorRequest
from portal.policy import fresh, requires


class AppointForm(forms.Form):
    """Who administers the enterprise from now on, and how the carrier knows that they may."""

    email = forms.EmailField(
        label=gettext_lazy("Mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=120, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    grounds = forms.CharField(
        label=gettext_lazy("How we know"),
        max_length=200,
        min_length=5,
        help_text=gettext_lazy(
            "For example the number of the service request form that names them. The customer can read it."
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@fresh
@requires(Permission.ADMINISTRATOR_APPOINT)
def appoint(request: ActorRequest) -> HttpResponse:
    enterprise = who.get_enterprise(request.actor.enterprise_id or 0)
    form = AppointForm(request.POST or None, initial={"language": enterprise.language})
    if request.method == "POST" and form.is_valid():
        try:
            _appoint(request, form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal.message))
        else:
            messages.success(request, _("Named. The customer's journal says so, with what you gave as grounds."))
            return redirect(reverse("people:administrators", args=[request.actor.enterprise_public_id]))
    rows = selectors.list_administrators(request.actor)
    people = [(each, lists.standing(each), lists.factor(each)) for each in rows]
    context = {"form": form, "people": people}
    return render(request, "people/administrators.html", context, status=422 if form.errors else 200)


class LostFactorForm(forms.Form):
    """Whose second factor is lost, and how the carrier knows who they are."""

    email = forms.EmailField(
        label=gettext_lazy("Mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    grounds = forms.CharField(
        label=gettext_lazy("How we know who they are"),
        max_length=200,
        min_length=5,
        help_text=gettext_lazy("For example whom we called back, and by which number. The customer can read it."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@fresh
@requires(Permission.ADMINISTRATOR_APPOINT)
def reset_factor(request: ActorRequest, public_id: str) -> HttpResponse:
    """For whom no administrator of the customer's can: outside any enterprise, for a sign-in is nobody's alone."""
    enterprise_id = who.find_enterprise_id(public_id)
    if enterprise_id is None:
        raise Http404
    form = LostFactorForm(request.POST or None)
    back = reverse("people:administrators", args=[public_id])
    if request.method == "POST" and form.is_valid():
        try:
            resets.reset_factor_for_customer(enterprise_id, **form.cleaned_data, actor=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal.message))
        else:
            messages.success(request, _("Taken away. They get a mail by which they begin anew."))
            return redirect(back)
    context = {"form": form, "public_id": public_id, "back": back}
    return render(request, "people/lost_factor.html", context, status=422 if form.errors else 200)


def _appoint(request: ActorRequest, given: dict[str, Any]) -> None:
    """Somebody who is here becomes administrator; anybody else is invited as one."""
    grounds = given.pop("grounds")
    here = selectors.get_by_email(request.actor, given["email"].strip().lower())
    if here is None or here.status == "removed":
        invited = services.Invited(**given)
        services.invite(invited, Rights(True), actor=request.actor, at=timezone.now(), grounds=grounds)
        return
    before = who.get_rights(here)
    wanted = Rights(True, before.held)
    services.set_rights(
        here.pk, wanted, seen=before.fingerprint, actor=request.actor, at=timezone.now(), grounds=grounds
    )
