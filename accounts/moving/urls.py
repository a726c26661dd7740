from django.urls import path

from accounts.moving import api, views

_HERE = "e/<slug:enterprise>/moves/"
_CODES = "e/<slug:enterprise>/account-codes/"
customer = [
    path(_HERE, views.list_ours, name="list"),
    path(f"{_HERE}export.csv", views.export_ours, name="export"),
    path(f"{_HERE}ask/", views.ask, name="ask"),
    path(f"{_HERE}<int:pk>/", views.show_ours, name="move"),
    path(f"{_HERE}<int:pk>/agree/", views.agree, name="agree"),
    path(f"{_HERE}<int:pk>/decline/", views.decline, name="decline"),
    path(f"{_HERE}<int:pk>/cancel/", views.cancel, name="cancel"),
    path(f"{_HERE}<int:pk>/people/", views.choose, name="choose"),
]
staff = [
    path("moves/", views.list_all, name="list"),
    path("moves/export.csv", views.export_all, name="export"),
    path("moves/<int:pk>/", views.show_one, name="move"),
    path("moves/<int:pk>/approve/", views.approve, name="approve"),
    path("moves/<int:pk>/found/", views.found, name="found"),
    path("moves/<int:pk>/stop/", views.stop, name="stop"),
    path(_CODES, views.codes, name="codes"),
    path(f"{_CODES}<int:pk>/end/", views.end_code, name="end_code"),
]

api_customer = [
    path("", api.AccountMoves.as_view(), name="list"),
    path("ask/", api.AccountMoveAsk.as_view(), name="ask"),
    path("<int:pk>/", api.AccountMoveDetail.as_view(), name="move"),
    path("<int:pk>/agree/", api.AccountMoveAgree.as_view(), name="agree"),
    path("<int:pk>/decline/", api.AccountMoveDecline.as_view(), name="decline"),
    path("<int:pk>/cancel/", api.AccountMoveCancel.as_view(), name="cancel"),
    path("<int:pk>/people/", api.AccountMovePeople.as_view(), name="choose"),
]
api_staff = [
    path("", api.MoveCases.as_view(), name="list"),
    path("<int:pk>/", api.MoveCaseDetail.as_view(), name="move"),
    path("<int:pk>/approve/", api.MoveCaseApprove.as_view(), name="approve"),
    path("<int:pk>/stop/", api.MoveCaseStop.as_view(), name="stop"),
    path("<int:pk>/found/", api.MoveCaseFound.as_view(), name="found"),
]
