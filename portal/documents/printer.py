"""The program that prints: HTML comes in by its input, PDF goes out by its output.

It runs as a child of a worker, without the portal's settings, secrets or connections, and knows
nothing of Django. WeasyPrint is imported once; each document is then printed by a fork, which
has limits of its own and leaves nothing behind, so that a document which eats all the memory or
all the time ends itself alone.

Messages are a length of eight bytes and that much content; answers begin with one byte of Answer.
"""

import base64
import contextlib
import errno
import gc
import importlib
import json
import logging
import os
import resource
import select
import shutil
import signal
import struct
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

LENGTH = struct.Struct(">Q")
READY, UNAVAILABLE, PRINTED, FAILED, TIME, MEMORY = b"R", b"U", b"P", b"F", b"T", b"M"
# Tagged, and marked as accessible, so that who hears a document hears its headings, tables and language.
FORM = {"pdf_tags": True, "pdf_variant": "pdf/ua-1"}
# A document's own files: its fonts while it is printed, and the PDF itself.
MOST_WRITTEN = 200 * 2**20
OUT_OF_MEMORY, WENT_WRONG = 3, 4

log = logging.getLogger("printer")


def read_message(stream: BinaryIO) -> bytes | None:
    """The next message, or None when the other side is gone."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    size = LENGTH.unpack(head)[0]
    content = stream.read(size)
    return content if len(content) == size else None


def write_message(stream: BinaryIO, *parts: bytes) -> None:
    stream.write(LENGTH.pack(sum(len(part) for part in parts)))
    for part in parts:
        stream.write(part)
    stream.flush()


def main() -> None:
    """Say whether printing is possible here, then print until the other side is gone."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    orders, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # Whatever the libraries print must not look like an answer.
    os.dup2(2, 1)
    try:
        _get_ready()
    except (ImportError, OSError) as error:
        # OSError: the wheel is here, but Pango is not.
        write_message(answers, UNAVAILABLE, str(error).encode())
        return
    write_message(answers, READY)
    while (order := read_message(orders)) is not None:
        write_message(answers, *_carry_out(json.loads(order), (orders, answers)))


def _get_ready() -> None:
    """Import and print once, so that no fork has to find fonts and load libraries anew."""
    import weasyprint

    # WeasyPrint imports these when it meets its first font.
    for late in ("fontTools.merge", "fontTools.subset", "fontTools.ttLib.woff2", "fontTools.varLib.instancer"):
        importlib.import_module(late)

    # They tell of every step and of every table of every font.
    for chatty in ("fontTools", "weasyprint.progress"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    weasyprint.HTML(string="<html lang=en><p>ready").write_pdf(**FORM)
    gc.collect()
    gc.freeze()
    # A fork lives for one document: looking for garbage less often makes up for what the fork costs.
    gc.set_threshold(20_000, 20, 20)


def _is_of_memory(error: BaseException | None) -> bool:
    """Whether memory ran out: C code says so in several ways, or fails without a word, which is a SystemError."""
    while error is not None:
        if isinstance(error, MemoryError | SystemError) or getattr(error, "errno", None) == errno.ENOMEM:
            return True
        error = error.__cause__ or error.__context__
    return False


def _carry_out(order: dict[str, Any], inherited: tuple[BinaryIO, BinaryIO]) -> tuple[bytes, bytes]:
    """Print one document in a fork, within its limits; the answer's kind and content."""
    place = Path(tempfile.mkdtemp(prefix="document-"))
    waits, ends = os.pipe()
    try:
        child = os.fork()
        if child == 0:
            os.close(waits)
            _print_and_exit(order, place, inherited)
        os.close(ends)
        # The pipe closes with the child, however it ends.
        is_done = bool(select.select([waits], [], [], order["seconds"])[0])
        if not is_done:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        return (TIME, b"") if not is_done else _answer(status, place)
    finally:
        os.close(waits)
        shutil.rmtree(place, ignore_errors=True)


def _answer(status: int, place: Path) -> tuple[bytes, bytes]:
    if os.WIFSIGNALED(status):
        # Pango and Cairo abort where memory is refused to them.
        return (TIME if os.WTERMSIG(status) == signal.SIGXCPU else MEMORY), b""
    code = os.waitstatus_to_exitcode(status)
    if code == OUT_OF_MEMORY:
        return MEMORY, b""
    return (PRINTED if code == 0 else FAILED), (place / "out").read_bytes()


def _print_and_exit(order: dict[str, Any], place: Path, inherited: tuple[BinaryIO, BinaryIO]) -> None:
    code = WENT_WRONG
    try:
        for stream in inherited:
            os.close(stream.fileno())
        tempfile.tempdir = str(place)
        _limit(order["seconds"], order["megabytes"])
        assets = {url: (kind, base64.b64decode(content)) for url, (kind, content) in order["assets"].items()}
        (place / "out").write_bytes(print_html(order["html"], assets))
        code = 0
    except BaseException as error:
        # FatalURLFetchingError is no Exception. Only its words leave, never its objects.
        if _is_of_memory(error):
            code = OUT_OF_MEMORY
        (place / "out").write_text(f"{type(error).__name__}: {error}"[:500], errors="replace")
    finally:
        os._exit(code)


def _limit(seconds: int, megabytes: int) -> None:
    for what, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, megabytes * 2**20),
        (resource.RLIMIT_FSIZE, MOST_WRITTEN),
        (resource.RLIMIT_CORE, 0),
    ):
        # Some systems know no limit of the address space; the time still ends it there.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def print_html(html: str, assets: Mapping[str, tuple[str, bytes]]) -> bytes:
    """The PDF of finished HTML, which can reach the given assets and nothing else."""
    import weasyprint

    # No base address, so that relative ones lead nowhere either.
    document = weasyprint.HTML(string=html, base_url=None, url_fetcher=fetcher(assets), media_type="print")
    return bytes(document.write_pdf(**FORM))


def fetcher(assets: Mapping[str, tuple[str, bytes]]) -> Any:
    """Serve the known assets; refuse every other address, which is then left out of the page."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    # A subclass and not a function: when a function refuses, WeasyPrint 70 fails with an AttributeError.
    class Fetcher(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url not in assets:
                log.warning("A document asked for %.80r, which it cannot have.", url)
                raise ValueError("Documents embed only what they are given.")
            media_type, content = assets[url]
            return URLFetcherResponse(url, content, {"Content-Type": media_type})

    return Fetcher(allowed_protocols=(), allow_redirects=False)


if __name__ == "__main__":
    main()
