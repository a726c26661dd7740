"""Both sides write to one another about an order, and the other side hears of it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import StaffMember
from orders.models import Message
from portal.models import Event, StoredFile
from tests import make
from tests.billing import builders
from tests.faces import as_staff, inside


def messages_of(order):
    with inside(order.enterprise):
        return list(Message.objects.filter(order=order).order_by("pk"))


def test_a_customer_writes_and_the_care_manager_is_told(do, page, wave, alice, carol, deliver):
    answer = do(alice, wave, "messages", text="When do you come? <b>")
    assert answer.status_code == 302
    (notice,) = [each for each in deliver() if each.kind == "order.message_sent"]
    assert notice.recipient == carol.email and "When do you come? <b>" in notice.body_text
    assert "When do you come? &lt;b&gt;" in notice.body_html
    seen = page(carol, wave)
    assert "When do you come? &lt;b&gt;" in seen and "1 new" in seen and "1 unanswered" in seen
    assert "Alice Moreau" in seen


def test_the_answer_goes_to_who_asked_and_settles_what_was_asked(
    do, page, wave, alice, carol, deliver, acme, acme_main
):
    other = make.member(acme, make.user("zoe@acme.example"), "Zoe Other")
    make.grant(other, "order.view", acme_main)
    do(alice, wave, "messages", text="When do you come?")
    assert do(carol, wave, "messages", text="On Monday.").status_code == 302
    told = {each.recipient for each in deliver() if "On Monday." in each.body_text}
    assert told == {alice.email}
    asked, answered = messages_of(wave)
    assert asked.answered_at and asked.read_by == "Carol Okafor" and answered.read_at is None
    assert "1 new" in page(alice, wave)
    assert do(alice, wave, "messages/read").status_code == 302
    assert messages_of(wave)[1].read_by == "Alice Moreau"
    assert "Read by Alice Moreau" in page(carol, wave)


def test_before_anybody_wrote_all_who_hear_of_orders_are_told(do, wave, alice, carol, deliver):
    do(carol, wave, "messages", text="We have begun.")
    assert alice.email in {each.recipient for each in deliver() if each.kind == "order.message_sent"}


@pytest.mark.parametrize(("name", "content"), [("run.exe", b"MZ\x90\x00"), ("plan.pdf", b"MZ\x90\x00 no paper")])
def test_a_file_that_is_not_what_it_says_is_refused_and_the_words_stay(do, wave, alice, name, content):
    upload = SimpleUploadedFile(name, content)
    answer = do(alice, wave, "messages", text="Here is the plan", uploads=upload)
    assert answer.status_code == 422
    assert "Here is the plan" in answer.text and name in answer.text
    assert messages_of(wave) == []
    with inside(wave.enterprise):
        assert not StoredFile.objects.exists() and not Event.objects.filter(kind="order.message_sent").exists()


def test_a_file_hangs_on_its_message_for_who_sees_the_order_alone(do, page, wave, client_of, alice, alan, bob, carol):
    upload = SimpleUploadedFile("floor.txt", b"second floor, left")
    assert do(alice, wave, "messages", text="", uploads=upload).status_code == 302
    assert "floor.txt" in page(carol, wave)
    with inside(wave.enterprise):
        pk = StoredFile.objects.get().pk
    assert b"".join(client_of(carol).get(f"/e/204817/files/{pk}/").streaming_content) == b"second floor, left"
    assert client_of(alan).get(f"/e/204817/files/{pk}/").status_code == 404
    assert client_of(bob).get(f"/e/204817/files/{pk}/").status_code == 404


def test_nothing_is_written_without_words_or_by_who_does_not_see_the_order(do, wave, alice, alan, bob, erin):
    assert do(alice, wave, "messages", text="  ").status_code == 422
    assert do(alan, wave, "messages", text="Hello").status_code == 404
    assert do(bob, wave, "messages", text="Hello").status_code == 404
    make.team(wave.enterprise, erin, "technician")
    assert do(erin, wave, "messages", text="Hello").status_code == 403
    assert messages_of(wave) == []


def test_a_thank_you_is_closed_without_an_answer(do, page, wave, alice, carol):
    do(alice, wave, "messages", text="Thanks!")
    assert do(carol, wave, "messages/close").status_code == 302
    assert messages_of(wave)[0].answered_at
    assert do(carol, wave, "messages/close").status_code == 409
    assert "marked the messages" not in page(alice, wave)


def test_the_accounts_disputes_and_other_orders_stand_beside_it_for_staff(page, wave, alice, carol, acme_main):
    make.charge(acme_main)
    dispute, other = builders.dispute(alice, builders.issue(acme_main)), make.order(acme_main)
    beside = page(carol, wave)
    assert other.number in beside and "Also under way here" in beside
    assert (dispute.number in beside) == carol_sees_bills(carol)
    assert "Also under way here" not in page(alice, wave)


def carol_sees_bills(carol):
    with as_staff():
        return "billing.view" in StaffMember.objects.select_related("role").get(user=carol).role.permissions
