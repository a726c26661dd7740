"""What goes wrong on a page, one address each: the real handlers answer behind the real middleware."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.http import require_POST

from portal.errors import Refused
from portal.http import csrf_failure, too_large, too_many_requests
from portal.policy import public
from portal.urls.customer import handler400, handler403, handler404, handler429, handler500
from portal.urls.customer import urlpatterns as usual

View = Callable[[HttpRequest], HttpResponse]


def failing(error: Exception) -> View:
    @public
    def fail(request: HttpRequest) -> HttpResponse:
        raise error

    return fail


def answering(answer: Callable[[HttpRequest], Any]) -> View:
    @public
    def reply(request: HttpRequest) -> HttpResponse:
        return answer(request)  # type: ignore[no-any-return]

    return reply


TROUBLE: dict[str, View] = {
    "400": failing(SuspiciousOperation()),
    "403": failing(PermissionDenied()),
    "403-stale": answering(csrf_failure),
    "405": require_POST(answering(HttpResponse)),
    "409": failing(Refused("The dispute is decided already.", way_out="Open a new one, if another line is wrong.")),
    "413": answering(too_large),
    "413-form": failing(RequestDataTooBig()),
    "429": answering(too_many_requests),
    "500": failing(RuntimeError("on purpose")),
    "503": failing(OperationalError("on purpose")),
}
urlpatterns: list[URLPattern | URLResolver] = [
    *(path(f"trouble/{name}/", view) for name, view in TROUBLE.items()),
    *usual,
]

__all__ = ["handler400", "handler403", "handler404", "handler429", "handler500", "urlpatterns"]
