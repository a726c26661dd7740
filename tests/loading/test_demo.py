"""The demo carrier: it loads, it holds what a visitor should find, and its people can get in."""

import csv
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from allauth.mfa.totp.internal.auth import validate_totp_code
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone

from accounts.models import Account, Enterprise, Grant, Membership, StaffMember, StaffRole, TeamMember, User
from accounts.services import ship_house_and_roles
from billing.models import Charge
from inventory.models import Service
from orders.models import (
    ActivationCall,
    ActivationSlot,
    Answer,
    Disconnect,
    Escalation,
    InternalNote,
    Message,
    Milestone,
    NotReady,
    Order,
    OrderItem,
    OrderStatus,
    OrderType,
    Promise,
    Supplement,
    Transfer,
    Trial,
    TurnUp,
)
from portal.loading.document import page
from tests.loading.conftest import DEMO, connected_as, run_command


def rows(name):
    with (DEMO / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


# Never taken, so never planned.
WRITTEN = {OrderStatus.DRAFT, OrderStatus.PRICING, OrderStatus.RETURNED, OrderStatus.REJECTED}


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """Loaded once for all, and wiped: each test only reads."""
    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with django_db_blocker.unblock(), override_settings(DEMO=True, PASSWORD_HASHERS=quick):
        with connected_as("portal_owner"):
            done = run_command(DEMO)
        yield done
        with connected_as("portal_owner"):
            call_command("flush", verbosity=0, interactive=False, allow_cascade=True, inhibit_post_migrate=True)
            ship_house_and_roles()


@pytest.fixture
def demo(loaded, django_db_blocker):
    assert loaded.refusal == "", loaded.err
    with django_db_blocker.unblock(), connected_as("portal_owner"):
        yield


def test_the_demo_holds_what_a_visitor_should_find(demo):
    enterprises = Enterprise.objects.filter(is_house=False)
    assert enterprises.count() >= 12
    assert enterprises.filter(segment="wholesale").count() == 1
    assert {"US", "CA", "MX", "CL", "AR", "CO", "PE", "BR"} <= set(enterprises.values_list("country", flat=True))
    assert set(enterprises.values_list("language", flat=True)) == {"en", "es", "pt"}
    assert set(Order.objects.values_list("status", flat=True)) == set(OrderStatus.values)
    assert set(Order.objects.values_list("type", flat=True)) == set(OrderType.values)
    assert set(StaffMember.objects.values_list("role__code", flat=True)) == set(
        StaffRole.objects.values_list("code", flat=True)
    )
    assert {"BRL", "CAD", "USD", "MXN"} <= set(Account.objects.values_list("currency", flat=True))
    assert 150 <= Service.objects.count() <= 300
    assert 40 <= Order.objects.exclude(status__in=WRITTEN).count() <= 60
    assert set(Order.objects.filter(status__in=WRITTEN).values_list("status", flat=True)) == WRITTEN


def test_its_people_are_as_in_life(demo):
    assert Grant.objects.filter(account__isnull=False).exists()
    twice = User.objects.get(email="priya.raman@lanternworks.example")
    assert Membership.objects.filter(user=twice).count() == 2
    (holding,) = Enterprise.objects.filter(is_holding=True)
    assert Account.objects.filter(enterprise=holding).exists()
    assert not Membership.objects.filter(enterprise=holding).exists()
    for enterprise in Enterprise.objects.filter(is_house=False, is_holding=False):
        members = Membership.objects.filter(enterprise=enterprise)
        assert 2 <= members.count() <= 7 and members.filter(is_administrator=True).exists()
        roles = set(TeamMember.objects.filter(enterprise=enterprise).values_list("role", flat=True))
        assert {"care_manager", "account_director", "sales_engineer", "billing_analyst"} <= roles
        assert ("csm" in roles) == (enterprise.segment == "wholesale")


def test_its_orders_hold_together(demo):
    assert not Milestone.objects.filter(order__status__in=WRITTEN).exists()
    for order in Order.objects.exclude(status__in=WRITTEN).prefetch_related("milestones"):
        states = [m.status for m in sorted(order.milestones.all(), key=lambda m: m.position)]
        is_over = order.status in {OrderStatus.COMPLETED, OrderStatus.CANCELLED}
        assert 5 <= len(states) <= 10, order
        assert ("in_progress" in states) != is_over, order
        assert not is_over or "planned" not in states, order
    late = Milestone.objects.filter(status="in_progress")
    assert {m.owner for m in late if m.expected_on > m.planned_on} == {"carrier", "customer", "permit", "third_party"}


def test_a_visitor_finds_an_order_at_every_point_of_its_life(demo):
    assert Answer.objects.filter(status="returned", order__number="ORD-2026-00529").exists()
    assert Answer.objects.filter(status="given").exists()
    held = set(NotReady.objects.filter(outcome="open").values_list("order__number", flat=True))
    assert held == set(Order.objects.filter(status="held").values_list("number", flat=True))
    assert ActivationSlot.objects.filter(taken_at=None).count() >= 8
    assert ActivationCall.objects.get(status="booked").slot.taken_at
    waiting = TurnUp.objects.get(decision="waiting")
    assert waiting.notice["identifiers"] and waiting.test.has_passed
    assert waiting.order.milestones.get(status="in_progress").kind == "acceptance"
    assert Message.objects.filter(is_ours=False, answered_at=None).exists() and InternalNote.objects.exists()
    assert set(Promise.objects.values_list("status", flat=True)) == {"open", "missed", "kept"}
    assert set(Escalation.objects.values_list("by_whom", flat=True)) == {"customer", "itself"}
    going = Disconnect.objects.get()
    assert (going.service.status, going.service.ended_on) == ("ending", going.stops_on)
    transfer = Transfer.objects.get()
    assert transfer.given_at and transfer.taken_at is None and transfer.target != transfer.order.account
    assert Trial.objects.get().ends_on > timezone.localdate()
    sites = OrderItem.objects.filter(product__sites_to_begin__gt=1).order_by("position")
    assert [(each.is_primary, each.up_by) for each in sites] == [(True, ""), (False, "Ingrid Solheim"), (False, "")]
    asked = Supplement.objects.get(status="asked")
    assert (asked.kind, asked.order.status) == ("cancel", "cancelling")
    today = timezone.localdate()
    ends = Service.objects.filter(contract_ends_on__in=[today + timedelta(days=31), today + timedelta(days=60)])
    assert ends.count() >= 2


def test_its_bills_give_reason_to_dispute(demo):
    dearer = [
        (order.number, charge.amount)
        for order in Order.objects.filter(type="new", status="completed").select_related("service")
        for charge in Charge.objects.filter(service=order.service, kind="recurring")
        if charge.amount > order.monthly
    ]
    assert [amount for _, amount in dearer] == [Decimal("3150.00")]
    after = Charge.objects.filter(service__status="terminated", ends_on__isnull=True)
    assert after.count() == 1
    billed = Charge.objects.filter(kind="recurring").values("service")
    assert not Service.objects.filter(status="active").exclude(pk__in=billed).exists()


def test_the_sign_ins_that_are_printed_work(demo):
    text = (DEMO / "SIGN_INS.txt").read_text()
    password = re.search(r"password in this demo: (\S+)", text)[1]
    mails = re.findall(r"\S+@\S+\.example", text)
    assert len(text.splitlines()) < 30 and len(mails) == 15
    for mail in mails:
        assert check_password(password, User.objects.get(email=mail).password), mail


def test_everything_in_it_is_made_up():
    for name in ("staff", "people", "contacts"):
        assert all(row["email"].endswith(".example") for row in rows(name))
    for name in ("staff", "memberships", "contacts"):
        assert all("555" in row["phone"] for row in rows(name) if row["phone"])


def test_code_gives_a_code_that_signs_in(demo, capsys):
    call_command("code", "maren.holt@northvane.example")

    secret = next(row["totp_secret"] for row in rows("staff") if row["email"] == "maren.holt@northvane.example")
    assert validate_totp_code(secret, capsys.readouterr().out.strip())


@pytest.mark.parametrize(
    ("who", "answer"),
    [
        ("marcus.oduya@halvorsen.example", "has no second factor"),
        ("nobody@halvorsen.example", "Nobody signs in as nobody@halvorsen.example"),
    ],
)
def test_code_says_so_when_there_is_none_to_give(demo, who, answer):
    with pytest.raises(CommandError, match=answer):
        call_command("code", who)


def test_code_refuses_outside_the_demo(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="in the demo only"):
        call_command("code", "maren.holt@northvane.example")


def test_the_description_of_the_files_is_fresh(capsys):
    written = (DEMO.parents[1] / "docs" / "load_carrier.md").read_text()
    call_command("load_carrier", "--describe")
    assert capsys.readouterr().out == page() == written


def test_the_command_wants_a_folder():
    with pytest.raises(CommandError, match="Say which folder"):
        call_command("load_carrier")
