from django.urls import path

from orders import api, views
from orders.activating import urls as activating
from orders.caring import urls as caring
from orders.contracts import urls as contracts
from orders.placing import urls as placing
from orders.planning import urls as planning
from orders.views import charges

_AREAS = (placing, planning, activating, caring, contracts)

customer = [
    path("", views.list_orders, name="list"),
    path("export.csv", views.export_orders, name="export"),
    path("chosen/", views.chosen_orders, name="chosen"),
    *(each for area in _AREAS for each in area.customer),
    path("<str:number>/", views.show_order, name="order"),
]
staff = [
    path("", views.list_orders, name="list"),
    path("export.csv", views.export_orders, name="export"),
    path("chosen/", views.chosen_orders, name="chosen"),
    *(each for area in _AREAS for each in area.staff),
    path("<str:number>/", views.show_order, name="order"),
    path("milestones/<int:pk>/complete/", views.complete_milestone, name="complete"),
    path("milestones/<int:pk>/delay/", views.delay_milestone, name="delay"),
    path("milestones/<int:pk>/annotate/", views.annotate_milestone, name="annotate"),
    path("<str:number>/charges/<int:pk>/waive/", charges.waive_charge, name="waive"),
]
staff_outside = [
    *(each for area in _AREAS for each in area.staff_outside),
]

api_customer = [
    path("", api.Orders.as_view(), name="list"),
    *(each for area in _AREAS for each in area.api_customer),
    path("<str:number>/", api.OrderDetail.as_view(), name="order"),
]
api_staff = [
    path("", api.Orders.as_view(), name="list"),
    *(each for area in _AREAS for each in area.api_staff),
    path("<str:number>/", api.OrderDetail.as_view(), name="order"),
    path("milestones/<int:pk>/complete/", api.MilestoneComplete.as_view(), name="complete"),
    path("milestones/<int:pk>/delay/", api.MilestoneDelay.as_view(), name="delay"),
    path("milestones/<int:pk>/annotate/", api.MilestoneNote.as_view(), name="annotate"),
    path("<str:number>/charges/<int:pk>/waive/", api.ChargeWaive.as_view(), name="waive"),
]
api_staff_outside = [each for area in (planning, activating, caring, contracts) for each in area.api_staff_outside]
