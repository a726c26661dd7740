"""The cast, and the database in which each test plays the roles that the portal has.

Alice administers Acme, Alan sees one account of it, Bob administers Borealis and must see
nothing of Acme. Of the carrier's people Carol is Acme's care manager, Dora a billing analyst,
Erin a technician.
"""

import gc
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, connections
from django.test import TransactionTestCase
from django.utils import timezone, translation
from xdist.scheduler import LoadScopeScheduling

from accounts.models import Account, Enterprise, StaffMember, User
from accounts.services import ship_house_and_roles
from portal import celery, delivery
from portal.models import Notice, Todo
from portal.tenancy import acting_as
from tests import make
from tests.faces import FaceClient, as_app, as_staff, inside, playing


class Together(LoadScopeScheduling):
    """Tests that share a portal of their own run in one process, one after the other; others wherever there is room.

    By their folder: the groups that xdist has itself do nothing beside this pytest.
    """

    FOLDERS = ("tests/journeys/", "tests/faults/")

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in self.FOLDERS if nodeid.startswith(folder)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    return Together(config, log)


# Few tests, each of which takes long: begun last, they would leave one of two processes idle.
LONG = ("tests/journeys/", "tests/isolation/", "tests/architecture/", "tests/faults/", "tests/setup/")

# They walk through everything and ask one thing of it: what they alone reach has no test of its own.
WALKS = tuple(f"tests/isolation/test_{each}.py" for each in ("routes", "ids", "canary", "histories", "markup"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: next((n for n, folder in enumerate(LONG) if item.nodeid.startswith(folder)), len(LONG)))
    for item in items:
        if item.nodeid.startswith(WALKS):
            item.add_marker("no_cover")


def pytest_collection_finish() -> None:
    """What was loaded so far stays: looking through it for garbage again and again costs a tenth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _use(user: str) -> None:
    """Connect as somebody else from now on."""
    connection.close()
    connection.settings_dict["USER"] = user
    # The server knows its superuser by the machine's own users.
    connection.settings_dict["PASSWORD"] = "" if user == "postgres" else os.environ[f"{user.upper()}_PASSWORD"]


@pytest.fixture(scope="session")
def django_db_setup(
    request: Any, django_db_blocker: Any, django_db_keepdb: bool, django_db_modify_db_settings: None
) -> Iterator[None]:
    """The owner makes the database; the tests run as portal_test."""
    from django.test.utils import setup_databases, teardown_databases

    with django_db_blocker.unblock():
        _use("portal_owner")
        config = setup_databases(verbosity=0, interactive=False, keepdb=django_db_keepdb)
        _grant_connect()
        _use("portal_test")
    yield
    with django_db_blocker.unblock():
        _use("portal_owner")
        teardown_databases(config, verbosity=0, keepdb=django_db_keepdb)


def _grant_connect() -> None:
    with connection.cursor() as cursor:
        name = connection.settings_dict["NAME"]
        for role in ("portal_test", "portal_app", "portal_staff", "portal_dispatch"):
            cursor.execute(f'GRANT CONNECT ON DATABASE "{name}" TO {role}')


@pytest.fixture(autouse=True, scope="session")
def _owner_flushes() -> Iterator[None]:
    """A transactional test is wiped by the owner, who then puts back what migrate shipped."""
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", _flush_as_owner)
    yield
    patch.undo()


def _flush_as_owner(_case: TransactionTestCase) -> None:
    connections.close_all()
    _use("portal_owner")
    with acting_as("portal_owner"):
        call_command("flush", verbosity=0, interactive=False, allow_cascade=True, inhibit_post_migrate=True)
        ship_house_and_roles()
    _use("portal_test")


@pytest.fixture(autouse=True)
def _plays_the_customers_side(request: pytest.FixtureRequest) -> Iterator[None]:
    """Unless a test says otherwise it looks at the database as the customers' processes do."""
    if not {"db", "transactional_db"} & set(request.fixturenames) and not request.node.get_closest_marker("django_db"):
        yield
        return
    request.getfixturevalue("db")
    with playing("portal_app"):
        yield


@pytest.fixture(autouse=True)
def hints(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """The hints given to the broker; no worker listens in tests."""
    given: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(celery, "hint", lambda task, **kwargs: given.append((task, kwargs)) or True)
    monkeypatch.setattr(celery, "waiting", lambda queue: 0)
    return given


@pytest.fixture(autouse=True)
def _settings(settings: Any, tmp_path: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files", "base_url": None},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.WHITENOISE_AUTOREFRESH = True
    # A test that computes a code may be slower than the clock's step.
    settings.MFA_TOTP_TOLERANCE = 1
    settings.SIGN_ON_DNS = "127.0.0.1:9"  # nobody listens; no test asks a name server of the world
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    # Rate limits live there, and each test is a new day.
    cache.clear()
    # The last request of another test left its reader's language behind.
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def acme(db: None) -> Enterprise:
    return make.enterprise("Acme Freight, Inc.", public_id="204817")


@pytest.fixture
def borealis(db: None) -> Enterprise:
    return make.enterprise("Borealis Minera S.A.", public_id="305120", language="es", country="CL", region="latam")


@pytest.fixture
def acme_main(acme: Enterprise) -> Account:
    return make.account(acme, "Acme main", number="5-KTR2P")


@pytest.fixture
def acme_branch(acme: Enterprise) -> Account:
    return make.account(acme, "Acme branch", number="5-KTR3Q")


@pytest.fixture
def borealis_main(borealis: Enterprise) -> Account:
    return make.account(borealis, "Borealis principal", number="7-BOR1A", currency="USD")


@pytest.fixture
def alice(acme: Enterprise) -> User:
    person = make.user("alice@acme.example", time_zone="America/Denver")
    make.member(acme, person, "Alice Moreau", title="Network manager", is_administrator=True)
    return person


@pytest.fixture
def alan(acme: Enterprise, acme_branch: Account) -> User:
    person = make.user("alan@acme.example")
    member = make.member(acme, person, "Alan Tran", title="Branch manager")
    for permission in ("order.view", "billing.view"):
        make.grant(member, permission, acme_branch)
    return person


@pytest.fixture
def bob(borealis: Enterprise) -> User:
    person = make.user("bob@borealis.example", language="es", time_zone="America/Santiago")
    make.member(borealis, person, "Bob Fuentes", is_administrator=True)
    return person


@pytest.fixture
def carol(acme: Enterprise) -> User:
    person = make.staff("Carol Okafor", "care_manager")
    make.team(acme, person, "care_manager")
    return person


@pytest.fixture
def dora(db: None) -> User:
    return make.staff("Dora Brandt", "billing_analyst")


@pytest.fixture
def erin(db: None) -> User:
    return make.staff("Erin Sato", "technician")


@pytest.fixture
def client_of(db: None) -> Callable[[User], FaceClient]:
    """A browser in which the person has signed in, on the face that is theirs."""

    def sign_in(person: User) -> FaceClient:
        with as_staff():
            is_staff = StaffMember.objects.filter(user=person).exists()
        return FaceClient("staff" if is_staff else "customer").sign_in(person)

    return sign_in


@pytest.fixture
def deliver(db: None) -> Callable[[], list[Notice]]:
    """Tell and send all that waits, as the workers do; returns the notices there are."""

    def run() -> list[Notice]:
        now = timezone.now()
        with as_staff():
            todos = list(Todo.objects.filter(state="waiting").values_list("enterprise_id", "pk").order_by("pk"))
        with as_app():
            for enterprise_id, pk in todos:
                delivery.tell(enterprise_id, pk, now=now)
        with as_staff():
            waiting = list(Notice.objects.filter(state="waiting").values_list("enterprise_id", "pk").order_by("pk"))
        with as_app():
            for enterprise_id, pk in waiting:
                delivery.send(enterprise_id, pk, now=now)
        with as_staff():
            return list(Notice.objects.order_by("pk"))

    return run


__all__ = ["inside"]
