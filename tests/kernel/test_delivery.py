"""From event to mailbox: told once, sent once, tried again, never lost from sight."""

import smtplib
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.utils import timezone

from accounts.models import StaffVisit, User
from portal import delivery, events, notices
from portal.actors import Actor, ActorKind
from portal.models import Event, Notice, Todo
from portal.notices import SECRET_MARK, EventKind, Recipient
from portal.tenancy import tenant_scope
from tests import make
from tests.faces import FaceClient, as_app, as_staff, inside, playing

NOW = timezone.now


@pytest.fixture
def told(acme, carol, monkeypatch):
    """An event whose two readers are told, by a kind of our own."""
    people = [Recipient("ana@acme.example", "Ana"), Recipient("juan@acme.example", "Juan\r\nBcc: x@x.example", "es")]
    kind = EventKind("test.happened", story="%(actor)s did it", recipients=lambda event: people)
    monkeypatch.setitem(notices.KINDS, kind.name, kind)
    words = {"subject": "Olá, ação", "body_text": "Ação feita\n", "body_html": "<p>Ação feita</p>", "reason": ""}
    monkeypatch.setattr(notices, "render", lambda *a, **k: words)
    card = make.card_of(carol)
    with inside(acme):
        visit = StaffVisit.objects.create(
            enterprise=acme, card=card, reason="A call", started_at=NOW(), until_at=NOW() + timedelta(minutes=1)
        )
        actor = Actor(kind=ActorKind.SYSTEM, name="Portal", enterprise_id=acme.pk)
        event = events.record("test.happened", subject=visit, actor=actor, at=NOW())
        return event, Todo.objects.get()


def test_a_rolled_back_change_tells_nobody(acme, carol, told, hints):
    assert hints == []  # nothing has been committed in this test


def test_an_event_becomes_one_notice_a_reader(acme, told, mailoutbox, deliver):
    sent = deliver()
    assert [(n.recipient, n.state) for n in sent] == [("ana@acme.example", "done"), ("juan@acme.example", "done")]
    assert len(mailoutbox) == 2
    with as_app():
        assert delivery.tell(acme.pk, told[1].pk, now=NOW()) == []
        assert not delivery.send(acme.pk, sent[0].pk, now=NOW())
    assert len(mailoutbox) == 2


def test_the_mail_is_what_the_log_holds(acme, told, mailoutbox, deliver):
    notice = deliver()[1]
    message = mailoutbox[1].message()
    assert message["Message-ID"] == notice.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert "Bcc" not in message and message["To"] == '"Juan Bcc: x@x.example" <juan@acme.example>'
    parts = {part.get_content_type(): part for part in message.walk()}
    assert parts["text/plain"]["Content-Transfer-Encoding"] == "quoted-printable"
    assert parts["text/plain"].get_payload(decode=True).decode() == "Ação feita\n"
    assert "text/html" in parts


class Refusing:
    """A mail server with one answer."""

    def __init__(self, answer):
        self.answer = answer

    def send_messages(self, messages):
        raise self.answer


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (smtplib.SMTPRecipientsRefused({"ana@acme.example": (550, b"no such user")}), "failed"),
        (smtplib.SMTPRecipientsRefused({"ana@acme.example": (451, b"greylisted")}), "waiting"),
        (smtplib.SMTPDataError(554, b"content refused"), "failed"),
        # These speak of the server or of its settings, not of this mail: they would fail all there are.
        (smtplib.SMTPConnectError(554, b"no service here"), "waiting"),
        (smtplib.SMTPSenderRefused(530, b"authentication required", "portal@northvane.example"), "waiting"),
        (smtplib.SMTPAuthenticationError(535, b"wrong password"), "waiting"),
        (smtplib.SMTPServerDisconnected("gone"), "waiting"),
        (ConnectionRefusedError(111, "refused"), "waiting"),
        (TimeoutError("slow"), "waiting"),
    ],
)
def test_a_refusal_is_kept_and_tried_again_unless_it_is_final(acme, told, deliver, monkeypatch, answer, state):
    monkeypatch.setattr(delivery, "get_connection", lambda **_: Refusing(answer))
    notice = deliver()[0]
    assert (notice.state, notice.attempts) == (state, 1)
    assert notice.last_error
    if state == "waiting":
        assert timedelta(seconds=50) < notice.due_at - NOW() <= timedelta(minutes=1)


def test_after_a_day_of_refusals_a_person_must_look(acme, told, deliver, monkeypatch):
    monkeypatch.setattr(delivery, "get_connection", lambda **_: Refusing(TimeoutError("slow")))
    for _ in range(len(delivery.BACK_OFF) + 1):
        state = deliver()[0].state
    assert state == "failed"


def test_a_lease_keeps_others_off_until_it_ends(acme, told, deliver, mailoutbox, monkeypatch):
    with as_app():
        first = delivery.tell(acme.pk, told[1].pk, now=NOW())[0]
        taken = delivery.claim(acme.pk, first, now=NOW())
        assert delivery.claim(acme.pk, first, now=NOW()) is None
        late = NOW() + delivery.LEASE * 2
        assert delivery.claim(acme.pk, first, now=late).attempts == 2
        # The first worker wakes up: its mark is fenced off.
        assert not delivery._mark(taken, state="done")
    with inside(acme):
        assert Notice.objects.get(pk=first).state == "working"


def test_an_event_is_told_by_the_worker_that_has_its_lease(acme, told):
    with as_app():
        late = delivery._claim_all(Todo, acme.pk, [told[1].pk], NOW())
        taken = delivery._claim_all(Todo, acme.pk, [told[1].pk], NOW() + delivery.LEASE * 2)
        with tenant_scope(acme.pk):
            assert delivery._tell(late, NOW()) == [] and not Notice.objects.exists()
            assert len(delivery._tell(taken, NOW())) == Notice.objects.count() == 2


def test_an_event_whose_kind_tells_nobody_any_more_is_done_with(acme, told, deliver, mailoutbox, monkeypatch):
    monkeypatch.setitem(notices.KINDS, "test.happened", EventKind("test.happened", story="It happened"))
    assert deliver() == [] and mailoutbox == []
    with inside(acme):
        assert Todo.objects.get().state == "done"


@pytest.mark.parametrize(("recipients", "waiting"), [(lambda event: [], 2), (None, 0)])
def test_of_many_events_those_that_have_readers_wait_to_be_told(acme, acme_main, monkeypatch, recipients, waiting):
    kind = EventKind("test.happened", story="It happened", recipients=recipients)
    monkeypatch.setitem(notices.KINDS, kind.name, kind)
    actor = Actor(kind=ActorKind.SYSTEM, name="Portal", enterprise_id=acme.pk)
    with inside(acme):
        events.record_many(kind.name, [(acme_main, {"n": n}) for n in range(2)], actor=actor, at=NOW())
        assert [each.facts for each in Event.objects.filter(kind=kind.name).order_by("pk")] == [{"n": 0}, {"n": 1}]
        assert Todo.objects.count() == waiting


def test_a_notice_that_ends_its_workers_does_not_do_so_for_ever(acme, told):
    now = NOW()
    with as_app():
        first = delivery.tell(acme.pk, told[1].pk, now=now)[0]
        lost = 0
        while delivery.claim(acme.pk, first, now=now):
            now, lost = now + delivery.LEASE * 2, lost + 1
            assert lost < 100
    assert lost == delivery.MOST_ATTEMPTS
    with inside(acme):
        notice = Notice.objects.get(pk=first)
    assert (notice.state, notice.lease_until) == ("failed", None) and notice.last_error


def test_a_member_who_is_a_contact_too_is_spoken_to_as_the_member(acme, told, deliver, monkeypatch):
    twice = [Recipient("ana@acme.example", "Ana", "pt"), Recipient("ANA@acme.example", "Mailbox", "en")]
    kind = EventKind("test.happened", story="%(actor)s did it", recipients=lambda event: twice)
    monkeypatch.setitem(notices.KINDS, kind.name, kind)
    assert [(n.recipient, n.language) for n in deliver()] == [("ana@acme.example", "pt")]


def test_the_relay_hints_at_what_is_due_and_waits_before_it_does_again(acme, told, hints):
    with playing("portal_dispatch"):
        assert delivery.relay(NOW()) == 1
        assert delivery.relay(NOW()) == 0
        assert delivery.relay(NOW() + delivery.NUDGE * 2) == 1
    assert hints == [("portal.tell", {"enterprise_id": acme.pk, "pk": told[1].pk})] * 2


def test_a_poisoned_event_steps_aside(acme, told, deliver, monkeypatch):
    def broken(*args, **kwargs):
        raise KeyError("no such word")

    monkeypatch.setattr(notices, "render", broken)
    with as_app(), pytest.raises(KeyError):
        delivery.tell(acme.pk, told[1].pk, now=NOW())
    with inside(acme):
        todo = Todo.objects.get()
        assert (todo.state, todo.attempts) == ("waiting", 1) and todo.due_at > NOW()
        assert not Notice.objects.exists()


def test_staff_send_again_and_the_log_keeps_both(client_of, acme, carol, told, deliver, mailoutbox):
    notice = deliver()[0]
    answer = client_of(carol).post(f"/e/{acme.public_id}/notices/{notice.pk}/send-again/")
    assert answer.status_code == 302
    copies = [n for n in deliver() if n.recipient == notice.recipient]
    assert [(n.copy, n.state) for n in copies] == [(0, "done"), (1, "done")]
    assert copies[0].message_id != copies[1].message_id
    assert copies[0].body_text == copies[1].body_text
    assert len(mailoutbox) == 3


def test_the_log_shows_to_whom_and_word_for_word(client_of, acme, carol, told, deliver):
    notice = deliver()[0]
    browser = client_of(carol)
    assert "ana@acme.example" in browser.get("/notices/?customer=204817").content.decode()
    assert "ana@acme.example" not in browser.get("/notices/?customer=305120").content.decode()
    assert "ana@acme.example" in browser.get("/notices/").content.decode()
    assert "ana@acme.example" not in browser.get("/notices/?state=failed").content.decode()
    assert "Ação feita" in browser.get(f"/e/{acme.public_id}/notices/{notice.pk}/").content.decode()


def test_a_reset_link_is_mailed_but_never_kept(acme, alice, mailoutbox, deliver):
    make.password(alice)
    FaceClient("customer").post("/account/password/reset/", {"email": alice.email})
    (notice,) = [n for n in deliver() if n.kind == "person.reset_requested"]
    assert SECRET_MARK in notice.body_text and "/reset/key/" not in notice.body_text + notice.body_html
    body = mailoutbox[0].body
    assert SECRET_MARK not in body
    link = next(word for word in body.split() if "/reset/key/" in word).replace("http://localhost:8000", "")
    page = FaceClient("customer").get(link, follow=True)
    assert page.status_code == 200 and "password1" in page.content.decode()
    with as_staff():
        assert not Event.objects.filter(facts__icontains="reset/key").exists()


def test_an_old_reset_mail_sent_again_gives_its_former_mailbox_no_link(
    acme, alice, carol, client_of, deliver, mailoutbox
):
    make.password(alice)
    FaceClient("customer").post("/account/password/reset/", {"email": alice.email})
    (notice,) = [n for n in deliver() if n.kind == "person.reset_requested"]
    with as_app():
        EmailAddress.objects.filter(user=alice).update(email="alice@new.example")
        User.objects.filter(pk=alice.pk).update(email="alice@new.example")
    assert client_of(carol).post(f"/e/house/notices/{notice.pk}/send-again/").status_code == 302
    again = deliver()[-1]
    assert (again.copy, again.recipient, again.state) == (1, "alice@acme.example", "failed")
    assert len(mailoutbox) == 1


def test_an_unknown_address_is_answered_alike_and_gets_nothing(acme, alice, mailoutbox, deliver):
    known, unknown = (
        FaceClient("customer").post("/account/password/reset/", {"email": address})
        for address in (alice.email, "nobody@acme.example")
    )
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    deliver()
    assert [m.to for m in mail.outbox] == [[alice.email]]
