"""My services: found by whatever people quote, each on one page, named by the customer, and nobody else's."""

import html
import re
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership
from inventory import selectors, services
from inventory.models import Dlr, Service, ServiceStatus, Site
from portal import identifiers, registries
from portal.actors import system
from portal.errors import Refused
from portal.models import Event, StoredFile
from portal.tenancy import tenant_scope
from tests import make
from tests.billing import builders
from tests.faces import as_app, as_staff, inside


def text(answer, status=200):
    assert answer.status_code == status, answer
    return html.unescape(answer.content.decode())


def alias_of(service):
    with inside(service.enterprise):
        return Service.objects.get(pk=service.pk).alias


def found(browser, acme, typed):
    answer = browser.get(f"/e/{acme.public_id}/search/", {"q": typed})
    return [hit["url"] for group in answer.context["found"] for hit in group["hits"]]


TYPED = ["wv 10g 003318", "west RING", "nt44100271", "+1 (303) 555-0121", "WV-10G-0033"]


def test_a_service_is_found_by_every_identifier_in_the_header_and_in_its_list(
    client_of, acme, alice, bob, wave, branch_line, place
):
    browser = client_of(alice)
    for typed in TYPED:
        assert found(browser, acme, typed) == [f"{place}{wave.pk}/"], typed
        rows = browser.get(place, {"q": typed}).context["page"].rows
        assert [row.number for row in rows] == [wave.number], typed
        assert found(client_of(bob), bob_place(bob), typed) == []


def bob_place(bob):
    class Place:
        public_id = "305120"

    return Place


@pytest.mark.parametrize("typed", ["ÁÑ-çÖ 12/3#(x)", "A–B‑C.9", "  mixed CASE  "])
def test_the_plain_spelling_is_the_databases_own(db, typed):
    with connection.cursor() as cursor:
        sql, params = "SELECT translate(lower(%s COLLATE \"C\"), %s, %s)", [
            typed, identifiers._ACCENTED + identifiers._LEFT_OUT, identifiers._PLAIN,
        ]  # fmt: skip
        cursor.execute(sql, params)
        assert cursor.fetchone()[0] == identifiers.plain(typed)


def test_the_list_is_narrowed_by_state_place_country_access_and_contract_end(
    client_of, acme, acme_main, alice, wave, branch_line, place
):
    soon = make.today("America/Denver") + timedelta(days=40)
    mexico = make.site(acme, "Querétaro", code="QRO", country="MX")
    line = make.service(
        acme_main, number="IP-1", a_site=mexico, contract_ends_on=soon, access="off_net", access_provider="Bajío"
    )
    browser = client_of(alice)

    def rows(**query):
        return {row.number for row in browser.get(place, query).context["page"].rows}

    assert rows(place="querétaro") == rows(country="Mexico") == rows(country="mx") == rows(access="off_net") == {"IP-1"}
    assert rows(ends_to=soon.isoformat()) == {"IP-1"} and rows(account=acme_main.number) == {"IP-1", wave.number}
    assert rows(place="reno") == {wave.number} and rows(status="terminated") == set()
    assert "in 40 days" in text(browser.get(place))
    assert len(text(browser.get(place, {"sort": "ends"})).split(line.number)[0]) < len(
        text(browser.get(place, {"sort": "ends"})).split(wave.number)[0]
    )


def test_the_file_names_every_identifier_and_the_related_services_within_reach(
    client_of, alice, viewer, wave, branch_line, acme_main, place
):
    partner = make.service(acme_main, number="WV-10G-003324")
    make.tie("diverse", wave, partner, branch_line)
    whole = text(client_of(alice).post(f"{place}export.csv"))
    line = next(row for row in whole.splitlines() if row.startswith("WV-10G-003318"))
    assert "NT4410027-1" in line and "ET-1G-000077; WV-10G-003324" in line
    part = text(client_of(viewer).post(f"{place}export.csv"))
    assert "WV-10G-003324" in part and "ET-1G-000077" not in part


def test_the_page_tells_all_of_a_service_and_its_story_with_its_orders_and_invoices(
    client_of, acme, acme_main, alice, carol, wave, place
):
    partner = make.service(acme_main, number="WV-10G-003324")
    make.tie("diverse", wave, partner)
    make.described(wave)
    order = make.order(acme_main, service=wave, milestones=[{"kind": "design"}])
    make.charge(acme_main, "2850.00", service=wave)
    invoice = builders.issue(acme_main)
    step = order.milestones.model
    with inside(acme):
        pk = step.objects.get(order=order).pk
    staff = client_of(carol)
    staff.get(f"/e/{acme.public_id}/")
    assert staff.post(f"/e/{acme.public_id}/orders/milestones/{pk}/complete/").status_code == 302
    page = text(client_of(alice).get(f"{place}{wave.pk}/"))
    for words in ("West ring", "NT4410027-1", "10 Gbps", "Tri-County Telephone", "Denver metro", "Walt Quinn",
                  "WV-10G-003324", "Diverse from", order.number, invoice.number, "Design complete",
                  "Version 1"):  # fmt: skip
        assert words in page, words
    assert "EDGE-" not in page and "EDGE-" in text(staff.get(f"{place}{wave.pk}/"))


def test_what_is_on_other_accounts_or_of_others_is_not_there(client_of, viewer, bob, alice, wave, branch_line, place):
    browser = client_of(viewer)
    assert browser.get(f"{place}{wave.pk}/").status_code == 200
    assert browser.get(f"{place}{branch_line.pk}/").status_code == 404
    assert branch_line.number not in text(browser.get(place))
    assert client_of(bob).get(f"/e/305120/services/{wave.pk}/").status_code == 404
    # One who only sees may not name.
    assert browser.post(f"{place}{wave.pk}/name/", {"alias": "Mine", "seen": "West ring"}).status_code == 403
    assert alias_of(wave) == "West ring"


def told(acme):
    with inside(acme):
        return Event.objects.count()


def test_a_name_is_changed_in_place_told_in_the_story_and_found_from_then_on(client_of, acme, alice, wave, place):
    browser = client_of(alice)
    part = browser.post(
        f"{place}{wave.pk}/name/", {"alias": "  Ring   Reno ", "seen": "West ring"}, headers={"HX-Request": "true"}
    )
    assert "Ring Reno" in text(part) and "<html" not in text(part)
    assert alias_of(wave) == "Ring Reno" and found(browser, acme, "ringreno") == [f"{place}{wave.pk}/"]
    story = re.sub("<[^>]+>", "", text(browser.get(f"{place}{wave.pk}/")))
    assert "The customer calls WV-10G-003318 now: “Ring Reno”" in story
    # Saved as it is, it has not changed.
    before = told(acme)
    assert browser.post(f"{place}{wave.pk}/name/", {"alias": "Ring Reno", "seen": "Ring Reno"}).status_code == 302
    assert told(acme) == before
    # Another page still shows the name before: nothing is lost of either.
    late = browser.post(f"{place}{wave.pk}/name/", {"alias": "Other", "seen": "West ring"})
    assert "is called “Ring Reno” by now" in text(late, 409) and 'value="Other"' in text(late, 409)
    bad = browser.post(f"{place}{wave.pk}/name/", {"alias": "x" * 121, "seen": "Ring Reno"})
    assert bad.status_code == 422 and alias_of(wave) == "Ring Reno"
    with inside(acme):
        assert Event.objects.filter(kind="service.renamed").count() == 1


def test_many_names_come_from_a_file_that_is_shown_first(acme, names, wave, branch_line, place, client_of, alice):
    template = client_of(alice).get(f"{place}names/template.csv").content.decode()
    assert template.splitlines()[0].endswith("service,alias,product,where") and "WV-10G-003318,West ring" in template
    page = text(names("service,alias\nNT 4410027-1,<b>Ring</b>\net1g000077,Branch\n"))
    assert (
        "2 services would get their names" in page
        and "West ring" in page
        and "<b>Ring</b>" not in page.split("<table")[0]
    )
    assert alias_of(wave) == "West ring"
    sealed = re.search(r'name="sealed" value="([^"]+)"', page)[1]
    assert names(sealed=sealed).status_code == 302
    assert (alias_of(wave), alias_of(branch_line)) == ("<b>Ring</b>", "Branch")
    # What was shown is no more what is there.
    assert "meanwhile" in text(names(sealed=sealed), 422)
    with inside(acme):
        assert Event.objects.filter(kind="service.renamed").count() == 2


def test_a_file_of_names_with_anything_wrong_writes_nothing(names, wave, branch_line, borealis_main):
    theirs = make.service(borealis_main, number="BOR-1")
    rows = ["WV-10G-003318,New", "West ring,Twice", "BOR-1,Mine", ",Empty", f"ET-1G-000077,{'x' * 121}"]
    page = text(names("service,alias\n" + "\n".join(rows)), 422)
    assert 'name="sealed"' not in page
    for words in ("stands in line 2 already", "No service that you may name answers to this", "Which service is it?",
                  "A name has at most 120 characters"):  # fmt: skip
        assert words in page, words
    assert "columns are missing" in text(names("service\nWV-10G-003318\n"), 422)
    assert (alias_of(wave), alias_of(branch_line), alias_of(theirs)) == ("West ring", "", "")


def test_staff_add_versions_of_the_design_record_and_the_customer_downloads_them(
    client_of, acme, alice, bob, carol, viewer, wave, place
):
    staff = client_of(carol)
    staff.get(f"/e/{acme.public_id}/")
    today = date.today().isoformat()

    def send(day=today, name="dlr.pdf", content=b"%PDF-1.7\n%%EOF"):
        upload = SimpleUploadedFile(name, content)
        return staff.post(f"{place}{wave.pk}/dlr/", {"issued_on": day, "note": "New span", "uploads": upload})

    assert send().status_code == 302 and send().status_code == 302
    assert "yet to come" in text(send((date.today() + timedelta(days=3)).isoformat()), 422)
    assert "later day" in text(send("2020-01-01"), 422)
    assert send(content=b"no pdf at all").status_code == 422
    with inside(acme):
        assert list(Dlr.objects.order_by("version").values_list("version", flat=True)) == [1, 2]
        file = StoredFile.objects.latest("pk")
    page = text(client_of(viewer).get(f"{place}{wave.pk}/"))
    assert "Version 2" in page and "dlr.pdf" in page and "Add a version" not in page
    assert client_of(viewer).get(f"/e/{acme.public_id}/files/{file.pk}/").status_code == 200
    assert client_of(bob).get(f"/e/305120/files/{file.pk}/").status_code == 404
    assert client_of(alice).post(f"{place}{wave.pk}/dlr/", {}).status_code == 404  # the customers' face has none


def test_a_page_and_a_list_cost_the_same_for_many_as_for_few(client_of, acme_main, alice, wave, place):
    browser = client_of(alice)
    make.described(wave), make.order(acme_main, service=wave)
    make.tie("diverse", wave, make.service(acme_main))

    def cost(where):
        browser.get(where)
        with CaptureQueriesContext(
            connection,
        ) as few:
            browser.get(where)
        return len(few)

    before = cost(place), cost(f"{place}{wave.pk}/"), cost(f"{place}?q=WV10G")
    for each in range(6):
        more = make.service(acme_main)
        make.tie("diverse", wave, more)
        make.identifier(wave, f"C-{each}")
        make.order(acme_main, service=wave)
    assert (cost(place), cost(f"{place}{wave.pk}/"), cost(f"{place}?q=WV10G")) == before


def test_the_filter_holds_with_the_wall_open(acme, acme_main, borealis_main, wave, viewer):
    """As staff, who see all rows: what is not within the actor's reach is not found."""
    theirs = make.service(borealis_main, number="WV-10G-003399")
    actor = builders.customer(viewer, acme)
    with inside(borealis_main.enterprise):
        assert selectors.get_service(actor, theirs.pk) is None
        assert selectors.find_services(actor, "WV-10G-003399", most=5) == []


def test_programs_read_and_name_services_as_people_do(client_of, acme, alice, viewer, bob, wave, branch_line):
    browser, base = client_of(alice), f"/api/v1/e/{acme.public_id}/services/"
    page = browser.get(base, {"q": "nt44100271"}).json()
    assert [row["number"] for row in page["results"]] == [wave.number]
    assert {"kind": "former", "value": "NT4410027-1"} in page["results"][0]["identifiers"]
    one = browser.get(f"{base}{wave.pk}/").json()
    assert (one["state"], one["a_site"]["city"], one["monthly"]["currency"]) == ("active", "Denver", "USD")
    assert browser.get(base, {"colour": "red"}).status_code == 422

    def name(who, body):
        key = {"Idempotency-Key": f"k{make.number()}"}
        where = f"{base}{wave.pk}/alias/"
        return client_of(who).post(where, body, content_type="application/json", headers=key)

    assert name(viewer, {"alias": "No"}).status_code == 403 and alias_of(wave) == "West ring"
    assert name(alice, {"alias": "Late", "seen": "Something"}).status_code == 422 and alias_of(wave) == "West ring"
    assert name(alice, {"alias": "Ring W"}).json()["alias"] == "Ring W" and alias_of(wave) == "Ring W"
    assert client_of(viewer).get(f"{base}{branch_line.pk}/").status_code == 404
    assert client_of(bob).get(f"/api/v1/e/305120/services/{wave.pk}/").status_code == 404
    products = browser.get(f"{base}products/").json()["results"]
    assert products[0]["interval_days"] == 30 and products[0]["questions"]["type"] == "object"


def test_the_way_to_a_service_is_known_to_whoever_sees_it(acme, viewer, wave, branch_line):
    page, actor = registries.page_of("inventory.service"), builders.customer(viewer, acme)
    with as_app(), tenant_scope(acme.pk):
        assert [page.number(actor, each.pk) for each in (wave, branch_line)] == [str(wave.pk), None]


# --- what orders do, and what meets something else meanwhile ---------------------------------------------


def test_a_word_too_short_to_be_a_beginning_is_the_whole_name_and_signs_alone_are_none(
    client_of, alice, wave, branch_line, place
):
    browser = client_of(alice)
    assert browser.post(f"{place}{branch_line.pk}/name/", {"alias": "W 1", "seen": ""}).status_code == 302

    def rows(typed):
        return [row.number for row in browser.get(place, {"q": typed}).context["page"].rows]

    assert (rows("w-1"), rows("WV"), rows("--")) == ([branch_line.number], [], [])
    assert rows("WV-10") == [wave.number]


@pytest.mark.parametrize(
    ("alias", "words"),
    [("West\u200bring", "characters that cannot be shown"), ("x" * 121, "A name has at most 120 characters")],
)
def test_what_is_no_name_is_refused_of_all_that_are_named_at_once(acme, alice, wave, branch_line, alias, words):
    names = [services.NewName(branch_line.pk, "Branch"), services.NewName(wave.pk, alias)]
    actor = builders.customer(alice, acme)
    with as_app(), tenant_scope(acme.pk), pytest.raises(Refused, match=words) as refusal, transaction.atomic():
        services.rename_services(names, actor=actor, at=timezone.now())
    assert refusal.value.field == "alias" and (alias_of(wave), alias_of(branch_line)) == ("West ring", "")


def test_a_program_is_told_of_signs_that_cannot_be_shown(client_of, acme, alice, wave):
    where = f"/api/v1/e/{acme.public_id}/services/{wave.pk}/alias/"
    fault = client_of(alice).post(where, {"alias": "West\u200bring"}, content_type="application/json")
    assert (fault.status_code, [each["pointer"] for each in fault.json()["errors"]]) == (422, ["/alias"])
    assert alias_of(wave) == "West ring"


def test_who_may_not_name_one_of_them_names_none(acme, viewer, alice, wave, branch_line, acme_main):
    with inside(acme):
        member = Membership.objects.select_related("enterprise").get(user=viewer)
    make.grant(member, "service.rename", acme_main)
    actor = builders.customer(viewer, acme)

    def name(*keys):
        with as_app(), tenant_scope(acme.pk):
            services.rename_services([services.NewName(pk, "Ours") for pk in keys], actor=actor, at=timezone.now())

    with pytest.raises(Service.DoesNotExist):
        name(wave.pk, branch_line.pk)
    assert (alias_of(wave), alias_of(branch_line)) == ("West ring", "")
    name(wave.pk)
    assert alias_of(wave) == "Ours"


def test_a_disconnect_that_is_taken_back_brings_no_service_to_life_that_has_ended(acme, wave):
    for status, kept in (("ending", "active"), ("terminated", "terminated")):
        with as_staff(), inside(acme):
            Service.objects.filter(pk=wave.pk).update(status=status, ended_on=date.today())
            services.keep(Service.objects.get(pk=wave.pk), state=ServiceStatus.ACTIVE)
        with inside(acme):
            assert Service.objects.get(pk=wave.pk).status == kept


def test_a_service_that_is_taken_over_stands_at_the_sites_that_its_new_customer_has_already(
    acme, borealis, borealis_main, wave
):
    theirs = make.site(borealis, "Denver", code="THEIR-DEN", name="Oficina")
    with as_staff(), inside(acme):
        given = services.describe(Service.objects.get(pk=wave.pk), actor=system(acme.pk))
    about = {"account": borealis_main, "on": date.today(), "order": "ORD-2026-00001"}
    with as_staff(), inside(borealis):
        taken = services.take_in(given, **about, actor=system(borealis.pk), at=timezone.now())
    with inside(borealis):
        found = Service.objects.select_related("a_site", "z_site").get(pk=taken.pk)
        assert (found.a_site, found.z_site.code, Site.objects.count()) == (theirs, "RNO-HUB", 2)
