"""The list of terms narrowed, what a page says of where a value comes from, and what services refuse themselves."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.utils import timezone

from portal import terms
from portal.errors import Refused
from portal.models import CarrierTerm, Event
from portal.termbook import services
from tests import make
from tests.billing import builders
from tests.faces import as_staff

PAY, HOURS, ROWS = "billing.payment_days", "billing.live_hours", "exports.most_rows"
VISIT, SEARCH = "staff.visit_minutes", "search.per_minute"
YESTERDAY, LATER = date.today() - timedelta(days=1), date.today() + timedelta(days=30)
WEDNESDAYS = {"time_zone": "UTC", "country": "", "weekdays": [2], "windows": [["08:00", "12:00"]]}


def set_for(name, value, starts_on=YESTERDAY, **place):
    with as_staff():
        return CarrierTerm.objects.create(name=name, value=value, starts_on=starts_on, **place)


def listed(browser, **query):
    answer = browser.get("/terms/", query)
    assert answer.status_code == 200
    return set(re.findall(r'href="/terms/([a-z_]+\.[a-z_0-9]+)/"', answer.text))


def declared(wanted):
    return {term.name for term in terms.DECLARED.values() if wanted(term)}


def test_terms_are_narrowed_to_an_area(browser):
    assert listed(browser) == set(terms.DECLARED)
    assert listed(browser, area="billing") == declared(lambda term: term.area == "billing")


def test_terms_are_narrowed_to_how_they_differ(browser, acme):
    set_for(PAY, 45), set_for(VISIT, 50, LATER), set_for(ROWS, 7, country="CL"), make.agreed(acme, SEARCH, 40)
    narrower = declared(lambda term: term.by_segment) | {ROWS}
    found = {how: listed(browser, differs=how) for how in ("set", "scheduled", "agreed", "narrower")}
    assert found == {"set": {PAY}, "scheduled": {VISIT}, "agreed": {SEARCH}, "narrower": narrower}


def test_a_segment_with_a_value_of_its_own_is_shown_with_it_and_not_as_shipped(browser):
    def binds():
        page = unescape(browser.get(f"/terms/{HOURS}/").text)
        cells = re.findall(r'<tr><td class="card-lead">(.*?)</td>.*?</tr>', page.split("</tbody>")[0], re.DOTALL)
        return cells, page.split("</tbody>")[0].count("as shipped")

    assert binds() == (["All customers", "National wholesale"], 2)
    set_for(HOURS, WEDNESDAYS, segment="wholesale")
    assert binds() == (["All customers", "National wholesale"], 1)


def test_a_customer_reads_for_which_place_the_carrier_set_a_value(client_of, acme, alice):
    def page():
        return unescape(client_of(alice).get(f"/e/{acme.public_id}/terms/").text)

    assert "The carrier's terms for" not in page()
    set_for(PAY, 45, country=acme.country)
    assert "45 days" in page() and "The carrier's terms for United States" in page()


def test_a_value_that_is_none_of_the_terms_kind_is_refused_whoever_asks(owen):
    wish = services.Wish(value="soon", starts_on=LATER, reason="Board decision of May")
    with as_staff(), pytest.raises(Refused) as refused:
        services.set_term(terms.DECLARED[PAY], wish, place=("", "", ""), actor=builders.staff(owen), at=timezone.now())
    assert refused.value.field == "value" and "Expected a whole number" in str(refused.value.message)
    with as_staff():
        assert not CarrierTerm.objects.exists() and not Event.objects.filter(kind="term.set").exists()


def test_a_reason_of_spaces_says_nothing(browser):
    typed = {"value": "45", "starts_on": str(LATER), "seen": "0", "confirmed": "1"}
    answer = browser.post(f"/terms/{PAY}/set/", {**typed, "reason": "a      b"})
    assert answer.status_code == 422 and "Say in a few words why" in answer.text
    with as_staff():
        assert not CarrierTerm.objects.exists()
    assert browser.post(f"/terms/{PAY}/set/", {**typed, "reason": "a      board"}).status_code == 302
