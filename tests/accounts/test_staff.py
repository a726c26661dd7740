"""The carrier's own people: hired, moved, changed and removed, and always somebody left who can."""

import csv
import io
import re
from html import unescape

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.utils import timezone

from accounts.models import StaffAbsence, StaffCard, StaffMember, StaffRole, TeamMember, User
from accounts.staffing import services
from orders.models import Order
from portal import locator
from portal.models import Event
from tests import make
from tests.accounts.racing import at_once, staff_actor
from tests.accounts.refusing import unchanged
from tests.faces import FaceClient, as_app, as_staff, inside


@pytest.fixture
def owen(db):
    return make.staff("Owen Admin", "platform_admin")


@pytest.fixture
def desk(client_of, owen):
    return client_of(owen)


NEW = {
    "name": "Nadia Ferrer", "email": "Nadia@northvane.example", "role": "technician", "title": "Repair technician",
    "phone": "+1 303 555 0199", "language": "es", "languages": ["en", "es"], "region": "", "works_on": ["0", "1"],
    "works_from": "08:00", "works_until": "17:00", "time_zone": "America/Denver", "hours": "",
}  # fmt: skip


def text(answer):
    assert answer.status_code == 200, answer
    return answer.content.decode()


def person(name):
    with as_staff():
        return StaffMember.objects.select_related("card", "role", "user").get(card__name=name)


def journal(kind):
    with as_staff():
        return [each.facts for each in Event.objects.filter(kind=kind, enterprise_id=locator.house_id()).order_by("pk")]


def page(member, what=""):
    return f"/staff/{member.card_id}/{what}"


# --- hiring ------------------------------------------------------------------------------------------


def test_whom_one_hires_gets_the_way_in_by_mail_and_signs_in(desk, deliver, mailoutbox):
    answer = desk.post("/staff/hire/", NEW, follow=True)
    assert "Nadia Ferrer works here now" in text(answer)
    hired = person("Nadia Ferrer")
    assert (hired.user.email, hired.role.code, hired.user.language) == ("nadia@northvane.example", "technician", "es")
    assert not hired.user.has_usable_password() and hired.card.works_on == [0, 1]
    [notice] = deliver()
    assert notice.kind == "staff.invited" and notice.language == "es"
    assert "/account/password/reset/key/" not in notice.body_text  # the link is nowhere but in the mail
    link = re.search(r"https?://[^/]+(/account/password/reset/key/\S+)", mailoutbox[0].body)[1]
    browser = FaceClient("staff")
    form = browser.get(link, follow=True)
    chosen = {"password1": "quiet-harbor-lamp", "password2": "quiet-harbor-lamp"}
    browser.post(form.redirect_chain[-1][0], chosen)
    with as_staff():
        assert User.objects.get(pk=hired.user_id).check_password("quiet-harbor-lamp")
    assert [each["name"] for each in journal("staff.hired")] == ["Nadia Ferrer"]


def test_who_lost_the_mail_gets_the_way_in_once_more(desk, deliver, mailoutbox):
    desk.post("/staff/hire/", NEW)
    assert desk.post(page(person("Nadia Ferrer"), "invite/")).status_code == 302
    deliver()
    links = [re.search(r"https?://[^/]+(/account/password/reset/key/\S+)", mail.body)[1] for mail in mailoutbox]
    assert len(links) == 2 and [mail.to for mail in mailoutbox] == [["Nadia Ferrer <nadia@northvane.example>"]] * 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "dora@northvane.example"},
        {"email": "no address"},
        {"role": "emperor"},
        {"works_until": ""},
        {"languages": []},
        {"time_zone": "Mars/Base"},
        {"name": " "},
    ],
)
def test_what_makes_no_sense_hires_nobody(desk, dora, wrong):
    with as_staff():
        before = (User.objects.count(), StaffCard.objects.count(), EmailAddress.objects.count())
    assert desk.post("/staff/hire/", {**NEW, **wrong}).status_code == 422
    with as_staff():
        assert (User.objects.count(), StaffCard.objects.count(), EmailAddress.objects.count()) == before
    assert journal("staff.hired") == []
    assert desk.post("/staff/hire/", NEW).status_code == 302


def test_an_address_that_another_has_taken_on_is_no_new_colleagues(desk, alice):
    with as_app():
        EmailAddress.objects.create(user=alice, email="nadia@northvane.example", verified=True)
    answer = desk.post("/staff/hire/", NEW)
    assert answer.status_code == 422 and journal("staff.hired") == []


def test_who_comes_back_finds_their_card_and_a_customer_keeps_their_sign_in(desk, client_of, acme, alice, erin):
    erins = person("Erin Sato")
    assert desk.post(page(erins, "remove/"), {"successor": "", "confirmed": "1"}).status_code == 302
    assert desk.post("/staff/hire/", {**NEW, "email": erin.email, "name": "Erin Sato-Lund"}).status_code == 302
    back = person("Erin Sato-Lund")
    assert (back.pk, back.card_id, back.user_id, back.is_active) == (erins.pk, erins.card_id, erin.pk, True)
    assert desk.post("/staff/hire/", {**NEW, "email": alice.email, "name": "Alice Moreau"}).status_code == 302
    assert person("Alice Moreau").user_id == alice.pk
    assert FaceClient("customer").sign_in(alice).get("/e/204817/").status_code == 200


def test_only_who_may_hires_changes_moves_and_removes(client_of, erin, dora):
    browser, doras = client_of(erin), person("Dora Brandt")
    assert browser.post("/staff/hire/", NEW).status_code == 403
    for what in ("card/", "move/", "remove/", "invite/"):
        assert browser.post(page(doras, what), {"confirmed": "1"}).status_code == 403
    assert person("Dora Brandt").is_active and journal("staff.hired") == []
    assert client_of(erin).get("/staff/").status_code == 200


def test_who_may_not_edit_roles_gives_nobody_more_than_they_have(client_of, owen, erin, dora):
    """A hiring manager makes no administrator, nor takes one's address over."""
    with as_staff():
        role = StaffRole.objects.get(code="technician")
        role.permissions = [*role.permissions, "staff.manage"]
        role.save()
    browser, owens, doras = client_of(erin), person("Owen Admin"), person("Dora Brandt")
    sent = {"role": "platform_admin", "seen": "billing_analyst", "confirmed": "1"}
    assert browser.post(page(doras, "move/"), sent).status_code == 409
    shown = browser.get(page(owens, "card/")).content.decode()
    seen = unescape(re.search(r'name="seen" value="([^"]*)"', shown)[1])
    taken = {**NEW, "name": "Owen Admin", "email": "erin+1@northvane.example", "seen": seen}
    assert browser.post(page(owens, "card/"), taken).status_code == 409
    assert browser.post("/staff/hire/", {**NEW, "role": "platform_admin"}).status_code == 422
    assert person("Dora Brandt").role.code == "billing_analyst" and person("Owen Admin").card.email == owen.email
    assert browser.post("/staff/hire/", NEW).status_code == 302


# --- moving and the card -------------------------------------------------------------------------------


def test_another_role_is_previewed_and_holds_from_the_next_request(desk, client_of, dora):
    browser, doras = client_of(dora), person("Dora Brandt")
    assert browser.get("/billing/disputes/").status_code == 200
    sent = {"role": "technician", "seen": "billing_analyst"}
    preview = text(desk.post(page(doras, "move/"), sent))
    assert "May no longer do" in preview and "Decide disputes and give credit" in preview
    assert person("Dora Brandt").role.code == "billing_analyst"
    assert desk.post(page(doras, "move/"), {**sent, "confirmed": "1"}).status_code == 302
    assert browser.get("/billing/disputes/").status_code == 403
    assert [(each["before"], each["after"]) for each in journal("staff.moved")] == [
        ("Billing analyst", "Repair technician")
    ]
    # Somebody else's old page.
    assert desk.post(page(doras, "move/"), {**sent, "role": "csm", "confirmed": "1"}).status_code == 409
    assert person("Dora Brandt").role.code == "technician"


def test_a_card_is_changed_and_its_old_page_no_longer(desk, client_of, acme, alice, carol):
    carols = person("Carol Okafor")
    shown = text(desk.get(page(carols, "card/")))
    seen = unescape(re.search(r'name="seen" value="([^"]*)"', shown)[1])
    sent = {**NEW, "name": "Carol Okafor", "email": carols.card.email, "title": "Care lead", "seen": seen}
    assert desk.post(page(carols, "card/"), sent).status_code == 302
    assert person("Carol Okafor").card.title == "Care lead"
    assert "+1 303 555 0199" in text(client_of(alice).get("/e/204817/team/"))
    assert "title" in journal("staff.card_changed")[0]["changed"]
    assert desk.post(page(carols, "card/"), {**sent, "title": "Other"}).status_code == 409
    assert person("Carol Okafor").card.title == "Care lead"


def test_another_address_is_the_one_they_sign_in_with_and_ends_their_sessions(desk, client_of, dora):
    browser, doras = client_of(dora), person("Dora Brandt")
    assert browser.get("/").status_code == 200
    with browser.at_home():
        # As the library notes each session that is begun by signing in.
        UserSession.objects.create(user=dora, session_key=browser.session.session_key, ip="127.0.0.1", user_agent="x")
    seen = unescape(re.search(r'name="seen" value="([^"]*)"', text(desk.get(page(doras, "card/"))))[1])
    sent = {**NEW, "name": "Dora Brandt", "email": "dora.brandt@northvane.example", "seen": seen}
    assert desk.post(page(doras, "card/"), sent).status_code == 302
    moved = person("Dora Brandt")
    assert moved.user.email == moved.card.email == "dora.brandt@northvane.example"
    assert browser.get("/").url.startswith("/account/login/")


# --- removing ------------------------------------------------------------------------------------------


def test_who_leaves_is_out_at_once_and_hands_over_all_they_had(desk, client_of, acme, acme_main, alice, carol, erin):
    order = make.order(acme_main, care_manager=make.card_of(carol))
    closed = make.order(acme_main, care_manager=make.card_of(carol), status="completed")
    make.absence(erin, carol, first=1)
    browser, carols = client_of(carol), person("Carol Okafor")
    dees = make.staff("Dee Second", "care_manager")
    assert browser.get("/").status_code == 200
    preview = text(desk.post(page(carols, "remove/"), {"successor": dees.email}))
    assert "Dee Second takes over 1 place" in preview and person("Carol Okafor").is_active
    assert desk.post(page(carols, "remove/"), {"successor": dees.email, "confirmed": "1"}).status_code == 302
    assert browser.get("/").url.startswith("/account/login/")
    with inside(acme):
        assert TeamMember.objects.get().card.name == "Dee Second"
        assert Order.objects.get(pk=order.pk).care_manager.name == "Dee Second"
        assert Order.objects.get(pk=closed.pk).care_manager.name == "Carol Okafor"
    with as_staff():
        assert StaffAbsence.objects.get().deputy.name == "Dee Second"
        assert not User.objects.get(pk=carol.pk).is_active
    assert "Dee Second follows Carol Okafor in the account team" in text(client_of(alice).get("/e/204817/team/"))
    assert (journal("staff.removed")[0]["places"], journal("staff.removed")[0]["work"]) == (1, 1)
    assert FaceClient("staff").sign_in(dees).get("/e/204817/").status_code == 200
    assert "has left" in text(desk.get(page(carols)))


def test_without_a_successor_the_places_end_and_the_gap_is_listed(desk, acme, carol):
    carols = person("Carol Okafor")
    assert "204817" in text(desk.get("/team-gaps/"))
    assert "nobody takes over" in text(desk.post(page(carols, "remove/"), {"successor": ""}))
    desk.post(page(carols, "remove/"), {"successor": "", "confirmed": "1"})
    with inside(acme):
        assert not TeamMember.objects.exists()
        assert Event.objects.filter(kind="team.member_ended").count() == 1
    assert "Customer care manager" in text(desk.get("/team-gaps/?role=care_manager"))


def test_a_customer_who_was_staff_too_still_signs_in_as_a_customer(desk, client_of, acme, alice):
    desk.post("/staff/hire/", {**NEW, "email": alice.email, "name": "Alice Moreau"})
    desk.post(page(person("Alice Moreau"), "remove/"), {"successor": "", "confirmed": "1"})
    with as_app():
        assert User.objects.get(pk=alice.pk).is_active
    assert FaceClient("customer").sign_in(alice).get("/e/204817/").status_code == 200
    assert FaceClient("staff").sign_in(alice).get("/").status_code == 403


def test_nobody_removes_themselves_and_the_last_administrator_stays(desk, client_of, owen):
    owens = person("Owen Admin")
    assert desk.post(page(owens, "remove/"), {"successor": "", "confirmed": "1"}).status_code == 409
    sent = {"role": "technician", "seen": "platform_admin", "confirmed": "1"}
    assert desk.post(page(owens, "move/"), sent).status_code == 409
    assert person("Owen Admin").role.code == "platform_admin" and journal("staff.moved") == []
    make.staff("Second Admin", "platform_admin", email="second@northvane.example")
    assert desk.post(page(owens, "move/"), sent).status_code == 302


def test_two_administrators_who_remove_each_other_at_once_leave_one(transactional_db, owen):
    other = make.staff("Second Admin", "platform_admin", email="second@northvane.example")
    pairs = [(staff_actor(owen), make.card_of(other).pk), (staff_actor(other), make.card_of(owen).pk)]
    jobs = [
        lambda a=actor, c=card: services.remove(c, successor_id=None, actor=a, at=timezone.now())
        for actor, card in pairs
    ]
    found = at_once(*jobs)
    assert found.count(True) == 1 and found.count(services.LastAdministrator) == 1
    with as_staff():
        assert StaffMember.objects.filter(role__code="platform_admin", is_active=True).count() == 1
    assert len(journal("staff.removed")) == 1


def test_one_moves_as_the_other_loses_their_role_and_one_stays(transactional_db, owen):
    """A moved administrator and a role that is emptied at the same moment."""
    second = make.staff("Second Admin", "technician", email="second@northvane.example")
    with as_staff():
        StaffRole.objects.filter(code="technician").update(permissions=["staff.manage", "role.manage"])
    actor, seen = staff_actor(owen), ["staff.manage", "role.manage"]
    assert second
    empty = lambda: services.change_role(  # noqa: E731
        "technician", name="Repair technician", permissions=[], seen=seen, actor=actor, at=timezone.now()
    )
    leave = lambda: services.move(  # noqa: E731
        make.card_of(owen).pk, "csm", seen="platform_admin", actor=actor, at=timezone.now()
    )
    found = at_once(empty, leave)
    assert found.count(True) == 1 and found.count(services.LastAdministrator) == 1


# --- the list --------------------------------------------------------------------------------------------


def test_the_list_of_colleagues_is_filtered_and_taken_as_a_file(desk, owen, dora, erin):
    with as_staff():
        StaffMember.objects.filter(user=erin).update(is_active=False)
        User.objects.filter(pk=dora.pk).update(last_login=timezone.now())

    def names(query):
        file = io.StringIO(desk.get(f"/staff/export.csv{query}").content.decode("utf-8-sig"))
        return [row[0] for row in csv.reader(file)][1:]

    assert names("") == ["Dora Brandt", "Erin Sato", "Owen Admin"]
    assert names("?state=left") == ["Erin Sato"] and names("?role=billing") == ["Dora Brandt"]
    assert names("?q=brandt") == ["Dora Brandt"] and names("?language=pt") == []
    assert "has left" in text(desk.get("/staff/?state=left"))


def card_form(browser, member):
    """The card's form as it stands, to be sent."""
    shown, card = text(browser.get(page(member, "card/"))), member.card
    names = ("name", "title", "phone", "languages", "region", "time_zone", "hours", "email")
    return {
        **{name: getattr(card, name) for name in names},
        "seen": unescape(re.search(r'name="seen" value="([^"]*)"', shown)[1]),
    }


def test_what_is_saved_as_it_is_has_not_changed(desk, dora):
    doras = person("Dora Brandt")
    sent = card_form(desk, doras)
    with unchanged():
        assert desk.post(page(doras, "card/"), sent).status_code == 302
        same = {"role": "billing_analyst", "seen": "billing_analyst", "confirmed": "1"}
        assert desk.post(page(doras, "move/"), same).status_code == 302


def test_nobody_gets_an_address_that_is_somebody_elses(desk, dora, erin, alice):
    doras = person("Dora Brandt")
    sent = card_form(desk, doras)
    for email in (erin.email, alice.email.upper()):
        with unchanged():
            answer = desk.post(page(doras, "card/"), {**sent, "email": email})
        assert answer.status_code == 422 and "belongs to somebody else" in answer.content.decode()
    assert desk.post(page(doras, "card/"), {**sent, "email": "dora.b@northvane.example"}).status_code == 302


def test_nobody_takes_over_from_themselves_and_who_has_left_is_left_alone(desk, carol, erin):
    carols = person("Carol Okafor")
    with unchanged():
        answer = desk.post(page(carols, "remove/"), {"successor": carol.email, "confirmed": "1"})
    assert answer.status_code == 422 and "somebody else than who leaves" in answer.content.decode()
    make.absence(carol, erin, first=2)
    assert desk.post(page(carols, "remove/"), {"successor": erin.email, "confirmed": "1"}).status_code == 302
    with as_staff():
        # Who has left is not away.
        assert not StaffAbsence.objects.exists()
    with unchanged():
        again = desk.post(page(carols, "invite/"))
    assert again.status_code == 409 and "does not work here any more" in again.content.decode()
