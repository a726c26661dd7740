"""Endpoints: who is let in, how bodies are read, and how what goes wrong is said."""

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal import problems, repeats
from portal.actors import Actor
from portal.api import limits, schema
from portal.api.lists import BadQuery
from portal.errors import Refused
from portal.policy import signed_in

T = TypeVar("T")
Handler = Callable[..., HttpResponse]
KEY = "Idempotency-Key"


class ApiRequest(Request):
    """A call behind the policy: somebody acts."""

    actor: Actor
    path: str
    build_absolute_uri: Any


class ForgedForm(exceptions.APIException):
    """A session's cookie came without the token that only our own pages have."""

    status_code = 403


class SessionSignIn(SessionAuthentication):
    """The session that the tenant middleware has admitted; a write proves by its token that the person meant it."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            # The plain request: looking for the token in a form must not use up the body.
            super().enforce_csrf(request._request)  # type: ignore[arg-type]
        except exceptions.PermissionDenied as error:
            raise ForgedForm from error


class KeySignIn(BaseAuthentication):
    """The API key that the tenant middleware has admitted. It comes in a header that no browser sends by itself."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        actor = getattr(request._request, "actor", None)
        return (AnonymousUser(), actor.key_id) if actor is not None and actor.key_id else None


class StrictJson(JSONParser):
    """JSON, also against bodies that nest deeper than anybody means."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise exceptions.ParseError from error


class ApiView(APIView):
    """An endpoint. Each handler states its policy by @requires and is told of by @operation."""

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    authentication_classes = [KeySignIn, SessionSignIn]
    permission_classes = []  # the tenant middleware has asked the policy
    renderer_classes = [JSONRenderer]
    parser_classes = [StrictJson]
    schema = schema.Schema()

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        handler = getattr(self, "post", None)
        if handler:
            # Any POST may be sent again under its Idempotency-Key.
            setattr(self, "post", partial(_once, handler))  # noqa: B010 - a handler of this call alone

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if KEY in request.headers:
            # Kept, because both its hash and its content will be asked for.
            _ = request._request.body
        super().initial(request, *args, **kwargs)

    def check_throttles(self, request: Request) -> None:
        allowance = limits.take(request.actor, at=timezone.now())  # type: ignore[attr-defined]
        self.headers.update(allowance.headers)
        if allowance.is_spent:
            raise exceptions.Throttled(wait=allowance.resets_in)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        done = super().finalize_response(request, response, *args, **kwargs)
        if request.method in {"GET", "HEAD"} and isinstance(done, Response) and done.status_code == 200:
            done.add_post_render_callback(partial(_conditional, request))
        return done

    def get_exception_handler(self) -> Callable[..., HttpResponse | None]:
        return said


def _conditional(request: Request, response: Response) -> HttpResponse | None:
    """304 for who has it already, by what the answer says and not by when it was made."""
    etag = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
    response["ETag"] = etag
    return get_conditional_response(request._request, etag=etag, response=response)


def _once(handler: Handler, request: ApiRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Do it; under an Idempotency-Key only once, and answer alike from then on.

    What was refused had no effect and is not kept: the same key may try again.
    """
    key = request.headers.get(KEY)
    if key is None:
        return handler(request, *args, **kwargs)
    if not (0 < len(key) <= 200 and key.isascii() and key.isprintable()):
        raise exceptions.ParseError(_("An Idempotency-Key has 1 to 200 printable ASCII characters."))
    asked = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request._request.body).hexdigest()
    with transaction.atomic():
        kept, is_new = repeats.begin(request.actor, key, asked, at=timezone.now())
        if is_new:
            done = handler(request, *args, **kwargs)
            body = JSONRenderer().render(getattr(done, "data", None)).decode()
            repeats.keep(kept, status=done.status_code, body=body, location=done.headers.get("Location", ""))
    if kept.request_hash != asked:
        return problems.answer(request._request, problems.KEY_REUSED)
    headers = {"Location": kept.location} if kept.location else {}
    return HttpResponse(kept.body, status=kept.status, content_type="application/json", headers=headers)


def found(thing: T | None) -> T:
    """The thing, or 404 as for one that does not exist."""
    if thing is None:
        raise Http404
    return thing


def taken(request: Request, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """What was sent, in its shape. Raises ValidationError, which is answered as 422."""
    sent = shape(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


# --- what goes wrong ---------------------------------------------------------------------------

_KINDS: dict[type[Exception], problems.Problem] = {
    RequestDataTooBig: problems.TOO_LARGE,
    Http404: problems.NOT_FOUND,
    PermissionDenied: problems.FORBIDDEN,
    ForgedForm: problems.FORGED,
    repeats.StillUnderWay: problems.UNDER_WAY,
    exceptions.NotAuthenticated: problems.NOT_SIGNED_IN,
    exceptions.AuthenticationFailed: problems.NOT_SIGNED_IN,
    exceptions.PermissionDenied: problems.FORBIDDEN,
    exceptions.MethodNotAllowed: problems.METHOD,
    exceptions.NotAcceptable: problems.NOT_ACCEPTABLE,
    exceptions.UnsupportedMediaType: problems.MEDIA,
}


def said(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """A problem for all that is no fault of ours; None leaves the rest to the middleware."""
    request = context["request"]._request
    if type(error) in _KINDS:
        return problems.answer(request, _KINDS[type(error)])
    match error:
        case Refused():
            return problems.of_refusal(request, error)
        case exceptions.ParseError():
            return problems.answer(request, problems.MALFORMED, detail=str(error.detail))
        case exceptions.ValidationError():
            return problems.answer(request, problems.INVALID, errors=list(_pointed(error.detail)))
        case BadQuery():
            faults = [{"parameter": name, "detail": fault} for name, fault in error.faults.items()]
            return problems.answer(request, problems.INVALID, errors=faults)
        case exceptions.Throttled():
            return problems.answer(request, problems.TOO_MANY, headers={"Retry-After": str(error.wait)})  # type: ignore[attr-defined]
    return None


def _pointed(detail: Any, pointer: str = "") -> Any:
    """The faults one by one, each with its place in the body as a JSON Pointer."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _pointed(inner, pointer if name == "non_field_errors" else f"{pointer}/{_escaped(name)}")
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            yield from _pointed(inner, f"{pointer}/{place}" if isinstance(inner, dict | list) else pointer)
    else:
        yield {"pointer": pointer, "detail": str(detail)}


def _escaped(name: object) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")


class Description(ApiView):
    """The API's description of itself."""

    @schema.operation(schema.Document, summary="This description, as OpenAPI", tag="about")
    @signed_in
    def get(self, request: ApiRequest) -> Response:
        return Response(schema.document())
