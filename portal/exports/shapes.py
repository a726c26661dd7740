"""How a list is written into a file: as a table for spreadsheets, or as an archive of its rows' own files."""

import io
import zipfile
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from django.utils.translation import gettext as _

from portal import csvfile
from portal.errors import Refused

MOST_BYTES = 500_000_000  # of one archive
# Names and contents of the files that some rows are.
Pack = Callable[[Iterable[Any]], Iterable[tuple[str, bytes]]]


class Target(Protocol):
    """What is written to, from the first byte to the last."""

    def write(self, piece: bytes) -> object: ...


class Shape(Protocol):
    """A file that grows by rows."""

    def add(self, rows: list[Any]) -> None: ...

    def close(self) -> None: ...


class Table:
    """CSV: the header, then a line a row."""

    def __init__(self, target: Target, header: list[str], cells: Callable[[Iterable[Any]], list[list[Any]]]) -> None:
        self._target, self._cells = target, cells
        target.write((csvfile.MARK + csvfile.line(header)).encode())

    def add(self, rows: list[Any]) -> None:
        self._target.write(csvfile.encode(self._cells(rows)))

    def close(self) -> None:
        """Nothing stands after the last line."""


class Archive:
    """ZIP: the files of the rows, as they are. Raises Refused beyond what one archive may hold."""

    def __init__(self, target: Target, pack: Pack, *, most: int = MOST_BYTES) -> None:
        self._zip = zipfile.ZipFile(_Onward(target), "w", zipfile.ZIP_STORED)
        self._pack, self._left = pack, most

    def add(self, rows: list[Any]) -> None:
        for name, content in self._pack(rows):
            self._left -= len(content)
            if self._left < 0:
                raise Refused(_("These files are too large for one archive."), way_out=_("Choose fewer of them."))
            self._zip.writestr(name, content)

    def close(self) -> None:
        self._zip.close()


class _Onward(io.RawIOBase):
    """A file that can only be written on."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def write(self, piece: Any) -> int:
        content = bytes(piece)
        self._target.write(content)
        return len(content)


def archive(rows: list[Any], pack: Pack, *, most: int) -> bytes:
    """A small archive at once."""
    target = io.BytesIO()
    made = Archive(target, pack, most=most)
    made.add(rows)
    made.close()
    return target.getvalue()
