"""One request, one transaction, one enterprise.

The middleware owns the transaction, because one opened below it would end before the page is
rendered and take the scope with it. It rolls back on every answer of 500 and above, and tries a
request again that lost a deadlock.
"""

from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.db import OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import resolve
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.module_loading import import_string
from psycopg2 import errors as pg

from portal import problems
from portal.actors import Actor
from portal.errors import Refused
from portal.http import (
    forbidden,
    no_page,
    not_found,
    page_of,
    refused,
    speak,
    speak_as_user,
    too_large,
    unavailable,
)
from portal.outages import CLASH
from portal.policy import PUBLIC, SAFE, Access, Policy, policy_of
from portal.tenancy import tenant_scope

Next = Callable[[HttpRequest], HttpResponse]
TRIES = 3
# An operator's question must be answered also while the database is down.
WITHOUT_DATABASE = ("/healthz", "/readyz", "/metrics")


class ProblemMiddleware:
    """Whatever refuses a call of the API, above or below the views, says so as a problem; a page has words too."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not problems.is_api(request):
            return no_page(request, response)
        if response.status_code < 400 or not problems.is_api(request) or problems.is_problem(response):
            return response
        kept = {name: response[name] for name in ("Allow", "Retry-After") if name in response}
        return problems.answer(request, problems.of_status(response.status_code), headers=kept)


class CredentialMiddleware:
    """A call of the API by a key is nobody's session: its cookies are neither read nor renewed."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        request.credential = None  # type: ignore[attr-defined]
        if scheme.casefold() == "bearer" and problems.is_api(request):
            request.credential = text.strip()  # type: ignore[attr-defined]
            request.COOKIES.clear()
        return self.get_response(request)


class TenantMiddleware:
    """Checks the view's policy and runs it inside the enterprise that the URL names."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in WITHOUT_DATABASE:
            return self.get_response(request)
        for _again in range(TRIES - 1):
            response = self._attempt(request)
            if not request.lost_deadlock:  # type: ignore[attr-defined]
                return response
            _forget(request)
        return self._attempt(request)

    def _attempt(self, request: HttpRequest) -> HttpResponse:
        request.lost_deadlock = False  # type: ignore[attr-defined]
        request.is_committing = False  # type: ignore[attr-defined]
        request.actor = None  # type: ignore[attr-defined]
        try:
            request.is_tied = not _is_untied(request)  # type: ignore[attr-defined]
            tie = transaction.atomic() if request.is_tied else nullcontext()  # type: ignore[attr-defined]
            with tie, ExitStack() as stack:
                request.scopes = stack  # type: ignore[attr-defined]
                response = self.get_response(request)
                if response.status_code >= 500 and request.is_tied:  # type: ignore[attr-defined]
                    transaction.set_rollback(True)
                request.is_committing = True  # type: ignore[attr-defined]
        finally:
            # The next request of this thread may be somebody else's, also when the commit fails.
            timezone.deactivate()
        if request.actor is not None and not response.has_header("Cache-Control"):  # type: ignore[attr-defined]
            patch_cache_control(response, private=True, no_store=True)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        policy = policy_of(view, request.method or "")
        if policy is None:
            raise RuntimeError(f"{view!r} does not say who may call it.")
        if "\0" in request.path or "%00" in request.META["QUERY_STRING"]:
            # No text of the database can hold a NUL, so nothing has such a name.
            return not_found(request)
        public_id = kwargs.pop("enterprise", None)
        is_by_key = getattr(request, "credential", None) is not None and not policy.is_library
        if not is_by_key and (policy != PUBLIC or public_id is not None):
            import_string(settings.KEEP_ALIVE)(request)
        if policy.is_library:
            speak_as_user(request)
            guarded = import_string(settings.LIBRARY_GUARD)(request)
            if guarded is not None:
                return guarded  # type: ignore[no-any-return]
        if policy.access is Access.PUBLIC and public_id is None:
            return None
        if not is_by_key and not request.user.is_authenticated:
            return import_string(settings.SIGN_IN_FIRST)(request)  # type: ignore[no-any-return]
        if policy.is_library:
            return None
        return self._admit(request, policy, public_id)

    def _admit(self, request: HttpRequest, policy: Policy, public_id: str | None) -> HttpResponse | None:
        """Let the person in as who they are there, in their language and time zone."""

        def enter(enterprise_id: int) -> None:
            request.scopes.enter_context(tenant_scope(enterprise_id, is_last=True))  # type: ignore[attr-defined]

        found = import_string(settings.ADMISSION)(request, public_id=public_id, enter=enter)
        if not isinstance(found, Actor):
            return found  # type: ignore[no-any-return]
        request.actor = found  # type: ignore[attr-defined]
        speak(request, found.language, found.time_zone)
        if policy.access is Access.PERMISSION and not found.may(policy.permission):
            return forbidden(request, permission=policy.permission)
        if policy.is_fresh and request.method not in SAFE:
            return import_string(settings.FRESHNESS)(request, found)  # type: ignore[no-any-return]
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        cause = exception.__cause__
        if isinstance(exception, OperationalError) and isinstance(cause, pg.DeadlockDetected | pg.SerializationFailure):
            request.lost_deadlock = True  # type: ignore[attr-defined]
            return unavailable(request, CLASH)
        if isinstance(exception, Refused):
            # Shown first: a transaction that is to be rolled back answers no more questions.
            answer = refused(request, exception, back=page_of(request))
            if request.is_tied:  # type: ignore[attr-defined]
                transaction.set_rollback(True)
            return answer
        return None


def _is_untied(request: HttpRequest) -> bool:
    """Whether the view opens its own transactions; only under the path where there are such is it asked."""
    return request.path_info.startswith(settings.UNTIED_BELOW) and _says(request, "is_untied")


def _forget(request: HttpRequest) -> None:
    """Session, user and messages were read in the transaction that is gone."""
    request.session = type(request.session)(request.session.session_key)
    request.__dict__.pop("_cached_user", None)
    AuthenticationMiddleware(lambda _: HttpResponse()).process_request(request)
    MessageMiddleware(lambda _: HttpResponse()).process_request(request)


class SizeMiddleware:
    """Refuses what is too large before any of it is read.

    Only who has signed in may send more than a form, and only to a view that takes files.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        size = _announced(request)
        if size <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return self.get_response(request)
        is_fine = size <= settings.UPLOAD_MAX_BYTES and _says(request, "takes_files") and request.user.is_authenticated
        return self.get_response(request) if is_fine else too_large(request)


def _announced(request: HttpRequest) -> int:
    """Bytes that the request says it brings; what brings more is cut off there."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _says(request: HttpRequest, mark: str) -> bool:
    """Whether the view that will answer has a mark."""
    try:
        return bool(getattr(resolve(request.path_info).func, mark, False))
    except Http404:
        return False
