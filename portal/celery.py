"""The task queue. The broker is only a hint: what must happen stands in the database."""

import os
import time
from collections.abc import Callable
from typing import Any, TypeVar

from celery import Celery
from celery.signals import beat_init, setup_logging, task_postrun, task_prerun, worker_init
from django.conf import settings

from portal import logs

Answer = TypeVar("Answer")

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Publishing must not hold a request when the broker is ill, so hints have an app of their own
# with little patience, and keep silent for a while after a failure. Tried: a mute broker hangs
# the default settings for ever, and refusing costs six seconds with retry off alone.
SILENCE_SECONDS = 5.0
_silent_until = 0.0


def _hint_app() -> Celery:
    hints = Celery("hints", set_as_current=False)
    hints.conf.update(
        broker_url=settings.CELERY_BROKER_URL,
        task_ignore_result=True,
        task_publish_retry=False,
        task_default_queue=settings.CELERY_TASK_DEFAULT_QUEUE,
        task_routes=settings.CELERY_TASK_ROUTES,
        broker_connection_timeout=0.5,
        broker_transport_options={
            **settings.CELERY_BROKER_TRANSPORT_OPTIONS,
            "max_retries": 0,
            "socket_timeout": 0.5,
            "socket_connect_timeout": 0.5,
        },
    )
    return hints


_hints: Celery | None = None


def hint(task: str, **kwargs: Any) -> bool:
    """Ask a worker to run a task soon; False when the broker could not be asked."""
    return _ask(lambda app: app.send_task(task, kwargs=kwargs, retry=False)) is not None


def waiting(queue: str) -> int | None:
    """How many hints wait for the workers there; None when the broker could not be asked."""

    def length(app: Celery) -> int:
        with app.pool.acquire(block=True) as line:
            return int(line.default_channel.client.llen(queue))

    return _ask(length)


def _ask(question: Callable[[Celery], Answer]) -> Answer | None:
    """Ask the broker; after a failure nobody asks for a while."""
    global _hints, _silent_until
    if time.monotonic() < _silent_until:
        return None
    _hints = _hints or _hint_app()
    try:
        return question(_hints)
    except Exception:
        _silent_until = time.monotonic() + SILENCE_SECONDS
        return None


@worker_init.connect
@beat_init.connect
def refuse_a_stronger_role(**_: Any) -> None:
    """A worker stays shut, like the web server, when its database role is not its own."""
    from portal.checks import refuse_to_serve

    refuse_to_serve("portal_dispatch")


@setup_logging.connect
def keep_our_logs(**_: Any) -> None:
    """Celery sets up nothing of its own where somebody listens; Django's settings have done it."""


@task_prerun.connect
def name_the_task(task_id: str, task: Any, **_: Any) -> None:
    """On every line that is written while it runs."""
    logs.about.set({"task": task.name, "task_id": task_id, "role": settings.PORTAL_ROLE})


@task_postrun.connect
def forget_the_task(**_: Any) -> None:
    logs.about.set({})
