"""The list of people, one person, and inviting."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import selectors as who
from accounts import services
from accounts.models import Membership, MembershipStatus
from accounts.people import lists, selectors
from accounts.people import services as resets
from accounts.people.forms import DetailsForm, InviteForm, RemoveForm
from accounts.permissions import Permission
from accounts.rules import Rights
from portal import drafts, exports, listing, suggestions
from portal.errors import Refused
from portal.http import ActorRequest, refused
from portal.notices import story_lines
from portal.policy import fresh, requires


@require_safe
@requires(Permission.USER_ADMIN)
def list_people(request: ActorRequest) -> HttpResponse:
    rows, columns = selectors.list_people(request.actor), lists.people_columns(request.actor)
    context = {"review": who.get_open_review(request.actor), "before": "people/_review_note.html"}
    return listing.show(request, lists.PEOPLE_LIST, rows, columns, template="people/list.html", context=context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.USER_ADMIN)
def export_people(request: ActorRequest) -> HttpResponse:
    place = request.actor.enterprise_public_id
    name = f"{place}-people-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(request, lists.PEOPLE_EXPORT, name=name, back=reverse("people:list", args=[place]))


@require_safe
@requires(Permission.USER_ADMIN)
def suggest_people(request: ActorRequest) -> HttpResponse:
    return suggestions.answer(request, partial(selectors.find_people, request.actor))


@require_safe
@requires(Permission.USER_ADMIN)
def show_person(request: ActorRequest, pk: int) -> HttpResponse:
    return render(request, "people/person.html", _page(request, found(request, pk)))


def found(request: ActorRequest, pk: int) -> Membership:
    """One of the enterprise's people. Raises Http404 for nobody of here."""
    member = selectors.get_person(request.actor, pk)
    if member is None:
        raise Http404
    return member


def page_of(request: ActorRequest, member: Membership) -> str:
    return reverse("people:person", args=[request.actor.enterprise_public_id, member.pk])


def _page(request: ActorRequest, member: Membership, **forms: Any) -> dict[str, Any]:
    details = {"name": member.name, "title": member.title, "phone": member.phone}
    return {
        "person": member,
        "standing": lists.standing(member),
        "factor": lists.factor(member),
        "grants": selectors.list_grants_of(member),
        "teams": selectors.list_teams_of(member),
        "story": story_lines(selectors.list_story(request.actor, member)),
        "is_me": member.pk == request.actor.person_id,
        "details_form": forms.get("details") or DetailsForm(initial=details),
    }


def remove_form(request: ActorRequest, data: Any = None) -> RemoveForm:
    form = RemoveForm(data)
    offer_colleagues(request, form, "heir")
    return form


def offer_colleagues(request: ActorRequest, form: Any, name: str) -> None:
    """Let a field suggest the enterprise's people."""
    url = reverse("people:suggest", args=[request.actor.enterprise_public_id])
    form.fields[name].offer(partial(selectors.find_people, request.actor), url)


# --- inviting -------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@fresh
@requires(Permission.USER_ADMIN)
def invite(request: ActorRequest) -> HttpResponse:
    """Somebody new: who they are, and what they may do from the start."""
    me = request.actor
    enterprise = who.get_enterprise(me.enterprise_id or 0)
    administers = services.is_administrator(me)
    form = InviteForm(me, request.POST or None, initial={"language": enterprise.language}, may_administer=administers)
    offer_colleagues(request, form, "colleague")
    drafts.bring_back(me, (form, 0), now=timezone.now())
    if request.method == "POST" and form.is_valid():
        try:
            member = services.invite(_invited(form), _rights(request, form), actor=me, at=timezone.now())
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal.message))
        else:
            drafts.drop(me, form, 0)
            messages.success(request, _("Invited. The mail is on its way to %(email)s.") % {"email": member.user.email})
            return redirect(page_of(request, member))
    return render(request, "people/invite.html", {"form": form}, status=422 if form.errors else 200)


def _invited(form: InviteForm) -> services.Invited:
    return services.Invited(**{name: form.cleaned_data[name] for name in ("email", "name", "title", "language")})


def _rights(request: ActorRequest, form: InviteForm) -> Rights:
    return form.rights(rights_of_colleague(request, form.cleaned_data.get("colleague", "")))


def rights_of_colleague(request: ActorRequest, email: str) -> Rights | None:
    """What a colleague holds by themselves; what their teams bring, teams bring."""
    colleague = selectors.get_by_email(request.actor, email) if email else None
    return who.get_rights(colleague) if colleague else None


@require_POST
@requires(Permission.USER_ADMIN)
def invite_again(request: ActorRequest, pk: int) -> HttpResponse:
    act = partial(services.invite_again, pk, actor=request.actor, at=timezone.now())
    return _attempt(request, pk, act, done=_("Another invitation is on its way; the one before is void."))


# --- the life of a membership ------------------------------------------------------------------------


@require_POST
@requires(Permission.USER_ADMIN)
def change_details(request: ActorRequest, pk: int) -> HttpResponse:
    member, form = found(request, pk), DetailsForm(request.POST)
    if form.is_valid():
        act = partial(services.change_details, pk, **form.cleaned_data, actor=request.actor, at=timezone.now())
        return _attempt(request, pk, act, done=_("Saved."))
    return render(request, "people/person.html", _page(request, member, details=form), status=422)


@require_POST
@fresh
@requires(Permission.USER_ADMIN)
def reset_password(request: ActorRequest, pk: int) -> HttpResponse:
    act = partial(resets.reset_password, pk, actor=request.actor, at=timezone.now())
    return _attempt(request, pk, act, done=_("A mail with a link to choose a new password is on its way."))


@require_POST
@fresh
@requires(Permission.USER_ADMIN)
def reset_factor(request: ActorRequest, pk: int) -> HttpResponse:
    act = partial(resets.reset_factor, pk, actor=request.actor, at=timezone.now())
    return _attempt(request, pk, act, done=_("Taken away. They get a mail by which they begin anew."))


@require_POST
@fresh
@requires(Permission.USER_ADMIN)
def deactivate(request: ActorRequest, pk: int) -> HttpResponse:
    act = partial(services.deactivate, pk, actor=request.actor, at=timezone.now())
    return _attempt(request, pk, act, done=_("Closed out. What they may do is kept for when they are back."))


@require_POST
@fresh
@requires(Permission.USER_ADMIN)
def reactivate(request: ActorRequest, pk: int) -> HttpResponse:
    act = partial(services.reactivate, pk, actor=request.actor, at=timezone.now())
    return _attempt(request, pk, act, done=_("They can come in again, with what they could do before."))


@require_http_methods(["GET", "HEAD", "POST"])
@fresh
@requires(Permission.USER_ADMIN)
def remove(request: ActorRequest, pk: int) -> HttpResponse:
    """What they leave behind and who takes it over; then they are out."""
    member, is_sent = found(request, pk), request.method == "POST"
    form = remove_form(request, request.POST if is_sent else None)
    if not form.is_valid():
        context = {"person": member, "form": form, "left": _left(request, member), "back": page_of(request, member)}
        return render(request, "people/leave.html", context, status=422 if form.errors else 200)
    heir = selectors.get_by_email(request.actor, form.cleaned_data["heir"])
    act = partial(services.remove, pk, heir_id=heir.pk if heir else None, actor=request.actor, at=timezone.now())
    done = _("%(name)s is removed. The journal keeps what they did.") % {"name": member.name}
    back = reverse("people:list", args=[request.actor.enterprise_public_id])
    return _attempt(request, pk, act, done=done, onward=back)


def _attempt(
    request: ActorRequest, pk: int, act: Callable[[], Membership], *, done: str, onward: str = ""
) -> HttpResponse:
    """Do it and show the person as they now are, or say why it was not done."""
    member = found(request, pk)
    back = page_of(request, member)
    try:
        act()
    except Refused as refusal:
        return refused(request, refusal, back=back)
    messages.success(request, done)
    # Who closed themselves out finds this door shut.
    left = member.pk == request.actor.person_id and act_closes(member)
    return redirect("/" if left else onward or back)


def _left(request: ActorRequest, member: Membership) -> list[dict[str, Any]]:
    """What they would leave, each with its page where the reader sees all of the enterprise."""
    place, sees_all = request.actor.enterprise_public_id, services.is_administrator(request.actor)

    def shown(thing: services.Left) -> dict[str, str]:
        has_page = thing.page and sees_all
        return {"label": thing.label, "url": reverse(thing.page, args=[place, thing.pk]) if has_page else ""}

    return [{"kind": kind, "things": [shown(each) for each in things]} for kind, things in services.list_left(member)]


def act_closes(member: Membership) -> bool:
    member.refresh_from_db(fields=["status"])
    return member.status != MembershipStatus.ACTIVE
