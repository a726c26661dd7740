"""A small carrier folder, and the command that loads it as its owner does."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Enterprise
from tests.faces import connected_as

DEMO = Path(__file__).parents[2] / "demo" / "carrier"

# The smallest carrier that has a row of every file.
SMALL = {
    "terms.csv": "name,value,starts_on\nstaff.visit_minutes,45,2026-01-01\n",
    "products.csv": "code,name,family\nwave-10g,Wavelength 10 Gbps,wavelength\n",
    "staff.csv": (
        "email,name,title,languages,role,password,totp_secret\n"
        "cara@northvane.example,Cara Holm,Care manager,en es,care_manager,a-long-first-word,JBSWY3DPEHPK3PXP\n"
    ),
    "enterprises.csv": "public_id,legal_name,country\n410001,Pinefall Mills,US\n410002,Molinos Sur,CL\n",
    "accounts.csv": (
        "enterprise,number,name,currency,address\n"
        '410001,5-PIN1,Pinefall main,USD,"1 Mill Road\nDuluth, MN"\n'
        "410002,8-MOL1,Molinos,CLP,\n"
    ),
    "people.csv": "email,language,password\npat@pinefall.example,en,another-long-word\nnils@pinefall.example,en,\n",
    "memberships.csv": (
        "enterprise,person,name,administrator,default\n"
        "410001,pat@pinefall.example,Pat Lund,yes,yes\n"
        "410002,pat@pinefall.example,Pat Lund,no,no\n"
        "410001,nils@pinefall.example,Nils Aker,no,yes\n"
    ),
    "grants.csv": "enterprise,person,permission,account\n410001,nils@pinefall.example,order.view,5-PIN1\n",
    "contacts.csv": "enterprise,account,email,name,wants_orders\n410001,,noc@pinefall.example,NOC,yes\n",
    "team.csv": "enterprise,role,staff\n410001,care_manager,cara@northvane.example\n",
    "sites.csv": "enterprise,code,name,city,country\n410001,DLH,Mill,Duluth,US\n410002,ANF,Planta,Antofagasta,CL\n",
    "services.csv": (
        "enterprise,number,product,account,a_site,status,started_on\n"
        "410001,WV-10G-000001,wave-10g,5-PIN1,DLH,active,2024-03-01\n"
    ),
    "orders.csv": (
        "enterprise,number,status,account,product,care_manager,title,placed_on,committed_on,monthly\n"
        "410001,ORD-2026-00077,in_progress,5-PIN1,wave-10g,cara@northvane.example,Wave to Duluth,"
        "today-20,today+20,2850.00\n"
    ),
    "milestones.csv": (
        "enterprise,order,position,kind,status,owner,planned_on,expected_on,completed_at\n"
        "410001,ORD-2026-00077,1,acknowledged,completed,carrier,today-18,today-18,today-18 14:20\n"
        "410001,ORD-2026-00077,2,design,in_progress,carrier,today+2,today+2,\n"
    ),
    "charges.csv": (
        "enterprise,code,account,service,text,amount,starts_on\n"
        "410001,CH-1,5-PIN1,WV-10G-000001,Wavelength,2850.00,2024-03-01\n"
    ),
}


@dataclass
class Outcome:
    """What the command said, and whether it refused."""

    out: str
    err: str
    refusal: str

    @property
    def faults(self) -> list[str]:
        return self.err.splitlines()


@pytest.fixture(autouse=True)
def _in_the_demo(settings: Any) -> None:
    settings.DEMO = True


@pytest.fixture
def owner(transactional_db: None) -> Iterator[None]:
    with connected_as("portal_owner"):
        yield


@pytest.fixture
def owner_who_writes_nothing(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """For loads that are refused: there is nothing to wipe afterwards, and that is asserted."""
    with django_db_blocker.unblock(), connected_as("portal_owner"):
        yield
        assert not Enterprise.objects.filter(is_house=False).exists()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small carrier, for a test to spoil."""
    for name, text in SMALL.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def run_command(where: Path, *options: str) -> Outcome:
    """The command on a folder."""
    out, err, refusal = io.StringIO(), io.StringIO(), ""
    try:
        call_command("load_carrier", str(where), *options, stdout=out, stderr=err, no_color=True)
    except CommandError as error:
        refusal = str(error)
    return Outcome(out.getvalue(), err.getvalue(), refusal)


@pytest.fixture
def load() -> Callable[..., Outcome]:
    return run_command
