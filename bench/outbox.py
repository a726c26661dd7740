"""Mails through the outbox against raw smtplib: the same mail written with the standard library, a connection for each.

python -m bench.outbox ENTERPRISE PORT runs inside a process of portal_app; ``measure`` starts it and the
mail server beside it.
"""

import json
import smtplib
import subprocess
import sys
import time
from email.message import EmailMessage
from statistics import median

from bench.databases import World
from bench.processes import ask, environment, free_port
from bench.report import Figure

BATCH, ROUNDS = 40, 6
TEXT, HTML = "It is done.\n" * 30, "<p>It is done.</p>" * 60


def measure(world: World) -> list[Figure]:
    port = free_port()
    sink = subprocess.Popen([sys.executable, "-m", "bench.sink", str(port)])
    try:
        variables = environment("work", "portal_app", EMAIL_URL=f"smtp://127.0.0.1:{port}")
        told = ask("bench.outbox", variables, str(world.enterprise_id), str(port))
    finally:
        sink.terminate()
        sink.wait(10)
    words = f"{told['ours']:.0f} against {told['raw']:.0f} mails a second"
    return [
        Figure(
            "outbox: claim, write, send, mark / raw smtplib: write, connect, send",
            words,
            told["ours"] / told["raw"],
            0.5,
            at_least=True,
        )
    ]


def main(enterprise_id: int, port: int) -> None:
    import django

    django.setup()
    from django.utils import timezone

    from portal import delivery

    ids = _write(enterprise_id, BATCH * (ROUNDS + 1))
    ours, raw = [], []
    for n in range(ROUNDS + 1):
        raw.append(_rate(lambda: [_send_raw(port, k) for k in range(BATCH)]))
        batch = ids[n * BATCH : (n + 1) * BATCH]
        ours.append(_rate(lambda: [delivery.send(enterprise_id, pk, now=timezone.now()) for pk in batch]))  # noqa: B023
    # The first of each warms up.
    print(json.dumps({"ours": median(ours[1:]), "raw": median(raw[1:])}))


def _rate(work) -> float:  # type: ignore[no-untyped-def]
    started = time.perf_counter()
    done = work()
    if not all(done):
        raise SystemExit("A mail was not sent.")
    return len(done) / (time.perf_counter() - started)


def _write(enterprise_id: int, many: int) -> list[int]:
    """So many notices that wait, as an event leaves them."""
    from django.utils import timezone

    from portal.models import Event, Notice
    from portal.tenancy import tenant_scope

    with tenant_scope(enterprise_id):
        event = Event.objects.filter(enterprise_id=enterprise_id).latest("at")
        now = timezone.now()
        made = Notice.objects.bulk_create(
            Notice(
                enterprise_id=enterprise_id, event=event, kind=event.kind, recipient=f"r{n}@out.example", language="en",
                subject="Order completed", body_text=TEXT, body_html=HTML,
                message_id=f"<b{n}@out.example>", created_at=now, due_at=now,
            )
            for n in range(many)
        )  # fmt: skip
        return [notice.pk for notice in made]


def _send_raw(port: int, n: int) -> bool:
    """What a script without an outbox does for each mail: write it, connect, hand it over."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Order completed", "portal@out.example", f"r{n}@out.example"
    message["Message-ID"] = f"<raw{n}@out.example>"
    message.set_content(TEXT)
    message.add_alternative(HTML, subtype="html")
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
        server.send_message(message)
    return True


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
