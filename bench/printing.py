"""An invoice as PDF: the portal's way, in a process with limits, against WeasyPrint called where one stands.

python -m bench.printing ENTERPRISE NUMBER runs inside a process of portal_app; ``measure`` starts it.
"""

import json
import sys
import time
from statistics import median

from bench.databases import World
from bench.processes import ask, environment
from bench.report import Figure

ROUNDS = 12


def measure(world: World) -> list[Figure]:
    variables = environment("large", "portal_app")
    told = ask("bench.printing", variables, str(world.enterprise_id), world.invoice_number)
    words = f"{told['ours']:.0f} ms against {told['raw']:.0f} ms"
    return [Figure("invoice as PDF / raw WeasyPrint", words, told["ours"] / told["raw"], 1.5)]


def main(enterprise_id: int, number: str) -> None:
    import django

    django.setup()
    from django.template.loader import render_to_string
    from django.utils import translation

    from billing.models import Invoice
    from billing.services import papers
    from portal import documents
    from portal.documents import printer
    from portal.tenancy import tenant_scope

    with tenant_scope(enterprise_id):
        content = papers._contents(Invoice.objects.get(enterprise_id=enterprise_id, number=number))
    how = {"language": "en", "time_zone": "America/Denver", "paper": documents.LETTER}
    frame = documents.frame(documents.LETTER)
    with translation.override("en"):
        html = render_to_string("documents/invoice.html", {**frame, **content})
    assets = {url: (asset.media_type, asset.content) for url, asset in documents.known_assets().items()}
    ours, raw = [], []
    for _ in range(ROUNDS + 2):
        raw.append(_seconds(lambda: printer.print_html(html, assets)))
        ours.append(_seconds(lambda: documents.render("documents/invoice.html", content, **how)))
    # The first two of each warm up.
    print(json.dumps({"ours": median(ours[2:]) * 1000, "raw": median(raw[2:]) * 1000}))


def _seconds(work) -> float:  # type: ignore[no-untyped-def]
    started = time.perf_counter()
    if not work().startswith(b"%PDF"):
        raise SystemExit("No PDF was made.")
    return time.perf_counter() - started


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
