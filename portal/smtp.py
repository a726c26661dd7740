"""The line to the mail server: kept a while for the next mail, with an end, and a word for what nobody can know.

smtplib's timeout is for each read, so that a server which answers a byte a second holds its client
for ever. And Django's backend takes a failing good-bye for a failing mail, which would be sent twice.
"""

import select
import smtplib
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Event, Thread, local
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

_GOOD_BYE = 1.0  # seconds: the mail is taken already
_IDLE = 5.0  # seconds that a line waits for the next mail
_MAILS = 100  # over one line: servers count them, and some grow slow


class Doubtful(smtplib.SMTPException):
    """The line broke after the mail was handed over: the server may have taken it, or not."""


class _Watch(Thread):
    """Hangs a line up when its time has come, by a handle of its own: TLS takes the socket itself over."""

    def __init__(self, line: socket.socket, until: float) -> None:
        super().__init__(daemon=True)
        self._handle, self.until = line.dup(), until
        self._over = Event()
        self.start()

    def run(self) -> None:
        # The end is moved while this waits: a look each second finds it.
        while (left := self.until - monotonic()) > 0:
            if self._over.wait(min(left, 1.0)):
                break
        else:
            with suppress(OSError):
                self._handle.shutdown(socket.SHUT_RDWR)
        self._handle.close()

    def end(self) -> None:
        self._over.set()


class _Bounded(smtplib.SMTP):
    """Hangs up at its time, however slowly the server speaks."""

    mails = 0
    _is_handed_over = False
    _watch: _Watch

    def __init__(self, *where: Any, until: float, **how: Any) -> None:
        self._until = until
        super().__init__(*where, **how)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        made: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self._watch = _Watch(made, self._until)
        return made

    def live(self, until: float) -> None:
        """When it is hung up now."""
        self._watch.until = until

    def is_open(self) -> bool:
        """Whether the server still listens; what it says unasked is a good-bye."""
        return self.sock is not None and not select.select([self.sock], [], [], 0)[0]

    def close(self) -> None:
        super().close()
        self._watch.end()

    def send(self, s: Any) -> None:
        # smtplib gives commands as text, and the mail alone as bytes.
        self._is_handed_over = isinstance(s, bytes)
        super().send(s)

    def data(self, msg: Any) -> tuple[int, bytes]:
        try:
            code, said = super().data(msg)
        except smtplib.SMTPException as error:
            if self._is_handed_over:
                raise Doubtful(str(error)) from error
            raise
        if code < 200:
            raise Doubtful(f"The answer was cut off after {code}.")
        return code, said


class _BoundedSSL(smtplib.SMTP_SSL, _Bounded):
    """The same, encrypted from the first byte."""

    def __init__(self, *where: Any, until: float, **how: Any) -> None:
        self._until = until
        smtplib.SMTP_SSL.__init__(self, *where, **how)


class Line(EmailBackend):
    """Django's SMTP backend over a line that ends, and that this thread's next mail finds open."""

    connection: _Bounded | None
    _until = 0.0

    def open(self) -> bool | None:
        # For the whole of a mail, on however many lines: another worker may have it when the lease is over.
        self._until = monotonic() + settings.MAIL_SECONDS
        self.connection = self._take()
        if self.connection is None:
            return self._open_fresh()
        self.connection.live(self._until)
        return True

    def _open_fresh(self) -> bool | None:
        opened: bool | None = super().open()
        return opened

    def close(self) -> None:
        line, self.connection = self.connection, None
        if line is None:
            return
        if line.mails and line.mails < _MAILS and line.is_open():
            line.live(monotonic() + _IDLE)
            _kept.line, _kept.key = line, self._key
        else:
            _say_good_bye(line)

    @property
    def connection_class(self) -> Callable[..., smtplib.SMTP]:  # type: ignore[override]
        return partial(_BoundedSSL if self.use_ssl else _Bounded, until=self._until)

    @property
    def _key(self) -> tuple[object, ...]:
        return self.host, self.port, self.username, self.password, self.use_tls, self.use_ssl, self.timeout

    def _take(self) -> _Bounded | None:
        """The line that this thread kept to the same server, unless it has been hung up."""
        line: _Bounded | None = getattr(_kept, "line", None)
        _kept.line = None
        if line is None or (_kept.key == self._key and line.is_open()):
            return line
        line.close()
        return None

    def _send(self, message: EmailMessage) -> bool:
        line = self.connection
        assert line
        try:
            sent: bool = super()._send(message)  # type: ignore[misc]
        except smtplib.SMTPException as error:
            # No further mail goes over a line that one failed on.
            self.connection = None
            _say_good_bye(line)
            if not (line.mails and _is_of_the_line(error)):
                raise
            # Hung up just now, before the mail was handed over: a fresh line knows nothing of that.
            self._open_fresh()
            return self._send(message)
        line.mails += 1
        return sent


def _is_of_the_line(error: smtplib.SMTPException) -> bool:
    """Whether it tells that the line is gone (a doubt is none of these: the mail was handed over)."""
    return isinstance(error, smtplib.SMTPServerDisconnected) or (
        isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code == 421
    )


def _say_good_bye(line: smtplib.SMTP) -> None:
    with suppress(OSError):
        if line.sock:
            line.sock.settimeout(_GOOD_BYE)
        line.quit()
    line.close()


_kept = local()
