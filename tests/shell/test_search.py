"""The box in the header: what people quote is found, by whom it may be, and leads somewhere."""

import pytest
from django.core.cache import cache

from portal.models import CarrierTerm
from tests import make
from tests.billing import builders
from tests.faces import FaceClient, as_staff, inside


@pytest.fixture
def order(acme, acme_main):
    circuit = make.service(acme_main, number="WV-10G-003318", alias="Línea Denver–Reno")
    return make.order(acme_main, number="ORD-2026-00417", customer_reference="Po 4500/77", service=circuit)


@pytest.fixture
def orderer(acme):
    """Somebody who sees orders, and not services."""
    person = make.user("orders@acme.example")
    make.grant(make.member(acme, person, "Olga Orders"), "order.view")
    return person


def ask(browser, where, typed, **more):
    return browser.get(where, {"q": typed, **more})


def links(answer):
    """The pages that the found things lead to."""
    return [each["url"] for group in answer.context["found"] for each in group["hits"]]


@pytest.mark.parametrize(
    "typed",
    ["ORD-2026-00417", "ord 2026 417", "ord202600417", "  PO 4500/77 ", "po450077", "ORD–2026–00417", "ord-2026-0041"],
)
def test_an_order_is_found_as_it_is_quoted(client_of, acme, alice, order, typed):
    answer = ask(client_of(alice), f"/e/{acme.public_id}/search/", typed)
    assert answer.status_code == 200
    assert links(answer) == [f"/e/{acme.public_id}/orders/ORD-2026-00417/"]
    assert "In progress" in answer.content.decode()


@pytest.mark.parametrize("typed", ["wv 10g 003318", "WV10G003318", "linea denver-reno", "LÍNEA DENVER"])
def test_who_sees_orders_alone_finds_a_service_by_each_of_its_names_on_its_latest_order(
    client_of, acme, orderer, order, typed
):
    answer = ask(client_of(orderer), f"/e/{acme.public_id}/search/", typed)
    assert links(answer) == [f"/e/{acme.public_id}/orders/{order.number}/"]
    assert "opens its latest order, ORD-2026-00417" in answer.content.decode()


def test_a_service_without_an_order_leads_to_its_accounts_orders(client_of, acme, acme_main, orderer):
    make.service(acme_main, number="IP-1G-020104")
    browser = client_of(orderer)
    (url,) = links(ask(browser, f"/e/{acme.public_id}/search/", "ip-1g-020104"))
    assert url == f"/e/{acme.public_id}/orders/?account={acme_main.number}"
    assert browser.get(url).status_code == 200


def test_who_sees_bills_alone_finds_services_on_their_invoices(client_of, acme, acme_main, order):
    clerk = make.user("clerk@acme.example")
    make.grant(make.member(acme, clerk, "Helen Park"), "billing.view")
    browser = client_of(clerk)
    (url,) = links(ask(browser, f"/e/{acme.public_id}/search/", "WV-10G-003318"))
    assert url == f"/e/{acme.public_id}/billing/?account={acme_main.number}"
    assert browser.get(url).status_code == 200
    assert links(ask(browser, f"/e/{acme.public_id}/search/", order.number)) == []


def test_the_order_that_a_service_leads_to_is_one_within_reach(client_of, acme, acme_main, acme_branch, alan):
    circuit = make.service(acme_branch, number="ET-1G-000077")
    make.order(acme_main, number="ORD-2026-00999", service=circuit)
    answer = ask(client_of(alan), f"/e/{acme.public_id}/search/", "ET-1G-000077")
    assert "ORD-2026-00999" not in answer.content.decode()
    assert links(answer) == [f"/e/{acme.public_id}/orders/?account={acme_branch.number}"]


def test_invoices_and_disputes_are_found(client_of, acme, acme_main, alice):
    make.charge(acme_main)
    invoice = builders.issue(acme_main)
    dispute = builders.dispute(alice, invoice)
    browser = client_of(alice)
    for thing, page in ((invoice, "invoices"), (dispute, "disputes")):
        typed = thing.number.lower().replace("-", " ")
        answer = ask(browser, f"/e/{acme.public_id}/search/", typed)
        assert links(answer) == [f"/e/{acme.public_id}/billing/{page}/{thing.number}/"]


@pytest.mark.parametrize("typed", ["5-KTR2P", " 5-ktr2p "])
def test_an_account_is_found_by_its_number_and_leads_to_its_invoices(client_of, acme, acme_main, alice, dora, typed):
    browser = client_of(alice)
    (url,) = links(ask(browser, f"/e/{acme.public_id}/search/", typed))
    assert url == f"/e/{acme.public_id}/billing/?account=5-KTR2P" and browser.get(url).status_code == 200
    assert links(ask(client_of(dora), "/search/", typed)) == [url]


def test_an_account_out_of_reach_is_not_found(client_of, acme, acme_main, alan, borealis, bob):
    assert links(ask(client_of(alan), f"/e/{acme.public_id}/search/", acme_main.number)) == []
    assert links(ask(client_of(bob), f"/e/{borealis.public_id}/search/", acme_main.number)) == []


def test_enter_on_a_single_hit_goes_straight_to_it_and_a_kept_address_shows_the_list(client_of, acme, alice, order):
    browser = client_of(alice)
    straight = ask(browser, f"/e/{acme.public_id}/search/", "ord 2026 417", go="1")
    assert straight.status_code == 302 and straight.url == f"/e/{acme.public_id}/orders/{order.number}/"
    assert ask(browser, f"/e/{acme.public_id}/search/", "ord 2026 417").status_code == 200
    make.order(order.account, number="ORD-2026-00418")
    assert ask(browser, f"/e/{acme.public_id}/search/", "ord-2026", go="1").status_code == 200


def test_suggestions_are_the_options_of_a_listbox(client_of, acme, alice, order):
    answer = client_of(alice).get(f"/e/{acme.public_id}/search/", {"q": "ord2026"}, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert "<html" not in page
    assert 'role="listbox"' in page and page.count('role="option"') == 1 and "1 found" in page


def test_where_nothing_is_found_the_page_says_what_can_be_searched(client_of, acme, alice):
    page = ask(client_of(alice), f"/e/{acme.public_id}/search/", "no such thing").content.decode()
    assert "Nothing is called that" in page and "order number, your reference (PO)" in page
    assert "Blanks, dashes, accents and capitals do not matter" in page


@pytest.mark.parametrize(
    "typed", ["", " ", "---", "%", "_", "'", "\\", "ñ", "💡", "a" * 5000, "\ud800", "ORD'; --", "[", "*:*", "&|!"]
)
def test_odd_characters_are_an_answer_and_no_fault(client_of, acme, alice, dora, order, typed):
    typed = typed.encode("utf-8", "replace").decode()
    assert ask(client_of(alice), f"/e/{acme.public_id}/search/", typed).status_code == 200
    assert ask(client_of(dora), "/search/", typed).status_code == 200


def test_a_nul_names_nothing(client_of, acme, alice):
    assert client_of(alice).get(f"/e/{acme.public_id}/search/?q=ord%00").status_code == 404


def test_it_asks_as_many_questions_for_many_as_for_one(
    client_of, acme, acme_main, alice, order, django_assert_max_num_queries
):
    browser, where = client_of(alice), f"/e/{acme.public_id}/search/"
    asked = []
    for _ in range(2):
        with django_assert_max_num_queries(60) as seen:
            ask(browser, where, "ord-2026")
        asked.append(len(seen))
        for n in range(12):
            make.order(acme_main, number=f"ORD-2026-1{n:04d}-{len(asked)}")
    assert asked[0] == asked[1]


def test_it_shows_a_few_of_each_kind_and_says_so(client_of, acme, acme_main, alice):
    for n in range(8):
        make.order(acme_main, number=f"ORD-2026-1{n:04d}")
    answer = ask(client_of(alice), f"/e/{acme.public_id}/search/", "ord-2026")
    assert len(links(answer)) == 5
    assert "There may be more: type further." in answer.content.decode()


def test_who_searches_without_end_is_slowed_down(client_of, acme, alice, order):
    with as_staff():
        CarrierTerm.objects.create(
            name="search.per_minute", value=10, starts_on="2020-01-01", set_by="Owen", set_by_user_id=1
        )
    browser = client_of(alice)
    answers = [ask(browser, f"/e/{acme.public_id}/search/", "ORD-2026-00417") for _ in range(22)]
    # The minute may turn once meanwhile.
    assert (answers[0].status_code == 200 and answers[-1].status_code == 429) or answers[10].status_code == 429
    slowed = next(answer for answer in answers if answer.status_code == 429)
    assert "Wait a minute" in slowed.content.decode() and order.title not in slowed.content.decode()
    cache.clear()
    assert ask(browser, f"/e/{acme.public_id}/search/", "ORD-2026-00417").status_code == 200


# --- staff, outside any customer ---------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["204817", "acme", "FREI", "freight acme"])
def test_staff_find_a_customer_by_number_or_the_beginning_of_its_words(client_of, acme, borealis, dora, typed):
    assert links(ask(client_of(dora), "/search/", typed)) == [f"/e/{acme.public_id}/"]


@pytest.mark.parametrize("typed", ["20481", "reight", "house", "northvane"])
def test_staff_find_no_customer_by_less_and_never_the_carrier_itself(client_of, acme, dora, typed):
    assert links(ask(client_of(dora), "/search/", typed)) == []


def test_staff_find_things_across_customers_and_say_why_before_they_see_them(client_of, acme, order, dora):
    browser = client_of(dora)
    answer = ask(browser, "/search/", "ord 2026 417")
    (url,) = links(answer)
    assert url == f"/e/{acme.public_id}/orders/{order.number}/" and acme.legal_name in answer.content.decode()
    first = browser.get(url)
    assert first.status_code == 302 and first.url.startswith(f"/customers/{acme.public_id}/open/?next=")
    then = browser.post(first.url, {"reason": "They called about it", "next": url})
    assert then.status_code == 302 and then.url == url
    assert browser.get(url).status_code == 200


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_the_way_on_stays_with_us(client_of, acme, dora, target):
    browser = client_of(dora)
    then = browser.post(f"/customers/{acme.public_id}/open/", {"reason": "They called about it", "next": target})
    assert then.status_code == 302 and then.url == f"/e/{acme.public_id}/"


def test_across_customers_numbers_must_be_whole(client_of, order, dora):
    browser = client_of(dora)
    assert links(ask(browser, "/search/", "ORD-2026")) == []
    page = ask(browser, "/search/", "ORD-2026").content.decode()
    assert "numbers must be whole" in page


def test_a_role_finds_only_what_it_may_see(client_of, acme, order, dora):
    from accounts.models import StaffRole

    browser = client_of(dora)
    with as_staff():
        role = StaffRole.objects.get(code="billing_analyst")
        role.permissions = [code for code in role.permissions if code != "order.view"]
        role.save(update_fields=["permissions"])
    answer = ask(browser, "/search/", order.number)
    assert links(answer) == [] and acme.legal_name not in answer.content.decode()


def test_inside_a_customer_staff_find_only_what_is_there(client_of, acme, borealis, borealis_main, order, carol):
    make.order(borealis_main, number="ORD-2026-00500")
    browser = client_of(carol)
    assert len(links(ask(browser, f"/e/{acme.public_id}/search/", "ORD-2026"))) == 1
    assert links(ask(browser, f"/e/{acme.public_id}/search/", "ORD-2026-00500")) == []


def test_customers_have_no_search_across(client_of, alice):
    assert client_of(alice).get("/search/?q=acme").status_code == 404


def test_the_key_of_an_issued_invoice_stays_when_its_paper_is_added(acme, acme_main):
    make.charge(acme_main)
    invoice = builders.issue(acme_main)
    with inside(acme):
        type(invoice).objects.filter(pk=invoice.pk).update(pdf_name="a.pdf", pdf_sha256="0" * 64)
        kept = type(invoice).objects.get(pk=invoice.pk)
    assert kept.number_key == invoice.number.lower().replace("-", "")


def test_without_javascript_the_box_is_a_form(client_of, acme, alice):
    page = client_of(alice).get(f"/e/{acme.public_id}/").content.decode()
    assert f'<form class="top-search" method="get" action="/e/{acme.public_id}/search/" role="search" ' in page


def test_who_has_not_signed_in_is_sent_to_sign_in(acme):
    answer = FaceClient("customer").get(f"/e/{acme.public_id}/search/?q=x")
    assert answer.status_code == 302 and answer.url.startswith("/account/login/")
