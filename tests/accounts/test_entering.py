"""Who is let in where."""

import re
from urllib.parse import urlencode

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone, translation

from accounts.models import StaffVisit, TeamRole
from portal.models import Event
from tests import make
from tests.faces import FaceClient, as_app, as_staff, inside


def without_tokens(answer):
    """A page without its nonce and its form token, which differ each time."""
    return re.sub(
        r'nonce="[^"]*"|"X-CSRFToken": "[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode()
    )


def test_a_member_sees_the_home_of_their_enterprise(client_of, acme, alice):
    page = client_of(alice).get(f"/e/{acme.public_id}/")
    assert page.status_code == 200
    assert acme.legal_name in page.content.decode()


def test_another_enterprise_is_not_there(client_of, acme, bob):
    theirs = client_of(bob).get(f"/e/{acme.public_id}/")
    nobodys = client_of(bob).get("/e/999999/")
    assert theirs.status_code == nobodys.status_code == 404
    assert without_tokens(theirs).replace("204817", "") == without_tokens(nobodys).replace("999999", "")


def test_nobody_is_sent_to_sign_in(client, acme):
    answer = FaceClient("customer").get(f"/e/{acme.public_id}/")
    assert answer.status_code == 302
    assert answer.url.startswith("/account/login/?next=")


def test_staff_on_the_team_enter_and_leave_a_trace(client_of, acme, carol):
    assert client_of(carol).get(f"/e/{acme.public_id}/").status_code == 200
    with inside(acme):
        visit = StaffVisit.objects.get()
        assert (visit.role, visit.reason, visit.why) == ("care_manager", "", "Account team: Customer care manager")
        assert Event.objects.get().kind == "enterprise.opened"


def test_other_staff_say_why_first(client_of, acme, erin):
    browser = client_of(erin)
    asked = browser.get(f"/e/{acme.public_id}/")
    assert asked.status_code == 302 and asked.url.startswith(f"/customers/{acme.public_id}/open/")
    refused = browser.post(asked.url, {"reason": "x"})
    assert refused.status_code == 422
    with inside(acme):
        assert not StaffVisit.objects.exists()
    entered = browser.post(asked.url, {"reason": "Customer called about ticket 7"}, follow=True)
    assert entered.status_code == 200
    assert "Customer called about ticket 7" in entered.content.decode()
    left = browser.post(f"/e/{acme.public_id}/leave/")
    assert left.status_code == 302
    assert browser.get(f"/e/{acme.public_id}/").status_code == 302
    with inside(acme):
        assert list(Event.objects.order_by("id").values_list("kind", flat=True)) == [
            "enterprise.opened",
            "enterprise.left",
        ]


def test_customers_have_no_place_on_the_staff_face(acme, alice):
    page = FaceClient("staff").sign_in(alice).get("/")
    assert page.status_code == 403


def test_staff_without_second_factor_must_set_one(carol):
    browser = FaceClient("staff").sign_in(carol)
    with browser.at_home():
        session = browser.session
        session["account_authentication_methods"] = [{"method": "password"}]
        session.save()
    assert browser.get("/").url.startswith("/account/2fa/?next=")


def test_staff_who_have_a_second_factor_are_asked_for_it_and_not_for_the_password(carol):
    browser = FaceClient("staff").sign_in(carol)
    with browser.at_home():
        TOTP.activate(carol, generate_totp_secret())
        session = browser.session
        session["account_authentication_methods"] = [{"method": "password"}]
        session.save()
    answer = browser.get("/")
    assert answer.url == "/account/2fa/reauthenticate/?next=%2F"
    assert browser.get(answer.url).status_code == 200


@pytest.mark.parametrize("is_htmx", [True, False])
def test_after_a_visit_has_run_out_one_comes_back_to_the_page_and_not_to_its_form(client_of, acme, erin, is_htmx):
    """A form's own address cannot be opened, and a fragment must not take the whole page in."""
    page = f"/e/{acme.public_id}/orders/ORD-2026-00001/"
    current = f"http://testserver{page}"
    headers = {"HX-Request": "true", "HX-Current-URL": current} if is_htmx else {"Referer": current}
    answer = client_of(erin).post(f"/e/{acme.public_id}/orders/milestones/1/annotate/", {"note": "x"}, headers=headers)
    onward = f"/customers/{acme.public_id}/open/?{urlencode({'next': page})}"
    assert (answer.get("HX-Redirect") if is_htmx else answer.url) == onward


def test_a_foreign_referrer_leads_nowhere(client_of, acme, erin):
    answer = client_of(erin).post(f"/e/{acme.public_id}/leave/", headers={"Referer": "https://evil.example/x"})
    assert answer.url == f"/customers/{acme.public_id}/open/?next="


def test_outside_any_scope_staff_cannot_write(acme, carol):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), as_staff():
        StaffVisit.objects.update(reason="x")


def test_the_customers_administrators_read_who_looked_and_why(client_of, acme, alice, alan, carol):
    reader = client_of(alice)
    assert "Nobody has looked yet" in reader.get(f"/e/{acme.public_id}/visits/").content.decode()
    client_of(carol).get(f"/e/{acme.public_id}/")
    text = reader.get(f"/e/{acme.public_id}/visits/").content.decode()
    assert "Carol Okafor" in text and "Account team: Customer care manager" in text
    assert client_of(alan).get(f"/e/{acme.public_id}/visits/").status_code == 403


def test_why_somebody_of_the_team_looked_is_said_in_each_readers_language(client_of, acme, alice, carol):
    client_of(carol).get(f"/e/{acme.public_id}/")
    with as_app():
        alice.language = "es"
        alice.save(update_fields=["language"])
    text = client_of(alice).get(f"/e/{acme.public_id}/visits/").content.decode()
    with translation.override("es"):
        assert str(TeamRole.CARE_MANAGER.label) in text
    assert "Customer care manager" not in text


def test_a_visit_without_any_reason_is_refused_by_the_database(acme, carol):
    card = make.card_of(carol)
    with pytest.raises(IntegrityError, match="accounts_staffvisit_why"), inside(acme), transaction.atomic():
        StaffVisit.objects.create(enterprise=acme, card=card, started_at=timezone.now(), until_at=timezone.now())
