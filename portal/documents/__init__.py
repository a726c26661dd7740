"""Documents as PDF, by WeasyPrint, from our own templates, without network and without files.

A document is printed in another process, with limits of time and memory (portal.documents.press
and .printer): WeasyPrint needs system libraries (Pango), and a machine that lacks them must still
serve everything else, as must a worker that meets a document without end.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from portal.documents import printer
from portal.documents.press import Press, PrinterGone
from portal.errors import Refused

log = logging.getLogger(__name__)

_press = Press()

# Documents name what they embed by an address of this scheme, and can have nothing else.
SCHEME = "asset:"
A4, LETTER = "A4", "letter"


class DocumentsUnavailable(Refused):
    """No document can be made on this machine now."""

    message = _("Documents cannot be made on this machine at the moment.")
    way_out = _("Everything else works, and what you see here is complete. We know of it; please come back later.")


class DocumentTooHeavy(Refused):
    """A document that takes more time or memory than a document may."""

    message = _("This document is too large to be printed.")
    way_out = _("Everything it says stands on its page, and in the CSV.")


class DocumentFailed(Exception):
    """WeasyPrint met an error in the document: its words, for the carrier's own people."""


@dataclass(frozen=True)
class Asset:
    """A file that a document may embed."""

    content: bytes
    media_type: str


@cache
def known_assets() -> Mapping[str, Asset]:
    """All that a document can embed: the portal's own type."""
    found = finders.find("vendor/inter/inter-latin.woff2")
    return {f"{SCHEME}inter": Asset(Path(found).read_bytes(), "font/woff2")} if found else {}


def render(template: str, context: Mapping[str, Any], *, language: str, time_zone: str, paper: str) -> bytes:
    """The PDF of a template in its reader's language, time zone and paper (A4 or letter).

    Raises DocumentsUnavailable where WeasyPrint or its libraries are missing, and DocumentTooHeavy beyond
    ``PDF_SECONDS`` or ``PDF_MEGABYTES``. It takes seconds: never in a request.
    """
    with translation.override(language), timezone.override(time_zone):
        return print_html(render_to_string(template, {**frame(paper), **context}), known_assets())


def frame(paper: str) -> dict[str, Any]:
    """What every document's template is given."""
    return {"carrier": settings.CARRIER, "paper": paper, "font_url": f"{SCHEME}inter" if known_assets() else ""}


def print_html(html: str, assets: Mapping[str, Asset]) -> bytes:
    """The PDF of finished HTML, which can reach the given assets and nothing else."""
    given = {url: (asset.media_type, asset.content) for url, asset in assets.items()}
    limits = {"seconds": settings.PDF_SECONDS, "megabytes": settings.PDF_MEGABYTES}
    try:
        answer = _press.print(html, given, **limits)
    except PrinterGone as error:
        log.error("The printer is gone: %s", error)
        raise DocumentsUnavailable() from error
    return _content(answer[:1], answer[1:])


def _content(kind: bytes, content: bytes) -> bytes:
    if kind == printer.PRINTED:
        return content
    if kind == printer.TIME:
        raise DocumentTooHeavy(_("Printing takes longer than %(seconds)s seconds.") % {"seconds": settings.PDF_SECONDS})
    if kind == printer.MEMORY:
        most = {"megabytes": settings.PDF_MEGABYTES}
        raise DocumentTooHeavy(_("Printing needs more than %(megabytes)s MB of memory.") % most)
    words = content.decode(errors="replace")
    log.error("A document could not be printed: %s", words)
    if kind == printer.UNAVAILABLE:
        raise DocumentsUnavailable()
    raise DocumentFailed(words)
