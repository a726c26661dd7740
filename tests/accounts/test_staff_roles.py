"""What the roles of the carrier's people may do: edited with a preview, for all who have them, at once."""

import re

import pytest
from django.utils import timezone

from accounts.models import StaffRole
from accounts.permissions import STAFF_ROLES
from accounts.staffing import services
from portal.models import Event
from tests import make
from tests.accounts.racing import at_once, staff_actor
from tests.accounts.refusing import unchanged
from tests.faces import as_staff


@pytest.fixture
def owen(db):
    return make.staff("Owen Admin", "platform_admin")


@pytest.fixture
def desk(client_of, owen):
    return client_of(owen)


def text(answer):
    assert answer.status_code == 200, answer
    return answer.content.decode()


def permissions(code):
    with as_staff():
        return set(StaffRole.objects.get(code=code).permissions)


def events(kind):
    with as_staff():
        return [each.facts for each in Event.objects.filter(kind=kind).order_by("pk")]


def form_of(browser, path):
    """The form's fields as the page shows them: names to values."""
    page = text(browser.get(path))
    ticked = re.findall(r'<input type="checkbox" name="(may_\w+)" value="([^"]+)"[^>]*checked', page)
    fields: dict[str, list[str]] = {}
    for name, value in ticked:
        fields.setdefault(name, []).append(value)
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    return {
        "name": re.search(r'name="name" value="([^"]*)"', page)[1] if 'name="name" value=' in page else "",
        "seen": seen[1] if seen else "",
        **fields,
    }


def test_each_shipped_role_has_its_page_and_its_home(client_of, desk):
    for code in STAFF_ROLES:
        assert "May do" in text(desk.get(f"/roles/{code}/"))
        colleague = make.staff(f"{code} Person", code, email=f"{code}@northvane.example")
        assert client_of(colleague).get("/").status_code == 200


def test_a_role_is_changed_after_a_preview_that_names_whom_it_touches(desk, client_of, erin):
    browser = client_of(erin)
    assert browser.get("/billing/disputes/").status_code == 403
    sent = form_of(desk, "/roles/technician/change/")
    sent["may_billing"] = [*sent["may_billing"], "dispute.decide"]
    sent["may_colleagues"] = []
    preview = text(desk.post("/roles/technician/change/", sent))
    assert "Erin Sato" in preview and "Decide disputes and give credit" in preview and "May no longer do" in preview
    assert "dispute.decide" not in permissions("technician") and events("role.changed") == []
    assert desk.post("/roles/technician/change/", {**sent, "confirmed": "1"}).status_code == 302
    assert "dispute.decide" in permissions("technician") and "staff.view" not in permissions("technician")
    assert browser.get("/billing/disputes/").status_code == 200 and browser.get("/staff/").status_code == 403
    assert [(each["gained"], each["lost"]) for each in events("role.changed")] == [(["dispute.decide"], ["staff.view"])]
    assert "changed the role" in text(desk.get("/roles/technician/"))


def test_of_two_who_edit_a_role_the_second_is_told(desk):
    sent = form_of(desk, "/roles/technician/change/")
    desk.post("/roles/technician/change/", {**sent, "may_orders": [], "confirmed": "1"})
    second = desk.post("/roles/technician/change/", {**sent, "may_billing": [], "confirmed": "1"})
    assert second.status_code == 409 and "billing.view" in permissions("technician")
    assert len(events("role.changed")) == 1


def test_the_administrators_role_cannot_lose_what_nobody_else_has(desk):
    sent = form_of(desk, "/roles/platform_admin/change/")
    sent["may_colleagues"] = ["staff.view"]
    answer = desk.post("/roles/platform_admin/change/", {**sent, "confirmed": "1"})
    assert answer.status_code == 409 and "Then nobody at the carrier" in answer.content.decode()
    assert {"staff.manage", "role.manage"} <= permissions("platform_admin") and events("role.changed") == []


def test_a_role_of_the_carriers_own_is_made_like_another_given_and_removed(desk, client_of, erin):
    sent = {**form_of(desk, "/roles/new/?like=technician"), "name": "Night desk"}
    assert desk.post("/roles/new/", {**sent, "confirmed": "1"}).status_code == 302
    assert permissions("night_desk") == permissions("technician")
    again = desk.post("/roles/new/", {**sent, "name": "night DESK", "confirmed": "1"})
    assert again.status_code == 422 and len(events("role.created")) == 1
    with as_staff():
        card = make.card_of(erin).pk
    moved = {"role": "night_desk", "seen": "technician", "confirmed": "1"}
    assert desk.post(f"/staff/{card}/move/", moved).status_code == 302
    assert desk.post("/roles/night_desk/remove/").status_code == 409
    desk.post(f"/staff/{card}/move/", {"role": "technician", "seen": "night_desk", "confirmed": "1"})
    assert desk.post("/roles/night_desk/remove/").status_code == 302
    assert desk.get("/roles/night_desk/").status_code == 404
    assert desk.post("/roles/technician/remove/").status_code == 409 and permissions("technician")


def test_what_is_no_permission_gives_none(desk):
    sent = {**form_of(desk, "/roles/technician/change/"), "may_billing": ["everything.at_all"]}
    before = permissions("technician")
    assert desk.post("/roles/technician/change/", {**sent, "confirmed": "1"}).status_code == 422
    assert permissions("technician") == before


def test_only_who_may_edits_roles(client_of, erin):
    browser = client_of(erin)
    before = permissions("technician")
    for path in ("/roles/new/", "/roles/technician/change/", "/roles/technician/remove/"):
        assert browser.post(path, {"name": "Mine", "confirmed": "1"}).status_code == 403
    assert permissions("technician") == before and events("role.created") == []
    assert browser.get("/roles/").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/roles/new/", "/roles/technician/change/", "/roles/technician/remove/", "/staff/hire/", "/staff/{}/move/",
     "/staff/{}/remove/", "/staff/{}/card/", "/staff/{}/invite/"],
)  # fmt: skip
def test_what_touches_rights_takes_a_second_factor_shown_lately(client_of, owen, erin, path):
    owen.seed = make.factor(owen)
    with as_staff():
        path = path.format(make.card_of(erin).pk)
        before = StaffRole.objects.count()
    browser = client_of(owen)
    browser.wait(60)
    answer = browser.post(path, {"name": "Night desk", "role": "csm", "seen": "technician", "confirmed": "1"})
    assert answer.url.startswith("/account/2fa/reauthenticate/")
    with as_staff():
        assert StaffRole.objects.count() == before
        assert not Event.objects.filter(kind__regex="^(staff|role)[.]").exists()


def test_two_who_empty_the_two_roles_that_can_at_once_leave_one(transactional_db, owen):
    second = make.staff("Second Admin", "technician", email="second@northvane.example")
    both = ["role.manage", "staff.manage"]
    with as_staff():
        StaffRole.objects.filter(code="technician").update(permissions=both)
    held = sorted(permissions("platform_admin"))
    jobs = [
        lambda c=code, s=seen, a=actor: services.change_role(
            c, name=STAFF_ROLES[c], permissions=[], seen=s, actor=a, at=timezone.now()
        )
        for code, seen, actor in (
            ("technician", both, staff_actor(owen)),
            ("platform_admin", held, staff_actor(second)),
        )
    ]
    found = at_once(*jobs)
    assert found.count(True) == 1 and found.count(services.LastAdministrator) == 1


def test_a_role_that_is_saved_as_it_is_has_not_changed(desk):
    sent = form_of(desk, "/roles/technician/change/")
    with unchanged():
        assert desk.post("/roles/technician/change/", {**sent, "confirmed": "1"}).status_code == 302


@pytest.mark.parametrize("name", ["!!!", "Night-desk"])
def test_a_role_has_a_name_by_which_it_is_told_from_others(desk, name):
    sent = form_of(desk, "/roles/new/?like=technician")
    assert desk.post("/roles/new/", {**sent, "name": "Night desk", "confirmed": "1"}).status_code == 302
    with unchanged():
        answer = desk.post("/roles/new/", {**sent, "name": name, "confirmed": "1"})
    assert answer.status_code == 422 and "There is a role of this name already" in answer.content.decode()


def test_a_role_that_there_is_not_is_given_to_nobody(desk, erin):
    path = f"/api/v1/staff/{make.card_of(erin).pk}/move/"
    with unchanged():
        answer = desk.post(path, {"role": "emperor", "seen": "technician"}, content_type="application/json")
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "/role"
    moved = desk.post(path, {"role": "csm", "seen": "technician"}, content_type="application/json")
    assert moved.json()["role"] == "csm"
