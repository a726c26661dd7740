"""Colleagues and roles: who works here, what each role may do, and every change to it with its preview."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import selectors as people
from accounts.lists import by_customer
from accounts.models import StaffMember, StaffRole
from accounts.permissions import Permission
from accounts.staffing import lists, selectors, services
from accounts.staffing.forms import CardForm, HireForm, MoveForm, RemoveForm, RoleForm, hidden, typed, typed_role
from portal import exports, listing
from portal.errors import Refused
from portal.http import ActorRequest, refused
from portal.notices import story_lines
from portal.policy import fresh, requires

FORM = ["GET", "HEAD", "POST"]
STORY = 30


# --- colleagues ----------------------------------------------------------------------------------------


@require_safe
@requires(Permission.STAFF_VIEW)
def staff(request: ActorRequest) -> HttpResponse:
    """Who works here and who did."""
    rows, columns = selectors.list_people(), lists.staff_columns()
    return listing.show(request, lists.STAFF_LIST, rows, columns, template="staffing/staff.html")


@require_safe
@requires(Permission.STAFF_VIEW)
def export_staff(request: ActorRequest) -> HttpResponse:
    name = f"colleagues-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(request, lists.STAFF_EXPORT, name=name, back=reverse("staffing:list"))


@require_safe
@requires(Permission.STAFF_VIEW)
def person(request: ActorRequest, pk: int) -> HttpResponse:
    """One colleague: the card, the role, whom they serve, and what happened."""
    member = _person(pk)
    people.with_absences([member.card])
    context = {
        "member": member,
        "state": lists.state_of(member),
        "places": by_customer(people.list_served(member.card_id)),
        "sections": selectors.sections(member.role.permissions),
        "story": story_lines(selectors.list_story(member.card)[:STORY]),
    }
    return render(request, "staffing/person.html", context)


@require_http_methods(FORM)
@fresh
@requires(Permission.STAFF_MANAGE)
def hire(request: ActorRequest) -> HttpResponse:
    """Somebody new: a card, a role and a sign-in, and a mail with the way in."""
    me = people.get_card(request.actor)
    initial = {
        "languages": ["en"],
        "language": "en",
        "time_zone": me.time_zone,
        "works_on": list(range(5)),
        "works_from": "08:00",
        "works_until": "17:00",
    }
    form = HireForm(request.POST or None, initial=initial, roles=_roles())
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = services.hire(
                data["email"],
                form.card,
                role=data["role"],
                language=data["language"],
                actor=request.actor,
                at=timezone.now(),
            )
            messages.success(
                request, _("%(name)s works here now. A mail with the way in has left.") % {"name": made.card.name}
            )
            return redirect("staffing:person", made.card_id)
        except Refused as refusal:
            _say(form, refusal)
    return render(request, "staffing/hire.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@fresh
@requires(Permission.STAFF_MANAGE)
def invite(request: ActorRequest, pk: int) -> HttpResponse:
    """The mail with the way in, once more."""
    member = _person(pk)
    back = reverse("staffing:person", args=[pk])
    try:
        services.invite_again(pk, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=back)
    messages.success(request, _("A mail with the way in has left for %(email)s.") % {"email": member.user.email})
    return redirect(back)


@require_http_methods(FORM)
@fresh
@requires(Permission.STAFF_MANAGE)
def change_card(request: ActorRequest, pk: int) -> HttpResponse:
    """What customers see of a colleague."""
    member = _person(pk)
    form = CardForm(request.POST or None, initial=typed(member.card))
    back = reverse("staffing:person", args=[pk])
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.change_card(
                pk, form.card, email=data["email"], seen=data["seen"], actor=request.actor, at=timezone.now()
            )
            messages.success(request, _("The card is saved. Customers see it at once."))
            return redirect(back)
        except Refused as refusal:
            if not refusal.field:
                return refused(request, refusal, back=request.path)
            _say(form, refusal)
    context = {"form": form, "member": member, "back": back}
    return render(request, "staffing/card.html", context, status=422 if form.errors else 200)


@require_http_methods(FORM)
@fresh
@requires(Permission.STAFF_MANAGE)
def move(request: ActorRequest, pk: int) -> HttpResponse:
    """Another role for a colleague: the form, what it changes, the change."""
    member = _person(pk)
    form = MoveForm(request.POST or None, initial={"role": member.role.code, "seen": member.role.code}, roles=_roles())

    def preview() -> dict[str, Any]:
        role = selectors.get_role(form.cleaned_data["role"])
        after = role.permissions if role else []
        return {"role": role, **_difference(member.role.permissions, after)}

    def act() -> str:
        data = form.cleaned_data
        services.move(pk, data["role"], seen=data["seen"], actor=request.actor, at=timezone.now())
        return _("Moved. The new role holds from their next click on.")

    return _settled(request, form, preview, act, "move", {"member": member, "back": _page_of(pk)})


@require_http_methods(FORM)
@fresh
@requires(Permission.STAFF_MANAGE)
def remove(request: ActorRequest, pk: int) -> HttpResponse:
    """Let a colleague go: who takes over, what that means, the deed."""
    member = _person(pk)
    form = RemoveForm(request.POST or None)

    def preview() -> dict[str, Any]:
        return {
            "successor": _successor(form),
            "places": by_customer(people.list_served(member.card_id)),
            "count": selectors.count_places(member.card),
        }

    def act() -> str:
        successor = _successor(form)
        services.remove(
            pk, successor_id=successor.card_id if successor else None, actor=request.actor, at=timezone.now()
        )
        return _("%(name)s works here no longer.") % {"name": member.card.name}

    return _settled(request, form, preview, act, "remove", {"member": member, "back": _page_of(pk)})


def _successor(form: forms.Form) -> StaffMember | None:
    email = form.cleaned_data["successor"]
    return people.find_colleague(email) if email else None


def _person(pk: int) -> StaffMember:
    found = selectors.get_person(pk)
    if found is None:
        raise Http404
    return found


def _page_of(pk: int) -> str:
    return reverse("staffing:person", args=[pk])


def _roles() -> list[tuple[str, str]]:
    return [(role.code, role.label) for role in selectors.list_roles()]


def _difference(before: list[str], after: list[str]) -> dict[str, Any]:
    gained, lost = selectors.gained_and_lost(before, after)
    return {"gained": lists.said(gained), "lost": lists.said(lost)}


def _say(form: forms.Form, refusal: Refused) -> None:
    """A rule's word beside its field, or above the form with the way out."""
    if refusal.field in form.fields:
        form.add_error(refusal.field, str(refusal.message))
    else:
        form.add_error(None, f"{refusal.message} {refusal.way_out}")


def _settled(
    request: ActorRequest,
    form: Any,
    preview: Callable[[], dict[str, Any]],
    act: Callable[[], str],
    name: str,
    context: dict[str, Any],
) -> HttpResponse:
    """The form; what it would change, where it is sound; the deed once that is confirmed."""
    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        try:
            if "confirmed" in request.POST:
                messages.success(request, act())
                return redirect(context["back"])
            page = {**context, **preview(), "hidden": hidden(form)}
            return render(request, f"staffing/{name}_preview.html", page)
        except Refused as refusal:
            if not refusal.field:
                return refused(request, refusal, back=request.path)
            _say(form, refusal)
    return render(request, f"staffing/{name}.html", {**context, "form": form}, status=422 if form.errors else 200)


# --- roles -----------------------------------------------------------------------------------------------


@require_safe
@requires(Permission.STAFF_VIEW)
def roles(request: ActorRequest) -> HttpResponse:
    """What the roles are, and how many people have each."""
    rows, columns = selectors.list_roles(), lists.role_columns()
    return listing.show(request, lists.ROLE_LIST, rows, columns, template="staffing/roles.html")


@require_safe
@requires(Permission.STAFF_VIEW)
def export_roles(request: ActorRequest) -> HttpResponse:
    name = f"roles-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(request, lists.ROLES_EXPORT, name=name, back=reverse("staffing:roles"))


@require_safe
@requires(Permission.STAFF_VIEW)
def role(request: ActorRequest, code: str) -> HttpResponse:
    """What one role may do, who has it, and how it came to be so."""
    found = _role(code)
    context = {
        "role": found,
        "sections": selectors.sections(found.permissions),
        "lacking": selectors.lacking(found.permissions),
        "holders": selectors.list_holders(found),
        "is_shipped": selectors.is_shipped(found),
        "story": story_lines(selectors.list_role_story(found)[:STORY]),
    }
    return render(request, "staffing/role.html", context)


@require_http_methods(FORM)
@fresh
@requires(Permission.ROLE_MANAGE)
def create_role(request: ActorRequest) -> HttpResponse:
    """A role of the carrier's own, from nothing or from another."""
    copied = selectors.get_role(request.GET.get("like", ""))
    form = RoleForm(request.POST or None, initial=typed_role(None, copied))

    def preview() -> dict[str, Any]:
        return {"is_new": True, "name": form.cleaned_data["name"], **_difference([], form.permissions), "holders": []}

    def act() -> str:
        data = form.cleaned_data
        services.create_role(data["name"], form.permissions, actor=request.actor, at=timezone.now())
        return _("The role is there. Move or hire somebody into it.")

    back = reverse("staffing:roles")
    return _settled(request, form, preview, act, "change_role", {"back": back, "is_new": True, "role": None})


@require_http_methods(FORM)
@fresh
@requires(Permission.ROLE_MANAGE)
def change_role(request: ActorRequest, code: str) -> HttpResponse:
    """What a role may do: the form, what changes for whom, the change."""
    found = _role(code)
    form = RoleForm(request.POST or None, initial=typed_role(found))

    def preview() -> dict[str, Any]:
        difference = _difference(found.permissions, form.permissions)
        return {"name": form.cleaned_data["name"], **difference, "holders": selectors.list_holders(found)}

    def act() -> str:
        data = form.cleaned_data
        services.change_role(
            code,
            name=found.name if data["name"] == found.label else data["name"],
            permissions=form.permissions,
            seen=form.seen_permissions,
            actor=request.actor,
            at=timezone.now(),
        )
        return _("Changed, for all who have the role, from their next click on.")

    back = reverse("staffing:role", args=[code])
    return _settled(request, form, preview, act, "change_role", {"back": back, "role": found})


@require_POST
@fresh
@requires(Permission.ROLE_MANAGE)
def remove_role(request: ActorRequest, code: str) -> HttpResponse:
    """Remove a role of the carrier's own that nobody has."""
    _role(code)
    try:
        services.remove_role(code, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=reverse("staffing:role", args=[code]))
    messages.success(request, _("The role is removed."))
    return redirect("staffing:roles")


def _role(code: str) -> StaffRole:
    found = selectors.get_role(code)
    if found is None:
        raise Http404
    return found
