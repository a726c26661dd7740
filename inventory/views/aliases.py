"""Many of the customer's own names from one file: uploaded, shown row by row, then written as they were shown."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from inventory import selectors, services
from inventory.permissions import Permission
from inventory.views import sheet
from portal import sheets, uploads
from portal.csvfile import csv_response
from portal.errors import Refused
from portal.http import ActorRequest
from portal.policy import requires
from portal.uploads import FileForm

_SALT = "inventory.aliases"


@require_safe
@requires(Permission.SERVICE_RENAME)
def template(request: ActorRequest) -> HttpResponse:
    """The services that the person may name, with the names they have: to be filled in and sent back."""
    rows = selectors.list_named_services(request.actor).order_by("number")[: _limits(request).rows]
    name = f"{request.actor.enterprise_public_id}-service-names"
    return csv_response(name, sheet.COLUMNS, [sheet.row_of(each) for each in rows])


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SERVICE_RENAME)
def name_many(request: ActorRequest) -> HttpResponse:
    """The file is asked for; what it would change is shown; only what was shown is written."""
    if request.method != "POST":
        return _ask(request, FileForm())
    if "sealed" in request.POST:
        return _write(request)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _ask(request, form)
    try:
        return _preview(request, _judged(request, _read(request, form.cleaned_data["file"])))
    except sheets.NoTable as fault:
        form.add_error("file", str(fault))
        return _ask(request, form)


def _ask(request: ActorRequest, form: FileForm) -> HttpResponse:
    context = {"form": form, "limits": _limits(request), "columns": sheet.COLUMNS, "required": sheet.REQUIRED}
    return render(request, "inventory/aliases.html", context, status=422 if form.errors else 200)


def _limits(request: ActorRequest) -> uploads.Limits:
    return uploads.limits("service", request.actor, on=timezone.localdate())


def _read(request: ActorRequest, upload: Any) -> sheets.Looked:
    return uploads.read(upload, columns=sheet.COLUMNS, required=sheet.REQUIRED, most=_limits(request))


def _judged(request: ActorRequest, looked: sheets.Looked) -> sheets.Looked:
    typed = [row.get("service", "") for row in looked.rows]
    return sheet.look_at(looked, selectors.resolve_numbers(selectors.list_named_services(request.actor), typed))


def _preview(request: ActorRequest, looked: sheets.Looked) -> HttpResponse:
    changes = sheet.changes_of(looked)
    context = {
        "looked": looked,
        "rows": uploads.shown(looked, sheet.SHOWN),
        "columns": sheet.SHOWN,
        "changes": changes,
        "same": len(looked.rows) - len(changes),
        "sealed": uploads.seal(looked, request.actor, salt=_SALT),
    }
    return render(request, "inventory/aliases_preview.html", context, status=200 if looked.is_sound else 422)


def _write(request: ActorRequest) -> HttpResponse:
    """What was shown, looked at once more."""
    actor = request.actor
    sealed = uploads.unseal(request.POST["sealed"], actor, salt=_SALT)
    if sealed is None:
        return _ask(request, FileForm.refused(_("The preview is too old. Nothing was written: choose the file again.")))
    looked = _judged(request, sealed)
    if not looked.is_sound:
        return _preview(request, looked)
    names = sheet.changes_of(looked)
    try:
        services.rename_services(names, actor=actor, at=timezone.now())
    except Refused as refusal:
        return _ask(request, FileForm.refused(f"{refusal.message} {refusal.way_out}"))
    words = ngettext("%(n)s service has its new name.", "%(n)s services have their new names.", len(names))
    messages.success(request, words % {"n": len(names)})
    return redirect(reverse("services:list", args=[actor.enterprise_public_id]))
