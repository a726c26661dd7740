"""Many accounts from one file: uploaded, shown row by row, then written as they were shown."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.companies import lists, loading, selectors, services
from accounts.companies.forms import NewAccountForm
from accounts.models import Account, Delivery
from accounts.permissions import Permission
from portal import sheets, uploads
from portal.csvfile import csv_response
from portal.errors import Refused
from portal.http import ActorRequest
from portal.policy import requires
from portal.uploads import FileForm

REQUIRED = ("number", "name")
_SALT = "accounts.bulk"
_EXAMPLE = {"number": "5-ABC12", "currency": "USD", "country": "US", "delivery": "electronic", "payment_days": "30"}


@require_safe
@requires(Permission.ACCOUNT_ADD)
def template(request: ActorRequest) -> HttpResponse:
    """The columns, with one row to be overwritten."""
    row = {**_EXAMPLE, "name": _("Head office")}
    return csv_response("accounts", lists.ACCOUNT_FIELDS, [[row.get(name, "") for name in lists.ACCOUNT_FIELDS]])


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ACCOUNT_ADD)
def add_many(request: ActorRequest) -> HttpResponse:
    """The file is asked for; what it would add is shown; only what was shown is written."""
    if request.method != "POST":
        return _ask(request, FileForm())
    if "sealed" in request.POST:
        return _write(request)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _ask(request, form)
    try:
        return _preview(request, _looked(request, form.cleaned_data["file"]))
    except sheets.NoTable as fault:
        form.add_error("file", str(fault))
        return _ask(request, form)


def _ask(request: ActorRequest, form: FileForm) -> HttpResponse:
    context = {"form": form, "limits": _limits(request), "columns": lists.ACCOUNT_FIELDS, "required": REQUIRED,
               "deliveries": Delivery.choices}  # fmt: skip
    return render(request, "accounts/bulk.html", context, status=422 if form.errors else 200)


def _limits(request: ActorRequest) -> uploads.Limits:
    return uploads.limits("account", request.actor, on=timezone.localdate())


def _looked(request: ActorRequest, upload: Any) -> sheets.Looked:
    most = _limits(request)
    return _judged(uploads.read(upload, columns=lists.ACCOUNT_FIELDS, required=REQUIRED, most=most))


def _judged(looked: sheets.Looked) -> sheets.Looked:
    taken = selectors.taken_numbers([row.get("number", "") for row in looked.rows])
    return loading.look_at(looked, _judge, taken=taken)


def _judge(row: Any) -> tuple[dict[str, Any] | None, dict[str, str]]:
    form = NewAccountForm(Account(), {"currency": "USD", "country": "US", **row, "seen": "0"})
    if form.is_valid():
        return form.record, {}
    return None, {name: " ".join(str(each) for each in errors) for name, errors in form.errors.items()}


def _preview(request: ActorRequest, looked: sheets.Looked, refusal: Refused | None = None) -> HttpResponse:
    sealed = uploads.seal(looked, request.actor, salt=_SALT)
    rows = uploads.shown(looked, lists.ACCOUNT_FIELDS)
    context = {"looked": looked, "rows": rows, "columns": lists.ACCOUNT_FIELDS, "sealed": sealed, "refusal": refusal}
    return render(request, "accounts/bulk_preview.html", context, status=200 if looked.is_sound else 422)


def _write(request: ActorRequest) -> HttpResponse:
    """What was shown, looked at once more."""
    actor = request.actor
    sealed = uploads.unseal(request.POST["sealed"], actor, salt=_SALT)
    if sealed is None:
        words = _("The preview is too old. Nothing was written: choose the file again.")
        return _ask(request, FileForm.refused(words))
    looked = _judged(sealed)
    if not looked.is_sound:
        return _preview(request, looked)
    try:
        made = services.add_accounts(looked.records, actor=actor, at=timezone.now())
    except services.NumberTaken as refusal:
        looked.faults.append(sheets.Fault(looked.lines[int(refusal.within or 0)], "number", str(refusal.message)))
        return _preview(request, looked, refusal)
    words = ngettext("%(n)s account is added.", "%(n)s accounts are added.", len(made)) % {"n": len(made)}
    messages.success(request, words)
    return redirect(reverse("accounts:accounts", args=[actor.enterprise_public_id]))
