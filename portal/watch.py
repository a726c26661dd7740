"""Each request by its number: one line, its time, and the same number on everything said meanwhile."""

import logging
from collections.abc import Callable
from time import perf_counter

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from portal import logs
from portal.counters import REQUESTS

log = logging.getLogger("portal.request")
# Asked every few seconds by machines; a line for each would drown the others.
_UNTOLD = {"healthz", "readyz", "metrics"}


class WatchMiddleware:
    """Gives the request its number, and tells of it when it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = perf_counter()
        number = logs.request_id(request.headers.get("X-Request-ID", ""))
        place = {"request_id": number, "face": settings.FACE, "role": settings.PORTAL_ROLE}
        token = logs.about.set(place)
        try:
            response = self.get_response(request)
            _tell(request, response, perf_counter() - began)
        finally:
            logs.about.reset(token)
        response["X-Request-ID"] = number
        return response


def _tell(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    route = logs.route_of(request)
    # A method is the client's word; only the usual ones may become a label or a line.
    method = request.method if request.method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "?"
    REQUESTS.labels(method, route, response.status_code).observe(seconds)
    if route in _UNTOLD:
        return
    actor = getattr(request, "actor", None)
    facts = {"method": method, "route": route, "status": response.status_code, "ms": int(seconds * 1000)}
    if actor is not None:
        facts |= {"enterprise": actor.enterprise_id, "user": actor.user_id}
        if actor.key_id:
            facts["key"] = actor.key_id
    log.info("answered", extra=facts)
