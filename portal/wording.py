"""Collecting what is said on the screen, and what the translations make of it.

Works without the gettext tools, so that the test of translations runs on any machine.
"""

import io
import re
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

KEYWORDS = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_": None,
    "_now": None,  # said at once, where "_" is said later
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
ROOT: Path = settings.BASE_DIR
FOLDERS = ("portal", "accounts", "inventory", "orders", "billing", "templates")
TRANSLATED = ("es", "pt")
_LIBRARIES = ("django", "allauth", "rest_framework")
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]")


def collect() -> Catalog:
    """Every text of the code and the templates that asks to be translated."""
    catalog = Catalog(project="Demarc", charset="utf-8")
    for path in _sources():
        for line, message, _comments, context in extract("python", io.BytesIO(_as_python(path)), keywords=KEYWORDS):
            catalog.add(message, locations=[(str(path.relative_to(ROOT)), line)], context=context)
    return catalog


def _sources() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            is_template = folder == "templates" and path.suffix in {".html", ".txt"}
            if is_template or (path.suffix == ".py" and "migrations" not in path.parts):
                yield path


def _as_python(path: Path) -> bytes:
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        # Indentation means nothing in a template, and much to the tokenizer.
        text = "\n".join(line.strip() for line in templatize(text).splitlines())
    return text.encode()


def po_path(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """The translations of one language as they stand; empty before the first."""
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def update(language: str, collected: Catalog) -> Catalog:
    """Bring a language's file up to the texts there are, keep its words, and compile it."""
    catalog = read(language)
    catalog.update(collected, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.fuzzy, catalog.header_comment = False, f"# The portal's words, {language}."
    # A date of its own would change the file at every run.
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    path = po_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=100, omit_header=False, sort_output=True, include_lineno=False)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, _with_library_words(language, catalog))
    return catalog


def _with_library_words(language: str, catalog: Catalog) -> Catalog:
    """Our Portuguese is Brazil's, but the libraries take "pt" for Portugal's: their words for Brazil come along."""
    everything = Catalog(locale=language, charset="utf-8")
    for package in _LIBRARIES if language == "pt" else ():
        root = Path(str(resources.files(package)))
        for path in sorted(root.glob("**/pt_BR/LC_MESSAGES/django.po")):
            # The reader complains of three plural forms where it expects two; plurals stay Portugal's.
            with path.open("rb") as file, redirect_stdout(io.StringIO()):
                _add(everything, read_po(file, locale="pt_BR", charset="utf-8"))
    _add(everything, catalog)
    return everything


def _add(target: Catalog, source: Catalog) -> None:
    for message in source:
        is_complete = message.string and "fuzzy" not in message.flags
        if message.id and is_complete and (isinstance(message.id, str) or source.locale == target.locale):
            target.delete(message.id, message.context)
            target.add(message.id, message.string, context=message.context)


def missing(catalog: Catalog) -> list[str]:
    """Texts without a translation."""
    return [str(m.id) for m in catalog if m.id and not all(_strings(m.string))]


def broken(catalog: Catalog) -> list[str]:
    """Translations whose placeholders are not those of the text."""
    return [
        str(m.id)
        for m in catalog
        if m.id
        and any(_places(s) != _places(next(iter(_strings(m.id)))) for s in _strings(m.string) if s)
        and not isinstance(m.id, tuple)
    ]


def _strings(text: object) -> Iterable[str]:
    return text if isinstance(text, list | tuple) else [str(text or "")]


def _places(text: str) -> list[str]:
    return sorted(match.group(0) for match in _PLACEHOLDER.finditer(text))
