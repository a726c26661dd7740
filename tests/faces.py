"""Playing each role on one connection.

The test's connection is portal_test, which may become each of the portal's roles and inherits
none of their rights. Every request and every builder says which role it plays.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.internal.userkit import user_id_to_str
from django.conf import UserSettingsHolder, settings
from django.db import connection
from django.test import Client
from django.urls import set_urlconf

# Whole and now: a view that is first imported while a test patches its parts would keep the patch.
import portal.middleware
import portal.urls.customer
import portal.urls.staff
import portal.watch  # noqa: F401
from accounts.models import Enterprise, User
from portal import tenancy

ROLE_OF_FACE = {"customer": "portal_app", "staff": "portal_staff"}


@contextmanager
def playing(role: str) -> Iterator[None]:
    """Be one of the database roles for a while."""
    before = _role_now()
    _become(role)
    with tenancy.acting_as(role):
        try:
            yield
        finally:
            if not connection.needs_rollback:
                _become(before)


def _role_now() -> str:
    is_inside = tenancy.base_role() == "portal_staff" and tenancy.current_scope() is not None
    return "portal_staff_inside" if is_inside else tenancy.base_role()


def _become(role: str) -> None:
    # Outside a transaction there is nothing for LOCAL to last for.
    word = "LOCAL" if connection.in_atomic_block else "SESSION"
    with connection.cursor() as cursor:
        cursor.execute(f"SET {word} ROLE {role}" if role != "portal_test" else "RESET ROLE")


def as_app() -> Any:
    return playing("portal_app")


def as_staff() -> Any:
    return playing("portal_staff")


@contextmanager
def inside(enterprise: Enterprise) -> Iterator[None]:
    """Look at, or build, one enterprise's rows as the carrier's people do: customers write few of them."""
    with as_staff(), tenancy.tenant_scope(enterprise.pk):
        yield


@contextmanager
def connected_as(user: str) -> Iterator[None]:
    """A connection of its own for a role that the tests' one cannot become."""
    before = connection.settings_dict["USER"], connection.settings_dict["PASSWORD"]
    connection.close()
    connection.settings_dict.update(USER=user, PASSWORD=os.environ[f"{user.upper()}_PASSWORD"])
    try:
        with tenancy.acting_as(user):
            yield
    finally:
        connection.close()
        connection.settings_dict.update(USER=before[0], PASSWORD=before[1])


def face_settings(face: str) -> dict[str, Any]:
    return {
        "FACE": face,
        "ROOT_URLCONF": f"portal.urls.{face}",
        "SESSION_COOKIE_NAME": f"{face}-session",
        "CSRF_COOKIE_NAME": f"{face}-csrf",
        "LANGUAGE_COOKIE_NAME": f"{face}-language",
    }


@contextmanager
def facing(face: str) -> Iterator[None]:
    """That face's settings, without the signal on which Django forgets every address it has compiled."""
    before = settings._wrapped
    here = UserSettingsHolder(before)
    for name, value in face_settings(face).items():
        setattr(here, name, value)
    settings._wrapped = here
    set_urlconf(None)
    try:
        yield
    finally:
        settings._wrapped = before
        set_urlconf(None)


class FaceClient(Client):
    """A browser on one face: its requests run under that face's settings and database role."""

    def __init__(self, face: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.face = face

    @contextmanager
    def at_home(self) -> Iterator[None]:
        with facing(self.face), playing(ROLE_OF_FACE[self.face]):
            yield

    def request(self, **kwargs: Any) -> Any:
        with self.at_home():
            return super().request(**kwargs)

    def sign_in(self, user: User) -> "FaceClient":
        """As after password and second factor."""
        with self.at_home():
            self.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
            session = self.session
            now = time.time()
            records = [{"method": "password", "at": now}, {"method": "mfa", "at": now, "type": "totp"}]
            session["account_authentication_methods"] = records
            session["account_authentication_methods_user"] = user_id_to_str(user)
            session.update({"began": now, "seen": now})
            session.save()
        return self

    def wait(self, minutes: float) -> None:
        """Let as much time pass since the person showed who they are."""
        with self.at_home():
            session = self.session
            for record in session["account_authentication_methods"]:
                record["at"] -= 60 * minutes
            session.save()
