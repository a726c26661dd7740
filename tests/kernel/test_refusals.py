"""What the rules refuse is said to the person, with the way out, and nothing is written."""

from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from django.utils.functional import Promise

from accounts.models import User
from orders import selectors
from orders.models import Milestone
from portal.errors import Refused
from portal.models import CarrierTerm, Event
from tests import make
from tests.faces import as_staff, inside

ROOT = Path(__file__).parents[2]
TERM = "/terms/billing.payment_days"
HTMX = {"HX-Request": "true"}


def every_refusal() -> set[type[Refused]]:
    for app in ("portal", "accounts", "inventory", "orders", "billing"):
        for path in (ROOT / app).rglob("*.py"):
            if "(Refused)" in path.read_text() or "(IllegalMove)" in path.read_text():
                import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    found, waiting = set(), [Refused]
    while waiting:
        each = waiting.pop()
        if each not in found and not each.__module__.startswith("tests"):
            found.add(each)
            waiting += each.__subclasses__()
    return found


def _too_many(client_of, carol, acme_main, monkeypatch):
    from orders import lists

    make.order(acme_main)
    monkeypatch.setattr(lists, "EXPORT_CAP", 0)
    return client_of(carol).get("/e/204817/orders/export.csv")


def _complete_twice(client_of, carol, acme_main, monkeypatch):
    order = make.order(acme_main)
    with as_staff():
        step = Milestone.objects.filter(order=order).order_by("position").first()
    browser = client_of(carol)
    path = f"/e/204817/orders/milestones/{step.pk}/complete/"
    assert browser.post(path).status_code == 302
    return browser.post(path)


def _owen(client_of):
    return client_of(make.staff("Owen Kessler", "platform_admin"))


def _typed(**fields):
    begins = date.today() + timedelta(days=30)
    return {
        "value": "45",
        "starts_on": str(begins),
        "reason": "Decided by the board",
        "seen": "0",
        "confirmed": "1",
        **fields,
    }


def _set_unseen(client_of, carol, acme_main, monkeypatch):
    browser = _owen(client_of)
    browser.post(f"{TERM}/set/", _typed())
    return browser.post(f"{TERM}/set/", _typed(value="50"))


def _withdraw_twice(client_of, carol, acme_main, monkeypatch):
    browser = _owen(client_of)
    browser.post(f"{TERM}/set/", _typed())
    with as_staff():
        pk = CarrierTerm.objects.get().pk
    browser.post(f"{TERM}/{pk}/withdraw/", {"reason": "Thought again"})
    return browser.post(f"{TERM}/{pk}/withdraw/", {"reason": "Thought again"})


PROVOKED: dict[str, Callable[..., object]] = {
    "Refused": _too_many,
    "IllegalMove": _complete_twice,
    "TermMoved": _set_unseen,
    "TermBegun": _withdraw_twice,
}
# Raised where no request waits; their words stand in a journal or in an answer of another form.
ELSEWHERE = {
    "DocumentsUnavailable": "the printing task notes it in the carrier's journal",
    "WrongAnswers": "beside each question: tests/orders/planning/test_plan.py",
    "Edited": "two who change one record: tests/accounts/test_billing_accounts.py",
    "NumberTaken": "beside the number's field: tests/accounts/test_many_accounts.py",
    "ContactKnown": "beside the address's field: tests/accounts/test_billing_accounts.py",
    "GroupHeld": "with what hangs on the group: tests/accounts/test_account_groups.py",
    "LastAdministrator": "of the carrier's people: tests/accounts/test_staff.py",
    "Renamed": "two who name one service: tests/inventory/test_services.py",
    "RoleMoved": "two who change one role: tests/accounts/test_staff_roles.py",
    "BeyondReach": "of the carrier's people: tests/accounts/test_staff_roles.py",
    "Claimed": "caught where a registration is judged: tests/accounts/test_registration.py",
    "Outdated": "two who change one person's rights: tests/accounts/test_rights.py",
    "PlaceMoved": "two who change one place in a team: tests/accounts/test_teams.py",
    "DocumentTooHeavy": "the printing task notes it in the carrier's journal",
    "NotAccepted": "stands beside the field of files: tests/kernel/test_files_in.py",
    "Overtaken": "two who write one order: tests/orders/placing/test_writing.py",
    "Assigned": "two who take one order: tests/orders/placing/test_races.py",
    "StillUnderWay": "a problem of the API: tests/kernel/test_api.py",
}


def test_every_refusal_is_provoked_here_or_said_to_be_raised_elsewhere():
    assert {each.__name__ for each in every_refusal()} == set(PROVOKED) | set(ELSEWHERE)


def test_every_refusal_is_worded_with_a_way_out_in_every_language():
    for each in every_refusal():
        for words in (each.message, each.way_out):
            assert isinstance(words, Promise) and str(words).endswith("."), each


@pytest.mark.parametrize("name", PROVOKED)
def test_a_refusal_is_a_page_with_the_way_out_and_writes_nothing(client_of, carol, acme_main, monkeypatch, name):
    answer = PROVOKED[name](client_of, carol, acme_main, monkeypatch)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert 'role="alert"' in text and "<html" in text and "Back to where you were" in text
    with as_staff():
        told = list(Event.objects.values_list("kind", flat=True))
        assert len(told) == len(set(told)) or name == "Refused", told


@pytest.fixture
def broken_rule(monkeypatch, acme, acme_main):
    """A selector that refuses, after something was written in the same request."""

    def refuse(actor):
        user = User.objects.get(pk=actor.user_id)
        user.language = "pt"
        user.save(update_fields=["language"])
        raise Refused("The books are closed.", way_out="Come back on Monday.")

    monkeypatch.setattr(selectors, "list_orders", refuse)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_refusal_that_no_view_expects_is_shown_and_undoes_the_request(client_of, acme, alice, broken_rule, headers):
    where = {
        "Referer": f"http://testserver/e/{acme.public_id}/",
        "HX-Current-URL": f"http://testserver/e/{acme.public_id}/",
    }
    answer = client_of(alice).get(f"/e/{acme.public_id}/orders/", headers={**where, **headers})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "The books are closed." in text and "Come back on Monday." in text
    assert ("<html" in text) is not bool(headers)
    with inside(acme):
        assert User.objects.get(pk=alice.pk).language == alice.language != "pt"
