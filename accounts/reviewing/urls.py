from django.urls import path

from accounts.reviewing import api, views

_HERE = "e/<slug:enterprise>/people/review/"
customer = [
    path(_HERE, views.review, name="review"),
    path(f"{_HERE}begin/", views.begin, name="begin"),
    path(f"{_HERE}chosen/", views.chosen, name="chosen"),
    path(f"{_HERE}export.csv", views.export, name="export"),
]
staff_outside = [path("access-reviews/", views.list_open, name="list")]

api_customer = [
    path("", api.Reviews.as_view(), name="list"),
    path("begin/", api.ReviewBegin.as_view(), name="begin"),
    path("lines/", api.ReviewLines.as_view(), name="lines"),
    path("lines/<int:pk>/confirm/", api.ReviewLineConfirm.as_view(), name="confirm"),
]
