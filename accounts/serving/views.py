"""The account team on both faces, the customers that lack somebody, and who is away."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import selectors as people
from accounts import services
from accounts.models import StaffAbsence, TeamMember
from accounts.permissions import Permission
from accounts.serving import lists, selectors
from accounts.serving.forms import AbsenceForm, PlaceForm, seen_place, typed
from portal import exports, listing, suggestions
from portal.errors import Refused
from portal.http import ActorRequest, onward, refused
from portal.policy import requires, signed_in

FORM = ["GET", "HEAD", "POST"]


# --- the account team of one enterprise ----------------------------------------------------------------


@require_safe
@signed_in
def team(request: ActorRequest) -> HttpResponse:
    """Everybody who serves the enterprise: for what, when, in which languages, and whom to call next."""
    return render(request, "serving/team.html", _team_page(request))


def _team_page(request: ActorRequest) -> dict[str, Any]:
    members = list(people.list_whole_team(request.actor))
    may_read = request.actor.is_staff or request.actor.may(Permission.ENTERPRISE_ADMIN)
    return {
        "parts": lists.team_parts(members),
        "story": lists.team_story(request.actor) if may_read else None,
        "has_levels": len({each.escalation for each in members}) > 1,
    }


@require_http_methods(FORM)
@requires(Permission.TEAM_MANAGE)
def add(request: ActorRequest) -> HttpResponse:
    """Name somebody who serves this customer."""
    given = {name: request.GET.get(name, "") for name in ("role", "account")}
    form = _place_form(request, {**given, "families": request.GET.getlist("families"), "escalation": 1})

    def act() -> str:
        made = services.add_place(_wanted(request, form), actor=request.actor, at=timezone.now())
        return _("%(name)s serves this customer now.") % {"name": made.card.name}

    return _settled(request, form, act, {"is_new": True})


@require_http_methods(FORM)
@requires(Permission.TEAM_MANAGE)
def change(request: ActorRequest, pk: int) -> HttpResponse:
    """Give a place to somebody else, or another role, account, product scope or turn."""
    member = _member(request, pk)
    form = _place_form(request, typed(member))

    def act() -> str:
        seen = seen_place(form.cleaned_data["seen"])
        wanted = _wanted(request, form)
        services.change_place(member.pk, wanted, seen=seen, actor=request.actor, at=timezone.now())
        return _("Changed. Customers see it at once.")

    return _settled(request, form, act, {"member": member})


@require_POST
@requires(Permission.TEAM_MANAGE)
def end(request: ActorRequest, pk: int) -> HttpResponse:
    """They serve here no longer."""
    member = _member(request, pk)
    services.end_place(member.pk, actor=request.actor, at=timezone.now())
    messages.success(request, _("%(name)s serves here no longer.") % {"name": member.card.name})
    return redirect(_team_url(request))


def _member(request: ActorRequest, pk: int) -> TeamMember:
    found = people.get_place(request.actor, pk)
    if found is None:
        raise Http404
    return found


def _team_url(request: ActorRequest) -> str:
    return reverse("serving:team", args=[request.actor.enterprise_public_id])


def _place_form(request: ActorRequest, initial: dict[str, Any]) -> PlaceForm:
    urls = {
        "who": reverse("serving_work:suggest"),
        "account": reverse("accounts:suggest_accounts", args=[request.actor.enterprise_public_id]),
    }
    accounts = partial(people.find_accounts, request.actor)
    return PlaceForm(request.POST or None, initial=initial, accounts=accounts, urls=urls)


def _wanted(request: ActorRequest, form: PlaceForm) -> services.Place:
    colleague = people.find_colleague(form.cleaned_data["who"])
    number = form.cleaned_data["account"]
    account = people.list_accounts(request.actor).filter(number=number).first() if number else None
    return form.place(colleague.card_id if colleague else 0, account.pk if account else None)


def _settled(request: ActorRequest, form: Any, act: Any, context: dict[str, Any]) -> HttpResponse:
    """The form; the deed where it is sound; a rule's word beside its field."""
    back = onward(request, _team_url(request))
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, act())
            return redirect(back)
        except Refused as refusal:
            if refusal.field not in form.fields:
                return refused(request, refusal, back=request.path)
            form.add_error(refusal.field, str(refusal.message))
    status = 422 if form.errors else 200
    return render(request, "serving/place.html", {**context, "form": form, "back": back}, status=status)


# --- customers that lack somebody -----------------------------------------------------------------------


@require_safe
@requires(Permission.TEAM_MANAGE)
def gaps(request: ActorRequest) -> HttpResponse:
    """Which customers lack a role that the terms demand, each with the door to name somebody."""
    rows = selectors.list_gaps(request.actor, on=timezone.localdate())
    columns = lists.gap_columns(may_mend=request.actor.may(Permission.ENTERPRISE_OPEN))
    return listing.show(request, lists.GAP_LIST, rows, columns, template="serving/gaps.html")


@require_safe
@requires(Permission.TEAM_MANAGE)
def export_gaps(request: ActorRequest) -> HttpResponse:
    name = f"team-gaps-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(request, lists.GAPS_EXPORT, name=name, back=reverse("serving_work:gaps"))


# --- who is away ------------------------------------------------------------------------------------------


@require_safe
@requires(Permission.STAFF_VIEW)
def absences(request: ActorRequest) -> HttpResponse:
    """Who of the carrier is away, or will be, and who stands in."""
    rows = selectors.list_absences(timezone.now())
    columns = lists.absence_columns(ends=partial(_end_url, request))
    return listing.show(request, lists.ABSENCE_LIST, rows, columns, template="serving/absences.html")


def _end_url(request: ActorRequest, absence: StaffAbsence) -> str:
    return reverse("serving_work:end_absence", args=[absence.pk]) if _may_end(request, absence) else ""


def _may_end(request: ActorRequest, absence: StaffAbsence) -> bool:
    return absence.card_id == request.actor.person_id or request.actor.may(Permission.ABSENCE_MANAGE)


@require_safe
@requires(Permission.STAFF_VIEW)
def export_absences(request: ActorRequest) -> HttpResponse:
    name = f"absences-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(request, lists.ABSENCES_EXPORT, name=name, back=reverse("serving_work:absences"))


@require_http_methods(FORM)
@requires(Permission.STAFF_VIEW)
def set_absence(request: ActorRequest) -> HttpResponse:
    """One's own absence; with the permission a colleague's."""
    is_own = not request.actor.may(Permission.ABSENCE_MANAGE)
    me = people.get_card(request.actor)
    initial = {"who": request.GET.get("who") or me.email, "first": timezone.localdate()}
    form = AbsenceForm(request.POST or None, initial=initial, url=reverse("serving_work:suggest"), is_own=is_own)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.set_absence(_away(request, form), actor=request.actor, at=timezone.now())
            return _said(request, made)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
    context = {
        "form": form,
        "deputising": selectors.list_deputising(me.pk, timezone.now()),
        "zone": me.time_zone,
        "is_own": is_own,
    }
    return render(request, "serving/absence.html", context, status=422 if form.errors else 200)


def _away(request: ActorRequest, form: AbsenceForm) -> services.Away:
    data, own = form.cleaned_data, request.actor.person_id or 0
    who = people.find_colleague(data["who"]) if "who" in data else None
    deputy = people.find_colleague(data["deputy"])
    card_id = who.card_id if who else 0 if "who" in data else own
    return services.Away(card_id, deputy.card_id if deputy else 0, data["first"], data["last"])


def _said(request: ActorRequest, made: StaffAbsence) -> HttpResponse:
    names = {"name": made.card.name, "deputy": made.deputy.name if made.deputy else ""}
    messages.success(request, _("Noted. Whoever looks for %(name)s then is told to call %(deputy)s.") % names)
    return redirect("serving_work:absences")


@require_http_methods(FORM)
@requires(Permission.STAFF_VIEW)
def end_absence(request: ActorRequest, pk: int) -> HttpResponse:
    """They are back earlier, or do not go at all."""
    absence = selectors.get_absence(pk, timezone.now())
    if absence is None or not _may_end(request, absence):
        raise Http404
    if request.method != "POST":
        return render(request, "serving/end_absence.html", {"absence": absence, "now": timezone.now()})
    services.end_absence(absence.pk, actor=request.actor, at=timezone.now())
    messages.success(request, _("Done. Customers are told to call %(name)s again.") % {"name": absence.card.name})
    return redirect("serving_work:absences")


@require_safe
@requires(Permission.STAFF_VIEW)
def suggest(request: ActorRequest) -> HttpResponse:
    """Colleagues by a part of their name."""
    return suggestions.answer(request, people.suggest_colleagues)
