"""The one way out: every file leaves as a download that no browser runs."""

from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from portal.errors import Refused
from portal.files.names import clean
from portal.models import StoredFile


def download(content: "bytes | File[Any]", *, name: str, media_type: str) -> HttpResponseBase:
    """An answer that is saved and not shown, whatever its content says it is."""
    answer: HttpResponseBase
    answer = HttpResponse(content) if isinstance(content, bytes) else FileResponse(content)
    answer["Content-Type"] = media_type
    answer["Content-Disposition"] = content_disposition_header(True, clean(name)) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, no-store"
    return answer


def hand_out(stored: StoredFile) -> HttpResponseBase:
    """A stored file, from the storage and not through the database. Raises Refused where it is gone."""
    try:
        content = default_storage.open(stored.key)
    except OSError as error:
        raise Refused(
            _("This file is not where it was kept, so you cannot have it now."),
            way_out=_("Its line stays in the story. Please add it again, or tell your account team."),
        ) from error
    answer = download(content, name=stored.name, media_type=stored.media_type)
    answer["Content-Length"] = str(stored.size)
    return answer
