"""From event to mailbox: tell, claim, send, mark, retry.

A notice is leased before it is sent and marked after, and the sending stands outside every
transaction. Whatever is killed in between, the relay finds the row again. SMTP knows no
exactly-once, so a kill between the server's acceptance and our mark sends a second copy with
the same Message-ID.
"""

import logging
import smtplib
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import formataddr
from typing import TypeVar

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.message import utf8_charset_qp
from django.db import Error, connection, transaction
from django.db.models import Q
from django.utils import timezone

from portal import celery, events, notices, together
from portal.actors import Actor
from portal.errors import IllegalMove
from portal.models import Event, Export, Notice, Todo
from portal.smtp import Doubtful
from portal.tables import Queue
from portal.tenancy import tenant_scope

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=settings.LEASE_SECONDS)
NUDGE = timedelta(seconds=settings.HINT_SECONDS)
BATCH = 500  # hints that may wait for the workers before the relay gives none
MOST_ATTEMPTS = 20  # of a row whose workers vanish one after the other
BACK_OFF = [timedelta(seconds=seconds) for seconds in settings.BACK_OFF]
TASKS: dict[type[Queue], str] = {Todo: "portal.tell", Notice: "portal.send", Export: "portal.export"}
RETRIED: dict[type[Queue], str] = {Todo: "todo.retried", Notice: "notice.retried"}
OPEN = [Queue.State.WAITING, Queue.State.WORKING]

Row = TypeVar("Row", Todo, Notice)


def relay(now: datetime) -> int:
    """Hint at what is due, whoever forgot it, up to as many hints as may wait; returns how many it gave.

    Without that bound slow workers drown: the same rows would be hinted at again and again, faster
    than a worker finds that there is nothing left to do.
    """
    waiting = celery.waiting(settings.CELERY_TASK_DEFAULT_QUEUE)
    if waiting is None:
        return 0
    given = 0
    for queue, task in TASKS.items():
        given += _relay(queue, task, now, room=max(BATCH - waiting - given, 0))
    return given


def _relay(queue: type[Queue], task: str, now: datetime, *, room: int) -> int:
    unhinted = Q(hinted_at=None) | Q(hinted_at__lte=now - NUDGE)
    due = queue.objects.filter(unhinted, state__in=OPEN, due_at__lte=now)  # type: ignore[attr-defined]
    with transaction.atomic():
        rows = list(
            due.order_by("due_at")
            .select_for_update(skip_locked=True)
            .values_list("id", "enterprise_id", "state")[:room]
        )
        _set_hinted(queue, [pk for pk, _, _ in rows], now)
    # After the commit: a worker passes over a row that is locked.
    hints = _grouped(rows, is_together=queue is Todo)
    for place, (enterprise_id, keys) in enumerate(hints):
        if not celery.hint(task, enterprise_id=enterprise_id, pk=keys if len(keys) > 1 else keys[0]):
            _set_hinted(queue, [pk for _, left in hints[place:] for pk in left], None)
            return place
    return len(hints)


def _grouped(rows: list[tuple[int, int, str]], *, is_together: bool) -> list[tuple[int, list[int]]]:
    """What is hinted at together: what waits in one enterprise. Whose worker vanished may be why, and goes alone."""
    found: list[tuple[int, list[int]]] = []
    last: dict[int, list[int]] = {}
    for pk, enterprise_id, state in rows:
        is_one_of_many = is_together and state == Queue.State.WAITING
        if is_one_of_many and len(last.get(enterprise_id, ())) in range(1, together.MOST):
            last[enterprise_id].append(pk)
            continue
        found.append((enterprise_id, [pk]))
        if is_one_of_many:
            last[enterprise_id] = found[-1][1]
    return found


def _set_hinted(queue: type[Queue], ids: list[int], at: datetime | None) -> None:
    queue.objects.filter(id__in=ids).update(hinted_at=at)  # type: ignore[attr-defined]


def tell(enterprise_id: int, todo_ids: int | list[int], *, now: datetime) -> list[int]:
    """Turn an event, or some of one enterprise, into their notices; a second call finds nothing left to do."""
    ids = [todo_ids] if isinstance(todo_ids, int) else todo_ids
    todos = _claim_all(Todo, enterprise_id, ids, now)
    if len(todos) > 1:
        try:
            with tenant_scope(enterprise_id):
                return _tell(todos, now)
        except Exception as error:
            # Which of them it was, each says by itself; those that are sound are told.
            log.warning("Telling %d events together failed: %s", len(todos), type(error).__name__)
    told, failure = list[int](), None
    for todo in todos:
        try:
            with tenant_scope(enterprise_id):
                told += _tell([todo], now)
        except Exception as error:
            # A poisoned event steps aside, is tried a few times, and then waits for a person.
            _postpone(todo, error, now=timezone.now())
            failure = error
    if failure:
        raise failure
    return told


def _tell(todos: list[Todo], now: datetime) -> list[int]:
    mine = _mark_told(todos)
    if not mine:
        return []
    enterprise_id = mine[0].enterprise_id
    rows = Event.objects.filter(enterprise_id=enterprise_id, pk__in=[each.event_id for each in mine])
    told = list(rows.order_by("pk"))
    Notice.objects.bulk_create(notices.write(told, at=now), ignore_conflicts=True)
    written = Notice.objects.filter(enterprise_id=enterprise_id, event__in=told)
    ids = list(written.order_by("pk").values_list("pk", flat=True))
    if len(told) == 1:
        for pk in ids:
            events.hint_after_commit("portal.send", enterprise_id, pk)
    # Of many the relay hints, as many as may wait: a thousand mails at once would keep a sign-in's behind them.
    return ids


def _mark_told(todos: list[Todo]) -> list[Todo]:
    """Mark those that are still this worker's: of the others the lease ran out."""
    rows = Todo.objects.filter(enterprise_id=todos[0].enterprise_id, pk__in=[each.pk for each in todos])
    held = rows.filter(state=Queue.State.WORKING).order_by("pk").select_for_update()
    attempts = dict(held.values_list("pk", "attempts"))
    mine = [each for each in todos if attempts.get(each.pk) == each.attempts]
    rows.filter(pk__in=[each.pk for each in mine]).update(state=Queue.State.DONE, lease_until=None, last_error="")
    return mine


def send(enterprise_id: int, notice_id: int, *, now: datetime) -> bool:
    """Send one notice, if nobody else is doing so; True when the server took it."""
    notice = claim(enterprise_id, notice_id, now=now)
    if notice is None:
        return False
    try:
        _deliver(notice)
    except Exception as error:
        failure = error  # Python forgets the name at the end of the clause
        _insist(notice, lambda: _mark_failure(notice, failure, now=timezone.now()))
        return False
    sent_at = timezone.now()
    return _insist(notice, lambda: _mark(notice, state=Queue.State.DONE, sent_at=sent_at, last_error=""))


def _insist(notice: Notice, write: Callable[[], bool]) -> bool:
    """Write down what only this worker knows: a database that restarts is waited for, as long as the lease lasts.

    Without it, a mail that the server took while the database was away would be sent twice.
    """
    pause = 0.1
    while True:
        try:
            return write()
        except Error:
            is_late = notice.lease_until is None or timezone.now() + timedelta(seconds=2 * pause) > notice.lease_until
            if is_late or connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(pause)
            pause = min(2 * pause, 2.0)


def claim(enterprise_id: int, notice_id: int, *, now: datetime) -> Notice | None:
    """Take the lease; the count of attempts is the token that fences off an older worker."""
    return _claim(Notice, enterprise_id, notice_id, now)


def _claim(queue: type[Row], enterprise_id: int, pk: int, now: datetime) -> Row | None:
    return next(iter(_claim_all(queue, enterprise_id, [pk], now)), None)


def _claim_all(queue: type[Row], enterprise_id: int, ids: list[int], now: datetime) -> list[Row]:
    """One statement, for it is run once a mail: taken, counted and read, or passed over as somebody else's.

    A row whose worker vanished is taken alone: with others, it would take them along each time.
    """
    lease = now + LEASE
    values = {"enterprise": enterprise_id, "ids": ids, "now": now, "lease": lease, "most": MOST_ATTEMPTS}
    with tenant_scope(enterprise_id):
        statement = _CLAIM.format(table=queue._meta.db_table)
        taken = list(queue.objects.raw(statement, {**values, "is_one": len(ids) == 1}))
        if len(taken) < len(ids):
            _give_up(queue, enterprise_id, ids, now)
        return sorted(taken, key=lambda row: row.pk)


_CLAIM = """
    UPDATE {table} SET state = 'working', attempts = attempts + 1, lease_until = %(lease)s, due_at = %(lease)s
     WHERE id = ANY(ARRAY(SELECT id FROM {table}
                  WHERE enterprise_id = %(enterprise)s AND id = ANY(%(ids)s) AND attempts < %(most)s
                    AND (state = 'waiting' OR %(is_one)s AND state = 'working' AND lease_until < %(now)s)
                  ORDER BY id FOR UPDATE SKIP LOCKED))
       AND enterprise_id = %(enterprise)s
 RETURNING *"""


def _give_up(queue: type[Row], enterprise_id: int, ids: list[int], now: datetime) -> None:
    """A row whose workers vanished one after the other is left to a person."""
    free = Q(state=Queue.State.WAITING) | Q(state=Queue.State.WORKING, lease_until__lt=now)
    lost = queue.objects.filter(free, enterprise_id=enterprise_id, pk__in=ids, attempts__gte=MOST_ATTEMPTS)
    lost.update(state=Queue.State.FAILED, lease_until=None, last_error="Every worker was lost.")


def _mark(row: Queue, **values: object) -> bool:
    """Write the outcome, unless the lease ran out and another worker has the row."""
    with tenant_scope(row.enterprise_id):
        mine = type(row).objects.filter(  # type: ignore[attr-defined]
            enterprise_id=row.enterprise_id, pk=row.pk, attempts=row.attempts, state=Queue.State.WORKING
        )
        return bool(mine.update(lease_until=None, **values) == 1)


def _postpone(row: Queue, error: Exception, *, now: datetime, **values: object) -> bool:
    """Try later; after the given number of attempts, leave it to a person."""
    if row.attempts > len(BACK_OFF):
        return _mark(row, state=Queue.State.FAILED, last_error=_words(error), **values)
    due_at = now + BACK_OFF[row.attempts - 1]
    return _mark(row, state=Queue.State.WAITING, due_at=due_at, hinted_at=None, last_error=_words(error), **values)


def _mark_failure(notice: Notice, error: Exception, *, now: datetime) -> bool:
    """What no further try can change fails at once; anything else is tried again for a day and more."""
    doubts = notice.doubts + isinstance(error, Doubtful)
    if _is_final(error):
        return _mark(notice, state=Queue.State.FAILED, last_error=_words(error), doubts=doubts)
    return _postpone(notice, error, now=now, doubts=doubts)


def _words(error: Exception) -> str:
    """What was said, as staff read it beside the row."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(_answer(code, said) for code, said in error.recipients.values())[:500]
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)[:500]
    if isinstance(error, OSError):
        return (error.strerror or str(error) or type(error).__name__)[:500]
    return f"{type(error).__name__}: {error}"[:500]


def _answer(code: int, said: bytes | str) -> str:
    return f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"


def _is_final(error: Exception) -> bool:
    """Whether it speaks of this mailbox or this mail; what speaks of the server would fail every mail there is."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return 500 <= error.smtp_code < 600
    # What its secret was to be made of is gone.
    return isinstance(error, ObjectDoesNotExist)


def _deliver(notice: Notice) -> None:
    message = message_of(notice)
    message.connection = get_connection(timeout=settings.EMAIL_TIMEOUT)
    message.send()


def message_of(notice: Notice) -> EmailMultiAlternatives:
    """The mail as it leaves, its secret filled in."""
    text, html = notice.body_text, notice.body_html
    if notice.secret:
        secret = notices.SECRETS[notice.secret](_event_of(notice))
        text, html = (body.replace(notices.SECRET_MARK, secret) for body in (text, html))
    message = EmailMultiAlternatives(
        subject=notice.subject,
        body=text,
        to=[formataddr((" ".join(notice.recipient_name.split()), notice.recipient))],
        headers={
            "Message-ID": notice.message_id,
            # The same on every attempt, for receivers whose servers give Message-IDs of their own.
            "X-Portal-Key": notice.message_id.strip("<>").partition("@")[0],
            "X-Portal-Event": notice.kind,
            "Auto-Submitted": "auto-generated",
            **_unsubscribe(notice),
        },
    )
    # Django sends UTF-8 as 8bit, which some machine readers garble.
    message.encoding = utf8_charset_qp
    if html:
        message.attach_alternative(html, "text/html")
    for name, content, media_type in _enclosed(notice):
        message.attach(name, content, media_type)
    return message


def _unsubscribe(notice: Notice) -> dict[str, str]:
    """What lets mail programs offer one button for it (RFC 8058)."""
    if not notice.mute_url:
        return {}
    return {"List-Unsubscribe": f"<{notice.mute_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _event_of(notice: Notice) -> Event:
    with tenant_scope(notice.enterprise_id):
        event: Event = notice.event
    return event


def _enclosed(notice: Notice) -> list[tuple[str, bytes, str]]:
    kind = notices.KINDS.get(notice.kind)
    if kind is None or kind.encloses is None:
        return []
    event = _event_of(notice)
    with tenant_scope(notice.enterprise_id):
        return list(kind.encloses(event))


def send_again(notice: Notice, *, now: datetime) -> Notice:
    """A further copy of a notice, word for word, beside the first in the log.

    Raises nothing: a second click makes a second copy, each in the log.
    """
    copies = Notice.objects.filter(
        enterprise_id=notice.enterprise_id, event_id=notice.event_id, recipient=notice.recipient
    )
    # The first is the lock: who waits for the latest would not see the copy made meanwhile.
    copies.select_for_update().get(copy=0)
    again = copies.get(pk=notice.pk)
    again.pk, again.copy = None, copies.latest("copy").copy + 1
    again.state, again.attempts, again.last_error = Queue.State.WAITING, 0, ""
    again.lease_until, again.hinted_at, again.sent_at, again.doubts = None, None, None, 0
    again.created_at = again.due_at = now
    again.message_id = notices.message_id(again)
    again.save(force_insert=True)
    events.hint_after_commit("portal.send", again.enterprise_id, again.pk)
    return again


@transaction.atomic
def try_again(row: Todo | Notice, *, actor: Actor, at: datetime) -> None:
    """Put what failed back into its queue, with all its attempts before it; a notice keeps its Message-ID.

    Raises IllegalMove unless it has failed.
    """
    queue = type(row)
    locked = queue.objects.select_for_update(of=("self",)).get(enterprise_id=row.enterprise_id, pk=row.pk)
    if locked.state != Queue.State.FAILED:
        raise IllegalMove
    locked.state, locked.attempts, locked.due_at, locked.hinted_at = Queue.State.WAITING, 0, at, None
    locked.save(update_fields=["state", "attempts", "due_at", "hinted_at"])
    events.record(RETRIED[queue], subject=locked, actor=actor, at=at)
    events.hint_after_commit(TASKS[queue], locked.enterprise_id, locked.pk)
