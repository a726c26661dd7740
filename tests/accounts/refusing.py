"""A rule that says no: in which words, and that nothing has changed by it."""

from contextlib import contextmanager

import pytest

from portal.errors import Refused
from tests.isolation.worlds import changed, everything


@contextmanager
def unchanged():
    """Whatever is done within leaves every row of every table as it was."""
    before = everything()
    yield
    found = changed(before, everything())
    assert not found, found


@contextmanager
def refused(words):
    with unchanged(), pytest.raises(Refused, match=words):
        yield
