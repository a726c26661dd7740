"""The line to the mail server, against a real one on loopback: it ends in time, and says what it cannot know."""

import smtplib
import time

import pytest
from aiosmtpd.smtp import SMTP
from django.core.mail import EmailMessage

from portal import smtp
from portal.smtp import Doubtful, Line
from tests.faults import sink as bad
from tests.faults.sink import PASSWORD, USER, Sink


@pytest.fixture
def sink(tmp_path, monkeypatch, settings):
    settings.MAIL_SECONDS = 1
    made = Sink(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    yield made
    made.close()
    # This thread would find it at the next test.
    if kept := smtp._kept.__dict__.pop("line", None):
        kept.close()


def send(sink, *, timeout=5.0, **how):
    line = Line(host="localhost", port=sink.port, username=USER, password=PASSWORD, timeout=timeout, **how)
    message = EmailMessage("Hello", "Hello", "portal@northvane.example", ["ana@acme.example"], connection=line)
    message.extra_headers = {"X-Portal-Key": "key"}
    return message.send()


def test_a_good_server_takes_the_mail(sink):
    assert send(sink, use_tls=True) == 1
    assert sink.taken == {"key": 1}


def test_a_line_encrypted_from_the_first_byte_ends_as_well(sink):
    """The sink speaks plainly first, so that the handshake fails; no thread and no socket stays behind."""
    with pytest.raises(OSError):
        send(sink, use_ssl=True)
    assert not sink.taken


def test_an_answer_that_never_comes_is_a_doubt_and_ends_in_time(sink):
    sink.answer = bad.hang
    began = time.monotonic()
    with pytest.raises(Doubtful):
        send(sink, use_tls=True)
    assert time.monotonic() - began < 4


def test_a_byte_a_second_does_not_hold_the_line(sink):
    sink.is_trickling = True
    began = time.monotonic()
    with pytest.raises(smtplib.SMTPException) as raised:
        send(sink, use_tls=True)
    # Before the mail is handed over there is no doubt.
    assert not isinstance(raised.value, Doubtful)
    assert time.monotonic() - began < 4


def test_a_refusal_after_the_mail_is_no_doubt(sink):
    async def refuse(sink, line, key):
        return "554 5.6.0 Content refused"

    sink.answer = refuse
    with pytest.raises(smtplib.SMTPDataError):
        send(sink, use_tls=True)


def test_a_refusal_to_take_the_mail_at_all_is_no_doubt(sink, monkeypatch):
    async def refuse(line, arg):
        await line.push("554 5.3.2 Not now")

    monkeypatch.setattr(SMTP, "smtp_DATA", refuse)
    with pytest.raises(smtplib.SMTPDataError, match="Not now"):
        send(sink, use_tls=True)
    assert not sink.taken


def test_an_answer_that_is_cut_off_is_a_doubt(sink):
    async def cut_off(sink, line, key):
        sink.take(key)
        line.transport.write(b"25")
        line.transport.close()
        return "250 never heard"

    sink.answer = cut_off
    with pytest.raises(Doubtful, match="cut off after 25"):
        send(sink, use_tls=True)
    assert sink.taken == {"key": 1}


def test_a_certificate_that_nobody_knows_gets_no_password_and_no_mail(sink):
    sink.is_unknown = True
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        send(sink, use_tls=True)
    assert not sink.taken


def test_the_next_mail_finds_the_line_open(sink):
    assert [send(sink, use_tls=True) for _ in range(3)] == [1, 1, 1]
    assert sink.taken == {"key": 3}
    assert sink.lines == 1


def test_after_many_mails_the_next_one_has_a_line_of_its_own(sink, monkeypatch):
    monkeypatch.setattr(smtp, "_MAILS", 2)
    assert [send(sink, use_tls=True) for _ in range(3)] == [1, 1, 1]
    assert (sink.taken["key"], sink.lines) == (3, 2)


def test_a_line_that_was_hung_up_meanwhile_costs_no_mail(sink):
    send(sink, use_tls=True)
    sink.hang_up()
    assert send(sink, use_tls=True) == 1
    assert (sink.taken["key"], sink.lines) == (2, 2)


def test_a_server_that_has_had_enough_mails_from_one_line_gets_another(sink):
    send(sink, use_tls=True)
    sink.mails_a_line = 1
    assert send(sink, use_tls=True) == 1
    assert (sink.taken["key"], sink.lines) == (2, 2)


def test_a_mail_that_waits_on_an_old_line_and_on_a_fresh_one_has_one_time_for_both(sink):
    """Beyond it another worker may have the mail."""
    send(sink, use_tls=True)
    sink.mails_a_line, sink.is_trickling = 1, True
    began = time.monotonic()
    with pytest.raises(smtplib.SMTPException):
        send(sink, use_tls=True)
    assert time.monotonic() - began < 4


def test_a_line_is_not_used_for_another_server(sink, tmp_path_factory):
    send(sink, use_tls=True)
    other = Sink(tmp_path_factory.mktemp("other"))
    try:
        send(other, use_ssl=False)
    except smtplib.SMTPException:
        pass  # without encryption it takes no mail; that it was asked is what counts
    finally:
        other.close()
    assert (sink.taken["key"], other.lines) == (1, 1)


def test_a_good_bye_that_fails_does_not_unsend_the_mail(sink, monkeypatch):
    def garbled(self):
        raise smtplib.SMTPResponseException(500, "Line too long.")

    monkeypatch.setattr(smtplib.SMTP, "quit", garbled)
    assert send(sink, use_tls=True) == 1
    assert sink.taken == {"key": 1}


def test_a_server_that_is_not_there_is_an_error_of_the_system(sink):
    sink.refuse()
    with pytest.raises(ConnectionRefusedError):
        send(sink, use_tls=True)
