"""Whoever comes second finds it done: nothing is done or told twice, whether a person or a process was quicker."""

import time
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone

from accounts import selectors, services
from accounts.companies import services as companies
from accounts.models import AccountGroup, Move, StaffMember, StaffRole
from accounts.moving.services import carry_out_due
from accounts.rules import Rights
from accounts.signon import services as sign_on
from accounts.staffing import services as staffing
from accounts.staffing.rules import Card
from portal.actors import Actor, ActorKind
from portal.errors import Refused
from portal.tenancy import tenant_scope
from tests import make
from tests.accounts.racing import staff_actor
from tests.accounts.refusing import unchanged
from tests.faces import as_app, as_staff, connected_as, inside
from tests.isolation.worlds import the_owner


@pytest.fixture
def owen(db):
    return make.staff("Owen Admin", "platform_admin")


@pytest.mark.parametrize("what", ["number", "contact"])
def test_what_a_colleague_removed_is_not_removed_again(acme, owen, what):
    at, actor = timezone.now(), staff_actor(owen, acme)
    remove = {"number": companies.remove_number, "contact": companies.remove_contact}[what]

    def run(act, *args):
        with as_staff(), tenant_scope(acme.pk):
            return act(*args, actor=actor, at=at)

    made = run(companies.add_number, "C-1", "") if what == "number" else make.contact(acme, "ap@acme.example")
    run(remove, made.pk)
    with unchanged():
        run(remove, made.pk)


def test_an_absence_and_a_role_end_once(owen, carol, erin):
    absence, by = make.absence(carol, erin), {"actor": staff_actor(owen), "at": timezone.now()}
    with as_staff():
        role = staffing.create_role("Night desk", ["staff.view"], **by)
        staffing.remove_role(role.code, **by)
        services.end_absence(absence.pk, **by)
    with unchanged(), as_staff():
        staffing.remove_role(role.code, **by)
        services.end_absence(absence.pk, **by)


# --- at the same moment ----------------------------------------------------------------------------


def second(act, first):
    """What ``act`` comes to, begun while the owner's transaction ``first`` is under way, and done after it."""
    (outcome,) = held_up(first, act)
    return outcome


def held_up(first, *acts):
    """What each comes to, all begun while the owner's transaction is under way, and going on after it."""
    outcomes = []

    def run(act):
        try:
            outcomes.append(act())
        except Refused as refusal:
            outcomes.append(str(refusal.message))
        finally:
            connection.close()

    threads = [Thread(target=run, args=[act]) for act in acts]
    with the_owner() as cursor:
        first(cursor)
        for thread in threads:
            thread.start()
        while _waits(cursor) < len(acts) and any(thread.is_alive() for thread in threads):
            time.sleep(0.02)
    for thread in threads:
        thread.join()
    return outcomes


def _waits(cursor):
    cursor.execute(
        "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)"
        " WHERE NOT granted AND datname = current_database()"
    )
    return cursor.fetchone()[0]


@pytest.fixture
def group(transactional_db, acme):
    return make.group(acme, "East")


@pytest.mark.parametrize("how", ["made", "renamed"])
def test_a_name_that_a_group_gets_meanwhile_is_taken(acme, group, how):
    actor = Actor(ActorKind.CUSTOMER, "Amy", enterprise_id=acme.pk)

    def name():
        with as_app(), tenant_scope(acme.pk):
            by = {"actor": actor, "at": timezone.now()}
            if how == "made":
                return companies.make_group("West", [], **by)
            return companies.change_group(group.pk, name="West", adding=[], taking=[], **by)

    def first(cursor):
        cursor.execute(
            "INSERT INTO accounts_accountgroup (enterprise_id, name, is_active) VALUES (%s, 'West', true)", [acme.pk]
        )

    assert second(name, first) == "Another group is called so."
    with inside(acme):
        assert sorted(AccountGroup.objects.values_list("name", flat=True)) == ["East", "West"]


def test_an_address_that_a_customer_gets_meanwhile_hires_nobody(transactional_db, owen):
    actor, email = staff_actor(owen), "nadia@northvane.example"

    def hire():
        card = Card(name="Nadia Ferrer", title="Technician")
        with as_staff():
            return staffing.hire(email, card, role="technician", language="en", actor=actor, at=timezone.now())

    def first(cursor):
        cursor.execute(
            "INSERT INTO accounts_user (password, email, is_active, language, time_zone, has_shortcuts, created_at)"
            " VALUES ('!', %s, true, 'en', 'UTC', true, now())",
            [email],
        )

    assert second(hire, first) == "This address belongs to somebody else already."
    with as_staff():
        assert StaffMember.objects.count() == 1 and StaffRole.objects.filter(code="technician").exists()


def test_a_move_that_is_stopped_at_the_last_moment_is_not_carried_out(transactional_db, acme, acme_main, borealis):
    today = selectors.carriers_day(timezone.now())
    move, _side = make.move(acme, borealis, status="approved", effective_on=today, accounts=[acme_main.number])

    def carry():
        with connected_as("portal_owner"):
            return carry_out_due(timezone.now())

    def first(cursor):
        cursor.execute("UPDATE accounts_move SET status = 'declined' WHERE id = %s", [move.pk])

    assert second(carry, first) == []
    with as_staff():
        assert Move.objects.get().status == "declined"
    with inside(acme):
        acme_main.refresh_from_db()
        assert acme_main.enterprise_id == acme.pk


ACTS = {
    "an invitation": lambda **by: services.invite(services.Invited("bob@borealis.example", "Bob"), Rights(), **by),
    "a team": lambda **by: services.set_team(None, name="NOC", email="", people=set(), **by),
    "a domain": lambda **by: sign_on.add_domain("freight.example", **by),
}
WORDS = {
    "an invitation": "bob@borealis.example is here already.",
    "a team": "Another team is called so.",
    "a domain": "This domain is in the list already.",
}


@pytest.mark.parametrize("what", ACTS)
def test_of_two_who_do_the_same_at_once_the_second_is_told(transactional_db, acme, alice, bob, what):
    make.sign_on(acme)
    with as_app(), tenant_scope(acme.pk):
        by = {"actor": selectors.get_customer_actor(alice, acme), "at": timezone.now()}

    def act():
        with as_app(), tenant_scope(acme.pk):
            return bool(ACTS[what](**by))

    def hold(cursor):
        cursor.execute("SELECT 1 FROM accounts_enterprise WHERE enterprise_id = %s FOR UPDATE", [acme.pk])

    assert sorted(held_up(hold, act, act), key=str) == sorted([True, WORDS[what]], key=str)
