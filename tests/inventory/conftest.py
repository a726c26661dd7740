"""Acme's services, and a colleague who sees them on one account alone."""

from typing import Any

import pytest

from accounts.models import Account, Enterprise, User
from inventory.models import Service
from tests import make


@pytest.fixture
def wave(acme: Enterprise, acme_main: Account) -> Service:
    """A wavelength from Denver to Reno with a name of the customer's own and one from before a migration."""
    ends = {"a_site": make.site(acme, "Denver", code="DEN-HQ"), "z_site": make.site(acme, "Reno", code="RNO-HUB")}
    made = make.service(acme_main, number="WV-10G-003318", alias="West ring", bandwidth="10 Gbps", **ends)
    make.identifier(made, "NT4410027-1", "former")
    make.identifier(made, "+1 303 555 0121", "btn")
    return made


@pytest.fixture
def branch_line(acme_branch: Account) -> Service:
    return make.service(acme_branch, number="ET-1G-000077")


@pytest.fixture
def viewer(acme: Enterprise, acme_main: Account) -> User:
    """Sees the services of one account, and names none."""
    person = make.user("vera@acme.example")
    make.grant(make.member(acme, person, "Vera View"), "service.view", acme_main)
    return person


@pytest.fixture
def place(acme: Enterprise) -> str:
    return f"/e/{acme.public_id}/services/"


@pytest.fixture
def names(client_of: Any, alice: User, place: str) -> Any:
    """The file of names, sent by the administrator."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    browser = client_of(alice)

    def send(content: str = "", *, sealed: str = "") -> Any:
        data = {"sealed": sealed} if sealed else {"file": SimpleUploadedFile("names.csv", content.encode())}
        return browser.post(f"{place}names/", data)

    return send
