"""The book of terms on the staff face, and a customer's own page of it."""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import listing, suggestions, terms
from portal.errors import Refused
from portal.http import ActorRequest, refused
from portal.policy import fresh, requires
from portal.termbook import lists, selectors, services
from portal.termbook.forms import AgreementForm, CarrierTermForm, WhomForm, WithdrawForm, hidden
from portal.terms import Term

TERM_VIEW, TERM_CHANGE, TERM_AGREE = "term.view", "term.change", "term.agree"
ENTERPRISE_ADMIN = "enterprise.admin"

Form = CarrierTermForm | AgreementForm


def _term(name: str) -> Term:
    found = selectors.get_term(name)
    if found is None:
        raise Http404
    return found


# --- the carrier's terms, outside any enterprise ---------------------------------------------


@require_safe
@requires(TERM_VIEW)
def list_terms(request: ActorRequest) -> HttpResponse:
    rows = selectors.list_rows(request.actor, today=timezone.localdate())
    return listing.show(request, lists.TERM_LIST, rows, lists.term_columns(), template="terms/list.html")


@require_safe
@requires(TERM_VIEW)
def show_term(request: ActorRequest, name: str) -> HttpResponse:
    return render(request, "terms/term.html", _page(request, _term(name)))


@require_safe
@requires(TERM_AGREE)
def choose_customer(request: ActorRequest, name: str) -> HttpResponse:
    """From a term to the customer with whom to agree on it."""
    term = _term(name)
    form = _whom(request, request.GET if "customer" in request.GET else None)
    if form.is_valid():
        where = reverse("terms:agree", args=[form.cleaned_data["customer"]])
        return redirect(f"{where}?{urlencode({'term': term.name})}")
    return render(
        request, "terms/term.html", {**_page(request, term), "whom": form}, status=422 if form.errors else 200
    )


def _whom(request: ActorRequest, data: Any = None) -> WhomForm:
    find = partial(selectors.find_customers, request.actor)
    return WhomForm(find, data, url=reverse("termbook:suggest_customers"))


@require_safe
@requires(TERM_AGREE)
def suggest_customers(request: ActorRequest) -> HttpResponse:
    return suggestions.answer(request, partial(selectors.find_customers, request.actor))


def _page(request: ActorRequest, term: Term) -> dict[str, Any]:
    today = timezone.localdate()
    rows = selectors.list_carrier_rows(term.name)
    agreed = lists.settings(term, selectors.list_agreed_rows(request.actor, term.name), today=today)
    return {
        "term": term,
        "title": term.title or term.name,
        "area": terms.AREAS.get(term.area, term.area),
        "shipped": term.spoken(term.value),
        "bindings": lists.bindings(term, rows, today=today),
        "scheduled": [each for each in lists.settings(term, rows, today=today) if each["is_scheduled"]],
        "agreed": [each for each in agreed if not each["row"].withdrawn_at],
        "agreed_cap": selectors.AGREED_CAP if len(agreed) == selectors.AGREED_CAP else None,
        "history": lists.history(term, rows, today=today),
        "withdraw_form": WithdrawForm(),
        "whom": _whom(request),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@fresh
@requires(TERM_CHANGE)
def set_term(request: ActorRequest, name: str) -> HttpResponse:
    """The form, then what it would change, then the change."""
    term = _term(name)
    rows = selectors.list_carrier_rows(name)
    today = timezone.localdate()
    standing = selectors.value_at(term, rows, ("", "", ""), today)
    initial = {"seen": rows[0].pk if rows else 0, "starts_on": today}
    form = CarrierTermForm(term, standing, request.POST or None, initial=initial, can_end=bool(rows))

    def preview() -> dict[str, Any]:
        row = services.prepare_carrier(term, _wish(form), place=form.place, actor=request.actor, at=timezone.now())
        after = [*rows, row]
        return {
            "row": row,
            "place": lists.place_words(row),
            "before": term.spoken(selectors.value_at(term, rows, form.place, row.starts_on)),
            "after": term.spoken(selectors.value_at(term, after, form.place, row.starts_on)),
            "touched": selectors.count_touched(request.actor, term, row),
            "follows": _follows(term, rows, row),
        }

    def act() -> str:
        services.set_term(term, _wish(form), place=form.place, actor=request.actor, at=timezone.now())
        return _("Set. It stands in the history, with your name and the reason.")

    here = reverse("termbook:term", args=[name])
    return _settled(request, term, form, preview, act, back=here)


def _follows(term: Term, rows: list[Any], wanted: Any) -> dict[str, Any] | None:
    """What is set already for the same place from a later day on, and so ends the wanted value."""
    later = [r for r in rows if r.place == wanted.place and r.withdrawn_at is None and r.starts_on > wanted.starts_on]
    first = min(later, key=lambda row: (row.starts_on, -row.revision), default=None)
    return {"starts_on": first.starts_on, "value": lists.value_words(term, first)} if first else None


def _wish(form: Form) -> services.Wish:
    data = form.cleaned_data
    return services.Wish(
        value=data.get("composed"),
        starts_on=data["starts_on"],
        reason=data["reason"],
        seen=data["seen"],
        is_end=data["is_end"],
    )


def _settled(
    request: ActorRequest,
    term: Term,
    form: Form,
    preview: Callable[[], dict[str, Any]],
    act: Callable[[], str],
    *,
    back: str,
) -> HttpResponse:
    """The form of both; its preview where it is sound; the deed once that is confirmed."""
    context = {"term": term, "title": term.title or term.name, "form": form, "back": back, "path": request.path}
    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        try:
            if "confirmed" in request.POST:
                messages.success(request, act())
                return redirect(back)
            return render(request, "terms/preview.html", {**context, **preview(), "hidden": hidden(form)})
        except Refused as refusal:
            if not refusal.field:
                return refused(request, refusal, back=back)
            form.add_error(form.field_of(refusal.field), str(refusal.message))
    return render(request, "terms/set.html", context, status=422 if form.errors else 200)


@require_POST
@fresh
@requires(TERM_CHANGE)
def withdraw_term(request: ActorRequest, name: str, pk: int) -> HttpResponse:
    row = selectors.get_carrier_row(_term(name).name, pk)
    if row is None:
        raise Http404
    back = reverse("termbook:term", args=[name])
    return _withdrawn(request, back, lambda reason: services.withdraw_term(
        row, actor=request.actor, at=timezone.now(), reason=reason
    ))  # fmt: skip


def _withdrawn(request: ActorRequest, back: str, act: Callable[[str], Any]) -> HttpResponse:
    form = WithdrawForm(request.POST)
    try:
        act(form.cleaned_data["reason"] if form.is_valid() else "")
    except Refused as refusal:
        return refused(request, refusal, back=back)
    messages.success(request, _("Withdrawn. It stays in the history."))
    return redirect(back)


# --- inside one enterprise ---------------------------------------------------------------------


@require_safe
@requires(ENTERPRISE_ADMIN)
def our_terms(request: ActorRequest) -> HttpResponse:
    return _here(request)


@require_safe
@requires(TERM_VIEW)
def terms_here(request: ActorRequest) -> HttpResponse:
    return _here(request)


def _here(request: ActorRequest) -> HttpResponse:
    """What binds this enterprise today, where it comes from, and what comes next."""
    today = selectors.get_today(request.actor, timezone.now())
    is_staff = request.actor.is_staff
    areas = lists.bound_areas(selectors.list_bound(request.actor, today=today), today=today, is_staff=is_staff)
    return render(request, "terms/here.html", {"areas": areas, "withdraw_form": WithdrawForm()})


@require_http_methods(["GET", "HEAD", "POST"])
@fresh
@requires(TERM_AGREE)
def agree(request: ActorRequest) -> HttpResponse:
    """Agree on one term with this enterprise: the form, its preview, the agreement."""
    term = _term(request.GET.get("term", ""))
    rows = selectors.list_agreed_rows(request.actor, term.name)
    standing = selectors.value_here(request.actor, term, "", selectors.get_today(request.actor, timezone.now()))
    initial = {"seen": rows[0].pk if rows else 0, "starts_on": timezone.localdate()}
    form = AgreementForm(term, standing, request.POST or None, initial=initial, can_end=bool(rows))

    def preview() -> dict[str, Any]:
        contract = form.cleaned_data.get("contract", "")
        row = services.prepare_agreed(term, _wish(form), contract=contract, actor=request.actor, at=timezone.now())
        before = selectors.value_here(request.actor, term, contract, row.starts_on)
        after = selectors.value_here(request.actor, term, contract, row.starts_on, wanted=row)
        return {
            "row": row,
            "place": lists.place_words(row),
            "before": term.spoken(before),
            "after": term.spoken(after),
            "follows": _follows(term, rows, row),
        }

    def act() -> str:
        contract = form.cleaned_data.get("contract", "")
        services.agree_term(term, _wish(form), contract=contract, actor=request.actor, at=timezone.now())
        return _("Agreed. The customer's administrators see it on their page of terms.")

    return _settled(request, term, form, preview, act, back=_home(request))


@require_POST
@fresh
@requires(TERM_AGREE)
def withdraw_agreed(request: ActorRequest, pk: int) -> HttpResponse:
    row = selectors.get_agreed_row(request.actor, pk)
    if row is None:
        raise Http404
    return _withdrawn(request, _home(request), lambda reason: services.withdraw_agreed(
        row, actor=request.actor, at=timezone.now(), reason=reason
    ))  # fmt: skip


def _home(request: ActorRequest) -> str:
    return reverse("terms:here", args=[request.actor.enterprise_public_id])
