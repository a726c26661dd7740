"""Registering by oneself: one answer to everybody, the truth by mail, and one first administrator."""

import re
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import services as accounts
from accounts.joining.services import judge
from accounts.joining.tasks import judge_registrations
from accounts.models import Enterprise, Membership, Registration, User
from portal.actors import system
from portal.errors import Refused
from portal.models import Event
from portal.tenancy import tenant_scope
from tests import make
from tests.billing import builders
from tests.faces import FaceClient, as_app, as_staff, inside

PASSWORD = "seven quiet harbor lamps"
NEW = "rita+it@lumber.example"


@pytest.fixture
def lumber(db):
    """An enterprise that nobody has claimed."""
    return make.enterprise("Lumber Mill Co.", public_id="401234")


@pytest.fixture
def mill(lumber):
    return make.account(lumber, "Mill", number="5-MIL01")


def bill(account, dora, *, days_ago=0):
    at = timezone.now() - timedelta(days=days_ago)
    month = at.date().replace(day=1)
    builders.start(dora, month, at)
    make.charge(account, "2950.00", starts_on=month)
    return builders.issue(account, month, at)


@pytest.fixture
def invoice(mill, dora):
    return bill(mill, dora)


def entered(invoice, **fields):
    return {"segment": "enterprise", "number": "5-MIL01", "name": "Rita Vale", "email": NEW, "proof_kind": "invoice",
            "proof": invoice.number, **fields}  # fmt: skip


def register(data):
    return FaceClient("customer").post("/register/", data)


def look():
    with as_staff():
        judge_registrations()


def states():
    with as_staff():
        return list(Registration.objects.order_by("pk").values_list("status", flat=True))


def members(enterprise):
    with inside(enterprise):
        return list(Membership.objects.select_related("user").order_by("pk"))


def story(enterprise):
    with inside(enterprise):
        return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def way_in(deliver, mailoutbox, email=NEW):
    deliver()
    mail = [each for each in mailoutbox if email in each.to[0]][-1]
    return re.search(r"/join/[^\s\"<]+", mail.body)[0]


def test_the_sign_in_page_leads_to_it(db):
    assert 'href="/register/"' in FaceClient("customer").get("/account/login/").content.decode()
    assert 'href="/register/"' not in FaceClient("staff").get("/account/login/").content.decode()
    assert FaceClient("staff").get("/register/").status_code == 404


@pytest.mark.parametrize("proof", ["number", "small", "total", "separated", "plain"])
def test_who_proves_an_unclaimed_account_confirms_by_mail_and_administers(lumber, invoice, proof, deliver, mailoutbox):
    said = {"number": invoice.number, "small": invoice.number.lower(), "total": f"{invoice.total:.2f}",
            "separated": f"USD {invoice.total:,.2f}", "plain": f"{invoice.total:.2f}".replace(".", ",")}  # fmt: skip
    assert register(entered(invoice, proof=said[proof])).status_code == 200
    look()
    (member,) = members(lumber)
    assert (member.status, member.is_administrator, member.user.email) == ("pending", True, NEW)
    with as_staff():
        kept = Registration.objects.get()
    assert (kept.status, kept.place, kept.proof) == ("invited", "401234", "")
    assert "person.registered" in story(lumber)
    way = way_in(deliver, mailoutbox)
    browser = FaceClient("customer")
    assert browser.get(way).status_code == 200
    assert browser.post(way, {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    (member,) = members(lumber)
    assert (member.status, member.is_administrator) == ("active", True)
    assert browser.post(way, {"password": PASSWORD, "again": PASSWORD}).status_code == 410


def test_nothing_is_opened_before_the_mailbox_is_confirmed(lumber, invoice):
    browser = FaceClient("customer").sign_in(make.user(NEW))
    register(entered(invoice))
    look()
    assert [each.status for each in members(lumber)] == ["pending"]
    assert browser.get("/e/401234/").status_code == 404


def test_an_expired_link_opens_nothing_and_the_account_can_be_registered_again(lumber, invoice, deliver, mailoutbox):
    register(entered(invoice))
    look()
    way = way_in(deliver, mailoutbox)
    with inside(lumber):
        Membership.objects.update(invited_until=timezone.now() - timedelta(minutes=1))
    answer = FaceClient("customer").post(way, {"password": PASSWORD, "again": PASSWORD})
    assert answer.status_code == 410
    assert members(lumber)[0].status == "pending"
    register(entered(invoice, email="second@lumber.example"))
    look()
    assert [(each.status, each.user.email) for each in members(lumber)] == [
        ("removed", NEW),
        ("pending", "second@lumber.example"),
    ]
    assert FaceClient("customer").get(way).status_code == 410


def wrong(invoice, what, lumber, dora, alice):
    """What is entered in each case, after the world was put so."""
    if what == "closed":
        with inside(lumber):
            Enterprise.objects.update(is_self_registration_open=False)
    if what == "taken":
        make.member(lumber, make.user("boss@lumber.example"), "Bo Boss", is_administrator=True)
    if what == "house closed":
        with inside(lumber):
            Enterprise.objects.update(is_active=False)
    return entered(invoice, **{
        "wrong proof": {"proof": "INV-1999-000001"},
        "wrong total": {"proof": "0.01"},
        "no such account": {"number": "9-NONE0"},
        "other entry": {"segment": "wholesale"},
        "another's invoice": {"number": "5-KTR2P"},
    }.get(what, {}))  # fmt: skip


CASES = {"fits": "invited", "closed": "closed", "taken": "taken", "house closed": "misfit", "wrong proof": "misfit",
         "wrong total": "misfit", "no such account": "misfit", "other entry": "misfit",
         "another's invoice": "misfit"}  # fmt: skip


@pytest.mark.parametrize(("what", "state"), CASES.items())
def test_each_case_comes_to_what_it_should_by_mail_and_says_no_more(
    what, state, lumber, invoice, dora, alice, acme_main, deliver
):
    data = wrong(invoice, what, lumber, dora, alice)
    before = len(members(lumber))
    register(data)
    look()
    assert states() == [state]
    assert len(members(lumber)) == before + (state == "invited")
    (mail,) = [each for each in deliver() if each.recipient == NEW]
    assert mail.kind == ("person.registered" if state == "invited" else f"registration.{state}")
    assert ("boss@lumber.example" in mail.body_text) == (state == "taken")
    if state == "misfit":
        assert "Lumber" not in mail.body_text and "Acme" not in mail.body_text
    told = {"invited": "person.registered", "closed": "registration.turned_away", "taken": "registration.turned_away"}
    if state in told:
        assert told[state] in story(lumber)
    if what in {"wrong proof", "wrong total", "other entry"}:
        assert "registration.failed" in story(lumber)


def test_every_case_is_answered_by_the_same_words_after_the_same_work(lumber, invoice, dora, alice, acme_main):
    hide = re.compile(r'value="[^"]*"|nonce="[^"]*"|"X-CSRFToken": "[^"]*"')
    pages, work = set(), set()
    FaceClient("customer").get("/register/")
    for nth, what in enumerate(["fits", *(each for each in CASES if each != "fits")]):
        data = {**wrong(invoice, what, lumber, dora, alice), "email": f"same{nth}@x.example"}
        # How often one account is asked about is another test's.
        cache.clear()
        with CaptureQueriesContext(connection) as done:
            answer = FaceClient("customer").post("/register/", data)
        assert answer.status_code == 200
        pages.add(hide.sub("", answer.content.decode()).replace(f"same{nth}@x.example", "…"))
        work.add(tuple(re.sub(r"'[^']*'|\d+", "?", each["sql"]) for each in done.captured_queries))
    assert len(pages) == 1
    assert len({len(each) for each in work}) == 1
    assert not any("accounts_account" in sql or "billing_" in sql for each in work for sql in each)


def test_an_invoice_older_than_four_months_proves_nothing(lumber, mill, dora):
    old = bill(mill, dora, days_ago=160)
    register(entered(old))
    look()
    assert states() == ["misfit"]
    assert members(lumber) == []


def test_somebody_who_has_a_sign_in_joins_with_it(lumber, invoice, bob, client_of, deliver, mailoutbox):
    make.password(bob, PASSWORD)
    register(entered(invoice, email="BOB@borealis.example"))
    look()
    way = way_in(deliver, mailoutbox, "bob@borealis.example")
    assert 'type="password"' not in FaceClient("customer").get(way).content.decode()
    assert client_of(bob).post(way)["Location"] == "/e/401234/"
    with as_app():
        assert User.objects.filter(email="bob@borealis.example").count() == 1


def test_who_proved_it_and_never_confirms_is_in_nobodys_way(lumber, invoice, deliver, mailoutbox):
    register(entered(invoice))
    look()
    first = way_in(deliver, mailoutbox)
    mailoutbox.clear()
    register(entered(invoice, email="second@lumber.example"))
    look()
    assert states() == ["invited", "invited"]
    (mail,) = [each for each in deliver() if each.recipient == "second@lumber.example"]
    assert NEW not in mail.body_text
    second = way_in(deliver, mailoutbox, "second@lumber.example")
    assert FaceClient("customer").post(second, {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert [(each.status, each.is_administrator) for each in members(lumber)] == [("removed", False), ("active", True)]
    assert FaceClient("customer").post(first, {"password": PASSWORD, "again": PASSWORD}).status_code == 410
    assert [each.status for each in members(lumber)] == ["removed", "active"]


def test_whom_a_person_invited_is_not_overtaken(lumber, invoice):
    with as_app(), tenant_scope(lumber.pk):
        whom = accounts.Invited("boss@lumber.example", "Boss")
        accounts.claim(whom, actor=system(lumber.pk), at=timezone.now())
    with inside(lumber):
        # As the carrier's people name one.
        Membership.objects.update(why="")
    register(entered(invoice))
    look()
    assert states() == ["taken"]
    assert [each.user.email for each in members(lumber)] == ["boss@lumber.example"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_confirm_at_the_same_moment_one_becomes_administrator(lumber, mill):
    barrier, outcomes = Barrier(2), []
    with as_app(), tenant_scope(lumber.pk):
        here = system(lumber.pk)
        found = [
            accounts.claim(accounts.Invited(f"{each}@lumber.example", "R"), actor=here, at=timezone.now())
            for each in "ab"
        ]

    def run(member):
        try:
            with as_app(), tenant_scope(lumber.pk):
                barrier.wait(10)
                at = timezone.now()
                accounts.accept_invitation(member.pk, 1, user=member.user, actor=here, at=at)
            outcomes.append("in")
        except Refused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=run, args=(each,)) for each in found]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(outcomes) == ["in", "refused"]
    assert sorted(each.status for each in members(lumber)) == ["active", "removed"]


def test_a_registration_is_looked_at_once(lumber, invoice, deliver):
    register(entered(invoice))
    look()
    with as_staff():
        pk = Registration.objects.get().pk
        judge(pk, at=timezone.now())
    look()
    assert len(members(lumber)) == 1
    assert len([each for each in deliver() if each.recipient == NEW]) == 1


def test_one_account_and_one_mailbox_are_asked_about_five_times_an_hour(lumber, invoice):
    for known, number in ((True, "5-MIL01"), (False, "9-NONE0")):
        answers = [
            register(entered(invoice, number=number, email=f"n{known}{nth}@x.example")).status_code for nth in range(6)
        ]
        assert answers == [200] * 5 + [429]
    count = len(states())
    answers = [register(entered(invoice, number=f"8-X{nth}", email="v@x.example")).status_code for nth in range(6)]
    assert answers == [200] * 5 + [429]
    assert len(states()) == count + 5


@pytest.mark.parametrize(
    "fields", [{"number": ""}, {"email": "no address"}, {"proof_kind": "word of honour"}, {"number": "Buy now!"}]
)
def test_what_cannot_be_read_is_said_and_nothing_is_noted(invoice, fields):
    answer = register(entered(invoice, **fields))
    assert answer.status_code == 422
    assert states() == []


def test_staff_who_appoint_administrators_see_who_registered(client_of, lumber, invoice, carol, erin):
    register(entered(invoice))
    look()
    page = client_of(carol).get("/registrations/").content.decode()
    assert "Rita Vale" in page and "5-MIL01" in page and "/e/401234/" in page
    assert client_of(erin).get("/registrations/").status_code == 403


def test_what_was_typed_as_proof_is_kept_sealed_and_only_until_it_is_looked_at(lumber, invoice):
    register(entered(invoice))
    with as_staff():
        kept = Registration.objects.get()
        assert kept.proof and invoice.number not in kept.proof
    look()
    with as_staff():
        assert Registration.objects.get().proof == ""


def test_who_was_removed_before_registers_and_comes_back(lumber, invoice, deliver, mailoutbox):
    make.member(lumber, make.user(NEW), "Rita of before", status="removed")
    register(entered(invoice))
    look()
    (member,) = members(lumber)
    assert states() == ["invited"] and (member.status, member.name) == ("pending", "Rita Vale")
    way = way_in(deliver, mailoutbox)
    assert FaceClient("customer").post(way, {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert [(each.status, each.is_administrator) for each in members(lumber)] == [("active", True)]
