"""The customers' face."""

from django.urls import URLPattern, URLResolver, include, path

import accounts.audit.urls
import accounts.joining.urls
import accounts.keys.urls
import accounts.moving.urls
import accounts.people.urls
import accounts.reviewing.urls
import accounts.serving.urls
import accounts.signon.urls
import accounts.urls
import billing.urls
import inventory.urls
import orders.urls
import portal.following.urls
import portal.header.urls
import portal.termbook.urls
from portal.api import Description
from portal.urls.shared import handler400, handler403, handler404, handler429, handler500, shared

api: list[URLPattern | URLResolver] = [
    path("schema/", Description.as_view(), name="schema"),
    path("me/", accounts.keys.urls.api_me, name="me"),
    path("me/enterprises/", accounts.keys.urls.api_me_everywhere, name="me_everywhere"),
    path("e/<slug:enterprise>/me/", accounts.keys.urls.api_me_here, name="me_here"),
    path("e/<slug:enterprise>/keys/", include((accounts.keys.urls.api_customer, "keys"))),
    path("enterprises/", include((accounts.urls.api_customer, "accounts"))),
    path("e/<slug:enterprise>/team/", include((accounts.serving.urls.both_api, "serving"))),
    path("e/<slug:enterprise>/people/", include((accounts.people.urls.api_customer, "people"))),
    path("e/<slug:enterprise>/access/", include((accounts.joining.urls.api_customer, "joining"))),
    path("e/<slug:enterprise>/reviews/", include((accounts.reviewing.urls.api_customer, "reviewing"))),
    path("e/<slug:enterprise>/moves/", include((accounts.moving.urls.api_customer, "moving"))),
    path("e/<slug:enterprise>/audit/", include((accounts.audit.urls.api_both, "audit"))),
    path("e/<slug:enterprise>/", include((accounts.urls.api_companies_customer, "companies"))),
    path("e/<slug:enterprise>/services/", include((inventory.urls.api_both, "services"))),
    path("e/<slug:enterprise>/following/", include((portal.following.urls.api_both, "following"))),
    path("e/<slug:enterprise>/orders/", include((orders.urls.api_customer, "orders"))),
    path("e/<slug:enterprise>/billing/", include((billing.urls.api_customer, "billing"))),
]

urlpatterns = [
    path("account/company/", include((accounts.signon.urls.door, "sign_on_door"))),
    path("e/<slug:enterprise>/sign-on/", include((accounts.signon.urls.customer, "sign_on"))),
    *shared,
    path("e/<slug:enterprise>/following/", include((portal.following.urls.customer, "following"))),
    path("", include((accounts.urls.customer, "accounts"))),
    path("", include((accounts.people.urls.customer, "people"))),
    path("", include((accounts.joining.urls.customer, "joining"))),
    path("", include((accounts.moving.urls.customer, "moving"))),
    path("", include((accounts.reviewing.urls.customer, "reviewing"))),
    path("api/v1/", include((api, "api"))),
    path("e/<slug:enterprise>/keys/", include((accounts.keys.urls.customer, "keys"))),
    path("e/<slug:enterprise>/team/", include((accounts.serving.urls.customer, "serving"))),
    path("e/<slug:enterprise>/notices/", include((portal.header.urls.told, "told"))),
    path("e/<slug:enterprise>/terms/", include((portal.termbook.urls.customer, "terms"))),
    path("e/<slug:enterprise>/audit/", include((accounts.audit.urls.both, "audit"))),
    path("e/<slug:enterprise>/services/", include((inventory.urls.customer, "services"))),
    path("e/<slug:enterprise>/orders/", include((orders.urls.customer, "orders"))),
    path("e/<slug:enterprise>/billing/", include((billing.urls.customer, "billing"))),
]

__all__ = ["handler400", "handler403", "handler404", "handler429", "handler500", "urlpatterns"]
