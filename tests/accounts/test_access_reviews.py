"""Access reviews: begun in time, answered person by person, reminded of, late; and told to auditors."""

import csv
import io
import re
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from accounts import selectors, services
from accounts.models import AccessReview, Enterprise, Membership, ReviewLine, TeamPerson
from accounts.reviewing import selectors as reviewed
from accounts.reviewing import services as reviewing
from accounts.reviewing import tasks
from accounts.rules import Held, Rights
from portal.errors import Refused
from portal.models import Event
from portal.tenancy import tenant_scope
from tests import make
from tests.accounts.refusing import unchanged
from tests.faces import as_app, as_staff, inside

HERE = "/e/204817/people/review/"


@pytest.fixture
def ann(acme, alice):
    """A second system administrator."""
    person = make.user("ann@acme.example", language="es")
    make.member(acme, person, "Ann Other", is_administrator=True)
    return person


@pytest.fixture
def review(acme, alice, ann, alan):
    return make.review(acme)


def lines(acme):
    with inside(acme):
        rows = ReviewLine.objects.select_related("membership__user").order_by("name")
        return {each.name: each for each in rows}


def answers(acme):
    return {name: line.answer for name, line in lines(acme).items()}


def now(acme):
    with inside(acme):
        return AccessReview.objects.latest("number")


def kinds(acme):
    with inside(acme):
        return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def shown(client):
    """What the page says that its rows were like."""
    return re.search(r'name="seen" value="([^"]*)"', client.get(HERE, follow=True).content.decode())[1]


def keep(client, acme, *names, seen=None):
    found = lines(acme)
    sent = {
        "action": "keep",
        "row": [found[name].pk for name in names],
        "seen": shown(client) if seen is None else seen,
    }
    return client.post(f"{HERE}chosen/", sent, follow=True)


def confirm(pk, *, actor, at):
    """As who is shown it at this moment."""
    line = reviewed.list_lines(actor).get(pk=pk)
    return reviewing.confirm(pk, seen=reviewed.fingerprint(line), actor=actor, at=at)


def age(acme, **days):
    """Let time pass: move what is known of the enterprise and its reviews into the past."""
    with inside(acme):
        enterprise = Enterprise.objects.get(pk=acme.pk)
        enterprise.created_at -= timedelta(days=days.get("enterprise", 0))
        enterprise.save(update_fields=["created_at"])
        for each in AccessReview.objects.all():
            each.due_on -= timedelta(days=days.get("review", 0))
            each.reminded_on -= timedelta(days=days.get("review", 0))
            each.opened_at -= timedelta(days=days.get("review", 0))
            each.save()


def morning():
    with as_staff():
        tasks.look_at_reviews()


def test_a_review_begins_by_its_rhythm_and_asks_each_administrator(acme, alice, ann, alan, deliver):
    morning()
    assert not kinds(acme)
    age(acme, enterprise=181)
    morning()
    morning()
    assert answers(acme) == {"Alan Tran": "waits", "Alice Moreau": "waits", "Ann Other": "waits"}
    mails = [each for each in deliver() if each.kind == "review.opened"]
    assert sorted(each.recipient for each in mails) == ["alice@acme.example", "ann@acme.example"]
    assert f"{HERE}" in mails[0].body_text


def test_nobody_is_asked_where_one_is_alone(acme, alice):
    age(acme, enterprise=400)
    morning()
    assert not kinds(acme)


def test_the_page_shows_who_has_what_and_people_are_confirmed_together(acme, review, alice, alan, client_of):
    with inside(acme):
        member = Membership.objects.select_related("enterprise").get(user=alan)
    group = make.group(acme, "West")
    with as_app(), tenant_scope(acme.pk):
        actor = selectors.get_customer_actor(alice, acme)
        team = services.set_team(None, name="NOC", email="", people={member.pk}, actor=actor, at=timezone.now())
        held = Rights(held=frozenset({Held("order.view", group.pk)}))
        seen = selectors.get_rights(team).fingerprint
        services.set_team_rights(team.pk, held, seen=seen, actor=actor, at=timezone.now())
    browser = client_of(alice)
    page = browser.get(HERE, follow=True).content.decode()
    assert "Everything: a system administrator" in page
    assert "5-KTR3Q:" in page and "West, through NOC:" in page and "0 of 3" in page
    assert f"/people/{member.pk}/rights/?next={HERE}" in page
    answer = keep(browser, acme, "Alan Tran", "Ann Other").content.decode()
    assert "2 confirmed" in answer and "2 of 3" in answer
    line = lines(acme)["Alan Tran"]
    assert (line.answer, line.decided_by, len(line.held)) == ("kept", "Alice Moreau", 3)
    assert {"permission": "order.view", "group": "West", "team": "NOC"} in line.held
    assert kinds(acme).count("rights.confirmed") == 2


def grant_team(acme, team, alice, permission="billing.view"):
    with as_app(), tenant_scope(acme.pk):
        actor = selectors.get_customer_actor(alice, acme)
        before = selectors.get_rights(team)
        rights = Rights(held=before.held | {Held(permission)})
        services.set_team_rights(team.pk, rights, seen=before.fingerprint, actor=actor, at=timezone.now())


@pytest.fixture
def noc(acme, alice, alan):
    """A team that holds a permission, with Alan in it."""
    with as_app(), tenant_scope(acme.pk):
        actor, member = selectors.get_customer_actor(alice, acme), Membership.objects.get(user=alan)
        team = services.set_team(None, name="NOC", email="", people={member.pk}, actor=actor, at=timezone.now())
        services.set_team(None, name="Empty handed", email="", people=set(), actor=actor, at=timezone.now())
    grant_team(acme, team, alice, "order.view")
    return team


def test_what_a_team_holds_is_confirmed_as_a_line_of_its_own(acme, noc, alice, ann, client_of):
    browser = client_of(alice)
    browser.post(f"{HERE}begin/")
    assert set(answers(acme)) == {"Alan Tran", "Alice Moreau", "Ann Other", "NOC"}
    page = browser.get(f"{HERE}?who=teams").content.decode()
    assert f"/people/teams/{noc.pk}/rights/?next={HERE}" in page and "Alan Tran" in page and "Ann Other" not in page
    assert "1 confirmed" in keep(browser, acme, "NOC").content.decode()
    line = lines(acme)["NOC"]
    assert (line.answer, [each["permission"] for each in line.held]) == ("kept", ["order.view"])
    rows = list(csv.reader(io.StringIO(browser.get(f"{HERE}export.csv?who=teams").content.decode("utf-8-sig"))))
    assert len(rows) == 2 and "NOC" in rows[1] and "Team" in rows[1]


def test_a_change_of_a_teams_rights_and_its_end_answer_by_themselves(acme, noc, alice, client_of):
    client_of(alice).post(f"{HERE}begin/")
    grant_team(acme, noc, alice)
    assert (answers(acme)["NOC"], len(lines(acme)["NOC"].held)) == ("changed", 2)


def test_what_changed_since_it_was_shown_is_not_confirmed_unseen(acme, noc, alice, ann, client_of):
    browser = client_of(alice)
    browser.post(f"{HERE}begin/")
    seen = shown(browser)
    grant_team(acme, noc, ann)  # through the team, and by hand below
    with inside(acme):
        member = Membership.objects.select_related("enterprise").get(name="Ann Other")
    make.grant(member, "order.view")
    for stale in (seen, ""):
        page = keep(browser, acme, "Alan Tran", "Ann Other", seen=stale).content.decode()
        assert "has changed since it was shown" in page
    assert (answers(acme)["Alan Tran"], answers(acme)["Ann Other"]) == ("waits", "waits")
    assert "2 confirmed" in keep(browser, acme, "Alan Tran", "Ann Other").content.decode()


def test_nobody_but_an_administrator_confirms_their_own_team(acme, noc, alice, client_of):
    person = make.user("ula@acme.example")
    member = make.member(acme, person, "Ula User")
    make.grant(member, "user.admin")
    with inside(acme):
        TeamPerson.objects.create(enterprise=acme, team=noc, membership=member)
    client_of(alice).post(f"{HERE}begin/")
    assert "Nobody confirms their own team" in keep(client_of(person), acme, "NOC").content.decode()
    assert answers(acme)["NOC"] == "waits"
    keep(client_of(alice), acme, "NOC")
    assert answers(acme)["NOC"] == "kept"


def test_nobody_confirms_themselves_while_another_can(acme, review, alice, ann, client_of):
    page = keep(client_of(alice), acme, "Alice Moreau", "Alan Tran").content.decode()
    assert "1 confirmed" in page and "Nobody confirms themselves" in page
    assert answers(acme)["Alice Moreau"] == "waits"
    with inside(acme):
        Membership.objects.filter(user=ann).update(is_administrator=False)
    keep(client_of(alice), acme, "Alice Moreau", "Ann Other")
    assert now(acme).status == "done"
    assert kinds(acme)[-2:] == ["review.done", "rights.confirmed"]


def test_who_is_no_administrator_confirms_no_administrator(acme, review, client_of, deliver):
    person = make.user("ula@acme.example")
    make.grant(make.member(acme, person, "Ula User"), "user.admin")
    page = keep(client_of(person), acme, "Ann Other", "Alan Tran").content.decode()
    assert "Only a system administrator" in page
    assert (answers(acme)["Ann Other"], answers(acme)["Alan Tran"]) == ("waits", "kept")


def test_a_change_of_rights_and_an_end_answer_by_themselves(acme, review, alice, alan, ann):
    found = lines(acme)
    with as_app(), tenant_scope(acme.pk):
        actor = selectors.get_customer_actor(alice, acme)
        member = found["Alan Tran"].membership
        seen = selectors.get_rights(member).fingerprint
        services.set_rights(member.pk, Rights(), seen=seen, actor=actor, at=timezone.now())
        services.deactivate(found["Ann Other"].membership_id, actor=actor, at=timezone.now())
        mine = found["Alice Moreau"].membership
        rights = Rights(True, frozenset({Held("order.view")}))
        seen = selectors.get_rights(mine).fingerprint
        services.set_rights(mine.pk, rights, seen=seen, actor=actor, at=timezone.now())
    # What one changes about oneself confirms nothing.
    assert answers(acme) == {"Alan Tran": "changed", "Ann Other": "ended", "Alice Moreau": "waits"}
    with as_app(), tenant_scope(acme.pk), pytest.raises(Refused):
        confirm(found["Alan Tran"].pk, actor=actor, at=timezone.now())
    assert answers(acme)["Alan Tran"] == "changed"


def test_a_removed_person_is_answered_with_what_they_had(acme, review, alice):
    line = lines(acme)["Alan Tran"]
    with as_app(), tenant_scope(acme.pk):
        actor = selectors.get_customer_actor(alice, acme)
        services.remove(line.membership_id, actor=actor, at=timezone.now())
    line = lines(acme)["Alan Tran"]
    assert (line.answer, len(line.held)) == ("ended", 2)


def test_administrators_are_reminded_while_somebody_waits(acme, review, deliver):
    age(acme, review=8)
    morning()
    morning()
    mails = [each for each in deliver() if each.kind == "review.reminded"]
    assert len(mails) == 2 and "3 are not confirmed" in mails[0].body_text


def test_late_is_told_once_and_the_carriers_people_see_it(acme, review, client_of, deliver):
    age(acme, review=31)
    morning()
    morning()
    assert len([each for each in deliver() if each.kind == "review.late"]) == 2
    assert set(answers(acme).values()) == {"waits"}
    owner = client_of(make.staff("Owen Admin", "platform_admin"))
    assert "/access-reviews/?late=yes" in owner.get("/").content.decode()
    page = owner.get("/access-reviews/?late=yes").content.decode()
    assert "Acme Freight" in page and "0 of 3" in page and "Late" in page


def test_where_it_was_agreed_whom_nobody_confirmed_is_closed_out(acme, review, alice, client_of):
    make.agreed(acme, "people.review_late", "close")
    keep(client_of(alice), acme, "Ann Other")
    age(acme, review=31)
    morning()
    assert answers(acme) == {"Alan Tran": "ended", "Ann Other": "kept", "Alice Moreau": "waits"}
    member = lines(acme)["Alan Tran"].membership
    assert (member.status, member.why) == ("inactive", "unconfirmed")
    assert lines(acme)["Alice Moreau"].membership.status == "active"


def test_the_file_says_who_had_what_and_who_said_so(acme, review, alice, client_of):
    browser = client_of(alice)
    keep(browser, acme, "Alan Tran")
    with inside(acme):
        Membership.objects.filter(name="Alan Tran").update(name="=cmd()")
    rows = list(csv.reader(io.StringIO(browser.get(f"{HERE}export.csv?review=1").content.decode("utf-8-sig"))))
    (row,) = [each for each in rows if "alan@acme.example" in each]
    assert "Confirmed" in row and "Alice Moreau" in row and any("5-KTR3Q: " in each for each in row)
    assert not any(each.startswith("=") for line in rows for each in line)


def test_one_review_at_a_time_is_begun_by_hand(acme, alice, ann, alan, client_of):
    browser = client_of(alice)
    assert "Begin a review" in browser.get(HERE).content.decode()
    assert browser.post(f"{HERE}begin/").status_code == 302
    assert browser.post(f"{HERE}begin/").status_code == 409
    with inside(acme):
        assert AccessReview.objects.count() == 1
    assert "Begin a review" not in browser.get(HERE, follow=True).content.decode()
    assert "3 are still to be confirmed" in browser.get("/e/204817/people/").content.decode()
    assert "Confirm who has what" in browser.get("/e/204817/").content.decode()
    assert client_of(alan).get(HERE).status_code == 403
    assert client_of(alan).post(f"{HERE}begin/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_last_answers_at_the_same_moment_end_the_review_once(acme, review, alice, ann):
    found, barrier = lines(acme), Barrier(2)

    def answer(person, name):
        try:
            with as_app(), tenant_scope(acme.pk):
                actor = selectors.get_customer_actor(person, acme)
                barrier.wait(10)
                confirm(found[name].pk, actor=actor, at=timezone.now())
        finally:
            connection.close()

    with as_app(), tenant_scope(acme.pk):
        actor = selectors.get_customer_actor(alice, acme)
        confirm(found["Alan Tran"].pk, actor=actor, at=timezone.now())
    threads = [Thread(target=answer, args=each) for each in ((alice, "Ann Other"), (ann, "Alice Moreau"))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert now(acme).status == "done"
    assert kinds(acme).count("review.done") == 1


def test_who_is_alone_begins_no_review(acme, alice, client_of):
    browser = client_of(alice)
    with unchanged():
        answer = browser.post(f"{HERE}begin/")
    assert answer.status_code == 409 and "Nobody is here but you" in answer.content.decode()
    make.member(acme, make.user("ula@acme.example"), "Ula User")
    assert browser.post(f"{HERE}begin/").status_code == 302


def test_in_a_closed_enterprise_no_review_begins_nor_goes_on(acme, review):
    age(acme, review=31)
    with inside(acme):
        Enterprise.objects.update(is_active=False)
    with unchanged():
        morning()
        with as_staff():
            # Closed since the list of customers was read.
            assert reviewing.look(acme.pk, at=timezone.now()) == ""
    with inside(acme):
        Enterprise.objects.update(is_active=True)
    morning()
    assert kinds(acme)[-1] == "review.late"


def test_who_is_out_by_whatever_way_ends_the_review_without_an_answer(acme, review, alice, client_of):
    keep(client_of(alice), acme, "Ann Other")
    with inside(acme):
        Membership.objects.exclude(name="Ann Other").update(status="removed")
    morning()
    assert answers(acme) == {"Alan Tran": "ended", "Ann Other": "kept", "Alice Moreau": "ended"}
    assert now(acme).status == "done" and kinds(acme).count("review.done") == 1
    with unchanged():
        morning()
