"""What the API promises of every endpoint: how it lets in, answers, refuses, counts and describes itself."""

import json
from datetime import timedelta
from unittest import mock

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import RequestFactory
from django.utils import timezone
from psycopg2 import errors as pg
from redis.exceptions import ConnectionError as NoCache

from portal import checks, http, policy, problems, repeats, tasks
from portal.models import ApiAnswer, CarrierTerm
from tests import make
from tests.faces import FaceClient, as_staff, inside

ORDERS = "/api/v1/e/204817/orders/"


def said(answer, status, name):
    """The answer is this problem, in the form that every problem has."""
    assert answer.status_code == status, (answer.status_code, answer.content[:300])
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert (body["type"], body["status"]) == (f"urn:demarc:problem:{name}", status)
    assert body["title"] and body["detail"]
    return body


# --- letting in --------------------------------------------------------------------------------


def test_who_is_not_signed_in_gets_a_problem_and_no_page(acme):
    answer = FaceClient("customer").get(ORDERS)
    body = said(answer, 401, "not-signed-in")
    assert body["page"].endswith("/account/login/") and answer["WWW-Authenticate"] == "Session"


def test_another_enterprise_answers_as_one_that_does_not_exist(client_of, acme, bob):
    theirs, nobodys = client_of(bob).get(ORDERS), client_of(bob).get("/api/v1/e/999999/orders/")
    said(theirs, 404, "not-found")
    assert theirs.content == nobodys.content


def test_a_permission_that_is_lacking_is_said(client_of, acme, acme_branch, alan):
    said(client_of(alan).post("/api/v1/e/204817/billing/disputes/DSP-1/withdraw/"), 403, "forbidden")


def test_staff_are_told_which_page_to_open_first(client_of, acme, erin):
    body = said(client_of(erin).get(ORDERS), 403, "page-first")
    assert body["page"] == "http://testserver/customers/204817/open/"


def test_staff_without_a_second_factor_are_told_which_page_to_open_first(acme, carol):
    browser = FaceClient("staff").sign_in(carol)
    with browser.at_home():
        session = browser.session
        session["account_authentication_methods"] = [{"method": "password"}]
        session.save()
    assert said(browser.get(ORDERS), 403, "page-first")["page"].endswith("/account/2fa/")


def test_a_customer_has_no_place_on_the_staff_face(acme, alice):
    said(FaceClient("staff").sign_in(alice).get("/api/v1/enterprises/"), 403, "forbidden")


def test_a_write_needs_the_sessions_token_and_a_reading_does_not(client_of, acme, alice):
    browser = FaceClient("customer", enforce_csrf_checks=True).sign_in(alice)
    assert browser.get(ORDERS).status_code == 200
    path = "/api/v1/e/204817/billing/disputes/DSP-1/withdraw/"
    said(browser.post(path), 403, "csrf")
    browser.get("/e/204817/")
    token = browser.cookies["customer-csrf"].value
    for body in ({}, {"data": "{}", "content_type": "application/json"}):
        for key in ({}, {"Idempotency-Key": "once"}):
            said(browser.post(path, **body, headers={"X-CSRFToken": token, **key}), 404, "not-found")


# --- every status ------------------------------------------------------------------------------


def test_what_is_not_there_is_a_problem_also_without_a_route(client_of, acme, alice):
    for path in ("/api/v1/nothing/", "/api/", ORDERS + "ORD-2026-99999/", ORDERS + "%00/", ORDERS + "?q=%00"):
        said(client_of(alice).get(path), 404, "not-found")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_a_method_that_is_not_offered_is_refused_with_those_that_are(client_of, acme, alice, method):
    answer = getattr(client_of(alice), method)(ORDERS)
    said(answer, 405, "method")
    assert answer["Allow"] == "GET, HEAD"


def test_only_json_is_given_and_taken(client_of, acme, alice):
    said(client_of(alice).get(ORDERS, headers={"Accept": "text/html"}), 406, "not-acceptable")
    said(client_of(alice).get(ORDERS + "?format=api"), 422, "invalid")


@pytest.fixture
def dispute_path(acme, acme_main):
    from tests.billing import builders

    make.charge(acme_main, "100.00")
    return f"/api/v1/e/204817/billing/invoices/{builders.issue(acme_main).number}/disputes/"


@pytest.mark.parametrize(
    ("body", "media", "status", "name"),
    [
        ("{", "application/json", 400, "malformed"),
        ('{"lines": NaN}', "application/json", 400, "malformed"),
        (b"\xff\xfe", "application/json", 400, "malformed"),
        ("[" * 200_000, "application/json", 400, "malformed"),
        ("a=1", "application/x-www-form-urlencoded", 415, "media-type"),
        ("x" * 2_600_000, "application/json", 413, "too-large"),
        ("[]", "application/json", 422, "invalid"),
        ('"text"', "application/json", 422, "invalid"),
        ("{}", "application/json", 422, "invalid"),
        ('{"lines": [{"statement": "\\u0000"}]}', "application/json", 422, "invalid"),
        ('{"lines": [{"statement": "\\ud800"}]}', "application/json", 422, "invalid"),
        ('{"lines": [{"position": 1e400}]}', "application/json", 422, "invalid"),
        ('{"lines": [{"position": 99999999999999999999}]}', "application/json", 422, "invalid"),
    ],
)
def test_a_body_that_cannot_be_taken_is_a_problem(client_of, alice, dispute_path, body, media, status, name):
    said(client_of(alice).post(dispute_path, body, content_type=media), status, name)


def test_faults_name_their_place_in_the_body(client_of, alice, dispute_path):
    body = {
        "lines": [{"position": 1, "amount": "x", "reason": "rate", "statement": "y", "a/b": 1}],
        "status": "decided",
    }
    answer = client_of(alice).post(dispute_path, json.dumps(body), content_type="application/json")
    assert {each["pointer"] for each in said(answer, 422, "invalid")["errors"]} == {"/status"}
    del body["status"]
    answer = client_of(alice).post(dispute_path, json.dumps(body), content_type="application/json")
    assert {each["pointer"] for each in said(answer, 422, "invalid")["errors"]} == {"/lines/0/a~1b"}
    del body["lines"][0]["a/b"]
    answer = client_of(alice).post(dispute_path, json.dumps(body), content_type="application/json")
    assert {each["pointer"] for each in said(answer, 422, "invalid")["errors"]} == {"/lines/0/amount"}


def test_words_are_in_the_persons_language_or_the_browsers(client_of, acme, borealis, bob):
    body = said(client_of(bob).get("/api/v1/e/305120/orders/?status=x"), 422, "invalid")
    assert body["errors"][0]["parameter"] == "status"
    answer = FaceClient("customer").get(ORDERS, headers={"Accept-Language": "pt"})
    assert answer["Content-Language"] == "pt"


def test_a_broken_endpoint_says_so_and_nothing_else(client_of, acme, alice):
    browser = client_of(alice)
    browser.raise_request_exception = False
    with mock.patch("orders.api.selectors.list_orders_whole", side_effect=ValueError("secret detail")):
        answer = browser.get(ORDERS)
    said(answer, 500, "broken")
    assert b"secret" not in answer.content


def test_a_lost_deadlock_is_tried_again_and_then_said_to_pass(client_of, acme, alice):
    lost = OperationalError("deadlock")
    lost.__cause__ = pg.DeadlockDetected()
    with mock.patch("orders.api.selectors.list_orders_whole", side_effect=lost) as asked:
        answer = client_of(alice).get(ORDERS)
    said(answer, 503, "unavailable")
    assert answer["Retry-After"] == "1" and asked.call_count == 3


def test_whatever_refuses_above_the_endpoints_is_a_problem_too(client_of, acme, alice):
    said(client_of(alice).get(ORDERS, headers={"Host": "evil.example"}), 400, "malformed")


def test_each_error_page_is_a_problem_for_the_api_and_stays_a_page_for_people():
    request = RequestFactory().get("/api/v1/")
    request.user = None
    said_by = {403: http.forbidden, 404: http.not_found, 500: http.server_error}
    for status, page in said_by.items():
        answer = page(request)
        assert (answer.status_code, answer["Content-Type"]) == (status, problems.MEDIA_TYPE)


def test_every_kind_of_problem_has_a_name_of_its_own():
    names = [each.name for each in problems.CATALOGUE]
    assert len(names) == len(set(names)) and [each.status for each in problems.CATALOGUE] == sorted(
        each.status for each in problems.CATALOGUE
    )
    assert problems.of_status(418) is problems.MALFORMED and problems.of_status(599) is problems.BROKEN


def test_a_problem_bears_the_requests_number_where_there_is_one():
    request = RequestFactory().get("/api/v1/")
    request.request_id = "abc"
    body = json.loads(problems.answer(request, problems.BROKEN).content)
    assert body["instance"] == "urn:demarc:request:abc"


# --- lists -------------------------------------------------------------------------------------


@pytest.fixture
def many(acme_main):
    return [make.order(acme_main, milestones=1).number for _ in range(7)]


def walk(browser, url, rel):
    pages = []
    while url:
        answer = browser.get(url)
        body = answer.json()
        pages.append([row["number"] for row in body["results"]])
        url = body[rel]
        assert ("Link" in answer) == bool(body["next"] or body["previous"])
    return pages, body


def test_a_list_is_walked_on_and_back_by_its_links(client_of, alice, many):
    browser = client_of(alice)
    pages, last = walk(browser, ORDERS + "?sort=number&limit=3", "next")
    assert [len(page) for page in pages] == [3, 3, 1] and [number for page in pages for number in page] == sorted(many)
    back, _ = walk(browser, last["previous"], "previous")
    assert back == [pages[1], pages[0]]
    link = browser.get(ORDERS + "?limit=3")["Link"]
    assert link.startswith("<http://testserver/api/v1/e/204817/orders/?") and link.endswith('>; rel="next"')


@pytest.mark.parametrize("limit", ["100", "101", "1000000", "9" * 30])
def test_no_page_has_more_than_a_hundred_rows(client_of, acme_main, alice, limit):
    for _ in range(101):
        make.order(acme_main, milestones=0)
    body = client_of(alice).get(f"{ORDERS}?limit={limit}").json()
    assert (len(body["results"]), body["count"]) == (100, 101) and body["next"]


def test_a_page_has_fifty_rows_unless_asked_otherwise(client_of, acme_main, alice):
    for _ in range(51):
        make.order(acme_main, milestones=0)
    assert len(client_of(alice).get(ORDERS).json()["results"]) == 50


def test_counts_stop_at_the_cap(client_of, alice, many, monkeypatch):
    monkeypatch.setattr("portal.lists.COUNT_CAP", 5)
    monkeypatch.setattr("portal.api.lists.COUNT_CAP", 5)
    body = client_of(alice).get(ORDERS).json()
    assert (body["count"], body["is_count_capped"]) == (5, True)


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=-1", "limit=x", "limit=", "limit=1.5", "limit=²", "sort=x", "status=compleeted", "stat=open",
     "after=!!", "before=W10=", "after=WyIyMDI2LTAzLTAxVDAwOjAwWiIsIEluZmluaXR5XQ=="],
)  # fmt: skip
def test_a_misspelt_question_is_not_answered_with_everything(client_of, alice, many, query):
    body = said(client_of(alice).get(f"{ORDERS}?{query}"), 422, "invalid")
    assert [each["parameter"] for each in body["errors"]] == [query.partition("=")[0]]


# --- conditions, and calls that arrive twice -----------------------------------------------------


def test_what_one_has_already_is_not_sent_again(client_of, alice, many):
    browser = client_of(alice)
    path = f"{ORDERS}{many[0]}/"
    first = browser.get(path)
    again = browser.get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert browser.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    said(browser.get(path, headers={"If-Match": '"other"'}), 412, "precondition")
    assert browser.head(path)["ETag"] == first["ETag"]
    assert "no-store" in first["Cache-Control"]


@pytest.mark.parametrize("key", ["", "é", "x" * 201])
def test_a_key_that_is_none_is_refused(client_of, alice, dispute_path, key):
    said(client_of(alice).post(dispute_path, headers={"Idempotency-Key": key}), 400, "malformed")


def test_a_deadlock_over_a_key_is_tried_again_like_any(client_of, alice, dispute_path):
    lost = OperationalError("deadlock")
    lost.__cause__ = pg.DeadlockDetected()
    with mock.patch("portal.repeats.ApiAnswer.objects.create", side_effect=lost) as asked:
        said(client_of(alice).post(dispute_path, headers={"Idempotency-Key": "1"}), 503, "unavailable")
    assert asked.call_count == 3


def test_kept_answers_go_after_a_day_and_not_before(acme, borealis):
    now = timezone.now()
    for owner, key, age in ((acme, "old", 25), (acme, "new", 23), (borealis, "old", 25)):
        with inside(owner):
            ApiAnswer.objects.create(
                enterprise=owner, caller="customer:1", key=key, created_at=now - timedelta(hours=age)
            )
    with as_staff():
        tasks.forget_answers()
        assert list(ApiAnswer.objects.values_list("key", flat=True)) == ["new"]
        assert repeats.forget(at=now) == 0


# --- limits ------------------------------------------------------------------------------------


@pytest.fixture
def three_a_minute(db, monkeypatch):
    monkeypatch.setattr("portal.api.limits.WINDOW", 3600)  # no minute ends within the test
    with as_staff():
        CarrierTerm.objects.create(name="api.requests_per_minute", value=3, starts_on="2020-01-01")


def test_calls_beyond_the_limit_are_told_when_to_come_back(three_a_minute, client_of, acme, alice, bob):
    browser = client_of(alice)
    left = [browser.get(ORDERS)["RateLimit"].split(";")[1] for _ in range(3)]
    assert left == ["r=2", "r=1", "r=0"]
    answer = browser.get(ORDERS)
    said(answer, 429, "too-many")
    assert int(answer["Retry-After"]) > 0 and answer["RateLimit-Policy"] == '"person";q=3;w=3600'
    assert client_of(bob).get("/api/v1/e/305120/orders/").status_code == 200  # another person has a count of their own
    assert browser.get("/e/204817/").status_code == 200  # and pages are not counted


def test_without_the_cache_nobody_is_held_up(three_a_minute, client_of, acme, alice, caplog):
    with mock.patch.object(cache, "add", side_effect=NoCache("refused")):
        assert {client_of(alice).get(ORDERS).status_code for _ in range(5)} == {200}
    assert "not counted" in caplog.text


# --- the description ---------------------------------------------------------------------------


def test_the_description_is_for_who_has_signed_in(client_of, acme, alice):
    said(FaceClient("customer").get("/api/v1/schema/"), 401, "not-signed-in")
    body = client_of(alice).get("/api/v1/schema/").json()
    assert body["openapi"] == "3.1.0"
    order = body["paths"]["/api/v1/e/{enterprise}/orders/{number}/"]["get"]
    assert order["x-permission"] == "order.view" and "404" in order["responses"]
    assert "milestones/{pk}/complete" not in json.dumps(body["paths"])  # that is staff's


@pytest.mark.parametrize("face", ["customer", "staff"])
def test_the_description_has_each_route_and_each_has_its_permission(face):
    from django.urls import get_resolver

    from portal.api.schema import _document

    described = _document(f"portal.urls.{face}")
    told = {
        (path, method.upper()): operation["x-permission"]
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
    }
    stated = {}
    for route, view in checks.views(get_resolver(f"portal.urls.{face}")):
        if route.startswith("api/"):
            path = "/" + route.replace("<", "{").replace(">", "}")
            for kind in ("slug:", "str:", "int:"):
                path = path.replace(kind, "")
            for method, asked in policy.by_method(view).items():
                stated[path, method] = asked.permission or asked.access.value
    assert told == stated and stated


def test_a_class_with_a_handler_that_states_nothing_has_no_policy():
    from portal.api import ApiView

    class Half(ApiView):
        @policy.signed_in
        def get(self, request): ...

        def post(self, request): ...

    assert policy.policy_of(Half.as_view()) is None
    assert policy.by_method(Half.as_view()) == {"GET": policy.SIGNED_IN, "POST": None}


def test_the_enterprises_one_may_enter(client_of, acme, borealis, alice, bob, carol):
    make.member(borealis, alice, "Alice Moreau")
    rows = client_of(alice).get("/api/v1/enterprises/").json()["results"]
    assert [row["id"] for row in rows] == ["204817", "305120"]
    assert rows[0]["orders"] == "http://testserver" + ORDERS
    assert [row["id"] for row in client_of(bob).get("/api/v1/enterprises/").json()["results"]] == ["305120"]
    for_staff = client_of(carol).get("/api/v1/enterprises/?limit=1").json()
    assert [row["id"] for row in for_staff["results"]] == ["204817"] and for_staff["count"] == 2
    following = client_of(carol).get(for_staff["next"]).json()
    assert [row["id"] for row in following["results"]] == ["305120"]
