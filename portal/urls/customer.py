"""The customers' face."""

from django.urls import include, path

import accounts.urls
import billing.urls
import orders.urls
import portal.termbook.urls
from portal.urls.shared import handler403, handler404, handler500, shared

urlpatterns = [
    *shared,
    path("", include((accounts.urls.customer, "accounts"))),
    path("e/<slug:enterprise>/terms/", include((portal.termbook.urls.customer, "terms"))),
    path("e/<slug:enterprise>/orders/", include((orders.urls.customer, "orders"))),
    path("e/<slug:enterprise>/billing/", include((billing.urls.customer, "billing"))),
]

__all__ = ["handler403", "handler404", "handler500", "urlpatterns"]
