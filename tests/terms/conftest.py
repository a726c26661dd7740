"""Owen, who keeps the carrier's terms, and his browser."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from tests import make


@pytest.fixture
def owen(db: None) -> User:
    return make.staff("Owen Kessler", "platform_admin")


@pytest.fixture
def browser(client_of: Callable[[User], Any], owen: User) -> Any:
    return client_of(owen)
