"""API keys on both faces: the customer's people ask, approve, collect, reset and revoke; the carrier looks on."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.keys import lists, selectors, services
from accounts.keys.forms import ALL, HandOverForm, KeyForm, ReasonForm, ResetForm
from accounts.models import KEY_FLOW, ApiKey, KeyStatus
from accounts.permissions import Permission
from accounts.selectors import administers, get_key_permissions, is_good, list_administrators, list_secrets
from portal import drafts, exports, listing
from portal.errors import Refused
from portal.exports import ExportKind
from portal.http import ActorRequest, refused
from portal.notices import story_lines
from portal.policy import fresh, requires

Form = ReasonForm | ResetForm | HandOverForm


# --- lists ---------------------------------------------------------------------------------------


@require_safe
@requires(Permission.API_KEY_MANAGE)
def list_keys(request: ActorRequest) -> HttpResponse:
    rows, columns = selectors.list_keys(request.actor), lists.key_columns(request.actor)
    return listing.show(request, lists.KEY_LIST, rows, columns, template="keys/list.html")


@require_safe
@requires(Permission.API_KEY_APPROVE)
def list_keys_for_staff(request: ActorRequest) -> HttpResponse:
    rows, columns = selectors.list_keys(request.actor), lists.key_columns(request.actor)
    return listing.show(request, lists.KEY_LIST_FOR_STAFF, rows, columns, template="keys/list.html")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.API_KEY_MANAGE)
def export_keys(request: ActorRequest) -> HttpResponse:
    return _export(request, lists.KEYS_EXPORT)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.API_KEY_APPROVE)
def export_keys_for_staff(request: ActorRequest) -> HttpResponse:
    return _export(request, lists.KEYS_EXPORT_FOR_STAFF)


def _export(request: ActorRequest, kind: ExportKind) -> HttpResponse:
    place = request.actor.enterprise_public_id
    name, back = f"{place}-api-keys-{timezone.localdate():%Y-%m-%d}", reverse("keys:list", args=[place])
    return exports.answer(request, kind, name=name, back=back)


@require_safe
@requires(Permission.API_KEY_APPROVE)
def list_pending(request: ActorRequest) -> HttpResponse:
    """What waits in all enterprises."""
    return listing.show(request, lists.PENDING_LIST, selectors.list_pending(request.actor), lists.pending_columns())


# --- asking --------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@fresh
@requires(Permission.API_KEY_MANAGE)
def request_key(request: ActorRequest) -> HttpResponse:
    now = timezone.now()
    bounds = selectors.get_bounds(request.actor, now)
    form = KeyForm(
        request.POST or None,
        offered=selectors.list_offered(request.actor),
        accounts=selectors.list_offered_accounts(request.actor),
        bounds=bounds,
        initial={"contact_email": request.actor.email},
    )
    if request.method == "POST" and form.is_valid():
        try:
            key = services.request_key(_wish(form), actor=request.actor, at=now)
            drafts.drop(request.actor, form, 0)
            messages.success(request, _("Asked for. You get a mail when it is decided."))
            return redirect("keys:key", request.actor.enterprise_public_id, key.pk)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal.message))
    drafts.bring_back(request.actor, (form, 0), now=now)
    context = {
        "form": form,
        "bounds": lists.bounds_words(bounds),
        "is_carriers": selectors.is_carriers_to_approve(request.actor, now),
        "administrators": list_administrators(request.actor),
    }
    return render(request, "keys/request.html", context, status=422 if form.errors else 200)


def _wish(form: KeyForm) -> services.Wish:
    data = form.cleaned_data
    return services.Wish(
        name=data["name"],
        purpose=data["purpose"],
        contact_email=data["contact_email"],
        expires_on=data["expires_on"],
        permissions=data["permissions"],
        accounts=None if data["reach"] == ALL else data["accounts"],
    )


# --- one key -------------------------------------------------------------------------------------


@require_safe
@requires(Permission.API_KEY_MANAGE)
def show_key(request: ActorRequest, pk: int) -> HttpResponse:
    return _show(request, _key(request, pk))


@require_safe
@requires(Permission.API_KEY_APPROVE)
def show_key_to_staff(request: ActorRequest, pk: int) -> HttpResponse:
    return _show(request, _key(request, pk))


def _key(request: ActorRequest, pk: int) -> ApiKey:
    found = selectors.get_key(request.actor, pk)
    if found is None:
        raise Http404
    return found


def _show(request: ActorRequest, key: ApiKey, *, sent: Form | None = None) -> HttpResponse:
    """The key's page; ``sent`` is the form that was not accepted."""
    now = timezone.now()
    reach = get_key_permissions(key)
    context = {
        "key": key,
        "permissions": _permissions(key, set(reach)),
        "accounts": [] if key.is_all_accounts else selectors.list_accounts_of(key),
        "reach": lists.accounts_words(key),
        "secrets": list_secrets(key, now),
        "facts": lists.key_facts(key),
        "story": story_lines(selectors.list_story(request.actor, key)),
        "is_good": is_good(key, now),
        "is_over": key.expires_at <= now,
        "is_carriers": selectors.is_carriers_to_approve(request.actor, now),
        "administrators": _approvers(request, key),
        **_offers(request, key, sent),
    }
    return render(request, "keys/key.html", context, status=422 if sent else 200)


def _approvers(request: ActorRequest, key: ApiKey) -> list[Any]:
    """Whom who asked can remind: the administrators but themselves."""
    if request.actor.is_staff:
        return []
    found = list_administrators(request.actor)
    return [each for each in found if each.email != key.owner.user.email]


def _permissions(key: ApiKey, held: set[str]) -> list[dict[str, Any]]:
    """What it was approved for, and whether its owner has it still."""
    words = selectors.list_readable(key.permissions)
    return [{"words": each, "is_held": code in held} for code, each in zip(key.permissions, words, strict=True)]


def _offers(request: ActorRequest, key: ApiKey, sent: Form | None) -> dict[str, Any]:
    """The forms of what this person may do with it now."""
    actor, now = request.actor, timezone.now()
    is_mine = not actor.is_staff and key.owner_id == actor.person_id
    is_live = key.expires_at > now
    offers: dict[str, Any] = {
        "can_decide": selectors.may_decide(actor, key, now),
        "can_withdraw": is_mine and KEY_FLOW.allows(key.status, KeyStatus.WITHDRAWN),
        "can_collect": is_mine and is_live and KEY_FLOW.allows(key.status, KeyStatus.ACTIVE),
        "can_reset": is_mine and is_live and key.status == KeyStatus.ACTIVE,
        "can_revoke": KEY_FLOW.allows(key.status, KeyStatus.REVOKED),
        "can_hand_over": administers(actor) and key.status in KEY_FLOW.open_states(),
        "decline_form": _form(ReasonForm, sent, "decline"),
        "revoke_form": _form(ReasonForm, sent, "revoke"),
        "hand_over_form": _form(HandOverForm, sent, "hand_over"),
    }
    most = selectors.get_overlap_hours(actor, now)
    return {**offers, "most_hours": most, "reset_form": sent if isinstance(sent, ResetForm) else ResetForm(most=most)}


def _form(kind: type[ReasonForm | HandOverForm], sent: Form | None, prefix: str) -> Form:
    """The form that was sent, or an empty one; two of a kind stand on the page, so each has its own ids."""
    if isinstance(sent, kind) and sent.prefix == prefix:
        return sent
    return kind(prefix=prefix)


# --- moves ---------------------------------------------------------------------------------------


@require_POST
@fresh
@requires(Permission.ENTERPRISE_ADMIN)
def approve_key(request: ActorRequest, pk: int) -> HttpResponse:
    return _approve(request, pk)


@require_POST
@fresh
@requires(Permission.API_KEY_APPROVE)
def approve_key_as_staff(request: ActorRequest, pk: int) -> HttpResponse:
    return _approve(request, pk)


def _approve(request: ActorRequest, pk: int) -> HttpResponse:
    act = partial(services.approve_key, pk, actor=request.actor, at=timezone.now())
    return _moved(request, pk, act, done=_("Approved. Its owner is told, and collects the secret."))


@require_POST
@requires(Permission.ENTERPRISE_ADMIN)
def decline_key(request: ActorRequest, pk: int) -> HttpResponse:
    return _decline(request, pk)


@require_POST
@requires(Permission.API_KEY_APPROVE)
def decline_key_as_staff(request: ActorRequest, pk: int) -> HttpResponse:
    return _decline(request, pk)


def _decline(request: ActorRequest, pk: int) -> HttpResponse:
    act = partial(services.decline_key, pk, actor=request.actor, at=timezone.now())
    form = ReasonForm(request.POST, prefix="decline")
    return _moved(request, pk, act, form, done=_("Declined. Its owner is told why."))


@require_POST
@requires(Permission.API_KEY_MANAGE)
def withdraw_key(request: ActorRequest, pk: int) -> HttpResponse:
    act = partial(services.withdraw_key, pk, actor=request.actor, at=timezone.now())
    return _moved(request, pk, act, done=_("Withdrawn."))


@require_POST
@requires(Permission.API_KEY_MANAGE)
def revoke_key(request: ActorRequest, pk: int) -> HttpResponse:
    return _revoke(request, pk)


@require_POST
@requires(Permission.API_KEY_APPROVE)
def revoke_key_as_staff(request: ActorRequest, pk: int) -> HttpResponse:
    return _revoke(request, pk)


def _revoke(request: ActorRequest, pk: int) -> HttpResponse:
    act = partial(services.revoke_key, pk, actor=request.actor, at=timezone.now())
    form = ReasonForm(request.POST, prefix="revoke")
    return _moved(request, pk, act, form, done=_("Revoked. It opens nothing from now on."))


@require_POST
@fresh
@requires(Permission.ENTERPRISE_ADMIN)
def hand_over_keys(request: ActorRequest, pk: int) -> HttpResponse:
    """All keys of the key's owner go to a colleague."""
    act = partial(services.hand_over_key, pk, actor=request.actor, at=timezone.now())
    form = HandOverForm(request.POST, prefix="hand_over")

    def said(count: int) -> str:
        return ngettext("%(n)s key was handed over.", "%(n)s keys were handed over.", count) % {"n": count}

    return _moved(request, pk, act, form, done=said)


def _moved(
    request: ActorRequest,
    pk: int,
    act: Callable[..., Any],
    form: Form | None = None,
    *,
    done: str | Callable[[Any], str],
) -> HttpResponse:
    """Act, and back to the key's page; or the page with what is wrong."""
    key = _key(request, pk)
    page = reverse("keys:key", args=[request.actor.enterprise_public_id, pk])
    if form and not form.is_valid():
        return _show(request, key, sent=form)
    try:
        outcome = act(**(form.cleaned_data if form else {}))
    except Refused as refusal:
        if form is None or not refusal.field:
            return refused(request, refusal, back=page)
        form.add_error(refusal.field, str(refusal.message))
        return _show(request, key, sent=form)
    messages.success(request, done(outcome) if callable(done) else done)
    return redirect(page)


# --- the secret, shown in the answer to a POST and never again ------------------------------------


@require_POST
@fresh
@requires(Permission.API_KEY_MANAGE)
def collect_key(request: ActorRequest, pk: int) -> HttpResponse:
    key = _key(request, pk)
    try:
        text = services.collect_key(pk, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=reverse("keys:key", args=[request.actor.enterprise_public_id, pk]))
    return render(request, "keys/secret.html", {"key": key, "text": text})


@require_POST
@fresh
@requires(Permission.API_KEY_MANAGE)
def reset_key(request: ActorRequest, pk: int) -> HttpResponse:
    key, now = _key(request, pk), timezone.now()
    form = ResetForm(request.POST, most=selectors.get_overlap_hours(request.actor, now))
    if not form.is_valid():
        return _show(request, key, sent=form)
    try:
        text = services.reset_key(pk, **form.cleaned_data, actor=request.actor, at=now)
    except Refused as refusal:
        if refusal.field:
            form.add_error(refusal.field, str(refusal.message))
            return _show(request, key, sent=form)
        return refused(request, refusal, back=reverse("keys:key", args=[request.actor.enterprise_public_id, pk]))
    hours = form.cleaned_data["overlap_hours"]
    return render(request, "keys/secret.html", {"key": key, "text": text, "overlap_hours": hours, "is_reset": True})
