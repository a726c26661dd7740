"""One site for all fault tests; each begins with every process up and a mail server that is good."""

from collections.abc import Iterator

import pytest

from tests.faults.crowd import Crowd
from tests.faults.site import Site


@pytest.fixture(scope="session")
def running() -> Iterator[Site]:
    site = Site()
    try:
        site.start()
        yield site
    finally:
        site.close()


@pytest.fixture
def site(running: Site) -> Iterator[Site]:
    running.sink.reset()
    yield running
    running.sink.reset()
    running.until(running.is_up, 60, "the portal to be up again")


@pytest.fixture
def crowd(site: Site) -> Crowd:
    """Theirs alone is counted: what the test before left on its way has come."""
    everything = Crowd(site)
    everything.since = 0
    everything.settle(60)
    site.sink.reset()
    return Crowd(site)
