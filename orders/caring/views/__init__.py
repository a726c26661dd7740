"""What both sides do on the order's page: write, promise, escalate, note."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders.caring import forms, services
from orders.caring.views import parts
from orders.caring.views.parts import may_write
from orders.models import Order
from orders.permissions import Permission
from orders.views import find_order, show_with
from portal import drafts, files
from portal.errors import Refused
from portal.http import ActorRequest, refused
from portal.policy import requires

MESSAGES, CARE, NOTES = (f"orders/caring/_{name}.html" for name in ("messages", "care", "notes"))


@require_POST
@requires(Permission.ORDER_VIEW)
@files.takes_files
def ask(request: ActorRequest, number: str) -> HttpResponse:
    """A customer writes to the care manager."""
    return _write(request, number, forms.QuestionForm, done=_("Sent. Your care manager is told by mail."))


@require_POST
@requires(Permission.ORDER_CARE)
@files.takes_files
def answer(request: ActorRequest, number: str) -> HttpResponse:
    """The care manager writes to the customer."""
    return _write(request, number, forms.AnswerForm, done=_("Sent. The customer's people are told by mail."))


def _write(request: ActorRequest, number: str, shape: type[forms.WriteForm], *, done: str) -> HttpResponse:
    order = find_order(request, number)
    limits = files.limits(request.actor.enterprise_id, on=timezone.now().date())
    form = shape(request.POST, request.FILES, limits=limits)

    def act(**data: Any) -> Any:
        return services.write_message(order.pk, actor=request.actor, at=timezone.now(), **data)

    return _settled(request, order, form, act, part=(MESSAGES, "form", "messages"), done=done)


@require_POST
@requires(Permission.ORDER_VIEW)
def read(request: ActorRequest, number: str) -> HttpResponse:
    """What the other side wrote was seen: by a press, or by htmx once it is on the screen."""
    order = find_order(request, number)
    services.mark_read(order.pk, actor=request.actor, at=timezone.now())
    if request.htmx:
        return render(request, "orders/caring/_read.html", {})
    return redirect(_place(request, order, "messages"))


@require_POST
@requires(Permission.ORDER_CARE)
def close_questions(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.ORDER_CARE)

    def act() -> Any:
        return services.close_questions(order.pk, actor=request.actor, at=timezone.now())

    return _settled(request, order, None, act, part=(MESSAGES, "", "messages"), done=_("Nothing is unanswered now."))


@require_POST
@requires(Permission.ORDER_CARE)
def promise(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number)

    def act(update_by: datetime, about: str) -> Any:
        return services.make_promise(order.pk, due_at=update_by, about=about, actor=request.actor, at=timezone.now())

    form = forms.PromiseForm(request.POST, auto_id=parts.PROMISE_ID)
    done = _("Promised. The customer's people are told by mail.")
    return _settled(request, order, form, act, part=(CARE, "promise", "care"), done=done)


@require_POST
@requires(Permission.ORDER_CARE)
def keep_promise(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.ORDER_CARE)

    def act() -> Any:
        return services.keep_promise(order.pk, actor=request.actor, at=timezone.now())

    return _settled(
        request, order, None, act, part=(CARE, "", "care"), done=_("The promised update is marked as given.")
    )


@require_POST
@requires(Permission.ORDER_VIEW)
def escalate(request: ActorRequest, number: str) -> HttpResponse:
    """Take the order to the next of those who answer for it."""
    order = find_order(request, number)
    if not may_write(request.actor, order):
        raise Http404

    def act(**data: Any) -> Any:
        return services.escalate(order.pk, actor=request.actor, at=timezone.now(), **data)

    form = forms.EscalationForm(request.POST)
    return _settled(
        request,
        order,
        form,
        act,
        part=(CARE, "escalation", "care"),
        done=_("Escalated. Who has it now is told by mail."),
    )


@require_POST
@requires(Permission.ORDER_CARE)
def resolve(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.ORDER_CARE)

    def act(**data: Any) -> Any:
        return services.resolve_escalations(order.pk, actor=request.actor, at=timezone.now(), **data)

    form = forms.ResolutionForm(request.POST)
    done = _("Settled. The customer's people are told by mail.")
    return _settled(request, order, form, act, part=(CARE, "resolution", "care"), done=done)


@require_POST
@requires(Permission.ORDER_CARE)
def write_note(request: ActorRequest, number: str) -> HttpResponse:
    order = find_order(request, number, Permission.ORDER_CARE)

    def act(note: str) -> Any:
        return services.write_note(order.pk, text=note, actor=request.actor, at=timezone.now())

    form = forms.InternalNoteForm(request.POST)
    return _settled(request, order, form, act, part=(NOTES, "form", "notes"), done=_("Noted, for colleagues alone."))


def _settled(
    request: ActorRequest,
    order: Order,
    form: django_forms.Form | None,
    act: Callable[..., Any],
    *,
    part: tuple[str, str, str],
    done: str,
) -> HttpResponse:
    """Act and show: the order's page again, with the form as it was typed where something is wrong."""
    template, name, place = part
    if form is None or form.is_valid():
        try:
            act(**(form.cleaned_data if form else {}))
        except Refused as refusal:
            if form is None or refusal.field not in form.fields:
                return refused(request, refusal, back=_place(request, order, place))
            form.add_error(refusal.field, f"{refusal.message} {refusal.way_out}")
        else:
            if form is not None and hasattr(form, "draft_name"):
                drafts.drop(request.actor, form, order.pk)
            messages.success(request, done)
            return redirect(_place(request, order, place))
    if hasattr(form, "draft_name"):
        drafts.bring_back(request.actor, (form, order.pk), now=timezone.now())
    return show_with(request, order, {template: {name: form}}, status=422)


def _place(request: ActorRequest, order: Order, place: str) -> str:
    return f"{reverse('orders:order', args=[request.actor.enterprise_public_id, order.number])}#{place}"
