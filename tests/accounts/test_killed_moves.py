"""The process that carries out a move is killed in the midst: all of it is done or nothing, and it is done once."""

import os
import signal
import subprocess
import sys

import pytest
from django.db import connection

from accounts.models import Account, Move
from portal.models import Event
from tests.accounts.test_account_moves import ada, bert, day, give, look, owen, sides
from tests.accounts.test_moving import branch, picture
from tests.faces import as_staff

__all__ = ["ada", "bert", "branch", "owen"]
POINTS = ["after orders_order", "after billing_invoice", "retold", "before commit"]


@pytest.fixture
def approved(branch, ada, bert, owen, client_of, deliver, borealis):
    """A move of a branch with one of everything, agreed by all and due today."""
    _ours, theirs = give(ada, branch)
    bert.post(f"{theirs}agree/")
    with as_staff():
        case = Move.objects.get()
    client_of(owen).post(f"/moves/{case.pk}/approve/", {"grounds": "Contract of sale seen"})
    look()
    deliver()
    assert {each.status for each in sides().values()} == {"approved"}
    with as_staff():
        Move.objects.update(effective_on=day(0))
    return branch


def run(*call):
    """A process of the owner's on the tests' database; what it exited with."""
    place = connection.settings_dict
    url = f"postgresql:///{place['NAME']}?host={place['HOST']}"
    environment = os.environ | {"DATABASE_URL": url, "PORTAL_ROLE": "portal_owner", "FACE": "customer"}
    return subprocess.run([sys.executable, *call], env=environment, timeout=60, check=False).returncode


def killed(where):
    assert run("-m", "tests.accounts.killed_owner", where) == -signal.SIGKILL


def everything():
    with as_staff():
        return picture() | {"moves": list(Move.objects.values_list())}


def told(kind, **fields):
    with as_staff():
        return Event.objects.filter(kind=kind, **fields).count()


def mails(notices):
    kinds = {"accounts.left", "accounts.came"}
    return sorted((each.kind, each.recipient) for each in notices if each.kind in kinds)


def test_a_move_killed_in_its_midst_has_not_begun_and_the_next_run_does_it_once(approved, acme, borealis, deliver):
    before = everything()
    for point in POINTS:
        killed(point)
        assert everything() == before, point
    killed("after commit")
    with as_staff():
        assert Account.objects.get(pk=approved.pk).enterprise_id == borealis.pk
        assert Move.objects.get().status == "done"
    done = everything()
    assert run("manage.py", "owner_jobs") == 0
    assert everything() == done
    assert [told(kind) for kind in ("accounts.left", "accounts.came", "account.came", "move.done")] == [1, 1, 1, 2]
    once = [("accounts.came", "bob@borealis.example"), ("accounts.left", "alice@acme.example")]
    assert mails(deliver()) == once and mails(deliver()) == once


def test_the_next_run_completes_what_a_killed_one_began(approved, borealis, deliver):
    killed("after billing_invoice")
    assert run("manage.py", "owner_jobs") == 0
    with as_staff():
        assert Account.objects.get(pk=approved.pk).enterprise_id == borealis.pk
        assert Move.objects.get().status == "done"
    assert told("accounts.left") == told("accounts.came") == 1
    assert len(mails(deliver())) == 2
