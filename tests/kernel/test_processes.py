"""A process serves only as the role it is meant to be, and bears a broker that is ill."""

import os
import subprocess
import sys
import time
from email.utils import getaddresses

import pytest
from django.db import connection

from portal import celery, checks, db
from portal.middleware import TenantMiddleware
from tests.faces import connected_as, facing

IMPORT = [sys.executable, "-c", "import portal.wsgi; print('serves')"]


@pytest.fixture
def environment(transactional_db):
    name, host = connection.settings_dict["NAME"], connection.settings_dict["HOST"]
    return {**os.environ, "DATABASE_URL": f"postgresql:///{name}?host={host}", "PYTHONWARNINGS": "ignore"}


def start(environment, role, face="customer"):
    environment = {**environment, "PORTAL_ROLE": role, "FACE": face}
    return subprocess.run(IMPORT, env=environment, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(("role", "face"), [("portal_app", "customer"), ("portal_staff", "staff")])
def test_its_own_role_serves(environment, role, face):
    assert "serves" in start(environment, role, face).stdout


@pytest.mark.parametrize(
    ("role", "face", "says"),
    [
        ("portal_owner", "customer", "serves as portal_app, not as portal_owner"),
        ("portal_staff", "customer", "serves as portal_app, not as portal_staff"),
        ("portal_app", "staff", "serves as portal_staff, not as portal_app"),
    ],
)
def test_another_role_does_not(environment, role, face, says):
    done = start(environment, role, face)
    assert done.returncode == 3
    assert says in done.stderr and "Traceback" not in done.stderr


def test_a_role_that_became_stronger_does_not(environment):
    """The name is right, but somebody gave it more."""
    from tests.conftest import _use

    _use("portal_owner")
    try:
        assert "knows it as portal_owner" in db.refuse_stronger_role("portal_app")
        assert db.refuse_stronger_role("portal_owner") is None
    finally:
        _use("portal_test")


@pytest.mark.usefixtures("db")
def test_a_role_that_may_become_another_does_not():
    """portal_test is a member of all the others; nothing that serves may be."""
    assert "stronger" in db.refuse_stronger_role("portal_test")


def test_a_carriers_name_with_a_comma_is_one_sender(environment):
    show = [sys.executable, "-c", "from portal.settings import DEFAULT_FROM_EMAIL; print(DEFAULT_FROM_EMAIL)"]
    environment = {**environment, "CARRIER_NAME": "Northvane, Inc."}
    environment.pop("MAIL_FROM", None)
    done = subprocess.run(show, env=environment, capture_output=True, text=True, timeout=60)
    assert getaddresses([done.stdout.strip()]) == [("Northvane, Inc.", "portal@northvane.example")]


def test_without_a_database_it_says_so(environment):
    done = start({**environment, "DATABASE_URL": "postgresql:///nowhere?host=/nowhere"}, "portal_app")
    assert done.returncode == 3
    assert "does not answer" in done.stderr and "Traceback" not in done.stderr


def test_a_view_without_a_policy_is_named(monkeypatch):
    monkeypatch.setattr(checks, "views", lambda: [("nowhere/", lambda request: None)])
    (complaint,) = checks.every_view_states_its_policy()
    assert "nowhere/ does not say who may call it" in complaint.msg


def test_a_view_without_a_policy_answers_nobody(rf):
    middleware = TenantMiddleware(lambda request: None)
    with pytest.raises(RuntimeError, match="does not say who may call it"):
        middleware.process_view(rf.get("/"), lambda request: None, (), {})


class TestWorkers:
    """A worker, and beat, ask as they start what the web server asks."""

    def exit_code(self):
        try:
            celery.refuse_a_stronger_role()
        except SystemExit as ended:
            return ended.code
        return None

    @pytest.mark.parametrize("role", ["portal_app", "portal_dispatch"])
    def test_its_own_role_goes_on(self, transactional_db, settings, role):
        settings.PORTAL_ROLE = role
        with connected_as(role), facing("customer"):
            assert self.exit_code() is None

    def test_another_role_stays_shut(self, transactional_db, settings, capsys):
        settings.PORTAL_ROLE = "portal_staff"
        with connected_as("portal_staff"), facing("customer"):
            assert self.exit_code() == 3
        assert "serves as portal_app, not as portal_staff. It will not serve." in capsys.readouterr().err

    def test_without_a_database_it_stays_shut(self, transactional_db, settings, capsys, monkeypatch):
        settings.PORTAL_ROLE = "portal_app"
        with connected_as("portal_app"), facing("customer"), monkeypatch.context() as patch:
            patch.setitem(connection.settings_dict, "HOST", "/nowhere")
            assert self.exit_code() == 3
        assert "The database does not answer" in capsys.readouterr().err


class TestHints:
    @pytest.fixture(autouse=True)
    def _fresh(self, monkeypatch):
        monkeypatch.undo()  # the suite's own stand-in for hint()
        monkeypatch.setattr(celery, "_hints", None)
        monkeypatch.setattr(celery, "_silent_until", 0.0)

    def test_a_hint_reaches_the_broker(self, settings):
        import redis

        with redis.Redis.from_url(settings.CELERY_BROKER_URL.replace("redis+socket", "unix").split("?")[0]) as broker:
            broker.delete("customer")
            assert celery.hint("portal.tell", enterprise_id=1, pk=1)
            assert broker.llen("customer") == celery.waiting("customer") == 1
            broker.delete("customer")

    def test_a_broker_that_is_gone_holds_nobody(self, settings):
        settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
        started = time.monotonic()
        assert [celery.hint("portal.tell", enterprise_id=1, pk=n) for n in range(20)] == [False] * 20
        assert celery.waiting("customer") is None
        assert time.monotonic() - started < 2


def test_a_request_goes_on_when_the_broker_is_gone(client_of, acme, carol, monkeypatch):
    monkeypatch.setattr(celery, "hint", lambda *args, **kwargs: False)
    assert client_of(carol).get(f"/e/{acme.public_id}/").status_code == 200
