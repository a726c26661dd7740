"""Moves that are asked for: proven, agreed by both sides and the carrier, carried out on their day."""

import io
import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import selectors
from accounts.joining.tasks import judge_registrations
from accounts.models import (
    Account,
    AccountCode,
    AccountGroup,
    CustomerNumber,
    Enterprise,
    Grant,
    Membership,
    Move,
    MoveSide,
)
from accounts.moving import services
from accounts.moving.tasks import look_at_moves
from portal.models import Event
from tests import make
from tests.accounts.test_registration import PASSWORD, bill, entered, register, way_in
from tests.accounts.test_same_work import statement
from tests.faces import FaceClient, as_staff, connected_as, inside

pytestmark = pytest.mark.usefixtures("transactional_db")
OURS, THEIRS = "/e/204817/moves/", "/e/305120/moves/"


@pytest.fixture
def owen(db):
    """The carrier's account manager, who decides."""
    return make.staff("Owen Park", "account_manager")


@pytest.fixture
def ada(client_of, alice):
    return client_of(alice)


@pytest.fixture
def bert(client_of, bob):
    return client_of(bob)


def day(ahead=1):
    return selectors.carriers_day(timezone.now()) + timedelta(days=ahead)


def wish(**fields):
    return {"effective_on": f"{day():%Y-%m-%d}", "why": "The branch was sold", **fields}


def look():
    with as_staff():
        look_at_moves()


def carry(ahead=1):
    """The owner's job on that day."""
    with connected_as("portal_owner"):
        return services.carry_out_due(timezone.now() + timedelta(days=ahead))


def sides():
    with as_staff():
        return {each.enterprise.public_id: each for each in MoveSide.objects.select_related("enterprise")}


def the_move():
    with as_staff():
        return Move.objects.get()


def owner_of(account):
    with as_staff():
        return Account.objects.get(pk=account.pk).enterprise_id


def give(ada, account):
    """Acme gives an account to Borealis; returns both sides' pages."""
    answer = ada.post(f"{OURS}ask/?what=give", wish(other="305120", accounts=account.number))
    assert answer.status_code == 302, answer.content.decode()
    look()
    found = sides()
    return f"{OURS}{found['204817'].pk}/", f"{THEIRS}{found['305120'].pk}/"


def test_a_split_is_carried_out_on_its_day_when_all_have_agreed(
    ada, bert, owen, client_of, acme, borealis, acme_main, acme_branch, alan, deliver
):
    ours, theirs = give(ada, acme_branch)
    page = ada.get(ours).content.decode()
    assert "2 people lose sight" in page and "Alan Tran" in page
    assert "Borealis" not in page  # who somebody is they show by agreeing
    page = bert.get(theirs).content.decode()
    assert "Acme Freight" in page and "The branch was sold" in page and "Bob Fuentes" in page and "Alan" not in page
    assert bert.post(f"{theirs}agree/").status_code == 302
    look()
    assert "Borealis" in ada.get(ours).content.decode()
    assert carry() == []  # the carrier has not agreed
    staff = client_of(owen)
    assert the_move().number in staff.get("/moves/").content.decode()
    case = f"/moves/{the_move().pk}/"
    assert "Alan Tran" in staff.get(case).content.decode()
    assert staff.post(f"{case}approve/", {"grounds": "Contract of sale seen"}).status_code == 302
    assert {each.status for each in sides().values()} == {"approved"}
    deliver()
    assert carry(ahead=0) == []  # not its day
    assert owner_of(acme_branch) == acme.pk
    assert len(carry()) == 1
    assert (owner_of(acme_branch), owner_of(acme_main)) == (borealis.pk, acme.pk)
    assert the_move().status == "done" and {each.status for each in sides().values()} == {"done"}
    assert carry() == []
    told = {(each.kind, each.recipient) for each in deliver()}
    assert told >= {
        ("move.reached", "bob@borealis.example"),
        ("move.approved", "alice@acme.example"),
        ("move.approved", "bob@borealis.example"),
        ("accounts.left", "alice@acme.example"),
    }
    assert f"{acme_branch.number}" in bert.get("/e/305120/accounts/").content.decode()


@pytest.mark.parametrize("who", ["the other side", "the asker", "the carrier"])
def test_whoever_says_no_before_its_day_stops_it(who, ada, bert, owen, client_of, acme, acme_branch, borealis, deliver):
    ours, theirs = give(ada, acme_branch)
    case = f"/moves/{the_move().pk}/"
    bert.post(f"{theirs}agree/")
    client_of(owen).post(f"{case}approve/", {"grounds": "Seen"})
    look()
    assert the_move().status == "approved"
    stop = {
        "the other side": (bert, f"{theirs}cancel/"),
        "the asker": (ada, f"{ours}cancel/"),
        "the carrier": (client_of(owen), f"{case}stop/"),
    }
    client, url = stop[who]
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "We keep it"}).status_code == 302
    look()
    deliver()
    assert carry() == [] and owner_of(acme_branch) == acme.pk
    assert the_move().status in {"withdrawn", "declined"}
    ended = [each for each in deliver() if each.kind == "move.ended"]
    assert {each.recipient for each in ended} == {"alice@acme.example", "bob@borealis.example"}
    assert all("We keep it" in each.body_text for each in ended)
    assert bert.post(f"{theirs}agree/").status_code == 409


def test_an_account_comes_in_by_an_invoice_and_its_owners_consent(
    ada, bert, owen, dora, client_of, acme, borealis, borealis_main, alice
):
    invoice = bill(borealis_main, dora)
    asked = wish(number=borealis_main.number, proof_kind="invoice", proof=invoice.number)
    assert ada.post(f"{OURS}ask/", asked).status_code == 302
    assert "Borealis" not in ada.get(OURS).content.decode()
    look()
    with as_staff():
        assert not MoveSide.objects.exclude(proof="").exists()
    theirs = f"{THEIRS}{sides()['305120'].pk}/"
    assert "Bob Fuentes" in bert.get(theirs).content.decode()
    bert.post(f"{theirs}agree/")
    look()
    client_of(owen).post(f"/moves/{the_move().pk}/approve/", {"grounds": "Called"})
    carry()
    assert owner_of(borealis_main) == acme.pk


def test_what_is_not_proven_is_answered_alike_and_tells_nothing(
    ada, bert, dora, acme, borealis, borealis_main, deliver
):
    bill(borealis_main, dora)
    pages = set()
    for number in (borealis_main.number, "9-NONE"):
        answer = ada.post(f"{OURS}ask/", wish(number=number, proof_kind="invoice", proof="INV-1999-000001"))
        pages.add((answer.status_code, re.sub(r"\d+", "", answer["Location"])))
    assert len(pages) == 1
    look()
    with as_staff():
        assert set(MoveSide.objects.values_list("status", flat=True)) == {"misfit"} and not Move.objects.exists()
        # Only the account's own journal knows that somebody tried.
        assert list(Event.objects.filter(kind="move.failed").values_list("enterprise_id", flat=True)) == [borealis.pk]
    mails = [each for each in deliver() if each.kind == "move.ended"]
    assert len(mails) == 2 and len({each.subject for each in mails}) == 1
    assert owner_of(borealis_main) == borealis.pk


@pytest.mark.parametrize("what", ["give", "take", "join", "absorb"])
def test_an_enterprise_that_is_there_and_one_that_is_not_are_answered_alike(
    what, ada, bert, owen, client_of, acme, acme_main, borealis, borealis_main, deliver
):
    """What was asked, what is seen after it was looked at, and the mail when nobody agrees; and the same work."""
    names = {"give": acme_main.number, "take": borealis_main.number}
    form = ada.get(f"{OURS}ask/?what={what}").content

    def asked(other):
        with CaptureQueriesContext(connection) as done:
            answer = ada.post(f"{OURS}ask/?what={what}", wish(other=other, accounts=names.get(what, "")))
        return answer.status_code, [statement(each["sql"]) for each in done.captured_queries], answer["Location"]

    asked("111111")
    there, nowhere = asked("305120"), asked("999999")
    assert form and there[:2] == nowhere[:2]
    look()
    assert "Borealis" not in ada.get(OURS).content.decode()
    pages = [plain(ada.get(each[2]).content.decode()) for each in (there, nowhere)]
    assert pages[0] == pages[1] and "Waits for approval" in pages[0]
    with as_staff():
        made_up = Move.objects.get(unknown="999999")
    # Who is asked, and the carrier, hear what is so.
    assert "Acme Freight" in bert.get(f"{THEIRS}{sides()['305120'].pk}/").content.decode()
    staff = client_of(owen)
    assert "No customer has the ID 999999" in staff.get(f"/moves/{made_up.pk}/").content.decode()
    assert staff.post(f"/moves/{made_up.pk}/approve/", {"grounds": "Seen"}).status_code == 409
    deliver()
    with as_staff():
        Move.objects.update(effective_on=day(-31))
    look()
    ended = [each for each in deliver() if each.kind == "move.ended" and each.recipient == "alice@acme.example"]
    assert len({plain(each.body_text) for each in ended}) == 1 and len(ended) == 3
    with as_staff():
        assert set(Move.objects.values_list("status", flat=True)) == {"lapsed"}
    assert owner_of(acme_main) == acme.pk and owner_of(borealis_main) == borealis.pk


def plain(text):
    """Without what differs from one request to the other whatever was asked."""
    return re.sub(r"\d+|…|[A-Za-z0-9_-]{20,}", "", text.split("<main")[-1])


def test_who_declines_without_having_agreed_is_not_named(ada, bert, acme_branch, deliver):
    ours, theirs = give(ada, acme_branch)
    bert.post(f"{theirs}decline/", {"reason": "Not us"})
    look()
    mails = [each for each in deliver() if each.kind == "move.ended"]
    assert "Borealis" not in ada.get(ours).content.decode()
    told = {each.recipient: each.body_text for each in mails}
    assert "Not us" in told["alice@acme.example"] and "Borealis" not in told["alice@acme.example"]


def test_nobody_agrees_to_give_what_is_not_theirs(ada, bert, owen, client_of, acme_main, borealis, borealis_main):
    ada.post(f"{OURS}ask/?what=take", wish(other="305120", accounts=f"{borealis_main.number} 9-NONE"))
    look()
    theirs = f"{THEIRS}{sides()['305120'].pk}/"
    assert "No son cuentas de quien debe cederlas: 9-NONE" in bert.get(theirs).content.decode()
    assert bert.post(f"{theirs}agree/").status_code == 409
    staff = client_of(owen)
    assert staff.post(f"/moves/{the_move().pk}/approve/", {"grounds": "Seen"}).status_code == 409
    assert sides()["305120"].said == "" and the_move().approved_at is None
    assert bert.post(f"{theirs}decline/", {"reason": "Not all of them are ours"}).status_code == 302


def test_what_cannot_be_asked_for_is_refused_and_nothing_is_noted(ada, acme, acme_main, borealis, borealis_main):
    for what, fields in (
        ("give", {"other": "305120", "accounts": borealis_main.number}),
        ("give", {"other": "204817", "accounts": acme_main.number}),
        ("give", {"other": "305120", "accounts": acme_main.number, "effective_on": f"{day(0):%Y-%m-%d}"}),
        ("take", {"other": "305120", "accounts": ""}),
    ):
        assert ada.post(f"{OURS}ask/?what={what}", wish(**fields)).status_code == 422
    assert sides() == {}


def test_who_does_not_administer_sees_and_asks_for_nothing(client_of, alan, ada, erin, acme_branch, borealis, bob):
    ours, _theirs = give(ada, acme_branch)
    clerk = client_of(alan)
    assert [clerk.get(each).status_code for each in (OURS, f"{OURS}ask/", ours)] == [403] * 3
    assert client_of(bob).get(ours.replace("204817", "305120")).status_code == 404
    assert client_of(erin).get("/moves/").status_code == 403
    before = sides()["305120"].said
    assert clerk.post(f"{ours}cancel/", {"reason": "no"}).status_code == 403
    assert sides()["305120"].said == before


def test_a_merge_brings_all_accounts_and_customer_numbers(
    ada, bert, owen, client_of, acme, borealis, borealis_main, deliver
):
    with inside(borealis):
        CustomerNumber.objects.create(enterprise=borealis, number="CN-77")
    bert.post(f"{THEIRS}ask/?what=join", wish(other="204817"))
    look()
    ada.post(f"{OURS}{sides()['204817'].pk}/agree/")
    look()
    client_of(owen).post(f"/moves/{the_move().pk}/approve/", {"grounds": "Merger"})
    deliver()
    carry()
    assert owner_of(borealis_main) == acme.pk
    with as_staff():
        assert CustomerNumber.objects.get(number="CN-77").enterprise_id == acme.pk
        assert Membership.objects.filter(enterprise=borealis, status="active").exists()


@pytest.fixture
def merging(ada, bert, owen, client_of, acme, borealis, borealis_main, bob, deliver):
    """Borealis joins Acme; both have agreed, and the carrier too. Returns both sides' pages."""
    bert.post(f"{THEIRS}ask/?what=join", wish(other="204817"))
    look()
    found = sides()
    ours, theirs = f"{OURS}{found['204817'].pk}/", f"{THEIRS}{found['305120'].pk}/"
    ada.post(f"{ours}agree/")
    look()
    client_of(owen).post(f"/moves/{the_move().pk}/approve/", {"grounds": "Merger"})
    deliver()
    return ours, theirs


def grants(enterprise):
    """Who holds what there, on which group or account."""
    with inside(enterprise):
        rows = Grant.objects.filter(until_at=None).select_related("membership", "group", "account")
        return {(each.membership.name, each.permission, str(each.group or each.account or "")) for each in rows}


def test_people_come_along_whom_both_sides_choose(
    merging, ada, bert, acme, borealis, borealis_main, deliver, client_of, owen
):
    ours, theirs = merging
    second = make.account(borealis, "Borealis sur", number="7-BOR2A")
    clerk, driver = make.user("clara@borealis.example"), make.user("dan@borealis.example")
    clara = make.member(borealis, clerk, "Clara Ruiz")
    for code, on in (("billing.view", None), ("order.view", second), ("user.admin", None)):
        make.grant(clara, code, on)
    dan = make.member(borealis, driver, "Dan Soto")
    make.grant(dan, "billing.view")
    page = bert.get(theirs).content.decode()
    assert "Clara Ruiz" in page and "Clara" not in ada.get(ours).content.decode()
    assert bert.post(f"{theirs}people/", {"person": [clara.pk, dan.pk]}).status_code == 302
    assert ada.post(f"{ours}people/", {"person": [clara.pk]}).status_code == 409  # not offered yet
    look()
    assert "Clara Ruiz" in ada.get(ours).content.decode()
    assert ada.post(f"{ours}people/", {"person": [clara.pk]}).status_code == 302
    page = client_of(owen).get(f"/moves/{the_move().pk}/").content.decode()
    assert "Dan Soto" in page and "Let in" in page
    deliver()
    assert len(carry()) == 1
    name = f"Accounts from {borealis.name} ({the_move().number})"
    assert grants(acme) >= {("Clara Ruiz", "billing.view", name), ("Clara Ruiz", "order.view", str(second))}
    assert not any(who == "Dan Soto" or what == "user.admin" for who, what, _where in grants(acme))
    with inside(acme):
        member = Membership.objects.get(user=clerk)
        assert member.status == "pending" and not Membership.objects.filter(user=driver).exists()
        group = AccountGroup.objects.get(name=name)
        assert set(group.accounts.values_list("account__number", flat=True)) == {"7-BOR1A", "7-BOR2A"}
    told = {(each.kind, each.recipient) for each in deliver()}
    assert ("person.invited", "clara@borealis.example") in told and (
        "move.people_offered",
        "alice@acme.example",
    ) in told
    assert ("person.invited", "dan@borealis.example") not in told


def test_nobody_comes_along_whom_not_both_have_chosen(merging, ada, bert, acme, borealis, alan, client_of):
    ours, theirs = merging
    clara = make.member(borealis, make.user("clara@borealis.example"), "Clara Ruiz")
    make.grant(clara, "billing.view")
    before = grants(acme)
    assert bert.post(f"{theirs}people/", {"person": [alan.pk + 999]}).status_code == 409
    assert client_of(alan).post(f"{ours}people/", {"person": [clara.pk]}).status_code == 403
    bert.post(f"{theirs}people/", {"person": [clara.pk]})
    look()
    # Sent along, let in by nobody; then let in, and taken back by who sends.
    ada.post(f"{ours}people/", {"person": [clara.pk]})
    bert.post(f"{theirs}people/", {})
    look()
    assert len(carry()) == 1
    assert grants(acme) == before
    assert bert.post(f"{theirs}people/", {"person": [clara.pk]}).status_code == 409


def test_accounts_are_split_off_into_an_enterprise_that_is_made_for_them(
    ada, owen, client_of, acme, acme_main, acme_branch, deliver, mailoutbox
):
    answer = ada.post(f"{OURS}ask/?what=new", wish(accounts=acme_branch.number))
    assert answer.status_code == 302
    look()
    staff, case = client_of(owen), f"/moves/{the_move().pk}/"
    assert staff.post(f"{case}approve/", {"grounds": "Seen"}).status_code == 409
    new = {"legal_name": "Branch Lines LLC", "segment": "wholesale", "region": "na", "language": "es",
           "name": "Bea Lindo", "email": "bea@branch.example"}  # fmt: skip
    assert staff.post(f"{case}found/", {**new, "email": "no address"}).status_code == 422
    assert the_move().founding is None
    assert staff.post(f"{case}found/", new).status_code == 302
    assert staff.post(f"{case}approve/", {"grounds": "Articles of the company seen"}).status_code == 302
    assert "Branch Lines LLC" in ada.get(answer["Location"]).content.decode()
    assert staff.post(f"{case}found/", new).status_code == 409
    deliver()
    assert carry(ahead=0) == [] and len(carry()) == 1
    with as_staff():
        home = Enterprise.objects.get(pk=owner_of(acme_branch))
        assert (home.legal_name, home.segment, home.language) == ("Branch Lines LLC", "wholesale", "es")
        first = Membership.objects.get(enterprise=home)
        assert (first.name, first.is_administrator, first.status) == ("Bea Lindo", True, "pending")
    assert owner_of(acme_main) == acme.pk
    way = way_in(deliver, mailoutbox, "bea@branch.example")
    assert FaceClient("customer").post(way, {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert carry() == []


def test_an_unclaimed_account_moves_to_who_asks_by_the_carriers_word_alone(ada, owen, client_of, acme, dora):
    nobody = make.enterprise("Waiting room", public_id="900001", is_holding=True)
    account = make.account(nobody, "Acme depot", number="5-WAIT1")
    staff = client_of(owen)
    staff.post("/customers/900001/open/", {"reason": "An account to be proven"})
    page = staff.post("/e/900001/account-codes/", {"number": "5-WAIT1", "given_to": "Alice, called back"})
    code = re.search(r'id="new-code">([^<]+)<', page.content.decode())[1]
    assert code not in staff.get("/e/900001/account-codes/").content.decode()
    with as_staff():
        assert code not in AccountCode.objects.get().code_hash
    assert ada.post(f"{OURS}ask/", wish(number="5-WAIT1", proof_kind="code", proof=code.lower())).status_code == 302
    look()
    staff.post(f"/moves/{the_move().pk}/approve/", {"grounds": "Code"})
    assert the_move().status == "approved"
    carry()
    assert owner_of(account) == acme.pk
    # A code counts once.
    with as_staff():
        assert AccountCode.objects.get().used_at


def test_who_registers_for_an_unclaimed_account_gets_an_enterprise_of_their_own(dora, deliver, mailoutbox):
    nobody = make.enterprise("Waiting room", public_id="900001", is_holding=True)
    mine, others = (make.account(nobody, name, number=number) for name, number in (("Mill", "5-MIL01"), ("X", "5-X")))
    invoice = bill(mine, dora)
    deliver()
    register(entered(invoice))
    register(entered(invoice, email="second@lumber.example"))
    with as_staff():
        judge_registrations()
    deliver()
    assert len(carry(ahead=0)) == 1
    with as_staff():
        home = Enterprise.objects.get(pk=owner_of(mine))
        assert home.legal_name == "Mill" and not home.is_holding
        assert Membership.objects.get().enterprise_id == home.pk and owner_of(others) == nobody.pk
    way = way_in(deliver, mailoutbox, "rita+it@lumber.example")
    browser = FaceClient("customer")
    assert browser.post(way, {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert carry(ahead=0) == []


def test_a_code_that_was_ended_proves_nothing(ada, owen, client_of, acme, borealis, borealis_main):
    staff = client_of(owen)
    staff.post("/customers/305120/open/", {"reason": "An account to be proven"})
    page = staff.post("/e/305120/account-codes/", {"number": borealis_main.number, "given_to": "Alice"})
    code = re.search(r'id="new-code">([^<]+)<', page.content.decode())[1]
    with as_staff():
        pk = AccountCode.objects.get().pk
    assert staff.post(f"/e/305120/account-codes/{pk}/end/").status_code == 302
    ada.post(f"{OURS}ask/", wish(number=borealis_main.number, proof_kind="code", proof=code))
    look()
    assert [each.status for each in sides().values()] == ["misfit"]


def test_what_cannot_be_carried_out_says_why_and_waits_for_a_person(
    ada, bert, owen, client_of, acme, acme_main, acme_branch, borealis, deliver
):
    service = make.service(acme_branch)
    make.order(acme_main, service=service)
    _ours, theirs = give(ada, acme_branch)
    bert.post(f"{theirs}agree/")
    client_of(owen).post(f"/moves/{the_move().pk}/approve/", {"grounds": "Seen"})
    deliver()
    assert carry() == []
    assert owner_of(acme_branch) == acme.pk and "hangs together" in the_move().last_error
    assert "hangs together" in client_of(owen).get("/").content.decode()


def test_only_the_owner_carries_out(db):
    with pytest.raises(CommandError):
        call_command("owner_jobs", stdout=io.StringIO())
    with connected_as("portal_owner"):
        call_command("owner_jobs", stdout=io.StringIO())
