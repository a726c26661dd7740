"""What the isolation suite needs besides the cast: the superuser's hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from portal.tenancy import acting_as
from tests.conftest import _use


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
