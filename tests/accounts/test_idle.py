"""People who have not been here for long: warned, closed out, removed; and back when they come."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import tasks
from accounts.models import Membership
from portal.models import Event
from tests import make
from tests.faces import as_staff, inside


@pytest.fixture
def away(acme):
    def days(count, **fields):
        day = timezone.now() - timedelta(days=count)
        person = make.user(f"away-{make.number()}@acme.example")
        fields = {"seen_on": day.date(), **fields}
        return make.member(acme, person, f"Away {count}", **fields)

    return days


def night():
    with as_staff():
        tasks.look_for_idle()


def now(member):
    with inside(member.enterprise):
        return Membership.objects.get(pk=member.pk)


def warned(days):
    return {"warned_at": timezone.now() - timedelta(days=days)}


def test_who_was_away_for_long_is_warned_once_and_then_closed_out(alice, away, deliver):
    member = away(167)
    night()
    night()
    assert now(member).status == "active"
    mails = [each for each in deliver() if each.kind == "person.idle"]
    assert [each.recipient for each in mails] == [member.user.email]
    with inside(member.enterprise):
        Membership.objects.filter(pk=member.pk).update(seen_on=timezone.now() - timedelta(days=181), **warned(14))
    night()
    assert (now(member).status, now(member).why) == ("inactive", "idle")


def test_nobody_is_closed_out_before_the_warning_had_its_time(alice, away):
    unwarned, late = away(400), away(400, **warned(3))
    night()
    assert now(unwarned).status == now(late).status == "active"


def test_who_comes_in_after_the_warning_stays(alice, away, client_of):
    member = away(170, **warned(5))
    assert client_of(member.user).get("/e/204817/").status_code == 200
    assert now(member).warned_at is None
    night()
    assert now(member).status == "active"


def test_who_is_closed_out_for_another_half_year_is_removed_and_the_journal_keeps_them(alice, away):
    member, later = away(366, status="inactive"), away(300, status="inactive")
    night()
    assert (now(member).status, now(later).status) == ("removed", "inactive")
    with inside(member.enterprise):
        assert Event.objects.filter(kind="person.removed", subject_id=member.pk).count() == 1


def test_the_last_system_administrator_is_warned_and_stays(acme, away):
    last = away(400, is_administrator=True, **warned(30))
    night()
    assert now(last).status == "active"


def test_the_days_are_the_carriers_or_agreed_with_one_customer(acme, alice, away):
    make.agreed(acme, "people.idle_days", 400)
    member = away(200, **warned(30))
    night()
    assert now(member).status == "active"


def test_one_enterprise_does_not_count_for_another(acme, borealis, alice, bob, away):
    member = away(200, **warned(30))
    elsewhere = make.member(borealis, member.user, "Away")
    night()
    assert (now(member).status, now(elsewhere).status) == ("inactive", "active")
