"""What forms do not let through, the services themselves refuse: others may call them, or the world has changed."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from accounts import selectors, services
from accounts.companies import selectors as companies
from accounts.companies import services as companies_services
from accounts.entrance import services as entrance
from accounts.joining import services as joining
from accounts.keys import services as keys
from accounts.models import Membership, StaffMember
from accounts.rules import Held, Rights
from accounts.staffing import services as staffing
from accounts.staffing.rules import Card
from portal.tenancy import tenant_scope
from tests import make
from tests.accounts.racing import staff_actor
from tests.accounts.refusing import refused
from tests.faces import as_app, as_staff, facing, inside
from tests.isolation.worlds import changed, everything


@contextmanager
def acting(person, enterprise):
    """As a customer's request runs: in the enterprise's scope; yields who does it and when."""
    with as_app(), tenant_scope(enterprise.pk):
        yield {"actor": selectors.get_customer_actor(person, enterprise), "at": timezone.now()}


def member_of(enterprise, person):
    with inside(enterprise):
        return Membership.objects.select_related("user", "enterprise").get(user=person)


@pytest.fixture
def there(acme, acme_main, alice, alan):
    """Alice, a colleague, and one who was removed."""
    gone = make.member(acme, make.user("gone@acme.example"), "Gus Gone", status="removed")
    return SimpleNamespace(alice=alice, alan=member_of(acme, alan), gone=gone, account=acme_main)


def group(there, name, **by):
    companies_services.make_group(name, [there.account.pk], **by)


def team(there, *, name="NOC", language="en", person="alan", **by):
    people = {getattr(there, person).pk}
    services.set_team(None, name=name, email="", people=people, language=language, time_zone="UTC", **by)


def rights(there, held, **by):
    before = selectors.get_rights(there.alan)
    services.set_rights(there.alan.pk, Rights(held=frozenset({held})), seen=before.fingerprint, **by)


def details(there, name, *, whose="alan", **by):
    services.change_details(getattr(there, whose).pk, name=name, title="", phone="", **by)


def invitation(there, email, **by):
    services.invite(services.Invited(email, "Ana Ruiz"), Rights(), **by)


def profile(there, *, language="pt", time_zone="UTC", **by):
    services.set_profile(
        there.alice, services.Profile(language, time_zone, True), name="Alice", phone="", within=[], **by
    )


def language(there, code, **by):
    services.set_language(there.alice, code)


def welcome(there, time_zone, **by):
    entrance.welcome(
        there.alice, language="pt", time_zone=time_zone, wishes=None, accepts=False, within=[], **by
    )  # fmt: skip


def key(there, permission, **by):
    day = timezone.localdate() + timedelta(days=60)
    keys.request_key(keys.Wish("Robot", "Fetches our invoices", "robots@acme.example", day, [permission]), **by)


CASES = [
    (group, " ", "West", "A group needs a name"),
    (team, {"name": " "}, {}, "A team needs a name"),
    (team, {"language": "tlh"}, {}, "This language is not spoken here"),
    (team, {"person": "gone"}, {}, "Choose people who are active here"),
    (rights, Held("no.such"), Held("order.view"), "There is no such permission"),
    (rights, Held("order.view", group_id=1), Held("order.view"), "is not there any more"),
    (rights, Held("order.view", account_id=1), Held("order.view"), "is not there any more"),
    (details, " ", "Alan Tran-Lee", "A person needs a name"),
    (details, {"name": "Gus", "whose": "gone"}, "Gus", "Gus Gone was removed"),
    (invitation, "no address", "ana@acme.example", "This is not a mail address"),
    (profile, {"language": "tlh"}, {}, "This language is not available"),
    (profile, {"time_zone": "Mars/Base"}, {}, "There is no such time zone"),
    (language, "tlh", "pt", "This language is not available"),
    (welcome, "Mars/Base", "UTC", "There is no such time zone"),
    (key, "enterprise.admin", "order.view", "Choose from what you may do yourself"),
]  # fmt: skip


@pytest.mark.parametrize(("act", "wrong", "right", "words"), CASES)
def test_what_makes_no_sense_is_refused_and_what_does_is_done(acme, there, act, wrong, right, words):
    def run(what):
        with acting(there.alice, acme) as by:
            act(there, **what, **by) if isinstance(what, dict) else act(there, what, **by)

    with refused(words):
        run(wrong)
    before = everything()
    run(right)
    assert changed(before, everything())


def test_nobody_comes_in_without_the_terms_of_use(acme, alice, settings):
    settings.TERMS_OF_USE = {"version": "2026-01", "url": "https://carrier.example/terms", "file": ""}

    with acting(alice, acme) as by:
        said = {"language": "pt", "time_zone": "UTC", "wishes": None, "within": [], **by}

    def come(accepts):
        with facing("customer"), as_app():
            entrance.welcome(alice, accepts=accepts, **said)

    with refused("Without the terms of use"):
        come(False)
    come(True)
    assert alice.terms_version == "2026-01"


def test_an_invitation_lets_in_whom_it_was_sent_to_and_nobody_else(acme, alice, bob):
    with acting(alice, acme) as by:
        invited = services.invite(services.Invited("ana@acme.example", "Ana Ruiz"), Rights(), **by)
    with refused("This invitation is for another address"), acting(alice, acme) as by:
        services.accept_invitation(invited.pk, 1, user=bob, **by)
    with acting(alice, acme) as by:
        services.accept_invitation(invited.pk, 1, user=invited.user, **by)
    assert member_of(acme, invited.user).status == "active"


def test_only_who_asked_takes_a_request_back(acme, alice, alan):
    request = make.access_request(member_of(acme, alan), "dispute.manage")
    with refused("Only who asked can take a request back"), acting(alice, acme) as by:
        joining.withdraw(request.pk, **by)
    with acting(alan, acme) as by:
        assert joining.withdraw(request.pk, **by).status == "withdrawn"


def test_who_reaches_some_accounts_alone_names_one_of_them(acme, acme_main, acme_branch, alice, alan):
    def found(person, number):
        with acting(person, acme) as by:
            return companies.find_account(by["actor"], number, may="billing.view")

    assert found(alice, "") is None and found(alan, "5-KTR3Q") == acme_branch
    with refused("Choose one of your accounts"):
        found(alan, "")


# --- the carrier's people --------------------------------------------------------------------------


@pytest.fixture
def owen(db):
    return make.staff("Owen Admin", "platform_admin")


def place(there, *, role="technician", families=(), account=None, who="erin"):
    return services.Place(make.card_of(there[who]).pk, role, account and there[account].pk, families)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"role": "emperor"}, "There is no such role or product"),
        ({"families": ("tin cans",)}, "There is no such role or product"),
        ({"account": "theirs"}, "This customer has no such account"),
        ({"who": "left"}, "does not work here any more"),
    ],
)
def test_a_place_in_a_team_is_a_colleagues_for_what_there_is(acme, acme_main, borealis_main, owen, erin, wrong, words):
    left = make.staff("Lou Left", "technician", is_active=False)
    there = {"erin": erin, "left": left, "theirs": borealis_main, "ours": acme_main}

    actor = staff_actor(owen, acme)

    def add(wanted):
        with as_staff(), tenant_scope(acme.pk):
            return services.add_place(wanted, actor=actor, at=timezone.now())

    with refused(words):
        add(place(there, **wrong))
    assert add(place(there, account="ours")).account == acme_main


def test_nobody_is_hired_into_a_time_zone_that_there_is_not(owen):
    card = Card(name="Nadia Ferrer", title="Technician", time_zone="Mars/Base")
    by = {"actor": staff_actor(owen), "at": timezone.now()}

    def hire(wanted):
        with as_staff():
            return staffing.hire("nadia@northvane.example", wanted, role="technician", language="en", **by)

    with refused("There is no such time zone"):
        hire(card)
    hire(replace(card, time_zone="UTC"))
    with as_staff():
        assert StaffMember.objects.get(card__name="Nadia Ferrer").is_active
