"""The bell, and what a person was told: to their own address and nobody else's."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.models import Event, Notice
from portal.notices import SECRET_MARK
from tests import make
from tests.faces import as_staff, inside


def tell(enterprise, address, subject="Your order is complete", *, about=None, minutes=0, **fields):
    """A notice as the portal writes it."""
    at = timezone.now() - timedelta(minutes=minutes)
    kind = ("orders.order", about.pk) if about else ("accounts.user", 1)
    with inside(enterprise):
        event = Event.objects.create(
            enterprise=enterprise, kind="order.completed", at=at, actor_kind="system", actor_name="Portal",
            subject_type=kind[0], subject_id=kind[1], story_type=kind[0], story_id=kind[1],
        )  # fmt: skip
        fields = {"body_text": f"{subject}, word for word", "state": "done", "kind": event.kind, **fields}
        return Notice.objects.create(
            enterprise=enterprise, event=event, recipient=address, language="en", subject=subject,
            message_id=f"<{event.pk}@x>", created_at=at, due_at=at, **fields,
        )  # fmt: skip


def is_read(notice):
    with as_staff():
        return Notice.objects.get(pk=notice.pk).read_at is not None


@pytest.fixture
def hers(acme, alice):
    return tell(acme, alice.email)


def bell(browser, where):
    return browser.get(where).context["shell"]["bell"]


def test_the_bell_counts_what_is_unread_and_one_opens_it_to_read_it(client_of, acme, alice, hers):
    browser = client_of(alice)
    home = f"/e/{acme.public_id}/"
    assert (bell(browser, home)["badge"], bell(browser, home)["label"]) == ("1", "Notices, 1 unread")
    page = browser.get(f"{home}notices/{hers.pk}/")
    assert page.status_code == 200 and "Your order is complete, word for word" in page.content.decode()
    assert is_read(hers)
    assert (bell(browser, home)["badge"], bell(browser, home)["label"]) == ("", "Notices, nothing unread")


def test_who_opens_it_again_read_it_the_first_time(client_of, acme, alice, hers):
    def read_at():
        with as_staff():
            return Notice.objects.get(pk=hers.pk).read_at

    browser, where = client_of(alice), f"/e/{acme.public_id}/notices/{hers.pk}/"
    assert browser.get(where).status_code == 200
    first = read_at()
    again = browser.get(where)
    assert (again.status_code, again.context["shell"]["bell"]["count"], read_at()) == (200, 0, first)


def test_it_stops_counting_at_ninety_nine(client_of, acme, alice):
    with inside(acme):
        event = Event.objects.create(
            enterprise=acme, kind="order.completed", at=timezone.now(), actor_kind="system", actor_name="Portal",
            subject_type="x", subject_id=1, story_type="x", story_id=1,
        )  # fmt: skip
        Notice.objects.bulk_create(
            Notice(enterprise=acme, event=event, kind=event.kind, recipient=alice.email, channel=f"c{n}", language="en",
                   subject="x", body_text="x", message_id="x", created_at=event.at, due_at=event.at)
            for n in range(120)
        )  # fmt: skip
    assert bell(client_of(alice), f"/e/{acme.public_id}/")["badge"] == "99+"


def test_the_list_marks_what_is_unread_and_can_be_narrowed_to_it(client_of, acme, alice, hers):
    old = tell(acme, alice.email, "A date moved", minutes=5, read_at=timezone.now())
    browser, where = client_of(alice), f"/e/{acme.public_id}/notices/"
    page = browser.get(where)
    assert [each.pk for each in page.context["page"].rows] == [hers.pk, old.pk]
    assert page.content.decode().count(">unread<") == 1
    assert [each.pk for each in browser.get(where, {"show": "unread"}).context["page"].rows] == [hers.pk]
    assert [each.pk for each in browser.get(where, {"show": "read"}).context["page"].rows] == [old.pk]


def test_the_panel_is_a_part_of_the_page(client_of, acme, alice, hers):
    page = client_of(alice).get(f"/e/{acme.public_id}/notices/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page and "Your order is complete" in page and "Mark all as read" in page


def test_all_is_marked_as_read_at_once_and_only_ones_own(client_of, acme, alice, alan, hers):
    theirs = tell(acme, alan.email)
    browser = client_of(alice)
    answer = browser.post(f"/e/{acme.public_id}/notices/read/", follow=True)
    assert "1 notice is marked as read." in answer.content.decode()
    assert is_read(hers) and not is_read(theirs)
    assert (
        "There was nothing unread." in browser.post(f"/e/{acme.public_id}/notices/read/", follow=True).content.decode()
    )


def test_a_colleagues_notice_is_not_there_and_stays_unread(client_of, acme, alice, alan, hers):
    browser = client_of(alan)
    assert browser.get(f"/e/{acme.public_id}/notices/{hers.pk}/").status_code == 404
    assert "Your order is complete" not in browser.get(f"/e/{acme.public_id}/notices/").content.decode()
    assert not is_read(hers)


def test_in_another_company_ones_own_is_not_there_either(client_of, acme, borealis, alice, hers):
    make.member(borealis, alice, "Alice Moreau")
    browser = client_of(alice)
    assert browser.get(f"/e/{borealis.public_id}/notices/{hers.pk}/").status_code == 404
    assert bell(browser, f"/e/{borealis.public_id}/")["count"] == 0
    assert not is_read(hers)


def test_it_leads_to_its_thing_where_that_is_within_reach(client_of, acme, acme_main, alice, alan):
    order = make.order(acme_main)
    for person, is_there in ((alice, True), (alan, False)):
        notice = tell(acme, person.email, about=order)
        page = client_of(person).get(f"/e/{acme.public_id}/notices/{notice.pk}/").content.decode()
        assert (f'href="/e/{acme.public_id}/orders/{order.number}/"' in page) is is_there


def test_a_secret_is_told_to_stand_in_the_mail_alone(client_of, acme, alice):
    notice = tell(acme, alice.email, secret="reset_link", body_text=f"Open {SECRET_MARK} now")
    page = client_of(alice).get(f"/e/{acme.public_id}/notices/{notice.pk}/").content.decode()
    assert SECRET_MARK not in page and "[a link that stands in the mail alone]" in page


def test_what_it_says_is_text_and_no_markup(client_of, acme, alice):
    notice = tell(acme, alice.email, "<b>Bold</b>", body_text="<script>alert(1)</script> https://portal.example/x")
    page = client_of(alice).get(f"/e/{acme.public_id}/notices/{notice.pk}/").content.decode()
    assert "<script>alert" not in page and "<b>Bold" not in page and "&lt;script&gt;alert(1)" in page


def test_a_further_copy_and_a_cancelled_mail_are_not_told_twice(client_of, acme, alice, hers):
    tell(acme, alice.email, "Sent once more", copy=1)
    tell(acme, alice.email, "Cancelled", state="cancelled", read_at=timezone.now())
    page = client_of(alice).get(f"/e/{acme.public_id}/notices/").content.decode()
    assert "Sent once more" not in page and "Cancelled" not in page


def test_the_page_is_told_only_when_the_count_changes(client_of, acme, alice, hers):
    browser, where = client_of(alice), f"/e/{acme.public_id}/notices/unread/"
    assert browser.get(where, {"known": "1"}).status_code == 204
    assert browser.get(where, {"known": "0"}).json() == {"count": 1, "badge": "1", "label": "Notices, 1 unread"}


def test_the_count_costs_one_question(client_of, acme, alice, hers, django_assert_max_num_queries):
    browser, where = client_of(alice), f"/e/{acme.public_id}/notices/unread/"
    with django_assert_max_num_queries(20) as seen:
        browser.get(where)
    assert sum("portal_notice" in query["sql"] for query in seen) == 1


# --- staff --------------------------------------------------------------------------------------------------


def test_staff_have_their_own_of_all_customers_and_need_open_none(client_of, acme, borealis, dora):
    ours = [tell(acme, dora.email, "Disputed at Acme"), tell(borealis, dora.email, "Disputed at Borealis")]
    browser = client_of(dora)
    assert bell(browser, "/")["badge"] == "2"
    page = browser.get("/told/").content.decode()
    assert "Disputed at Acme" in page and acme.legal_name in page and "Disputed at Borealis" in page
    assert browser.get(f"/told/{ours[0].pk}/").status_code == 200
    assert [is_read(each) for each in ours] == [True, False]
    browser.post("/told/read/")
    assert is_read(ours[1])


def test_inside_one_customer_the_bell_still_counts_all(client_of, acme, borealis, carol):
    tell(borealis, carol.email)
    assert bell(client_of(carol), f"/e/{acme.public_id}/")["badge"] == "1"


def test_a_colleagues_and_a_customers_notice_are_not_staffs_own(client_of, acme, alice, carol, dora, hers):
    theirs = tell(acme, carol.email)
    browser = client_of(dora)
    assert [browser.get(f"/told/{each.pk}/").status_code for each in (hers, theirs)] == [404, 404]
    assert not is_read(hers) and not is_read(theirs)


def test_what_was_told_by_a_mail_is_there_to_be_read(client_of, acme, acme_main, alice, carol, deliver):
    order = make.order(acme_main)
    with inside(acme):
        step = order.milestones.get(position=1)
    where = f"/e/{acme.public_id}/orders/milestones/{step.pk}/annotate/"
    assert client_of(carol).post(where, {"note": "Gate 4, ask for Pat"}).status_code == 302
    (sent,) = [each for each in deliver() if each.recipient == alice.email]
    page = client_of(alice).get(f"/e/{acme.public_id}/notices/{sent.pk}/").content.decode()
    assert "Gate 4, ask for Pat" in page and f'href="/e/{acme.public_id}/orders/{order.number}/"' in page
