from django.urls import path

from orders import views

customer = [
    path("", views.list_orders, name="list"),
    path("export.csv", views.export_orders, name="export"),
    path("<str:number>/", views.show_order, name="order"),
]
staff = [
    *customer,
    path("milestones/<int:pk>/complete/", views.complete_milestone, name="complete"),
    path("milestones/<int:pk>/delay/", views.delay_milestone, name="delay"),
    path("milestones/<int:pk>/annotate/", views.annotate_milestone, name="annotate"),
]
staff_outside = [path("orders/mine/", views.my_orders, name="mine")]
