"""Archives and office documents, which are archives too: opened, counted, and looked into."""

import io
import stat
import zipfile
import zlib
from types import TracebackType
from typing import Self

MOST_ENTRIES = 1_000
MOST_BYTES = 200_000_000
MOST_RATIO = 100
_PIECE = 2**20
PACKED = frozenset({".zip", ".docx", ".xlsx", ".pptx"})
# The part without which it is no such document.
OFFICE = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
_CONTENT_TYPES = "[Content_Types].xml"
_ARCHIVES = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"Rar!",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd",
)
_ARCHIVE_ENDINGS = (".zip", ".rar", ".7z", ".gz", ".bz2", ".xz", ".zst", ".tar", ".tgz", ".jar", ".cab", ".iso", ".lzh")


class Broken(Exception):
    """An archive that we do not take; says why."""


class Unpacked:
    """An archive in memory, read entry by entry and never to disk."""

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise Broken("not what it says") from error
        self._entries = self._zip.infolist()
        self._size = len(content)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._zip.close()

    def require_sound(self) -> None:
        """At most 1,000 entries, 200 MB in all and a hundred times the archive; unlocked, flat, true to its index."""
        if len(self._entries) > MOST_ENTRIES:
            raise Broken("unpacks to too much")
        total = sum(entry.file_size for entry in self._entries)
        if total > MOST_BYTES or total > MOST_RATIO * max(self._size, 1_000):
            raise Broken("unpacks to too much")
        for entry in self._entries:
            self._require_plain(entry)
            self._read_through(entry)

    @staticmethod
    def _require_plain(entry: zipfile.ZipInfo) -> None:
        if entry.flag_bits & 0x1:
            raise Broken("locked")
        parts = entry.filename.replace("\\", "/").split("/")
        if entry.filename.startswith(("/", "\\")) or ".." in parts or stat.S_ISLNK(entry.external_attr >> 16):
            raise Broken("not what it says")
        if entry.filename.casefold().endswith(_ARCHIVE_ENDINGS):
            raise Broken("packed in packed")

    def _read_through(self, entry: zipfile.ZipInfo) -> None:
        """The index can lie: what is read must be as long as it says, and its checksum right."""
        try:
            with self._zip.open(entry) as source:
                piece = source.read(_PIECE)
                if piece.startswith(_ARCHIVES):
                    raise Broken("packed in packed")
                while piece:
                    piece = source.read(_PIECE)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError) as error:
            raise Broken("cut off") from error

    def require_endings(self, allowed: frozenset[str]) -> None:
        """Only files of these kinds; folders are none."""
        for entry in self._entries:
            if not entry.is_dir() and entry.filename.rpartition(".")[2].casefold() not in allowed:
                raise Broken("foreign inside")

    def require_office(self, main_part: str) -> None:
        """An office document of the kind whose main part this is, without macros."""
        found = {entry.filename for entry in self._entries}
        if main_part not in found or _CONTENT_TYPES not in found:
            raise Broken("not what it says")
        types = self._zip.read(_CONTENT_TYPES)
        if b"macroEnabled" in types or any("vbaproject" in name.casefold() for name in found):
            raise Broken("macros")
