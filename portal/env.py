"""Typed readers of the environment; a wrong value stops the process with one clear sentence."""

import os
import re
from collections.abc import Sequence
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str | None = None) -> str:
    """The variable as it stands; without a default it must be set."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set. See .env.example for what it means.")
    return value


def flag(name: str, default: bool = False) -> bool:
    """Yes or no, as 1/true/yes/on or 0/false/no/off."""
    value = os.environ.get(name, "1" if default else "0").strip().lower()
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def number(name: str, default: int) -> int:
    """A whole number."""
    value = os.environ.get(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def numbers(name: str, default: Sequence[int]) -> list[int]:
    """Whole numbers above zero, separated by commas."""
    value = os.environ.get(name) or ",".join(map(str, default))
    if not re.fullmatch(r"[1-9]\d*(,[1-9]\d*)*", value):
        raise ImproperlyConfigured(f"{name} must be whole numbers separated by commas, not {value!r}.")
    return [int(word) for word in value.split(",")]


def choice(name: str, among: Sequence[str], default: str | None = None) -> str:
    """One of a few words."""
    value = text(name, default)
    if value not in among:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(among)}, not {value!r}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """A list, separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def code(name: str, default: str) -> str:
    """A short code of capital letters and digits, or nothing: it goes into the numbers of documents."""
    value = text(name, default)
    if not re.fullmatch(r"[A-Z0-9]{0,6}", value):
        raise ImproperlyConfigured(f"{name} must be up to six capital letters and digits, not {value!r}.")
    return value


def colour(name: str, default: str) -> str:
    """A colour as #rrggbb: it goes into a style sheet, so it is nothing else."""
    value = text(name, default)
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ImproperlyConfigured(f"{name} must look like #0b5cad, not {value!r}.")
    return value


def database(name: str, *, user: str, password: str) -> dict[str, object]:
    """A PostgreSQL address without a user, which the role brings: postgresql://host:port/name.

    A Unix socket is given as postgresql:///name?host=/folder.
    """
    url = urlsplit(text(name))
    if url.scheme not in {"postgres", "postgresql"} or not url.path.strip("/"):
        raise ImproperlyConfigured(f"{name} must look like postgresql://host:port/name.")
    if url.username:
        raise ImproperlyConfigured(f"{name} must not name a user: PORTAL_ROLE does.")
    host = parse_qs(url.query).get("host", [url.hostname or ""])[0]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.strip("/")),
        "HOST": host,
        "PORT": str(url.port or ""),
        "USER": user,
        "PASSWORD": password,
    }


def valkey(name: str, *, db: int) -> tuple[str, str]:
    """The same Valkey database as Celery's broker address and as Django's cache address."""
    url = urlsplit(text(name))
    if url.scheme == "unix":
        return f"redis+socket://{url.path}?virtual_host={db}", f"unix://{url.path}?db={db}"
    if url.scheme not in {"redis", "rediss", "valkey"} or not url.hostname:
        raise ImproperlyConfigured(f"{name} must look like redis://host:port or unix:///folder/socket.")
    scheme = "rediss" if url.scheme == "rediss" else "redis"
    address = f"{scheme}://{url.netloc}/{db}"
    return address, address


def password(name: str) -> str:
    """The password in an address, decoded; empty where there is none."""
    return unquote(urlsplit(os.environ.get(name, "")).password or "")


def mail(name: str, default: str) -> dict[str, object]:
    """Django's mail settings from smtp://user:password@host:port, smtps://… or file:///folder."""
    url = urlsplit(text(name, default))
    if url.scheme == "file":
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": url.path,
        }
    if url.scheme not in {"smtp", "smtp+tls", "smtps"} or not url.hostname:
        raise ImproperlyConfigured(f"{name} must look like smtp://user:password@host:port.")
    return {
        "EMAIL_BACKEND": "portal.smtp.Line",
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": url.port or (465 if url.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_TLS": url.scheme == "smtp+tls",
        "EMAIL_USE_SSL": url.scheme == "smtps",
    }
