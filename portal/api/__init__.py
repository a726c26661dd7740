"""The base of the JSON API: an endpoint finds with a selector, acts with one service, and shows.

The tenant middleware has admitted the caller before an endpoint runs, by the same policies, in
the same scope and as the same Actor as a page.
"""

from portal.api.fields import FlowState, Href, Moment, Money, MoneyField, Nothing, Taken
from portal.api.lists import paged
from portal.api.schema import Operation, operation
from portal.api.views import ApiRequest, ApiView, Description, found, taken

__all__ = [
    "ApiRequest",
    "ApiView",
    "Description",
    "FlowState",
    "Href",
    "Moment",
    "Money",
    "MoneyField",
    "Nothing",
    "Operation",
    "Taken",
    "found",
    "operation",
    "paged",
    "taken",
]
