"""A mail server on loopback that keeps count, and that can be as bad as any.

It speaks STARTTLS and wants a password, as a carrier's would. What it accepts is counted by
X-Portal-Key at the moment of acceptance, before the answer leaves.
"""

import asyncio
import random
import ssl
import threading
import weakref
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "portal", "smtp-canary-7f3a9c"
Answer = Callable[["Sink", SMTP, str], Coroutine[Any, Any, str]]


def certificate(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """A certificate for loopback that has signed itself, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return path, context


async def accept(sink: "Sink", line: SMTP, key: str) -> str:
    """As a good server does."""
    sink.take(key)
    return "250 OK"


async def accept_slowly(sink: "Sink", line: SMTP, key: str) -> str:
    """The widest window there is: taken, and the answer is long in coming."""
    sink.take(key)
    await asyncio.sleep(sink.delay)
    return "250 OK"


async def greylist(sink: "Sink", line: SMTP, key: str) -> str:
    """Three in ten are asked to come again, each at its first visit."""
    if sink.first_visit(key) and random.random() < 0.3:
        sink.turned_away.add(key)
        return "451 4.7.1 Greylisted, come again"
    return await accept(sink, line, key)


async def refuse_one_in_a_hundred(sink: "Sink", line: SMTP, key: str) -> str:
    """Never taken, and said so for good; at least the third mail is among them."""
    sink.first_visit(key)
    if key in sink.turned_away or len(sink.visits) % 100 == 3:
        sink.turned_away.add(key)
        return "550 5.1.1 No such mailbox"
    return await accept(sink, line, key)


async def drop(sink: "Sink", line: SMTP, key: str) -> str:
    """Some lines break after the mail was handed over, and it was not taken."""
    if sink.first_visit(key) and random.random() < 0.2:
        sink.turned_away.add(key)
        line.transport.abort()
        return "250 never heard"
    return await accept(sink, line, key)


async def take_and_drop(sink: "Sink", line: SMTP, key: str) -> str:
    """Some lines break after the mail was taken: nobody can know that it was."""
    sink.take(key)
    if sink.first_visit(key) and len(sink.turned_away) < 5:
        sink.turned_away.add(key)
        line.transport.abort()
    return "250 OK"


async def hang(sink: "Sink", line: SMTP, key: str) -> str:
    """The first few are left without an answer for an hour."""
    if len(sink.turned_away) < 4 and sink.first_visit(key):
        sink.turned_away.add(key)
        await asyncio.sleep(3600)
    return await accept(sink, line, key)


class Trickle(asyncio.Protocol):
    """A line that says one byte a second."""

    def __init__(self, sink: "Sink") -> None:
        self.sink = sink

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.began = self.sink.loop.time()
        self._speak()

    def _speak(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(b"2")
            self.sink.loop.call_later(1.0, self._speak)

    def connection_lost(self, error: Exception | None) -> None:
        self.sink.spans.append(self.sink.loop.time() - self.began)


def _text(part: Message) -> str:
    content = part.get_payload(decode=True)
    return content.decode(errors="replace") if isinstance(content, bytes) else ""


class Sink:
    """One server on one port, in a thread of its own."""

    def __init__(self, folder: Path) -> None:
        self.authority, self._good = certificate(folder, "good")
        _, self._unknown = certificate(folder, "unknown")
        self.loop = asyncio.new_event_loop()
        # What goes wrong on a line is the test's to see, by what arrives; a trace for each would say nothing.
        self.loop.set_exception_handler(lambda loop, context: None)
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self.port = 0
        self._open: weakref.WeakSet[SMTP] = weakref.WeakSet()
        self.reset()
        self.listen()

    @property
    def url(self) -> str:
        return f"smtp+tls://{USER}:{PASSWORD}@localhost:{self.port}"

    def reset(self) -> None:
        """Forget all that was, and be good."""
        self.answer: Answer = accept
        self.delay = 0.03
        self.is_trickling = self.is_unknown = False
        self.lines, self.mails_a_line = 0, 1000
        self.taken: Counter[str] = Counter()
        self.message_ids: dict[str, set[str]] = defaultdict(set)
        self.visits: Counter[str] = Counter()
        self.turned_away: set[str] = set()
        self.spans: list[float] = []
        self.arrivals: dict[str, float] = {}
        self.bodies: list[str] = []

    def listen(self) -> None:
        self._server = self._run(self.loop.create_server(self._line, "127.0.0.1", self.port))
        self.port = self._server.sockets[0].getsockname()[1]

    def refuse(self) -> None:
        """Nobody answers at the port any more, until ``listen``."""
        self.loop.call_soon_threadsafe(self._server.close)
        self.hang_up()

    def hang_up(self) -> None:
        """Every line that is open breaks; new ones are welcome."""
        self.loop.call_soon_threadsafe(lambda: [line.transport.abort() for line in self._open if line.transport])
        self._run(asyncio.sleep(0.05))

    def close(self) -> None:
        self.refuse()
        self._run(self._end_all())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)
        self.loop.close()

    async def _end_all(self) -> None:
        """No conversation is left to be found by the garbage collector, which complains in the midst of anything."""
        open_ones = asyncio.all_tasks() - {asyncio.current_task()}
        for each in open_ones:
            each.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def _line(self) -> asyncio.Protocol:
        self.lines += 1
        if self.is_trickling:
            return Trickle(self)
        line = SMTP(
            self,
            loop=self.loop,
            hostname="localhost",
            tls_context=self._unknown if self.is_unknown else self._good,
            require_starttls=True,
            auth_required=True,
            authenticator=lambda server, session, envelope, mechanism, given: AuthResult(
                success=(given.login, given.password) == (USER.encode(), PASSWORD.encode())
            ),
        )
        line.mails = 0
        self._open.add(line)
        return line

    async def handle_MAIL(
        self, line: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        line.mails += 1
        if line.mails > self.mails_a_line:
            return "421 4.7.0 Too many mails from one line"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, line: SMTP, session: Session, envelope: Envelope) -> str:
        message = message_from_bytes(envelope.original_content or b"")
        key = str(message["X-Portal-Key"])
        self.message_ids[key].add(str(message["Message-ID"]))
        self.bodies.append("".join(_text(part) for part in message.walk() if not part.is_multipart()))
        return await self.answer(self, line, key)

    def take(self, key: str) -> None:
        self.taken[key] += 1
        self.arrivals.setdefault(key, self.loop.time())

    def first_visit(self, key: str) -> bool:
        self.visits[key] += 1
        return self.visits[key] == 1

    def doubled(self) -> int:
        """How many copies came beyond the first of each."""
        return sum(self.taken.values()) - len(self.taken)
