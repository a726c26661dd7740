"""Moves that somebody has decided already, that cannot be carried out, or that come to what the other side has."""

import json
import secrets

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Account, AccountCode, AccountGroup, CustomerNumber, Enterprise, Membership, Move, MoveSide
from accounts.moving import services
from portal.models import Event
from tests import make
from tests.accounts.refusing import unchanged
from tests.accounts.test_account_moves import (
    OURS,
    THEIRS,
    ada,
    bert,
    carry,
    day,
    give,
    grants,
    look,
    merging,
    owen,
    owner_of,
    sides,
    the_move,
    wish,
)  # fmt: skip
from tests.faces import as_staff, connected_as, inside
from tests.isolation.worlds import the_owner

__all__ = ["ada", "bert", "merging", "owen"]
pytestmark = pytest.mark.usefixtures("transactional_db")
API = "/api/v1/e/305120/moves/"


def choose(client, side, *people):
    return client.post(f"{API}{side.pk}/people/", json.dumps({"people": people}), content_type="application/json")


def approve(staff, grounds="Seen"):
    return staff.post(f"/moves/{the_move().pk}/approve/", {"grounds": grounds})


@pytest.fixture
def approved(ada, bert, owen, client_of, acme_branch, borealis, deliver):
    """Acme's branch goes to Borealis today: all have agreed, and all is told."""
    _ours, theirs = give(ada, acme_branch)
    bert.post(f"{theirs}agree/")
    approve(client_of(owen))
    look()
    deliver()
    with as_staff():
        Move.objects.update(effective_on=day(0))
    return the_move()


# --- asking and deciding -----------------------------------------------------------------------------


def test_an_enterprise_asks_for_so_many_moves_a_day(ada, acme, acme_branch, borealis):
    make.agreed(acme, "people.account_moves_daily", 1)
    asked = wish(other="305120", accounts=acme_branch.number)
    assert ada.post(f"{OURS}ask/?what=give", asked).status_code == 302
    with unchanged():
        answer = ada.post(f"{OURS}ask/?what=give", asked)
    assert answer.status_code == 422 and "asked for a lot today" in answer.content.decode()


@pytest.mark.parametrize("typed", [",", " ; ,"])
def test_who_takes_accounts_over_says_which(ada, borealis, borealis_main, typed):
    with unchanged():
        answer = ada.post(f"{OURS}ask/?what=take", wish(other="305120", accounts=typed))
    assert answer.status_code == 422 and "Say which accounts" in answer.content.decode()
    assert ada.post(f"{OURS}ask/?what=take", wish(other="305120", accounts=f", {borealis_main.number};")).url
    assert sides()["204817"].accounts == [borealis_main.number]


def test_what_is_taken_back_before_it_was_looked_at_reaches_nobody(ada, acme_branch, borealis, deliver):
    page = ada.post(f"{OURS}ask/?what=give", wish(other="305120", accounts=acme_branch.number)).url
    assert ada.post(f"{page}cancel/", {"reason": "A mistake"}).status_code == 302
    with unchanged():
        answer = ada.post(f"{page}cancel/", {"reason": "Again"})
    assert answer.status_code == 409 and "declined or cancelled already" in answer.content.decode()
    look()
    assert {number: each.status for number, each in sides().items()} == {"204817": "withdrawn"}
    with as_staff():
        assert not Move.objects.exists()
    assert {each.recipient for each in deliver()} == {"alice@acme.example"}


def test_the_carriers_people_decide_once(ada, bert, owen, client_of, acme_branch, borealis):
    _ours, _theirs = give(ada, acme_branch)
    staff, stop = client_of(owen), f"/moves/{the_move().pk}/stop/"
    assert approve(staff).status_code == 302
    with unchanged():
        assert approve(staff, "Again").status_code == 409
    assert staff.post(stop, {"reason": "Not sold after all"}).status_code == 302
    with unchanged():
        assert staff.post(stop, {"reason": "Again"}).status_code == 409


def test_who_has_not_agreed_is_not_named_by_the_carriers_word_alone(ada, bert, owen, client_of, acme_branch, borealis):
    ours, theirs = give(ada, acme_branch)
    approve(client_of(owen))
    assert "Borealis" not in ada.get(ours).content.decode() and the_move().status == "open"
    bert.post(f"{theirs}agree/")
    look()
    assert "Borealis" in ada.get(ours).content.decode() and the_move().status == "approved"


def test_looked_at_twice_each_thing_is_brought_and_told_once(ada, bert, acme, acme_branch, borealis, deliver):
    ada.post(f"{OURS}ask/?what=give", wish(other="305120", accounts=acme_branch.number))
    look()
    with unchanged():
        look()
    assert [each.kind for each in deliver() if each.recipient == "bob@borealis.example"] == ["move.reached"]
    bert.post(f"{THEIRS}{sides()['305120'].pk}/decline/", {"reason": "Not us"})
    look()
    ours, move = sides()["204817"], the_move()
    with unchanged():
        look()
        # As a process does that had read what waits before the other one was done.
        with as_staff():
            services.look(acme.pk, ours.pk, at=timezone.now())
            services.settle(move.pk, at=timezone.now())
    assert move.status == "declined"


def test_what_cannot_be_looked_at_keeps_nobody_else_waiting(ada, acme, acme_branch, borealis, borealis_main, caplog):
    ada.post(f"{OURS}ask/", wish(number=borealis_main.number, proof_kind="invoice", proof="INV-2026-000001"))
    with inside(acme):
        MoveSide.objects.update(proof="sealed by another key")
    ada.post(f"{OURS}ask/?what=give", wish(other="305120", accounts=acme_branch.number))
    look()
    look()
    with inside(acme):
        assert list(MoveSide.objects.order_by("pk").values_list("status", flat=True)) == ["asked", "open"]
    assert the_move().accounts == [acme_branch.number] and "waits for the next time" in caplog.text


# --- who comes along -----------------------------------------------------------------------------------


def test_who_is_not_offered_cannot_be_chosen_and_a_split_takes_nobody(
    merging, ada, bert, acme, acme_branch, borealis, alan
):
    side, clara = sides()["305120"], make.member(borealis, make.user("clara@borealis.example"), "Clara Ruiz")
    with unchanged():
        answer = choose(bert, side, clara.pk, 1)
    assert answer.status_code == 409 and "ya no está" in answer.json()["detail"]
    assert choose(bert, side, clara.pk).status_code == 200
    ada.post(f"{merging[0]}cancel/", {"reason": "Not now"})
    look()
    with unchanged():
        answer = choose(bert, side)
    assert answer.status_code == 409 and "Ya no hay nada que decidir" in answer.json()["detail"]


def come_along(merging, ada, bert, *members):
    ours, theirs = merging
    people = {"person": [each.pk for each in members]}
    assert bert.post(f"{theirs}people/", people).status_code == 302
    look()
    assert ada.post(f"{ours}people/", people).status_code == 302


def test_who_is_there_already_holds_both_and_an_administrator_everything(
    merging, ada, bert, acme, acme_main, alan, alice, borealis, borealis_main, deliver
):
    second = make.account(borealis, "Borealis sur", number="7-BOR2A")
    theirs = make.member(borealis, alan, "Alan Tran"), make.member(borealis, alice, "Alice Moreau")
    for member in theirs:
        for permission in ("order.view", "billing.view"):
            make.grant(member, permission)
    before = grants(acme)
    come_along(merging, ada, bert, *theirs)
    deliver()
    assert len(carry()) == 1
    name = f"Accounts from {borealis.name} ({the_move().number})"
    both = {("Alan Tran", permission, name) for permission in ("order.view", "billing.view")}
    assert grants(acme) == before | both
    with inside(acme):
        # One group for both permissions, and nobody is invited who is there.
        group = AccountGroup.objects.get()
        numbers = set(group.accounts.values_list("account__number", flat=True))
        assert numbers == {borealis_main.number, second.number}
        assert sorted(Membership.objects.values_list("status", flat=True)) == ["active", "active"]


# --- carrying out ----------------------------------------------------------------------------------------


def test_what_is_still_being_told_waits_and_is_carried_out_in_the_next_round(
    approved, acme, acme_branch, borealis, alice, client_of, deliver
):
    client_of(alice).post(
        f"/e/204817/accounts/{acme_branch.pk}/delivery/", {"delivery": "paper"}
    )  # fmt: skip
    assert carry(ahead=0) == [] and owner_of(acme_branch) == acme.pk and the_move().last_error == ""
    deliver()
    assert len(carry(ahead=0)) == 1 and owner_of(acme_branch) == borealis.pk


def test_an_account_that_has_gone_meanwhile_is_named_and_nothing_moves(approved, acme, acme_branch, borealis):
    with as_staff():
        number = approved.number
        Move.objects.filter(pk=approved.pk).update(accounts=[acme_branch.number, "9-GONE"])
    assert carry(ahead=0) == [] and owner_of(acme_branch) == acme.pk
    assert the_move().last_error == "Not there any more: 9-GONE."
    with as_staff():
        Move.objects.update(accounts=[acme_branch.number])
    (done,) = carry(ahead=0)
    assert done.startswith(number) and the_move().last_error == ""


def test_two_of_one_number_are_said_and_nothing_moves(approved, acme, acme_branch, borealis, borealis_main):
    make.order(acme_branch, number="ORD-2026-00007")
    make.order(borealis_main, number="ORD-2026-00007")
    assert carry(ahead=0) == [] and owner_of(acme_branch) == acme.pk
    assert "duplicate key" in the_move().last_error and the_move().status == "approved"


def test_a_row_that_somebody_holds_is_waited_for_in_the_next_round(approved, acme, acme_branch, borealis):
    with the_owner() as cursor:
        cursor.execute("SELECT 1 FROM accounts_move WHERE id = %s FOR UPDATE", [approved.pk])
        with connected_as("portal_owner"):
            with connection.cursor() as ours:
                ours.execute("SET lock_timeout = '100ms'")
            assert services.carry_out_due(timezone.now()) == []
    assert owner_of(acme_branch) == acme.pk and the_move().last_error == ""
    assert len(carry(ahead=0)) == 1 and owner_of(acme_branch) == borealis.pk


def test_a_new_enterprise_gets_an_id_that_is_free(ada, owen, client_of, acme, acme_branch, deliver, monkeypatch):
    ada.post(f"{OURS}ask/?what=new", wish(accounts=acme_branch.number))
    look()
    new = {"legal_name": "Branch Lines LLC", "segment": "wholesale", "region": "na", "language": "es",
           "name": "Bea Lindo", "email": "bea@branch.example"}  # fmt: skip
    client_of(owen).post(f"/moves/{the_move().pk}/found/", new)
    approve(client_of(owen))
    deliver()
    drawn = iter([204817 - 100_000, 345678 - 100_000])
    monkeypatch.setattr(secrets, "randbelow", lambda most: next(drawn))
    assert len(carry()) == 1
    with as_staff():
        assert Enterprise.objects.get(pk=owner_of(acme_branch)).public_id == "345678"


# --- codes -------------------------------------------------------------------------------------------------


def test_a_code_is_for_an_account_of_the_enterprise_and_ends_once(owen, client_of, acme, acme_main, borealis_main):
    staff, page = client_of(owen), "/e/204817/account-codes/"
    staff.post("/customers/204817/open/", {"reason": "An account to be proven"})
    with unchanged():
        answer = staff.post(page, {"number": borealis_main.number, "given_to": "Alice"})
    assert answer.status_code == 422 and "There is no such account here" in answer.content.decode()
    assert staff.post(page, {"number": acme_main.number, "given_to": "Alice"}).status_code == 200
    with as_staff():
        code = AccountCode.objects.get()
    assert "It proves nothing any more" in staff.post(f"{page}{code.pk}/end/", follow=True).content.decode()
    with unchanged():
        again = staff.post(f"{page}{code.pk}/end/", follow=True)
    assert again.status_code == 200 and "It proves nothing any more" not in again.content.decode()
    with inside(acme):
        assert Event.objects.filter(kind="account.code_ended").count() == 1
        assert Account.objects.count() == 1 and not CustomerNumber.objects.exists()
