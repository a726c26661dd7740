"""What a page weighs on the wire: at first with all it needs, and after, when its parts are kept."""

import gzip
import re
import zlib
from urllib.parse import urlsplit

from bench.databases import World
from bench.processes import Server, environment, serving
from bench.report import Figure

FIRST_KB, AFTER_KB = 200, 40
_PARTS = re.compile(r'<(?:link|script|img|use)\b[^>]*?(?:href|src)="(/static/[^"#]+)')


def measure(world: World) -> list[Figure]:
    variables = environment("large", "portal_app")
    with serving("portal.wsgi:application", variables, world.session) as server:
        place = f"/e/{world.public_id}"
        pages = {
            "order list": f"{place}/orders/",
            "order page": f"{place}/orders/{world.order_number}/",
            "invoice page": f"{place}/billing/invoices/{world.invoice_number}/",
        }
        return [figure for name, path in pages.items() for figure in _weigh(server, name, path)]


def _weigh(server: Server, name: str, path: str) -> list[Figure]:
    _, answer, body = server.get(path)
    html = gzip.decompress(body) if answer.getheader("Content-Encoding") == "gzip" else body
    parts = {urlsplit(address).path for address in _PARTS.findall(html.decode())}
    kept = sum(_part(server, part) for part in parts)
    page = len(body) / 1000
    return [
        Figure(f"{name}, first visit, kB", f"{len(parts)} parts", page + kept, FIRST_KB, is_exact=True),
        Figure(f"{name}, later visits, kB", f"{len(html) / 1000:.0f} kB uncompressed", page, AFTER_KB, is_exact=True),
    ]  # fmt: skip


def _part(server: Server, path: str) -> float:
    _, answer, body = server.get(path)
    if "immutable" not in (answer.getheader("Cache-Control") or ""):
        raise SystemExit(f"{path} is not kept by browsers, so that each page would fetch it again.")
    if answer.getheader("Content-Encoding") is None and len(zlib.compress(body)) < 0.8 * len(body):
        raise SystemExit(f"{path} is sent uncompressed.")
    return len(body) / 1000
