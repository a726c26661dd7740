"""Groups of accounts: the list, the page of each, and what changes with them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import selectors as people
from accounts.companies import lists, selectors, services
from accounts.companies.forms import GroupForm
from accounts.models import AccountGroup
from accounts.permissions import Permission
from portal import exports, listing, suggestions
from portal.errors import Refused
from portal.http import ActorRequest, refused
from portal.notices import story_lines
from portal.policy import requires, signed_in


def _place(request: ActorRequest) -> str:
    return request.actor.enterprise_public_id


@require_safe
@signed_in
def list_groups(request: ActorRequest) -> HttpResponse:
    rows, columns = people.list_groups(request.actor), lists.group_columns(request.actor)
    return listing.show(request, lists.GROUP_LIST, rows, columns, template="accounts/groups.html")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def export_groups(request: ActorRequest) -> HttpResponse:
    name = f"{_place(request)}-account-groups-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(
        request, lists.GROUPS_EXPORT, name=name, back=reverse("accounts:groups", args=[_place(request)])
    )


@require_safe
@signed_in
def suggest_groups(request: ActorRequest) -> HttpResponse:
    return suggestions.answer(request, lambda typed: people.find_groups(request.actor, typed))


def _group(request: ActorRequest, pk: int) -> AccountGroup:
    found = people.list_groups(request.actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@require_safe
@signed_in
def show_group(request: ActorRequest, pk: int) -> HttpResponse:
    """What is in it, and who may do what by it."""
    group = _group(request, pk)
    rows = selectors.list_accounts_in(request.actor, group)
    context = {
        "group": group,
        "columns": lists.account_columns(request.actor)[:4],
        "rows": rows[: selectors.SHOWN],
        "size": group.size,  # type: ignore[attr-defined]
        "most": selectors.SHOWN,
        "grants": selectors.list_grants_on(request.actor, group) if request.actor.may("enterprise.admin") else None,
        "story": story_lines(selectors.list_story(request.actor, group)),
    }
    return render(request, "accounts/group.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ENTERPRISE_ADMIN)
def make_group(request: ActorRequest) -> HttpResponse:
    return _form(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ENTERPRISE_ADMIN)
def change_group(request: ActorRequest, pk: int) -> HttpResponse:
    """The form; where permissions hang on the group, what changes with it; then the change."""
    return _form(request, _group(request, pk))


def _form(request: ActorRequest, group: AccountGroup | None) -> HttpResponse:
    form = GroupForm(request.actor, group, request.POST or None, add=request.GET.get("add", "")[:5000])
    if request.method == "POST" and form.is_valid() and "again" not in request.POST:
        grants = selectors.list_grants_on(request.actor, group) if group and form.moves else []
        if grants and "confirmed" not in request.POST:
            context = {"group": group, "grants": grants, "form": form}
            return render(request, "accounts/group_preview.html", context)
        try:
            made = _save(request, group, form)
        except Refused as refusal:
            if not refusal.field:
                return refused(request, refusal, back=request.path)
            form.add_error(refusal.field, str(refusal.message))
        else:
            messages.success(request, _("Saved. It holds from the next request on."))
            return redirect("accounts:group", _place(request), made.pk)
    context = {"form": form, "group": group}
    return render(request, "accounts/group_form.html", context, status=422 if form.errors else 200)


def _save(request: ActorRequest, group: AccountGroup | None, form: GroupForm) -> AccountGroup:
    typed: dict[str, Any] = {"actor": request.actor, "at": timezone.now()}
    name = form.cleaned_data["name"]
    if group is None:
        return services.make_group(name, form.adding.values(), **typed)
    return services.change_group(group.pk, name=name, adding=form.adding.values(), taking=form.taking.values(), **typed)


@require_POST
@requires(Permission.ENTERPRISE_ADMIN)
def close_group(request: ActorRequest, pk: int) -> HttpResponse:
    group = _group(request, pk)
    try:
        services.close_group(group.pk, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=reverse("accounts:group", args=[_place(request), pk]))
    messages.success(request, _("The group “%(name)s” is deleted.") % {"name": group.name})
    return redirect("accounts:groups", _place(request))
