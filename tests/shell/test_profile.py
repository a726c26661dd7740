"""What a person decides about themselves: by a form, in both faces, in each of their companies."""

import pytest
from django.conf import settings

from accounts.models import Membership, User
from portal.models import Event
from tests import make
from tests.faces import FaceClient, as_app, as_staff, inside


def typed(**changes):
    return {
        "name": "Alice Moreau", "phone": "+1 303 555 0100", "language": "en", "time_zone": "America/Denver",
        "theme": "system", "has_shortcuts": "on", **changes,
    }  # fmt: skip


def now(person):
    with as_app():
        return User.objects.get(pk=person.pk)


def name_in(enterprise, person):
    with inside(enterprise):
        return Membership.objects.get(user=person, enterprise=enterprise).name


def test_it_shows_what_is_set(client_of, alice):
    page = client_of(alice).get("/profile/").content.decode()
    assert 'value="Alice Moreau"' in page and 'value="Denver, GMT-' in page
    assert alice.email in page and settings.CARRIER["phone"] in page


def test_a_person_sets_language_zone_name_and_colours(client_of, acme, alice):
    browser = client_of(alice)
    answer = browser.post(
        "/profile/",
        typed(
            name="  Alice   Moreau-Díaz ",
            language="es",
            time_zone="America/Mexico_City",
            theme="dark",
            has_shortcuts="",
        ),
    )
    assert answer.status_code == 302 and answer.url == "/profile/"
    assert answer.cookies["theme"].value == "dark" and answer.cookies["customer-language"].value == "es"
    person = now(alice)
    assert (person.language, person.time_zone, person.has_shortcuts) == ("es", "America/Mexico_City", False)
    assert name_in(acme, alice) == "Alice Moreau-Díaz"
    page = browser.get("/profile/").content.decode()
    assert '<html lang="es" data-bs-theme="dark"' in page and "Ciudad de México, GMT-6 (America/Mexico_City)" in page
    assert "data-keys" not in page


def test_the_companys_journal_says_who_was_called_what(client_of, acme, alice):
    client_of(alice).post("/profile/", typed(name="Alicia Moreau"))
    with inside(acme):
        event = Event.objects.get(kind="person.renamed")
    assert (event.facts["before"], event.facts["after"], event.actor_name) == (
        "Alice Moreau",
        "Alicia Moreau",
        "Alice Moreau",
    )
    client_of(alice).post("/profile/", typed(name="Alicia Moreau", phone="+1 1"))
    with inside(acme):
        assert Event.objects.filter(kind="person.renamed").count() == 1
        assert Membership.objects.get(user=alice).phone == "+1 1"


def test_a_name_changes_in_each_of_ones_companies_and_for_nobody_else(client_of, acme, borealis, alice, bob):
    make.member(borealis, alice, "A. Moreau")
    client_of(alice).post("/profile/", typed(name="Alicia Moreau"))
    assert name_in(acme, alice) == name_in(borealis, alice) == "Alicia Moreau"
    assert name_in(borealis, bob) == "Bob Fuentes"


@pytest.mark.parametrize(
    ("field", "value"),
    [("time_zone", "Mars/Olympus"), ("time_zone", "../../etc/passwd"), ("language", "fr"), ("theme", "pink"),
     ("name", "   "), ("name", "x" * 201), ("phone", "1" * 41)],
)  # fmt: skip
def test_what_cannot_be_is_said_beside_the_field_and_nothing_changes(client_of, acme, alice, field, value):
    answer = client_of(alice).post("/profile/", typed(**{"phone": "+1 5", field: value}))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert f'id="id_{field}_error"' in answer.content.decode()
    if field != "phone":
        assert 'value="+1 5"' in answer.content.decode()  # what was typed comes back
    assert now(alice).time_zone == "America/Denver" and name_in(acme, alice) == "Alice Moreau"


def test_who_has_several_companies_chooses_where_to_begin(client_of, acme, borealis, alice):
    make.member(borealis, alice, "Alice Moreau")
    browser = client_of(alice)
    browser.post("/profile/", typed(start=borealis.public_id))
    browser.get(f"/e/{acme.public_id}/")
    assert browser.get("/").url == f"/e/{borealis.public_id}/"
    browser.post("/profile/", typed(start=""))
    browser.get(f"/e/{acme.public_id}/")
    assert browser.get("/").url == f"/e/{acme.public_id}/"


def test_nobody_begins_in_a_company_that_is_not_theirs(client_of, borealis, alice):
    client_of(alice).post("/profile/", typed(start=borealis.public_id))
    assert now(alice).start_enterprise_id is None


def test_a_company_that_one_has_left_is_no_place_to_begin(client_of, acme, borealis, alice):
    make.member(borealis, alice, "Alice Moreau")
    browser = client_of(alice)
    browser.post("/profile/", typed(start=borealis.public_id))
    with inside(borealis):
        Membership.objects.filter(user=alice).update(status="inactive")
    assert browser.get("/").url == f"/e/{acme.public_id}/"


def test_an_old_name_of_a_zone_stays_until_another_is_chosen(client_of, alice):
    with as_app():
        User.objects.filter(pk=alice.pk).update(time_zone="US/Mountain")
    browser = client_of(alice)
    assert 'value="US/Mountain"' in browser.get("/profile/").content.decode()
    assert browser.post("/profile/", typed(time_zone="US/Mountain")).status_code == 302


def test_staff_set_their_own_and_see_what_others_decide(client_of, dora):
    browser = client_of(dora)
    page = browser.get("/profile/").content.decode()
    assert 'name="name"' not in page and "Dora Brandt" in page and "Your platform administrator changes them" in page
    answer = browser.post("/profile/", typed(language="pt", time_zone="America/Sao_Paulo"))
    assert answer.status_code == 302 and now(dora).language == "pt"
    with as_staff():
        assert make.card_of(dora).name == "Dora Brandt"


def test_who_belongs_to_no_company_still_has_a_profile(db):
    person = make.user("lone@nowhere.example")
    browser = FaceClient("customer").sign_in(person)
    assert browser.get("/profile/").status_code == 200
    assert browser.post("/profile/", typed(language="es")).status_code == 302
    assert now(person).language == "es"


# --- sign-in pages speak the person's language -----------------------------------------------------------------


@pytest.mark.parametrize(
    "where", ["/account/2fa/", "/account/password/change/", "/account/sessions/", "/account/email/",
              "/account/reauthenticate/", "/account/logout/", "/profile/"],
)  # fmt: skip
def test_pages_about_the_sign_in_speak_the_persons_language(client_of, bob, where):
    make.password(bob)
    page = client_of(bob).get(where, headers={"Accept-Language": "en-US"}, follow=True)
    assert page.status_code == 200 and '<html lang="es"' in page.content.decode()


def test_the_second_step_at_sign_in_speaks_the_persons_language(bob):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    make.password(bob)
    with as_app():
        TOTP.activate(bob, generate_totp_secret())
    browser = FaceClient("customer")
    asked = browser.post(
        "/account/login/", {"login": bob.email, "password": make.PASSWORD}, headers={"Accept-Language": "en-US"}
    )
    assert "/2fa/authenticate/" in asked.url
    page = browser.get(asked.url, headers={"Accept-Language": "en-US"}).content.decode()
    assert '<html lang="es"' in page
