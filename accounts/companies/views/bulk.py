"""Many accounts from one file: uploaded, shown row by row, then written as they were shown."""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.companies import lists, loading, selectors, services
from accounts.companies.forms import FileForm, NewAccountForm
from accounts.models import Account, Delivery
from accounts.permissions import Permission
from portal import sheets
from portal.csvfile import csv_response
from portal.errors import Refused
from portal.http import ActorRequest
from portal.policy import requires

REQUIRED = ("number", "name")
_SALT, _HOURS = "accounts.bulk", 2
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
    limits = selectors.bulk_limits(request.actor, on=timezone.localdate())
    context = {"form": form, "limits": limits, "columns": lists.ACCOUNT_FIELDS, "required": REQUIRED,
               "deliveries": Delivery.choices}  # fmt: skip
    return render(request, "accounts/bulk.html", context, status=422 if form.errors else 200)


def _looked(request: ActorRequest, upload: Any) -> sheets.Looked:
    limits = selectors.bulk_limits(request.actor, on=timezone.localdate())
    if upload.size > limits.kilobytes * 1000:
        raise sheets.NoTable(
            _("This file is larger than %(most)s kB. Divide it into several.") % {"most": limits.kilobytes}
        )
    looked = sheets.read(upload.read(), columns=lists.ACCOUNT_FIELDS, required=REQUIRED, most=limits.rows)
    return _judged(looked)


def _judged(looked: sheets.Looked) -> sheets.Looked:
    taken = selectors.taken_numbers([row.get("number", "") for row in looked.rows])
    return loading.look_at(looked, _judge, taken=taken)


def _judge(row: Any) -> tuple[dict[str, Any] | None, dict[str, str]]:
    form = NewAccountForm(Account(), {"currency": "USD", "country": "US", **row, "seen": "0"})
    if form.is_valid():
        return form.record, {}
    return None, {name: " ".join(str(each) for each in errors) for name, errors in form.errors.items()}


def _preview(request: ActorRequest, looked: sheets.Looked, refusal: Refused | None = None) -> HttpResponse:
    actor = request.actor
    sealed = signing.dumps([actor.enterprise_id, actor.user_id, looked.rows, looked.lines], salt=_SALT, compress=True)
    wrong: dict[int, list[sheets.Fault]] = {}
    for fault in looked.faults:
        wrong.setdefault(fault.line, []).append(fault)
    rows = [{"line": line, "cells": [row.get(name, "") for name in lists.ACCOUNT_FIELDS], "faults": wrong.get(line, [])}
            for line, row in zip(looked.lines, looked.rows, strict=True)]  # fmt: skip
    context = {"looked": looked, "rows": rows, "columns": lists.ACCOUNT_FIELDS, "sealed": sealed, "refusal": refusal}
    return render(request, "accounts/bulk_preview.html", context, status=200 if looked.is_sound else 422)


def _write(request: ActorRequest) -> HttpResponse:
    """What was shown, looked at once more: the seal says that nobody changed it meanwhile."""
    actor = request.actor
    try:
        enterprise_id, user_id, rows, lines = signing.loads(request.POST["sealed"], salt=_SALT, max_age=_HOURS * 3600)
    except signing.BadSignature:
        enterprise_id, user_id, rows, lines = None, None, [], []
    if (enterprise_id, user_id) != (actor.enterprise_id, actor.user_id):
        form = FileForm(request.POST)
        form.full_clean()
        form.errors.pop("file", None)
        form.add_error("file", _("The preview is too old. Nothing was written: choose the file again."))
        return _ask(request, form)
    looked = _judged(sheets.Looked(rows=rows, lines=lines))
    if not looked.is_sound:
        return _preview(request, looked)
    try:
        made = services.add_accounts(looked.records, actor=actor, at=timezone.now())
    except services.NumberTaken as refusal:
        looked.faults.append(sheets.Fault(lines[int(refusal.within or 0)], "number", str(refusal.message)))
        return _preview(request, looked, refusal)
    words = ngettext("%(n)s account is added.", "%(n)s accounts are added.", len(made)) % {"n": len(made)}
    messages.success(request, words)
    return redirect(reverse("accounts:accounts", args=[actor.enterprise_public_id]))
