"""One request, one transaction: what the middleware promises of every page."""

import re
from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from psycopg2 import errors as pg

from accounts.models import StaffVisit, User
from portal import metrics
from portal.errors import Refused
from tests.faces import FaceClient, as_app, inside

HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.parametrize("path", ["/account/login/", "/nowhere/", "/healthz", "/e/204817/"])
def test_every_answer_carries_its_headers(client_of, alice, acme, path):
    answer = client_of(alice).get(path)
    for name, value in HEADERS.items():
        assert value in answer[name], (path, name)
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_the_nonce_differs_each_time(client_of, alice, acme):
    browser = client_of(alice)
    nonces = {re.search("nonce-([^']+)", browser.get("/e/204817/")["Content-Security-Policy"])[1] for _ in range(2)}
    assert len(nonces) == 2


def test_a_persons_pages_are_not_kept_by_the_browser(client_of, alice, acme):
    assert "no-store" in client_of(alice).get("/e/204817/")["Cache-Control"]


def test_a_page_is_in_the_persons_language(client_of, borealis, bob):
    page = client_of(bob).get("/e/305120/")
    assert '<html lang="es"' in page.content.decode()


def test_a_fragment_after_the_sessions_end_reloads_the_page(acme):
    answer = FaceClient("customer").get("/e/204817/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith("/account/login/")


@pytest.mark.parametrize("path", ["orders/?q=%00", "orders/%00/", "billing/?account=%00", "billing/invoices/a%00b/"])
def test_what_has_a_nul_in_its_name_is_not_there(client_of, alice, acme, path):
    assert client_of(alice).get(f"/e/204817/{path}").status_code == 404


def test_language_and_theme_are_remembered(client_of, alice, acme):
    browser = client_of(alice)
    answer = browser.post("/language/", {"language": "pt", "next": "/e/204817/"})
    assert answer.url == "/e/204817/"
    with as_app():
        assert User.objects.get(pk=alice.pk).language == "pt"
    browser.post("/theme/", {"theme": "dark", "next": "/e/204817/"})
    page = browser.get("/e/204817/").content.decode()
    assert 'lang="pt"' in page and 'data-bs-theme="dark"' in page


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere(db, target):
    browser = FaceClient("customer")
    assert browser.post("/language/", {"language": "es", "next": target}).url == "/"
    assert browser.post("/theme/", {"theme": "dark", "next": target}).url == "/"


@pytest.mark.parametrize(("path", "form"), [("/language/", {"language": "xx"}), ("/theme/", {"theme": "pink"})])
def test_an_unknown_choice_is_not_there(db, path, form):
    assert FaceClient("customer").post(path, form).status_code == 404


def test_state_changes_need_the_forms_token(client_of, alice, acme):
    browser = FaceClient("customer", enforce_csrf_checks=True)
    assert browser.post("/language/", {"language": "es"}).status_code == 403


def test_an_error_rolls_everything_back(client_of, acme, carol):
    """The visit is written before the page breaks; it must go with it."""
    browser = client_of(carol)
    browser.raise_request_exception = False
    with mock.patch("accounts.views.selectors.list_team", side_effect=ValueError("broken")):
        assert browser.get("/e/204817/").status_code == 500
    with inside(acme):
        assert not StaffVisit.objects.exists()


@pytest.mark.parametrize("page", ["", "go/"], ids=["with a transaction", "without one"])
def test_a_refusal_is_said_alike_where_a_view_holds_no_transaction(db, page):
    with mock.patch("accounts.signon.views._door", side_effect=Refused("Not by this door.")):
        answer = FaceClient("customer").get(f"/account/company/door204817/{page}")
    assert answer.status_code == 409 and "Not by this door." in answer.content.decode()
    assert not connection.needs_rollback


def test_a_lost_deadlock_is_tried_again_and_leaves_one_trace(client_of, acme, carol):
    lost = OperationalError("deadlock")
    lost.__cause__ = pg.DeadlockDetected()
    with mock.patch("accounts.views.selectors.list_team", side_effect=_lose_once(lost)):
        assert client_of(carol).get("/e/204817/").status_code == 200
    with inside(acme):
        assert StaffVisit.objects.count() == 1


def _lose_once(error):
    from accounts import selectors

    calls, real = [], selectors.list_team

    def once(*args, **kwargs):
        calls.append(1)
        if len(calls) == 1:
            raise error
        return real(*args, **kwargs)

    return once


def test_a_deadlock_that_stays_is_said_to_pass(client_of, acme, carol):
    lost = OperationalError("deadlock")
    lost.__cause__ = pg.DeadlockDetected()
    with mock.patch("accounts.views.selectors.list_team", side_effect=lost):
        answer = client_of(carol).get("/e/204817/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")


def test_health_is_answered_without_the_database(client, db):
    with (
        mock.patch.object(connection, "cursor", side_effect=OperationalError("down")),
        mock.patch("django.db.transaction.Atomic.__enter__", side_effect=OperationalError("down")),
    ):
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503


def test_readiness_asks_the_database(client, db):
    metrics.note_tick(timezone.now())
    assert client.get("/readyz").json() == {"status": "ok", "database": "ok"}
