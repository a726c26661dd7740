"""Calls of the API by a key: let in, held to its own and its owner's rights, counted, and journalled as the key's."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.keys import services
from accounts.models import ApiKey, ApiSecret, Grant, Membership, User
from accounts.selectors import get_customer_actor, make_secret
from accounts.selectors.keys import _check as check_of
from accounts.selectors.keys import handle_of
from portal.models import ApiAnswer, CarrierTerm, Event
from portal.tenancy import tenant_scope
from tests import make
from tests.accounts.test_api_keys import ana  # noqa: F401 - a fixture
from tests.billing import builders
from tests.billing.test_api import claim
from tests.faces import FaceClient, as_app, as_staff, inside

ORDERS, ME = "/api/v1/e/204817/orders/", "/api/v1/me/"


def member_of(owner, person):
    with inside(owner):
        return Membership.objects.get(user=person)


def issue(owner, person, **fields):
    """An active key of somebody's, and its secret."""
    key = make.api_key(owner, person, status="approved", **fields)
    with as_app(), tenant_scope(owner.pk):
        actor = get_customer_actor(person, owner)
        return key, services.collect_key(key.pk, actor=actor, at=timezone.now())


def call(path, secret, method="get", **kwargs):
    headers = {"Authorization": f"Bearer {secret}", **kwargs.pop("headers", {})}
    return getattr(FaceClient("customer", enforce_csrf_checks=True), method)(path, headers=headers, **kwargs)


def refused(answer):
    body = answer.json()
    assert (answer.status_code, body["type"]) == (401, "urn:demarc:problem:bad-key"), answer.content
    assert answer["WWW-Authenticate"].startswith("Bearer")
    body.pop("instance", None)
    return body


@pytest.fixture
def key(acme, acme_main, alice):
    return issue(acme, alice, permissions=("order.view", "billing.view", "dispute.manage"))


# --- letting in ----------------------------------------------------------------------------------


def test_a_key_needs_no_cookie_and_gets_none(key, acme_main):
    make.order(acme_main)
    answer = call(ORDERS, key[1])
    assert answer.status_code == 200 and answer.json()["count"] == 1
    assert not answer.cookies and "Cookie" not in answer.get("Vary", "")


def test_a_key_writes_without_a_token_and_is_journalled_as_itself(key, acme, acme_main, alice):
    make.charge(acme_main, "100.00")
    invoice = builders.issue(acme_main)
    path = f"/api/v1/e/204817/billing/invoices/{invoice.number}/disputes/"
    body, headers = {"lines": [claim(amount="10.00")]}, {"Idempotency-Key": "once"}
    answer = call(path, key[1], "post", data=body, content_type="application/json", headers=headers)
    assert answer.status_code == 201, answer.content
    with inside(acme):
        event = Event.objects.get(kind="dispute.opened")
        assert (event.actor_kind, event.actor_user_id) == ("key", None)
        assert event.actor_name == "API key Billing robot of Alice Moreau"
        assert event.facts["api_key"] == key[0].pk
        assert ApiAnswer.objects.get().caller == f"key:{key[0].pk}"


def test_every_key_that_is_not_good_is_answered_alike(key, acme, alice, settings):
    good = key[1]
    unknown = make_secret().text
    typo = good[:-1] + ("a" if good[-1] != "a" else "b")
    mixed = make_secret().text
    answers = [refused(call(ORDERS, each)) for each in (unknown, typo, mixed, "", "dmk_", "x" * 5000, "dmk_é")]
    with inside(acme):
        for fields in (
            {"status": "revoked"}, {"status": "expired"}, {"status": "approved"},
            {"expires_at": timezone.now(), "requested_at": timezone.now() - timedelta(days=1)},
        ):  # fmt: skip
            before = ApiKey.objects.values(*fields).get()
            ApiKey.objects.update(**fields)
            answers.append(refused(call(ORDERS, good)))
            ApiKey.objects.update(**before)
        ApiSecret.objects.update(ends_at=timezone.now())
        answers.append(refused(call(ORDERS, good)))
        ApiSecret.objects.update(ends_at=None)
    assert all(each == answers[0] for each in answers)
    assert call(ORDERS, good).status_code == 200


def test_another_enterprise_answers_a_key_as_one_that_does_not_exist(key, borealis, bob):
    theirs, nobodys = call("/api/v1/e/305120/orders/", key[1]), call("/api/v1/e/999999/orders/", key[1])
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.json() == nobodys.json()


def test_a_key_has_no_place_on_the_staff_face(key):
    answer = FaceClient("staff").get("/api/v1/me/", headers={"Authorization": f"Bearer {key[1]}"})
    refused(answer)


def test_a_page_is_no_place_for_a_key(key):
    assert call("/e/204817/orders/", key[1]).status_code == 302


def test_where_a_key_is_sent_the_session_is_ignored(key, acme, client_of, alice, bob):
    browser = client_of(bob)
    headers = {"Authorization": f"Bearer {key[1]}"}
    assert browser.get(ME, headers=headers).json()["kind"] == "key"
    assert browser.get("/api/v1/e/305120/orders/", headers=headers).status_code == 404
    wrong = {"Authorization": "Bearer nothing"}
    refused(browser.get("/api/v1/e/305120/orders/", headers=wrong))
    assert browser.get("/api/v1/e/305120/orders/").status_code == 200  # who is still signed in


def test_a_text_tells_of_itself_whether_it_can_be_a_key(db):
    text = make_secret().text
    assert text.startswith("dmk_") and len(text) == 52 and handle_of(text) == text[4:14]
    for place in range(4, 52):
        other = "a" if text[place] != "a" else "b"
        assert handle_of(text[:place] + other + text[place + 1 :]) is None


# --- rights --------------------------------------------------------------------------------------


def test_a_key_reaches_its_own_accounts_alone(acme, acme_main, acme_branch, alice):
    _, secret = issue(acme, alice, reach=[acme_branch])
    here, there = make.order(acme_branch), make.order(acme_main)
    assert [each["number"] for each in call(ORDERS, secret).json()["results"]] == [here.number]
    assert call(f"{ORDERS}{there.number}/", secret).status_code == 404


def test_a_key_does_no_more_than_it_was_approved_for(acme, acme_main, alice):
    _, secret = issue(acme, alice, permissions=["billing.view"])
    assert call(ORDERS, secret).status_code == 403
    assert call("/api/v1/e/204817/billing/invoices/", secret).status_code == 200


def test_a_right_that_the_owner_loses_is_lost_at_the_next_call(acme, acme_main, ana):  # noqa: F811
    _, secret = issue(acme, ana)
    assert call(ORDERS, secret).status_code == 200
    with inside(acme):
        Grant.objects.filter(permission="order.view").update(until_at=timezone.now())
    assert call(ORDERS, secret).status_code == 403
    assert call("/api/v1/e/204817/billing/invoices/", secret).status_code == 200


@pytest.mark.parametrize("how", ["inactive", "pending", "signed out for good"])
def test_a_leavers_key_opens_nothing(acme, acme_main, alice, key, how):
    assert call(ORDERS, key[1]).status_code == 200
    if how == "signed out for good":
        with as_staff():
            User.objects.filter(pk=alice.pk).update(is_active=False)
    else:
        with inside(acme):
            Membership.objects.filter(user=alice).update(status=how)
    refused(call(ORDERS, key[1]))


def test_a_key_never_does_what_takes_a_person(acme, alice):
    _, secret = issue(acme, alice, permissions=["api.key.manage", "enterprise.admin", "order.view"])
    assert call("/api/v1/e/204817/keys/", secret).status_code == 403
    assert [each["permission"] for each in call(ME, secret).json()["permissions"]] == ["order.view"]


def test_after_a_reset_with_an_overlap_both_secrets_work_and_without_one_the_new(acme, acme_main, alice, key):
    made, old = key
    with as_app(), tenant_scope(acme.pk):
        actor = get_customer_actor(alice, acme)
        second = services.reset_key(made.pk, overlap_hours=1, actor=actor, at=timezone.now())
    assert {call(ORDERS, each).status_code for each in (old, second)} == {200}
    with as_app(), tenant_scope(acme.pk):
        third = services.reset_key(made.pk, overlap_hours=0, actor=actor, at=timezone.now())
    assert [call(ORDERS, each).status_code for each in (old, second, third)] == [401, 401, 200]


# --- who am I ------------------------------------------------------------------------------------


def test_a_key_is_told_who_it_is_what_it_may_and_until_when(acme, acme_main, alice):
    made, secret = issue(acme, alice, permissions=["order.view"], reach=[acme_main])
    body = call(ME, secret).json()
    assert body == {
        "kind": "key",
        "name": "API key Billing robot of Alice Moreau",
        "email": "robots@x.example",
        "role": "",
        "language": "en",
        "time_zone": "America/Denver",
        "enterprise": {"id": "204817", "name": "Acme Freight, Inc."},
        "permissions": [{"permission": "order.view", "accounts": ["5-KTR2P"]}],
        "key_expires_at": body["key_expires_at"],
    }
    assert body["key_expires_at"].endswith("Z") and body["key_expires_at"][:10] == f"{made.expires_at:%Y-%m-%d}"
    assert call("/api/v1/e/204817/me/", secret).json() == body
    assert [each["id"] for each in call("/api/v1/enterprises/", secret).json()["results"]] == ["204817"]
    assert call("/api/v1/schema/", secret).json()["security"] == [{"session": []}, {"key": []}]


def test_a_person_is_told_the_same(acme, acme_branch, alan, client_of):
    body = client_of(alan).get("/api/v1/e/204817/me/").json()
    assert (body["kind"], body["key_expires_at"]) == ("customer", None)
    assert {"permission": "order.view", "accounts": ["5-KTR3Q"]} in body["permissions"]
    outside = client_of(alan).get(ME).json()
    assert (outside["enterprise"], outside["permissions"]) == (None, [])


def test_who_is_in_several_enterprises_is_told_what_they_may_in_each(acme, acme_branch, borealis, alan, bob, client_of):
    make.member(borealis, alan, "Al Tran", title="Buyer", is_administrator=True)
    with as_app():
        User.objects.filter(pk=alan.pk).update(default_enterprise_id=borealis.pk)
    former = make.enterprise("Former Place", public_id="999111")
    make.member(former, alan, "Alan", status="inactive")
    first, second = client_of(alan).get(f"{ME}enterprises/").json()["results"]
    assert {"permission": "order.view", "accounts": ["5-KTR3Q"]} in first["permissions"]
    assert (first["id"], first["called"], first["is_default"], first["asks_second_factor"]) == (
        "204817", "Alan Tran", False, False,
    )  # fmt: skip
    assert {"permission": "user.admin", "accounts": None} in second["permissions"]
    assert (second["id"], second["role"], second["is_default"], second["asks_second_factor"]) == (
        "305120", "Buyer", True, True,
    )  # fmt: skip
    _, secret = issue(borealis, alan, permissions=["order.view"])
    (only,) = call(f"{ME}enterprises/", secret).json()["results"]
    assert (only["id"], only["permissions"]) == ("305120", [{"permission": "order.view", "accounts": None}])


def test_keys_are_listed_for_people_without_their_secrets(acme, alice, client_of, key):
    body = client_of(alice).get("/api/v1/e/204817/keys/").json()
    assert body["results"][0]["handle"] == key[1][4:14] and key[1][14:] not in str(body)
    one = client_of(alice).get(f"/api/v1/e/204817/keys/{key[0].pk}/").json()
    assert one == body["results"][0] and one["state"] == "active"


# --- counting ------------------------------------------------------------------------------------


@pytest.fixture
def three_a_minute(db, monkeypatch):
    monkeypatch.setattr("portal.api.limits.WINDOW", 3600)  # no minute ends within the test
    with as_staff():
        CarrierTerm.objects.create(name="api.key_calls_per_minute", value=3, starts_on="2020-01-01")


def test_each_key_has_a_count_of_its_own_that_no_address_changes(
    three_a_minute, acme, acme_main, alice, key, client_of
):
    _, other = issue(acme, alice, name="Another")
    left = [call(ORDERS, key[1], headers={"X-Forwarded-For": f"203.0.113.{n}"}) for n in range(3)]
    assert [each["RateLimit-Remaining"] for each in left] == ["2", "1", "0"]
    assert {each["RateLimit-Limit"] for each in left} == {"3"} and int(left[0]["RateLimit-Reset"]) > 0
    assert left[0]["RateLimit-Policy"] == '"key";q=3;w=3600'
    spent = call(ORDERS, key[1], headers={"X-Forwarded-For": "198.51.100.9"})
    assert (spent.status_code, spent["RateLimit-Remaining"]) == (429, "0") and int(spent["Retry-After"]) > 0
    assert call(ORDERS, other).status_code == 200
    assert client_of(alice).get(ORDERS).status_code == 200  # its owner is counted apart


def test_the_last_use_is_noted_once_a_minute_with_its_address(acme, key):
    with CaptureQueriesContext(connection) as asked:
        call(ORDERS, key[1])
        call(ORDERS, key[1])
    with inside(acme):
        used = ApiKey.objects.get()
    assert used.last_used_from == "127.0.0.1" and timezone.now() - used.last_used_at < timedelta(minutes=1)
    assert sum('UPDATE "accounts_apikey"' in each["sql"] for each in asked) == 1


def test_a_key_costs_at_most_one_query_more_than_a_session(acme, acme_main, ana, client_of):  # noqa: F811
    _, secret = issue(acme, ana)
    browser = client_of(ana)
    for _ in range(2):  # what is kept in the process, and the first note of its use
        call(ORDERS, secret), browser.get(ORDERS)
    with CaptureQueriesContext(connection) as by_session:
        assert browser.get(ORDERS).status_code == 200
    with CaptureQueriesContext(connection) as by_key:
        assert call(ORDERS, secret).status_code == 200
    assert len(by_key) <= len(by_session) + 1


def test_a_text_with_anothers_beginning_opens_nothing(key):
    """The beginning finds the secret; the rest must be its own, even where the check at the end is right."""
    body = key[1][:14] + make_secret().text[14:46]
    refused(call(ORDERS, body + check_of(body)))
    assert call(ORDERS, key[1]).status_code == 200


def test_an_account_that_its_owner_lost_is_lost_to_the_key(acme, acme_main, acme_branch, alan):
    with inside(acme):
        make.grant(Membership.objects.select_related("enterprise").get(user=alan), "api.key.manage")
    _, secret = issue(acme, alan, permissions=["order.view", "billing.view"], reach=[acme_branch])
    with inside(acme):
        Grant.objects.filter(permission="order.view").update(account=acme_main)
    assert call(ORDERS, secret).status_code == 403
    assert [each["permission"] for each in call(ME, secret).json()["permissions"]] == ["billing.view"]
