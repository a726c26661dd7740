"""Whether an address is known shows neither in words nor in the work that an answer takes.

Work is counted and not timed: the statements sent to the database, one by one, and the passwords hashed. The
audit's own measurement of time is in test_guessing; registering is counted in test_registration.
"""

import json
import re

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests import make
from tests.faces import FaceClient, as_staff

NOBODY = "nobody@else.example"
# The session's own; and one look by an index that the library takes where no address was found.
PASSING = ("django_session", "DECLARE ")


class Counted(MD5PasswordHasher):
    """How many passwords were hashed."""

    hashed = 0

    def encode(self, password, salt):
        Counted.hashed += 1
        return super().encode(password, salt)


@pytest.fixture(autouse=True)
def hasher(settings):
    settings.PASSWORD_HASHERS = ["tests.accounts.test_same_work.Counted"]


def statement(sql):
    """What is done to which table, whatever the values."""
    plain = re.sub(r"'(?:[^']|'')*'|\b\d+\b", "?", sql)
    return re.sub(r"s\d+_x\d+|(\?, )+|\(\?\)", "…", plain)


def work(ask, email):
    """The answer without what is passing, the statements in their order, and the hashes."""
    cache.clear()
    before = Counted.hashed
    with CaptureQueriesContext(connection) as done:
        answer = ask(email)
    text = re.sub(r'nonce="[^"]*"|value="[^"]*"|"X-CSRFToken": "[^"]*"', "", answer.content.decode())
    said = answer.status_code, re.sub(r"\d+", "#", answer.get("Location", "")), text.replace(email, "…")
    statements = [statement(each["sql"]) for each in done.captured_queries]
    return said, [each for each in statements if not any(word in each for word in PASSING)], Counted.hashed - before


def sign_in(email):
    return FaceClient("customer").post("/account/login/", {"login": email, "password": "not the password at all"})


def reset(email):
    return FaceClient("customer").post("/account/password/reset/", {"email": email})


@pytest.fixture
def everybody(acme, alice, alan, bob):
    """One address each of who signs in, was closed out, was invited and never joined, and of nobody."""
    make.password(alan)
    make.factor(alan)
    with as_staff():
        User.objects.filter(pk=bob.pk).update(is_active=False)
    invited = make.user("invited@acme.example")
    make.member(acme, invited, "In Vited", status="pending")
    return {"known": alan.email, "disabled": bob.email, "invited": invited.email, "unknown": NOBODY}


def test_signing_in_takes_the_same_work_for_known_and_unknown(everybody):
    sign_in("warm@up.example")
    found = {who: work(sign_in, email) for who, email in everybody.items()}
    assert found["known"] == found["unknown"] == found["disabled"] == found["invited"]
    assert found["unknown"][2] == 1


def test_asking_for_a_reset_takes_the_same_work_for_known_and_unknown(everybody):
    reset("warm@up.example")
    found = {who: work(reset, email) for who, email in everybody.items()}
    said, statements, hashed = found["unknown"]
    for who in ("known", "disabled", "invited"):
        assert found[who][0] == said and found[who][2] == hashed, who
        # A few looks at small tables more or less are nothing that can be measured; what is written is.
        assert abs(len(found[who][1]) - len(statements)) <= 2, who
        assert _writes(found[who][1]) == _writes(statements) or who == "disabled"


def _writes(statements):
    return sorted(each.split(" (")[0] for each in statements if each.startswith(("INSERT", "UPDATE", "DELETE")))


@pytest.mark.parametrize("way", ["page", "call"])
def test_inviting_takes_the_same_work_for_known_and_unknown(way, client_of, alice, acme, borealis, bob, everybody):
    make.password(bob)
    make.factor(bob)
    client = client_of(alice)

    def by_page(email):
        sent = {"email": email, "name": "Nadia", "language": "en", "start": "nothing"}
        return client.post("/e/204817/people/invite/", sent)

    def by_call(email):
        sent = json.dumps({"email": email, "name": "Nadia", "language": "en"})
        return client.post("/api/v1/e/204817/people/invite/", sent, content_type="application/json")

    ask = by_page if way == "page" else by_call
    ask("warm@up.example")
    known, unknown = work(ask, bob.email), work(ask, NOBODY)
    assert known[1:] == unknown[1:] and known[0][:2] == unknown[0][:2]
    if way == "call":
        hide = r'"(id|href|email|seen|created_at|invited_until)":\s*"?[^",}]*"?'
        assert re.sub(hide, "", known[0][2]) == re.sub(hide, "", unknown[0][2])
        assert '"has_authenticator_app":false' in known[0][2]
