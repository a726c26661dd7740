"""Who is away, and who stands in: told to customers, open to the deputy, ended when they are back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts import services
from accounts.models import StaffAbsence, StaffVisit
from portal.errors import Refused
from portal.models import Event
from tests import make
from tests.accounts.racing import at_once, staff_actor
from tests.faces import as_staff, inside

TODAY = datetime.now(UTC).date()


@pytest.fixture
def owen(db):
    return make.staff("Owen Admin", "platform_admin")


def text(answer):
    assert answer.status_code == 200, answer
    return answer.content.decode()


def days(first, last, deputy, **fields):
    return {
        "first": (TODAY + timedelta(days=first)).isoformat(),
        "last": (TODAY + timedelta(days=last)).isoformat(),
        "deputy": deputy.email,
        **fields,
    }


def absences():
    with as_staff():
        rows = StaffAbsence.objects.select_related("card", "deputy").order_by("pk")
        return [
            (each.card.name, each.deputy.name if each.deputy else "", each.first_day, each.last_day) for each in rows
        ]


def journal(kind):
    with as_staff():
        return list(Event.objects.filter(kind=kind))


def test_one_says_when_one_is_away_and_the_deputy_is_told(client_of, carol, erin, deliver):
    answer = client_of(carol).post("/absences/set/", days(0, 5, erin), follow=True)
    assert "is told to call Erin Sato" in text(answer)
    assert absences() == [("Carol Okafor", "Erin Sato", TODAY, TODAY + timedelta(days=5))]
    [mail] = deliver()
    assert (mail.recipient, mail.state) == (erin.email, "done") and "You stand in for Carol Okafor" in mail.subject


def test_customers_are_told_whom_to_call_meanwhile_wherever_the_team_stands(
    client_of, acme, acme_main, alice, carol, erin
):
    order = make.order(acme_main, care_manager=make.card_of(carol))
    make.absence(carol, erin, last=2)
    browser = client_of(alice)
    for page in ("", "team/", "help/", f"orders/{order.number}/"):
        shown = text(browser.get(f"/e/204817/{page}"))
        assert "meanwhile Erin Sato" in shown and "away until" in shown, page
    make.absence(erin, make.staff("Fay Third", "care_manager"))
    # The deputy is away too: theirs is called.
    assert "meanwhile Fay Third" in text(browser.get("/e/204817/team/"))


@pytest.mark.parametrize(("first", "last"), [(-5, -1), (1, 3)])
def test_before_and_after_nobody_stands_in(client_of, acme, alice, carol, erin, first, last):
    make.absence(carol, erin, first=first, last=last)
    assert "meanwhile" not in text(client_of(alice).get("/e/204817/team/"))
    assert client_of(erin).get("/e/204817/").status_code == 302


def test_the_deputys_place_is_reason_enough_and_the_customer_reads_it(client_of, acme, alice, carol, erin):
    absence = make.absence(carol, erin)
    assert client_of(erin).get("/e/204817/").status_code == 200
    with inside(acme):
        visit = StaffVisit.objects.get()
        assert (visit.role, visit.stands_for) == ("care_manager", "Carol Okafor")
    assert "Customer care manager, in place of Carol Okafor" in text(client_of(alice).get("/e/204817/visits/"))
    assert "You stand in for Carol Okafor" in text(client_of(erin).get("/"))
    assert absence.pk


@pytest.mark.parametrize(
    ("sent", "word"),
    [
        (lambda carol, erin: days(3, 1, erin), "before the first"),
        (lambda carol, erin: days(-9, -3, erin), "have passed"),
        (lambda carol, erin: days(0, 2, carol), "stands in for themselves"),
        (lambda carol, erin: {**days(0, 2, erin), "deputy": "nobody@northvane.example"}, "Nothing here is called"),
        (lambda carol, erin: {**days(0, 2, erin), "first": "soon"}, ""),
    ],
)
def test_days_that_make_no_sense_are_refused_beside_their_field(client_of, carol, erin, sent, word):
    browser = client_of(carol)
    answer = browser.post("/absences/set/", sent(carol, erin))
    assert answer.status_code == 422 and word in answer.content.decode()
    assert absences() == [] and journal("absence.set") == []
    assert browser.post("/absences/set/", days(0, 2, erin)).status_code == 302


def test_nobody_is_away_twice_and_nobody_away_stands_in(client_of, carol, erin, dora):
    assert client_of(carol).post("/absences/set/", days(2, 4, erin)).status_code == 302
    assert client_of(carol).post("/absences/set/", days(4, 6, erin)).status_code == 422
    assert client_of(dora).post("/absences/set/", days(3, 3, carol)).status_code == 422
    assert len(absences()) == 1
    assert client_of(carol).post("/absences/set/", days(5, 6, erin)).status_code == 302


def test_only_who_may_speaks_for_others(client_of, carol, erin, dora, owen):
    browser = client_of(carol)
    assert browser.post("/absences/set/", days(0, 2, erin, who=dora.email)).status_code == 302
    # The field is not hers: she has said it of herself.
    assert [each[0] for each in absences()] == ["Carol Okafor"]
    assert client_of(owen).post("/absences/set/", days(0, 2, erin, who=dora.email)).status_code == 302
    assert [each[0] for each in absences()] == ["Carol Okafor", "Dora Brandt"]
    with as_staff():
        doras = StaffAbsence.objects.get(card__name="Dora Brandt").pk
    assert browser.post(f"/absences/{doras}/end/").status_code == 404
    assert len(absences()) == 2 and journal("absence.ended") == []


def test_back_earlier_ends_it_now_and_what_has_not_begun_is_gone(client_of, acme, alice, carol, erin):
    now, later = make.absence(carol, erin, first=-1), make.absence(carol, erin, first=9, last=12)
    browser = client_of(carol)
    assert "Carol Okafor is back" in text(browser.get(f"/absences/{now.pk}/end/"))
    for each in (now, later):
        assert browser.post(f"/absences/{each.pk}/end/").status_code == 302
    assert [each[0] for each in absences()] == ["Carol Okafor"] and len(journal("absence.ended")) == 2
    assert "meanwhile" not in text(client_of(alice).get("/e/204817/team/"))
    assert browser.post(f"/absences/{now.pk}/end/").status_code == 404


def test_customers_have_no_list_of_absences(client_of, alice, carol, erin):
    make.absence(carol, erin)
    assert client_of(alice).get("/absences/").status_code == 404


def test_two_who_send_each_other_away_at_once_do_not_both(transactional_db, carol, erin):
    """Each as the other's deputy, on the same days."""
    cards = make.card_of(carol).pk, make.card_of(erin).pk
    first, last = date.today() + timedelta(days=2), date.today() + timedelta(days=4)

    def away(who, deputy, person):
        actor = staff_actor(person)
        wanted = services.Away(who, deputy, first, last)
        return lambda: services.set_absence(wanted, actor=actor, at=timezone.now())

    found = at_once(away(*cards, carol), away(*reversed(cards), erin))
    assert sorted(found, key=str) == [Refused, True]
    assert len(absences()) == len(journal("absence.set")) == 1
