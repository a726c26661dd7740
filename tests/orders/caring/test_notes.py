"""Internal notes never leak: a canary is looked for everywhere on the customers' side."""

import json

import pytest
from django.db import ProgrammingError, connection, transaction

from orders.models import InternalNote
from tests.faces import as_app, inside
from tests.isolation.canary import Crawl

CANARY, WORDS = "kx-internal-canary", "their boss is on leave"


def test_a_note_is_for_colleagues_alone(do, page, wave, alice, carol, client_of, deliver):
    assert do(carol, wave, "notes", note=f"{CANARY}: {WORDS}").status_code == 302
    assert CANARY in page(carol, wave)
    deliver()
    customer = client_of(alice)
    crawl = Crawl(customer, ("/e/204817/orders/", "/e/204817/audit/", "/e/204817/downloads/")).walk(
        "/e/204817/", f"/e/204817/orders/{wave.number}/", "/e/204817/audit/", "/e/204817/audit/export.csv",
        "/e/204817/orders/export.csv", f"/e/204817/search/?q={CANARY}", f"/api/v1/e/204817/orders/{wave.number}/",
        "/api/v1/e/204817/audit/",
    )  # fmt: skip
    assert len(crawl.pages) > 8
    for address, text in crawl.pages.items():
        # What was looked for stands on the page of the search itself.
        assert (WORDS if "search" in address else CANARY) not in text, address
        assert "internal note" not in text.lower(), address
    with inside(wave.enterprise):
        tables = ("portal_event", "portal_notice", "portal_todo", "portal_draft", "portal_storedfile", "orders_message")
        with connection.cursor() as cursor:
            for name in tables:
                cursor.execute(f"SELECT to_jsonb(t) FROM {name} t")
                assert CANARY not in json.dumps(cursor.fetchall(), default=str), name


def test_the_customers_side_cannot_read_the_table_at_all(wave, carol, do):
    do(carol, wave, "notes", note=CANARY)
    with inside(wave.enterprise):
        assert InternalNote.objects.get().text == CANARY
    with as_app(), pytest.raises(ProgrammingError), transaction.atomic():
        InternalNote.objects.first()


def test_an_empty_note_is_refused_and_a_customer_cannot_write_one(do, wave, carol, alice):
    assert do(carol, wave, "notes", note=" ").status_code == 422
    assert do(alice, wave, "notes", note="Hello").status_code == 404
    with inside(wave.enterprise):
        assert not InternalNote.objects.exists()
