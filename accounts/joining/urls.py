from django.urls import path

from accounts.joining import api, views

_HERE = "e/<slug:enterprise>/access/"
customer = [
    path(_HERE, views.list_requests, name="list"),
    path(f"{_HERE}export.csv", views.export_requests, name="export"),
    path(f"{_HERE}ask/", views.ask, name="ask"),
    path(f"{_HERE}<int:pk>/", views.show_request, name="request"),
    path(f"{_HERE}<int:pk>/decline/", views.decline, name="decline"),
    path(f"{_HERE}<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("register/", views.register, name="register"),
]
staff_outside = [path("registrations/", views.list_registrations, name="list")]

api_customer = [
    path("", api.AccessRequests.as_view(), name="list"),
    path("ask/", api.AccessRequestNew.as_view(), name="ask"),
    path("<int:pk>/", api.AccessRequestDetail.as_view(), name="request"),
    path("<int:pk>/decline/", api.AccessRequestDecline.as_view(), name="decline"),
    path("<int:pk>/withdraw/", api.AccessRequestWithdraw.as_view(), name="withdraw"),
]
api_registrations = api.Registrations.as_view()
