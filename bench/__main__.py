"""make bench: seed, serve, measure side by side, print, and fail when a budget is broken."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable

from bench import bulk, crowd, databases, loading, moving, outbox, pages, plans, printing, report, wall, weight
from bench.processes import environment
from bench.report import SLACK, Figure

ORDERS, ROWS = 1_000_000, 100_000
# A smoke run is short, and a build machine is busy: it looks for what broke, not for what slowed.
SMOKE_SLACK = 2.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="a tenth of the size, and twice the budgets")
    parser.add_argument("--orders", type=int, help="orders in the large database; the small one has a hundredth")
    parser.add_argument(
        "--only",
        choices=["pages", "crowd", "wall", "weight", "plans", "outbox", "pdf", "loading", "moving", "bulk"],
        action="append",
    )
    given = parser.parse_args()
    scale = 10 if given.smoke else 1
    orders = given.orders or ORDERS // scale
    started = time.perf_counter()
    figures = _measure(orders, ROWS // scale, given.only, requests=pages.REQUESTS // scale)
    code = report.show(figures, SMOKE_SLACK if given.smoke else SLACK)
    print(f"It took {time.perf_counter() - started:.0f} s.")
    return code


def _measure(orders: int, rows: int, only: list[str] | None, *, requests: int) -> list[Figure]:
    # Called from a Makefile of another's environment, the servers must not write to it.
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    _prepare()
    large = databases.seed("large", "bare", orders)
    small = databases.seed("small", "bare", max(1000, orders // 100))
    sections: dict[str, Callable[[], list[Figure]]] = {
        "pages": lambda: pages.measure(large, small, requests=requests),
        "crowd": lambda: crowd.measure(large, requests=requests // 2),
        "wall": lambda: wall.measure(large),
        "weight": lambda: weight.measure(large),
        "plans": lambda: plans.measure(large),
        "outbox": lambda: _on_a_copy("work", "small", lambda: outbox.measure(small)),
        "pdf": lambda: printing.measure(large),
        "moving": lambda: _on_a_copy("work", "small", lambda: moving.measure(rows // 5)),
        "loading": lambda: _on_a_copy("empty", "bare", lambda: loading.measure(rows)),
        # Last, for it writes into the large one.
        "bulk": lambda: bulk.measure(large, min(bulk.ORDERS, rows // 100)),
    }
    found: list[Figure] = []
    for name, measure in sections.items():
        if only is None or name in only:
            print(f"measuring: {name}", flush=True)
            found += measure()
    return found


def _prepare() -> None:
    databases.make("bare")
    databases.migrate("bare")
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(collect, env=environment("bare", "portal_owner"), check=True)


def _on_a_copy(name: str, template: str, measure: Callable[[], list[Figure]]) -> list[Figure]:
    databases.make(name, template)
    try:
        return measure()
    finally:
        databases.drop(name)


if __name__ == "__main__":
    sys.exit(main())
