"""Backup and restore, by the very lines of docs/operations.md, from one PostgreSQL to another."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from portal.embedded import account, home, postgres
from portal.embedded.contract import PASSWORDS, inherited

PAGE = home.CHECKOUT / "docs" / "operations.md"
SCOPED = "SELECT set_config('portal.enterprise_id', %s, true)"


def lines(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found, f"docs/operations.md has no lines called {name}"
    return found[1]


class Site:
    """A PostgreSQL, a folder of files, and the shell of an operator who looks after both."""

    def __init__(self, folder: Path, secrets: dict[str, str]) -> None:
        self.cluster = postgres.Cluster(home.prepare(folder), account.server_account(), postgres.THROWAWAY)
        self.secrets = secrets
        self.files = folder / "files"
        self.cluster.start()

    def shell(self, script: str, where: Path) -> None:
        tools = f"{self.cluster.bin}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        variables = {
            **inherited(os.environ), **self.secrets, "PATH": tools, "PYTHONPATH": str(home.CHECKOUT),
            "DJANGO_SETTINGS_MODULE": "portal.settings", "PORTAL_ROLE": "portal_owner", "FACE": "customer",
            "DATABASE_URL": self.cluster.url("demarc"), "OWNER_URL": self.cluster.url("demarc", "portal_owner"),
            "PGPASSWORD": self.secrets["PORTAL_OWNER_PASSWORD"], "PORTAL_ADMIN_URL": self.cluster.admin_url,
            "FILES_DIR": str(self.files), "DEMO": "1", "VALKEY_URL": "unix:///nowhere", "LC_ALL": "C.UTF-8",
        }  # fmt: skip
        done = subprocess.run(["bash", "-euc", script], cwd=where, env=variables, capture_output=True, text=True)
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"

    def ask(self, question: str, role: str = "portal_owner", enterprise: int | None = None) -> list[tuple[object, ...]]:
        password = self.secrets[f"{role.upper()}_PASSWORD"]
        with psycopg2.connect(self.cluster.url("demarc", role), password=password) as connection:
            cursor = connection.cursor()
            if enterprise:
                cursor.execute(SCOPED, [str(enterprise)])
            cursor.execute(question)
            found = cursor.fetchall()
        connection.close()
        return found

    def rows(self) -> dict[str, str]:
        """Each table with a digest of all its rows."""
        tables = self.ask("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        digest = "SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM \"{}\" t"
        return {str(name): str(self.ask(digest.format(name))[0][0]) for (name,) in tables}


@pytest.fixture
def desk() -> Iterator[Path]:
    # Where the servers' user may come through, which it cannot in pytest's own folders of root.
    made = Path(tempfile.mkdtemp(prefix="demarc-test-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def sites(desk: Path) -> Iterator[tuple[Site, Site]]:
    secrets = home.secrets_of(desk, ["SECRET_KEY", *PASSWORDS])
    old, new = Site(desk / "old", secrets), Site(desk / "new", secrets)
    yield old, new
    for site in (old, new):
        site.cluster.stop()


def test_the_lines_of_the_manual_bring_everything_back(sites: tuple[Site, Site], desk: Path) -> None:
    old, new = sites
    at = f"cd {home.CHECKOUT}\n"
    old.shell(
        f"{at}python manage.py provision; python manage.py migrate; python manage.py load_carrier demo/carrier", desk
    )
    (old.files / "invoices").mkdir(parents=True)
    (old.files / "invoices" / "a.pdf").write_bytes(b"%PDF-1.7")
    old.shell(lines("backup"), desk)

    for name in ("manage.py", "demo"):
        (desk / name).symlink_to(home.CHECKOUT / name)
    new.shell(lines("restore"), desk)

    assert new.rows() == old.rows()
    sequences = "SELECT sequencename, last_value FROM pg_sequences ORDER BY 1"
    assert new.ask(sequences) == old.ask(sequences)
    assert (new.files / "invoices" / "a.pdf").read_bytes() == b"%PDF-1.7"
    # The walls came along: the customers' role sees one enterprise inside its scope, and nothing outside.
    assert new.ask("SELECT count(*) FROM orders_order", "portal_app") == [(0,)]
    one = old.ask("SELECT enterprise_id, count(*) FROM orders_order GROUP BY 1 ORDER BY 2 DESC LIMIT 1")[0]
    inside = "SELECT count(*), count(DISTINCT enterprise_id) FROM orders_order"
    assert new.ask(inside, "portal_app", int(str(one[0]))) == [(one[1], 1)]
