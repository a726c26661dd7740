"""A list of the API: the page's own filters, sorts and places, its rows as JSON."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from portal.lists import COUNT_CAP, ListPage, Page

if TYPE_CHECKING:
    from portal.api.views import ApiRequest

LIMIT = 50
MOST = 100  # rows a page, whatever was asked for


class BadQuery(APIException):
    """Parameters of the address that cannot be followed: name -> what is wrong."""

    status_code = 422

    def __init__(self, faults: dict[str, Any]) -> None:
        super().__init__()
        self.faults = faults


class PageOf(serializers.Serializer[Any]):
    """One page of a list. ``count`` stops at a cap, where ``is_count_capped`` says that there are more."""

    count = serializers.IntegerField()
    is_count_capped = serializers.BooleanField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


@cache
def page_of(row: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """The envelope of such rows."""
    return type(
        f"{row.__name__.removesuffix('Shape')}Page", (PageOf,), {"__doc__": PageOf.__doc__, "results": row(many=True)}
    )


def paged(
    request: "ApiRequest",
    page: ListPage,
    rows: QuerySet[Any],
    row: type[serializers.Serializer[Any]],
    *,
    each: Callable[[Any], Any] | None = None,
) -> Response:
    """The page of rows that the address asks for; ``each`` makes of a row what its serializer shows."""
    params = request.query_params.dict()
    asked = _limit(params)
    faults = page.faults({name: value for name, value in params.items() if name != "limit"})
    if asked is None:
        faults["limit"] = _("A whole number of 1 or more.")
    if faults:
        raise BadQuery(faults)
    shown = replace(page, page_size=asked or LIMIT).show(rows, params)
    found = [each(one) for one in shown.rows] if each else shown.rows
    return _answer(request, shown, row(found, many=True, context={"request": request}).data)


def _limit(params: dict[str, str]) -> int | None:
    """Rows a page, at most MOST; None where it is no such number."""
    text = params.get("limit", str(LIMIT))
    is_number = text.isascii() and text.isdigit() and text.strip("0")
    return min(int(text[:9]), MOST) if is_number else None


def _answer(request: "ApiRequest", shown: Page, results: Any) -> Response:
    links = {"next": _url(request, shown.next_url), "prev": _url(request, shown.previous_url)}
    header = ", ".join(f'<{url}>; rel="{name}"' for name, url in links.items() if url)
    body = {
        "count": min(shown.count, COUNT_CAP),
        "is_count_capped": shown.count > COUNT_CAP,
        "next": links["next"],
        "previous": links["prev"],
        "results": results,
    }
    return Response(body, headers={"Link": header} if header else None)


def _url(request: "ApiRequest", query: str) -> str | None:
    if not query:
        return None
    limit = request.query_params.get("limit")
    url: str = request.build_absolute_uri(request.path + query + (f"&{urlencode({'limit': limit})}" if limit else ""))
    return url
