from django.urls import path

from accounts.joining import views

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
