from django.urls import URLPattern, path

from orders.contracts import api, views
from orders.contracts.api import takeovers as takeovers_api
from orders.contracts.api import trials as trials_api
from orders.contracts.views import takeovers

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
customer: list[URLPattern] = [
    *_both,
    path("<str:number>/agree/", views.agree, name="agree"),
    path("takeovers/", takeovers.list_ours, name="takeovers"),
    path("takeovers/export.csv", takeovers.export_ours, name="export_takeovers"),
    path("takeovers/offer/", takeovers.offer, name="offer_services"),
    path("takeovers/<int:pk>/", takeovers.show_ours, name="takeover"),
    path("takeovers/<int:pk>/accept/", takeovers.accept, name="accept_takeover"),
    path("takeovers/<int:pk>/refuse/", takeovers.refuse, name="refuse_takeover"),
]
staff: list[URLPattern] = [*_both, path("<str:number>/change-price/", views.price, name="change_price")]
staff_outside: list[URLPattern] = [
    path("takeovers/", takeovers.list_all, name="takeovers"),
    path("takeovers/export.csv", takeovers.export_all, name="export_takeovers"),
    path("takeovers/<int:pk>/", takeovers.show_one, name="takeover"),
    path("takeovers/<int:pk>/approve/", takeovers.approve, name="approve_takeover"),
    path("takeovers/<int:pk>/stop/", takeovers.stop, name="stop_takeover"),
]
_api_both: list[URLPattern] = [
    path("services/<int:pk>/disconnect/", api.Disconnects.as_view(), name="disconnect"),
    path("services/<int:pk>/change/", api.Changes.as_view(), name="change"),
    path("services/<int:pk>/renew/", api.Renewals.as_view(), name="renew"),
    path("services/<int:pk>/transfer/", api.Transfers.as_view(), name="transfer"),
    path("<str:number>/keep/", api.Keep.as_view(), name="keep"),
    path("trials/new/", trials_api.TrialAsk.as_view(), name="trial"),
    path("<str:number>/trial/", trials_api.TrialDetail.as_view(), name="trial_of"),
    path("<str:number>/trial/keep/", trials_api.TrialKeep.as_view(), name="keep_trial"),
    path("<str:number>/trial/end/", trials_api.TrialEndNow.as_view(), name="end_trial"),
]
api_customer: list[URLPattern] = [
    *_api_both,
    path("<str:number>/transfer/", api.TransferAnswer.as_view(), name="transfer_of"),
    path("takeovers/", takeovers_api.Takeovers.as_view(), name="takeovers"),
    path("takeovers/offer/", takeovers_api.TakeoverOffer.as_view(), name="offer_services"),
    path("takeovers/<int:pk>/", takeovers_api.TakeoverDetail.as_view(), name="takeover"),
    path("takeovers/<int:pk>/accept/", takeovers_api.TakeoverAccept.as_view(), name="accept_takeover"),
    path("takeovers/<int:pk>/refuse/", takeovers_api.TakeoverRefuse.as_view(), name="refuse_takeover"),
]
api_staff: list[URLPattern] = _api_both
api_staff_outside: list[URLPattern] = [
    path("takeovers/", takeovers_api.TakeoverCases.as_view(), name="takeovers"),
    path("takeovers/<int:pk>/", takeovers_api.TakeoverCaseDetail.as_view(), name="takeover"),
    path("takeovers/<int:pk>/approve/", takeovers_api.TakeoverCaseApprove.as_view(), name="approve_takeover"),
    path("takeovers/<int:pk>/stop/", takeovers_api.TakeoverCaseStop.as_view(), name="stop_takeover"),
]
