"""Who serves a customer: seen by the customer, kept by staff, lacking where the policy demands it."""

import csv
import io
import re
from datetime import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts import services
from accounts.models import StaffCard, TeamMember, TeamRole
from accounts.staffing import services as staffing
from portal.errors import Refused
from portal.models import CarrierTerm, EnterpriseTerm, Event
from portal.tenancy import tenant_scope
from tests import make
from tests.accounts.racing import at_once, staff_actor
from tests.accounts.refusing import unchanged
from tests.billing import builders
from tests.faces import as_app, as_staff, inside

TEAM = "/e/204817/team/"


@pytest.fixture
def owen(db):
    return make.staff("Owen Admin", "platform_admin")


@pytest.fixture
def desk(client_of, acme, owen):
    """Owen's browser, inside Acme."""
    browser = client_of(owen)
    browser.post("/customers/204817/open/", {"reason": "The team is to be put together"})
    return browser


def text(answer):
    assert answer.status_code == 200, answer
    return answer.content.decode()


def place(person, role="sales_engineer", **fields):
    return {"role": role, "who": f"{person.email}", "account": "", "escalation": "1", **fields}


def team_of(enterprise):
    with inside(enterprise):
        rows = TeamMember.objects.filter(enterprise=enterprise).select_related("card", "account").order_by("pk")
        return [
            (each.card.name, each.role, each.account.number if each.account else "", each.families, each.escalation)
            for each in rows
        ]


def told(enterprise, kind):
    with inside(enterprise):
        return list(Event.objects.filter(enterprise=enterprise, kind=kind).order_by("pk"))


# --- what customers see ------------------------------------------------------------------------------


def test_a_customer_reads_who_serves_them_for_what_and_when_in_their_own_time(client_of, acme, alice, carol):
    with as_staff():
        StaffCard.objects.filter(name="Carol Okafor").update(
            works_on=[0, 1, 2, 3, 4], works_from=time(8), works_until=time(17), time_zone="America/New_York",
            languages=["en", "es"],
        )  # fmt: skip
    page = text(client_of(alice).get(TEAM))
    assert "Carol Okafor" in page and "orders, their dates and changes" in page
    assert "English, Spanish" in page
    # Alice is in Denver, two hours behind New York.
    assert re.search(r"Mon–Fri 06:00–15:00 M[SD]T", page)


def test_hours_that_cross_midnight_are_told_on_the_readers_own_weekdays(client_of, acme, alice, carol):
    with as_staff():
        StaffCard.objects.filter(name="Carol Okafor").update(
            works_on=[0, 1, 2, 3, 4], works_from=time(6), works_until=time(15), time_zone="Asia/Tokyo"
        )
    assert re.search(r"Sun(day)?, Mon.*1[45]:00–(23|00):00|Mon, Tue, Wed, Thu, Sun", text(client_of(alice).get(TEAM)))


def test_a_person_of_one_account_sees_its_people_and_not_anothers(
    client_of, acme, acme_main, acme_branch, alice, alan, dora, erin
):
    make.team(acme, dora, "billing_analyst", acme_main)
    make.team(acme, erin, "technician", acme_branch)
    mine = text(client_of(alan).get(TEAM))
    assert "Erin Sato" in mine and "5-KTR3Q" in mine
    assert "Dora Brandt" not in mine and "5-KTR2P" not in mine
    everybodys = text(client_of(alice).get(TEAM))
    assert "Erin Sato" in everybodys and "Dora Brandt" in everybodys


def test_the_team_stands_where_one_asks_whom_to_call(client_of, acme, acme_branch, acme_main, alice, alan, carol, dora):
    make.team(acme, dora, "billing_analyst")
    make.charge(acme_main)
    order, invoice = make.order(acme_branch), builders.issue(acme_main)
    browser = client_of(alice)
    for page in ("", "team/", "help/", f"orders/{order.number}/"):
        assert "Carol Okafor" in text(browser.get(f"/e/204817/{page}")), page
    assert "Dora Brandt" in text(browser.get(f"/e/204817/billing/invoices/{invoice.number}/"))
    missing = browser.get("/e/204817/orders/ORD-1999-00001/")
    forbidden = client_of(alan).get("/e/204817/visits/")
    assert (missing.status_code, forbidden.status_code) == (404, 403)
    assert all("Carol Okafor" in each.content.decode() for each in (missing, forbidden))


def test_another_enterprise_hears_nothing_of_the_team(client_of, acme, borealis, bob, carol):
    answer = client_of(bob).get(TEAM)
    assert answer.status_code == 404 and "Carol" not in answer.content.decode()
    assert "Carol" not in text(client_of(bob).get("/e/305120/team/"))


def test_programs_get_the_team_with_who_stands_in(client_of, acme, acme_branch, alice, alan, carol, erin):
    make.team(acme, erin, "technician", acme_branch)
    make.absence(carol, erin)
    [whole, own] = client_of(alice).get("/api/v1/e/204817/team/").json()["results"]
    assert (whole["name"], whole["role"], whole["account"]) == ("Carol Okafor", "care_manager", None)
    assert whole["away"]["deputy"]["name"] == "Erin Sato" and own["account"]["number"] == "5-KTR3Q"
    assert own["away"] is None
    assert set(whole) >= {"languages", "hours", "working_hours", "region", "families", "escalation", "phone", "email"}


# --- keeping it ----------------------------------------------------------------------------------------


def test_staff_name_somebody_for_an_account_and_products_and_the_customer_reads_it(
    desk, client_of, acme, acme_branch, alice, erin, deliver
):
    answer = desk.post(
        f"{TEAM}add/", place(erin, account="5-KTR3Q", families=["ip", "voice"], escalation="2"), follow=True
    )
    assert "Erin Sato serves this customer now." in text(answer)
    assert team_of(acme) == [("Erin Sato", "sales_engineer", "5-KTR3Q", ["ip", "voice"], 2)]
    page = text(client_of(alice).get(TEAM))
    assert "Internet, Voice" in page and "Erin Sato joined the account team: Sales engineer" in page
    [mail] = [each for each in deliver() if each.kind == "team.member_added"]
    assert (mail.recipient, mail.state) == (erin.email, "done") and "Acme Freight" in mail.subject


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"who": "nobody@northvane.example"}, 422),
        ({"role": "emperor"}, 422),
        ({"escalation": "10"}, 422),
        ({"families": ["submarines"]}, 422),
        ({"account": "9-NONE"}, 422),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(desk, acme, erin, wrong, code):
    answer = desk.post(f"{TEAM}add/", place(erin, **wrong))
    assert answer.status_code == code
    assert team_of(acme) == [] and told(acme, "team.member_added") == []
    assert desk.post(f"{TEAM}add/", place(erin)).status_code == 302


def test_the_same_place_twice_is_refused(desk, acme, erin):
    assert desk.post(f"{TEAM}add/", place(erin)).status_code == 302
    again = desk.post(f"{TEAM}add/", place(erin))
    assert again.status_code == 422 and "already" in again.content.decode()
    assert len(team_of(acme)) == len(told(acme, "team.member_added")) == 1


def test_a_place_passes_to_somebody_else_and_says_from_whom(desk, client_of, acme, alice, carol, erin):
    [member] = members(acme)
    page = f"{TEAM}{member.pk}/"
    sent = {**place(erin, "care_manager"), "seen": seen(desk, page)}
    assert desk.post(page, sent).status_code == 302
    assert [each[0] for each in team_of(acme)] == ["Erin Sato"]
    assert "Erin Sato follows Carol Okafor in the account team" in text(client_of(alice).get(TEAM))


def members(enterprise):
    with inside(enterprise):
        return list(TeamMember.objects.filter(enterprise=enterprise).order_by("pk"))


def seen(browser, page):
    return re.search(r'name="seen" value="([^"]*)"', text(browser.get(page)))[1]


def test_of_two_who_change_one_place_the_second_is_told(desk, acme, carol, erin, dora):
    [member] = members(acme)
    page = f"{TEAM}{member.pk}/"
    loaded = seen(desk, page)
    assert desk.post(page, {**place(erin, "care_manager"), "seen": loaded}).status_code == 302
    second = desk.post(page, {**place(dora, "care_manager"), "seen": loaded})
    assert second.status_code == 409 and "Somebody else has changed this place" in second.content.decode()
    assert [each[0] for each in team_of(acme)] == ["Erin Sato"] and len(told(acme, "team.member_replaced")) == 1


def test_a_place_that_ends_lets_nobody_in_any_more(desk, client_of, acme, carol):
    [member] = members(acme)
    assert desk.post(f"{TEAM}{member.pk}/end/").status_code == 302
    assert team_of(acme) == [] and [each.facts["name"] for each in told(acme, "team.member_ended")] == ["Carol Okafor"]
    assert client_of(carol).get("/e/204817/").url.startswith("/customers/204817/open/")
    assert desk.post(f"{TEAM}{member.pk}/end/").status_code == 404


def test_only_who_may_keeps_teams(client_of, acme, erin, carol):
    make.team(acme, erin, "technician")
    browser = client_of(erin)
    before = team_of(acme)
    for answer in (
        browser.get(f"{TEAM}add/"),
        browser.post(f"{TEAM}add/", place(erin)),
        browser.post(f"{TEAM}{members(acme)[0].pk}/end/"),
        browser.get("/team-gaps/"),
    ):
        assert answer.status_code == 403
    assert team_of(acme) == before
    assert client_of(carol).get(f"{TEAM}add/").status_code == 200


def test_another_customers_place_is_not_there(desk, acme, borealis, erin):
    theirs = make.team(borealis, erin, "care_manager")
    assert desk.get(f"{TEAM}{theirs.pk}/").status_code == desk.post(f"{TEAM}{theirs.pk}/end/").status_code == 404
    assert len(team_of(borealis)) == 1


# --- customers that lack somebody ------------------------------------------------------------------------


def lacking(browser, query=""):
    rows = csv.reader(io.StringIO(browser.get(f"/team-gaps/export.csv{query}").content.decode("utf-8-sig")))
    return {row[0]: row[2] for row in list(rows)[1:]}


def test_a_customer_is_listed_with_what_its_team_lacks_and_the_door_to_mend_it(client_of, owen, acme, acme_main, carol):
    make.service(acme_main)  # a wavelength
    browser = client_of(owen)
    assert lacking(browser) == {"204817": "Account director or manager; Sales engineer: Wavelength"}
    page = text(browser.get("/team-gaps/"))
    assert "/e/204817/team/add/?role=sales_engineer&amp;families=wavelength" in page
    browser.post("/customers/204817/open/", {"reason": "The team is to be mended"})
    door = text(browser.get("/e/204817/team/add/?role=sales_engineer&families=wavelength"))
    assert re.search(r'value="sales_engineer" selected', door) and re.search(r'value="wavelength"[^>]*checked', door)


def test_a_gap_closes_for_the_product_that_the_place_is_for(client_of, owen, acme, acme_main, borealis, carol, erin):
    for family in ("wavelength", "voice"):
        make.service(acme_main, product=make.product(family, family, family))
    browser = client_of(owen)
    member = make.team(acme, erin, "sales_engineer")
    assert lacking(browser)["204817"] == "Account director or manager"
    with inside(acme):
        TeamMember.objects.filter(pk=member.pk).update(families=["voice"])
    assert lacking(browser)["204817"] == "Account director or manager; Sales engineer: Wavelength"
    assert set(lacking(browser, "?role=sales_engineer")) == {"204817"}
    assert set(lacking(browser, "?role=care_manager")) == {"305120"}


def test_one_accounts_own_manager_is_not_the_companys(client_of, owen, acme, acme_main, erin):
    make.team(acme, erin, "account_director", acme_main)
    assert "Account director or manager" in lacking(client_of(owen))["204817"]


def test_managed_services_ask_for_a_service_manager_and_wholesale_for_its_own(client_of, owen, acme, acme_main):
    make.service(acme_main, product=make.product("router", "Managed router", "managed"))
    whole = make.enterprise("Sable Wholesale", segment="wholesale")
    found = lacking(client_of(owen))
    assert "Service manager" in found["204817"] and "Customer service manager" not in found["204817"]
    assert "Customer service manager" in found[whole.public_id] and "Service manager;" not in found[whole.public_id]


def test_what_is_demanded_is_policy_also_for_one_customer(client_of, owen, acme, borealis, carol):
    terms = {"starts_on": "2020-01-01", "set_by": "Owen", "set_by_user_id": 1}
    with as_staff():
        CarrierTerm.objects.create(name="team.needs_success", value=True, country="CL", **terms)
    with inside(acme):
        EnterpriseTerm.objects.create(enterprise=acme, name="team.needs_owner", value=False, **terms)
    found = lacking(client_of(owen))
    assert "204817" not in found
    assert "Customer success" in found["305120"] and "Customer care manager" in found["305120"]


def test_where_nothing_is_lacking_the_page_says_so(client_of, owen, acme):
    terms = {"starts_on": "2020-01-01", "set_by": "Owen", "set_by_user_id": 1, "value": False}
    with as_staff():
        for name in ("owner", "care_manager"):
            CarrierTerm.objects.create(name=f"team.needs_{name}", **terms)
    browser = client_of(owen)
    assert "Every customer has whom they should have" in text(browser.get("/team-gaps/"))
    assert "Every customer has whom they should have" in text(browser.get("/"))


def test_gaps_cost_the_same_for_few_as_for_many(client_of, owen):
    browser = client_of(owen)
    browser.get("/team-gaps/")
    counts = []
    for more in (1, 20):
        for _ in range(more):
            make.enterprise(f"Customer {make.number()}")
        with CaptureQueriesContext(connection) as queries:
            browser.get("/team-gaps/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_staffs_home_shows_whom_they_serve(client_of, acme, carol, owen):
    assert "Acme Freight" in text(client_of(carol).get("/"))
    assert "Acme Freight" not in text(client_of(owen).get("/"))


# --- races ----------------------------------------------------------------------------------------------


def test_of_many_who_add_the_same_at_once_one_does(transactional_db, acme, owen, erin):
    actor, wanted = staff_actor(owen, acme), services.Place(make.card_of(erin).pk, "technician")

    def add():
        with tenant_scope(acme.pk):
            services.add_place(wanted, actor=actor, at=timezone.now())

    assert sorted(at_once(*[add] * 4), key=str) == [Refused] * 3 + [True]
    assert len(team_of(acme)) == len(told(acme, "team.member_added")) == 1


def test_who_is_removed_gets_no_place_at_the_same_moment(transactional_db, acme, owen, erin):
    """Whoever comes first: nobody who has left stands in a team."""
    card, actor, acting = make.card_of(erin), staff_actor(owen), staff_actor(owen, acme)

    def add():
        with tenant_scope(acme.pk):
            services.add_place(services.Place(card.pk, "technician"), actor=acting, at=timezone.now())

    def remove():
        staffing.remove(card.pk, successor_id=None, actor=actor, at=timezone.now())

    at_once(add, remove)
    assert team_of(acme) == []


def test_roles_are_said_in_the_readers_language(client_of, acme, alice, carol):
    with as_app():
        alice.language = "pt"
        alice.save(update_fields=["language"])
    page = text(client_of(alice).get(TEAM))
    with translation.override("pt"):
        assert str(TeamRole.CARE_MANAGER.label) in page


def test_a_place_that_is_saved_as_it_is_has_not_changed(desk, acme, carol):
    page = f"{TEAM}{members(acme)[0].pk}/"
    sent = {**place(carol, "care_manager"), "seen": seen(desk, page)}
    with unchanged():
        assert desk.post(page, sent).status_code == 302
