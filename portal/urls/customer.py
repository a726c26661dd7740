"""The customers' face."""

from django.urls import include, path

import accounts.urls
import billing.urls
import orders.urls
from portal.urls.shared import handler400, handler403, handler404, handler429, handler500, shared

urlpatterns = [
    *shared,
    path("", include((accounts.urls.customer, "accounts"))),
    path("e/<slug:enterprise>/orders/", include((orders.urls.customer, "orders"))),
    path("e/<slug:enterprise>/billing/", include((billing.urls.customer, "billing"))),
]

__all__ = ["handler400", "handler403", "handler404", "handler429", "handler500", "urlpatterns"]
