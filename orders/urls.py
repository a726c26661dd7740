from django.urls import path

from orders import api, views

customer = [
    path("", views.list_orders, name="list"),
    path("export.csv", views.export_orders, name="export"),
    path("chosen/", views.chosen_orders, name="chosen"),
    path("<str:number>/", views.show_order, name="order"),
]
staff = [
    *customer,
    path("milestones/<int:pk>/complete/", views.complete_milestone, name="complete"),
    path("milestones/<int:pk>/delay/", views.delay_milestone, name="delay"),
    path("milestones/<int:pk>/annotate/", views.annotate_milestone, name="annotate"),
]
staff_outside = [
    path("orders/mine/", views.my_orders, name="mine"),
    path("orders/mine/export.csv", views.export_my_orders, name="export"),
]

api_customer = [
    path("", api.Orders.as_view(), name="list"),
    path("<str:number>/", api.OrderDetail.as_view(), name="order"),
]
api_staff = [
    *api_customer,
    path("milestones/<int:pk>/complete/", api.MilestoneComplete.as_view(), name="complete"),
    path("milestones/<int:pk>/delay/", api.MilestoneDelay.as_view(), name="delay"),
    path("milestones/<int:pk>/annotate/", api.MilestoneNote.as_view(), name="annotate"),
]
