"""Lists: filters and place in the URL, pages by key, capped counts."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import StaffVisit
from portal import lists
from portal.lists import Filter, ListPage, Sort
from tests import make
from tests.faces import inside

START = datetime(2026, 3, 1, tzinfo=UTC)
LIST = ListPage(
    sorts=[
        Sort("newest", "Newest", "started_at", is_descending=True),
        Sort("reason", "Reason", "reason"),
        Sort("number", "Number", "id", is_number=True),
    ],
    filters=[Filter("why", "Why", lambda rows, value: rows.filter(reason=value), choices=[("a", "A"), ("b", "B")])],
    page_size=10,
)


@pytest.fixture
def visits(acme, carol):
    """Twenty-five rows, five of which share each moment: ties that the id must settle."""
    card = make.card_of(carol)
    with inside(acme):
        StaffVisit.objects.bulk_create(
            StaffVisit(
                enterprise=acme, card=card, reason="ab"[n % 2],
                started_at=START + timedelta(hours=n // 5), until_at=START + timedelta(days=1),
            )
            for n in range(25)
        )  # fmt: skip
        yield StaffVisit.objects.filter(enterprise=acme)


def params(url):
    from urllib.parse import parse_qsl

    return dict(parse_qsl(url.lstrip("?")))


@pytest.mark.parametrize("sort", ["newest", "reason", "number"])
def test_walking_on_and_back_shows_every_row_once(visits, sort):
    pages, page = [], LIST.show(visits, {"sort": sort})
    while True:
        pages.append([row.pk for row in page.rows])
        if not page.next_url:
            break
        page = LIST.show(visits, params(page.next_url))
    assert [len(p) for p in pages] == [10, 10, 5]
    assert len({pk for p in pages for pk in p}) == 25
    back = LIST.show(visits, params(page.previous_url))
    assert [row.pk for row in back.rows] == pages[1]
    first = LIST.show(visits, params(back.previous_url))
    assert [row.pk for row in first.rows] == pages[0] and not first.previous_url


def test_filters_narrow_and_stay_in_the_links(visits):
    page = LIST.show(visits, {"why": "a"})
    assert page.is_filtered and {row.reason for row in page.rows} == {"a"}
    assert params(page.next_url)["why"] == "a"
    assert page.count_label == "13"


@pytest.mark.parametrize(
    "mangled",
    [
        {"why": "c"},
        {"sort": "x"},
        {"after": "!!"},
        {"after": "W10="},
        {"before": "WyJ4IiwxXQ=="},
        {"after": "bnVsbA=="},
        {"after": "WyIyMDI2LTAzLTAxVDAwOjAwWiIsIEluZmluaXR5XQ=="},  # an infinite id
        {"after": "WyJcdTAwMDAiLCAxXQ==", "sort": "reason"},  # a NUL, which the database's text cannot hold
        {"after": base64.urlsafe_b64encode(b"[" * 4000).decode()},
        {"after": base64.urlsafe_b64encode(b'["Infinity", 1]').decode(), "sort": "number"},
        {"after": base64.urlsafe_b64encode(b'["1e99", 1]').decode(), "sort": "number"},
    ],
)
def test_a_mangled_address_is_the_beginning(visits, mangled):
    assert len(LIST.show(visits, mangled).rows) == 10


def test_counts_stop_at_the_cap(visits, monkeypatch):
    monkeypatch.setattr(lists, "COUNT_CAP", 20)
    assert lists.count_label(visits) == "20+"
