"""People, teams, groups, requests for access and the audit log as JSON: what the pages do, to nobody else."""

import json

import pytest

from accounts.models import AccessRequest, AccountGroup, Membership, Team
from portal.models import Event
from tests import make
from tests.accounts.refusing import unchanged
from tests.accounts.test_api_by_key import call, issue, member_of
from tests.faces import FaceClient, inside

HERE = "/api/v1/e/204817/"
ANA = "ana.lima+noc@acme.example"


def post(browser, path, body=None, **headers):
    return browser.post(f"{HERE}{path}", json.dumps(body or {}), content_type="application/json", headers=headers)


def pointers(answer):
    assert answer.status_code == 422, answer.content
    return [each["pointer"] for each in answer.json()["errors"]]


def kinds(owner):
    with inside(owner):
        return list(Event.objects.order_by("id").values_list("kind", flat=True))


@pytest.fixture
def client(client_of, alice):
    return client_of(alice)


@pytest.fixture
def alan_id(acme, alan):
    return member_of(acme, alan).pk


# --- people ---------------------------------------------------------------------------------------


def test_somebody_is_hired_and_let_go_by_calls_alone(client, acme, acme_main, alan, alice, deliver):
    grants = [{"permission": "order.view"}, {"permission": "billing.view", "account": "5-KTR2P"}]
    body = {"email": ANA, "name": "Ana  Lima", "language": "pt", "grants": grants}
    made = post(client, "people/invite/", body, **{"Idempotency-Key": "ana"})
    assert made.status_code == 201, made.content
    ana = made.json()
    assert made["Location"] == ana["href"] and client.get(ana["href"]).json() == ana
    assert (ana["name"], ana["email"], ana["status"], ana["state"]) == ("Ana Lima", ANA, "pending", "initialized")
    held = [(each["permission"], each["account"], each["group"], each["team"]) for each in ana["grants"]]
    assert held == [("billing.view", "5-KTR2P", None, None), ("order.view", None, None, None)]
    assert post(client, "people/invite/", body, **{"Idempotency-Key": "ana"}).json() == ana
    assert [each.recipient for each in deliver()].count(ANA) == 1
    found = client.get(f"{HERE}people/?q=ana.lima%2B").json()
    assert [each["id"] for each in found["results"]] == [ana["id"]] and found["count"] == 1
    with inside(acme):
        Membership.objects.filter(pk=ana["id"]).update(status="active")
    one = f"people/{ana['id']}/"
    assert post(client, f"{one}reactivate/").status_code == 409
    assert post(client, f"{one}deactivate/").json()["status"] == "inactive"
    assert post(client, f"{one}deactivate/").status_code == 409
    assert post(client, f"{one}reactivate/").json()["status"] == "active"
    details = {"name": "Ana Lima Souza", "title": "Shift lead", "phone": ""}
    assert post(client, f"{one}details/", details).json()["title"] == "Shift lead"
    assert pointers(post(client, f"{one}remove/", {"heir": "nobody@acme.example"})) == ["/heir"]
    # He may hold no keys, so he cannot take them over.
    assert post(client, f"{one}remove/", {"heir": alan.email}).status_code == 409
    gone = post(client, f"{one}remove/", {"heir": alice.email})
    assert gone.json() == {"id": ana["id"], "name": "Ana Lima Souza", "status": "removed"}
    assert client.get(f"{HERE}{one}").status_code == 404


def test_what_somebody_holds_is_read_changed_and_kept_from_a_change_that_crosses(client, acme, acme_branch, alan_id):
    make.group(acme, "West", acme_branch)
    one = f"people/{alan_id}/"
    before = client.get(f"{HERE}{one}").json()
    wanted = {"is_administrator": False, "grants": [{"permission": "order.view", "group": "west"}]}
    after = post(client, f"{one}rights/", {**wanted, "seen": before["seen"]}).json()
    assert [(each["permission"], each["group"]) for each in after["grants"]] == [("order.view", "West")]
    crossed = post(client, f"{one}rights/", {"seen": before["seen"], "is_administrator": True, "grants": []})
    assert crossed.status_code == 409 and client.get(f"{HERE}{one}").json() == after
    wrong = [{"permission": "order.view"}, {"permission": "order.view", "account": "7-BOR1A"}, {"permission": "none"}]
    sent = {"seen": after["seen"], "is_administrator": False, "grants": wrong}
    assert pointers(post(client, f"{one}rights/", sent)) == ["/grants/1/permission", "/grants/2/permission"]
    both = [{"permission": "order.view", "account": "5-KTR3Q", "group": "West"}]
    assert pointers(post(client, f"{one}rights/", {**sent, "grants": both})) == ["/grants/0/group"]
    assert client.get(f"{HERE}{one}").json() == after


def test_what_touches_people_takes_a_fresh_factor_and_a_person(client, client_of, acme, alice, alan, alan_id, bob):
    before = kinds(acme)
    _, secret = issue(acme, alice, permissions=["user.admin", "audit.view", "order.view"])
    assert call(f"{HERE}people/", secret).status_code == 403
    assert call(f"{HERE}audit/", secret).status_code == 200
    collected = kinds(acme)
    for path, body in (("invite/", {"email": ANA, "name": "Ana"}), (f"{alan_id}/deactivate/", {})):
        assert post(client_of(alan), f"people/{path}", body).status_code == 403
        assert post(client_of(bob), f"people/{path}", body).status_code == 404
    client.wait(60)
    asked = post(client, f"people/{alan_id}/deactivate/")
    assert (asked.status_code, asked.json()["type"]) == (403, "urn:demarc:problem:factor-first")
    assert kinds(acme) == collected and collected[: len(before)] == before
    with inside(acme):
        assert Membership.objects.get(pk=alan_id).status == "active" and Membership.objects.count() == 2


def test_what_the_rules_refuse_is_refused_and_changes_nothing(client, acme, alice, alan, alan_id):
    me = member_of(acme, alice).pk
    before = kinds(acme)
    assert post(client, f"people/{me}/deactivate/").status_code == 409
    assert post(client, f"people/{me}/remove/", {"heir": None}).status_code == 409
    assert post(client, f"people/{alan_id}/invite-again/").status_code == 409
    invited = {"email": ANA, "name": "Ana"}
    for sent, where in (
        ({**invited, "email": alan.email}, "/email"),
        ({**invited, "like": "nobody@acme.example"}, "/like"),
        ({**invited, "like": alan.email, "is_administrator": True}, "/like"),
        ({**invited, "is_staff": True}, "/is_staff"),
    ):
        assert pointers(post(client, "people/invite/", sent)) == [where]
    assert kinds(acme) == before
    like = post(client, "people/invite/", {**invited, "like": alan.email}).json()
    assert {each["permission"] for each in like["grants"]} == {"order.view", "billing.view"}


# --- teams and groups --------------------------------------------------------------------------


def test_a_team_is_made_given_rights_changed_and_ended(client, acme, alan, bob, borealis):
    body = {"name": "Night desk", "email": "desk@acme.example", "people": [alan.email]}
    assert pointers(post(client, "people/teams/new/", {**body, "people": [bob.email]})) == ["/people"]
    made = post(client, "people/teams/new/", body)
    team = made.json()
    assert made.status_code == 201 and [each["email"] for each in team["people"]] == [alan.email]
    assert [each["size"] for each in client.get(f"{HERE}people/teams/").json()["results"]] == [1]
    one = f"people/teams/{team['id']}/"
    rights = {"seen": team["seen"], "grants": [{"permission": "order.view"}]}
    assert [each["permission"] for each in post(client, f"{one}rights/", rights).json()["grants"]] == ["order.view"]
    assert post(client, f"{one}rights/", rights).status_code == 409
    person = client.get(f"{HERE}people/{member_of(acme, alan).pk}/").json()
    assert person["teams"] == [{"id": team["id"], "name": "Night desk"}]
    assert "Night desk" in [each["team"] for each in person["grants"]]
    assert post(client, f"{one}change/", {**body, "people": []}).json()["people"] == []
    assert post(client, f"{one}close/").json() == {"id": team["id"], "name": "Night desk"}
    assert client.get(f"{HERE}{one}").status_code == 404
    with inside(acme):
        assert not Team.objects.filter(is_active=True).exists()


def test_a_group_of_accounts_is_made_changed_and_deleted(client, client_of, acme, acme_main, acme_branch, alan):
    body = {"name": "West", "accounts": ["5-KTR2P"]}
    assert post(client_of(alan), "account-groups/new/", body).status_code == 403
    wrong = {"name": "West", "accounts": ["5-KTR2P", "7-BOR1A"]}
    assert pointers(post(client, "account-groups/new/", wrong)) == ["/accounts/1"]
    made = post(client, "account-groups/new/", body)
    group = made.json()
    assert made.status_code == 201 and group["accounts"] == ["5-KTR2P"] and made["Location"] == group["href"]
    assert pointers(post(client, "account-groups/new/", body)) == ["/name"]
    one = f"account-groups/{group['id']}/"
    moved = post(client, f"{one}change/", {"name": "Coast", "add": ["5-KTR3Q"], "take": ["5-KTR2P"]}).json()
    assert (moved["name"], moved["accounts"]) == ("Coast", ["5-KTR3Q"])
    assert post(client, f"{one}close/").json() == {"id": group["id"], "name": "Coast"}
    assert client.get(f"{HERE}{one}").status_code == 404
    with inside(acme):
        assert [each.is_active for each in AccountGroup.objects.all()] == [False]


# --- requests for access ---------------------------------------------------------------------------


def test_access_is_asked_for_declined_and_taken_back(client, client_of, acme, alan, alice):
    mine = client_of(alan)
    asked = post(mine, "access/ask/", {"permission": "dispute.manage", "why": "Wrong rates"})
    assert asked.status_code == 201, asked.content
    one = f"access/{asked.json()['id']}/"
    assert asked.json()["person"]["email"] == alan.email
    assert [each["why"] for each in client.get(f"{HERE}access/").json()["results"]] == ["Wrong rates"]
    assert pointers(post(mine, "access/ask/", {"permission": "none"})) == ["/permission"]
    assert post(mine, f"{one}decline/", {"answer": "No"}).status_code == 403
    assert post(client, f"{one}withdraw/").status_code == 404
    declined = post(client, f"{one}decline/", {"answer": "Ask in May"}).json()
    assert (declined["status"], declined["answer"], declined["decided_by"]) == (
        "declined",
        "Ask in May",
        "Alice Moreau",
    )
    assert post(mine, f"{one}withdraw/").status_code == 409
    again = post(mine, "access/ask/", {"permission": "dispute.manage"}).json()
    assert post(mine, f"access/{again['id']}/withdraw/").json()["status"] == "withdrawn"
    _, secret = issue(acme, alice, permissions=["order.view"])
    assert call(f"{HERE}access/", secret).json()["results"] == []
    body = {"data": {"permission": "billing.view"}, "content_type": "application/json"}
    assert call(f"{HERE}access/ask/", secret, "post", **body).status_code == 403
    with inside(acme):
        assert AccessRequest.objects.count() == 2


# --- the audit log -----------------------------------------------------------------------------------


def test_a_program_reads_the_whole_log_page_by_page(client, client_of, acme, acme_main, alice, bob, carol):
    order = make.order(acme_main)
    client.get(f"{HERE}orders/{order.number}/")
    for name in ("One", "Two", "Three"):
        post(client, "people/teams/new/", {"name": name, "people": []})
    _, secret = issue(acme, alice, permissions=["audit.view"])
    path, seen = f"{HERE}audit/?sort=oldest&limit=2", []
    while path:
        page = call(path, secret).json()
        seen += page["results"]
        path = page["next"] and page["next"].removeprefix("http://testserver")
    assert [each["kind"] for each in seen] == kinds(acme)
    assert {"text": "Alice Moreau made the team Two", "side": "customer"}.items() <= {
        "text": seen[1]["text"], "side": seen[1]["side"]
    }.items()  # fmt: skip
    (look,) = call(f"{HERE}audit/seen/?number={order.number}", secret).json()["results"]
    assert (look["thing"], look["number"], look["who"]) == ("orders.order", order.number, "Alice Moreau")
    assert client_of(bob).get(f"{HERE}audit/").status_code == 404
    assert client_of(carol).get(f"{HERE}audit/?area=person").json()["count"] == 3
    _, other = issue(acme, alice, name="Other", permissions=["order.view"])
    assert call(f"{HERE}audit/", other).status_code == 403


# --- the carrier's people ----------------------------------------------------------------------------


@pytest.fixture
def owen(client_of):
    return client_of(make.staff("Owen Admin", "platform_admin"))


HIRED = {
    "email": "rui.alves@northvane.example", "name": "Rui Alves", "title": "Billing analyst", "role": "billing_analyst",
    "languages": ["pt", "en"], "time_zone": "America/Sao_Paulo", "language": "pt",
}  # fmt: skip


def tell(browser, path, body, **headers):
    return browser.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=headers)


def test_a_colleague_is_hired_once_moved_and_let_go(owen, client_of, dora, erin, deliver):
    before = owen.get("/api/v1/staff/").json()["count"]
    key = {"Idempotency-Key": "rui"}
    hired = tell(owen, "staff/hire/", HIRED, **key)
    assert hired.status_code == 201, hired.content
    rui = hired.json()
    assert (rui["state"], rui["role"], rui["serves"]) == ("invited", "billing_analyst", [])
    assert tell(owen, "staff/hire/", HIRED, **key).json() == rui
    assert tell(owen, "staff/hire/", {**HIRED, "name": "Other"}, **key).status_code == 422
    assert pointers(tell(owen, "staff/hire/", HIRED)) == ["/email"]
    assert owen.get("/api/v1/staff/").json()["count"] == before + 1
    assert [each.recipient for each in deliver()].count(HIRED["email"]) == 1
    one = f"staff/{rui['id']}/"
    assert tell(owen, f"{one}move/", {"role": "technician", "seen": "csm"}).status_code == 409
    assert tell(owen, f"{one}move/", {"role": "technician", "seen": "billing_analyst"}).json()["role"] == "technician"
    assert tell(client_of(dora), f"{one}remove/", {"successor": None}).status_code == 403
    gone = tell(owen, f"{one}remove/", {"successor": make.card_of(erin).email})
    assert gone.json() == {"id": rui["id"], "places": 0}
    assert owen.get(f"/api/v1/{one}").json()["state"] == "left"
    roles = {each["code"]: each["held"] for each in owen.get("/api/v1/roles/").json()["results"]}
    assert roles["technician"] == 1


def test_an_account_team_is_put_together_by_calls(owen, client_of, acme, acme_main, dora, erin):
    make.team(acme, make.staff("Tim Manager", "care_manager"), "care_manager")
    browser = client_of(make.staff("Otto Outside", "platform_admin"))
    assert tell(browser, "e/204817/team/add/", {}).json()["type"] == "urn:demarc:problem:page-first"
    vera = make.staff("Vera Here", "platform_admin")
    make.team(acme, vera, "success")
    browser = client_of(vera)
    body = {"role": "billing_analyst", "email": make.card_of(dora).email, "account": "5-KTR2P"}
    added = tell(browser, "e/204817/team/add/", body)
    assert (added.status_code, added.json()["account"]["number"]) == (201, "5-KTR2P")
    assert pointers(tell(browser, "e/204817/team/add/", {**body, "account": "7-NONE"})) == ["/account"]
    assert pointers(tell(browser, "e/204817/team/add/", {**body, "families": ["tin cans"]})) == ["/families"]
    names = [each["name"] for each in browser.get("/api/v1/e/204817/team/").json()["results"]]
    assert "Dora Brandt" in names
    ended = tell(browser, f"e/204817/team/{added.json()['id']}/end/", {})
    assert ended.json() == {"role": "billing_analyst", "name": "Dora Brandt"}
    assert tell(browser, f"e/204817/team/{added.json()['id']}/end/", {}).status_code == 404
    gaps = {each["enterprise"]: each["lacks"] for each in owen.get("/api/v1/team-gaps/").json()["results"]}
    assert "owner" in gaps["204817"]
    assert FaceClient("customer").get("/api/v1/team-gaps/").status_code == 404


# --- access reviews -------------------------------------------------------------------------------


def test_a_review_is_begun_and_answered_by_calls_alone(client, client_of, acme, alan, alan_id, alice, bob):
    assert client.get(f"{HERE}reviews/").json()["results"] == []
    begun = post(client, "reviews/begin/")
    assert begun.status_code == 201, begun.content
    assert (begun.json()["number"], begun.json()["status"], begun.json()["waiting"]) == (
        1,
        "open",
        begun.json()["people"],
    )
    lines = {each["person"]: each for each in client.get(f"{HERE}reviews/lines/?answer=waits").json()["results"]}
    line = lines[alan_id]
    assert line["held"] and not line["is_administrator"]
    before = kinds(acme)
    # A second review, what was not shown, and another customer's administrator: refused, and nothing changes.
    assert post(client, "reviews/begin/").status_code == 409
    assert post(client, f"reviews/lines/{line['id']}/confirm/", {"seen": "0" * 16}).status_code == 409
    assert post(client_of(bob), f"reviews/lines/{line['id']}/confirm/", {"seen": line["seen"]}).status_code == 404
    assert post(client_of(alan), f"reviews/lines/{line['id']}/confirm/", {"seen": line["seen"]}).status_code == 403
    assert kinds(acme) == before
    kept = post(client, f"reviews/lines/{line['id']}/confirm/", {"seen": line["seen"]})
    assert kept.status_code == 200, kept.content
    assert (kept.json()["answer"], kept.json()["decided_by"], kept.json()["held"]) == (
        "kept",
        "Alice Moreau",
        line["held"],
    )
    assert kinds(acme) == [*before, "rights.confirmed"]
    assert client.get(f"{HERE}reviews/?state=open").json()["results"][0]["waiting"] == begun.json()["people"] - 1


def test_staff_read_who_registered(client_of, carol, dora):
    made = make.registration("nina@acme.example")
    make.card_of(carol)
    found = client_of(dora).get("/api/v1/registrations/")
    assert found.status_code == 403
    (row,) = client_of(make.staff("Paula", "platform_admin")).get("/api/v1/registrations/").json()["results"]
    assert (row["email"], row["account"]) == ("nina@acme.example", made.number) and "proof" not in json.dumps(row)


# --- what the services refuse ----------------------------------------------------------------------


def test_a_call_gives_no_more_than_its_sender_holds_and_nothing_where_it_cannot_be(
    client, client_of, acme, acme_main, alan_id
):
    deputy = make.member(acme, make.user("deputy@acme.example"), "Dep Uty")
    make.grant(deputy, "user.admin")
    seen = client.get(f"{HERE}people/{alan_id}/").json()["seen"]

    def give(browser, **grant):
        return post(
            browser, f"people/{alan_id}/rights/", {"seen": seen, "is_administrator": False, "grants": [grant]}
        )  # fmt: skip

    theirs = client_of(deputy.user)
    with unchanged():
        beyond = give(theirs, permission="order.view")
        narrowed = give(client, permission="user.admin", account="5-KTR2P")
    assert (beyond.status_code, narrowed.status_code) == (409, 409)
    assert "You can only grant what you may do yourself" in beyond.json()["detail"]
    assert "for the whole enterprise" in narrowed.json()["detail"]
    assert give(client, permission="user.admin").status_code == 200


def test_what_is_kept_as_it_is_has_not_changed_and_an_heir_is_active(client, acme, alice, alan_id):
    idle = make.member(acme, make.user("idle@acme.example"), "Ida Idle", status="inactive")
    one = f"people/{alan_id}/"
    with unchanged():
        kept = post(client, f"{one}details/", {"name": "Alan  Tran", "title": "Branch manager", "phone": ""})
        assert pointers(post(client, f"{one}remove/", {"heir": idle.user.email})) == ["/heir"]
    assert kept.status_code == 200, kept.content
    assert post(client, f"{one}remove/", {"heir": alice.email}).status_code == 200


def test_two_teams_have_not_one_name_and_a_time_zone_is_one(client, acme):
    body = {"name": "Night desk", "people": []}
    assert post(client, "people/teams/new/", body).status_code == 201
    with unchanged():
        assert pointers(post(client, "people/teams/new/", {**body, "name": "night DESK"})) == ["/name"]
        assert pointers(post(client, "people/teams/new/", {"name": "X", "people": [], "time_zone": "Mars/Base"})) == [
            "/time_zone"
        ]
    other = post(client, "people/teams/new/", {**body, "name": "Day desk", "time_zone": "UTC"})
    assert other.json()["time_zone"] == "UTC"
    assert post(client, f"people/teams/{other.json()['id']}/change/", body).status_code == 422


def test_what_somebody_may_do_by_now_is_not_asked_for(client_of, acme, alan, alan_id):
    with inside(acme):
        make.grant(Membership.objects.select_related("enterprise").get(pk=alan_id), "dispute.manage")
    mine = client_of(alan)
    with unchanged():
        assert pointers(post(mine, "access/ask/", {"permission": "dispute.manage"})) == ["/permission"]
    assert post(mine, "access/ask/", {"permission": "order.create"}).status_code == 201
