"""From event to mailbox: tell, claim, send, mark, retry.

A notice is leased before it is sent and marked after, and the sending stands outside every
transaction. Whatever is killed in between, the relay finds the row again. SMTP knows no
exactly-once, so a kill between the server's acceptance and our mark sends a second copy with
the same Message-ID.
"""

import smtplib
from datetime import datetime, timedelta
from email.utils import formataddr

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.message import utf8_charset_qp
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal import celery, events, notices
from portal.models import Export, Notice, Todo
from portal.tables import Queue
from portal.tenancy import tenant_scope

LEASE = timedelta(seconds=60)  # longer than sending one mail can take
NUDGE = timedelta(seconds=30)  # how long a hint has before the relay gives another
BATCH = 500
MOST_ATTEMPTS = 20  # of a notice whose workers vanish one after the other
BACK_OFF = [timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 1440)]
TASKS: dict[type[Queue], str] = {Todo: "portal.tell", Notice: "portal.send", Export: "portal.export"}


def relay(now: datetime) -> int:
    """Hint at everything due, whoever forgot it; returns how much that was."""
    return sum(_relay(model, task, now) for model, task in TASKS.items())


def _relay(model: type[Queue], task: str, now: datetime) -> int:
    due = model.objects.filter(state__in=[Queue.State.WAITING, Queue.State.WORKING], due_at__lte=now)  # type: ignore[attr-defined]
    with transaction.atomic():
        rows = list(
            due.order_by("due_at").select_for_update(skip_locked=True).values_list("id", "enterprise_id")[:BATCH]
        )
        model.objects.filter(id__in=[pk for pk, _ in rows]).update(due_at=now + NUDGE)  # type: ignore[attr-defined]
    for pk, enterprise_id in rows:
        if not celery.hint(task, enterprise_id=enterprise_id, pk=pk):
            break
    return len(rows)


def tell(enterprise_id: int, todo_id: int, *, now: datetime) -> list[int]:
    """Turn an event into its notices; a second call finds nothing left to do."""
    try:
        with tenant_scope(enterprise_id):
            return _tell(enterprise_id, todo_id, now)
    except Exception as error:
        _postpone_todo(enterprise_id, todo_id, now, error)
        raise


def _tell(enterprise_id: int, todo_id: int, now: datetime) -> list[int]:
    todo = (
        Todo.objects.filter(enterprise_id=enterprise_id, pk=todo_id, state=Queue.State.WAITING)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("event")
        .first()
    )
    if todo is None:
        return []
    Notice.objects.bulk_create(notices.write(todo.event, at=now), ignore_conflicts=True)
    todo.state = Queue.State.DONE
    todo.save(update_fields=["state"])
    ids = list(Notice.objects.filter(enterprise_id=enterprise_id, event=todo.event).values_list("id", flat=True))
    for pk in ids:
        events.hint_after_commit("portal.send", enterprise_id, pk)
    return ids


def _postpone_todo(enterprise_id: int, todo_id: int, now: datetime, error: Exception) -> None:
    """A poisoned event steps aside, is tried a few times, and then waits for a person."""
    with tenant_scope(enterprise_id):
        todo = Todo.objects.filter(enterprise_id=enterprise_id, pk=todo_id).select_for_update().first()
        if todo is None or todo.state != Queue.State.WAITING:
            return
        todo.attempts += 1
        _postpone(todo, now, error)
        todo.save(update_fields=["state", "due_at", "attempts", "last_error"])


def _postpone(row: Queue, now: datetime, error: object) -> None:
    """After the given number of attempts: try later, or leave it to a person."""
    row.last_error = str(error)[:500]
    if row.attempts > len(BACK_OFF):
        row.state = Queue.State.FAILED
    else:
        row.state, row.due_at = Queue.State.WAITING, now + BACK_OFF[row.attempts - 1]


def send(enterprise_id: int, notice_id: int, *, now: datetime) -> bool:
    """Send one notice, if nobody else is doing so; True when the server took it."""
    notice = claim(enterprise_id, notice_id, now=now)
    if notice is None:
        return False
    try:
        _deliver(notice)
    except Exception as error:
        _mark_failure(notice, error, now=timezone.now())
        return False
    return _mark(notice, state=Queue.State.DONE, sent_at=timezone.now(), last_error="")


def claim(enterprise_id: int, notice_id: int, *, now: datetime) -> Notice | None:
    """Take the lease; the count of attempts is the token that fences off an older worker."""
    free = Q(state=Queue.State.WAITING) | Q(state=Queue.State.WORKING, lease_until__lt=now)
    with tenant_scope(enterprise_id):
        notice = (
            Notice.objects.filter(free, enterprise_id=enterprise_id, pk=notice_id)
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("event")
            .first()
        )
        if notice is None:
            return None
        if notice.attempts >= MOST_ATTEMPTS:
            notice.state, notice.lease_until, notice.last_error = Queue.State.FAILED, None, "Every worker was lost."
            notice.save(update_fields=["state", "lease_until", "last_error"])
            return None
        notice.state, notice.attempts = Queue.State.WORKING, notice.attempts + 1
        notice.lease_until = notice.due_at = now + LEASE
        notice.save(update_fields=["state", "attempts", "lease_until", "due_at"])
        return notice


def _mark(notice: Notice, **values: object) -> bool:
    with tenant_scope(notice.enterprise_id):
        mine = Notice.objects.filter(
            enterprise_id=notice.enterprise_id, pk=notice.pk, attempts=notice.attempts, state=Queue.State.WORKING
        )
        return mine.update(lease_until=None, **values) == 1


def _mark_failure(notice: Notice, error: Exception, *, now: datetime) -> None:
    """What no further try can change fails at once; anything else is tried again for a day and more."""
    if _is_final(error):
        _mark(notice, state=Queue.State.FAILED, last_error=str(error)[:500])
        return
    _postpone(notice, now, error)
    _mark(notice, state=notice.state, due_at=notice.due_at, last_error=notice.last_error)


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
        secret = notices.SECRETS[notice.secret](notice.event)
        text, html = (body.replace(notices.SECRET_MARK, secret) for body in (text, html))
    message = EmailMultiAlternatives(
        subject=notice.subject,
        body=text,
        to=[formataddr((" ".join(notice.recipient_name.split()), notice.recipient))],
        headers={"Message-ID": notice.message_id, "Auto-Submitted": "auto-generated", "X-Portal-Event": notice.kind},
    )
    # Django sends UTF-8 as 8bit, which some machine readers garble.
    message.encoding = utf8_charset_qp
    if html:
        message.attach_alternative(html, "text/html")
    return message


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
    again.lease_until, again.sent_at, again.created_at, again.due_at = None, None, now, now
    again.message_id = notices.message_id(again)
    again.save(force_insert=True)
    events.hint_after_commit("portal.send", again.enterprise_id, again.pk)
    return again
