"""What we take, and how it is looked at before it is kept."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from functools import partial
from typing import Any

import puremagic
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

from portal import terms
from portal.errors import Refused, Text
from portal.files import archives, names, pictures
from portal.files.archives import OFFICE, PACKED, Unpacked

_HEAD = 8192  # bytes: every mark we ask for stands in them
_OFFICE_TYPE = "application/vnd.openxmlformats-officedocument"
# A document that acts. What hides it in a packed stream is not found, so a PDF leaves as a download all the same.
_ACTING_PDF = re.compile(rb"/(JavaScript|Launch|EmbeddedFile|RichMedia|XFA)\b")


class NotAccepted(Refused):
    """A file that we do not take; its message names the file and the way out."""

    def __init__(self, message: Text, name: str, **facts: Any) -> None:
        super().__init__(message % {"name": name, **facts}, field="uploads")


@dataclass(frozen=True)
class Limits:
    """How large and how many files may be: the terms of these names under ``files.``, as they bind."""

    megabytes: int
    at_once: int
    person_daily_files: int
    person_daily_megabytes: int
    enterprise_files: int
    enterprise_megabytes: int

    @property
    def bytes(self) -> int:
        return self.megabytes * 1_000_000


def limits(enterprise_id: int | None, *, on: date) -> Limits:
    """What binds this enterprise on a day."""
    names = [each.name for each in fields(Limits)]
    found = terms.values([f"files.{name}" for name in names], on=on, enterprise_id=enterprise_id)
    return Limits(**{name: found[f"files.{name}"] for name in names})


@dataclass(frozen=True)
class Accepted:
    """A file as it will be kept: its name cleaned, its content looked at."""

    name: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Kind:
    """A kind of file: what its content begins with, and the check that gives back what is kept."""

    media_type: str
    marks: frozenset[str]
    check: Callable[[bytes], bytes]


class _Refusal(Exception):
    """Why a content is not taken, to be said with the file's name."""


def accept(upload: "File[bytes]", *, limits: Limits) -> Accepted:
    """Look at one upload; the same upload may be looked at twice, as when a request is tried again.

    Raises NotAccepted for what is empty, too large, of no kind we take, or not what its name says.
    """
    name = names.clean(upload.name or "")
    if not upload.size:
        raise NotAccepted(_("%(name)s is empty. Save it again, and choose it anew."), name)
    if upload.size > limits.bytes:
        message = _("%(name)s is larger than %(most)s MB. Send a smaller version, or split it.")
        raise NotAccepted(message, name, most=limits.megabytes)
    kind = KINDS.get(names.ending(name))
    if kind is None:
        raise NotAccepted(_("%(name)s is of a kind that we do not take. We take %(kinds)s."), name, kinds=WORDS)
    upload.seek(0)
    content = upload.read()
    if kind.marks and not kind.marks & _kinds_by_content(content):
        raise NotAccepted(_NOT_WHAT_IT_SAYS, name)
    try:
        return Accepted(name, kind.media_type, kind.check(content))
    except (pictures.Broken, archives.Broken, _Refusal) as refusal:
        raise NotAccepted(WHY[str(refusal)], name) from refusal


def _kinds_by_content(content: bytes) -> set[str]:
    try:
        return {match.extension for match in puremagic.magic_string(content[:_HEAD])}
    except (puremagic.PureError, ValueError):
        return set()


def _text(content: bytes) -> bytes:
    try:
        content.decode()
    except UnicodeDecodeError:
        raise _Refusal("no utf-8") from None
    if b"\0" in content:
        raise _Refusal("not what it says")
    return content


def _pdf(content: bytes) -> bytes:
    if not content.startswith(b"%PDF-"):
        raise _Refusal("not what it says")
    if _ACTING_PDF.search(content):
        raise _Refusal("acts")
    return content


def _archive(content: bytes) -> bytes:
    allowed = frozenset(KINDS) - {"zip"}
    with Unpacked(content) as unpacked:
        unpacked.require_sound()
        unpacked.require_endings(allowed)
    return content


def _office(main_part: str, content: bytes) -> bytes:
    with Unpacked(content) as unpacked:
        unpacked.require_sound()
        unpacked.require_office(main_part)
    return content


def _picture(picture_format: str) -> Kind:
    endings = {"JPEG": {".jpg", ".jpeg", ".jfif"}}.get(picture_format, {f".{picture_format.lower()}"})
    return Kind(f"image/{picture_format.lower()}", frozenset(endings), partial(pictures.drawn_anew, picture_format))


def _office_kind(ending: str, media_type: str) -> Kind:
    return Kind(f"{_OFFICE_TYPE}.{media_type}", PACKED, partial(_office, OFFICE[ending]))


KINDS: dict[str, Kind] = {
    "pdf": Kind("application/pdf", frozenset({".pdf"}), _pdf),
    "png": _picture("PNG"),
    "jpg": _picture("JPEG"),
    "jpeg": _picture("JPEG"),
    "gif": _picture("GIF"),
    "webp": _picture("WEBP"),
    "docx": _office_kind("docx", "wordprocessingml.document"),
    "xlsx": _office_kind("xlsx", "spreadsheetml.sheet"),
    "pptx": _office_kind("pptx", "presentationml.presentation"),
    "csv": Kind("text/csv; charset=utf-8", frozenset(), _text),
    "txt": Kind("text/plain; charset=utf-8", frozenset(), _text),
    "zip": Kind("application/zip", PACKED, _archive),
}
WORDS = "PDF, PNG, JPG, GIF, WEBP, DOCX, XLSX, PPTX, CSV, TXT, ZIP"

_NOT_WHAT_IT_SAYS = _(
    "%(name)s does not hold what its name says. Save it again in the program it comes from, and choose the new file."
)
WHY: dict[str, Text] = {
    "not what it says": _NOT_WHAT_IT_SAYS,
    "no utf-8": _('%(name)s is not plain text in UTF-8. Save it as "CSV UTF-8" or as text in UTF-8.'),
    "acts": _("%(name)s contains a program or another file. Print it to a new PDF, and send that."),
    "cut off": _("%(name)s cannot be read to its end. Save or copy it again, and choose the new file."),
    "too many pixels": _("%(name)s has more than 40 million pixels. Make it smaller, and send that."),
    "unpacks to too much": _("%(name)s unpacks to more than we take. Send fewer or smaller files."),
    "packed in packed": _("%(name)s contains another archive. Unpack it, and send the files themselves."),
    "macros": _("%(name)s contains macros. Save it without them, or as PDF, and send that."),
    "locked": _("%(name)s is locked with a password, so we cannot look at it. Send it unlocked."),
    "foreign inside": _("%(name)s contains files of a kind that we do not take. Leave them out."),
}
