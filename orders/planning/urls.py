from django.urls import URLPattern, path

from orders.planning import api, views
from orders.planning.api import work as work_api
from orders.planning.views import work

# Inside an enterprise, below orders/; ``outside`` is below the root of the staff face.
_both = [
    path("<str:number>/plan/", views.plan, name="plan"),
    path("<str:number>/letter/", views.letter, name="letter"),
]
customer: list[URLPattern] = [
    *_both,
    path("<str:number>/details/", views.details, name="details"),
    path("<str:number>/confirm/", views.confirm, name="confirm"),
    path("<str:number>/delivery/", views.choose_delivery, name="delivery"),
    path("<str:number>/expedite/", views.expedite, name="expedite"),
    path("<str:number>/supplement/", views.change, name="supplement"),
    path("<str:number>/cancel/", views.cancel, name="cancel"),
    path("<str:number>/take-back/", views.take_back, name="take_back"),
]
staff: list[URLPattern] = [
    *_both,
    path("<str:number>/review/", work.review, name="review"),
    path("<str:number>/reserve/", work.reserve, name="reserve"),
    path("<str:number>/commit/", work.commit, name="commit"),
    path("<str:number>/refuse-expedite/", work.refuse_expedite, name="refuse_expedite"),
    path("<str:number>/decide/", work.decide, name="decide"),
]
staff_outside: list[URLPattern] = [
    path("orders/reviews/", work.reviews, name="reviews"),
    path("orders/steps/", work.steps, name="steps"),
]
_api_both = [
    path("<str:number>/plan/", api.Plan.as_view(), name="plan"),
    path("<str:number>/letter/", api.LetterPdf.as_view(), name="letter"),
]
api_customer: list[URLPattern] = [
    *_api_both,
    path("<str:number>/details/", api.Details.as_view(), name="details"),
    path("<str:number>/confirm/", api.Confirm.as_view(), name="confirm"),
    path("<str:number>/delivery/", api.Delivery.as_view(), name="delivery"),
    path("<str:number>/expedite/", api.Expedite.as_view(), name="expedite"),
    path("<str:number>/supplement/", api.SupplementAsk.as_view(), name="supplement"),
    path("<str:number>/cancel/", api.Cancel.as_view(), name="cancel"),
    path("<str:number>/take-back/", api.TakeBack.as_view(), name="take_back"),
]
api_staff: list[URLPattern] = [
    *_api_both,
    path("<str:number>/review/", api.Review.as_view(), name="review"),
    path("<str:number>/reserve/", api.Reserve.as_view(), name="reserve"),
    path("<str:number>/commit/", api.Commit.as_view(), name="commit"),
    path("<str:number>/refuse-expedite/", api.RefuseExpedite.as_view(), name="refuse_expedite"),
    path("<str:number>/decide/", api.Decide.as_view(), name="decide"),
]
api_staff_outside: list[URLPattern] = [
    path("reviews/", work_api.Reviews.as_view(), name="reviews"),
    path("steps/<slug:order_type>/", work_api.Steps.as_view(), name="steps"),
    path("steps/<slug:order_type>/set/", work_api.StepsSet.as_view(), name="set_steps"),
    path("steps/<slug:order_type>/clear/", work_api.StepsClear.as_view(), name="clear_steps"),
]
