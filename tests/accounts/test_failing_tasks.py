"""What fails for one customer waits for the next time, holds up no other, and does nothing twice."""

import pytest

from accounts.joining.tasks import judge_registrations
from accounts.models import AccessReview, Enterprise, Registration
from accounts.reviewing.tasks import look_at_reviews
from accounts.tasks import look_for_idle
from portal.models import Event
from tests import make
from tests.accounts.test_access_reviews import age
from tests.accounts.test_idle import away  # noqa: F401 - a fixture
from tests.faces import as_staff, inside


def night(task):
    with as_staff():
        task()


def set_zone(enterprise, name):
    with inside(enterprise):
        Enterprise.objects.update(time_zone=name)


@pytest.fixture
def broken(acme, alice):
    """A customer whose record nobody could make sense of; it comes before all others."""
    set_zone(acme, "Mars/Base")
    return acme


def told(enterprise, kind):
    with inside(enterprise):
        return Event.objects.filter(kind=kind).count()


def test_one_customers_idle_people_wait_and_anothers_are_warned(broken, borealis, bob, away, caplog):  # noqa: F811
    mine = away(170)
    theirs = make.member(borealis, mine.user, "Away", seen_on=mine.seen_on)
    for _ in range(2):
        night(look_for_idle)
    assert (told(broken, "person.idle"), told(borealis, "person.idle")) == (0, 1)
    assert "wait for the next night" in caplog.text
    set_zone(broken, "America/Chicago")
    for _ in range(2):
        night(look_for_idle)
    assert (told(broken, "person.idle"), told(borealis, "person.idle")) == (1, 1)
    assert theirs.status == "active"


def test_one_customers_review_waits_and_anothers_begins(broken, borealis, bob, alan, caplog):
    make.member(borealis, make.user("clara@borealis.example"), "Clara Ruiz")
    for each in (broken, borealis):
        age(each, enterprise=181)
    for _ in range(2):
        night(look_at_reviews)
    assert (told(broken, "review.opened"), told(borealis, "review.opened")) == (0, 1)
    assert "waits for tomorrow" in caplog.text
    set_zone(broken, "America/Chicago")
    night(look_at_reviews)
    assert (told(broken, "review.opened"), told(borealis, "review.opened")) == (1, 1)
    with as_staff():
        assert AccessReview.objects.count() == 2


def test_one_registration_waits_and_another_is_judged_once(acme, acme_main, deliver, caplog):
    broken = make.registration("rita@lumber.example", number=acme_main.number, proof="sealed by another key")
    other = make.registration("nina@lumber.example", number="9-NONE")
    for _ in range(2):
        night(judge_registrations)
    with as_staff():
        states = dict(Registration.objects.values_list("pk", "status"))
    assert states == {broken.pk: "asked", other.pk: "misfit"} and "waits for the next time" in caplog.text
    assert [each.recipient for each in deliver()] == ["nina@lumber.example"]
