"""Long lists as files: prepared in the background, once, with the rights of the moment, and told."""

import csv
import io
from datetime import timedelta
from unittest import mock

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Grant, Membership, StaffMember, User
from orders import lists
from orders.models import Order
from portal import delivery, exports, tasks
from portal.actors import system
from portal.celery import app as queue
from portal.exports import making
from portal.models import Event, Export, StoredFile
from tests import make
from tests.faces import FaceClient, as_app, as_staff, facing, inside, playing

EXPORT = "/e/204817/orders/export.csv"
PAGE = "/e/204817/downloads/"


@pytest.fixture
def orders(acme, acme_main):
    """Five orders; a list is long here from three on, and read two at a time."""
    return [make.order(acme_main, milestones=1, title=f"Wave {n}") for n in range(5)]


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(lists, "EXPORT_CAP", 2)
    monkeypatch.setattr(making, "BATCH", 2)


def run(export, task=tasks.export, role="portal_app", face="customer"):
    """As the worker of a face does."""
    with facing(face), playing(role):
        task(enterprise_id=export.enterprise_id, pk=export.pk)


def run_as_staff(export):
    run(export, tasks.export_for_staff, "portal_staff", "staff")


def ask(client, query=""):
    answer = client.post(f"{EXPORT}{query}")
    assert answer.status_code == 303 and answer.url == PAGE
    return answer


def the_export(enterprise):
    with inside(enterprise):
        return Export.objects.select_related("file").latest("pk")


def rows_of(client, export):
    answer = client.get(f"/e/204817/files/{export.file_id}/")
    assert answer.status_code == 200 and answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_more_than_ten_thousand_rows_are_prepared_told_and_downloaded(
    client_of, acme, acme_main, alice, deliver, mailoutbox, monkeypatch
):
    monkeypatch.setattr(lists, "EXPORT_CAP", exports.INLINE_ROWS)
    monkeypatch.setattr(making, "BATCH", 1_000)
    first = make.order(acme_main, milestones=1)
    with inside(acme):
        copies = [
            Order(**{f.attname: getattr(first, f.attname) for f in Order._meta.concrete_fields if f.attname != "id"})
            for _ in range(10_000)
        ]
        for n, each in enumerate(copies):
            each.number = f"ORD-2020-{n:05d}"
        Order.objects.bulk_create(copies, batch_size=2_000)
    client = client_of(alice)
    ask(client)
    assert "We are preparing it" in client.get(PAGE).text
    export = the_export(acme)
    run(export)
    export = the_export(acme)
    assert (export.state, export.rows_done, export.rows_total) == ("done", 10_001, 10_001)
    rows = rows_of(client, export)
    assert len(rows) == 10_001 and len({row["Order"] for row in rows}) == 10_001
    deliver()
    assert [mail.to for mail in mailoutbox] == [["Alice Moreau <alice@acme.example>"]]
    assert "10,001 rows" in mailoutbox[0].body and PAGE in mailoutbox[0].body
    assert not mailoutbox[0].attachments


def test_the_page_shows_how_far_it_is_and_stops_asking(client_of, acme, alice, orders):
    client = client_of(alice)
    assert "Nothing here yet" in client.get(PAGE).text
    ask(client, "?status=open")
    text = client.get(PAGE).text
    assert "Waiting its turn" in text and 'hx-trigger="every 3s"' in text and "Look again" in text
    assert "All under way</span>" in text
    with inside(acme):
        Export.objects.update(state="working", rows_done=2, rows_total=5)
    part = client.get(PAGE, headers={"HX-Request": "true"}).text
    assert "<html" not in part and "2 of 5" in part and "hx-trigger" in part
    with inside(acme):
        Export.objects.update(state="waiting")
    run(the_export(acme))
    part = client.get(PAGE, headers={"HX-Request": "true"}).text
    assert "Ready" in part and "5 rows" in part and "hx-trigger" not in part
    assert f"/e/204817/files/{the_export(acme).file_id}/" in part


def test_the_file_holds_what_the_list_shows_in_the_persons_language(client_of, acme, alice, orders):
    with as_app():
        alice.language = "es"
        alice.save(update_fields=["language"])
    with inside(acme):
        Order.objects.filter(pk=orders[0].pk).update(status="completed", title="=1+1")
    client = client_of(alice)
    ask(client, "?status=open&sort=oldest&nonsense=1")
    run(the_export(acme))
    export = the_export(acme)
    assert export.query == "status=open" and export.language == "es"
    rows = rows_of(client, export)
    assert sorted(next(iter(row.values())) for row in rows) == sorted(each.number for each in orders[1:])
    assert "Order" not in rows[0]


def test_a_get_makes_nothing_and_offers_it(client_of, acme, alice, orders):
    answer = client_of(alice).get(EXPORT)
    assert answer.status_code == 409 and "Prepare the file" in answer.text and "more than 2 rows" in answer.text
    with inside(acme):
        assert not Export.objects.exists()


def test_a_short_list_comes_at_once_also_when_posted_for(client_of, acme, alice, orders, monkeypatch):
    monkeypatch.setattr(lists, "EXPORT_CAP", 5)
    answer = client_of(alice).post(EXPORT)
    assert answer.status_code == 200 and len(answer.content.decode().splitlines()) == 6
    with inside(acme):
        assert not Export.objects.exists()


def test_the_hint_goes_out_after_the_commit(client_of, acme, alice, orders, hints, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        ask(client_of(alice))
        assert hints == []
    assert [task for task, _ in hints] == ["portal.export"]


def test_the_relay_finds_what_the_broker_lost(client_of, acme, alice, orders, hints):
    ask(client_of(alice))
    export = the_export(acme)
    with playing("portal_dispatch"):
        delivery.relay(timezone.now())
    assert ("portal.export", {"enterprise_id": acme.pk, "pk": export.pk}) in hints


def test_asked_for_twice_it_is_made_once(client_of, acme, alice, orders):
    client = client_of(alice)
    ask(client)
    ask(client)
    with inside(acme):
        export = Export.objects.get()
    run(export)
    run(export)
    with inside(acme):
        assert StoredFile.objects.count() == 1 and Event.objects.filter(kind="export.ready").count() == 1


def test_too_many_at_once_are_refused_with_the_way_out(client_of, acme, alice, orders):
    client = client_of(alice)
    for query in ("", "?status=open", "?account=5-KTR2P"):
        ask(client, query)
    answer = client.post(f"{EXPORT}?family=wavelength")
    assert answer.status_code == 409 and "3 files are being prepared" in answer.text
    with inside(acme):
        assert Export.objects.count() == 3


# --- rights ----------------------------------------------------------------------------------


@pytest.fixture
def limited(acme, acme_main, alan):
    """Alan, who may see the orders of the main account."""
    with inside(acme):
        member = Membership.objects.select_related("enterprise").get(user=alan)
    return make.grant(member, "order.view", acme_main)


def test_a_permission_withdrawn_meanwhile_is_refused_and_said(
    client_of, acme, alan, limited, orders, deliver, mailoutbox
):
    client = client_of(alan)
    ask(client)
    with inside(acme):
        Grant.objects.filter(permission="order.view").update(until_at=timezone.now())
    run(the_export(acme))
    export = the_export(acme)
    assert export.state == "failed" and export.file_id is None
    assert "You may no longer see this list" in client.get(PAGE).text
    with inside(acme):
        assert not StoredFile.objects.exists()
    deliver()
    assert "could not be prepared" in mailoutbox[0].subject and "no longer see" in mailoutbox[0].body


@pytest.mark.parametrize("how", ["closed out", "signed out for good"])
def test_who_has_left_the_enterprise_is_told_nothing(client_of, acme, alan, limited, orders, deliver, mailoutbox, how):
    ask(client_of(alan))
    with inside(acme):
        Membership.objects.filter(user=alan).update(status="inactive" if how == "closed out" else "active")
    with as_staff():
        User.objects.filter(pk=alan.pk).update(is_active=how == "closed out")
    run(the_export(acme))
    assert the_export(acme).state == "failed"
    deliver()
    assert mailoutbox == []


def test_an_account_withdrawn_while_it_is_made_ends_it(client_of, acme, alan, limited, orders):
    ask(client_of(alan))
    export, real, calls = the_export(acme), making._person, []

    def withdrawn(*args):
        if calls:
            with inside(acme):
                Grant.objects.filter(pk=limited.pk).update(until_at=timezone.now())
        calls.append(1)
        return real(*args)

    with mock.patch.object(making, "_person", withdrawn):
        run(export)
    export = the_export(acme)
    assert export.state == "failed" and "What you may see changed" in export.reason


def test_a_ready_file_is_held_back_when_an_account_is_withdrawn(client_of, acme, alan, limited, orders):
    client = client_of(alan)
    ask(client)
    run(the_export(acme))
    export = the_export(acme)
    assert len(rows_of(client, export)) == 5
    with inside(acme):
        Grant.objects.filter(pk=limited.pk).update(until_at=timezone.now())
    assert client.get(f"/e/204817/files/{export.file_id}/").status_code == 404


def test_a_file_is_for_the_one_who_asked(client_of, acme, borealis, alice, alan, bob, carol, limited, orders):
    ask(client_of(alan))
    run(the_export(acme))
    export = the_export(acme)
    for person, place in ((alice, "204817"), (bob, "204817"), (bob, "305120"), (carol, "204817")):
        client = client_of(person)
        assert client.get(f"/e/{place}/files/{export.file_id}/").status_code == 404
        assert client.post(f"/e/{place}/downloads/{export.pk}/again/").status_code == 404
    assert "Nothing here yet" in client_of(alice).get(PAGE).text


# --- the carrier's people --------------------------------------------------------------------


def test_staff_get_theirs_from_the_staffs_worker(client_of, acme, carol, orders, hints, deliver, mailoutbox):
    client = client_of(carol)
    ask(client)
    export = the_export(acme)
    assert export.face == "staff"
    run(export)
    assert the_export(acme).state == "waiting"
    assert hints[-1] == ("portal.export_for_staff", {"enterprise_id": acme.pk, "pk": export.pk})
    run_as_staff(export)
    export = the_export(acme)
    assert export.state == "done" and len(rows_of(client, export)) == 5
    deliver()
    assert f"http://localhost:8001{PAGE}" in mailoutbox[0].body


def test_staff_who_have_left_get_nothing(client_of, acme, carol, orders):
    ask(client_of(carol))
    with as_staff():
        StaffMember.objects.filter(user=carol).update(is_active=False)
    run_as_staff(the_export(acme))
    assert the_export(acme).state == "failed"


def test_a_person_of_both_faces_sees_each_on_its_own(client_of, acme, carol, orders):
    make.member(acme, carol, "Carol Okafor", is_administrator=True)
    ask(client_of(carol))
    run_as_staff(the_export(acme))
    export = the_export(acme)
    customer = FaceClient("customer").sign_in(carol)
    assert "Nothing here yet" in customer.get(PAGE).text
    assert customer.get(f"/e/204817/files/{export.file_id}/").status_code == 404


def test_tasks_go_to_the_queues_whose_workers_have_the_rights():
    routes = queue.amqp.router
    wanted = {"portal.export": "customer", "portal.export_for_staff": "staff", "portal.expire_exports": "staff",
              "portal.clean_files": "staff"}  # fmt: skip
    assert {name: routes.route({}, name)["queue"].name for name in wanted} == wanted


# --- kills, errors, time ---------------------------------------------------------------------


class Killed(BaseException):
    """What ends a process ends the call."""


def test_a_killed_workers_file_is_made_by_the_next_and_once(client_of, acme, alice, orders, monkeypatch):
    ask(client_of(alice))
    export, real = the_export(acme), making._renew

    def killed(*args, **kwargs):
        real(*args, **kwargs)
        raise Killed

    with mock.patch.object(making, "_renew", killed), pytest.raises(Killed):
        run(export)
    with inside(acme):
        Export.objects.update(state="working", attempts=1, lease_until=timezone.now() + timedelta(seconds=60))
    run(export)
    assert the_export(acme).state == "working"  # the lease holds
    with inside(acme):
        Export.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    run(export)
    with inside(acme):
        assert Export.objects.get().state == "done" and StoredFile.objects.count() == 1
        assert Event.objects.filter(kind="export.ready").count() == 1


def test_a_worker_thought_dead_keeps_nothing(client_of, acme, alice, orders):
    """It comes back after another one took over: its file goes, and nothing is told twice."""
    ask(client_of(alice))
    export, real = the_export(acme), making.files.put

    def overtaken(*args):
        with inside(acme):
            Export.objects.update(attempts=7)
        return real(*args)

    with mock.patch.object(making.files, "put", overtaken):
        run(export)
    with inside(acme):
        assert not StoredFile.objects.exists() and not Event.objects.filter(kind="export.ready").exists()
    assert default_storage.listdir(f"files/{acme.pk}")[1] == []


def test_a_worker_that_lost_its_lease_stops_at_the_next_batch(client_of, acme, alice, orders):
    ask(client_of(alice))
    export, real, seen = the_export(acme), making._person, []

    def overtaken(*args):
        if seen:
            Export.objects.update(attempts=7)
        seen.append(1)
        return real(*args)

    with mock.patch.object(making, "_person", overtaken):
        run(export)
    assert len(seen) == 2 and the_export(acme).state == "working"


def test_an_error_is_tried_again_and_in_the_end_said(client_of, acme, alice, orders, deliver, mailoutbox):
    client = client_of(alice)
    ask(client)
    export = the_export(acme)
    with mock.patch.object(making.files, "put", side_effect=OSError("The disk is full.")):
        for attempt in range(1, making.MOST_ATTEMPTS):
            run(export)
            found = the_export(acme)
            assert (found.state, found.attempts, found.last_error) == ("waiting", attempt, "The disk is full.")
            assert found.due_at > timezone.now()
        run(export)
    assert the_export(acme).state == "failed"
    text = client.get(PAGE).text
    assert "for a reason on our side" in text and "The disk is full" not in text and "Try again" in text
    deliver()
    assert len(mailoutbox) == 1
    assert client.post(f"{PAGE}{export.pk}/again/").status_code == 302
    run(export)
    assert the_export(acme).state == "done"


def test_what_kills_every_worker_is_given_up(client_of, acme, alice, orders):
    ask(client_of(alice))
    with inside(acme):
        Export.objects.update(
            state="working", attempts=making.MOST_ATTEMPTS, lease_until=timezone.now() - timedelta(seconds=1)
        )
    run(the_export(acme))
    found = the_export(acme)
    assert found.state == "failed" and "could not be prepared" in found.reason


def test_a_list_beyond_the_term_is_refused_with_the_way_out(client_of, acme, alice, orders):
    from portal.models import EnterpriseTerm

    with inside(acme):
        EnterpriseTerm.objects.create(enterprise=acme, name="exports.most_rows", value=4, starts_on="2020-01-01")
    ask(client_of(alice))
    run(the_export(acme))
    assert "5 rows, and one file holds at most 4" in the_export(acme).reason


def test_a_file_is_removed_after_its_time_and_can_be_prepared_anew(
    client_of, acme, alice, orders, django_capture_on_commit_callbacks, monkeypatch
):
    client = client_of(alice)
    ask(client)
    run(the_export(acme))
    export = the_export(acme)
    key = export.file.key
    with as_staff():
        tasks.expire_exports()
    assert the_export(acme).state == "done"
    later = timezone.now() + timedelta(days=8)
    monkeypatch.setattr(timezone, "now", lambda: later)
    with django_capture_on_commit_callbacks(execute=True), as_staff():
        tasks.expire_exports()
        tasks.expire_exports()
    monkeypatch.undo()
    found = the_export(acme)
    assert (found.state, found.file_id) == ("expired", None) and not default_storage.exists(key)
    text = client.get(PAGE).text
    assert "Removed" in text and "Prepare it anew" in text
    assert client.get(f"/e/204817/files/{export.file_id}/").status_code == 404
    assert client.post(f"{PAGE}{export.pk}/again/").status_code == 302
    run(found)
    assert the_export(acme).state == "done"


def test_what_is_ready_cannot_be_asked_for_again(client_of, acme, alice, orders):
    client = client_of(alice)
    ask(client)
    export = the_export(acme)
    for _ in range(2):
        assert client.post(f"{PAGE}{export.pk}/again/").status_code == 409
        run(export)
    assert client.get(f"{PAGE}{export.pk}/again/").status_code == 405


def test_asked_for_again_while_the_same_is_under_way_nothing_is_begun(client_of, acme, alice, orders):
    client = client_of(alice)
    ask(client)
    run(the_export(acme))
    with inside(acme):
        Export.objects.update(state="failed")
        old = Export.objects.get()
    ask(client)
    assert client.post(f"{PAGE}{old.pk}/again/").status_code == 302
    with inside(acme):
        assert sorted(Export.objects.values_list("state", flat=True)) == ["failed", "waiting"]


def test_a_refusal_of_a_worker_thought_dead_is_not_said(client_of, acme, alice, orders):
    ask(client_of(alice))

    real = making._fail

    def overtaken(*args):
        with inside(acme):
            Export.objects.update(attempts=7)
        real(*args)

    with (
        mock.patch.object(making, "_fail", overtaken),
        mock.patch.object(making, "_person", side_effect=making.Refused("No.")),
    ):
        run(the_export(acme))
    assert the_export(acme).state == "working"
    with inside(acme):
        assert not Event.objects.filter(kind="export.failed").exists()


def test_the_portal_itself_has_no_downloads(acme, orders):
    with inside(acme):
        assert not exports.list_mine(system(acme.pk)).exists()


# --- cost ------------------------------------------------------------------------------------


def test_a_batch_asks_the_same_for_many_rows_as_for_few(client_of, acme, acme_main, alice, monkeypatch):
    monkeypatch.setattr(making, "BATCH", 1_000)

    def queries(rows):
        for _ in range(rows):
            make.order(acme_main)
        ask(client_of(alice))
        export = the_export(acme)
        with CaptureQueriesContext(connection) as seen:
            run(export)
        assert the_export(acme).state == "done"
        return len(seen)

    assert queries(3) == queries(12)


def test_a_part_is_found_by_key_and_not_by_counting(client_of, acme, alice, orders):
    ask(client_of(alice))
    with CaptureQueriesContext(connection) as seen:
        run(the_export(acme))
    assert not [each["sql"] for each in seen if "OFFSET" in each["sql"]]


def test_the_page_costs_the_same_for_more_files(client_of, acme, alice, orders):
    client = client_of(alice)

    def queries():
        client.get(PAGE)
        with CaptureQueriesContext(connection) as seen:
            client.get(PAGE)
        return len(seen)

    def one(query):
        ask(client, query)
        run(the_export(acme))

    one("")
    first = queries()
    one("?status=open")
    one("?account=5-KTR2P")
    assert queries() == first
