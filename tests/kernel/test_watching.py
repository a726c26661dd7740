"""What an operator can see: lines with a number and no secret, figures for who has the token, readiness."""

import json
import logging
from unittest import mock

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from portal import checks, counters, logs, metrics
from tests.faces import FaceClient

TOKEN = "a-token-of-the-operator"


def line_of(record):
    logs.About().filter(record)
    return json.loads(logs.Json().format(record))


class TestLines:
    def test_a_request_is_one_line_with_who_and_where(self, client_of, acme, alice, caplog):
        caplog.set_level("INFO", "portal.request")
        answer = client_of(alice).get("/e/204817/orders/?q=private-words", headers={"X-Request-ID": "proxy-0815"})
        (record,) = [r for r in caplog.records if r.name == "portal.request"]
        said = line_of(record)
        assert (said["method"], said["route"], said["status"]) == ("GET", "orders:list", 200)
        assert (said["enterprise"], said["user"]) == (acme.pk, alice.pk)
        assert said["ms"] >= 0 and said["level"] == "INFO" and said["at"]
        assert "private-words" not in json.dumps(said)
        assert answer["X-Request-ID"] == "proxy-0815"

    @pytest.mark.parametrize("given", ["", "short", "a" * 65, "new\r\nline12", "<script>alert(1)</script>"])
    def test_a_number_that_is_none_is_replaced(self, db, given):
        answer = FaceClient("customer").get("/healthz", headers={"X-Request-ID": given})
        assert answer["X-Request-ID"] != given and len(answer["X-Request-ID"]) == 32

    def test_djangos_own_lines_do_not_tell_the_path(self, db, caplog):
        path = "/account/password/reset/keys/1-abcdef-0123456789abcdef/"
        FaceClient("customer").get(path)
        (record,) = [r for r in caplog.records if r.name == "django.request"]
        said = line_of(record)
        assert "abcdef" not in json.dumps(said) and "[unknown]" in said["message"]

    def test_a_known_secret_is_struck_out_wherever_it_comes_from(self, monkeypatch):
        monkeypatch.setattr(logs._Discreet, "secrets", ("hunter2-hunter2",))
        for format in (logs.Json(), logs.Line()):
            record = logging.LogRecord("x", logging.ERROR, "", 0, "AUTH %s", ("hunter2-hunter2",), None)
            assert "hunter2" not in format.format(record) and "[secret]" in format.format(record)

    def test_a_line_for_people_tells_what_it_is_about(self):
        record = logging.LogRecord("portal.request", logging.INFO, "", 0, "answered", (), None)
        token = logs.about.set({"route": "orders:list", "status": 200})
        try:
            logs.About().filter(record)
        finally:
            logs.about.reset(token)
        assert logs.Line().format(record).endswith("answered route=orders:list status=200")

    def test_a_task_is_named_on_its_lines(self):
        from portal import celery, tasks

        celery.name_the_task("0815", tasks.relay)
        assert logs.about.get()["task"] == "portal.relay" and logs.about.get()["task_id"] == "0815"
        celery.forget_the_task()
        assert logs.about.get() == {}

    def test_health_is_not_told_each_time(self, db, caplog):
        caplog.set_level("INFO", "portal.request")
        FaceClient("customer").get("/healthz")
        assert not [r for r in caplog.records if r.name == "portal.request"]


class TestSlowStatements:
    def test_one_is_told_without_its_values_and_counted(self, db, settings, caplog):
        settings.SLOW_QUERY_MS = 20
        before = counters.SLOW_QUERIES._value.get()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.03), %s", ["a person's words"])
            cursor.execute("SELECT %s", ["quick"])
        (record,) = [r for r in caplog.records if r.name == "portal.database"]
        assert "pg_sleep" in record.getMessage() and record.ms >= 30
        assert "a person's words" not in record.getMessage()
        assert counters.SLOW_QUERIES._value.get() == before + 1

    def test_every_new_connection_is_heard_once(self):
        line = mock.Mock(execute_wrappers=[])
        counters.watch_queries(connection=line)
        counters.watch_queries(connection=line)
        assert line.execute_wrappers == [counters.watch]


class TestMetrics:
    @pytest.mark.parametrize("given", [None, "", "Bearer ", "Bearer wrong", TOKEN, "Basic x"])
    def test_nobody_else_finds_them(self, db, settings, given):
        settings.METRICS_TOKEN = TOKEN
        answer = FaceClient("customer").get("/metrics", headers={"Authorization": given} if given is not None else {})
        assert answer.status_code == 404

    @pytest.mark.parametrize("face", ["customer", "staff"])
    def test_without_a_token_there_is_no_such_page(self, db, settings, face):
        assert settings.METRICS_TOKEN == ""
        assert FaceClient(face).get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404

    @pytest.mark.parametrize("face", ["customer", "staff"])
    def test_who_shows_the_token_reads_them(self, db, settings, face, acme):
        settings.METRICS_TOKEN = TOKEN
        with mock.patch.object(metrics, "_keep", cache.set):
            metrics.note_tick(timezone.now())
        FaceClient(face).get("/account/login/")
        text = FaceClient(face).get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
        assert 'portal_request_seconds_count{method="GET",route="account_login",status="200"}' in text
        assert "portal_relay_tick_age_seconds" in text and "portal_cache_up 1.0" in text
        assert "portal_slow_queries_total" in text and acme.legal_name not in text

    def test_without_the_cache_the_process_still_tells_its_own(self, settings, db):
        from redis.exceptions import ConnectionError as Away

        settings.METRICS_TOKEN = TOKEN
        with mock.patch.object(metrics.cache, "get_many", side_effect=Away("away")):
            text = FaceClient("staff").get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
        assert "portal_cache_up 0.0" in text and "portal_request_seconds" in text

    def test_processes_of_one_host_count_together(self, tmp_path, monkeypatch):
        monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
        assert b"portal_cache_up" in metrics.text(timezone.now())


class TestReadiness:
    @pytest.fixture(autouse=True)
    def _ticking(self, db):
        metrics.note_tick(timezone.now())

    @pytest.mark.parametrize("face", ["customer", "staff"])
    def test_a_face_with_its_database_is_ready(self, face):
        answer = FaceClient(face).get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok", "database": "ok"})

    def test_one_that_is_not_the_role_it_says_is_not(self, settings, client):
        settings.PORTAL_ROLE = "portal_app"
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["database"]) == (503, "wrong role")

    def test_one_whose_tables_are_old_is_not(self, client, monkeypatch):
        monkeypatch.setattr(checks, "_is_migrated", False)
        with mock.patch.object(checks.MigrationExecutor, "migration_plan", return_value=[("portal", "later")]):
            answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["database"]) == (503, "migrations missing")
        assert client.get("/readyz").status_code == 200

    def test_a_silent_relay_is_a_warning(self, client):
        cache.delete(metrics.TICK)
        answer = client.get("/readyz")
        assert answer.status_code == 200 and "relay has not ticked" in answer.json()["warnings"][0]

    def test_so_is_a_cache_that_is_away(self, client):
        from redis.exceptions import ConnectionError as Away

        with mock.patch.object(metrics.cache, "get", side_effect=Away("away")):
            answer = client.get("/readyz")
        assert answer.status_code == 200 and "cache does not answer" in answer.json()["warnings"][0]

    def test_and_a_search_that_cannot_use_its_index(self, client, django_db_blocker):
        with mock.patch.object(checks, "_SLOW_SEARCH", "SELECT true"):
            assert "LEAKPROOF" in client.get("/readyz").json()["warnings"][0]
        assert checks.slow_search() == []  # nothing is searched by words yet

    def test_it_needs_no_session_and_tells_no_secret(self, client):
        assert "Set-Cookie" not in client.get("/readyz").headers


def test_a_route_that_was_never_found_is_told_as_such():
    assert logs.route_of(RequestFactory().get("/nowhere/")) == "unknown"
