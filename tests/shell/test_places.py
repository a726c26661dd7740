"""From one company to another, and help, whichever page one is on."""

import pytest

from tests import make
from tests.faces import FaceClient


@pytest.fixture
def many(alice):
    """Alice serves forty companies, as an agent does."""
    places = [
        make.enterprise(f"Client {n:02d} {'Cía. Eléctrica' if n == 7 else 'Holding'}", public_id=f"4{n:05d}")
        for n in range(40)
    ]
    for place in places:
        make.member(place, alice, "Alice Moreau", is_administrator=True)
    return places


def switch(browser, where):
    return browser.get(where).context["shell"]["switch"]


def test_one_company_needs_no_switch(client_of, acme, alice):
    page = client_of(alice).get(f"/e/{acme.public_id}/").content.decode()
    assert "switch-single" in page and "Change company" not in page


def test_outside_its_pages_the_only_company_is_the_way_back(client_of, acme, alice):
    page = client_of(alice).get("/profile/").content.decode()
    assert f'class="switch switch-button" href="/e/{acme.public_id}/"' in page


def test_the_way_to_another_company_keeps_to_the_kind_of_page(client_of, acme, borealis, alice):
    make.member(borealis, alice, "Alice Moreau", is_administrator=True)
    browser = client_of(alice)
    (url,) = [each["url"] for each in switch(browser, f"/e/{acme.public_id}/orders/")["entries"] if not each["current"]]
    assert url == f"/e/{borealis.public_id}/?at=orders%3Alist"
    assert browser.get(url).url == f"/e/{borealis.public_id}/orders/"


@pytest.mark.parametrize(
    "at", ["orders:list", "accounts:visits", "accounts:root", "no:such", "//evil.example", "accounts:home"]
)
def test_where_that_page_does_not_open_one_comes_home(client_of, acme, borealis, alice, at):
    make.member(borealis, alice, "Alice Moreau")  # may see nothing there
    assert client_of(alice).get(f"/e/{borealis.public_id}/", {"at": at}).status_code == 200


def test_many_companies_are_not_sent_with_each_page(client_of, acme, alice, many):
    browser = client_of(alice)
    page = browser.get(f"/e/{acme.public_id}/orders/").content.decode()
    assert "Client 12" not in page and 'data-load="/companies/?at=orders%3Alist&amp;in=204817"' in page


def test_they_are_fetched_when_the_menu_opens_and_narrowed_by_what_is_typed(client_of, acme, alice, many):
    browser, headers = client_of(alice), {"HX-Request": "true"}
    panel = browser.get("/companies/", {"at": "orders:list", "in": acme.public_id}, headers=headers).content.decode()
    assert "<html" not in panel and panel.count("<li>") == 41 and 'aria-current="true"' in panel
    assert f'href="/e/{many[3].public_id}/?at=orders%3Alist"' in panel
    rows = browser.get(
        "/companies/", {"q": "electrica"}, headers={**headers, "HX-Target": "switch-list"}
    ).content.decode()
    assert rows.count("<li>") == 1 and "Client 07" in rows and "<input" not in rows
    none = browser.get("/companies/", {"q": "nobody"}, headers={**headers, "HX-Target": "switch-list"}).content.decode()
    assert "No company of yours has that name." in none


def test_without_javascript_they_have_a_page(client_of, acme, borealis, alice, many):
    page = client_of(alice).get("/companies/", {"q": "4000"}).content.decode()
    assert "<html" in page and "Client 00" in page and borealis.legal_name not in page


def test_a_companys_name_of_any_length_is_one_line_in_the_header(client_of, alice):
    place = make.enterprise("Compañía " + "Extraordinariamente " * 8 + "Larga, S.A. de C.V.")
    make.member(place, alice, "Alice Moreau")
    assert client_of(alice).get(f"/e/{place.public_id}/").status_code == 200


# --- help ----------------------------------------------------------------------------------------------------------


def test_help_says_whom_to_call_for_what(client_of, acme, alice, carol):
    page = client_of(alice).get(f"/e/{acme.public_id}/help/").content.decode()
    assert "Carol Okafor" in page and "orders, their dates and changes" in page and "+1 303 555 0100" in page
    assert "Customer requested date" in page and "<kbd>/</kbd>" in page


def test_its_panel_is_a_part_of_it(client_of, acme, alice, carol):
    part = client_of(alice).get(f"/e/{acme.public_id}/help/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and "Carol Okafor" in part and "Customer requested date" not in part


def test_who_switched_single_keys_off_is_not_told_of_them(client_of, acme, alice):
    from accounts.models import User
    from tests.faces import as_app

    with as_app():
        User.objects.filter(pk=alice.pk).update(has_shortcuts=False)
    page = client_of(alice).get(f"/e/{acme.public_id}/help/").content.decode()
    assert "<kbd>/</kbd>" not in page and "Single keys are switched off in your profile." in page


def test_staff_outside_are_told_of_their_administrators(client_of, dora):
    make.staff("Owen Kessler", "platform_admin")
    assert "Owen Kessler" in client_of(dora).get("/help/").content.decode()
    part = client_of(dora).get("/help/", headers={"HX-Request": "true"})
    assert part.status_code == 200 and "Owen Kessler" in part.content.decode()


def test_each_word_of_the_glossary_is_written_out():
    from portal.glossary import GLOSSARY

    for code, entry in GLOSSARY.items():
        assert str(entry.term) and str(entry.text).endswith("."), code


def test_error_pages_have_the_header_too(client_of, acme, alice):
    browser = client_of(alice)
    assert browser.get(f"/e/{acme.public_id}/orders/ORD-2026-99999/").status_code == 404
    assert FaceClient("customer").get("/nowhere/").status_code == 404


def test_a_customers_doors_stand_under_its_name_between_the_carriers_own(client_of, acme, carol):
    shown = client_of(carol).get(f"/e/{acme.public_id}/orders/").context["shell"]["nav"]
    headings = [(place, door["heading"]) for place, door in enumerate(shown) if door["heading"]]
    (theirs, name), *administration = headings
    assert name == acme.legal_name and [heading for _, heading in administration] in ([], ["Administration"])
    end = administration[0][0] if administration else len(shown)
    assert all(door["url"].startswith(f"/e/{acme.public_id}/") for door in shown[theirs:end])
    assert not any(door["url"].startswith("/e/") for door in shown[:theirs] + shown[end:])
