"""Trouble that passes is answered 503 with the way out, in every form a client asks for, and writes nothing."""

from unittest import mock

import pytest
from django.core.cache.backends.redis import RedisCacheClient
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.test import override_settings
from redis.exceptions import ConnectionError as CacheAway

from accounts.models import StaffVisit
from portal import outages
from portal.models import Look
from tests import make
from tests.faces import FaceClient, inside


def broken_line(kind=OperationalError):
    return kind("server closed the connection unexpectedly")


@pytest.fixture
def carols(client_of, acme, carol):
    browser = client_of(carol)
    browser.raise_request_exception = False
    return browser


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError, DatabaseError])
def test_a_broken_line_is_answered_with_a_page_and_writes_nothing(carols, acme, kind):
    """The visit is written before the page breaks; it must go with it."""
    with mock.patch("accounts.views.selectors.list_team", side_effect=broken_line(kind)):
        answer = carols.get("/e/204817/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    text = answer.content.decode()
    assert "Nothing was changed" in text and 'href="/e/204817/"' in text and "+1 303 555 0100" in text
    with inside(acme):
        assert not StaffVisit.objects.exists()
    assert carols.get("/e/204817/").status_code == 200


def test_what_takes_too_long_is_given_up_and_said_to_pass(carols, acme):
    def wait(*args, **kwargs):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '20ms'")
            cursor.execute("SELECT pg_sleep(2)")

    with mock.patch("accounts.views.selectors.list_team", side_effect=wait):
        answer = carols.get("/e/204817/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert carols.get("/e/204817/").status_code == 200


def test_a_fault_of_ours_stays_one(carols):
    with mock.patch("accounts.views.selectors.list_team", side_effect=ValueError("broken")):
        answer = carols.get("/e/204817/")
    assert answer.status_code == 500 and "This did not work" in answer.content.decode()
    assert outages.outage_of(None) is None


@pytest.mark.usefixtures("db")
def test_a_faulty_statement_is_no_outage():
    with pytest.raises(DatabaseError) as raised, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    assert outages.outage_of(raised.value) is None


def test_a_line_that_breaks_in_the_commit_is_not_said_to_have_changed_nothing(client_of, acme, alice, rf):
    from portal import http

    request = rf.post("/e/204817/")
    request.is_committing = True
    text = http.unavailable(request, outages.LOST).content.decode()
    assert "Look whether your change is there" in text and "Nothing was changed" not in text
    assert "Try again" not in text.split("</main>")[0].split("button-row")[1]


def test_a_program_gets_a_problem_and_not_a_page(rf):
    from portal import http

    answer = http.unavailable(rf.get("/api/v1/orders"), outages.BUSY)
    assert (answer["Content-Type"], answer["Retry-After"]) == ("application/problem+json", "2")
    assert b'"status": 503' in answer.content and b"urn:demarc:problem:unavailable" in answer.content


def test_pages_of_trouble_ask_the_database_nothing(rf):
    """No test may touch the database unless it says so; this one does not."""
    from portal import http

    request = rf.get("/e/204817/")
    for answer in (http.unavailable(request, outages.LOST), http.server_error(request), http.bad_request(request)):
        assert "<h1>" in answer.content.decode()


def test_the_page_speaks_the_readers_language(client_of, borealis, bob):
    browser = client_of(bob)
    browser.raise_request_exception = False
    with mock.patch("accounts.views.selectors.list_team", side_effect=broken_line()):
        assert '<html lang="es"' in browser.get("/e/305120/").content.decode()


class TestTheCacheIsAway:
    @pytest.fixture(autouse=True)
    def _away(self, db, monkeypatch):
        caches = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://nowhere"}}
        monkeypatch.setattr(RedisCacheClient, "get_client", mock.Mock(side_effect=CacheAway("away")))
        with override_settings(CACHES=caches):
            yield

    def test_nobody_is_let_in_without_what_keeps_guessers_out(self, acme, alice):
        make.password(alice)
        browser = FaceClient("customer", raise_request_exception=False)
        assert browser.get("/account/login/").status_code == 200
        answer = browser.post("/account/login/", {"login": alice.email, "password": make.PASSWORD})
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert "Signing in is not possible for a moment" in answer.content.decode()
        assert browser.get("/e/204817/").status_code == 302

    def test_who_has_signed_in_goes_on_working(self, client_of, acme, acme_main, alice, carol):
        make.order(acme_main)
        for path in ("/e/204817/", "/e/204817/orders/", "/e/204817/billing/", "/account/sessions/"):
            assert client_of(alice).get(path).status_code == 200, path
        assert client_of(carol).get("/").status_code == 200
        assert client_of(alice).post("/language/", {"language": "es"}).status_code == 302

    def test_who_looked_at_an_order_is_kept_once_all_the_same(self, client_of, acme, acme_main, alice):
        browser, where = client_of(alice), f"/e/204817/orders/{make.order(acme_main).number}/"
        assert [browser.get(where).status_code for _ in range(2)] == [200, 200]
        with inside(acme):
            assert [(each.name, each.way) for each in Look.objects.all()] == [("Alice Moreau", "page")]


@pytest.mark.parametrize(
    ("limit", "status", "says"),
    [
        ({"DATA_UPLOAD_MAX_MEMORY_SIZE": 10}, 413, "That was too large"),
        ({"DATA_UPLOAD_MAX_NUMBER_FIELDS": 1}, 413, "too much at once"),
    ],
)
def test_what_is_too_much_is_refused_by_a_page(db, limit, status, says):
    with override_settings(**limit):
        answer = FaceClient("customer", raise_request_exception=False).post("/theme/", {"theme": "dark", "next": "/"})
    assert answer.status_code == status and says in answer.content.decode()


def test_what_cannot_be_read_is_refused_by_a_page(db):
    answer = FaceClient("customer").get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400 and "could not be read" in answer.content.decode()


def test_guessing_is_slowed_down_by_a_page(db, acme, alice):
    browser = FaceClient("customer")
    for _ in range(12):
        answer = browser.post("/account/password/reset/", {"email": alice.email})
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert "Too many attempts" in answer.content.decode()


def test_the_roles_that_serve_are_bounded():
    from portal import db

    statements = db.role_statements(test=False)
    for role in (db.APP, db.STAFF, db.DISPATCH):
        for bound in ("statement_timeout = '5s'", "lock_timeout = '2s'", "transaction_timeout = '30s'"):
            assert f"ALTER ROLE {role} SET {bound}" in statements
