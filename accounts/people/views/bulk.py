"""Many people from one file: uploaded, shown row by row, then invited as they were shown."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import services
from accounts.people import selectors
from accounts.people.forms import InviteForm
from accounts.permissions import Permission
from accounts.rules import Rights
from portal import sheets, uploads
from portal.csvfile import csv_response
from portal.errors import Refused
from portal.http import ActorRequest
from portal.policy import fresh, requires
from portal.uploads import FileForm

COLUMNS = ("email", "name", "title", "language", "administrator", "permissions", "accounts")
REQUIRED = ("email", "name")
_SALT = "people.bulk"
_SEVERAL = ";"  # between permissions, and between accounts


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
            upload = form.cleaned_data["file"]
            looked = uploads.read(upload, columns=COLUMNS, required=REQUIRED, most=_limits(request))
            return _preview(request, _judged(request, looked))
        except sheets.NoTable as fault:
            form.add_error("file", str(fault))
    return _ask(request, form)


def _limits(request: ActorRequest) -> uploads.Limits:
    return uploads.limits("people", request.actor, on=timezone.localdate())


def _ask(request: ActorRequest, form: FileForm) -> HttpResponse:
    context = {"form": form, "limits": _limits(request), "columns": COLUMNS, "required": REQUIRED}
    return render(request, "people/bulk.html", context, status=422 if form.errors else 200)


def _judged(request: ActorRequest, looked: sheets.Looked) -> sheets.Looked:
    """What each row comes to, and what is wrong with it."""
    here = selectors.list_emails(request.actor, [row.get("email", "").lower() for row in looked.rows])
    may_administer = services.is_administrator(request.actor)
    seen: dict[str, int] = {}
    for line, row in zip(looked.lines, looked.rows, strict=True):
        email = row.get("email", "").lower()
        if email in here:
            looked.faults.append(sheets.Fault(line, "email", _("%(email)s is here already.") % {"email": email}))
        elif email in seen:
            words = _("The address stands in line %(line)s already.") % {"line": seen[email]}
            looked.faults.append(sheets.Fault(line, "email", words))
        seen.setdefault(email, line)
        form = _form(request, row, may_administer=may_administer)
        if form.is_valid():
            looked.records.append({"form": form})
        looked.faults += [
            sheets.Fault(line, _COLUMN_OF.get(name, name), " ".join(str(each) for each in errors))
            for name, errors in form.errors.items()
        ]
    looked.faults.sort(key=lambda each: each.line)
    return looked


_COLUMN_OF = {"scopes": "accounts", "start": "administrator"}


def _form(request: ActorRequest, row: dict[str, str], *, may_administer: bool) -> InviteForm:
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
    return InviteForm(request.actor, typed, may_administer=may_administer)


_YES = {"yes", "y", "true", "1", "x", "sí", "si", "sim", "s"}


def _preview(request: ActorRequest, looked: sheets.Looked) -> HttpResponse:
    sealed = uploads.seal(looked, request.actor, salt=_SALT)
    context = {"looked": looked, "rows": uploads.shown(looked, COLUMNS), "columns": COLUMNS, "sealed": sealed}
    return render(request, "people/bulk_preview.html", context, status=200 if looked.is_sound else 422)


def _invite(request: ActorRequest) -> HttpResponse:
    """What was shown, looked at once more."""
    actor = request.actor
    sealed = uploads.unseal(request.POST["sealed"], actor, salt=_SALT)
    if sealed is None:
        words = _("The preview is too old. Nobody was invited: choose the file again.")
        return _ask(request, FileForm.refused(words))
    looked = _judged(request, sealed)
    if not looked.is_sound:
        return _preview(request, looked)
    try:
        services.invite_many([_wish(each["form"]) for each in looked.records], actor=actor, at=timezone.now())
    except Refused as refusal:
        looked.faults.append(
            sheets.Fault(looked.lines[int(refusal.within or 0)], refusal.field or "", str(refusal.message))
        )
        return _preview(request, looked)
    words = ngettext("%(n)s person is invited.", "%(n)s people are invited.", len(looked.rows)) % {
        "n": len(looked.rows)
    }
    messages.success(request, words)
    return redirect(reverse("people:list", args=[actor.enterprise_public_id]))


def _wish(form: InviteForm) -> tuple[services.Invited, Rights]:
    data = form.cleaned_data
    return services.Invited(data["email"], data["name"], data["title"], data["language"]), form.rights(None)
