"""Moves of accounts: asked for and answered by customers' administrators, decided by the carrier's people."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import selectors as people
from accounts.models import MOVE_FLOW, Move, MoveSide, MoveStatus, Said
from accounts.moving import lists, selectors, services
from accounts.moving.forms import WHATS, AskForm, CodeForm, FoundForm, GroundsForm, PeopleForm, ReasonForm
from accounts.permissions import Permission
from portal import exports, listing
from portal.errors import Refused
from portal.http import ActorRequest, refused
from portal.notices import story_lines
from portal.policy import fresh, requires

FORM = ["GET", "HEAD", "POST"]

# --- a customer's administrators -----------------------------------------------------------------------


@require_safe
@requires(Permission.ENTERPRISE_ADMIN)
def list_ours(request: ActorRequest) -> HttpResponse:
    rows, columns = selectors.list_sides(request.actor), lists.our_columns(request.actor)
    return listing.show(request, lists.OUR_LIST, rows, columns, template="moving/list.html")


@require_http_methods(FORM)
@requires(Permission.ENTERPRISE_ADMIN)
def export_ours(request: ActorRequest) -> HttpResponse:
    place = request.actor.enterprise_public_id
    name = f"{place}-moves-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(request, lists.OURS_EXPORT, name=name, back=reverse("moving:list", args=[place]))


@require_http_methods(FORM)
@fresh
@requires(Permission.ENTERPRISE_ADMIN)
def ask(request: ActorRequest) -> HttpResponse:
    """Ask for a move; ``what`` in the address says of which kind."""
    what = request.GET.get("what", "account")
    if what not in WHATS:
        raise Http404
    tomorrow = people.carriers_day(timezone.now()) + timedelta(days=1)
    form = AskForm(what, request.POST or None, initial={"effective_on": tomorrow})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.ask(services.Wish(**form.wished), actor=request.actor, at=timezone.now())
        except Refused as refusal:
            field = "number" if refusal.field == "accounts" and "number" in form.fields else refusal.field
            form.add_error(field if field in form.fields else None, str(refusal.message))
        else:
            messages.success(request, _("Asked for. We look at it now, and you get a mail when it is decided."))
            return redirect(_ours(request, made.pk))
    ways = [(code, words) for code, (_kind, _gives, words) in WHATS.items()]
    context = {"form": form, "what": what, "ways": ways, "title": WHATS[what][2]}
    return render(request, "moving/ask.html", context, status=422 if form.errors else 200)


def _ours(request: ActorRequest, pk: int) -> str:
    return reverse("moving:move", args=[request.actor.enterprise_public_id, pk])


def _side(request: ActorRequest, pk: int) -> MoveSide:
    found = selectors.get_side(request.actor, pk)
    if found is None:
        raise Http404
    return found


@require_safe
@requires(Permission.ENTERPRISE_ADMIN)
def show_ours(request: ActorRequest, pk: int) -> HttpResponse:
    return _show_ours(request, _side(request, pk))


def _show_ours(request: ActorRequest, side: MoveSide, *, sent: ReasonForm | None = None) -> HttpResponse:
    is_open = side.status in MOVE_FLOW.open_states()
    context: dict[str, Any] = {
        "side": side,
        "facts": lists.side_facts(side),
        "preview": selectors.preview_side(request.actor, side) if is_open else None,
        "can_answer": side.status == MoveStatus.OPEN and side.said == Said.NOTHING,
        "can_cancel": is_open and side.said == Said.AGREED,
        "story": story_lines(selectors.list_story(side)),
        "reason_form": sent or ReasonForm(),
        "comers": lists.comers(side, selectors.list_offered(request.actor, side)),
        "export": reverse("accounts:accounts", args=[request.actor.enterprise_public_id]),
    }
    return render(request, "moving/ours.html", context, status=422 if sent else 200)


def _said(request: ActorRequest, pk: int, said: Said, done: str, *, reason: str = "") -> HttpResponse:
    side = _side(request, pk)
    try:
        services.say(side.pk, said, answer=reason, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=_ours(request, pk))
    messages.success(request, done)
    return redirect(_ours(request, pk))


@require_POST
@fresh
@requires(Permission.ENTERPRISE_ADMIN)
def agree(request: ActorRequest, pk: int) -> HttpResponse:
    return _said(request, pk, Said.AGREED, _("Agreed. It is carried out on its day, once we have agreed too."))


@require_POST
@requires(Permission.ENTERPRISE_ADMIN)
def decline(request: ActorRequest, pk: int) -> HttpResponse:
    return _with_reason(request, pk, Said.DECLINED, _("Declined. Nothing moves, and the other side is told."))


@require_POST
@requires(Permission.ENTERPRISE_ADMIN)
def cancel(request: ActorRequest, pk: int) -> HttpResponse:
    return _with_reason(request, pk, Said.WITHDRAWN, _("Cancelled. Nothing moves, and the other side is told."))


def _with_reason(request: ActorRequest, pk: int, said: Said, done: str) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show_ours(request, _side(request, pk), sent=form)
    return _said(request, pk, said, done, reason=form.cleaned_data["reason"])


@require_POST
@fresh
@requires(Permission.ENTERPRISE_ADMIN)
def choose(request: ActorRequest, pk: int) -> HttpResponse:
    """Who comes along: sent by the one side, let in by the other."""
    side = _side(request, pk)
    form = PeopleForm(selectors.list_offered(request.actor, side), request.POST)
    try:
        if not form.is_valid():
            raise Refused(_("Somebody you chose is not there any more. Look again."))
        services.choose(side.pk, form.cleaned_data["person"], actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=_ours(request, pk))
    messages.success(request, _("Noted. Whom both sides choose is invited by mail when the accounts have moved."))
    return redirect(_ours(request, pk))


# --- the carrier's people ------------------------------------------------------------------------------


@require_safe
@requires(Permission.ENTERPRISE_CHANGE)
def list_all(request: ActorRequest) -> HttpResponse:
    return listing.show(request, lists.ALL_LIST, selectors.list_moves(), lists.all_columns())


@require_safe
@requires(Permission.ENTERPRISE_CHANGE)
def export_all(request: ActorRequest) -> HttpResponse:
    name = f"account-moves-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(request, lists.ALL_EXPORT, name=name, back=reverse("moving:list"))


def _move(pk: int) -> Move:
    found = selectors.list_moves().filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@require_safe
@requires(Permission.ENTERPRISE_CHANGE)
def show_one(request: ActorRequest, pk: int) -> HttpResponse:
    """What it carries, who loses and who gains sight, and what each side said."""
    return _show_one(request, _move(pk))


def _show_one(request: ActorRequest, move: Move, *, status: int = 200, **forms: Any) -> HttpResponse:
    is_open = move.status in MOVE_FLOW.open_states()
    is_undecided = move.status == MoveStatus.OPEN and not move.approved_at
    context: dict[str, Any] = {
        "move": move,
        "facts": lists.move_facts(move),
        "preview": selectors.preview_move(request.actor, move) if is_open else None,
        "can_approve": is_undecided and not move.unknown and not (move.is_to_new and not move.founding),
        "found_form": FoundForm(move) if is_undecided and move.is_to_new else None,
        "can_stop": is_open,
        "grounds_form": GroundsForm(),
        "reason_form": ReasonForm(auto_id="stop-%s"),
        **forms,
    }
    return render(request, "moving/one.html", context, status=status)


@require_POST
@fresh
@requires(Permission.ENTERPRISE_CHANGE)
def approve(request: ActorRequest, pk: int) -> HttpResponse:
    move, form = _move(pk), GroundsForm(request.POST)
    if not form.is_valid():
        return _show_one(request, move, status=422, grounds_form=form)
    try:
        services.approve(pk, actor=request.actor, at=timezone.now(), **form.cleaned_data)
    except Refused as refusal:
        return refused(request, refusal, back=reverse("moving:move", args=[pk]))
    messages.success(request, _("Approved. It is carried out on its day, once both sides have agreed."))
    return redirect("moving:move", pk)


@require_POST
@fresh
@requires(Permission.ENTERPRISE_CHANGE)
def found(request: ActorRequest, pk: int) -> HttpResponse:
    """The enterprise that is made for what is split off."""
    move = _move(pk)
    form = FoundForm(move, request.POST)
    if not form.is_valid():
        return _show_one(request, move, status=422, found_form=form)
    try:
        services.found(pk, record=form.record, first=form.first, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=reverse("moving:move", args=[pk]))
    messages.success(request, _("Noted. The enterprise is made on the day of the move."))
    return redirect("moving:move", pk)


@require_POST
@requires(Permission.ENTERPRISE_CHANGE)
def stop(request: ActorRequest, pk: int) -> HttpResponse:
    move, form = _move(pk), ReasonForm(request.POST, auto_id="stop-%s")
    if not form.is_valid():
        return _show_one(request, move, status=422, reason_form=form)
    try:
        services.stop(pk, actor=request.actor, at=timezone.now(), **form.cleaned_data)
    except Refused as refusal:
        return refused(request, refusal, back=reverse("moving:move", args=[pk]))
    messages.success(request, _("Stopped. Nothing moves, and both sides are told why."))
    return redirect("moving:move", pk)


@require_http_methods(FORM)
@fresh
@requires(Permission.ACCOUNT_ADD)
def codes(request: ActorRequest) -> HttpResponse:
    """The authentication codes of a customer's accounts; a new one is shown in this answer, and never again."""
    form, code = CodeForm(request.POST or None, initial={"number": request.GET.get("account", "")}), ""
    if request.method == "POST" and form.is_valid():
        try:
            code = services.issue_code(**form.cleaned_data, actor=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal.message))
    now = timezone.now()
    rows = [{"code": each, "state": lists.code_state(each, now)} for each in selectors.list_codes(request.actor)[:100]]
    context = {"form": form, "new": code, "rows": rows, "now": now}
    return render(request, "moving/codes.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.ACCOUNT_ADD)
def end_code(request: ActorRequest, pk: int) -> HttpResponse:
    if not selectors.list_codes(request.actor).filter(pk=pk).exists():
        raise Http404
    if services.end_code(pk, actor=request.actor, at=timezone.now()):
        messages.success(request, _("Ended. It proves nothing any more."))
    return redirect("moving:codes", request.actor.enterprise_public_id)
