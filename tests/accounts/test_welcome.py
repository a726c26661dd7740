"""What is asked at the first sign-in, and of which notices somebody wants to hear."""

import pytest

from accounts.models import AccessRequest, Membership, User
from portal import locator
from portal.models import Event
from tests import make
from tests.faces import FaceClient, as_staff, inside
from tests.orders.conftest import steps_of

PAGE = "/account/welcome/"
SAID = {"language": "pt", "time_zone": "America/Sao_Paulo", "wants_orders": "on"}


@pytest.fixture
def nina(acme):
    """Somebody who has been invited and signs in for the first time."""
    person = make.user("nina@acme.example", welcomed_at=None)
    make.member(acme, person, "Nina Souza", is_administrator=True)
    return person


@pytest.fixture
def terms(settings, tmp_path):
    text = tmp_path / "terms.txt"
    text.write_text("Be fair.\n\nNo <script> of yours.")
    settings.TERMS_OF_USE = {"version": "2026-01", "url": "https://carrier.example/terms", "file": str(text)}


def again(person):
    with as_staff():
        return User.objects.get(pk=person.pk)


def kinds():
    with as_staff():
        return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_who_signs_in_for_the_first_time_is_asked_first_and_comes_back(acme, nina):
    browser = FaceClient("customer").sign_in(nina)
    for page in ("/", f"/e/{acme.public_id}/orders/", "/profile/"):
        asked = browser.get(page)
        assert asked.status_code == 302 and asked.url.startswith(f"{PAGE}?next=")
    assert browser.get(f"/api/v1/e/{acme.public_id}/orders/").status_code == 403
    page = browser.get(f"{PAGE}?next=/e/{acme.public_id}/orders/").content.decode()
    assert "data-guess-time-zone" in page and "I accept" not in page
    assert browser.get("/suggest/time-zones/?q=paulo").status_code == 200
    done = browser.post(PAGE, {**SAID, "next": f"/e/{acme.public_id}/orders/"})
    assert done.url == f"/e/{acme.public_id}/orders/"
    found = again(nina)
    assert (found.language, found.time_zone) == ("pt", "America/Sao_Paulo") and found.welcomed_at
    with inside(acme):
        member = Membership.objects.get(user_id=nina.pk)
    assert (member.wants_orders, member.wants_billing, member.wants_people) == (True, False, False)
    assert browser.get(f"/e/{acme.public_id}/orders/").status_code == 200


def test_it_is_asked_once(acme, nina):
    browser = FaceClient("customer").sign_in(nina)
    browser.post(PAGE, SAID)
    assert browser.get(PAGE).url == "/"
    assert browser.post(PAGE, {**SAID, "language": "es"}).url == "/"
    assert again(nina).language == "pt"


@pytest.mark.parametrize("wrong", [{"time_zone": "Mars/Olympus"}, {"language": "xx"}, {"time_zone": ""}])
def test_what_is_wrong_is_said_and_nothing_is_kept(acme, nina, wrong):
    browser = FaceClient("customer").sign_in(nina)
    answer = browser.post(PAGE, {**SAID, **wrong})
    assert answer.status_code == 422 and "field-error" in answer.content.decode()
    assert again(nina).welcomed_at is None and kinds() == []


def test_the_terms_of_use_are_accepted_with_version_and_time(acme, nina, terms):
    browser = FaceClient("customer").sign_in(nina)
    page = browser.get(PAGE).content.decode()
    assert (
        "Be fair." in page and "No &lt;script&gt; of yours." in page and 'href="https://carrier.example/terms"' in page
    )
    refused = browser.post(PAGE, SAID)
    assert refused.status_code == 422 and again(nina).terms_accepted_at is None and kinds() == []
    assert browser.post(PAGE, {**SAID, "accepts": "on"}).status_code == 302
    found = again(nina)
    assert found.terms_version == "2026-01" and found.terms_accepted_at
    with as_staff():
        event = Event.objects.get(kind="person.terms_accepted")
    assert (event.facts["version"], event.enterprise_id) == ("2026-01", locator.house_id())


def test_new_terms_are_asked_for_anew_and_nothing_else_is_changed(acme, alice, terms):
    make.agreed(acme, "people.second_factor", "administrators")
    browser = FaceClient("customer").sign_in(alice)
    assert browser.get(f"/e/{acme.public_id}/").url.startswith(PAGE)
    page = browser.get(PAGE).content.decode()
    assert "New terms of use" in page and "wants_orders" not in page and 'name="time_zone"' not in page
    browser.post(PAGE, {"language": "pt", "accepts": "on"})
    profile = browser.get("/profile/").content.decode()
    assert f'href="/e/{acme.public_id}/my-notices/"' in profile and "version 2026-01" in profile
    assert (again(alice).terms_version, again(alice).language) == ("2026-01", "en")
    assert browser.get(f"/e/{acme.public_id}/").status_code == 200
    assert "person.notices_chosen" not in kinds()


def test_the_carriers_people_say_how_to_speak_to_them_and_accept_nothing(db, terms):
    person = make.staff("Nora Neu", "technician")
    with as_staff():
        User.objects.filter(pk=person.pk).update(welcomed_at=None)
    browser = FaceClient("staff").sign_in(again(person))
    assert browser.get("/").url.startswith(PAGE)
    page = browser.get(PAGE).content.decode()
    assert "I accept" not in page and "wants_orders" not in page
    assert browser.post(PAGE, {"language": "es", "time_zone": "America/Santiago"}).url == "/"
    assert browser.get("/").status_code == 200 and again(person).language == "es"


# --- which notices --------------------------------------------------------------------------------


def told_of_an_order(acme, order, carol, deliver):
    """Who gets a mail when a milestone is noted."""
    step = steps_of(order)[0]
    FaceClient("staff").sign_in(carol).post(
        f"/e/{acme.public_id}/orders/milestones/{step.pk}/annotate/", {"note": "Ready now"}
    )
    return {notice.recipient for notice in deliver()}


def test_who_wants_no_notices_of_orders_gets_none_and_sees_the_orders_still(acme, acme_main, alice, carol, deliver):
    order = make.order(acme_main)
    browser = FaceClient("customer").sign_in(alice)
    page = f"/e/{acme.public_id}/my-notices/"
    assert browser.get(page).status_code == 200
    assert browser.post(page, {"wants_billing": "on"}).url == page
    assert kinds() == ["person.notices_chosen"]
    assert told_of_an_order(acme, order, carol, deliver) == set()
    assert browser.get(f"/e/{acme.public_id}/orders/{order.number}/").status_code == 200


def test_who_chooses_nothing_else_hears_as_before(acme, acme_main, alice, carol, deliver):
    order = make.order(acme_main)
    browser = FaceClient("customer").sign_in(alice)
    wishes = {f"wants_{each}": "on" for each in ("orders", "billing", "people", "keys")}
    browser.post(f"/e/{acme.public_id}/my-notices/", wishes)
    assert kinds() == []
    assert told_of_an_order(acme, order, carol, deliver) == {alice.email}


def test_the_choice_is_of_one_enterprise_and_of_oneself(acme, borealis, alice, alan, bob):
    make.member(borealis, alice, "Alice Moreau")
    FaceClient("customer").sign_in(alice).post(f"/e/{acme.public_id}/my-notices/", {})
    assert FaceClient("customer").sign_in(bob).post(f"/e/{acme.public_id}/my-notices/", {}).status_code == 404
    with as_staff():
        rows = Membership.objects.order_by("pk").values_list("enterprise_id", "user_id", "wants_orders")
        silent = {(place, person) for place, person, wants in rows if not wants}
    assert silent == {(acme.pk, alice.pk)}


def test_administrators_choose_whether_they_hear_of_people_and_somebody_always_does(acme, alice, alan, deliver):
    ann = make.user("ann@acme.example")
    make.member(acme, ann, "Ann Other", is_administrator=True)

    known = set()

    def told():
        with inside(acme):
            asked = Membership.objects.select_related("enterprise").get(user=alan)
        FaceClient("customer").sign_in(alan).post(f"/e/{acme.public_id}/access/ask/", {"permission": "api.key.manage"})
        new = [each for each in deliver() if each.kind == "access.asked" and each.pk not in known]
        known.update(each.pk for each in new)
        with inside(acme):
            AccessRequest.objects.filter(membership=asked).update(status="withdrawn")
        return {each.recipient for each in new}

    assert told() == {alice.email, ann.email}
    page, rest = f"/e/{acme.public_id}/my-notices/", {"wants_orders": "on", "wants_billing": "on", "wants_keys": "on"}
    FaceClient("customer").sign_in(alice).post(page, rest)
    assert told() == {ann.email}
    FaceClient("customer").sign_in(ann).post(page, rest)
    assert told() == {alice.email, ann.email}
