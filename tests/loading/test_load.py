"""Loading a folder: what comes of it, what a second run may not undo, who may do it."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg2
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import check_password
from django.core import mail
from django.db import connection

from accounts.adapter import MFAAdapter
from accounts.models import Account, Contact, Enterprise, Grant, Membership, StaffCard, StaffMember, TeamMember, User
from billing.models import Charge
from inventory.models import Product, Service, Site
from orders.models import Milestone, Order
from portal import locator, numbers
from portal.loading import run
from portal.models import CarrierTerm, Event, Locator, Notice, Todo
from tests.loading.conftest import SMALL, connected_as

pytestmark = pytest.mark.usefixtures("owner")

LOADED = (
    CarrierTerm, Enterprise, Account, User, EmailAddress, Authenticator, StaffMember, Membership, Grant, Contact,
    TeamMember, Product, Site, Service, Order, Milestone, Charge, Locator,
)  # fmt: skip


def everything():
    return {model: list(model.objects.order_by("pk").values()) for model in LOADED}


def spoil(folder, name, before, after):
    text = (folder / name).read_text()
    assert before in text
    (folder / name).write_text(text.replace(before, after))


def test_a_fresh_load_brings_everything(folder, load):
    done = load(folder)

    assert done.refusal == ""
    assert "Loaded 22 rows" in done.out and "22 new, 0 changed" in done.out
    order = Order.objects.get()
    assert (order.number, order.monthly, order.care_manager.name) == ("ORD-2026-00077", Decimal("2850.00"), "Cara Holm")
    assert order.account.enterprise_id == order.enterprise_id
    assert [m.status for m in order.milestones.order_by("position")] == ["completed", "in_progress"]
    assert Account.objects.get(number="5-PIN1").address == "1 Mill Road\nDuluth, MN"
    assert StaffMember.objects.get().role.code == "care_manager"
    assert CarrierTerm.objects.get().value == 45


def test_every_file_tells_how_it_went(folder, load):
    lines = load(folder).out.splitlines()

    for name in SMALL:
        assert len([line for line in lines if name in line]) == 2  # checked, loaded


def test_a_second_run_changes_nothing(folder, load):
    load(folder)
    before = everything()

    done = load(folder)

    assert "nothing changed" in done.out
    assert everything() == before


def test_a_changed_row_is_updated_and_nothing_else(folder, load):
    load(folder)
    spoil(folder, "accounts.csv", "Molinos,CLP", "Molinos del Sur,CLP")

    done = load(folder)

    assert "0 new, 1 changed" in done.out
    assert Account.objects.get(number="8-MOL1").name == "Molinos del Sur"


def test_a_column_left_out_leaves_what_is_there_and_an_empty_cell_empties_it(folder, load):
    load(folder)
    (folder / "accounts.csv").write_text("enterprise,number,name\n410001,5-PIN1,Pinefall main\n")
    load(folder)
    assert Account.objects.get(number="5-PIN1").address

    (folder / "accounts.csv").write_text("enterprise,number,name,address\n410001,5-PIN1,Pinefall main,\n")
    load(folder)
    assert Account.objects.get(number="5-PIN1").address == ""


def test_people_can_sign_in_with_what_the_folder_says(folder, load):
    load(folder)

    pat = User.objects.get(email="pat@pinefall.example")
    assert check_password("another-long-word", pat.password)
    assert EmailAddress.objects.filter(user=pat, verified=True, primary=True).exists()
    assert not User.objects.get(email="nils@pinefall.example").has_usable_password()
    cara = Authenticator.objects.get(user__email="cara@northvane.example")
    assert MFAAdapter().decrypt(cara.data["secret"]) == "JBSWY3DPEHPK3PXP"
    assert "JBSWY3DPEHPK3PXP" not in str(cara.data)


def test_outside_the_demo_each_password_is_hashed_by_itself(folder, load, settings):
    settings.DEMO = False
    spoil(folder, "staff.csv", ",totp_secret\n", "\n")
    spoil(folder, "staff.csv", "a-long-first-word,JBSWY3DPEHPK3PXP", "another-long-word")

    assert load(folder).refusal == ""

    first, second = User.objects.filter(email__in=["cara@northvane.example", "pat@pinefall.example"])
    assert first.password != second.password
    assert check_password("another-long-word", first.password) and check_password("another-long-word", second.password)


def test_what_was_loaded_is_found_before_a_company_is_known(folder, load):
    load(folder)

    pinefall = Enterprise.objects.get(public_id="410001")
    account = Account.objects.get(number="5-PIN1")
    assert locator.find(locator.ENTERPRISE, "410001").enterprise_id == pinefall.pk
    found = locator.find(locator.ACCOUNT, "5-pin1")
    assert (found.enterprise_id, found.target_id) == (pinefall.pk, account.pk)
    pat = User.objects.get(email="pat@pinefall.example")
    places = {
        (row.enterprise_id, row.target_id)
        for row in Locator.objects.filter(kind=locator.PERSON, key_hash=locator.key_hash(locator.PERSON, str(pat.pk)))
    }
    assert places == {(m.enterprise_id, m.pk) for m in Membership.objects.filter(user=pat)}
    assert len(places) == 2
    assert pat.default_enterprise_id == pinefall.pk


def test_nobody_is_told(folder, load, mailoutbox):
    load(folder)

    assert not Event.objects.exists() and not Todo.objects.exists() and not Notice.objects.exists()
    assert mail.outbox == []


def test_the_portals_next_order_number_comes_after_the_loaded_ones(folder, load):
    load(folder)

    assert int(numbers.take("order", year=2026).rpartition("-")[2]) > 77


def test_an_order_may_keep_a_number_of_the_carriers_own(folder, load):
    (folder / "orders.csv").write_text(SMALL["orders.csv"].replace("ORD-2026-00077", "N-4711"))
    (folder / "milestones.csv").unlink()

    assert load(folder).refusal == ""
    assert Order.objects.get().number == "N-4711"


def test_a_milestone_that_moved_on_in_the_portal_stays_where_it_is(folder, load):
    load(folder)
    done_at = datetime(2026, 5, 4, 15, tzinfo=UTC)
    Milestone.objects.filter(position=2).update(status="completed", completed_at=done_at, note="Done early.")
    Order.objects.update(status="completed", completed_on=date(2026, 5, 4))

    done = load(folder)

    assert "nothing changed" in done.out
    assert "1 of them with values that only a first load sets" in done.out
    milestone = Milestone.objects.get(position=2)
    assert (milestone.status, milestone.completed_at, milestone.note) == ("completed", done_at, "Done early.")
    assert Order.objects.get().status == "completed"


def test_a_password_changed_in_the_portal_stays(folder, load):
    load(folder)
    pat = User.objects.get(email="pat@pinefall.example")
    pat.set_password("chosen-by-pat-herself")
    pat.language = "es"
    pat.save()

    spoil(folder, "people.csv", "another-long-word", "a-third-long-word")
    load(folder)

    pat.refresh_from_db()
    assert pat.check_password("chosen-by-pat-herself")
    assert pat.language == "es"


def test_rights_withdrawn_in_the_portal_do_not_come_back(folder, load):
    load(folder)
    Grant.objects.all().delete()
    Membership.objects.update(is_administrator=False)
    Authenticator.objects.all().delete()

    load(folder)

    assert not Grant.objects.exists()
    assert not Membership.objects.filter(is_administrator=True).exists()
    assert not Authenticator.objects.exists()


def test_a_charge_ended_in_the_portal_is_not_begun_again(folder, load):
    spoil(folder, "charges.csv", "starts_on\n", "starts_on,ends_on\n")
    spoil(folder, "charges.csv", "2024-03-01\n", "2024-03-01,\n")
    load(folder)
    Charge.objects.update(ends_on=date(2026, 4, 1))

    assert "nothing changed" in load(folder).out
    assert Charge.objects.get().ends_on == date(2026, 4, 1)


def test_relative_dates_count_from_the_day_of_the_first_load(folder, load, monkeypatch):
    spoil(folder, "charges.csv", "2024-03-01", "month-1+14")
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: date(2026, 1, 20))
    load(folder)
    order = Order.objects.get()
    assert (order.placed_on, order.committed_on) == (date(2025, 12, 31), date(2026, 2, 9))
    assert order.milestones.get(position=1).completed_at == datetime(2026, 1, 2, 14, 20, tzinfo=UTC)
    assert Charge.objects.get().starts_on == date(2025, 12, 15)

    monkeypatch.setattr("django.utils.timezone.localdate", lambda: date(2026, 1, 21))
    spoil(folder, "orders.csv", "Wave to Duluth", "Wave to the mill")
    assert "0 new, 1 changed" in load(folder).out

    order.refresh_from_db()
    assert (order.title, order.placed_on) == ("Wave to the mill", date(2025, 12, 31))


def test_a_later_folder_may_lean_on_what_an_earlier_one_brought(folder, load, tmp_path):
    load(folder)
    for name in SMALL:
        if name not in {"enterprises.csv", "accounts.csv", "products.csv", "milestones.csv"}:
            (folder / name).unlink()
    spoil(folder, "milestones.csv", ",2,design,", ",3,build,")

    assert "1 new, 0 changed" in load(folder).out
    assert Milestone.objects.get(position=3).order.number == "ORD-2026-00077"


def test_only_the_owner_may_load(folder, load):
    with connected_as("portal_staff"):
        done = load(folder)

    assert "as the database role portal_owner, and this is portal_staff" in done.refusal
    assert not Enterprise.objects.filter(is_house=False).exists()


def test_if_empty_loads_the_first_time_only(folder, load):
    assert "22 new" in load(folder, "--if-empty").out
    (folder / "orders.csv").write_text("spoilt")

    done = load(folder, "--if-empty")

    assert (done.out, done.refusal) == ("There are customers already: nothing was loaded.\n", "")


def test_a_refusal_of_the_database_is_a_sentence_and_undoes_all(folder, load):
    load(folder)
    # Her card has another address now, so that the folder's would be a second one of hers.
    StaffCard.objects.update(email="cara.holm@northvane.example")
    (folder / "accounts.csv").write_text("enterprise,number,name\n410001,5-PIN1,Another name\n")

    done = load(folder)

    assert done.refusal.startswith("The database refused it: duplicate key")
    assert done.refusal.endswith("Nothing was loaded.") and "\n" not in done.refusal
    assert Account.objects.get(number="5-PIN1").name == "Pinefall main"


def test_two_loads_at_once_do_not_trip_over_each_other(folder, load):
    parameters = {k: v for k, v in connection.get_connection_params().items() if k not in {"cursor_factory", "context"}}
    with closing(psycopg2.connect(**parameters)) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [run.LOCK])

        assert load(folder).refusal.startswith("Another load is under way.")

    assert load(folder).refusal == ""


def test_thousands_of_rows_take_a_few_queries_a_batch(folder, load, django_assert_max_num_queries):
    steps = 12
    orders = [f"410001,ORD-2025-{n:05d},5-PIN1,wave-10g,Order {n},2025-06-01" for n in range(600)]
    milestones = [f"410001,ORD-2025-{n:05d},{p},design,2025-07-01" for n in range(600) for p in range(1, steps + 1)]
    (folder / "orders.csv").write_text("enterprise,number,account,product,title,placed_on\n" + "\n".join(orders))
    (folder / "milestones.csv").write_text("enterprise,order,position,kind,planned_on\n" + "\n".join(milestones))
    with django_assert_max_num_queries(120):
        assert load(folder).refusal == ""
    assert Milestone.objects.count() == 600 * steps

    with django_assert_max_num_queries(100):
        assert "nothing changed" in load(folder).out
    assert Order.objects.filter(placed_on__lt=date(2025, 6, 1) + timedelta(days=1)).count() == 600


def test_an_identifier_in_other_capitals_is_taken(folder, load):
    for name in SMALL:
        if name not in {"enterprises.csv", "accounts.csv", "products.csv"}:
            (folder / name).unlink()
    (folder / "accounts.csv").write_text("enterprise,number,name\n")
    (folder / "enterprises.csv").write_text("public_id,legal_name\npinefall,Pinefall Mills\n")
    assert load(folder).refusal == ""
    (folder / "enterprises.csv").write_text("public_id,legal_name\nPineFall,Pinefall Mills\n")

    assert load(folder).faults == ["enterprises.csv:2 public_id: “PineFall” is here already, in other capitals"]


def test_what_spreadsheets_add_is_forgiven(folder, load):
    text = "\ufeff" + SMALL["sites.csv"].replace("\n", "\r\n") + ",,,,\r\n\r\n"
    (folder / "sites.csv").write_text(text, newline="")

    assert load(folder).refusal == ""


def test_accounts_and_identifiers_of_others_are_taken(folder, load):
    load(folder)
    (folder / "enterprises.csv").write_text(SMALL["enterprises.csv"] + "410003,Third,US\n")
    (folder / "accounts.csv").write_text("enterprise,number,name\n410003,5-PIN1,Stolen\n")
    before = Locator.objects.count()

    faults = load(folder).faults

    assert "accounts.csv:2 number: “5-PIN1” is an account of another enterprise already" in faults
    assert Locator.objects.count() == before


def test_an_address_somebody_took_on_makes_no_second_sign_in(folder, load):
    load(folder)
    pat = User.objects.get(email="pat@pinefall.example")
    EmailAddress.objects.create(user=pat, email="patricia@pinefall.example", verified=False)
    (folder / "people.csv").write_text(SMALL["people.csv"] + "patricia@pinefall.example,en,\n")

    assert "people.csv:4 email: patricia@pinefall.example is another person's further address" in load(folder).faults


def test_a_database_without_its_tables_is_told_in_a_sentence(folder, load):
    Locator.objects.all().delete()

    assert "run manage.py migrate" in load(folder, "--if-empty").refusal


def test_a_term_that_staff_have_set_for_the_same_day_stands(folder, load):
    CarrierTerm.objects.create(name="staff.visit_minutes", value=20, starts_on=date(2026, 1, 1), set_by_user_id=1)

    assert load(folder).faults == [
        "terms.csv:2 starts_on: is a day for which the term was set or withdrawn in the portal"
    ]
    assert CarrierTerm.objects.get().value == 20
