"""The suite sees: with both locks open at once, the other enterprise's rows are on the page."""

from collections.abc import Iterator

import pytest

from portal import tenancy
from tests.isolation import worlds
from tests.isolation.conftest import set_wall


@pytest.fixture(scope="module")
def no_locks(django_db_setup: None) -> Iterator[None]:
    set_wall("DISABLE")
    tenancy.FILTERS_ARE_ON = False
    yield
    tenancy.FILTERS_ARE_ON = True
    set_wall("ENABLE")


@pytest.mark.parametrize(
    ("page", "thing"), [("orders/", "order"), ("billing/", "invoice"), ("billing/disputes/", "dispute")]
)
def test_with_both_locks_open_a_leak_shows(no_locks, acmes, boreals, page, thing):
    text = worlds.administrator(boreals.enterprise).get(f"/e/{boreals.enterprise.public_id}/{page}").content.decode()
    assert getattr(acmes, thing).number in text


def test_with_both_locks_open_a_foreign_thing_is_there(no_locks, acmes, boreals):
    browser = worlds.administrator(boreals.enterprise)
    assert browser.get(f"/e/{boreals.enterprise.public_id}/orders/{acmes.order.number}/").status_code == 200
