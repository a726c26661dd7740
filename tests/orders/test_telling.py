"""What is told of many orders at once takes a handful of questions, and is what one by one would tell."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Grant, Membership, Team
from orders.models import Milestone
from orders.services import complete_kind
from portal import delivery, notices
from portal.models import Following, Notice, Todo
from tests import make
from tests.billing import builders
from tests.faces import as_app, as_staff, inside, playing

PLAN = [{"kind": "design"}, {"kind": "build"}, {"kind": "activation"}]


@pytest.fixture
def people(acme, acme_main, acme_branch, alice, alan, borealis):
    """Readers of three languages by grants on everything, an account and a group; a team, contacts, a follower."""
    elena = make.user("elena@acme.example", language="es", time_zone="America/Mexico_City")
    make.grant(make.member(acme, elena, "Elena Ruiz"), "order.view")
    davi = make.user("davi@acme.example", language="pt", time_zone="America/Sao_Paulo")
    member, south = make.member(acme, davi, "Davi Alves"), make.group(acme, "South", acme_branch)
    with inside(acme):
        team = Team.objects.create(enterprise=acme, name="Noc", email="noc-team@acme.example", language="en")
        for holder in ({"membership": member, "group": south}, {"team": team}):
            Grant.objects.create(enterprise=acme, permission="order.view", **holder)
    make.contact(acme, "noc@acme.example", name="NOC <b>", wants_orders=True)
    make.contact(acme, "branch-noc@acme.example", account=acme_branch, wants_orders=True, language="es")
    make.contact(borealis, "noc@borealis.example", wants_orders=True)
    return make.contact(acme, "follows@acme.example", name="Fay", account=acme_branch)


def completed(acme, carol, accounts, many):
    """So many orders on each account, at the same milestone, which is completed on all of them at once."""
    orders = [
        make.order(on, care_manager=make.card_of(carol), title=f"A & <{n}>", milestones=[dict(each) for each in PLAN])
        for on in accounts
        for n in range(many)
    ]
    with inside(acme):
        actor = builders.staff(carol, acme)
        complete_kind([each.pk for each in orders], "design", actor=actor, at=timezone.now())
    return orders


def follow(order, party, *, is_muted=False):
    with inside(order.enterprise):
        Following.objects.create(
            enterprise=order.enterprise, subject_type="orders.order", subject_id=order.pk,
            follower_type=party._meta.label_lower, follower_id=party.pk, is_following=not is_muted, is_muted=is_muted,
            added_at=timezone.now(), added_by="Ana",
        )  # fmt: skip


def todo_ids(**fields):
    with as_staff():
        return list(Todo.objects.filter(**fields).order_by("pk").values_list("pk", flat=True))


def tell(acme, ids):
    with as_app():
        return delivery.tell(acme.pk, ids, now=timezone.now())


def told():
    """Every notice, but for what differs from one telling to the next."""
    with as_staff():
        rows = list(Notice.objects.order_by("event_id", "recipient").values())
    return [{name: row[name] for name in row.keys() - {"id", "created_at", "due_at", "hinted_at"}} for row in rows]


def test_told_together_everybody_reads_what_they_would_read_one_by_one(
    acme, acme_main, acme_branch, carol, alice, people
):
    orders = completed(acme, carol, [acme_main, acme_branch], 2)
    follow(orders[2], people)
    with as_staff():
        member = Membership.objects.get(user=alice)
    follow(orders[0], member, is_muted=True)
    follow(orders[3], member)
    ids, before = todo_ids(), transaction.savepoint()
    assert len(tell(acme, ids)) == len(told())
    together = told()
    assert tell(acme, ids) == [] and told() == together
    transaction.savepoint_rollback(before)
    assert told() == []
    for pk in ids:
        tell(acme, pk)
    assert told() == together
    readers = {event: set() for event in {row["event_id"] for row in together}}
    for row in together:
        readers[row["event_id"]].add(row["recipient"])
    whole = {"elena@acme.example", "noc@acme.example", "noc-team@acme.example"}
    branch = {*whole, alice.email, "alan@acme.example", "davi@acme.example", "branch-noc@acme.example"}
    assert [readers[event] for event in sorted(readers)] == [
        whole, {*whole, alice.email}, {*branch, "follows@acme.example"}, branch
    ]  # fmt: skip
    assert {row["language"] for row in together} == {"en", "es", "pt"}
    assert all(row["mute_url"] in row["body_text"] and row["mute_url"] in row["body_html"] for row in together)
    assert all(row["reason"] in row["body_text"] for row in together)


def test_telling_more_orders_asks_no_more_questions(acme, acme_main, acme_branch, carol, people):
    asked = []
    for many in (2, 6):
        orders = completed(acme, carol, [acme_main, acme_branch], many)
        for order in orders:
            follow(order, people)
        with CaptureQueriesContext(connection) as queries:
            tell(acme, todo_ids(state="waiting"))
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 40


def test_one_poisoned_event_steps_aside_and_the_others_are_told(acme, acme_main, carol, people, monkeypatch):
    orders = completed(acme, carol, [acme_main], 3)
    render = notices.render

    def broken(kind, *, event, **more):
        if event.story_id == orders[1].pk:
            raise KeyError("no such word")
        return render(kind, event=event, **more)

    monkeypatch.setattr(notices, "render", broken)
    with pytest.raises(KeyError):
        tell(acme, todo_ids())
    with as_staff():
        assert list(Todo.objects.order_by("pk").values_list("state", "attempts")) == [
            ("done", 1), ("waiting", 1), ("done", 1)
        ]  # fmt: skip
        assert set(Notice.objects.values_list("event__story_id", flat=True)) == {orders[0].pk, orders[2].pk}


def test_what_ends_its_worker_takes_no_other_along(acme, acme_main, carol, people, hints):
    """A row whose worker vanished is passed over where many are told, and hinted at alone."""
    completed(acme, carol, [acme_main], 3)
    first, *others = todo_ids()
    now = timezone.now()
    with as_app():
        assert delivery._claim(Todo, acme.pk, first, now)
        late = now + delivery.LEASE * 2
        assert [each.pk for each in delivery._claim_all(Todo, acme.pk, [first, *others], now)] == others
        assert delivery._claim_all(Todo, acme.pk, [first, *others], late) == []
        assert delivery._claim(Todo, acme.pk, first, late).attempts == 2
    with playing("portal_dispatch"):
        assert delivery.relay(late + delivery.LEASE * 2) == 3
    assert sorted(each["pk"] for _, each in hints) == [first, *others]


def test_what_waits_in_one_enterprise_is_hinted_at_together(
    acme, acme_main, carol, borealis, borealis_main, people, hints, monkeypatch
):
    monkeypatch.setattr("portal.together.MOST", 2)
    completed(acme, carol, [acme_main], 3)
    make.team(borealis, carol, "care_manager")
    completed(borealis, carol, [borealis_main], 1)
    ids, (theirs,) = todo_ids(enterprise=acme), todo_ids(enterprise=borealis)
    with playing("portal_dispatch"):
        assert delivery.relay(timezone.now()) == 3
    assert [(each["enterprise_id"], each["pk"]) for _, each in hints] == [
        (acme.pk, ids[:2]), (acme.pk, ids[2]), (borealis.pk, theirs)
    ]  # fmt: skip
    # Whoever is told by a key of another enterprise's tells nothing.
    with as_app():
        assert delivery.tell(borealis.pk, ids, now=timezone.now()) == []
    assert len(todo_ids(state="waiting")) == 4 and told() == []
    with inside(acme):
        assert Milestone.objects.filter(kind="build", status="in_progress").count() == 3
