"""Many people from one file: uploaded, shown row by row, then invited as they were shown."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import services
from accounts.people import selectors
from accounts.people.forms import InviteForm
from accounts.permissions import Permission
from accounts.rules import Rights
from portal import sheets, terms
from portal.csvfile import csv_response
from portal.errors import Refused
from portal.http import ActorRequest
from portal.policy import fresh, requires

COLUMNS = ("email", "name", "title", "language", "administrator", "permissions", "accounts")
REQUIRED = ("email", "name")
_SALT, _HOURS = "people.bulk", 2
_SEVERAL = ";"  # between permissions, and between accounts


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"required": gettext_lazy("Choose a file."), "empty": gettext_lazy("This file is empty.")},
    )


@require_safe
@requires(Permission.USER_ADMIN)
def template(request: ActorRequest) -> HttpResponse:
    """The columns, with one row to be overwritten."""
    example = ["ana.ruiz@example.com", "Ana Ruiz", "", "en", "no", f"order.view{_SEVERAL}billing.view", ""]
    return csv_response("people", list(COLUMNS), [example])


@require_http_methods(["GET", "HEAD", "POST"])
@fresh
@requires(Permission.USER_ADMIN)
def invite_many(request: ActorRequest) -> HttpResponse:
    """The file is asked for; whom it would invite is shown; only who was shown is invited."""
    if request.method != "POST":
        return _ask(request, FileForm())
    if "sealed" in request.POST:
        return _invite(request)
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            return _preview(request, _judged(request, _read(request, form.cleaned_data["file"])))
        except sheets.NoTable as fault:
            form.add_error("file", str(fault))
    return _ask(request, form)


def _limits(request: ActorRequest) -> dict[str, Any]:
    names, today = ["people.bulk_rows", "people.bulk_kilobytes"], timezone.localdate()
    found = terms.values(names, on=today, enterprise_id=request.actor.enterprise_id)
    return {name.rpartition("_")[2]: value for name, value in found.items()}


def _ask(request: ActorRequest, form: FileForm) -> HttpResponse:
    context = {"form": form, "limits": _limits(request), "columns": COLUMNS, "required": REQUIRED}
    return render(request, "people/bulk.html", context, status=422 if form.errors else 200)


def _read(request: ActorRequest, upload: Any) -> sheets.Looked:
    limits = _limits(request)
    if upload.size > limits["kilobytes"] * 1000:
        words = _("This file is larger than %(most)s kB. Divide it into several.")
        raise sheets.NoTable(words % {"most": limits["kilobytes"]})
    return sheets.read(upload.read(), columns=COLUMNS, required=REQUIRED, most=limits["rows"])


def _judged(request: ActorRequest, looked: sheets.Looked) -> sheets.Looked:
    """What each row comes to, and what is wrong with it."""
    here = selectors.list_emails(request.actor, [row.get("email", "").lower() for row in looked.rows])
    seen: dict[str, int] = {}
    for line, row in zip(looked.lines, looked.rows, strict=True):
        email = row.get("email", "").lower()
        if email in here:
            looked.faults.append(sheets.Fault(line, "email", _("%(email)s is here already.") % {"email": email}))
        elif email in seen:
            words = _("The address stands in line %(line)s already.") % {"line": seen[email]}
            looked.faults.append(sheets.Fault(line, "email", words))
        seen.setdefault(email, line)
        form = _form(request, row)
        if form.is_valid():
            looked.records.append({"form": form})
        looked.faults += [
            sheets.Fault(line, _COLUMN_OF.get(name, name), " ".join(str(each) for each in errors))
            for name, errors in form.errors.items()
        ]
    looked.faults.sort(key=lambda each: each.line)
    return looked


_COLUMN_OF = {"scopes": "accounts", "start": "administrator"}


def _form(request: ActorRequest, row: dict[str, str]) -> InviteForm:
    """The row as the form of one invitation has it."""
    is_administrator = row.get("administrator", "").strip().lower() in _YES
    permissions = [each.strip() for each in row.get("permissions", "").split(_SEVERAL) if each.strip()]
    scopes = "\n".join(each.strip() for each in row.get("accounts", "").split(_SEVERAL) if each.strip())
    typed = {
        "email": row.get("email", ""),
        "name": row.get("name", ""),
        "title": row.get("title", ""),
        "language": row.get("language", "").lower() or request.actor.language,
        "start": "administrator" if is_administrator else "chosen" if permissions else "nothing",
        "permissions": permissions,
        "where": "some" if scopes else "whole",
        "scopes": scopes,
    }
    return InviteForm(request.actor, typed, may_administer=services.is_administrator(request.actor))


_YES = {"yes", "y", "true", "1", "x", "sí", "si", "sim", "s"}


def _preview(request: ActorRequest, looked: sheets.Looked) -> HttpResponse:
    actor = request.actor
    sealed = signing.dumps([actor.enterprise_id, actor.user_id, looked.rows, looked.lines], salt=_SALT, compress=True)
    wrong = {fault.line for fault in looked.faults}
    rows = [
        {"line": line, "cells": [row.get(name, "") for name in COLUMNS], "faults": line in wrong}
        for line, row in zip(looked.lines, looked.rows, strict=True)
    ]
    context = {"looked": looked, "rows": rows, "columns": COLUMNS, "sealed": sealed}
    return render(request, "people/bulk_preview.html", context, status=200 if looked.is_sound else 422)


def _invite(request: ActorRequest) -> HttpResponse:
    """What was shown, looked at once more: the seal says that nobody changed it meanwhile."""
    actor = request.actor
    try:
        enterprise_id, user_id, rows, lines = signing.loads(request.POST["sealed"], salt=_SALT, max_age=_HOURS * 3600)
    except signing.BadSignature:
        enterprise_id, user_id, rows, lines = None, None, [], []
    if (enterprise_id, user_id) != (actor.enterprise_id, actor.user_id):
        form = FileForm(request.POST)
        form.errors.clear()
        form.add_error("file", _("The preview is too old. Nobody was invited: choose the file again."))
        return _ask(request, form)
    looked = _judged(request, sheets.Looked(rows=rows, lines=lines))
    if not looked.is_sound:
        return _preview(request, looked)
    try:
        services.invite_many([_wish(each["form"]) for each in looked.records], actor=actor, at=timezone.now())
    except Refused as refusal:
        looked.faults.append(sheets.Fault(lines[int(refusal.within or 0)], refusal.field or "", str(refusal.message)))
        return _preview(request, looked)
    words = ngettext("%(n)s person is invited.", "%(n)s people are invited.", len(rows)) % {"n": len(rows)}
    messages.success(request, words)
    return redirect(reverse("people:list", args=[actor.enterprise_public_id]))


def _wish(form: InviteForm) -> tuple[services.Invited, Rights]:
    data = form.cleaned_data
    return services.Invited(data["email"], data["name"], data["title"], data["language"]), form.rights(None)
