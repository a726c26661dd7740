from django.urls import URLPattern, path

from orders.activating import api, views
from orders.activating.api import work

# Inside an enterprise, below orders/; ``outside`` is below the root of the staff face.
customer: list[URLPattern] = [
    path("<str:number>/ready/", views.clear_as_customer, name="ready"),
    path("<str:number>/activation/", views.pick_as_customer, name="activation"),
    path("<str:number>/activation/call-off/", views.call_off_as_customer, name="call_off"),
    path("<str:number>/connection-notice.pdf", views.connection_notice, name="connection_notice"),
    path("<str:number>/accept/", views.accept, name="accept"),
    path("<str:number>/refuse/", views.refuse, name="refuse"),
]
staff: list[URLPattern] = [
    path("<str:number>/not-ready/", views.hold, name="not_ready"),
    path("<str:number>/ready/", views.clear_as_staff, name="ready"),
    path("<str:number>/activation/", views.pick_as_staff, name="activation"),
    path("<str:number>/activation/call-off/", views.call_off_as_staff, name="call_off"),
    path("<str:number>/activation/no-show/", views.no_show, name="no_show"),
    path("<str:number>/test/", views.test, name="test"),
    path("<str:number>/sites/up/", views.mark_site_up, name="site_up"),
    path("<str:number>/sites/take-back/", views.take_site_back, name="site_back"),
    path("<str:number>/sign-off/", views.sign_off, name="sign_off"),
    path("<str:number>/connection-notice.pdf", views.connection_notice, name="connection_notice"),
]
staff_outside: list[URLPattern] = [
    path("activations/", views.my_activations, name="activations"),
    path("activations/close/", views.close_slots, name="close_slots"),
]
api_customer: list[URLPattern] = [
    path("<str:number>/activation/", api.Activation.as_view(), name="activation"),
    path("<str:number>/ready/", api.Ready.as_view(), name="ready"),
    path("<str:number>/activation/book/", api.Book.as_view(), name="book"),
    path("<str:number>/activation/call-off/", api.CallOff.as_view(), name="call_off"),
    path("<str:number>/tests/", work.Tests.as_view(), name="tests"),
    path("<str:number>/accept/", api.Accept.as_view(), name="accept"),
    path("<str:number>/refuse/", api.Refuse.as_view(), name="refuse"),
]
api_staff: list[URLPattern] = [
    path("<str:number>/activation/", api.Activation.as_view(), name="activation"),
    path("<str:number>/not-ready/", work.Hold.as_view(), name="not_ready"),
    path("<str:number>/ready/", work.ReadyByStaff.as_view(), name="ready"),
    path("<str:number>/activation/book/", work.BookByStaff.as_view(), name="book"),
    path("<str:number>/activation/call-off/", work.CallOffByStaff.as_view(), name="call_off"),
    path("<str:number>/activation/no-show/", work.NoShow.as_view(), name="no_show"),
    path("<str:number>/tests/", work.Tests.as_view(), name="tests"),
    path("<str:number>/tests/record/", work.TestRecord.as_view(), name="test"),
    path("<str:number>/sites/up/", work.SiteUp.as_view(), name="site_up"),
    path("<str:number>/sites/take-back/", work.SiteTakenBack.as_view(), name="site_back"),
    path("<str:number>/sign-off/", work.SignOff.as_view(), name="sign_off"),
]
api_staff_outside: list[URLPattern] = [
    path("slots/", work.Slots.as_view(), name="slots"),
    path("slots/open/", work.SlotsOpen.as_view(), name="open_slots"),
    path("slots/close/", work.SlotsClose.as_view(), name="close_slots"),
]
