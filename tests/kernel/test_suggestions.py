"""A field that suggests: works without a script, says what is near, and offers nothing beyond reach."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from portal import suggestions
from portal.loading.cells import countries
from portal.models import CarrierTerm
from portal.suggestions import Suggestion, resolve
from tests import make
from tests.billing import builders as b
from tests.faces import as_staff

FEW = suggestions.among([("1", "Acme"), ("2", "Acme West"), ("3", "Borealis"), ("4", "Mérida")])


def staff(client_of, acme):
    return client_of(make.staff("Ada Director", "account_director"))


@pytest.mark.parametrize(
    ("typed", "value"),
    [("acme", "1"), ("ACME (1)", "1"), ("bor", "3"), ("2", "2"), ("merida", "4"), ("Acme West (2)", "2")],
)
def test_a_text_names_one_thing(typed, value):
    assert resolve(typed, FEW).value == value


def test_a_text_that_names_several_lists_them_and_one_that_names_none_says_so():
    with pytest.raises(ValidationError, match=r"Which one do you mean\? Acme \(1\); Acme West \(2\)"):
        resolve("acm", FEW)
    with pytest.raises(ValidationError, match="Nothing here is called “zzz”"):
        resolve("zzz", FEW)


def test_countries_are_found_in_the_readers_language_and_by_their_letters():
    with translation.override("es"):
        find = suggestions.countries(countries())
        assert resolve("Alemania", find).value == "DE" and resolve("mexico", find).value == "MX"
        assert resolve("CL", find) == Suggestion("CL", "Chile")
    with translation.override("en"):
        assert resolve("Germany", suggestions.countries(countries())).value == "DE"


def test_time_zones_are_found_by_their_city():
    assert resolve("denver", suggestions.time_zones).value == "America/Denver"
    assert resolve("America/Mexico_City", suggestions.time_zones).value == "America/Mexico_City"
    assert len(suggestions.time_zones("")) == suggestions.MOST


def test_what_is_typed_is_answered_with_the_rows_of_a_list(client_of, alice, acme, acme_main, acme_branch):
    client = client_of(alice)
    answer = client.get(
        b.url("accounts:suggest_accounts"), {"of": "account", "account": "acme"},
        headers={"HX-Request": "true", "HX-Trigger": "id_account"},
    )  # fmt: skip
    assert answer.text.count('role="option"') == 2 and 'id="id_account-1"' in answer.text
    assert 'data-value="Acme main (5-KTR2P)"' in answer.text and "2 suggestions" in answer.text
    assert client.get(b.url("accounts:suggest_accounts"), {"q": "a\0"}).status_code == 404
    assert 'role="option"' not in client.get(b.url("accounts:suggest_accounts"), {"q": "zzz"}).text


def test_only_accounts_within_reach_are_suggested(client_of, alan, acme_main, acme_branch, bob):
    text = client_of(alan).get(b.url("accounts:suggest_accounts"), {"q": "5-KT"}).text
    assert acme_branch.number in text and acme_main.number not in text
    assert client_of(bob).get(b.url("accounts:suggest_accounts"), {"q": "5-KT"}).status_code == 404


def test_who_may_do_nothing_is_suggested_nothing(client_of, acme, acme_main):
    person = make.user("idle@acme.example")
    make.member(acme, person, "Ida Idle")
    assert acme_main.number not in client_of(person).get(b.url("accounts:suggest_accounts"), {"q": "5-KT"}).text


def test_a_customer_is_chosen_from_a_term_by_a_part_of_the_name(client_of, acme, borealis):
    client = staff(client_of, acme)
    page = client.get("/terms/billing.payment_days/").text
    assert 'role="combobox"' in page and 'hx-get="/suggest/customers/?of=customer"' in page
    assert "Borealis" in client.get("/suggest/customers/", {"of": "customer", "customer": "bor"}).text
    there = f"/e/{acme.public_id}/terms/agree/?term=billing.payment_days"
    for typed in ("acme", acme.public_id, f"Acme Freight, Inc. ({acme.public_id})"):
        answer = client.get("/terms/billing.payment_days/agree/", {"customer": typed})
        assert answer.status_code == 302 and answer.url == there, typed
    answer = client.get("/terms/billing.payment_days/agree/", {"customer": "Nobody Inc"})
    assert answer.status_code == 422 and "Nothing here is called “Nobody Inc”" in answer.text
    assert 'value="Nobody Inc"' in answer.text


def test_the_carriers_customers_are_suggested_to_who_may_open_them(client_of, acme, borealis, carol, erin):
    assert "Borealis" in client_of(carol).get("/customers/suggest/", {"q": "305"}).text
    assert client_of(carol).get("/suggest/customers/", {"q": "305"}).status_code == 403


def test_a_country_of_a_term_is_typed_and_kept_by_its_letters(client_of, acme):
    client = client_of(make.staff("Pat Admin", "platform_admin"))
    page = client.get("/terms/billing.payment_days/set/").text
    assert 'hx-get="/suggest/countries/?of=country"' in page and "<option" not in page.split('name="country"')[1][:300]
    typed = {"value": "45", "country": "Chile", "starts_on": "2027-01-01", "reason": "As agreed there", "seen": "0"}
    answer = client.post("/terms/billing.payment_days/set/", {**typed, "country": "Atlantis"})
    assert answer.status_code == 422 and "Nothing here is called “Atlantis”" in answer.text
    assert client.post("/terms/billing.payment_days/set/", {**typed, "confirmed": "1"}).status_code == 302
    with as_staff():
        assert CarrierTerm.objects.get(name="billing.payment_days").country == "CL"


def test_a_field_without_an_address_is_a_plain_input():
    field = suggestions.SuggestField(required=False)
    assert "combobox" not in field.widget.render("x", "y")
    assert field.clean("") == ""
