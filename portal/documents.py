"""Documents as PDF, by WeasyPrint, from our own templates, without network and without files.

WeasyPrint is imported when the first document is asked for: it needs system libraries (Pango),
and a machine that lacks them must still serve everything else.
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

from portal.errors import Refused

log = logging.getLogger(__name__)

# Documents name what they embed by an address of this scheme, and can have nothing else.
SCHEME = "asset:"
A4, LETTER = "A4", "letter"


class DocumentsUnavailable(Refused):
    """No document can be made on this machine now."""

    message = _("Documents cannot be made on this machine at the moment.")
    way_out = _("Everything else works, and what you see here is complete. We know of it; please come back later.")


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

    Raises DocumentsUnavailable where WeasyPrint or its libraries are missing. It takes seconds: never in a request.
    """
    assets = known_assets()
    frame = {"carrier": settings.CARRIER, "paper": paper, "font_url": f"{SCHEME}inter" if assets else ""}
    with translation.override(language), timezone.override(time_zone):
        return print_html(render_to_string(template, {**frame, **context}), assets)


def print_html(html: str, assets: Mapping[str, Asset]) -> bytes:
    """The PDF of finished HTML, which can reach the given assets and nothing else."""
    weasyprint = _weasyprint()
    try:
        # No base address, so that relative ones lead nowhere either.
        document = weasyprint.HTML(string=html, base_url=None, url_fetcher=_fetcher(assets), media_type="print")
        return bytes(document.write_pdf(pdf_tags=True))
    except weasyprint.urls.FatalURLFetchingError as error:
        # It is no Exception, and would end a worker that catches those.
        raise DocumentsUnavailable() from error


def _fetcher(assets: Mapping[str, Asset]) -> Any:
    """Serve the known assets; refuse every other address, which is then left out of the page."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    # A subclass and not a function: when a function refuses, WeasyPrint 70 fails with an AttributeError.
    class Fetcher(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            asset = assets.get(url)
            if asset is None:
                log.warning("A document asked for %.80r, which it cannot have.", url)
                raise ValueError("Documents embed only what they are given.")
            return URLFetcherResponse(url, asset.content, {"Content-Type": asset.media_type})

    return Fetcher(allowed_protocols=(), allow_redirects=False)


def _weasyprint() -> Any:
    try:
        import weasyprint
        import weasyprint.urls
    except (ImportError, OSError) as error:
        # OSError: the wheel is here, but Pango is not.
        log.error("WeasyPrint cannot start: %s", error)
        raise DocumentsUnavailable() from error
    # They tell of every step and of every table of every font.
    for chatty in ("fontTools", "weasyprint.progress"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    return weasyprint
