"""The API's description as OpenAPI: what each handler says of itself, its permission, its problems."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, TypeVar

from django.conf import settings
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers

from portal import problems
from portal.api.lists import LIMIT, MOST, page_of
from portal.filters import AnyFilter, DateRange
from portal.lists import ListPage
from portal.policy import policy_of

Handler = TypeVar("Handler", bound=Callable[..., Any])
Shape = type[serializers.Serializer[Any]]
EVERYWHERE = (400, 401, 403, 404, 406, 429, 500, 503)


class Document(serializers.Serializer[Any]):
    """An OpenAPI document."""

    openapi = serializers.CharField()
    info = serializers.DictField()
    paths = serializers.DictField()
    components = serializers.DictField()
    security = serializers.ListField()


@dataclass(frozen=True)
class Operation:
    """What a handler answers with, what it takes, and how it is told of.

    The example is of what is taken, else of what is answered: of one row, where that is a list.
    """

    answer: Shape | None  # None for a file
    summary: str
    tag: str
    page: ListPage | None = None
    takes: Shape | None = None
    status: int = 200
    media_type: str = "application/json"
    problems: tuple[int, ...] = ()
    example: Mapping[str, Any] = field(default_factory=dict)


def operation(answer: Shape | None, **said: Any) -> Callable[[Handler], Handler]:
    """Tell of a handler. See Operation."""

    def mark(handler: Handler) -> Handler:
        handler.operation = Operation(answer, **said)  # type: ignore[attr-defined]
        return handler

    return mark


class Schema(AutoSchema):
    """Reads a handler's operation and policy."""

    @property
    def _handler(self) -> Any:
        return getattr(type(self.view), self.method.lower())

    @property
    def _told(self) -> Operation:
        told: Operation = self._handler.operation
        return told

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        described = super().get_operation(*args, **kwargs)
        assert described is not None
        described["responses"][str(self._told.status)]["description"] = self._told.summary
        for status in sorted({*EVERYWHERE, *self._own_problems()}):
            described["responses"][str(status)] = {"$ref": f"#/components/responses/{_name(status)}"}
        return described

    def _own_problems(self) -> tuple[int, ...]:
        body = (409, 413, 415, 422) if self.method == "POST" else ()
        return (*body, *((422,) if self._told.page else ()), *self._told.problems)

    def get_operation_id(self) -> str:
        return f"{type(self.view).__name__[0].lower()}{type(self.view).__name__[1:]}_{self.method.lower()}"

    def get_summary(self) -> str:
        return self._told.summary

    def get_description(self) -> str:  # type: ignore[override]
        return " ".join((self._handler.__doc__ or "").split())

    def get_tags(self) -> list[str]:
        return [self._told.tag]

    def get_auth(self) -> list[dict[str, list[str]]]:
        return []  # the whole API has one way in, stated once

    def get_extensions(self) -> dict[str, Any]:
        policy = policy_of(type(self.view).as_view(), self.method)
        assert policy is not None
        takes_factor = {"x-second-factor": "shown lately"} if policy.is_fresh else {}
        return {"x-permission": policy.permission or policy.access.value, **takes_factor}

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        return type(serializer).__name__.removesuffix("Shape")

    def get_request_serializer(self) -> Any:
        return self._told.takes

    def get_response_serializers(self) -> Any:
        told = self._told
        shape: Any = page_of(told.answer) if told.page and told.answer else told.answer
        return {(told.status, told.media_type): shape or bytes}

    def get_examples(self) -> list[OpenApiExample]:
        told = self._told
        if not told.example:
            return []
        if told.takes:
            return [OpenApiExample("Example", value=dict(told.example), request_only=True)]
        one = {"count": 1, "is_count_capped": False, "next": None, "previous": None, "results": [dict(told.example)]}
        return [OpenApiExample("Example", value=one if told.page else dict(told.example), response_only=True)]

    def get_override_parameters(self) -> list[Any]:
        told = self._told
        if self.method == "POST":
            text = "Send the same again under the same key, and it is done once and answered alike for 24 hours."
            return [OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description=text)]
        if told.page:
            return _list_parameters(told.page)
        return []


def _filter_parameters(each: AnyFilter) -> list[OpenApiParameter]:
    if isinstance(each, DateRange):
        ends = zip(each.names, ("from this day on", "up to and including this day"), strict=True)
        return [OpenApiParameter(name, date, description=f"{each.label}: {words}") for name, words in ends]
    codes = [code for code, _ in each.choices] or None
    return [OpenApiParameter(each.key, str, enum=codes, description=str(each.label))]


def _list_parameters(page: ListPage) -> list[OpenApiParameter]:
    found = [parameter for each in page.filters for parameter in _filter_parameters(each)]
    place = "From a link of an earlier page; not to be made by hand."
    return [
        *found,
        OpenApiParameter("sort", str, enum=[each.key for each in page.sorts], default=page.sorts[0].key),
        OpenApiParameter("limit", int, description=f"Rows a page; more than {MOST} is {MOST}.", default=LIMIT),
        OpenApiParameter("after", str, description=place),
        OpenApiParameter("before", str, description=place),
    ]


# --- the whole -----------------------------------------------------------------------------------

ABOUT = """Everything that the pages show, on the same selectors, services and permissions.

Sign in on the pages; a write also sends the session's token in `X-CSRFToken`. Amounts are strings with their
currency, dates ISO 8601, moments UTC. A member or a parameter that is not described is refused. Lists go on by the
links `next` and `previous`, which are also in the header `Link`. `If-None-Match` saves a download. Calls are counted:
see the `RateLimit` headers.

What is not done is told as a problem (RFC 9457). Its `type` is one of these and stays as it is:
"""


def _name(status: int) -> str:
    return f"Problem{status}"


def _about() -> str:
    rows = [f"| `{each.type}` | {each.status} | {each.title}. {each.detail} |" for each in problems.CATALOGUE]
    return ABOUT + "\n".join(["\n| type | status | meaning |", "| --- | --- | --- |", *rows]) + "\n"


def _problem_responses() -> dict[str, Any]:
    found: dict[int, list[problems.Problem]] = {}
    for each in problems.CATALOGUE:
        found.setdefault(each.status, []).append(each)
    return {_name(status): _problem_response(kinds) for status, kinds in found.items()}


def _problem_response(kinds: list[problems.Problem]) -> dict[str, Any]:
    first = kinds[0]
    example = {"type": first.type, "title": str(first.title), "status": first.status, "detail": str(first.detail)}
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    return {
        "description": " ".join(f"{each.title}." for each in kinds),
        "content": {problems.MEDIA_TYPE: content},
    }


_TEXT = {"type": "string"}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "instance": {"type": "string", "format": "uri", "description": "The request's number in the logs."},
        "way_out": {**_TEXT, "description": "With a refusal: what can be done instead."},
        "pointer": {**_TEXT, "description": "With a refusal: the part of the body it speaks of."},
        "page": {"type": "string", "format": "uri", "description": "The page to be opened first."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {"pointer": _TEXT, "parameter": _TEXT, "detail": _TEXT},
            },
        },
    },
}


def finish(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """What stands once for all operations."""
    _strip(result, "x-spec-enum-id")
    components = result.setdefault("components", {})
    components["schemas"]["Problem"] = _PROBLEM
    components["responses"] = _problem_responses()
    components["securitySchemes"] = {
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": f"__Host-{generator.urlconf.rpartition('.')[2]}-session",
            "description": "The session of who has signed in. Writes need the header X-CSRFToken too.",
        }
    }
    result["security"] = [{"session": []}]
    if generator.urlconf.endswith("customer"):
        components["securitySchemes"]["key"] = {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "dmk_…",
            "description": (
                "An API key, requested and collected on the portal's pages. It needs neither cookie nor X-CSRFToken,"
                " reaches what it was approved for as far as its owner still does, and its calls are counted by"
                " themselves. Where a key is sent, cookies are ignored."
            ),
        }
        result["security"].append({"key": []})
    result["info"]["description"] = _about()
    return result


def _strip(part: Any, mark: str) -> None:
    """Take a mark of the generator's own out of all that is said."""
    if isinstance(part, dict):
        part.pop(mark, None)
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _strip(inner, mark)


@cache
def _document(urlconf: str) -> dict[str, Any]:
    with translation.override("en"):
        made = SchemaGenerator(urlconf=urlconf).get_schema(public=True)  # type: ignore[no-untyped-call]
    plain: dict[str, Any] = json.loads(json.dumps(made))
    return plain


def document() -> dict[str, Any]:
    """The API of this face, in English. Made once a process."""
    return _document(settings.ROOT_URLCONF)
