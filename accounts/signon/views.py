"""The company's door for its people, and the administrators' page of it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import factors
from accounts.models import SignOn, User
from accounts.permissions import Permission
from accounts.selectors import get_enterprise
from accounts.signon import provider, selectors, services
from accounts.signon.forms import DomainForm, DoorForm, ForgetForm, SignOnForm, initial_of
from portal import events
from portal.errors import Refused
from portal.http import ActorRequest, onward, refused
from portal.notices import story_lines
from portal.policy import fresh, public, requires, untied
from portal.tenancy import tenant_scope

_BEGUN = "sign_on_begun"
_MINUTES = 10  # in which one signs on there and comes back

# --- coming in -----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@public
def find_door(request: HttpRequest) -> HttpResponse:
    """From a mail address to the company's door."""
    form = DoorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        handle = selectors.find_door_of(form.cleaned_data["email"])
        if handle:
            return redirect("sign_on_door:door", handle)
        form.add_error("email", _("No company signs on with such an address. Use your password."))
    return render(request, "signon/find.html", {"form": form}, status=422 if form.errors else 200)


def _door(handle: str) -> SignOn:
    found = selectors.find_door(handle)
    if found is None:
        raise Http404
    return found


@require_safe
@public
def door(request: HttpRequest, handle: str) -> HttpResponse:
    context = {"sign_on": _door(handle), "next": onward(request, "")}
    return render(request, "signon/door.html", context)


@untied
@require_safe
@public
def begin(request: HttpRequest, handle: str) -> HttpResponse:
    """On to the provider; what must come back is kept in this browser's session."""
    sign_on = _door(handle)
    try:
        url, begun = provider.begin(_client(sign_on))
    except provider.NoAnswer:
        return _failed(request, sign_on, _("Your company's sign-on does not answer. Try again in a few minutes."), 424)
    kept = {**begun.kept(), "handle": handle, "next": onward(request, ""), "at": timezone.now().timestamp()}
    request.session[_BEGUN] = kept
    return redirect(url)


@untied
@require_safe
@public
def come_back(request: HttpRequest, handle: str) -> HttpResponse:
    """From the provider, with a code: once, in the browser that began, and soon."""
    sign_on = _door(handle)
    begun = _begun(request, handle)
    if begun is None or "code" not in request.GET:
        return _failed(request, sign_on, _("This sign-on was not begun here, or took too long. Begin anew."), 400)
    try:
        claims = provider.finish(
            _client(sign_on), request.GET["code"], provider.Begun(begun["state"], begun["nonce"], begun["verifier"])
        )
    except provider.NoAnswer:
        return _failed(request, sign_on, _("Your company's sign-on does not answer. Try again in a few minutes."), 424)
    except provider.NotProven:
        return _failed(
            request, sign_on, _("What your company's sign-on said cannot be trusted. Tell its administrator."), 403
        )
    try:
        with transaction.atomic():
            with tenant_scope(sign_on.enterprise_id):
                entered = services.enter(sign_on, claims, user=_own(request), at=timezone.now())
            _let_in(request, sign_on, entered)
    except Refused as refusal:
        return _failed(request, sign_on, str(refusal.message), 403, str(refusal.way_out))
    return redirect(begun["next"] or reverse("accounts:home", args=[sign_on.enterprise.public_id]))


def _begun(request: HttpRequest, handle: str) -> dict[str, Any] | None:
    """What was begun, if this is its answer; used up by being asked for."""
    begun: dict[str, Any] | None = request.session.pop(_BEGUN, None)
    if not begun or begun["handle"] != handle or begun["state"] != request.GET.get("state"):
        return None
    return begun if timezone.now().timestamp() - begun["at"] < _MINUTES * 60 else None


def _own(request: HttpRequest) -> User | None:
    """Who has signed in here by a password or key of their own; a sign-on alone vouches for nobody."""
    user = request.user
    return user if isinstance(user, User) and not factors.is_sign_on_only(request) else None


def _let_in(request: HttpRequest, sign_on: SignOn, entered: services.Entered) -> None:
    if not (request.user.is_authenticated and request.user.pk == entered.user.pk):
        logout(request)
        login(request, entered.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    factors.note_sign_on(request, sign_on.enterprise_id, has_factor=entered.has_factor)


def _client(sign_on: SignOn) -> provider.Client:
    back = settings.CUSTOMER_URL + reverse("sign_on_door:back", args=[sign_on.handle])
    return provider.Client(sign_on.issuer, sign_on.client_id, selectors.get_secret(sign_on), back)


def _failed(request: HttpRequest, sign_on: SignOn, why: str, status: int, way_out: str = "") -> HttpResponse:
    context = {"sign_on": sign_on, "why": why, "way_out": way_out}
    return render(request, "signon/failed.html", context, status=status)


# --- setting it up -------------------------------------------------------------------------------


@fresh
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ENTERPRISE_ADMIN)
def set_up(request: ActorRequest) -> HttpResponse:
    sign_on = selectors.find_sign_on(request.actor)
    form = SignOnForm(request.POST or None, initial=initial_of(sign_on))
    if request.method == "POST" and form.is_valid():
        try:
            services.save_sign_on(services.Wish(**form.cleaned_data), actor=request.actor, at=timezone.now())
            messages.success(request, _("Saved."))
            return redirect("sign_on:here", request.actor.enterprise_public_id)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal.message))
    return _page(request, form=form)


def _page(
    request: ActorRequest,
    *,
    form: SignOnForm | None = None,
    domain: DomainForm | None = None,
    forget: ForgetForm | None = None,
) -> HttpResponse:
    actor = request.actor
    assert actor.enterprise_id is not None
    sign_on = selectors.find_sign_on(actor)
    context = {
        "sign_on": sign_on,
        "form": form or SignOnForm(initial=initial_of(sign_on)),
        "domain_form": domain or DomainForm(),
        "forget_form": forget or ForgetForm(prefix="forget"),
        "domains": selectors.list_domains(actor),
        "record": selectors.RECORD,
        "is_required": get_enterprise(actor.enterprise_id).is_sign_on_required,
        "has_link": bool(sign_on) and selectors.has_link(actor, sign_on),  # type: ignore[arg-type]
        "count": selectors.count_links(sign_on) if sign_on else 0,
        "story": story_lines(events.told_to_customers(events.story_of(sign_on))) if sign_on else [],
    }
    if sign_on:
        context["door_url"] = settings.CUSTOMER_URL + reverse("sign_on_door:door", args=[sign_on.handle])
        context["back_url"] = settings.CUSTOMER_URL + reverse("sign_on_door:back", args=[sign_on.handle])
    is_wrong = any(each and each.errors for each in (form, domain, forget))
    return render(request, "signon/here.html", context, status=422 if is_wrong else 200)


@fresh
@require_POST
@requires(Permission.ENTERPRISE_ADMIN)
def require(request: ActorRequest) -> HttpResponse:
    """By the provider alone, or by passwords too."""
    services.require_sign_on("required" in request.POST, actor=request.actor, at=timezone.now())
    messages.success(request, _("Saved."))
    return redirect("sign_on:here", request.actor.enterprise_public_id)


@fresh
@require_POST
@requires(Permission.ENTERPRISE_ADMIN)
def add_domain(request: ActorRequest) -> HttpResponse:
    form = DomainForm(request.POST)
    if form.is_valid():
        try:
            services.add_domain(form.cleaned_data["domain"], actor=request.actor, at=timezone.now())
            return redirect("sign_on:here", request.actor.enterprise_public_id)
        except Refused as refusal:
            if not refusal.field:
                # Without a provider the page has no form of domains to say it in.
                return refused(
                    request, refusal, back=reverse("sign_on:here", args=[request.actor.enterprise_public_id])
                )
            form.add_error(refusal.field, str(refusal.message))
    return _page(request, domain=form)


@fresh
@require_POST
@requires(Permission.ENTERPRISE_ADMIN)
def forget_link(request: ActorRequest) -> HttpResponse:
    form = ForgetForm(request.POST, prefix="forget")
    if form.is_valid():
        try:
            services.forget_link(form.cleaned_data["email"], actor=request.actor, at=timezone.now())
            messages.success(request, _("Ended. They link their new identity with their password."))
            return redirect("sign_on:here", request.actor.enterprise_public_id)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal.message))
    return _page(request, forget=form)


@fresh
@require_POST
@requires(Permission.ENTERPRISE_ADMIN)
def remove_domain(request: ActorRequest, pk: int) -> HttpResponse:
    if selectors.get_domain(request.actor, pk) is None:
        raise Http404
    back = reverse("sign_on:here", args=[request.actor.enterprise_public_id])
    try:
        services.remove_domain(pk, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=back)
    messages.success(request, _("The domain is taken away."))
    return redirect(back)


@require_POST
@requires(Permission.ENTERPRISE_ADMIN)
def check_domain(request: ActorRequest, pk: int) -> HttpResponse:
    if selectors.get_domain(request.actor, pk) is None:
        raise Http404
    back = reverse("sign_on:here", args=[request.actor.enterprise_public_id])
    try:
        services.check_domain(pk, texts_of=provider.texts_of, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=back)
    messages.success(request, _("The domain is proven."))
    return redirect(back)
