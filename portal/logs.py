"""What a process says of itself: one line a happening, with who and what it was about, and never a secret.

Production writes JSON, one object a line, to be searched by a machine; `make run` writes lines for
people. Paths are told by their route, because a reset link is a path too.
"""

import logging
import re
import uuid
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

from pythonjsonlogger.json import JsonFormatter

# What every line of the present request or task bears.
_NOTHING: Mapping[str, Any] = MappingProxyType({})
about: ContextVar[Mapping[str, Any]] = ContextVar("about", default=_NOTHING)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_FIELDS = {"asctime": "at", "levelname": "level", "name": "logger"}


def request_id(given: str) -> str:
    """The proxy's own, where it is one; it goes into lines and headers, so anything else is replaced."""
    return given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


class About(logging.Filter):
    """Puts what the line is about on it, and takes the path off that Django's own lines tell."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.__dict__.update(about.get())
        record.__dict__.pop("data", None)  # Celery's: the task's arguments and result
        request = record.__dict__.pop("request", None)
        path = getattr(request, "path", "")
        if path and path in record.getMessage():
            record.msg, record.args = record.getMessage().replace(path, f"[{route_of(request)}]"), None
        return True


def route_of(request: Any) -> str:
    """Which page that was, without what its address may hold: "orders:order", or "unknown"."""
    match = getattr(request, "resolver_match", None)
    return (match.view_name or match.route) if match else "unknown"


class _Discreet(logging.Formatter):
    """Strikes out what must stand in no log, wherever a library may have put it."""

    secrets: tuple[str, ...] = ()

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        for secret in self.secrets:
            text = text.replace(secret, "[secret]")
        return text


class Json(_Discreet, JsonFormatter):
    """One JSON object a line."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", rename_fields=_FIELDS)
        self.default_msec_format = "%s.%03d"


class Line(_Discreet):
    """One line for a person; only what a request or task is known by is added."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        names = ("method", "route", "status", "ms", "enterprise", "task", "request_id")
        said = " ".join(f"{name}={record.__dict__[name]}" for name in names if name in record.__dict__)
        return f"{super().format(record)} {said}".rstrip()


def configuration(*, format: str, level: str, secrets: Iterable[str]) -> dict[str, Any]:
    """Django's LOGGING: everything to standard error, in the given format."""
    # Short words would strike out half the log; a secret that short is none.
    _Discreet.secrets = tuple(secret for secret in secrets if len(secret) >= 8)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"about": {"()": About}},
        "formatters": {"chosen": {"()": Json if format == "json" else Line}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "chosen", "filters": ["about"]}},
        "root": {"handlers": ["console"], "level": level},
        # At DEBUG these would tell statements with their values, messages and headers.
        "loggers": {
            **{
                name: {"level": "INFO"} for name in ("django.db.backends", "django.template", "celery", "kombu", "amqp")
            },
            # Each task is told when it is done; that it was received says nothing more.
            "celery.worker.strategy": {"level": "WARNING"},
            # Django's own two handlers, for its console and for mail to administrators, are not ours.
            "django": {"handlers": [], "level": level},
            # A line a request is ours to write, with the time it took.
            "django.server": {"handlers": [], "level": "WARNING"},
        },
    }
