"""An enterprise's record: what its administrators decide, what only the carrier does, and its numbers."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.companies import lists, selectors, services
from accounts.companies.forms import CarriersRecordForm, NumberForm, OurRecordForm, ReasonForm
from accounts.companies.views.editing import edit
from accounts.permissions import Permission
from portal.errors import Refused
from portal.http import ActorRequest, refused
from portal.notices import story_lines
from portal.policy import requires


def _here(request: ActorRequest) -> str:
    return reverse("accounts:record", args=[request.actor.enterprise_public_id])


def _context(request: ActorRequest) -> dict[str, Any]:
    enterprise = selectors.get_record(request.actor)
    return {
        "enterprise": enterprise,
        "facts": lists.record_facts(enterprise),
        "numbers": list(selectors.list_numbers(request.actor)),
        "story": story_lines(selectors.list_story(request.actor, enterprise)),
        "ask": selectors.whom_to_ask(request.actor),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ENTERPRISE_ADMIN)
def our_record(request: ActorRequest) -> HttpResponse:
    """A customer's administrators: what they decide in a form, what the carrier decides as facts."""
    context = _context(request)
    form = OurRecordForm(context["enterprise"], request.POST or None)
    return edit(
        request, "accounts/record.html", form, lambda typed: services.change_enterprise(
            typed.record, seen=typed.cleaned_data["seen"], actor=request.actor, at=timezone.now()
        ),
        context=context, back=_here(request), done=_("Saved."),
    )  # fmt: skip


@require_safe
@requires(Permission.ENTERPRISE_OPEN)
def their_record(request: ActorRequest) -> HttpResponse:
    """The same for the carrier's people inside the enterprise, with their tools in place."""
    return _show(request)


def _show(request: ActorRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    context = _context(request)
    enterprise = context["enterprise"]
    context |= {
        "ours": lists.our_facts(enterprise),
        "number_form": NumberForm(),
        "close_form": ReasonForm(auto_id="close-%s"),
        "touched": selectors.count_people(request.actor),
        "held": lists.held_links(request.actor, None),
        **forms,
    }
    return render(request, "accounts/record_staff.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ENTERPRISE_CHANGE)
def change_record(request: ActorRequest) -> HttpResponse:
    enterprise = selectors.get_record(request.actor)
    form = CarriersRecordForm(enterprise, request.POST or None)
    return edit(
        request, "accounts/record_change.html", form, lambda typed: services.change_enterprise(
            typed.record, seen=typed.cleaned_data["seen"], actor=request.actor, at=timezone.now()
        ),
        context={"enterprise": enterprise}, back=_here(request),
        done=_("Saved. It stands in the history, which the customer can read."),
    )  # fmt: skip


@require_POST
@requires(Permission.ENTERPRISE_CHANGE)
def add_number(request: ActorRequest) -> HttpResponse:
    form = NumberForm(request.POST)
    if form.is_valid():
        try:
            services.add_number(**form.cleaned_data, actor=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(refusal.field, f"{refusal.message} {refusal.way_out}")
        else:
            messages.success(request, _("The customer number is added."))
            return redirect(_here(request))
    return _show(request, status=422, number_form=form)


@require_POST
@requires(Permission.ENTERPRISE_CHANGE)
def remove_number(request: ActorRequest, pk: int) -> HttpResponse:
    found = selectors.list_numbers(request.actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    services.remove_number(found.pk, actor=request.actor, at=timezone.now())
    messages.success(request, _("The customer number is removed."))
    return redirect(_here(request))


@require_POST
@requires(Permission.ENTERPRISE_CHANGE)
def close(request: ActorRequest) -> HttpResponse:
    done = _("Closed. Its people cannot enter any more, and its administrators are told why by mail.")
    return _with_reason(request, services.close_enterprise, done)


@require_POST
@requires(Permission.ENTERPRISE_CHANGE)
def reopen(request: ActorRequest) -> HttpResponse:
    done = _("Open again. Its people have the permissions they had, and its administrators are told.")
    return _with_reason(request, services.reopen_enterprise, done)


def _with_reason(request: ActorRequest, act: Callable[..., Any], done: str) -> HttpResponse:
    form = ReasonForm(request.POST, auto_id="close-%s")
    if not form.is_valid():
        return _show(request, status=422, close_form=form)
    try:
        act(reason=form.cleaned_data["reason"], actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=_here(request))
    messages.success(request, done)
    return redirect(_here(request))
