"""API keys on the pages: asked for, approved by another, collected once, reset, revoked, handed over, ended in time."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.keys import services, tasks
from accounts.models import ApiKey, ApiSecret, Membership
from accounts.selectors import get_customer_actor
from accounts.services import remove as remove_member
from portal.models import Event, Locator
from portal.tenancy import tenant_scope
from tests import make
from tests.faces import FaceClient, as_app, as_staff, inside

KEYS = "/e/204817/keys/"


@pytest.fixture
def ana(acme):
    """Looks after programs, sees bills, and administers nothing."""
    person = make.user("ana@acme.example", time_zone="America/Denver")
    member = make.member(acme, person, "Ana Souza")
    for permission in ("api.key.manage", "billing.view", "order.view"):
        make.grant(member, permission)
    return person


def wish(**fields):
    day = timezone.localdate() + timedelta(days=60)
    return {
        "name": "Billing robot", "purpose": "Fetches our invoices every night", "contact_email": "robots@acme.example",
        "expires_on": f"{day:%Y-%m-%d}", "permissions": ["billing.view"], "reach": "all", "accounts": [], **fields,
    }  # fmt: skip


def ask(browser, **fields):
    answer = browser.post(KEYS + "request/", wish(**fields))
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return answer.url


def secret_in(answer):
    text = answer.content.decode()
    start = text.index("dmk_")
    return text[start : start + 52]


@pytest.fixture
def collected(client_of, acme, ana, alice):
    """An active key of Ana's: its page, its secret."""
    page = ask(client_of(ana))
    client_of(alice).post(page + "approve/")
    return page, secret_in(client_of(ana).post(page + "collect/"))


def row():
    with as_staff():
        return ApiKey.objects.get()


def states():
    with as_staff():
        return list(ApiKey.objects.values_list("status", flat=True))


# --- asking --------------------------------------------------------------------------------------


def test_a_key_is_asked_for_approved_by_another_and_collected_once(client_of, acme, ana, alice, deliver):
    browser = client_of(ana)
    page = ask(browser)
    assert "Waits for approval" in browser.get(page).content.decode()
    assert [each.recipient for each in deliver()] == [alice.email]
    assert client_of(alice).post(page + "approve/").status_code == 302
    assert deliver()[-1].recipient == ana.email
    answer = browser.post(page + "collect/")
    text = secret_in(answer)
    assert answer["Cache-Control"] == "private, no-store" or "no-store" in answer["Cache-Control"]
    assert states() == ["active"]
    again = browser.post(page + "collect/")
    assert again.status_code == 409 and "dmk_" not in again.content.decode()
    with as_staff():
        kept = ApiSecret.objects.get()
        assert text[14:] not in str(vars(kept)) and kept.handle == text[4:14]
        assert not any(text[14:] in str(event.facts) for event in Event.objects.all())
        assert not any(text[14:] in notice.body_text for notice in deliver())


def test_the_page_tells_the_whole_story(client_of, acme, collected, ana):
    text = client_of(ana).get(collected[0]).content.decode()
    for words in ("Ana Souza asked for the API key", "Alice Moreau approved", "Ana Souza collected the secret"):
        assert words in text, words


def test_nobody_approves_their_own_request_while_there_is_another_administrator(client_of, acme, alice):
    second = make.user("ada@acme.example")
    make.member(acme, second, "Ada Adams", is_administrator=True)
    page = ask(client_of(alice))
    assert client_of(alice).post(page + "approve/").status_code == 409
    assert states() == ["pending"]
    assert client_of(second).post(page + "approve/").status_code == 302
    assert states() == ["approved"]


def test_the_only_administrator_approves_their_own(client_of, acme, alice):
    page = ask(client_of(alice))
    assert client_of(alice).post(page + "approve/").status_code == 302
    assert states() == ["approved"]


def test_who_is_no_administrator_approves_nothing(client_of, acme, ana, alice):
    page = ask(client_of(ana))
    assert client_of(ana).post(page + "approve/").status_code == 403
    assert states() == ["pending"]


def test_where_the_carrier_approves_its_own_people_do_and_the_customers_do_not(client_of, acme, ana, alice):
    make.agreed(acme, "api.key_approval", "carrier")
    owen = make.staff("Owen Kessler", "platform_admin")
    make.team(acme, owen, "account_director")
    page = ask(client_of(ana))
    assert client_of(alice).post(page + "approve/").status_code == 409
    browser = client_of(owen)
    assert "Billing robot" in browser.get("/api-keys/").content.decode()
    assert browser.get("/e/204817/").status_code == 200
    assert browser.post(page + "approve/").status_code == 302
    assert states() == ["approved"]


def test_where_the_customer_approves_the_carrier_does_not(client_of, acme, ana):
    owen = make.staff("Owen Kessler", "platform_admin")
    make.team(acme, owen, "account_director")
    page = ask(client_of(ana))
    client_of(owen).get("/e/204817/")
    assert client_of(owen).post(page + "approve/").status_code == 409
    assert states() == ["pending"]


def test_a_decline_says_why_and_tells_the_owner(client_of, acme, ana, alice, deliver):
    page = ask(client_of(ana))
    assert client_of(alice).post(page + "decline/", {"decline-reason": "no"}).status_code == 422
    assert states() == ["pending"]
    client_of(alice).post(page + "decline/", {"decline-reason": "We have a robot for this"})
    told = deliver()[-1]
    assert (told.recipient, states()) == (ana.email, ["declined"]) and "We have a robot" in told.body_text
    assert client_of(ana).post(page + "collect/").status_code == 409


def test_a_request_can_be_withdrawn_by_who_asked_alone(client_of, acme, ana, alice):
    page = ask(client_of(ana))
    assert client_of(alice).post(page + "withdraw/").status_code == 409
    assert states() == ["pending"]
    client_of(ana).post(page + "withdraw/")
    assert states() == ["withdrawn"]
    assert client_of(alice).post(page + "approve/").status_code == 409


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"permissions": ["dispute.manage"]}, "Select a valid choice"),
        ({"permissions": ["enterprise.admin"]}, "Select a valid choice"),
        ({"permissions": ["api.key.manage"]}, "Select a valid choice"),
        ({"permissions": []}, "required"),
        ({"expires_on": "2000-01-01"}, "Choose a day"),
        ({"expires_on": "2199-01-01"}, "Choose a day"),
        ({"reach": "some"}, "at least one account"),
        ({"purpose": "robot"}, "at least 10"),
        ({"contact_email": "nobody"}, "valid email"),
    ],
)
def test_a_request_beyond_what_one_may_is_refused(client_of, acme, acme_main, ana, fields, words):
    answer = client_of(ana).post(KEYS + "request/", wish(**fields))
    assert answer.status_code == 422 and words in answer.content.decode()
    assert states() == []


def test_an_account_out_of_reach_is_refused(client_of, acme, acme_main, acme_branch, alan):
    make_manager(acme, alan)
    fields = {"permissions": ["billing.view"], "reach": "some"}
    answer = client_of(alan).post(KEYS + "request/", wish(**fields, accounts=[acme_main.number]))
    assert answer.status_code == 422 and states() == []
    ask(client_of(alan), **fields, accounts=[acme_branch.number])
    assert states() == ["pending"]


def make_manager(acme, person, on=None):
    with inside(acme):
        member = Membership.objects.select_related("enterprise").get(user=person)
    make.grant(member, "api.key.manage", on)


def test_of_many_accounts_the_numbers_are_written(client_of, acme, acme_main, alice):
    for _ in range(31):
        make.account(acme)
    page = client_of(alice).get(KEYS + "request/").content.decode()
    assert "One a line." in page
    ask(client_of(alice), reach="some", accounts=f"{acme_main.number}\n")
    answer = client_of(alice).post(KEYS + "request/", wish(reach="some", accounts="7-NOT1A"))
    assert answer.status_code == 422 and "7-NOT1A" in answer.content.decode()
    assert states() == ["pending"]


# --- seeing --------------------------------------------------------------------------------------


def test_one_sees_ones_own_keys_and_an_administrator_all(client_of, acme, ana, alan, alice):
    make_manager(acme, alan)
    page = ask(client_of(ana))
    assert client_of(alan).get(page).status_code == 404
    assert "Billing robot" not in client_of(alan).get(KEYS).content.decode()
    for person in (ana, alice):
        assert client_of(person).get(page).status_code == 200
        assert "Billing robot" in client_of(person).get(KEYS).content.decode()


def test_the_list_narrows_and_becomes_a_file_without_formulas(client_of, acme, ana, alice):
    ask(client_of(ana), name="=cmd|' /C calc'!A0")
    ask(client_of(ana), name="Orders robot")
    browser = client_of(alice)
    assert "Orders robot" not in browser.get(KEYS + "?q=calc").content.decode()
    assert browser.get(KEYS + "?state=active").content.decode().count("No key answers") == 1
    text = browser.get(KEYS + "export.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert {row[0] for row in rows[1:]} == {"Orders robot", "'=cmd|' /C calc'!A0"}


def test_the_lists_queries_do_not_grow_with_its_rows(client_of, acme, ana, alice, django_assert_max_num_queries):
    browser = client_of(alice)

    def count():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as asked:
            assert browser.get(KEYS).status_code == 200
        return len(asked)

    ask(client_of(ana))
    few = count()
    for _ in range(5):
        ask(client_of(ana))
    assert count() == few


# --- reset, revoke, hand over ----------------------------------------------------------------------


def test_a_reset_makes_another_secret_and_ends_the_old_one_at_once(client_of, acme, ana, collected, deliver):
    page, old = collected
    new = secret_in(client_of(ana).post(page + "reset/", {"overlap_hours": "0"}))
    assert new != old
    with as_staff():
        ends = dict(ApiSecret.objects.values_list("handle", "ends_at"))
        assert Locator.objects.filter(kind="key").count() == 2
    assert ends[old[4:14]] <= timezone.now() and ends[new[4:14]] is None
    assert {each.recipient for each in deliver() if each.kind == "api_key.reset"} == {ana.email, "robots@acme.example"}


def test_the_old_secret_works_on_for_as_long_as_the_term_allows_and_no_longer(client_of, acme, ana, collected):
    page, old = collected
    answer = client_of(ana).post(page + "reset/", {"overlap_hours": "73"})
    assert answer.status_code == 422
    with as_staff():
        assert ApiSecret.objects.count() == 1
    client_of(ana).post(page + "reset/", {"overlap_hours": "72"})
    with as_staff():
        ends = dict(ApiSecret.objects.values_list("handle", "ends_at"))
    assert timedelta(hours=71) < ends[old[4:14]] - timezone.now() <= timedelta(hours=72)


def test_only_its_owner_gets_another_secret(client_of, acme, alice, collected):
    answer = client_of(alice).post(collected[0] + "reset/", {"overlap_hours": "0"})
    assert answer.status_code == 409 and "dmk_" not in answer.content.decode()
    with as_staff():
        assert ApiSecret.objects.count() == 1


def test_an_administrator_revokes_it_with_a_reason(client_of, acme, alice, collected, deliver):
    page = collected[0]
    assert client_of(alice).post(page + "revoke/", {"revoke-reason": ""}).status_code == 422
    assert states() == ["active"]
    client_of(alice).post(page + "revoke/", {"revoke-reason": "Seen in a repository"})
    assert states() == ["revoked"] and row().reason == "Seen in a repository"
    assert "Seen in a repository" in deliver()[-1].body_text
    assert client_of(alice).post(page + "revoke/", {"revoke-reason": "Once more"}).status_code == 409


def test_the_carrier_can_revoke_a_key_that_leaked(client_of, acme, collected):
    owen = make.staff("Owen Kessler", "platform_admin")
    make.team(acme, owen, "account_director")
    browser = client_of(owen)
    browser.get("/e/204817/")
    assert browser.post(collected[0] + "revoke/", {"revoke-reason": "Found in a public place"}).status_code == 302
    assert states() == ["revoked"]


def test_keys_are_handed_over_and_the_known_secret_ends_some_days_later(
    client_of, acme, ana, alice, collected, deliver
):
    page, secret = collected
    nobody = client_of(alice).post(page + "hand-over/", {"hand_over-email": "nobody@acme.example"})
    assert nobody.status_code == 422 and row().owner_id == member_of(acme, ana).pk
    client_of(alice).post(page + "hand-over/", {"hand_over-email": alice.email})
    key = row()
    assert key.owner_id == member_of(acme, alice).pk and key.status == "active"
    with as_staff():
        ends = ApiSecret.objects.get(handle=secret[4:14]).ends_at
    assert timedelta(days=6) < ends - timezone.now() <= timedelta(days=7)
    assert {each.recipient for each in deliver() if each.kind == "api_key.handed_over"} == {
        alice.email,
        "robots@acme.example",
    }


def member_of(acme, person):
    with inside(acme):
        return Membership.objects.get(user=person)


def test_keys_go_to_nobody_who_may_not_hold_them(client_of, acme, alan, ana, alice, collected):
    answer = client_of(alice).post(collected[0] + "hand-over/", {"hand_over-email": alan.email})
    assert answer.status_code == 409
    assert row().owner_id == member_of(acme, ana).pk


# --- in time ---------------------------------------------------------------------------------------


def watch(*, days):
    """As the daily task does so many days from now."""
    key = row()
    with as_staff(), tenant_scope(key.enterprise_id):
        services.watch_key(key.enterprise_id, key.pk, at=timezone.now() + timedelta(days=days))


def told(deliver, kind):
    return [each for each in deliver() if each.kind == kind and each.recipient == "robots@acme.example"]


def test_the_end_is_warned_of_twice_and_told_once(client_of, acme, ana, collected, deliver):
    for days, warnings in ((0, 0), (20, 0), (35, 1), (36, 1), (55, 2), (58, 2)):
        watch(days=days)
        assert len(told(deliver, "api_key.ending")) == warnings, days
    assert states() == ["active"]
    for days in (62, 63):
        watch(days=days)
    assert states() == ["expired"] and len(told(deliver, "api_key.expired")) == 1
    with as_staff():
        assert ApiSecret.objects.filter(ends_at__isnull=True).count() == 0


def test_a_key_of_a_few_days_is_not_warned_of_from_its_first_day(client_of, acme, alice, deliver):
    day = timezone.localdate() + timedelta(days=3)
    ask(client_of(alice), expires_on=f"{day:%Y-%m-%d}")
    with inside(acme):
        ApiKey.objects.update(status="active")
    watch(days=0)
    assert told(deliver, "api_key.ending") == []


def test_the_task_ends_what_is_over_in_every_enterprise(client_of, acme, borealis, alice, bob):
    past = timezone.now() - timedelta(days=1)
    for owner, person in ((acme, alice), (borealis, bob)):
        make.api_key(owner, person, status="active", requested_at=past - timedelta(days=9), expires_at=past)
    with as_staff():
        tasks.watch_keys()
        tasks.watch_keys()
    assert states() == ["expired", "expired"]
    with as_staff():
        assert Event.objects.filter(kind="api_key.expired").count() == 2


def test_a_key_that_ended_before_it_was_approved_or_collected_is_refused(client_of, acme, alice):
    past = timezone.now() - timedelta(hours=1)
    key = make.api_key(acme, alice, requested_at=past - timedelta(days=9), expires_at=past)
    assert client_of(alice).post(f"{KEYS}{key.pk}/approve/").status_code == 409
    with inside(acme):
        ApiKey.objects.update(status="approved")
    assert client_of(alice).post(f"{KEYS}{key.pk}/collect/").status_code == 409
    with as_staff():
        assert ApiSecret.objects.count() == 0


def test_two_who_collect_at_once_get_one_secret(client_of, acme, alice):
    """Locked: the second finds it collected."""
    page = ask(client_of(alice))
    client_of(alice).post(page + "approve/")
    answers = [client_of(alice).post(page + "collect/").status_code for _ in range(2)]
    assert answers == [200, 409]
    with as_staff():
        assert ApiSecret.objects.count() == 1


def test_another_enterprises_administrator_finds_nothing(client_of, acme, bob, collected):
    page = collected[0]
    for path in (page, page.replace("204817", "305120")):
        assert client_of(bob).get(path).status_code == 404
        for move in ("approve/", "collect/", "revoke/", "hand-over/"):
            assert client_of(bob).post(path + move).status_code == 404
    assert states() == ["active"]


def test_nobody_reads_the_pages_who_is_not_signed_in(acme, collected):
    assert FaceClient("customer").get(collected[0]).status_code == 302
    with as_app():
        assert not ApiKey.objects.exists()  # outside of any scope there is nothing


# --- leaving ---------------------------------------------------------------------------------------


def remove(acme, alice, ana, heir=None):
    with as_app(), tenant_scope(acme.pk):
        actor = get_customer_actor(alice, acme)
        members = {each.user_id: each.pk for each in Membership.objects.filter(enterprise=acme)}
        heir_id = members[heir.pk] if heir else None
        return remove_member(members[ana.pk], heir_id=heir_id, actor=actor, at=timezone.now())


def test_a_leavers_keys_go_to_who_takes_over(acme, alice, ana, collected):
    remove(acme, alice, ana, heir=alice)
    assert states() == ["active"] and row().owner_id == member_of(acme, alice).pk


def test_a_leavers_keys_end_where_nobody_takes_over(client_of, acme, alice, ana, collected):
    ask(client_of(ana), name="Not yet approved")
    remove(acme, alice, ana)
    assert sorted(states()) == ["revoked", "withdrawn"]
    with as_staff():
        assert not ApiSecret.objects.filter(ends_at__isnull=True).exists()
    text = client_of(alice).get(collected[0]).content.decode()
    assert "Ana Souza left and nobody took it over" in text


def test_what_makes_a_key_takes_a_factor_shown_lately(client_of, acme, ana, alice):
    browser, other = client_of(ana), client_of(alice)
    browser.wait(minutes=60)
    answer = browser.post(KEYS + "request/", wish())
    assert answer.status_code == 302 and "/account/2fa/" in answer.url and states() == []
    page = ask(client_of(ana))
    other.wait(minutes=60)
    assert "/account/2fa/" in other.post(page + "approve/").url and states() == ["pending"]
    client_of(alice).post(page + "approve/")
    for move in ("collect/", "reset/"):
        assert "/account/2fa/" in browser.post(page + move).url
    assert states() == ["approved"]
