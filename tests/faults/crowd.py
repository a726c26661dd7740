"""People who work on while things break, and the account of what became of what they did."""

import http.client
import itertools
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from tests.faults.site import Site

# 300 events where every change is tested, 1,500 in `make audit`.
EVENTS = 1500 if os.environ.get("DEMARC_AUDIT") else 300
_TOKEN = "c" * 32
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Answer:
    """What one request was answered; 0 where nobody answered."""

    note: str
    status: int
    seconds: float
    retry_after: str = ""
    body: str = ""


def ask(site: Site, path: str, *, face: str = "staff", session: str = "", form: dict[str, str] | None = None,
        headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], str]:  # fmt: skip
    """One request by a browser of its own; raises OSError or HTTPException where nobody answers."""
    port = site.staff_port if face == "staff" else site.customer_port
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    cookies = f"{face}-session={session}; {face}-csrf={_TOKEN}"
    given = {"Host": f"localhost:{port}", "Cookie": cookies, **(headers or {})}
    try:
        if form is None:
            line.request("GET", path, headers=given)
        else:
            given["Content-Type"] = "application/x-www-form-urlencoded"
            line.request("POST", path, urlencode({**form, "csrfmiddlewaretoken": _TOKEN}), given)
        answer = line.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode(errors="replace")
    finally:
        line.close()


class Crowd:
    """Care managers who write notes, each of which is an event with one mail."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.answers: list[Answer] = []
        self.since: int = site.ask("SELECT coalesce(max(id), 0) FROM portal_event")[0][0]

    def write(self, note: str = "") -> Answer:
        """One note on one milestone."""
        world, number = self.site.world, next(_numbers)
        note = note or f"Note {number}"
        # Each on an order of its own: they wait for no one's lock.
        place = number % len(world["staff"])
        milestone = world["milestones"][place * 4 + number // 4 % 4]
        path = f"/e/{world['public_id']}/orders/milestones/{milestone}/annotate/"
        began = time.monotonic()
        try:
            status, headers, body = ask(self.site, path, session=world["staff"][place], form={"note": note})
        except (OSError, http.client.HTTPException):
            status, headers, body = 0, {}, ""
        answer = Answer(note, status, time.monotonic() - began, headers.get("retry-after", ""), body)
        self.answers.append(answer)
        return answer

    @contextmanager
    def writing(self, count: int, *, pace: float = 0.0) -> Iterator[None]:
        """Three people write that many notes beside what the test does; ends when they have."""
        left = itertools.count()

        def work() -> None:
            while next(left) < count:
                self.write()
                time.sleep(pace)

        people = [threading.Thread(target=work) for _ in range(3)]
        for each in people:
            each.start()
        yield
        for each in people:
            each.join()

    # --- the account ---------------------------------------------------------------------------

    def settle(self, seconds: float = 300) -> None:
        """Until every event is told and every notice has its end."""
        self.site.until(lambda: self._open() == 0, seconds, "every event and notice to have its end")

    def _open(self) -> int:
        found = self.site.ask(
            "SELECT (SELECT count(*) FROM portal_todo t WHERE t.event_id > %s AND t.state IN ('waiting', 'working'))"
            " + (SELECT count(*) FROM portal_notice n WHERE n.event_id > %s AND n.state IN ('waiting', 'working'))",
            self.since, self.since,
        )  # fmt: skip
        return int(found[0][0])

    def notices(self) -> list[tuple[str, str, str, int, int, str]]:
        """Key, Message-ID, state, attempts, doubts and last error of each notice."""
        rows = self.site.ask(
            "SELECT message_id, state, attempts, doubts, last_error FROM portal_notice WHERE event_id > %s ORDER BY id",
            self.since,
        )
        return [(mid.strip("<>").partition("@")[0], mid, *rest) for mid, *rest in rows]

    def check(self, *, doubled: int = 0, failed: int = 0) -> None:
        """Nothing lost, at most so many doubled, each copy with the same Message-ID, and exactly so many failed."""
        sink = self.site.sink
        events = self.site.ask(
            "SELECT e.facts->>'note', (SELECT string_agg(t.state, ',') FROM portal_todo t WHERE t.event_id = e.id),"
            " (SELECT count(*) FROM portal_notice n WHERE n.event_id = e.id)"
            " FROM portal_event e WHERE e.id > %s AND e.kind = 'milestone.noted'",
            self.since,
        )
        written = {note for note, _, _ in events}
        assert [a.note for a in self.answers if a.status == 302 and a.note not in written] == []
        assert [row for row in events if row[1:] != ("done", 1)] == []
        notices = self.notices()
        lost = [key for key, _, state, *_ in notices if state == "done" and not sink.taken[key]]
        assert lost == []
        states = [state for _, _, state, *_ in notices]
        assert states.count("failed") == failed and set(states) <= {"done", "failed"}
        twice = [row for row in notices if sink.taken[row[0]] > 1]
        assert sink.doubled() <= doubled, f"{sink.doubled()} doubled, {doubled} allowed: {twice}"
        assert all(sink.message_ids[key] == {mid} for key, mid, *_ in notices if sink.message_ids[key])
