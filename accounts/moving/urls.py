from django.urls import path

from accounts.moving import views

_HERE = "e/<slug:enterprise>/moves/"
_CODES = "e/<slug:enterprise>/account-codes/"
customer = [
    path(_HERE, views.list_ours, name="list"),
    path(f"{_HERE}ask/", views.ask, name="ask"),
    path(f"{_HERE}<int:pk>/", views.show_ours, name="move"),
    path(f"{_HERE}<int:pk>/agree/", views.agree, name="agree"),
    path(f"{_HERE}<int:pk>/decline/", views.decline, name="decline"),
    path(f"{_HERE}<int:pk>/cancel/", views.cancel, name="cancel"),
    path(f"{_HERE}<int:pk>/people/", views.choose, name="choose"),
]
staff = [
    path("moves/", views.list_all, name="list"),
    path("moves/<int:pk>/", views.show_one, name="move"),
    path("moves/<int:pk>/approve/", views.approve, name="approve"),
    path("moves/<int:pk>/found/", views.found, name="found"),
    path("moves/<int:pk>/stop/", views.stop, name="stop"),
    path(_CODES, views.codes, name="codes"),
    path(f"{_CODES}<int:pk>/end/", views.end_code, name="end_code"),
]
