"""The line to the mail server: one mail a conversation, with an end, and a word for what nobody can know.

smtplib's timeout is for each read, so that a server which answers a byte a second holds its client
for ever. And Django's backend takes a failing good-bye for a failing mail, which would be sent twice.
"""

import smtplib
import socket
from contextlib import suppress
from threading import Timer
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

_GOOD_BYE = 1.0  # seconds: the mail is taken already


class Doubtful(smtplib.SMTPException):
    """The line broke after the mail was handed over: the server may have taken it, or not."""


class _Bounded(smtplib.SMTP):
    """Hangs up after MAIL_SECONDS, however slowly the server speaks."""

    _is_handed_over = False
    _handle: socket.socket
    _watch: Timer | None = None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        until = monotonic() + settings.MAIL_SECONDS
        made: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        # TLS takes the socket over, so the watch hangs up by a handle of its own on the same line.
        self._handle = made.dup()
        self._watch = Timer(max(until - monotonic(), 0), self._hang_up)
        self._watch.daemon = True
        self._watch.start()
        return made

    def close(self) -> None:
        super().close()
        if self._watch:
            self._watch.cancel()
            self._handle.close()

    def _hang_up(self) -> None:
        with suppress(OSError):
            self._handle.shutdown(socket.SHUT_RDWR)

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


class Line(EmailBackend):
    """Django's SMTP backend over a line that ends."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _BoundedSSL if self.use_ssl else _Bounded

    def _close_connection(self, connection: smtplib.SMTP) -> None:
        with suppress(OSError):
            if connection.sock:
                connection.sock.settimeout(_GOOD_BYE)
            connection.quit()
        connection.close()
