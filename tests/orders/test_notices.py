"""Each act on a milestone tells the customer's people, in their language, text and HTML."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Grant, User
from orders.notices import register_kinds
from portal.models import Todo
from portal.notices import KINDS
from tests import make
from tests.faces import inside
from tests.orders.conftest import IN_TEN_DAYS, delay, steps_of

OURS = ["milestone.completed", "milestone.delayed", "milestone.noted", "order.completed"]


@pytest.fixture
def people(acme, acme_main, acme_branch, alice, alan, borealis, bob):
    """Alice reads English; Elena Spanish; a shared mailbox has no sign-in; Alan sees only the branch."""
    elena = make.user("elena@acme.example", language="es", time_zone="America/Mexico_City")
    make.grant(make.member(acme, elena, "Elena Ruiz"), "order.view")
    make.member(acme, make.user("idle@acme.example"), "Ida Idle")  # may see nothing
    leaver = make.member(acme, make.user("gone@acme.example"), "Gus Gone", status="inactive")
    make.grant(leaver, "order.view")
    make.contact(acme, "noc@acme.example", name="NOC", wants_orders=True)
    make.contact(acme, "bills@acme.example", wants_billing=True)
    make.contact(acme, "branch-noc@acme.example", account=acme_branch, wants_orders=True)
    make.contact(borealis, "noc@borealis.example", wants_orders=True)


def html_of(mail) -> str:
    return next(part.content for part in mail.alternatives if part.mimetype == "text/html")


def by_address(mails) -> dict[str, object]:
    found = {re.search(r"[\w.+-]+@[\w.-]+", mail.to[0]).group(): mail for mail in mails}
    assert len(found) == len(mails)
    return found


def test_who_may_see_the_order_is_told_once_and_nobody_else(act, wave, carol, people, deliver, mailoutbox):
    act(carol, wave, steps_of(wave)[0], "complete")
    deliver()
    assert set(by_address(mailoutbox)) == {"alice@acme.example", "elena@acme.example", "noc@acme.example"}


def test_an_order_on_the_other_account_is_told_to_its_people(act, acme_branch, carol, people, deliver, mailoutbox):
    order = make.order(acme_branch)
    act(carol, order, steps_of(order)[0], "complete")
    deliver()
    assert set(by_address(mailoutbox)) == {
        "alice@acme.example",
        "alan@acme.example",
        "elena@acme.example",
        "noc@acme.example",
        "branch-noc@acme.example",
    }


def test_a_completed_milestone_says_what_is_next_and_whom_to_call(act, wave, carol, people, deliver, mailoutbox):
    act(carol, wave, steps_of(wave)[0], "complete")
    deliver()
    mail = by_address(mailoutbox)["alice@acme.example"]
    assert mail.subject == "ORD-2026-00388: Design complete, done"
    for body in (mail.body, html_of(mail)):
        words = " ".join(body.split())
        assert "Next: Local loop tested, Reno side. It waits for a third party." in words
        assert "Carol Okafor" in words and "+1 303 555 0142" in words and "carol@northvane.example" in words
        assert "/e/204817/orders/ORD-2026-00388/" in words and "4500-7721" in words
        assert "You are a system administrator of your company." in words
        assert re.search(r"was completed on \d+ \w+ 20\d\d \d\d:\d\d M[SD]T", words)
    assert "\n\n\n" not in mail.body


def test_a_move_says_from_when_to_when_why_and_whose(act, wave, carol, people, deliver, mailoutbox):
    far = wave.expected_on + timedelta(days=4)
    act(carol, wave, steps_of(wave)[1], "delay", **delay(expected_on=f"{far:%Y-%m-%d}", reason="Loop & test <failed>"))
    deliver()
    mail = by_address(mailoutbox)["noc@acme.example"]
    assert mail.subject.endswith(f"moves to {far.day} {far:%b %Y}")
    assert "Reason: Loop & test <failed>\nIt waits for a third party." in mail.body
    assert "The whole order moves with it" in mail.body
    assert "Loop &amp; test &lt;failed&gt;" in html_of(mail)
    assert "\n\n\n" not in mail.body


def test_a_move_within_the_orders_date_says_that_it_stays(act, wave, carol, people, deliver, mailoutbox):
    act(carol, wave, steps_of(wave)[0], "delay", **delay(owner="customer"))
    deliver()
    body = mailoutbox[0].body
    assert "It is up to you." in body and "The date of the whole order stays" in body


def test_a_note_is_told_in_its_writers_words(act, wave, carol, people, deliver, mailoutbox):
    act(carol, wave, steps_of(wave)[0], "annotate", note="Please open rack R14.\nThe crew comes at 9.")
    deliver()
    mail = by_address(mailoutbox)["alice@acme.example"]
    assert "Carol Okafor writes about your order" in mail.body
    assert "Please open rack R14.\nThe crew comes at 9." in mail.body
    assert "Please open rack R14.<br>The crew comes at 9." in html_of(mail)


def test_the_last_milestone_is_told_as_the_whole_order_and_once(act, acme_main, carol, people, deliver, mailoutbox):
    service = make.service(acme_main, status="pending", number="WV-10G-003318")
    order = make.order(acme_main, milestones=1, service=service)
    act(carol, order, steps_of(order)[0], "complete")
    deliver()
    assert len(mailoutbox) == 3
    mail = by_address(mailoutbox)["alice@acme.example"]
    assert "is complete" in mail.subject
    assert "The service WV-10G-003318 is active from" in mail.body
    assert "sorry" not in mail.body


def test_an_order_without_care_manager_names_the_carriers_desk(act, acme_main, carol, people, deliver, mailoutbox):
    order = make.order(acme_main)
    act(carol, order, steps_of(order)[0], "complete")
    deliver()
    assert "Questions? Call +1 303 555 0100 or write to care@northvane.example." in mailoutbox[0].body


def test_each_reader_has_their_own_language(act, wave, carol, people, deliver, mailoutbox):
    act(carol, wave, steps_of(wave)[0], "complete")
    notices = {notice.recipient: notice for notice in deliver()}
    assert notices["elena@acme.example"].language == "es"
    assert notices["alice@acme.example"].language == "en"
    mail = by_address(mailoutbox)["elena@acme.example"]
    html = html_of(mail)
    assert '<html lang="es"' in html
    for body in (mail.subject, mail.body, html):
        assert "Design complete" not in body and "Diseño" in body


def test_telling_again_tells_nobody_twice(act, wave, carol, people, deliver, mailoutbox):
    act(carol, wave, steps_of(wave)[0], "complete")
    deliver()
    sent = len(mailoutbox)
    with inside(wave.enterprise):
        Todo.objects.update(state="waiting")
    deliver()
    assert len(mailoutbox) == sent


def test_a_right_that_is_gone_when_the_event_is_told_tells_nobody(act, wave, carol, people, acme, deliver, mailoutbox):
    act(carol, wave, steps_of(wave)[0], "complete")
    with inside(acme):
        Grant.objects.all().update(until_at=timezone.now())
    deliver()
    assert "elena@acme.example" not in by_address(mailoutbox)


@pytest.mark.parametrize("kind", OURS)
def test_our_kinds_are_told_and_told_to_customers(kind):
    assert not KINDS[kind].is_silent and not KINDS[kind].is_internal


def test_a_kind_is_registered_once():
    with pytest.raises(ValueError, match="registered twice"):
        register_kinds()


def test_the_story_tells_it_in_the_readers_language(act, wave, carol, people, client_of, acme):
    act(carol, wave, steps_of(wave)[2], "delay", **delay())
    act(carol, wave, steps_of(wave)[0], "complete")
    elena = User.objects.get(email="elena@acme.example")
    page = client_of(elena).get(f"/e/204817/orders/{wave.number}/").content.decode()
    assert "Diseño" in page and "Design complete" not in page
    assert f"{IN_TEN_DAYS.day} " in page
