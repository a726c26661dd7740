"""Loading a carrier: so many rows of enterprises, accounts, sites, services, orders, milestones and charges."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from bench.processes import environment
from bench.report import Figure

ENTERPRISES = 200
SECONDS = 60.0


def measure(rows: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        written = _write(Path(folder), rows)
        started = time.perf_counter()
        command = [sys.executable, "manage.py", "load_carrier", folder]
        done = subprocess.run(command, env=environment("empty", "portal_owner"), capture_output=True, text=True)
        elapsed = time.perf_counter() - started
    if done.returncode:
        sys.stderr.write(done.stderr[-2000:])
        raise SystemExit("load_carrier failed.")
    budget = SECONDS * max(0.1, rows / 100_000)
    return [Figure(f"load_carrier, {written:,} rows, s", f"{written / elapsed:,.0f} rows a second", elapsed, budget)]


class Sizes(NamedTuple):
    """How many of each file's rows there are."""

    services: int
    orders: int
    milestones: int
    charges: int
    products: int = 12
    enterprises: int = ENTERPRISES
    accounts: int = ENTERPRISES * 4
    sites: int = ENTERPRISES * 10


def _tenant(n: int) -> str:
    return f"9{n % ENTERPRISES:05d}"


# file -> its header, and its n-th row
FILES: dict[str, tuple[str, Callable[[int, Sizes], str]]] = {
    "products": ("code,name,family", lambda n, of: f"p{n},Product {n},ip"),
    "enterprises": ("public_id,legal_name", lambda n, of: f"{_tenant(n)},Big Customer {n}"),
    "accounts": ("enterprise,number,name,currency", lambda n, of: f"{_tenant(n)},Z-{n:05d},Account {n},USD"),
    "sites": ("enterprise,code,name,city,country", lambda n, of: f"{_tenant(n)},S{n:05d},Site {n},Denver,US"),
    "services": (
        "enterprise,number,product,account,a_site,bandwidth,status,started_on",
        lambda n, of: (
            f"{_tenant(n)},BIG-{n:06d},p{n % 12},Z-{n % of.accounts:05d},S{n % of.sites:05d},"
            f"1 Gbps,active,2024-{n % 12 + 1:02d}-01"
        ),
    ),
    "orders": (
        "enterprise,number,type,status,account,product,service,title,customer_reference,placed_by,placed_on,"
        "committed_on,expected_on,monthly,one_time,term_months",
        lambda n, of: (
            f"{_tenant(n)},ORD-2025-{n + 10000:05d},new,in_progress,Z-{n % of.accounts:05d},p{n % 12},BIG-{n:06d},"
            f'"Order {n}, somewhere",PO {n},Some Body,today-{n % 90 + 1},today+{n % 60},today+{n % 70},'
            f"{n % 9000}.50,100.00,36"
        ),
    ),
    "milestones": (
        "enterprise,order,position,kind,status,owner,planned_on,expected_on",
        lambda n, of: (
            f"{_tenant(n % of.orders)},ORD-2025-{n % of.orders + 10000:05d},{n // of.orders + 1},design,planned,"
            f"carrier,today-{n % 20 + 1},today+{n % 30}"
        ),
    ),
    "charges": (
        "enterprise,code,account,service,text,amount,starts_on",
        lambda n, of: (
            f"{_tenant(n % of.services)},BC-{n:06d},Z-{n % of.services % of.accounts:05d},BIG-{n % of.services:06d},"
            f'"Dedicated Internet 1 Gbps, Denver",{n % 3000}.25,2024-05-01'
        ),
    ),
}


def _write(folder: Path, rows: int) -> int:
    """The folder's files; returns how many rows they hold."""
    of = Sizes(services=rows * 15 // 100, orders=rows * 15 // 100, milestones=rows // 2, charges=rows // 5)
    for name, (header, row) in FILES.items():
        lines = [header, *(row(n, of) for n in range(getattr(of, name)))]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return sum(of)
