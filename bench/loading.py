"""Loading a carrier: so many rows of enterprises, accounts, sites, services, orders, milestones and charges."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

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


def _write(folder: Path, rows: int) -> int:
    """The folder's files; returns how many rows they hold."""
    services = orders = rows * 15 // 100
    milestones, charges = rows // 2, rows // 5
    accounts, sites = ENTERPRISES * 4, ENTERPRISES * 10

    def tenant(n: int) -> str:
        return f"9{n % ENTERPRISES:05d}"

    files: dict[str, tuple[str, Iterable[str]]] = {
        "products": ("code,name,family", (f"p{n},Product {n},ip" for n in range(12))),
        "enterprises": ("public_id,legal_name", (f"{tenant(n)},Big Customer {n}" for n in range(ENTERPRISES))),
        "accounts": (
            "enterprise,number,name,currency",
            (f"{tenant(n)},Z-{n:05d},Account {n},USD" for n in range(accounts)),
        ),
        "sites": (
            "enterprise,code,name,city,country",
            (f"{tenant(n)},S{n:05d},Site {n},Denver,US" for n in range(sites)),
        ),
        "services": (
            "enterprise,number,product,account,a_site,bandwidth,status,started_on",
            (
                f"{tenant(n)},BIG-{n:06d},p{n % 12},Z-{n % accounts:05d},S{n % sites:05d},"
                f"1 Gbps,active,2024-{n % 12 + 1:02d}-01"
                for n in range(services)
            ),
        ),
        "orders": (
            "enterprise,number,type,status,account,product,service,title,customer_reference,placed_by,placed_on,"
            "committed_on,expected_on,monthly,one_time,term_months",
            (
                f'{tenant(n)},ORD-2025-{n + 10000:05d},new,in_progress,Z-{n % accounts:05d},p{n % 12},BIG-{n:06d},'
                f'"Order {n}, somewhere",PO {n},Some Body,'
                f"today-{n % 90 + 1},today+{n % 60},"
                f"today+{n % 70},{n % 9000}.50,100.00,36"
                for n in range(orders)
            ),
        ),
        "milestones": (
            "enterprise,order,position,kind,status,owner,planned_on,expected_on",
            (
                f"{tenant(n % orders)},ORD-2025-{n % orders + 10000:05d},{n // orders + 1},design,planned,carrier,"
                f"today-{n % 20 + 1},today+{n % 30}"
                for n in range(milestones)
            ),
        ),
        "charges": (
            "enterprise,code,account,service,text,amount,starts_on",
            (
                f'{tenant(n % services)},BC-{n:06d},Z-{n % services % accounts:05d},BIG-{n % services:06d},'
                f'"Dedicated Internet 1 Gbps, Denver",{n % 3000}.25,2024-05-01'
                for n in range(charges)
            ),
        ),
    }  # fmt: skip
    written = 0
    for name, (header, lines) in files.items():
        body = [header, *lines]
        written += len(body) - 1
        (folder / f"{name}.csv").write_text(os.linesep.join(body) + os.linesep)
    return written
