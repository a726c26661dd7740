"""Moves of accounts by API and as files: the same selectors and services as the pages."""

import csv
import io
import json

import pytest

from accounts.models import Move, MoveSide
from tests.accounts.test_account_moves import (
    ada,
    bert,
    carry,
    day,
    give,
    look,
    owen,
    owner_of,
    sides,
    the_move,
)  # fmt: skip
from tests.accounts.test_registration import bill
from tests.faces import as_staff, inside

__all__ = ["ada", "bert", "owen"]
pytestmark = pytest.mark.usefixtures("transactional_db")
OURS, THEIRS = "/api/v1/e/204817/moves/", "/api/v1/e/305120/moves/"


def post(client, path, **body):
    answer = client.post(path, json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


def asked(client, **fields):
    return post(client, f"{OURS}ask/", effective_on=f"{day():%Y-%m-%d}", why="Sold", **fields)


def rows(answer):
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return list(csv.reader(io.StringIO(text.decode().lstrip("\ufeff"))))


def test_an_account_is_asked_for_with_proof_agreed_to_approved_and_moves(
    ada, bert, owen, dora, client_of, acme, borealis, borealis_main
):
    invoice = bill(borealis_main, dora)
    status, made = asked(
        ada, what="account", accounts=[borealis_main.number], proof_kind="invoice", proof=invoice.number
    )
    assert (status, made["status"], made["state"], made["gives"]) == (201, "asked", "acknowledged", False)
    look()
    listed = ada.get(f"{OURS}?state=open").json()
    assert [each["id"] for each in listed["results"]] == [made["id"]]
    theirs = f"{THEIRS}{sides()['305120'].pk}/"
    assert bert.get(theirs).json()["other_name"].startswith("Acme")
    status, said = post(bert, f"{theirs}agree/")
    assert (status, said["said"]) == (200, "agreed")
    look()
    staff, case = client_of(owen), f"/api/v1/moves/{the_move().pk}/"
    assert post(staff, f"{case}approve/", grounds="")[0] == 422
    status, done = post(staff, f"{case}approve/", grounds="Called")
    assert (status, done["status"], [each["said"] for each in done["sides"]]) == (200, "approved", ["agreed"] * 2)
    assert len(carry()) == 1 and owner_of(borealis_main) == acme.pk
    assert ada.get(made["href"].replace("http://testserver", "")).json()["status"] == "done"


def test_what_is_refused_by_api_changes_nothing(ada, bert, alan, client_of, acme, acme_branch, borealis):
    assert asked(ada, what="give", other="305120")[0] == 422
    assert asked(ada, what="account", accounts=["5-X"], proof_kind="guess", proof="1")[0] == 422
    assert asked(ada, what="give", accounts=["9-NONE"], other="305120")[0] == 422
    assert asked(client_of(alan), what="give", accounts=[acme_branch.number], other="305120")[0] == 403
    assert sides() == {}
    give(ada, acme_branch)
    ours = sides()["204817"].pk
    assert bert.get(f"{THEIRS}{ours}/").status_code == 404
    assert post(bert, f"{THEIRS}{ours}/decline/", reason="no")[0] == 404
    assert client_of(alan).get(OURS).status_code == 403
    with as_staff():
        assert MoveSide.objects.get(pk=ours).status == "open" and Move.objects.get().status == "open"


def test_lists_of_moves_are_files_on_both_faces(ada, owen, client_of, acme, acme_branch, borealis):
    give(ada, acme_branch)
    with inside(acme):
        MoveSide.objects.update(why="=HYPERLINK(1)")
    found = rows(ada.get("/e/204817/moves/export.csv"))
    assert len(found) == 2 and acme_branch.number in found[1] and "305120" in found[1]
    assert not any(each.startswith("=") for each in found[1])
    staff = rows(client_of(owen).get("/moves/export.csv?state=open"))
    assert {"204817", "305120", acme_branch.number} <= set(staff[1])
    assert len(rows(client_of(owen).get("/moves/export.csv?state=done"))) == 1


def test_what_a_new_enterprise_is_like_is_said_by_api(ada, owen, client_of, acme_branch):
    assert asked(ada, what="new", accounts=[acme_branch.number])[0] == 201
    look()
    case = f"/api/v1/moves/{the_move().pk}/"
    new = {"legal_name": "Branch Lines LLC", "segment": "enterprise", "region": "na", "language": "en",
           "name": "Bea Lindo", "email": "bea@branch.example"}  # fmt: skip
    staff = client_of(owen)
    assert post(staff, f"{case}approve/", grounds="Seen")[0] == 409
    assert post(staff, f"{case}found/", **{**new, "segment": "none"})[0] == 422 and the_move().founding is None
    assert post(staff, f"{case}found/", **new)[0] == 200
    assert post(staff, f"{case}approve/", grounds="Seen")[1]["status"] == "approved"
