"""The staff's face: work lists across enterprises outside, the same pages with tools inside."""

from django.urls import URLPattern, URLResolver, include, path

import accounts.audit.urls
import accounts.joining.urls
import accounts.keys.urls
import accounts.moving.urls
import accounts.people.urls
import accounts.reviewing.urls
import accounts.serving.urls
import accounts.staffing.urls
import accounts.urls
import billing.urls
import inventory.urls
import orders.placing.urls
import orders.urls
import portal.following.urls
import portal.header.urls
import portal.listing.urls
import portal.termbook.urls
from portal import patterns as samples
from portal import views
from portal.api import Description
from portal.header.views import search_everywhere
from portal.urls.shared import handler400, handler403, handler404, handler429, handler500, shared

patterns = [
    path("", samples.show_all, name="all"),
    path("detail/", samples.show_detail, name="detail"),
    path("list/", samples.show_list, name="list"),
    path("work/", samples.show_work, name="work"),
    path("refused/", samples.refuse, name="refuse"),
]

notices = [
    path("notices/", views.notices, name="list"),
    path("notices/export.csv", views.export_notices, name="export"),
    path("notices/chosen/", views.chosen_notices, name="chosen"),
    path("e/<slug:enterprise>/notices/<int:pk>/", views.notice, name="notice"),
    path("e/<slug:enterprise>/notices/<int:pk>/send-again/", views.send_notice_again, name="send_again"),
    path("e/<slug:enterprise>/notices/<int:pk>/try-again/", views.try_notice_again, name="try_again"),
    path("e/<slug:enterprise>/untold/<int:pk>/try-again/", views.try_todo_again, name="tell_again"),
]

api: list[URLPattern | URLResolver] = [
    path("schema/", Description.as_view(), name="schema"),
    path("me/", accounts.keys.urls.api_me, name="me"),
    path("e/<slug:enterprise>/me/", accounts.keys.urls.api_me_here, name="me_here"),
    path("enterprises/", include((accounts.urls.api_staff, "accounts"))),
    path("", include((accounts.staffing.urls.api_staff, "staffing"))),
    path("team-gaps/", accounts.serving.urls.api_gaps, name="team_gaps"),
    path("registrations/", accounts.joining.urls.api_registrations, name="registrations"),
    path("moves/", include((accounts.moving.urls.api_staff, "moving"))),
    path("order-inbox/", orders.placing.urls.api_inbox, name="order_inbox"),
    path("e/<slug:enterprise>/audit/", include((accounts.audit.urls.api_both, "audit"))),
    path("e/<slug:enterprise>/team/", include((accounts.serving.urls.api_staff, "serving"))),
    path("e/<slug:enterprise>/", include((accounts.urls.api_companies, "companies"))),
    path("e/<slug:enterprise>/services/", include((inventory.urls.api_both, "services"))),
    path("e/<slug:enterprise>/following/", include((portal.following.urls.api_both, "following"))),
    path("orders/", include((orders.urls.api_staff_outside, "orders_work"))),
    path("e/<slug:enterprise>/orders/", include((orders.urls.api_staff, "orders"))),
    path("e/<slug:enterprise>/billing/", include((billing.urls.api_staff, "billing"))),
]

urlpatterns = [
    *shared,
    path("e/<slug:enterprise>/following/", include((portal.following.urls.both, "following"))),
    path("", include((accounts.urls.staff, "accounts"))),
    path("", include((notices, "notices"))),
    path("search/", search_everywhere, name="search_everywhere"),
    path("", include((accounts.keys.urls.staff_outside, "key_work"))),
    path("", include((accounts.joining.urls.staff_outside, "joining_work"))),
    path("", include((accounts.moving.urls.staff, "moving"))),
    path("", include((accounts.reviewing.urls.staff_outside, "reviewing_work"))),
    path("e/<slug:enterprise>/keys/", include((accounts.keys.urls.staff, "keys"))),
    path("told/", include((portal.header.urls.told, "told"))),
    path("views/", include((portal.listing.urls.urlpatterns, "staff_views"))),
    path("patterns/", include((patterns, "patterns"))),
    path("", include((accounts.serving.urls.staff_outside, "serving_work"))),
    path("", include((accounts.staffing.urls.staff, "staffing"))),
    path("e/<slug:enterprise>/team/", include((accounts.serving.urls.staff, "serving"))),
    path("", include((portal.termbook.urls.staff_outside, "termbook"))),
    path("e/<slug:enterprise>/terms/", include((portal.termbook.urls.staff, "terms"))),
    path("", include((orders.urls.staff_outside, "orders_work"))),
    path("", include((billing.urls.staff_outside, "billing_work"))),
    path("api/v1/", include((api, "api"))),
    path("", include((accounts.people.urls.staff, "people"))),
    path("e/<slug:enterprise>/audit/", include((accounts.audit.urls.both, "audit"))),
    path("e/<slug:enterprise>/services/", include((inventory.urls.staff, "services"))),
    path("e/<slug:enterprise>/orders/", include((orders.urls.staff, "orders"))),
    path("e/<slug:enterprise>/billing/", include((billing.urls.staff, "billing"))),
]

__all__ = ["handler400", "handler403", "handler404", "handler429", "handler500", "urlpatterns"]
