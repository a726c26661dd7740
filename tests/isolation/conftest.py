"""Two enterprises with all they can have, and the locks of the tenants' door, opened one at a time."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import Account, Enterprise, User
from portal import tenancy
from portal.tables import Kind, tables
from portal.tenancy import acting_as
from tests.conftest import _use
from tests.isolation.worlds import World, the_owner, world_of

AUDIT = bool(os.environ.get("DEMARC_AUDIT"))
AS_BUILT, WALL_ALONE, FILTERS_ALONE = "as built", "the wall alone", "the filters alone"


@contextmanager
def undone() -> Iterator[None]:
    """A transaction that leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def superuser(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Be who may break anything, in a transaction that is undone."""
    with django_db_blocker.unblock():
        _use("postgres")
        try:
            with acting_as("portal_owner"), undone():
                yield
        finally:
            connection.close()
            _use("portal_test")


@pytest.fixture(scope="module", params=[AS_BUILT, WALL_ALONE, FILTERS_ALONE])
def locks(request: pytest.FixtureRequest, django_db_setup: None) -> Iterator[str]:
    """Which of the two locks hold: the whole suite passes with each of them alone.

    Modules that use it use it everywhere: it is set before the test's own transaction begins.
    """
    if request.param == WALL_ALONE:
        tenancy.FILTERS_ARE_ON = False
    if request.param == FILTERS_ALONE:
        set_wall("DISABLE")
    yield request.param
    tenancy.FILTERS_ARE_ON = True
    if request.param == FILTERS_ALONE:
        set_wall("ENABLE")


def set_wall(verb: str) -> None:
    with the_owner() as cursor:
        for name, model in tables().items():
            if model.table_kind is Kind.TENANT_OWNED:
                cursor.execute(f'ALTER TABLE "{name}" {verb} ROW LEVEL SECURITY')


@pytest.fixture
def is_full(locks: str) -> bool:
    """Whether to ask everything: as built always, with one lock open in the audit; else a sample."""
    return AUDIT or locks == AS_BUILT


@pytest.fixture
def in_turn(is_full: bool) -> Callable[[list[Any]], list[Any]]:
    """All of them; where a sample is enough a third of them, another third each day."""
    day = date.today().toordinal()
    return lambda things: things if is_full else things[day % 3 :: 3]


@pytest.fixture
def acmes(acme: Enterprise, acme_main: Account, alice: User, dora: User) -> World:
    return world_of(acme, acme_main, alice, dora)


@pytest.fixture
def boreals(borealis: Enterprise, borealis_main: Account, bob: User, dora: User) -> World:
    return world_of(borealis, borealis_main, bob, dora)
