"""The audit log of an enterprise, for its administrators and for the carrier's people inside it."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.audit import lists, selectors
from accounts.permissions import Permission
from portal import exports, listing
from portal.http import ActorRequest
from portal.policy import requires


@require_safe
@requires(Permission.AUDIT_VIEW)
def journal(request: ActorRequest) -> HttpResponse:
    rows, columns = selectors.list_journal(request.actor), lists.journal_columns(request.actor)
    return listing.show(request, lists.JOURNAL_LIST, rows, columns, template="audit/journal.html")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.AUDIT_VIEW)
def export_journal(request: ActorRequest) -> HttpResponse:
    return _exported(request, lists.JOURNAL_EXPORT, "audit-log", "audit:journal")


@require_safe
@requires(Permission.AUDIT_VIEW)
def looks(request: ActorRequest) -> HttpResponse:
    rows, columns = selectors.list_looks(request.actor), lists.look_columns(request.actor)
    return listing.show(request, lists.LOOK_LIST, rows, columns, template="audit/looks.html")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.AUDIT_VIEW)
def export_looks(request: ActorRequest) -> HttpResponse:
    return _exported(request, lists.LOOKS_EXPORT, "who-saw-what", "audit:looks")


def _exported(request: ActorRequest, kind: exports.ExportKind, words: str, back: str) -> HttpResponse:
    place = request.actor.enterprise_public_id
    name = f"{place}-{words}-{timezone.localdate():%Y-%m-%d}"
    return exports.answer(request, kind, name=name, back=reverse(back, args=[place]))
