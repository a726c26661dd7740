"""make bench: seed, serve, measure side by side, print, and fail when a budget is broken."""

import argparse
import http.client
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

WARM_UPS, REQUESTS, ROUNDS, SLACK = 20, 200, 3, 1.15
PORTS = {"portal": 8765, "bare": 8766}
APPLICATIONS = {"portal": "portal.wsgi:application", "bare": "bench.bare:application"}
# page -> budget as a ratio of its median to the bare view's
BUDGETS = {"order list": 5.0, "order page": 5.0}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--orders", type=int, default=100_000)
    world = _seed(parser.parse_args().orders)
    pages = {
        "bare view": ("bare", f"/bare/{world.enterprise_id}/"),
        "order list": ("portal", f"/e/{world.public_id}/orders/"),
        "order page": ("portal", f"/e/{world.public_id}/orders/{world.order_number}/"),
    }
    with _serving("portal"), _serving("bare"):
        results = [_round(pages, world.session) for _ in range(ROUNDS)]
    return _report({name: min(r[name] for r in results) for name in pages})


def _seed(orders: int):  # type: ignore[no-untyped-def]
    os.environ["PORTAL_ROLE"] = "portal_owner"
    import django

    django.setup()
    from django.core.management import call_command

    from bench.world import build

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    started = time.perf_counter()
    world = build(orders)
    print(f"{orders:,} orders with 4 milestones each seeded in {time.perf_counter() - started:.0f} s")
    return world


@contextmanager
def _serving(name: str) -> Iterator[None]:
    port = str(PORTS[name])
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--workers", "1", "--host",
               "127.0.0.1", "--port", port, "--blocking-threads", "2", APPLICATIONS[name]]  # fmt: skip
    settings = "bench.bare_settings" if name == "bare" else "portal.settings"
    environment = {**os.environ, "PORTAL_ROLE": "portal_app", "FACE": "customer", "DJANGO_SETTINGS_MODULE": settings,
                   "CUSTOMER_URL": f"http://127.0.0.1:{port}"}  # fmt: skip
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(PORTS[name])
        yield
    finally:
        server.terminate()
        server.wait(10)


def _wait(port: int) -> None:
    for _ in range(100):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=1).request("GET", "/healthz")
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"Nothing answers on port {port}.")


def _round(pages: dict[str, tuple[str, str]], session: str) -> dict[str, tuple[float, float]]:
    """Interleaved requests, so that a slow moment of the machine meets all alike; (p50, p95) in ms."""
    lines = {name: http.client.HTTPConnection("127.0.0.1", port, timeout=30) for name, port in PORTS.items()}
    times: dict[str, list[float]] = {name: [] for name in pages}
    for n in range(WARM_UPS + REQUESTS):
        for name, (server, path) in pages.items():
            elapsed = _get(lines[server], path, session)
            if n >= WARM_UPS:
                times[name].append(elapsed)
    return {name: (statistics.median(t), statistics.quantiles(t, n=20)[18]) for name, t in times.items()}


def _get(line: http.client.HTTPConnection, path: str, session: str) -> float:
    started = time.perf_counter()
    line.request("GET", path, headers={"Cookie": f"customer-session={session}"})
    answer = line.getresponse()
    answer.read()
    if answer.status != 200:
        raise SystemExit(f"{path} answered {answer.status}.")
    return (time.perf_counter() - started) * 1000


def _report(best: dict[str, tuple[float, float]]) -> int:
    base = best["bare view"][0]
    broken = False
    print(f"{'':14}{'p50 ms':>9}{'p95 ms':>9}{'ratio':>8}{'budget':>8}")
    for name, (p50, p95) in best.items():
        budget = BUDGETS.get(name)
        ratio = p50 / base
        broken = broken or (budget is not None and ratio > budget * SLACK)
        print(f"{name:14}{p50:9.2f}{p95:9.2f}{ratio:8.2f}{budget if budget else '':>8}")
    print("A budget is broken." if broken else "Every budget holds.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
