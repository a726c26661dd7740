"""What `make run` was asked for: read from variables, each wrong one answered by a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from portal.embedded.contract import PASSWORDS
from portal.embedded.faults import Fault
from portal.embedded.home import secrets_of

_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off", ""}


@dataclass(frozen=True)
class Configuration:
    """One run. An address that is None belongs to a server which this run starts itself."""

    home: Path
    listen: str
    customer_port: int
    staff_port: int
    customer_url: str
    staff_url: str
    database_url: str | None
    valkey_url: str | None
    admin_url: str | None
    is_demo: bool
    secrets: Mapping[str, str]


def read(environ: Mapping[str, str], home: Path) -> Configuration:
    """The configuration that the variables describe."""
    customer, staff = _port(environ, "CUSTOMER_PORT", 8000), _port(environ, "STAFF_PORT", 8001)
    if customer == staff:
        raise Fault(f"CUSTOMER_PORT and STAFF_PORT are both {staff}; the two faces need a port each.", 2)
    database = _address(environ, "DATABASE_URL", {"postgres", "postgresql"})
    return Configuration(
        home=home,
        listen=environ.get("LISTEN") or "127.0.0.1",
        customer_port=customer,
        staff_port=staff,
        customer_url=_web(environ, "CUSTOMER_URL", customer),
        staff_url=_web(environ, "STAFF_URL", staff),
        database_url=database,
        valkey_url=_address(environ, "VALKEY_URL", {"redis", "rediss", "valkey", "unix"}),
        admin_url=_address(environ, "PORTAL_ADMIN_URL", {"postgres", "postgresql"}),
        # A given server may hold a real carrier's data: no demo there unless asked for.
        is_demo=_flag(environ, "DEMO", default=database is None),
        secrets=_secrets(environ, home, is_embedded=database is None),
    )


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    value = environ.get(name) or str(default)
    if not value.isdecimal() or not 1 <= int(value) <= 65535:
        raise Fault(f"{name} must be a port number from 1 to 65535, not {value!r}.", 2)
    return int(value)


def _flag(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = environ.get(name, "1" if default else "0").strip().lower()
    if value not in _YES | _NO:
        raise Fault(f"{name} must be 1 or 0, not {value!r}.", 2)
    return value in _YES


def _web(environ: Mapping[str, str], name: str, port: int) -> str:
    value = environ.get(name) or f"http://localhost:{port}"
    url = urlsplit(value)
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise Fault(f"{name} must look like http://localhost:{port}, not {value!r}.", 2)
    return value.rstrip("/")


def _address(environ: Mapping[str, str], name: str, schemes: set[str]) -> str | None:
    value = environ.get(name)
    if not value:
        return None
    url = urlsplit(value)
    if url.scheme not in schemes:
        raise Fault(f"{name} must begin with {' or '.join(f'{scheme}://' for scheme in sorted(schemes))}.", 2)
    if name == "DATABASE_URL" and url.username:
        raise Fault(f"{name} must not name a user: each process comes as its own role, with its own password.", 2)
    return value


def _secrets(environ: Mapping[str, str], home: Path, *, is_embedded: bool) -> dict[str, str]:
    """Of our own cluster we make the passwords; those of a given server must be given with it."""
    given = {name: value for name in ("SECRET_KEY", *PASSWORDS) if (value := environ.get(name))}
    if is_embedded:
        # Given passwords are left aside: the cluster is ours, and so are its roles.
        own = secrets_of(home, ["SECRET_KEY", *PASSWORDS])
        return own | {name: value for name, value in given.items() if name == "SECRET_KEY"}
    if missing := [name for name in PASSWORDS if name not in given]:
        raise Fault(f"DATABASE_URL is given, so {', '.join(missing)} must be given too.", 2)
    return {"SECRET_KEY": secrets_of(home, ["SECRET_KEY"])["SECRET_KEY"]} | given
