from django.urls import URLPattern, path

from orders.contracts import api, views

# Inside an enterprise, below orders/; ``outside`` is below the root of the staff face.
_both: list[URLPattern] = [
    path("services/<int:pk>/disconnect/", views.disconnect, name="disconnect"),
    path("services/<int:pk>/change/", views.change, name="change"),
    path("services/<int:pk>/renew/", views.renew, name="renew"),
    path("services/<int:pk>/transfer/", views.transfer, name="transfer"),
    path("trials/new/", views.trial, name="trial"),
    path("transfers/<str:number>/", views.show_transfer, name="transfer_of"),
    path("<str:number>/keep/", views.keep, name="keep"),
    path("<str:number>/trial/", views.answer_trial, name="answer_trial"),
]
customer: list[URLPattern] = [*_both, path("<str:number>/agree/", views.agree, name="agree")]
staff: list[URLPattern] = [*_both, path("<str:number>/change-price/", views.price, name="change_price")]
staff_outside: list[URLPattern] = []
_api_both: list[URLPattern] = [
    path("services/<int:pk>/disconnect/", api.Disconnects.as_view(), name="disconnect"),
    path("services/<int:pk>/change/", api.Changes.as_view(), name="change"),
    path("services/<int:pk>/renew/", api.Renewals.as_view(), name="renew"),
    path("services/<int:pk>/transfer/", api.Transfers.as_view(), name="transfer"),
    path("<str:number>/keep/", api.Keep.as_view(), name="keep"),
]
api_customer: list[URLPattern] = [
    *_api_both, path("<str:number>/transfer/", api.TransferAnswer.as_view(), name="transfer_of")
]  # fmt: skip
api_staff: list[URLPattern] = _api_both
