"""The API keeps its description, and gives what the pages give: no more to anybody, and no less."""

import json
import re

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from accounts.models import Grant, Membership, Team, TeamPerson
from orders.models import Trial
from portal.api.schema import _document
from tests import make
from tests.billing import builders as b
from tests.faces import inside
from tests.orders.conftest import delay

PERMISSIONS = ("order.view", "billing.view", "dispute.manage")


def strict(described):
    """The description in which an object has no member beside those that are named."""
    plain = json.loads(json.dumps(described))

    def close(part):
        if isinstance(part, dict):
            if part.get("type") == "object" and "properties" in part:
                part["additionalProperties"] = False
            for inner in part.values():
                close(inner)
        elif isinstance(part, list):
            for inner in part:
                close(inner)

    close(plain)
    return plain


def resolved(described, part):
    return described if not part else resolved(described[part[0]], part[1:])


def validate(described, operation, answer):
    """The answer is one that the operation is described to have, in its media type and shape."""
    told = operation["responses"][str(answer.status_code)]
    if "$ref" in told:
        told = resolved(described, told["$ref"].split("/")[1:])
    media = answer["Content-Type"].partition(";")[0]
    assert media in told["content"], (media, told)
    if "json" in media:
        schema = {**told["content"][media]["schema"], "components": described["components"]}
        faults = Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(answer.json())
        assert [f"{list(each.absolute_path)}: {each.message}" for each in faults] == []


@pytest.fixture
def world(acme, acme_main, alice, carol, dora, client_of, deliver):
    """One of each thing that the API shows, with as much to it as there can be."""
    service = make.service(acme_main)
    order = make.order(
        acme_main,
        service=service,
        a_site=make.site(acme),
        z_site=make.site(acme, "Reno"),
        care_manager=make.card_of(carol),
    )
    make.order(acme_main, milestones=0, status="submitted", requested_on=None, committed_on=None, expected_on=None)
    with inside(acme):
        step = order.milestones.get(position=2)
    moved = client_of(carol).post(f"/e/204817/orders/milestones/{step.pk}/delay/", delay(expected_on="2030-01-01"))
    assert moved.status_code == 302
    for amount in ("100.00", "200.00", "300.00"):
        make.charge(acme_main, amount, service=service)
    make.charge(acme_main, "75.00", kind="one_time", starts_on=b.NOVEMBER)
    invoice = b.issue(acme_main)
    lines = b.lines(invoice)
    decided = b.dispute(alice, invoice, b.claim(lines[0], "40.00"))
    b.decide(dora, b.disputed(decided), "30.00")
    b.dispute(alice, invoice, b.claim(lines[1]))
    later = b.issue(acme_main, b.DECEMBER, b.LATER)
    group, key = make.group(acme_main.enterprise, "West", acme_main), make.api_key(acme_main.enterprise, alice)
    with inside(acme):
        member = Membership.objects.select_related("enterprise").get(user=alice)
        team = Team.objects.create(enterprise=acme, name="Desk", email="desk@acme.example")
        TeamPerson.objects.create(enterprise=acme, team=team, membership=member)
        tried = make.order(acme_main, milestones=0, type="trial")
        Trial.objects.create(enterprise=acme, order=tried, days=20)
    make.grant(member, "order.view", acme_main)
    return {
        "account-groups/{pk}": [group.pk, 0],
        "accounts/{pk}": [acme_main.pk, 0],
        "people/teams/{pk}": [team.pk, 0],
        "people/{pk}": [member.pk, 0],
        "moves/{pk}": [each.pk for each in make.move(acme, make.house())],
        "access/{pk}": [make.access_request(member, "order.view").pk, 0],
        "staff/{pk}": [make.card_of(carol).pk, 0],
        "keys/{pk}": [key.pk, 0],
        "services/{pk}": [service.pk, 0],
        "following/{slug}/{number}": [order.number],
        "takeovers/{pk}": [each.pk for each in make.takeover(service, make.account(make.house()))],
        "orders/{number}/trial": [tried.number],
        "orders/{number}": [order.number],
        "billing/invoices/{number}": [invoice.number, later.number],
        "billing/disputes/{number}": [decided.number],
    }


def paths(described, world):
    """Every path that can be got, filled with what there is, and once with what there is not."""
    for path, operations in described["paths"].items():
        if "get" not in operations:
            continue
        filled = path.replace("{enterprise}", "204817").replace("{slug}", "order").replace("{order_type}", "new")
        numbers = next((numbers for part, numbers in world.items() if part in path), [""])
        for number in [*numbers, *(["NOT-THERE"] if "{number}" in path else [])]:
            yield filled.replace("{number}", str(number)).replace("{pk}", str(number)), operations["get"]


@pytest.mark.parametrize("face", ["customer", "staff"])
def test_every_answer_is_as_it_is_described(client_of, world, alice, carol, face):
    described = strict(_document(f"portal.urls.{face}"))
    browser = client_of(alice if face == "customer" else carol)
    deciding = client_of(make.staff("Owen Park", "account_manager"))  # who moves accounts between customers
    seen = set()
    for path, operation in paths(described, world):
        assert "{" not in path, f"{path}: say in this test what stands for it"
        is_between = path.startswith(("/api/v1/moves", "/api/v1/orders/takeovers"))
        answer = (deciding if is_between else browser).get(path)
        seen.add((operation["operationId"], answer.status_code))
        validate(described, operation, answer)
    assert {name for name, status in seen if status == 200} >= {name for name, _ in seen} - {
        "invoicePdf_get",
        "letterPdf_get",
    }


def test_every_write_is_as_it_is_described(client_of, world, alice, carol):
    described = strict(_document("portal.urls.customer"))
    browser = client_of(alice)
    path = "/api/v1/e/{enterprise}/billing/invoices/{number}/disputes/"
    operation = described["paths"][path]["post"]
    (example,) = operation["requestBody"]["content"]["application/json"]["examples"].values()
    body = {**example["value"], "lines": [{**example["value"]["lines"][0], "position": 3}]}
    address = path.format(enterprise="204817", number=world["billing/invoices/{number}"][0])
    codes = []
    for sent in (body, body, {"lines": []}, {}):
        answer = browser.post(address, json.dumps(sent), content_type="application/json")
        validate(described, operation, answer)
        codes.append(answer.status_code)
    assert codes == [201, 409, 422, 422]


@pytest.mark.parametrize("face", ["customer", "staff"])
def test_the_examples_are_as_they_are_described(face):
    described = strict(_document(f"portal.urls.{face}"))
    shown = 0
    for operations in described["paths"].values():
        for operation in operations.values():
            parts = [operation.get("requestBody", {}), *operation["responses"].values()]
            for media in (media for part in parts for media in part.get("content", {}).values()):
                schema = {**media["schema"], "components": described["components"]}
                for example in media.get("examples", {}).values():
                    Draft202012Validator(schema, format_checker=FormatChecker()).validate(example["value"])
                    shown += 1
    assert shown >= 3


# --- one grant, one answer -----------------------------------------------------------------------


@pytest.fixture
def three_accounts(acme, acme_main, acme_branch, alan):
    """An order, an invoice and a dispute on each of three accounts, and somebody to be granted them."""
    admin = make.user("ada@acme.example")
    make.member(acme, admin, "Ada", is_administrator=True)
    accounts = [acme_main, acme_branch, make.account(acme, "Third", number="5-KTR4R")]
    things = []
    for account in accounts:
        make.charge(account, "100.00")
        invoice = b.issue(account)
        order, dispute = make.order(account, milestones=1), b.dispute(admin, invoice)
        things.append((order.number, invoice.number, dispute.number, b.lines(invoice)[0].pk))
    with inside(acme):
        member = Membership.objects.select_related("enterprise").get(user=alan)
    return member, accounts, things


grants = st.sets(st.tuples(st.sampled_from(PERMISSIONS), st.sampled_from([None, 0, 1, 2])), max_size=5)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(granted=grants)
def test_one_grant_is_answered_alike_by_page_and_api(client_of, alan, three_accounts, granted):
    member, accounts, things = three_accounts
    with inside(member.enterprise):
        Grant.objects.filter(membership=member).update(until_at=timezone.now())
    for permission, place in granted:
        make.grant(member, permission, None if place is None else accounts[place])
    browser = client_of(alan)
    for part, column, page in (
        ("orders/", 0, "orders/"),
        ("billing/invoices/", 1, "billing/"),
        ("billing/disputes/", 2, None),
    ):
        numbers = [row[column] for row in things]
        listed = browser.get(f"/e/204817/{page or part}")
        told = browser.get(f"/api/v1/e/204817/{part}")
        assert listed.status_code == told.status_code
        if listed.status_code == 200:
            on_page = {number for number in numbers if re.search(rf"{number}\b", listed.content.decode())}
            assert on_page == {row["number"] for row in told.json()["results"]}
        for number in numbers:
            one, same = (browser.get(f"{root}/e/204817/{part}{number}/") for root in ("", "/api/v1"))
            assert one.status_code == same.status_code
    for _, number, _, line in things:
        # Whether one may dispute at all: the page's empty form, and a body with nothing in it.
        form = browser.get(f"/e/204817/billing/invoices/{number}/lines/{line}/dispute/")
        sent = browser.post(
            f"/api/v1/e/204817/billing/invoices/{number}/disputes/", {}, content_type="application/json"
        )
        assert {200: 422}.get(form.status_code, form.status_code) == sent.status_code
