"""What the API says when it does not do as asked: problem details after RFC 9457.

Each kind has a name that stays, in ``type``; title and detail are in the reader's language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _

from portal.errors import Refused, Text

ROOT = "/api/"
MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:demarc:problem:"


@dataclass(frozen=True)
class Problem:
    """One kind of problem: its lasting name, its status, and its words where there are none better."""

    name: str
    status: int
    title: Text
    detail: Text

    @property
    def type(self) -> str:
        return f"{_TYPE}{self.name}"


MALFORMED = Problem("malformed", 400, _("The request cannot be read"), _("Its body or a header is not well formed."))
NOT_SIGNED_IN = Problem("not-signed-in", 401, _("You are not signed in"), _("Sign in first, then send this again."))
BAD_KEY = Problem(
    "bad-key",
    401,
    _("This key opens nothing"),
    _("It is not known, or no longer good. Its page in the portal says how it stands, and how to get another."),
)
FORBIDDEN = Problem("forbidden", 403, _("You may not do this"), _("Ask an administrator for the permission it needs."))
PAGE_FIRST = Problem(
    "page-first",
    403,
    _("A page must be seen first"),
    _("Open the page named in “page” in the browser, then try again."),
)
FACTOR_FIRST = Problem(
    "factor-first",
    403,
    _("Show your second factor again"),
    _("Nothing was done. Open the page named in “page” in the browser, then send this again."),
)
FORGED = Problem(
    "csrf", 403, _("The form's token is missing or old"), _("Send the token of the session in the header X-CSRFToken.")
)
NOT_FOUND = Problem("not-found", 404, _("Not found"), _("There is nothing here, or nothing that is yours."))
METHOD = Problem("method", 405, _("This method is not offered here"), _("The header Allow names those that are."))
NOT_ACCEPTABLE = Problem(
    "not-acceptable",
    406,
    _("This format is not offered"),
    _("Accept what the API's description names for this address."),
)
REFUSED = Problem("refused", 409, _("This cannot be done now"), Refused.message)
UNDER_WAY = Problem(
    "under-way", 409, _("The same request is still being worked on"), _("Wait a moment, then send it again as it is.")
)
PRECONDITION = Problem(
    "precondition", 412, _("It has changed since"), _("What is there now is not what the request's condition names.")
)
TOO_LARGE = Problem("too-large", 413, _("The request is too large"), _("Send less at once."))
MEDIA = Problem("media-type", 415, _("This media type is not understood"), _("Send JSON, as application/json."))
INVALID = Problem("invalid", 422, _("Something in it is not right"), _("Each entry of “errors” says what and where."))
KEY_REUSED = Problem(
    "key-reused",
    422,
    _("This Idempotency-Key was used for another request"),
    _("Nothing was done. Take a new key for a new request, and the old one only to repeat the old."),
)
TOO_MANY = Problem("too-many", 429, _("Too many requests"), _("Wait as long as the header Retry-After says."))
BROKEN = Problem("broken", 500, _("Something broke on our side"), _("Nothing was changed. Please try again later."))
UNAVAILABLE = Problem(
    "unavailable", 503, _("This cannot be answered just now"), _("Nothing was changed. Please try again in a moment.")
)

# In the order of their statuses; the first of a status stands for it where nothing more is known.
CATALOGUE: Sequence[Problem] = (
    MALFORMED, NOT_SIGNED_IN, BAD_KEY, FORBIDDEN, PAGE_FIRST, FACTOR_FIRST, FORGED, NOT_FOUND, METHOD, NOT_ACCEPTABLE,
    REFUSED, UNDER_WAY, PRECONDITION, TOO_LARGE, MEDIA, INVALID, KEY_REUSED, TOO_MANY, BROKEN, UNAVAILABLE,
)  # fmt: skip


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith(ROOT)


def is_problem(response: HttpResponse) -> bool:
    return response.headers.get("Content-Type", "") == MEDIA_TYPE


def of_status(status: int) -> Problem:
    """What is said of a status that somebody else answered with."""
    general = BROKEN if status >= 500 else MALFORMED
    return next((problem for problem in CATALOGUE if problem.status == status), general)


def answer(
    request: HttpRequest,
    problem: Problem,
    *,
    detail: Text | None = None,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> HttpResponse:
    """The problem as the body of an answer; ``more`` are members of its own."""
    body = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "detail": detail or problem.detail,
        **more,
    }
    request_id = getattr(request, "request_id", "")
    if request_id:
        body["instance"] = f"urn:demarc:request:{request_id}"
    response = JsonResponse(
        body,
        encoder=DjangoJSONEncoder,
        json_dumps_params={"ensure_ascii": False},
        status=problem.status,
        headers=headers,
    )
    response.headers["Content-Type"] = MEDIA_TYPE
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def instead(request: HttpRequest, problem: Problem) -> HttpResponse | None:
    """The problem in place of an error page, where the API was called."""
    return answer(request, problem) if is_api(request) else None


def of_refusal(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """A refusal of the rules: 422 beside the field it belongs to, else 409 with the way out."""
    where = "".join(f"/{part}" for part in (refusal.within, refusal.field) if part)
    if refusal.field:
        return answer(request, INVALID, errors=[{"pointer": where, "detail": refusal.message}])
    more: dict[str, Any] = {"pointer": where} if where else {}
    return answer(request, REFUSED, detail=refusal.message, way_out=refusal.way_out, **more)


def factor_first(request: HttpRequest, url: str) -> HttpResponse:
    """What was asked for takes a second factor that was shown lately; no call can show one."""
    return answer(request, FACTOR_FIRST, page=request.build_absolute_uri(url))


def page_first(request: HttpRequest, url: str) -> HttpResponse:
    """The page that stands in the way: signing in, a second factor, or why staff look at a customer's data."""
    page = request.build_absolute_uri(url)
    if request.user.is_authenticated:
        return answer(request, PAGE_FIRST, page=page)
    # RFC 9110 asks for a challenge; this one makes no browser open a window of its own.
    return answer(request, NOT_SIGNED_IN, page=page, headers={"WWW-Authenticate": "Session"})
